//! What people do about alarms, and how fast.

use ems_contract::digest::Sha256;
use ems_contract::time::{UnixTime, Window};

use super::StoreError;
use crate::account::Note;
use crate::incident::Response;
use crate::oncall::{Act, NewAct};

/// What came of keeping an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// Its number.
    Kept(i64),
    /// The signed link was used before: nothing was kept.
    LinkUsed,
}

/// An incident of which somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerted {
    /// Its number.
    pub incident: i64,
    /// The account that had taken on the alarm before the incident joined it: it is acknowledged from the start.
    pub taken_by: Option<String>,
}

/// Durable acts: append-only, each with its entry of the audit log.
pub trait OnCallStore: Send + Sync + 'static {
    /// Acts since `since`, in the order in which they were made.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn acts(&self, since: UnixTime) -> Result<Vec<Act>, StoreError>;

    /// Keeps an act. The first with which somebody takes the alarm on is written to the incidents that it is about: who gives
    /// it to another has not answered for that other.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn act(&self, act: NewAct, note: Note) -> Result<Acted, StoreError>;

    /// Whether a signed link was used, by its digest ([`NewAct::link`]).
    ///
    /// # Errors
    /// When the database cannot be read.
    fn link_used(&self, link: Sha256) -> Result<bool, StoreError>;

    /// Notes that somebody was told of these incidents; the first time counts.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn note_alerted(&self, incidents: Vec<Alerted>, at: UnixTime) -> Result<(), StoreError>;

    /// How the incidents that began within `window` were answered, by the instant at which they began. Incidents of which
    /// nobody was told, and withdrawn ones, are not among them.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn responses(&self, window: Window) -> Result<Vec<Response>, StoreError>;
}
