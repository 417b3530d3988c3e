//! Incidents as rows.

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use rusqlite::{Connection, Row};

use super::fail::Fail;
use super::names::{from_json, json};
use super::reading::id;
use super::spans::{track_code, track_of};
use super::writer::Session;
use crate::incident::{Incident, IncidentKind};
use crate::store::StoreError;

/// Inserts new incidents (id 0), updates the others; returns them with their ids.
pub(super) fn write(session: &mut Session<'_>, mut incidents: Vec<Incident>) -> Result<Vec<Incident>, Fail> {
    let conn = session.conn;
    for incident in &mut incidents {
        let missing = |what: String| {
            Fail::Store(StoreError::Failed {
                action: "write incidents",
                detail: what,
            })
        };
        let portal = session
            .names
            .portal(conn, &incident.portal)?
            .ok_or_else(|| missing(format!("portal `{}` was never in an inventory", incident.portal)))?;
        let cause = incident.cause.as_ref().map(json).transpose()?;
        let kind: String = kind_name(incident.kind)?;
        let values = rusqlite::params![
            (incident.id != 0).then_some(incident.id),
            portal,
            track_code(incident.track),
            kind,
            incident.opened_at.secs(),
            incident.closed_at.map(UnixTime::secs),
            cause,
            json(&incident.agents)?,
            json(&incident.notes)?,
            incident.withdrawn,
        ];
        if incident.id == 0 {
            conn.prepare_cached(
                "INSERT INTO incident (id, portal, track, kind, opened_at, closed_at, cause, agents, notes, withdrawn)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(values)?;
            incident.id = conn.last_insert_rowid();
        } else {
            let changed = conn
                .prepare_cached(
                    "UPDATE incident SET portal = ?2, track = ?3, kind = ?4, opened_at = ?5, closed_at = ?6, cause = ?7,
                         agents = ?8, notes = ?9, withdrawn = ?10
                     WHERE id = ?1",
                )?
                .execute(values)?;
            if changed == 0 {
                return Err(missing(format!("there is no incident {}", incident.id)));
            }
        }
    }
    Ok(incidents)
}

/// Incidents that touch `window`, by `opened_at`.
pub(super) fn read(
    conn: &Connection,
    portal: Option<&PortalId>,
    window: Window,
) -> Result<Vec<Incident>, Fail> {
    // An incident without length (withdrawn) touches the window it begins in.
    let mut query = conn.prepare_cached(
        "SELECT portal.name, incident.id, track, kind, opened_at, closed_at, cause, agents, notes, withdrawn
         FROM incident JOIN portal ON portal.id = incident.portal
         WHERE (?1 IS NULL OR portal.name = ?1) AND opened_at < ?3
           AND (closed_at IS NULL OR closed_at > ?2 OR opened_at >= ?2)
         ORDER BY opened_at, incident.id",
    )?;
    let mut rows = query.query((portal.map(PortalId::as_str), window.from.secs(), window.to.secs()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(incident(row)?);
    }
    Ok(all)
}

fn incident(row: &Row<'_>) -> Result<Incident, Fail> {
    let text = |column| row.get::<_, String>(column);
    let cause: Option<String> = row.get(6)?;
    Ok(Incident {
        id: row.get(1)?,
        portal: id(row, 0)?,
        track: track_of(row.get(2)?)?,
        kind: from_json(&format!("\"{}\"", text(3)?))?,
        opened_at: UnixTime::from_secs(row.get(4)?),
        closed_at: row.get::<_, Option<i64>>(5)?.map(UnixTime::from_secs),
        cause: cause.as_deref().map(from_json).transpose()?,
        agents: from_json(&text(7)?)?,
        notes: from_json(&text(8)?)?,
        withdrawn: row.get(9)?,
    })
}

fn kind_name(kind: IncidentKind) -> Result<String, Fail> {
    Ok(json(&kind)?.trim_matches('"').to_owned())
}
