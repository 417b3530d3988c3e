//! The visits that were under way at the last mark: after a crash each is a gap of its own.

use ems_contract::id::PortalId;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, Transaction, params};

use crate::spool::entry::Visit;

/// What the last run left. A name that this version does not know is of a probe that nobody waits for any more.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Vec<Visit>> {
    let mut query =
        connection.prepare("SELECT portal, probe, slot FROM visit ORDER BY portal, probe, slot")?;
    let rows = query.query_map([], |row| {
        let portal: String = row.get(0)?;
        let probe: String = row.get(1)?;
        let slot = UnixTime::from_secs(row.get(2)?);
        let known = portal.parse::<PortalId>().ok().zip(ProbeKind::from_name(&probe));
        Ok(known.map(|(portal, probe)| Visit { portal, probe, slot }))
    })?;
    let all: Vec<Option<Visit>> = rows.collect::<Result<_, _>>()?;
    let mut visits: Vec<Visit> = all.into_iter().flatten().collect();
    visits.sort();
    Ok(visits)
}

pub(super) fn replace(transaction: &Transaction<'_>, visits: &[Visit]) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM visit", [])?;
    let mut insert = transaction
        .prepare_cached("INSERT OR IGNORE INTO visit (portal, probe, slot) VALUES (?1, ?2, ?3)")?;
    for visit in visits {
        insert.execute(params![
            visit.portal.as_str(),
            visit.probe.as_str(),
            visit.slot.secs()
        ])?;
    }
    Ok(())
}

pub(super) fn remove(transaction: &Transaction<'_>, visits: &[Visit]) -> rusqlite::Result<()> {
    for visit in visits {
        transaction
            .prepare_cached("DELETE FROM visit WHERE portal = ?1 AND probe = ?2 AND slot = ?3")?
            .execute(params![
                visit.portal.as_str(),
                visit.probe.as_str(),
                visit.slot.secs()
            ])?;
    }
    Ok(())
}
