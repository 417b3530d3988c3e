//! Readers that take much at once: every portal's spans, inventories, agents' gaps.

use std::collections::HashMap;

use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::Inventory;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use rusqlite::Connection;

use super::fail::Fail;
use super::names;
use super::spans::Terms;
use crate::ledger::{AgentGap, Span, Track};
use crate::store::InventoryRecord;

/// The spans of a track that touch `window`, of all these portals.
pub(super) fn all_spans(
    conn: &Connection,
    portals: &[PortalId],
    track: Track,
    window: Window,
) -> Result<Vec<(PortalId, Vec<Span>)>, Fail> {
    let mut terms = Terms::default();
    let mut all = Vec::with_capacity(portals.len());
    for id in portals {
        let Some(number) = names::portal(conn, id)? else {
            continue;
        };
        all.push((
            id.clone(),
            super::spans::of_number(conn, &mut terms, number, track, window)?,
        ));
    }
    Ok(all)
}

/// The inventories in force at any instant of `window`, oldest first.
pub(super) fn inventories(conn: &Connection, window: Window) -> Result<Vec<InventoryRecord>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT loaded_at, inventory.version, json FROM inventory
         JOIN inventory_version ON inventory_version.version = inventory.version
         WHERE loaded_at < ?2 AND inventory.id >= coalesce(
             (SELECT id FROM inventory WHERE loaded_at <= ?1 ORDER BY loaded_at DESC, id DESC LIMIT 1), 0)
         ORDER BY loaded_at, inventory.id",
    )?;
    let mut rows = query.query((window.from.secs(), window.to.secs()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let json: String = row.get(2)?;
        // A record whose JSON is of another build still tells when it came into force.
        let portals = serde_json::from_str::<Inventory>(&json)
            .map(|inventory| inventory.portals.into_iter().map(|portal| portal.id).collect())
            .unwrap_or_default();
        all.push(InventoryRecord {
            version: Sha256::from_bytes(row.get(1)?),
            loaded_at: UnixTime::from_secs(row.get(0)?),
            json,
            portals,
        });
    }
    Ok(all)
}

/// Gaps that concern everything their agent measures.
pub(super) fn agent_gaps(conn: &Connection, window: Window) -> Result<Vec<AgentGap>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT agent.name, starts, ends, why FROM gap JOIN agent ON agent.id = gap.agent
         WHERE gap.portal IS NULL AND (probe IS NULL OR probe = 'reach') AND ends > ?1 AND starts < ?2
         ORDER BY agent.name, starts, ends",
    )?;
    let mut rows = query.query((window.from.secs(), window.to.secs()))?;
    let mut names: HashMap<String, AgentId> = HashMap::new();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let agent = match names.get(&name) {
            Some(agent) => agent.clone(),
            None => {
                let agent: AgentId = super::reading::id(row, 0)?;
                names.insert(name, agent.clone());
                agent
            }
        };
        let why: String = row.get(3)?;
        all.push(AgentGap {
            agent,
            window: Window::new(UnixTime::from_secs(row.get(1)?), UnixTime::from_secs(row.get(2)?)),
            why: GapWhy::from_name(&why).ok_or_else(|| Fail::unreadable("gap", &why))?,
        });
    }
    Ok(all)
}
