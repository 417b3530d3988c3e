//! Which portals the ledger has to look at again, and from when on.

use std::collections::HashMap;

use ems_contract::time::UnixTime;
use rusqlite::Connection;

use super::fail::Fail;
use crate::store::Dirty;

/// Marks portals as changed from an instant on, under a new generation.
pub(super) fn mark(conn: &Connection, dirt: &HashMap<i64, i64>) -> Result<(), Fail> {
    if dirt.is_empty() {
        return Ok(());
    }
    let generation: i64 = conn
        .prepare_cached("UPDATE counter SET value = value + 1 WHERE name = 'generation' RETURNING value")?
        .query_row([], |row| row.get(0))?;
    let mut upsert = conn.prepare_cached(
        "INSERT INTO dirty (portal, since, generation) VALUES (?1, ?2, ?3)
         ON CONFLICT (portal) DO UPDATE SET since = min(since, excluded.since), generation = excluded.generation",
    )?;
    for (portal, since) in dirt {
        upsert.execute((portal, since, generation))?;
    }
    Ok(())
}

/// Every portal that an agent ever measured by `reach`.
pub(super) fn portals_of_agent(conn: &Connection, agent: i64) -> Result<Vec<i64>, Fail> {
    let mut query =
        conn.prepare_cached("SELECT DISTINCT portal FROM series WHERE agent = ?1 AND probe = 'reach'")?;
    let portals = query
        .query_map([agent], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(portals)
}

/// All dirt, oldest change first.
pub(super) fn list(conn: &Connection) -> Result<Vec<Dirty>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT portal.name, since, generation FROM dirty JOIN portal ON portal.id = dirty.portal ORDER BY since, name",
    )?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let generation: i64 = row.get(2)?;
        all.push(Dirty {
            portal: super::reading::id(row, 0)?,
            since: UnixTime::from_secs(row.get(1)?),
            generation: generation.unsigned_abs(),
        });
    }
    Ok(all)
}
