//! Accounts, sessions, tokens and the audit log.

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;

use super::StoreError;
use crate::account::{ApiToken, AuditEntry, LoginName, LoginSession, Note, Person, PersonChange};

/// How an attempt to log in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginOutcome {
    /// The password was wrong.
    Failed,
    /// It was right: the session begins.
    Opened(LoginSession),
}

/// Which sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sessions {
    /// The one with this digest.
    One(Sha256),
    /// All of a person.
    Of(LoginName),
    /// All that began before an instant: they have ended anyway.
    BeganBefore(UnixTime),
}

/// Durable accounts. Every change takes the entry of the audit log along, kept in the same transaction.
pub trait AccountStore: Send + Sync + 'static {
    /// Every account, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn people(&self) -> Result<Vec<Person>, StoreError>;

    /// One account.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn person(&self, login: &LoginName) -> Result<Option<Person>, StoreError>;

    /// Makes an account; `false` when there is one of that name, which is left as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn add_person(&self, person: Person, note: Note) -> Result<bool, StoreError>;

    /// Changes an account; `false` when there is none of that name.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn change_person(&self, login: &LoginName, change: PersonChange, note: Note) -> Result<bool, StoreError>;

    /// Notes how an attempt to log in ended: wrong passwords are counted, a right one ends the count.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn note_login(&self, login: &LoginName, outcome: LoginOutcome, note: Note) -> Result<(), StoreError>;

    /// A session and its person, by the digest of its key.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn login_session(&self, digest: &Sha256) -> Result<Option<(LoginSession, Person)>, StoreError>;

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn see_session(&self, digest: &Sha256, now: UnixTime) -> Result<(), StoreError>;

    /// Ends sessions; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn end_sessions(&self, which: Sessions, note: Option<Note>) -> Result<usize, StoreError>;

    /// Every token, by name; revoked ones included.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError>;

    /// Keeps a token; `false` when there is one of that name, also a revoked one.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn add_api_token(&self, token: ApiToken, note: Note) -> Result<bool, StoreError>;

    /// Revokes a token for good; `false` when none of that name holds.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn revoke_api_token(&self, name: &str, note: Note) -> Result<bool, StoreError>;

    /// Entries of the audit log numbered below `before` (`None` for the newest), newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn audit(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Writes an entry of the audit log that goes with no change of data.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn write_note(&self, note: Note) -> Result<(), StoreError>;
}
