//! Verdicts as they are kept: by portal and obligation, in runs of days with the same outcome.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::judge::{Reason, Value, Verdict};

/// What a day's verdicts were made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Digest of all rule data, calendars included. The pack's own version stands in each verdict.
    pub rules: Sha256,
    /// Versions of the calendar years at hand on that day.
    pub calendar: Vec<String>,
    /// The inventory of the day.
    pub inventory: Sha256,
    /// Version of the way in which facts are gathered and judged.
    pub method: u16,
}

/// The verdicts of one portal for one civil day.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Which portal.
    pub portal: PortalId,
    /// The day.
    pub day: Date,
    /// The instant judged: the last second of a day that is over, the present on a day that is not.
    pub at: UnixTime,
    /// Made with what.
    pub versions: Versions,
    /// One for each obligation.
    pub verdicts: Vec<Verdict>,
}

/// That a portal was judged for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judging {
    /// Which portal.
    pub portal: PortalId,
    /// The day.
    pub day: Date,
    /// The instant judged.
    pub at: UnixTime,
    /// Made with what.
    pub versions: Versions,
}

/// Which verdicts are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Those whose run touches the days from this …
    pub from: Date,
    /// … to this.
    pub to: Date,
    /// Of this portal only.
    pub portal: Option<PortalId>,
    /// Under this pack only.
    pub pack: Option<String>,
}

impl Asked {
    /// Everything that stood on a day.
    #[must_use]
    pub const fn on(day: Date) -> Self {
        Self {
            from: day,
            to: day,
            portal: None,
            pack: None,
        }
    }
}

/// The outcome of one obligation over a run of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictLine {
    /// The portal.
    pub portal: PortalId,
    /// The pack.
    pub pack: String,
    /// The obligation.
    pub obligation: String,
    /// The verdict.
    pub value: Value,
    /// Why.
    pub reason: Reason,
    /// First day of the run.
    pub since: Date,
    /// Last day judged so.
    pub until: Date,
}

/// A verdict with everything said of it on the last day of its run.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptVerdict {
    /// First day of the run.
    pub since: Date,
    /// Last day judged so.
    pub until: Date,
    /// As judged for the last day.
    pub verdict: Verdict,
}

/// A check that fails or warns, as one clause asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCheck {
    /// The portal.
    pub portal: PortalId,
    /// The check.
    pub check: String,
    /// `fail` or `warn`.
    pub value: Value,
    /// First day of the run of the clause's verdict.
    pub since: Date,
}

/// How many verdicts of a pack came out how on a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictCount {
    /// The portal.
    pub portal: PortalId,
    /// The pack.
    pub pack: String,
    /// The verdict.
    pub value: Value,
    /// How many.
    pub count: u64,
}

/// Keeping verdicts.
pub trait VerdictStore {
    /// Keeps verdicts, all of them or, on error, none. The newest day of a portal may be judged again, as often as one
    /// likes; a day before it is closed.
    ///
    /// # Errors
    /// When a day is older than the newest kept of its portal, when a portal was never known, when the database
    /// cannot be written.
    fn write_verdicts(&self, judged: Vec<Judged>) -> Result<(), StoreError>;

    /// Verdicts with everything said of them, by portal, pack and obligation.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn verdicts(&self, asked: &Asked) -> Result<Vec<KeptVerdict>, StoreError>;

    /// Outcomes alone, by portal, pack and obligation.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn verdict_lines(&self, asked: &Asked) -> Result<Vec<VerdictLine>, StoreError>;

    /// How the verdict on one obligation changed, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn verdict_history(&self, portal: &PortalId, obligation: &str) -> Result<Vec<KeptVerdict>, StoreError>;

    /// Which portals were judged for the days from `from` to `to`, by day and portal.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn judgings(&self, from: Date, to: Date) -> Result<Vec<Judging>, StoreError>;

    /// The newest judging of every portal (of one, where one is named) that was judged for `from` or later, by portal.
    /// Reads one judging a portal, however long its history.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn newest_judgings(&self, portal: Option<&PortalId>, from: Date) -> Result<Vec<Judging>, StoreError>;

    /// What failed or warned on the newest day for which each portal was judged, where that is `from` or later: a check
    /// as often as clauses ask for it, but for trials of drafts. Reads no verdict of an earlier day, nor any that
    /// neither fails nor warns.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn open_checks(&self, from: Date) -> Result<Vec<OpenCheck>, StoreError>;

    /// The portals of which something was decided on the newest day for which each was judged, where that is `from` or
    /// later: an obligation that is met, warned of or broken, not only unknown ones.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn decided_portals(&self, from: Date) -> Result<BTreeSet<PortalId>, StoreError>;

    /// The newest day for which a portal was judged at its end.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn last_closed_day(&self) -> Result<Option<Date>, StoreError>;

    /// Counts by portal, pack and verdict of the verdicts that stood on a day. Reads no verdict, only the index over them.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn verdict_counts(&self, day: Date) -> Result<Vec<VerdictCount>, StoreError>;
}
