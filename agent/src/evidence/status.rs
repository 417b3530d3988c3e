//! What others may know of the evidence at any time.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a page was not kept as evidence. The facts that were read on it are not touched.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is longer than evidence may be.
    #[error("it is too long")]
    TooLong,
    /// The portal has had its bytes of the day.
    #[error("the portal's bytes of the day are used up")]
    Budget,
    /// The folder holds as much as it may: the collector has not taken any for long.
    #[error("as many bytes wait for the collector as may")]
    Full,
    /// The disk refused.
    #[error("the disk refused: {0}")]
    Disk(#[from] io::Error),
    /// It was kept, and its file is not whole.
    #[error("its file is not whole")]
    Torn,
    /// The collector will never take it.
    #[error("the collector refuses it")]
    Refused,
}

impl NotKept {
    /// The names in labels, in the order of the counters.
    pub const NAMES: [&str; 6] = ["too_long", "budget", "full", "disk", "torn", "refused"];

    const fn place(&self) -> usize {
        match self {
            Self::TooLong => 0,
            Self::Budget => 1,
            Self::Full => 2,
            Self::Disk(_) => 3,
            Self::Torn => 4,
            Self::Refused => 5,
        }
    }
}

/// Counters of the evidence.
#[derive(Debug, Default)]
pub struct Status {
    pages: AtomicU64,
    bytes: AtomicU64,
    unkept: [AtomicU64; NotKept::NAMES.len()],
    /// Pages that the collector took or had.
    pub sent: AtomicU64,
    /// Tries to send one that ended otherwise and are made again.
    pub failed: AtomicU64,
}

impl Status {
    pub(super) fn waits(&self, pages: usize, bytes: u64) {
        self.pages.store(pages as u64, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// Counts a page that is not kept.
    pub fn unkept(&self, why: &NotKept) {
        self.unkept[why.place()].fetch_add(1, Ordering::Relaxed);
    }

    /// Pages that were not kept, by reason.
    pub fn unkept_by_reason(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let count = |(name, count): (&'static str, &AtomicU64)| (name, count.load(Ordering::Relaxed));
        NotKept::NAMES.into_iter().zip(&self.unkept).map(count)
    }

    /// Pages that wait, and their compressed bytes.
    #[must_use]
    pub fn waiting(&self) -> (u64, u64) {
        (
            self.pages.load(Ordering::Relaxed),
            self.bytes.load(Ordering::Relaxed),
        )
    }
}
