//! What the judge says.

use ems_contract::diagnostic::Message;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::UnixTime;
use jiff::civil::Date;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRef {
    /// Its kind.
    pub kind: Evidence,
    /// When it was seen or signed.
    pub at: UnixTime,
    /// Who saw it.
    pub agent: Option<AgentId>,
    /// What, in a word: an address, an item, a name.
    pub what: String,
}

/// The arithmetic of one deadline (E6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computation {
    /// The item.
    pub item: String,
    /// Name of the clock within its row.
    pub label: String,
    /// Earliest possible start.
    pub start_from: Option<Date>,
    /// Latest possible start.
    pub start_to: Option<Date>,
    /// The term, such as `2wd`.
    pub term: Option<String>,
    /// Due by the earliest start.
    pub due_min: Option<UnixTime>,
    /// Due by the latest start.
    pub due_max: Option<UnixTime>,
    /// Earliest possible publication.
    pub published_from: Option<UnixTime>,
    /// Latest possible publication.
    pub published_to: Option<UnixTime>,
    /// Whether it was in time.
    pub outcome: Timeliness,
    /// Working days late, by the certain bounds.
    pub late_wd: Option<u32>,
    /// Why it is undecided, or another remark.
    pub reason: Reason,
    /// Versions of the calendars used.
    pub calendar: Vec<String>,
    /// A year without official notice had a say.
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
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
    pub worst_late_wd: Option<u32>,
    /// Median of working days from start to publication, over the decided items.
    pub median_lag_wd: Option<f64>,
}

/// A check judged under a row.
#[derive(Debug, Clone, PartialEq)]
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
    pub measured: Option<Message>,
    /// What was asked.
    pub threshold: Option<Message>,
    /// Whether what was asked is the text's or the operator's.
    pub threshold_kind: Kind,
    /// Whether a finding stands.
    pub finding: Finding,
    /// Where the evidence is.
    pub evidence: Vec<EvidenceRef>,
    /// Counts, for freshness.
    pub statistics: Option<Statistics>,
    /// Arithmetic, for deadlines: late and undecided items first, at most 20.
    pub computations: Vec<Computation>,
    /// Share of the window that was really observed.
    pub coverage: Option<f64>,
    /// A year without official notice had a say.
    pub provisional: bool,
    /// A clause of another body is part of the verdict (supply): never in a ranking.
    pub chain: Option<Id>,
}

/// One obligation judged for one target.
#[derive(Debug, Clone, PartialEq)]
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
    pub body: Option<String>,
    /// The draft's verdicts are trials and open no finding.
    pub trial: bool,
    /// Whether it may enter a ranking.
    pub ranked: bool,
    /// A text it leans on has been repealed.
    pub banner: bool,
    /// The checks.
    pub checks: Vec<CheckVerdict>,
    /// The instant judged.
    pub at: UnixTime,
}
