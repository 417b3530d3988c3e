//! What an incident is.

use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::ledger::{SpanCause, Track};

/// What kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// The portal is down by the ledger's rules.
    Outage,
    /// One network alone has failed for ten minutes or more: the path, not the portal.
    Path,
}

/// One incident of one portal on one track. Its identity is (portal, track, kind, `opened_at` as first seen):
/// late data may amend the instants, it never deletes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Row number, given by the store.
    pub id: i64,
    /// Whose.
    pub portal: PortalId,
    /// Which track.
    pub track: Track,
    /// What kind.
    pub kind: IncidentKind,
    /// First second of trouble, back-dated to the first failure.
    pub opened_at: UnixTime,
    /// First second after; absent while it lasts.
    pub closed_at: Option<UnixTime>,
    /// The cause (the longest-lasting one so far).
    pub cause: Option<SpanCause>,
    /// Who saw it, sorted.
    pub agents: Vec<AgentId>,
    /// Amendments and corrections in order, in plain words; a withdrawn incident says so here.
    pub notes: Vec<IncidentNote>,
    /// Late data showed that there was no such trouble.
    pub withdrawn: bool,
}

/// One amendment of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentNote {
    /// When it was written.
    pub at: UnixTime,
    /// Key in the text catalogue.
    pub key: String,
    /// Values for its placeholders.
    pub values: Vec<(String, String)>,
}
