//! Acts and responses as rows.

use ems_contract::digest::Sha256;
use ems_contract::time::{UnixTime, Window};
use rusqlite::Connection;

use super::SqliteStore;
use super::audit::append;
use super::fail::Fail;
use super::reading::id;
use crate::account::Note;
use crate::incident::Response;
use crate::oncall::{Act, ActKind, NewAct};
use crate::store::{Acted, Alerted, OnCallStore, StoreError};

fn acts(conn: &Connection, since: UnixTime) -> Result<Vec<Act>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT id, thread, at, act, author, shown, via, detail FROM alarm_act WHERE at >= ?1 ORDER BY id",
    )?;
    let mut rows = query.query([since.secs()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(3)?;
        all.push(Act {
            id: row.get(0)?,
            thread: row.get(1)?,
            at: UnixTime::from_secs(row.get(2)?),
            kind: ActKind::named(&name).ok_or_else(|| Fail::unreadable(&name, "no act of this build"))?,
            author: row.get(4)?,
            shown: row.get(5)?,
            via: row.get(6)?,
            detail: row.get(7)?,
        });
    }
    Ok(all)
}

fn link_used(conn: &Connection, link: &Sha256) -> Result<bool, Fail> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM alarm_act WHERE link = ?1")?
        .exists([link.as_bytes().as_slice()])?)
}

fn act(conn: &Connection, new: &NewAct, note: &Note) -> Result<Acted, Fail> {
    if let Some(link) = &new.link
        && link_used(conn, link)?
    {
        return Ok(Acted::LinkUsed);
    }
    conn.prepare_cached(
        "INSERT INTO alarm_act (thread, at, act, author, shown, via, detail, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        &new.thread,
        note.at.secs(),
        new.kind.as_str(),
        &new.author.name,
        &new.author.shown,
        new.author.via.as_str(),
        &new.detail,
        new.link.as_ref().map(|link| link.as_bytes().as_slice()),
    ))?;
    let id = conn.last_insert_rowid();
    if new.takes_it_on() == Some(true) {
        let mut answer = conn.prepare_cached(
            "UPDATE incident_response SET acknowledged_at = ?2, acknowledged_by = ?3
             WHERE incident = ?1 AND acknowledged_at IS NULL",
        )?;
        for incident in &new.incidents {
            answer.execute((incident, note.at.secs(), &new.author.name))?;
        }
    }
    append(conn, note)?;
    Ok(Acted::Kept(id))
}

fn responses(conn: &Connection, window: Window) -> Result<Vec<Response>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT incident.id, opened_at, alerted_at, acknowledged_at, acknowledged_by, closed_at, portal.name
         FROM incident JOIN incident_response ON incident_response.incident = incident.id
         JOIN portal ON portal.id = incident.portal
         WHERE opened_at >= ?1 AND opened_at < ?2 AND withdrawn = 0 ORDER BY opened_at, incident.id",
    )?;
    let mut rows = query.query((window.from.secs(), window.to.secs()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let instant =
            |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(UnixTime::from_secs));
        all.push(Response {
            incident: row.get(0)?,
            portal: id(row, 6)?,
            opened_at: UnixTime::from_secs(row.get(1)?),
            alerted_at: UnixTime::from_secs(row.get(2)?),
            acknowledged_at: instant(3)?,
            acknowledged_by: row.get(4)?,
            recovered_at: instant(5)?,
        });
    }
    Ok(all)
}

impl OnCallStore for SqliteStore {
    fn acts(&self, since: UnixTime) -> Result<Vec<Act>, StoreError> {
        self.readers.read("read acts", |conn, _| acts(conn, since))
    }

    fn act(&self, new: NewAct, note: Note) -> Result<Acted, StoreError> {
        self.writer
            .call("keep an act", move |session| act(session.conn, &new, &note))
    }

    fn link_used(&self, link: Sha256) -> Result<bool, StoreError> {
        self.readers
            .read("look for a used link", |conn, _| link_used(conn, &link))
    }

    fn note_alerted(&self, incidents: Vec<Alerted>, at: UnixTime) -> Result<(), StoreError> {
        self.writer.call("note an alert", move |session| {
            let mut insert = session.conn.prepare_cached(
                "INSERT INTO incident_response (incident, alerted_at, acknowledged_at, acknowledged_by)
                 VALUES (?1, ?2, iif(?3 IS NULL, NULL, ?2), ?3) ON CONFLICT (incident) DO NOTHING",
            )?;
            for Alerted { incident, taken_by } in &incidents {
                insert.execute((incident, at.secs(), taken_by))?;
            }
            Ok(())
        })
    }

    fn responses(&self, window: Window) -> Result<Vec<Response>, StoreError> {
        self.readers
            .read("read responses", |conn, _| responses(conn, window))
    }
}
