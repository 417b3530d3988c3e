//! Editions of reports as rows.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::audit::{append, digest};
use super::fail::Fail;
use super::reading::id;
use super::registers::hand_in;
use crate::account::{Author, Note};
use crate::edition::{
    Decision, Edition, EditionFile, EditionKey, EditionState, NewEdition, NewObjection, Objection, Passage,
    Step,
};
use crate::store::{EditionKept, EditionStore, HandedFile, StoreError};

fn unit(key: &EditionKey) -> &str {
    key.unit.as_ref().map_or("", PortalId::as_str)
}

pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fail> {
    serde_json::from_str(text).map_err(|error| Fail::unreadable("edition", error))
}

fn text(value: &impl serde::Serialize) -> Result<String, Fail> {
    serde_json::to_string(value).map_err(|error| Fail::unreadable("edition", error))
}

/// The key in the columns from `first` on: duty, period, unit.
pub(super) fn key(row: &Row<'_>, first: usize) -> Result<EditionKey, Fail> {
    let unit: String = row.get(first + 2)?;
    Ok(EditionKey {
        duty: row.get(first)?,
        period: row.get(first + 1)?,
        unit: match unit.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|error| Fail::unreadable(id, error))?),
        },
    })
}

fn editions(conn: &Connection, wanted: Option<&EditionKey>) -> Result<Vec<Edition>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT id, duty, period, unit, number, made_at, made_by, manifest, seal, reason, changes FROM edition
         WHERE ?1 IS NULL OR (duty = ?1 AND period = ?2 AND unit = ?3) ORDER BY duty, period, unit, number",
    )?;
    let mut rows = query.query((
        wanted.map(|key| &key.duty),
        wanted.map(|key| &key.period),
        wanted.map(unit),
    ))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(edition(conn, row)?);
    }
    Ok(all)
}

/// A row of `edition`, its columns in the order of the table, with its steps.
fn edition(conn: &Connection, row: &Row<'_>) -> Result<Edition, Fail> {
    let (manifest, changes): (String, String) = (row.get(7)?, row.get(10)?);
    let id = row.get(0)?;
    Ok(Edition {
        id,
        key: key(row, 1)?,
        number: row.get(4)?,
        made_at: UnixTime::from_secs(row.get(5)?),
        made_by: row.get(6)?,
        manifest: json(&manifest)?,
        seal: digest(row, 8)?,
        reason: row.get(9)?,
        changes: json(&changes)?,
        steps: steps(conn, id)?,
    })
}

fn steps(conn: &Connection, edition: i64) -> Result<Vec<Step>, Fail> {
    let mut query = conn.prepare_cached("SELECT data FROM edition_step WHERE edition = ?1")?;
    let mut rows = query.query([edition])?;
    let mut all: Vec<Step> = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(json(&row.get::<_, String>(0)?)?);
    }
    all.sort_by_key(|step| step.state);
    Ok(all)
}

/// The newest edition of a key: row, number, whether it is frozen.
fn newest(conn: &Connection, key: &EditionKey) -> Result<Option<(i64, u32, bool)>, Fail> {
    Ok(conn
        .prepare_cached(
            "SELECT id, number, frozen FROM edition WHERE duty = ?1 AND period = ?2 AND unit = ?3
             ORDER BY number DESC LIMIT 1",
        )?
        .query_row((&key.duty, &key.period, unit(key)), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?)
}

/// An edition with its files compressed, ready for the writing thread.
struct Packed {
    edition: NewEdition,
    manifest: String,
    changes: String,
    seal: Sha256,
    files: Vec<(String, i64, Vec<u8>)>,
}

impl Packed {
    fn new(mut edition: NewEdition) -> Result<Self, Fail> {
        let files = std::mem::take(&mut edition.files);
        let listed = files.iter().find(|file| file.name == crate::report::MANIFEST);
        let seal = Sha256::of(listed.map_or(&[][..], |file| &file.bytes));
        let pack = |file: EditionFile| {
            let body = zstd::bulk::compress(&file.bytes, 9);
            let body = body.map_err(|error| Fail::unreadable("edition", error))?;
            let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
            Ok::<_, Fail>((file.name, size, body))
        };
        Ok(Self {
            manifest: text(&edition.manifest)?,
            changes: text(&edition.changes)?,
            seal,
            files: files.into_iter().map(pack).collect::<Result<_, _>>()?,
            edition,
        })
    }
}

fn keep(conn: &Connection, packed: &Packed, author: &Author, note: &Note) -> Result<EditionKept, Fail> {
    let new = &packed.edition;
    let number = match newest(conn, &new.key)? {
        None => 1,
        Some((_, number, false)) => number,
        Some((_, number, true)) => number + 1,
    };
    if number != new.number {
        return Ok(EditionKept::Outdated);
    }
    let id: i64 = conn
        .prepare_cached(
            "INSERT INTO edition (duty, period, unit, number, made_at, made_by, manifest, seal, reason, changes,
                                  frozen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0)
             ON CONFLICT (duty, period, unit, number) DO UPDATE SET made_at = excluded.made_at,
                 made_by = excluded.made_by, manifest = excluded.manifest, seal = excluded.seal,
                 reason = excluded.reason, changes = excluded.changes
             RETURNING id",
        )?
        .query_row(
            (
                &new.key.duty,
                &new.key.period,
                unit(&new.key),
                new.number,
                new.made_at.secs(),
                &author.shown,
                &packed.manifest,
                packed.seal.as_bytes(),
                &new.reason,
                &packed.changes,
            ),
            |row| row.get(0),
        )?;
    conn.prepare_cached("DELETE FROM edition_file WHERE edition = ?1")?
        .execute([id])?;
    let mut insert =
        conn.prepare_cached("INSERT INTO edition_file (edition, name, size, body) VALUES (?1, ?2, ?3, ?4)")?;
    for (name, size, body) in &packed.files {
        insert.execute((id, name, size, body))?;
    }
    if new.frozen {
        let step = Step {
            state: EditionState::Frozen,
            at: new.made_at,
            author: author.name.clone(),
            shown: author.shown.clone(),
            number: None,
            on: None,
            who: None,
            file: None,
        };
        note_step(conn, id, &step)?;
        conn.prepare_cached("UPDATE edition SET frozen = 1 WHERE id = ?1")?
            .execute([id])?;
    }
    append(conn, note)?;
    Ok(EditionKept::Done(id))
}

fn note_step(conn: &Connection, edition: i64, step: &Step) -> Result<(), Fail> {
    conn.prepare_cached("INSERT INTO edition_step (edition, state, data) VALUES (?1, ?2, ?3)")?
        .execute((edition, step.state.as_str(), text(step)?))?;
    Ok(())
}

fn take_step(
    conn: &Connection,
    edition: i64,
    from: EditionState,
    step: &Step,
    file: Option<&HandedFile>,
    note: &Note,
) -> Result<EditionKept, Fail> {
    let there: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM edition WHERE id = ?1)")?
        .query_row([edition], |row| row.get(0))?;
    let state = steps(conn, edition)?
        .last()
        .map_or(EditionState::Drafted, |step| step.state);
    if !there || state != from || from.next() != Some(step.state) {
        return Ok(EditionKept::Outdated);
    }
    if let Some(file) = file {
        hand_in(conn, file, note.at, &step.author)?;
    }
    note_step(conn, edition, step)?;
    append(conn, note)?;
    Ok(EditionKept::Done(edition))
}

fn passages(conn: &Connection, key: &EditionKey) -> Result<Vec<Passage>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT name, text, at, shown FROM report_passage AS one WHERE duty = ?1 AND period = ?2 AND unit = ?3
             AND id = (SELECT max(id) FROM report_passage AS later WHERE later.duty = one.duty
                 AND later.period = one.period AND later.unit = one.unit AND later.name = one.name)
         ORDER BY name",
    )?;
    let rows = query.query_map((&key.duty, &key.period, unit(key)), |row| {
        Ok(Passage {
            name: row.get(0)?,
            text: row.get(1)?,
            at: UnixTime::from_secs(row.get(2)?),
            shown: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn objections(conn: &Connection, wanted: Option<&EditionKey>) -> Result<Vec<Objection>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT id, duty, period, unit, portal, figure, claim, file, at, author, shown, data
         FROM report_objection LEFT JOIN report_decision ON objection = id
         WHERE ?1 IS NULL OR (duty = ?1 AND period = ?2 AND unit = ?3) ORDER BY id",
    )?;
    let mut rows = query.query((
        wanted.map(|key| &key.duty),
        wanted.map(|key| &key.period),
        wanted.map(unit),
    ))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (file, decision): (Option<[u8; 32]>, Option<String>) = (row.get(7)?, row.get(11)?);
        all.push(Objection {
            id: row.get(0)?,
            key: key(row, 1)?,
            portal: id(row, 4)?,
            figure: row.get(5)?,
            claim: row.get(6)?,
            file: file.map(Sha256::from_bytes),
            at: UnixTime::from_secs(row.get(8)?),
            author: row.get(9)?,
            shown: row.get(10)?,
            decision: decision.map(|text| json(&text)).transpose()?,
        });
    }
    Ok(all)
}

fn object(
    conn: &Connection,
    new: &NewObjection,
    file: Option<&HandedFile>,
    author: &Author,
    note: &Note,
) -> Result<i64, Fail> {
    if let Some(file) = file {
        hand_in(conn, file, new.at, &author.name)?;
    }
    let file = file.map(|file| Sha256::of(&file.bytes));
    conn.prepare_cached(
        "INSERT INTO report_objection (duty, period, unit, portal, figure, claim, file, at, author, shown)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        &new.key.duty,
        &new.key.period,
        unit(&new.key),
        new.portal.as_str(),
        &new.figure,
        &new.claim,
        file.as_ref().map(Sha256::as_bytes),
        new.at.secs(),
        &author.name,
        &author.shown,
    ))?;
    let id = conn.last_insert_rowid();
    append(conn, note)?;
    Ok(id)
}

fn decide(conn: &Connection, objection: i64, decision: &Decision, note: &Note) -> Result<EditionKept, Fail> {
    let new = conn
        .prepare_cached(
            "INSERT INTO report_decision (objection, data)
             SELECT id, ?2 FROM report_objection WHERE id = ?1 ON CONFLICT DO NOTHING",
        )?
        .execute((objection, text(decision)?))?;
    if new == 0 {
        return Ok(EditionKept::Outdated);
    }
    append(conn, note)?;
    Ok(EditionKept::Done(objection))
}

impl EditionStore for SqliteStore {
    fn editions(&self, key: Option<&EditionKey>) -> Result<Vec<Edition>, StoreError> {
        self.readers.read("read editions", |conn, _| editions(conn, key))
    }

    fn edition(&self, id: i64) -> Result<Option<Edition>, StoreError> {
        self.readers.read("read an edition", |conn, _| {
            let mut query = conn.prepare_cached(
                "SELECT id, duty, period, unit, number, made_at, made_by, manifest, seal, reason, changes
                 FROM edition WHERE id = ?1",
            )?;
            let mut rows = query.query([id])?;
            rows.next()?.map(|row| edition(conn, row)).transpose()
        })
    }

    fn edition_file(&self, edition: i64, name: &str) -> Result<Option<EditionFile>, StoreError> {
        self.readers.read("read a file of an edition", |conn, _| {
            let found: Option<Vec<u8>> = conn
                .prepare_cached("SELECT body FROM edition_file WHERE edition = ?1 AND name = ?2")?
                .query_row((edition, name), |row| row.get(0))
                .optional()?;
            let unpack = |body: Vec<u8>| {
                let bytes = zstd::stream::decode_all(&*body);
                let bytes = bytes.map_err(|error| Fail::unreadable(name, error))?;
                Ok::<_, Fail>(EditionFile {
                    name: name.to_owned(),
                    bytes,
                })
            };
            found.map(unpack).transpose()
        })
    }

    fn keep_edition(
        &self,
        edition: NewEdition,
        author: &Author,
        note: Note,
    ) -> Result<EditionKept, StoreError> {
        let packed = Packed::new(edition).map_err(|fail| fail.into_error("keep an edition", &self.path))?;
        let author = author.clone();
        self.writer.call("keep an edition", move |session| {
            keep(session.conn, &packed, &author, &note)
        })
    }

    fn step_edition(
        &self,
        edition: i64,
        from: EditionState,
        step: Step,
        file: Option<HandedFile>,
        note: Note,
    ) -> Result<EditionKept, StoreError> {
        self.writer.call("note a step of an edition", move |session| {
            take_step(session.conn, edition, from, &step, file.as_ref(), &note)
        })
    }

    fn passages(&self, key: &EditionKey) -> Result<Vec<Passage>, StoreError> {
        self.readers
            .read("read passages of a report", |conn, _| passages(conn, key))
    }

    fn write_passages(
        &self,
        key: &EditionKey,
        passages: Vec<(String, String)>,
        author: &Author,
        note: Note,
    ) -> Result<(), StoreError> {
        let (key, author) = (key.clone(), author.clone());
        self.writer.call("keep passages of a report", move |session| {
            let mut insert = session.conn.prepare_cached(
                "INSERT INTO report_passage (duty, period, unit, name, text, at, author, shown)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for (name, text) in &passages {
                let (by, shown) = (&author.name, &author.shown);
                insert.execute((
                    &key.duty,
                    &key.period,
                    unit(&key),
                    name,
                    text,
                    note.at.secs(),
                    by,
                    shown,
                ))?;
            }
            append(session.conn, &note)
        })
    }

    fn objections(&self, key: Option<&EditionKey>) -> Result<Vec<Objection>, StoreError> {
        self.readers
            .read("read objections", |conn, _| objections(conn, key))
    }

    fn object(
        &self,
        objection: NewObjection,
        file: Option<HandedFile>,
        author: &Author,
        note: Note,
    ) -> Result<i64, StoreError> {
        let author = author.clone();
        self.writer.call("keep an objection", move |session| {
            object(session.conn, &objection, file.as_ref(), &author, &note)
        })
    }

    fn decide(&self, objection: i64, decision: Decision, note: Note) -> Result<EditionKept, StoreError> {
        self.writer.call("decide an objection", move |session| {
            decide(session.conn, objection, &decision, &note)
        })
    }
}
