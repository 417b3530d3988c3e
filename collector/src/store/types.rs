//! What goes into the store and what comes out.

use std::net::IpAddr;

use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::inventory::Inventory;
use ems_contract::observation::Timings;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::record::GapWhy;
use ems_contract::text::Lang;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::Line;

use crate::ledger::{Span, Track};

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// This number of this epoch is kept with other content: the agent must start a new epoch.
    #[error("record {seq} of this epoch is already kept with other content")]
    Conflict {
        /// Which number.
        seq: u64,
    },
    /// No space left.
    #[error("the disk under {path} is full")]
    DiskFull {
        /// The database file.
        path: String,
    },
    /// Another process holds the database.
    #[error("{path} is locked by another process")]
    Locked {
        /// The database file.
        path: String,
    },
    /// There is no database at this path, and none was made.
    #[error("{path}: there is no database yet")]
    Missing {
        /// Where one was looked for.
        path: String,
    },
    /// The database is of an older build and only looked at.
    #[error("{path}: its schema is version {found}, this program reads {reads}; start the collector once")]
    Older {
        /// The database file.
        path: String,
        /// Its version.
        found: i64,
        /// The version of this build.
        reads: i64,
    },
    /// The file is damaged or not ours; it is left as it is.
    #[error("{path} cannot be used: {}\n  hint: {}", .detail.render(Lang::En), .hint.render(Lang::En))]
    Unusable {
        /// The database file.
        path: String,
        /// What is wrong.
        detail: Message,
        /// What to do.
        hint: Message,
    },
    /// Something is there already where a file was to be put; it is left as it is.
    #[error("{path} is there already\n  hint: {}", .hint.render(Lang::En))]
    Exists {
        /// Where.
        path: String,
        /// What to do.
        hint: Message,
    },
    /// Anything else.
    #[error("{action}: {detail}")]
    Failed {
        /// What was tried.
        action: &'static str,
        /// What the database said.
        detail: String,
    },
}

/// A batch as ingest hands it over: decoded, counted, not yet kept.
#[derive(Debug)]
pub struct IngestBatch {
    /// The sender.
    pub agent: AgentId,
    /// Its spool.
    pub epoch: Epoch,
    /// Numbers up to here that are not in the batch were given up by the agent.
    pub after: u64,
    /// When it arrived.
    pub received_at: UnixTime,
    /// The sender's clock minus ours, in milliseconds.
    pub skew_ms: i64,
    /// The lines.
    pub lines: Vec<Line>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Every number up to this one is kept.
    pub through: u64,
    /// New records.
    pub stored: u32,
    /// Records that were there already (same key, same content).
    pub duplicates: u32,
    /// Records whose slot was already filled by another number: the first one stays.
    pub slot_conflicts: u32,
    /// Lines kept raw: not understood, or of a portal never known.
    pub quarantined: u32,
    /// Records whose slot lies more than a minute ahead of the arrival.
    pub future: u32,
    /// Records that arrived after the settled horizon of their slot.
    pub late: u32,
    /// Records after this number are missing here: ask for them.
    pub resend_after: Option<u64>,
}

/// A portal whose spans are out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirty {
    /// Which.
    pub portal: PortalId,
    /// The earliest instant that changed.
    pub since: UnixTime,
    /// Number of the change, to be handed back.
    pub generation: u64,
}

/// New spans of a portal.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanUpdate {
    /// Which portal.
    pub portal: PortalId,
    /// Spans from here on are replaced (a span that begins before is cut here).
    pub from: UnixTime,
    /// The new spans, per track, in order. The first of a track may begin before `from`: it goes on from there
    /// and takes the place of the one that was cut, so that a line of spans stays run-length.
    pub spans: Vec<(Track, Span)>,
    /// New checkpoints; older ones at or after `from` are dropped.
    pub checkpoints: Vec<Checkpoint>,
    /// Stretches whose checkpoints are not needed any more; the portal's oldest is kept all the same.
    pub forget: Vec<Window>,
    /// The generation of the dirt this update answers.
    pub generation: u64,
}

/// What happened to spans since an earlier look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanChanges {
    /// To be handed back at the next look.
    pub version: u64,
    /// Portals whose spans were rewritten, and from which instant on; `None`: everything may have changed.
    pub portals: Option<Vec<(PortalId, UnixTime)>>,
}

/// A gap in an agent's `reach` records of all portals, found by the collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedGap {
    /// Whose.
    pub agent: AgentId,
    /// The family; absent for both.
    pub family: Option<Family>,
    /// When.
    pub window: Window,
    /// Why.
    pub why: GapWhy,
}

/// State of the ledger's evaluation at an instant, to resume from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The instant.
    pub at: UnixTime,
    /// What the evaluation carries over, in the ledger's own JSON.
    pub carry: String,
}

/// The newest record of one (portal, probe, family, agent).
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    /// Portal.
    pub portal: PortalId,
    /// Probe.
    pub probe: ProbeKind,
    /// Family, for probes made per family.
    pub family: Option<Family>,
    /// Agent.
    pub agent: AgentId,
    /// Slot.
    pub slot: UnixTime,
    /// Seconds to the next slot.
    pub interval_s: u32,
    /// What it came to.
    pub outcome: Outcome,
    /// Address of the last attempt.
    pub address: Option<IpAddr>,
    /// Phases of the last attempt.
    pub timings: Timings,
    /// Facts.
    pub facts: Facts,
}

/// One record with its timings.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Agent.
    pub agent: AgentId,
    /// Slot.
    pub slot: UnixTime,
    /// Seconds to the next slot.
    pub interval_s: u32,
    /// What it came to.
    pub outcome: Outcome,
    /// Address of the last attempt.
    pub address: Option<IpAddr>,
    /// Phases of the last attempt.
    pub timings: Timings,
}

/// What is known of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentStatus {
    /// Which.
    pub agent: AgentId,
    /// Its present spool.
    pub epoch: Epoch,
    /// Arrival of its last batch.
    pub last_batch_at: UnixTime,
    /// The newest slot it reported.
    pub last_slot: Option<UnixTime>,
    /// Every number up to this one is kept.
    pub through: u64,
    /// Its clock minus ours at the last batch, in milliseconds.
    pub skew_ms: i64,
}

/// An inventory that came into force.
#[derive(Debug, Clone, PartialEq)]
pub struct InventoryRecord {
    /// Its version.
    pub version: Sha256,
    /// When.
    pub loaded_at: UnixTime,
    /// The inventory as canonical JSON.
    pub json: String,
    /// The ids of its portals.
    pub portals: Vec<PortalId>,
}

impl InventoryRecord {
    /// The note that `inventory` came into force.
    #[must_use]
    pub fn of(inventory: &Inventory, loaded_at: UnixTime) -> Self {
        Self {
            version: inventory.version,
            loaded_at,
            json: inventory.canonical_json(),
            portals: inventory.portals.iter().map(|portal| portal.id.clone()).collect(),
        }
    }
}

/// Sizes and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Bytes of the database files.
    pub bytes: u64,
    /// Raw results as rows.
    pub open_results: u64,
    /// Raw results in packed hours.
    pub packed_results: u64,
    /// Lines kept raw.
    pub quarantined: u64,
    /// Their bytes.
    pub quarantined_bytes: u64,
    /// Lines that were not kept because there are too many already.
    pub quarantine_dropped: u64,
    /// Results whose slot was taken.
    pub slot_conflicts: u64,
}
