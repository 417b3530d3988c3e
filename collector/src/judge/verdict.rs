//! What the judge says.

use std::sync::Arc;

use ems_contract::diagnostic::Message;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::reason::{Reason, Value};
use crate::regulation::{Evidence, Id, Kind, Severity};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Whether a finding stands open: opened by two bad looks in a row, closed by two good ones.
    Finding {
        /// None.
        None = "none",
        /// One bad look.
        Opening = "opening",
        /// Two or more.
        Open = "open",
        /// Open, and seen good once since.
        Closing = "closing",
    }
}

/// A pointer to evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Its kind.
    pub kind: Evidence,
    /// When it was seen or signed.
    pub at: UnixTime,
    /// Who saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// What, in a word: an address, an item, a name.
    pub what: String,
    /// Where it is kept: the probe of a result (`reach/v4`; with agent and instant its key in the store), the digest of
    /// a page, the file of an attestation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Arc<str>>,
}

/// The arithmetic of one deadline (E6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computation {
    /// The item.
    pub item: String,
    /// Name of the clock within its row.
    pub label: String,
    /// Earliest possible start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_from: Option<Date>,
    /// Latest possible start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_to: Option<Date>,
    /// The term, such as `2wd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Due by the earliest start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_min: Option<UnixTime>,
    /// Due by the latest start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_max: Option<UnixTime>,
    /// Earliest possible publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_from: Option<UnixTime>,
    /// Latest possible publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_to: Option<UnixTime>,
    /// Whether it was in time.
    pub outcome: Timeliness,
    /// Working days late, by the certain bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_wd: Option<u32>,
    /// Why it is undecided, or another remark.
    pub reason: Reason,
    /// Versions of the calendars used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<String>,
    /// A year without official notice had a say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

vocabulary! {
    /// Whether an item came in time.
    Timeliness {
        /// Certainly.
        OnTime = "on-time",
        /// Certainly not.
        Late = "late",
        /// It cannot be said.
        Undecidable = "undecidable",
    }
}

/// Counts of one section and check.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Items looked at.
    pub evaluated: u32,
    /// In time.
    pub on_time: u32,
    /// Late.
    pub late: u32,
    /// Undecidable: in no share.
    pub undecidable: u32,
    /// Worst lateness in working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_late_wd: Option<u32>,
    /// Median of working days from start to publication, over the decided items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_lag_wd: Option<f64>,
}

/// A check judged under a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckVerdict {
    /// The check.
    pub check: Id,
    /// The verdict.
    pub value: Value,
    /// Why.
    pub reason: Reason,
    /// Whether a number of the text or of the operator decided.
    pub kind: Kind,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Message>,
    /// What was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Message>,
    /// Whether what was asked is the text's or the operator's.
    pub threshold_kind: Kind,
    /// Whether a finding stands.
    pub finding: Finding,
    /// Where the evidence is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRef>,
    /// Counts, for freshness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
    /// Arithmetic, for deadlines: late and undecided items first, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computations: Vec<Computation>,
    /// Share of the window that was really observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// A year without official notice had a say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    /// A clause of another body is part of the verdict (supply): never in a ranking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<Id>,
}

/// One obligation judged for one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The portal.
    pub portal: PortalId,
    /// The pack.
    pub pack: Id,
    /// Its version.
    pub pack_version: String,
    /// The obligation.
    pub obligation: Id,
    /// The worst of the checks.
    pub value: Value,
    /// Why.
    pub reason: Reason,
    /// Weight.
    pub severity: Severity,
    /// The body judged, where it is not the portal's owner by level but holds a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The draft's verdicts are trials and open no finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trial: bool,
    /// Whether it may enter a ranking.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ranked: bool,
    /// A text it leans on has been repealed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub banner: bool,
    /// The checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckVerdict>,
    /// The instant judged.
    pub at: UnixTime,
}
