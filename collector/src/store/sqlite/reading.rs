//! The readers: a few connections that only read, and the small conversions every query needs.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Condvar, Mutex, PoisonError};

use ems_contract::id::AgentId;
use ems_contract::outcome::Outcome;
use rusqlite::{Connection, Row};

use super::fail::{Fail, worded};
use super::names::from_json;
use super::open;
use crate::store::StoreError;

/// Connections open for reading at once; the next reader waits.
const READERS: usize = 4;

/// A reading connection and what it has looked up. Numbers of committed rows never change their meaning.
pub(super) struct Reader {
    pub(super) conn: Connection,
    pub(super) lookup: Lookup,
}

/// Meanings of numbers, as far as they were asked for.
#[derive(Default)]
pub(super) struct Lookup {
    outcomes: HashMap<i64, Outcome>,
    addresses: HashMap<i64, IpAddr>,
    agents: HashMap<i64, AgentId>,
}

/// Readers at rest.
pub(super) struct Readers {
    path: PathBuf,
    state: Mutex<State>,
    back: Condvar,
}

struct State {
    idle: Vec<Reader>,
    out: usize,
}

/// A place among the readers, given back when dropped.
struct Place<'a>(&'a Readers);

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        let state = Mutex::new(State {
            idle: Vec::new(),
            out: 0,
        });
        Self {
            path,
            state,
            back: Condvar::new(),
        }
    }

    /// Runs `query` in a read transaction: it sees one state of the database.
    pub(super) fn read<T>(
        &self,
        action: &'static str,
        query: impl FnOnce(&Connection, &mut Lookup) -> Result<T, Fail>,
    ) -> Result<T, StoreError> {
        let (_place, idle) = self.enter();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                let conn = open::reader(&self.path)
                    .map_err(|error| worded(&error, "open for reading", &self.path))?;
                Reader {
                    conn,
                    lookup: Lookup::default(),
                }
            }
        };
        let Reader { conn, lookup } = &mut reader;
        let begun = conn.execute_batch("BEGIN").map_err(Fail::from);
        let result = begun.and_then(|()| query(conn, lookup));
        if conn.is_autocommit() || conn.execute_batch("ROLLBACK").is_ok() {
            self.state().idle.push(reader);
        }
        result.map_err(|fail| fail.into_error(action, &self.path))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> (Place<'_>, Option<Reader>) {
        let mut state = self.state();
        while state.out >= READERS {
            state = self.back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.out += 1;
        (Place(self), state.idle.pop())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().out -= 1;
        self.0.back.notify_one();
    }
}

impl Lookup {
    pub(super) fn outcome(&mut self, conn: &Connection, term: i64) -> Result<Outcome, Fail> {
        if let Some(outcome) = self.outcomes.get(&term) {
            return Ok(*outcome);
        }
        let outcome = from_json(&term_text(conn, term)?)?;
        self.outcomes.insert(term, outcome);
        Ok(outcome)
    }

    pub(super) fn address(&mut self, conn: &Connection, term: i64) -> Result<IpAddr, Fail> {
        if let Some(address) = self.addresses.get(&term) {
            return Ok(*address);
        }
        let address = parse(&term_text(conn, term)?)?;
        self.addresses.insert(term, address);
        Ok(address)
    }

    pub(super) fn agent(&mut self, conn: &Connection, number: i64) -> Result<AgentId, Fail> {
        if let Some(agent) = self.agents.get(&number) {
            return Ok(agent.clone());
        }
        let agent: AgentId = conn
            .prepare_cached("SELECT name FROM agent WHERE id = ?1")?
            .query_row([number], |row| Ok(id(row, 0)))??;
        self.agents.insert(number, agent.clone());
        Ok(agent)
    }
}

/// The text of a term.
pub(super) fn term_text(conn: &Connection, term: i64) -> Result<String, Fail> {
    Ok(conn
        .prepare_cached("SELECT text FROM term WHERE id = ?1")?
        .query_row([term], |row| row.get(0))?)
}

/// A column that holds a text with a meaning: an id, an epoch, an address.
pub(super) fn id<T: FromStr>(row: &Row<'_>, column: usize) -> Result<T, Fail>
where
    T::Err: std::fmt::Display,
{
    let text = row
        .get_ref(column)?
        .as_str()
        .map_err(|error| Fail::unreadable("text", error))?;
    parse(text)
}

fn parse<T: FromStr>(text: &str) -> Result<T, Fail>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| Fail::unreadable(text, error))
}
