//! Verdicts as rows, a run of equal days a row.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use rusqlite::{Connection, Row};
use serde::Deserialize;

use super::fail::Fail;
use super::names::{self, from_json, json, term};
use super::reading::id;
use super::writer::Session;
use crate::calendar::civil::{days_between, end_of, plus_days};
use crate::judge::{Value, Verdict};
use crate::store::{Asked, Judged, Judging, KeptVerdict, OpenCheck, StoreError, VerdictCount, VerdictLine};

const EPOCH: Date = Date::constant(1970, 1, 1);

fn number_of(day: Date) -> i64 {
    days_between(EPOCH, day)
}

fn day_of(number: i64) -> Date {
    plus_days(EPOCH, number)
}

/// A run that reaches to the day judged or to the one before it.
struct Run {
    id: i64,
    starts: i64,
    ends: i64,
    value: String,
    reason: String,
    version: i64,
}

/// Keeps the verdicts of one portal for one day.
pub(super) fn write(session: &mut Session<'_>, judged: &Judged) -> Result<(), Fail> {
    let conn = session.conn;
    let refuse = |detail: String| {
        Fail::Store(StoreError::Failed {
            action: "keep verdicts",
            detail,
        })
    };
    let portal = session
        .names
        .portal(conn, &judged.portal)?
        .ok_or_else(|| refuse(format!("portal `{}` was never in an inventory", judged.portal)))?;
    let day = number_of(judged.day);
    let newest: Option<i64> = conn
        .prepare_cached("SELECT max(day) FROM judging WHERE portal = ?1")?
        .query_row([portal], |row| row.get(0))?;
    if newest.is_some_and(|newest| day < newest) {
        return Err(refuse(format!(
            "{} of portal `{}` is closed: a later day was judged",
            judged.day, judged.portal
        )));
    }
    let versions = term(conn, &json(&judged.versions)?)?;
    conn.prepare_cached(
        "INSERT INTO judging (portal, day, at, versions, closed) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (portal, day) DO UPDATE SET at = excluded.at, versions = excluded.versions, closed = excluded.closed",
    )?
    .execute((portal, day, judged.at.secs(), versions, judged.at >= end_of(judged.day)))?;
    let mut runs = reaching(conn, portal, day)?;
    for verdict in &judged.verdicts {
        let obligation = term(conn, &verdict.obligation)?;
        let version = term(conn, &verdict.pack_version)?;
        let of_row = runs.remove(&obligation).unwrap_or_default();
        keep(conn, portal, obligation, version, day, verdict, &of_row)?;
    }
    // Obligations that bind no more since an earlier judgement of the same day.
    for run in runs.into_values().flatten() {
        cut(conn, &run, day)?;
    }
    Ok(())
}

/// The runs that reach to `day` or to the day before, by obligation, newest first.
fn reaching(conn: &Connection, portal: i64, day: i64) -> Result<HashMap<i64, Vec<Run>>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT obligation, id, starts, ends, value, reason, version FROM verdict
         WHERE portal = ?1 AND ends >= ?2 - 1 ORDER BY starts DESC",
    )?;
    let mut rows = query.query((portal, day))?;
    let mut runs: HashMap<i64, Vec<Run>> = HashMap::new();
    while let Some(row) = rows.next()? {
        runs.entry(row.get(0)?).or_default().push(Run {
            id: row.get(1)?,
            starts: row.get(2)?,
            ends: row.get(3)?,
            value: row.get(4)?,
            reason: row.get(5)?,
            version: row.get(6)?,
        });
    }
    Ok(runs)
}

/// Takes `day` out of a run.
fn cut(conn: &Connection, run: &Run, day: i64) -> Result<(), Fail> {
    if run.starts >= day {
        conn.prepare_cached("DELETE FROM verdict WHERE id = ?1")?
            .execute([run.id])?;
    } else if run.ends >= day {
        conn.prepare_cached("UPDATE verdict SET ends = ?2 WHERE id = ?1")?
            .execute((run.id, day - 1))?;
    }
    Ok(())
}

/// Lengthens the run that says the same, or begins a new one.
fn keep(
    conn: &Connection,
    portal: i64,
    obligation: i64,
    version: i64,
    day: i64,
    verdict: &Verdict,
    runs: &[Run],
) -> Result<(), Fail> {
    let same = |run: &&Run| {
        run.value == verdict.value.as_str() && run.reason == verdict.reason.as_str() && run.version == version
    };
    let data = json(verdict)?;
    if let Some(run) = runs.iter().find(same) {
        for other in runs.iter().filter(|other| other.id != run.id) {
            cut(conn, other, day)?;
        }
        conn.prepare_cached("UPDATE verdict SET ends = ?2, data = ?3 WHERE id = ?1")?
            .execute((run.id, day, data))?;
        return Ok(());
    }
    for run in runs {
        cut(conn, run, day)?;
    }
    let pack = term(conn, &verdict.pack)?;
    conn.prepare_cached(
        "INSERT INTO verdict (portal, pack, obligation, starts, ends, value, reason, version, data)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        portal,
        pack,
        obligation,
        day,
        verdict.value.as_str(),
        verdict.reason.as_str(),
        version,
        data,
    ))?;
    Ok(())
}

/// The tables that name a verdict's portal, pack and obligation.
const NAMED: &str =
    "verdict JOIN portal ON portal.id = verdict.portal JOIN term AS pack ON pack.id = verdict.pack
     JOIN term AS obligation ON obligation.id = verdict.obligation";

/// Verdicts that stood on a day, with everything said of them.
pub(super) fn read(conn: &Connection, asked: &Asked) -> Result<Vec<KeptVerdict>, Fail> {
    each(conn, "starts, ends, data", asked, kept)
}

/// Outcomes that stood on a day.
pub(super) fn lines(conn: &Connection, asked: &Asked) -> Result<Vec<VerdictLine>, Fail> {
    let columns = "portal.name, pack.text, obligation.text, value, reason, starts, ends";
    each(conn, columns, asked, |row| {
        let word = |column| row.get::<_, String>(column).map(|word| format!("\"{word}\""));
        Ok(VerdictLine {
            portal: id(row, 0)?,
            pack: row.get(1)?,
            obligation: row.get(2)?,
            value: from_json(&word(3)?)?,
            reason: from_json(&word(4)?)?,
            since: day_of(row.get(5)?),
            until: day_of(row.get(6)?),
        })
    })
}

/// What `read` makes of the columns of every verdict that is asked for, by portal, pack and age. The verdicts of one
/// portal are found by its number: with a condition that may be NULL, every question would go through all of them.
fn each<T>(
    conn: &Connection,
    columns: &str,
    asked: &Asked,
    read: impl Fn(&Row<'_>) -> Result<T, Fail>,
) -> Result<Vec<T>, Fail> {
    let portal = match &asked.portal {
        None => None,
        Some(portal) => match names::portal(conn, portal)? {
            None => return Ok(Vec::new()),
            some => some,
        },
    };
    let of_portal = portal.map_or("?3 IS NULL", |_| "verdict.portal = ?3");
    let sql = format!(
        "SELECT {columns} FROM {NAMED} WHERE {of_portal} AND starts <= ?2 AND ends >= ?1
         AND (?4 IS NULL OR pack.text = ?4) ORDER BY portal.name, pack.text, verdict.id"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let asked = (
        number_of(asked.from),
        number_of(asked.to),
        portal,
        asked.pack.as_deref(),
    );
    let mut rows = query.query(asked)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// How the verdict on one obligation of a portal changed.
pub(super) fn history(conn: &Connection, portal: &str, obligation: &str) -> Result<Vec<KeptVerdict>, Fail> {
    let sql = format!(
        "SELECT starts, ends, data FROM {NAMED} WHERE portal.name = ?1 AND obligation.text = ?2 ORDER BY starts"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query((portal, obligation))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(kept(row)?);
    }
    Ok(all)
}

fn kept(row: &Row<'_>) -> Result<KeptVerdict, Fail> {
    let data = row
        .get_ref(2)?
        .as_str()
        .map_err(|error| Fail::unreadable("verdict", error))?;
    Ok(KeptVerdict {
        since: day_of(row.get(0)?),
        until: day_of(row.get(1)?),
        verdict: from_json(data)?,
    })
}

/// Which portals were judged when, and with what.
pub(super) fn judgings(conn: &Connection, from: Date, to: Date) -> Result<Vec<Judging>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT portal.name, day, at, term.text FROM judging JOIN portal ON portal.id = judging.portal
         JOIN term ON term.id = judging.versions WHERE day BETWEEN ?1 AND ?2 ORDER BY day, portal.name",
    )?;
    let mut rows = query.query((number_of(from), number_of(to)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(judging(row)?);
    }
    Ok(all)
}

fn judging(row: &Row<'_>) -> Result<Judging, Fail> {
    Ok(Judging {
        portal: id(row, 0)?,
        day: day_of(row.get(1)?),
        at: UnixTime::from_secs(row.get(2)?),
        versions: from_json(&row.get::<_, String>(3)?)?,
    })
}

/// The newest judging of each portal, or of one: the end of its stretch of the key, found without reading the others.
pub(super) fn newest_judgings(
    conn: &Connection,
    portal: Option<&PortalId>,
    from: Date,
) -> Result<Vec<Judging>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT portal.name, newest.day, newest.at, term.text FROM portal
         CROSS JOIN judging AS newest ON newest.portal = portal.id
             AND newest.day = (SELECT max(day) FROM judging WHERE judging.portal = portal.id)
         JOIN term ON term.id = newest.versions
         WHERE newest.day >= ?1 AND (?2 IS NULL OR portal.name = ?2) ORDER BY portal.name",
    )?;
    let mut rows = query.query((number_of(from), portal.map(PortalId::as_str)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(judging(row)?);
    }
    Ok(all)
}

/// Of a verdict what tells which of its checks are open: the rest of it is passed over, not read.
#[derive(Deserialize)]
struct Said<'r> {
    #[serde(default)]
    trial: bool,
    #[serde(default, borrow)]
    checks: Vec<SaidCheck<'r>>,
}

#[derive(Deserialize)]
struct SaidCheck<'r> {
    #[serde(borrow)]
    check: Cow<'r, str>,
    value: Value,
}

/// What failed or warned on the newest day of each portal. A verdict is the worst of its checks, so the index finds
/// those that hold an open one; it is entered at the oldest of the newest days, which all but the last runs end before.
pub(super) fn open_checks(conn: &Connection, from: Date) -> Result<Vec<OpenCheck>, Fail> {
    let mut query = conn.prepare_cached(
        "WITH newest AS MATERIALIZED (
             SELECT id AS portal, name, (SELECT max(day) FROM judging WHERE judging.portal = portal.id) AS day
             FROM portal
         )
         SELECT newest.name, starts, data FROM verdict INDEXED BY verdict_day
         JOIN newest ON newest.portal = verdict.portal
         WHERE ends >= (SELECT min(day) FROM newest WHERE day >= ?1) AND value IN ('fail', 'warn')
             AND starts <= newest.day AND ends >= newest.day AND newest.day >= ?1",
    )?;
    let mut rows = query.query([number_of(from)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let data = row
            .get_ref(2)?
            .as_str()
            .map_err(|error| Fail::unreadable("verdict", error))?;
        let said: Said<'_> =
            serde_json::from_str(data).map_err(|error| Fail::unreadable("verdict", error))?;
        let open = |check: &SaidCheck<'_>| !said.trial && matches!(check.value, Value::Fail | Value::Warn);
        let (portal, since) = (id(row, 0)?, day_of(row.get(1)?));
        let checks = said.checks.into_iter().filter(open);
        all.extend(checks.map(|check| OpenCheck {
            portal: PortalId::clone(&portal),
            check: check.check.into_owned(),
            value: check.value,
            since,
        }));
    }
    Ok(all)
}

/// The portals with a verdict that decides something. Looked for portal by portal: the first is soon found.
pub(super) fn decided_portals(conn: &Connection, from: Date) -> Result<BTreeSet<PortalId>, Fail> {
    let mut query = conn.prepare_cached(
        "WITH newest AS MATERIALIZED (
             SELECT id AS portal, name, (SELECT max(day) FROM judging WHERE judging.portal = portal.id) AS day
             FROM portal
         )
         SELECT name FROM newest WHERE day >= ?1 AND EXISTS (
             SELECT 1 FROM verdict WHERE verdict.portal = newest.portal AND starts <= newest.day
                 AND ends >= newest.day AND value IN ('pass', 'warn', 'fail')
         )",
    )?;
    let mut rows = query.query([number_of(from)])?;
    let mut all = BTreeSet::new();
    while let Some(row) = rows.next()? {
        all.insert(id(row, 0)?);
    }
    Ok(all)
}

/// The newest day judged at its end.
pub(super) fn last_closed(conn: &Connection) -> Result<Option<Date>, Fail> {
    let day: Option<i64> = conn
        .prepare_cached("SELECT max(day) FROM judging WHERE closed = 1")?
        .query_row([], |row| row.get(0))?;
    Ok(day.map(day_of))
}

/// Counts by pack and verdict.
pub(super) fn counts(conn: &Connection, day: Date) -> Result<Vec<VerdictCount>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT portal.name, term.text, value, n FROM (
             SELECT portal, pack, value, count(*) AS n FROM verdict INDEXED BY verdict_day
             WHERE starts <= ?1 AND ends >= ?1 GROUP BY portal, pack, value
         ) AS counted JOIN portal ON portal.id = counted.portal JOIN term ON term.id = counted.pack
         ORDER BY portal.name, term.text, value",
    )?;
    let mut rows = query.query([number_of(day)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let value: Value = from_json(&format!("\"{}\"", row.get::<_, String>(2)?))?;
        all.push(VerdictCount {
            portal: id(row, 0)?,
            pack: row.get(1)?,
            value,
            count: row.get::<_, i64>(3)?.unsigned_abs(),
        });
    }
    Ok(all)
}
