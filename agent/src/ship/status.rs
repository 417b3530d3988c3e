//! What others may know of shipping at any time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Why a try did not end in an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or it broke.
    Network,
    /// No whole answer in time.
    Timeout,
    /// The collector could not at present (5xx, 408, 429).
    Unavailable,
    /// The collector holds other content under our numbers (409).
    Conflict,
    /// The batch was too large (413).
    TooLarge,
    /// The batch was not understood (400, 422).
    NotUnderstood,
    /// Token refused, or not our collector (401, 403, 404 …).
    Refused,
    /// An answer that makes no sense.
    Unexpected,
    /// The spool could not be read or written.
    Spool,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Network,
        Self::Timeout,
        Self::Unavailable,
        Self::Conflict,
        Self::TooLarge,
        Self::NotUnderstood,
        Self::Refused,
        Self::Unexpected,
        Self::Spool,
    ];

    /// Name in labels and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::NotUnderstood => "not_understood",
            Self::Refused => "refused",
            Self::Unexpected => "unexpected",
            Self::Spool => "spool",
        }
    }
}

/// Counters of the shipper.
#[derive(Debug, Default)]
pub struct Status {
    failures: [AtomicU64; Failure::ALL.len()],
    /// Batches that were acknowledged.
    pub acked_batches: AtomicU64,
    /// Records in them.
    pub acked_records: AtomicU64,
    /// Records that the collector keeps raw because it does not understand them.
    pub quarantined_records: AtomicU64,
    /// Shipping waits for a person: token refused, or not our collector.
    pub stopped: AtomicBool,
}

impl Status {
    pub(super) fn count(&self, failure: Failure) {
        self.failures[failure as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often a failure was met.
    #[must_use]
    pub fn failures(&self, failure: Failure) -> u64 {
        self.failures[failure as usize].load(Ordering::Relaxed)
    }
}
