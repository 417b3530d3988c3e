//! Inventories, agents, sizes.

use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension};

use super::delivery;
use super::fail::Fail;
use super::open::with_suffix;
use super::writer::Session;
use crate::store::{AgentStatus, InventoryRecord, Statistics};

/// Notes an inventory and every portal in it.
pub(super) fn record_inventory(session: &mut Session<'_>, record: &InventoryRecord) -> Result<(), Fail> {
    let conn = session.conn;
    conn.prepare_cached(
        "INSERT INTO inventory_version (version, json) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?
    .execute((record.version.as_bytes(), &record.json))?;
    conn.prepare_cached("INSERT INTO inventory (loaded_at, version) VALUES (?1, ?2)")?
        .execute((record.loaded_at.secs(), record.version.as_bytes()))?;
    let mut insert = conn.prepare_cached("INSERT INTO portal (name) VALUES (?1) ON CONFLICT DO NOTHING")?;
    for portal in &record.portals {
        insert.execute([portal.as_str()])?;
    }
    Ok(())
}

/// The number up to which a spool is wholly kept.
pub(super) fn through(conn: &Connection, agent: &AgentId, epoch: Epoch) -> Result<u64, Fail> {
    let number: Option<i64> = conn
        .prepare_cached("SELECT id FROM agent WHERE name = ?1")?
        .query_row([agent.as_str()], |row| row.get(0))
        .optional()?;
    let stream = match number {
        Some(number) => delivery::find(conn, number, epoch)?,
        None => None,
    };
    Ok(stream.map_or(0, |stream| stream.through.unsigned_abs()))
}

/// Every agent that ever sent a batch, with the spool it used last.
pub(super) fn agents(conn: &Connection) -> Result<Vec<AgentStatus>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT agent.name, epoch, last_batch_at, last_slot, through, skew_ms
         FROM agent JOIN stream ON stream.id =
             (SELECT id FROM stream WHERE stream.agent = agent.id ORDER BY last_batch_at DESC, id DESC LIMIT 1)
         ORDER BY agent.name",
    )?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let through: i64 = row.get(4)?;
        all.push(AgentStatus {
            agent: super::reading::id(row, 0)?,
            epoch: Epoch::from_random(row.get(1)?),
            last_batch_at: UnixTime::from_secs(row.get(2)?),
            last_slot: row.get::<_, Option<i64>>(3)?.map(UnixTime::from_secs),
            through: through.unsigned_abs(),
            skew_ms: row.get(5)?,
        });
    }
    Ok(all)
}

/// Every portal ever known, sorted.
pub(super) fn portals(conn: &Connection) -> Result<Vec<PortalId>, Fail> {
    let mut query = conn.prepare_cached("SELECT name FROM portal ORDER BY name")?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(super::reading::id(row, 0)?);
    }
    Ok(all)
}

/// Whether a portal was in any inventory ever in force.
pub(super) fn knows_portal(conn: &Connection, portal: &PortalId) -> Result<bool, Fail> {
    Ok(super::names::portal(conn, portal)?.is_some())
}

/// Sizes and counts.
pub(super) fn statistics(conn: &Connection, path: &std::path::Path) -> Result<Statistics, Fail> {
    let count = |sql: &str| -> Result<u64, Fail> {
        let value: i64 = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(value.unsigned_abs())
    };
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    Ok(Statistics {
        bytes: size(path) + size(&with_suffix(path, "-wal")),
        open_results: count("SELECT value FROM counter WHERE name = 'open_results'")?,
        packed_results: count("SELECT value FROM counter WHERE name = 'packed_results'")?,
        quarantined: count("SELECT count(*) FROM quarantine")?,
        quarantined_bytes: count("SELECT value FROM counter WHERE name = 'quarantined_bytes'")?,
        quarantine_dropped: count("SELECT value FROM counter WHERE name = 'quarantine_dropped'")?,
        slot_conflicts: count("SELECT value FROM counter WHERE name = 'slot_conflicts'")?,
    })
}
