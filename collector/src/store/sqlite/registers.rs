//! Registers, handed-in files and backups' signs of life as rows.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::audit::append;
use super::fail::Fail;
use super::reading::id;
use crate::account::{Author, Note};
use crate::register::{Entry, Kept, RegisterKind};
use crate::store::{Entered, HandedFile, NewEntry, RegisterStore, StoreError};

/// Seconds by which Vietnam's days begin before UTC's.
const AHEAD: i64 = 7 * 3_600;

fn entries(
    conn: &Connection,
    register: Option<RegisterKind>,
    portal: Option<&PortalId>,
) -> Result<Vec<Kept>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT id, register, portal, replaces, withdrawn, at, author, shown, data FROM register_entry
         WHERE (?1 IS NULL OR register = ?1) AND (?2 IS NULL OR portal = ?2) ORDER BY id",
    )?;
    let mut rows = query.query((register.map(RegisterKind::as_str), portal.map(PortalId::as_str)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, data): (String, String) = (row.get(1)?, row.get(8)?);
        let kind = RegisterKind::named(&name);
        let kind = kind.ok_or_else(|| Fail::unreadable(&name, "no register of this build"))?;
        let portal: Option<String> = row.get(2)?;
        all.push(Kept {
            id: row.get(0)?,
            portal: portal.map(|_| id(row, 2)).transpose()?,
            replaces: row.get(3)?,
            withdrawn: row.get(4)?,
            at: UnixTime::from_secs(row.get(5)?),
            author: row.get(6)?,
            shown: row.get(7)?,
            entry: Entry::from_json(kind, &data)
                .map_err(|error| Fail::unreadable("register entry", error))?,
        });
    }
    Ok(all)
}

/// Whether an entry can be corrected: it is there, in this register and of this portal, not taken back, and the last of its chain.
fn correctable(conn: &Connection, replaces: i64, new: &NewEntry) -> Result<bool, Fail> {
    let there: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM register_entry WHERE id = ?1 AND register = ?2 AND portal IS ?3 AND NOT withdrawn)
                AND NOT EXISTS (SELECT 1 FROM register_entry WHERE replaces = ?1)",
        )?
        .query_row(
            (
                replaces,
                new.entry.kind().as_str(),
                new.portal.as_ref().map(PortalId::as_str),
            ),
            |row| row.get(0),
        )?;
    Ok(there)
}

/// Keeps a file that somebody handed in, once by its content.
pub(super) fn hand_in(conn: &Connection, file: &HandedFile, at: UnixTime, author: &str) -> Result<(), Fail> {
    conn.prepare_cached(
        "INSERT INTO handed_file (digest, name, at, author, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (digest) DO NOTHING",
    )?
    .execute((
        Sha256::of(&file.bytes).as_bytes(),
        &file.name,
        at.secs(),
        author,
        &file.bytes,
    ))?;
    Ok(())
}

fn enter(conn: &Connection, entries: &[NewEntry], author: &Author, note: &Note) -> Result<Entered, Fail> {
    // Looked at first: what follows either all happens or, on error, is rolled back.
    for new in entries {
        if let Some(replaces) = new.replaces
            && !correctable(conn, replaces, new)?
        {
            return Ok(Entered::Outdated(replaces));
        }
    }
    let mut ids = Vec::with_capacity(entries.len());
    for new in entries {
        if let Some(file) = &new.file {
            hand_in(conn, file, note.at, &author.name)?;
        }
        let data = new
            .entry
            .to_json()
            .map_err(|error| Fail::unreadable("register entry", error))?;
        conn.prepare_cached(
            "INSERT INTO register_entry (register, portal, replaces, withdrawn, at, author, shown, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            new.entry.kind().as_str(),
            new.portal.as_ref().map(PortalId::as_str),
            new.replaces,
            new.withdrawn,
            note.at.secs(),
            &author.name,
            &author.shown,
            data,
        ))?;
        ids.push(conn.last_insert_rowid());
    }
    append(conn, note)?;
    Ok(Entered::All(ids))
}

impl RegisterStore for SqliteStore {
    fn entries(
        &self,
        register: Option<RegisterKind>,
        portal: Option<&PortalId>,
    ) -> Result<Vec<Kept>, StoreError> {
        self.readers
            .read("read a register", |conn, _| entries(conn, register, portal))
    }

    fn entered_after(&self, after: i64) -> Result<Vec<(i64, Option<PortalId>)>, StoreError> {
        self.readers.read("read new entries of registers", |conn, _| {
            let mut query =
                conn.prepare_cached("SELECT id, portal FROM register_entry WHERE id > ?1 ORDER BY id")?;
            let mut rows = query.query([after])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let portal: Option<String> = row.get(1)?;
                all.push((row.get(0)?, portal.map(|_| id(row, 1)).transpose()?));
            }
            Ok(all)
        })
    }

    fn enter(&self, entries: Vec<NewEntry>, author: &Author, note: Note) -> Result<Entered, StoreError> {
        let author = author.clone();
        self.writer.call("write a register", move |session| {
            enter(session.conn, &entries, &author, &note)
        })
    }

    fn handed_file(&self, digest: &Sha256) -> Result<Option<HandedFile>, StoreError> {
        self.readers.read("read a handed-in file", |conn, _| {
            Ok(conn
                .prepare_cached("SELECT name, bytes FROM handed_file WHERE digest = ?1")?
                .query_row([digest.as_bytes()], |row| {
                    Ok(HandedFile {
                        name: row.get(0)?,
                        bytes: row.get(1)?,
                    })
                })
                .optional()?)
        })
    }

    fn note_backup(&self, portal: &PortalId, at: UnixTime, author: &Author) -> Result<(), StoreError> {
        let (portal, author) = (portal.clone(), author.name.clone());
        self.writer.call("note a backup", move |session| {
            session
                .conn
                .prepare_cached(
                    "INSERT INTO backup_heartbeat (portal, day, at, author) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (portal, day) DO UPDATE SET at = excluded.at, author = excluded.author
                     WHERE excluded.at > at",
                )?
                .execute((
                    portal.as_str(),
                    (at.secs() + AHEAD).div_euclid(86_400),
                    at.secs(),
                    &author,
                ))?;
            Ok(())
        })
    }

    fn backups(
        &self,
        portal: Option<&PortalId>,
        at: UnixTime,
    ) -> Result<BTreeMap<PortalId, UnixTime>, StoreError> {
        self.readers.read("read backups", |conn, _| {
            let mut query = conn.prepare_cached(
                "SELECT portal, max(at) FROM backup_heartbeat
                 WHERE at <= ?1 AND (?2 IS NULL OR portal = ?2) GROUP BY portal",
            )?;
            let mut rows = query.query((at.secs(), portal.map(PortalId::as_str)))?;
            let mut all = BTreeMap::new();
            while let Some(row) = rows.next()? {
                all.insert(id(row, 0)?, UnixTime::from_secs(row.get(1)?));
            }
            Ok(all)
        })
    }
}
