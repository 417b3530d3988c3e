//! Accounts, sessions and tokens as rows.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::audit::{append, digest};
use super::fail::Fail;
use super::reading::id;
use crate::account::{
    ApiToken, AuditEntry, LoginName, LoginSession, Note, Person, PersonChange, Role, Scope,
};
use crate::store::{AccountStore, LoginOutcome, Sessions, StoreError};

const PERSON: &str = "p.login, p.full_name, p.role, p.portals, p.password, p.must_change, p.disabled, p.failures, p.failed_at, p.created_at";

fn person(row: &Row<'_>) -> Result<Person, Fail> {
    let role: String = row.get(2)?;
    Ok(Person {
        login: id(row, 0)?,
        full_name: row.get(1)?,
        role: named(&role, Role::named)?,
        portals: portals(&row.get::<_, String>(3)?)?,
        password: row.get(4)?,
        must_change: row.get(5)?,
        disabled: row.get(6)?,
        failures: row.get(7)?,
        failed_at: row.get::<_, Option<i64>>(8)?.map(UnixTime::from_secs),
        created_at: UnixTime::from_secs(row.get(9)?),
    })
}

fn named<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Fail> {
    read(text).ok_or_else(|| Fail::unreadable(text, "not a name of this build"))
}

fn portals(text: &str) -> Result<Vec<PortalId>, Fail> {
    text.split_whitespace()
        .map(|id| id.parse().map_err(|error| Fail::unreadable(id, error)))
        .collect()
}

fn joined<T: ToString>(values: &[T]) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

fn people(conn: &Connection) -> Result<Vec<Person>, Fail> {
    let mut query = conn.prepare_cached(&format!("SELECT {PERSON} FROM person p ORDER BY p.login"))?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(person(row)?);
    }
    Ok(all)
}

fn one(conn: &Connection, login: &LoginName) -> Result<Option<Person>, Fail> {
    let mut query = conn.prepare_cached(&format!("SELECT {PERSON} FROM person p WHERE p.login = ?1"))?;
    query
        .query_row([login.as_str()], |row| Ok(person(row)))
        .optional()?
        .transpose()
}

fn add(conn: &Connection, new: &Person) -> Result<bool, Fail> {
    let added = conn
        .prepare_cached(
            "INSERT INTO person (login, full_name, role, portals, password, must_change, disabled, failures, failed_at, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, NULL, ?8) ON CONFLICT (login) DO NOTHING",
        )?
        .execute((
            new.login.as_str(),
            &new.full_name,
            new.role.as_str(),
            joined(&new.portals),
            &new.password,
            new.must_change,
            new.disabled,
            new.created_at.secs(),
        ))?;
    Ok(added == 1)
}

fn change(conn: &Connection, login: &LoginName, change: &PersonChange) -> Result<bool, Fail> {
    let login = login.as_str();
    let changed = match change {
        PersonChange::Role { role, portals } => conn
            .prepare_cached("UPDATE person SET role = ?2, portals = ?3 WHERE login = ?1")?
            .execute((login, role.as_str(), joined(portals)))?,
        PersonChange::Password { hash, must_change } => conn
            .prepare_cached(
                "UPDATE person SET password = ?2, must_change = ?3, failures = 0, failed_at = NULL WHERE login = ?1",
            )?
            .execute((login, hash, must_change))?,
        PersonChange::Disabled(disabled) => conn
            .prepare_cached("UPDATE person SET disabled = ?2 WHERE login = ?1")?
            .execute((login, disabled))?,
        PersonChange::Unlock => conn
            .prepare_cached("UPDATE person SET failures = 0, failed_at = NULL WHERE login = ?1")?
            .execute([login])?,
    };
    if matches!(
        change,
        PersonChange::Password { .. } | PersonChange::Disabled(true)
    ) {
        conn.prepare_cached("DELETE FROM login_session WHERE login = ?1")?
            .execute([login])?;
    }
    Ok(changed == 1)
}

fn note_login(
    conn: &Connection,
    login: &LoginName,
    outcome: &LoginOutcome,
    now: UnixTime,
) -> Result<(), Fail> {
    match outcome {
        LoginOutcome::Failed => {
            conn.prepare_cached(
                "UPDATE person SET failures = failures + 1, failed_at = ?2 WHERE login = ?1",
            )?
            .execute((login.as_str(), now.secs()))?;
        }
        LoginOutcome::Opened(session) => {
            change(conn, login, &PersonChange::Unlock)?;
            conn.prepare_cached(
                "INSERT INTO login_session (digest, login, began_at, seen_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((
                session.digest.as_bytes(),
                session.login.as_str(),
                session.began_at.secs(),
                session.seen_at.secs(),
            ))?;
        }
    }
    Ok(())
}

fn session(conn: &Connection, wanted: &Sha256) -> Result<Option<(LoginSession, Person)>, Fail> {
    let sql = format!(
        "SELECT {PERSON}, s.digest, s.began_at, s.seen_at
         FROM login_session s JOIN person p ON p.login = s.login WHERE s.digest = ?1"
    );
    let found = conn
        .prepare_cached(&sql)?
        .query_row([wanted.as_bytes()], |row| {
            let times = (row.get::<_, i64>(11)?, row.get::<_, i64>(12)?);
            Ok((person(row), digest(row, 10)?, times))
        })
        .optional()?;
    let Some((person, digest, (began_at, seen_at))) = found else {
        return Ok(None);
    };
    let person = person?;
    let session = LoginSession {
        digest,
        login: person.login.clone(),
        began_at: UnixTime::from_secs(began_at),
        seen_at: UnixTime::from_secs(seen_at),
    };
    Ok(Some((session, person)))
}

fn end_sessions(conn: &Connection, which: &Sessions) -> Result<usize, Fail> {
    Ok(match which {
        Sessions::One(digest) => conn
            .prepare_cached("DELETE FROM login_session WHERE digest = ?1")?
            .execute([digest.as_bytes()])?,
        Sessions::Of(login) => conn
            .prepare_cached("DELETE FROM login_session WHERE login = ?1")?
            .execute([login.as_str()])?,
        Sessions::BeganBefore(at) => conn
            .prepare_cached("DELETE FROM login_session WHERE began_at < ?1")?
            .execute([at.secs()])?,
    })
}

fn tokens(conn: &Connection) -> Result<Vec<ApiToken>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT name, digest, scopes, portals, made_by, made_at, expires_at, revoked_at FROM api_token ORDER BY name",
    )?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let scopes: String = row.get(2)?;
        all.push(ApiToken {
            name: row.get(0)?,
            digest: digest(row, 1)?,
            scopes: scopes
                .split_whitespace()
                .map(|name| named(name, Scope::named))
                .collect::<Result<_, _>>()?,
            portals: portals(&row.get::<_, String>(3)?)?,
            made_by: row.get(4)?,
            made_at: UnixTime::from_secs(row.get(5)?),
            expires_at: row.get::<_, Option<i64>>(6)?.map(UnixTime::from_secs),
            revoked_at: row.get::<_, Option<i64>>(7)?.map(UnixTime::from_secs),
        });
    }
    Ok(all)
}

fn add_token(conn: &Connection, token: &ApiToken) -> Result<bool, Fail> {
    let added = conn
        .prepare_cached(
            "INSERT INTO api_token (name, digest, scopes, portals, made_by, made_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING",
        )?
        .execute((
            &token.name,
            token.digest.as_bytes(),
            joined(&token.scopes),
            joined(&token.portals),
            &token.made_by,
            token.made_at.secs(),
            token.expires_at.map(UnixTime::secs),
        ))?;
    Ok(added == 1)
}

fn revoke_token(conn: &Connection, name: &str, now: UnixTime) -> Result<bool, Fail> {
    let revoked = conn
        .prepare_cached("UPDATE api_token SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL")?
        .execute((name, now.secs()))?;
    Ok(revoked == 1)
}

impl AccountStore for SqliteStore {
    fn people(&self) -> Result<Vec<Person>, StoreError> {
        self.readers.read("read accounts", |conn, _| people(conn))
    }

    fn person(&self, login: &LoginName) -> Result<Option<Person>, StoreError> {
        self.readers.read("read an account", |conn, _| one(conn, login))
    }

    fn add_person(&self, person: Person, note: Note) -> Result<bool, StoreError> {
        self.writer.call("make an account", move |session| {
            let added = add(session.conn, &person)?;
            if added {
                append(session.conn, &note)?;
            }
            Ok(added)
        })
    }

    fn change_person(&self, login: &LoginName, what: PersonChange, note: Note) -> Result<bool, StoreError> {
        let login = login.clone();
        self.writer.call("change an account", move |session| {
            let changed = change(session.conn, &login, &what)?;
            if changed {
                append(session.conn, &note)?;
            }
            Ok(changed)
        })
    }

    fn note_login(&self, login: &LoginName, outcome: LoginOutcome, note: Note) -> Result<(), StoreError> {
        let login = login.clone();
        self.writer.call("note a log-in", move |session| {
            note_login(session.conn, &login, &outcome, note.at)?;
            append(session.conn, &note)
        })
    }

    fn login_session(&self, digest: &Sha256) -> Result<Option<(LoginSession, Person)>, StoreError> {
        self.readers
            .read("read a session", |conn, _| session(conn, digest))
    }

    fn see_session(&self, digest: &Sha256, now: UnixTime) -> Result<(), StoreError> {
        let digest = *digest;
        self.writer.call("note a session's use", move |session| {
            session
                .conn
                .prepare_cached("UPDATE login_session SET seen_at = ?2 WHERE digest = ?1 AND seen_at < ?2")?
                .execute((digest.as_bytes(), now.secs()))?;
            Ok(())
        })
    }

    fn end_sessions(&self, which: Sessions, note: Option<Note>) -> Result<usize, StoreError> {
        self.writer.call("end sessions", move |session| {
            let ended = end_sessions(session.conn, &which)?;
            if let Some(note) = note.as_ref().filter(|_| ended > 0) {
                append(session.conn, note)?;
            }
            Ok(ended)
        })
    }

    fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.readers.read("read tokens", |conn, _| tokens(conn))
    }

    fn add_api_token(&self, token: ApiToken, note: Note) -> Result<bool, StoreError> {
        self.writer.call("keep a token", move |session| {
            let added = add_token(session.conn, &token)?;
            if added {
                append(session.conn, &note)?;
            }
            Ok(added)
        })
    }

    fn revoke_api_token(&self, name: &str, note: Note) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.writer.call("revoke a token", move |session| {
            let revoked = revoke_token(session.conn, &name, note.at)?;
            if revoked {
                append(session.conn, &note)?;
            }
            Ok(revoked)
        })
    }

    fn audit(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.readers.read("read the audit log", |conn, _| {
            super::audit::read(conn, before, limit)
        })
    }

    fn write_note(&self, note: Note) -> Result<(), StoreError> {
        self.writer
            .call("write the audit log", move |session| append(session.conn, &note))
    }
}
