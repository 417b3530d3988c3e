//! How long raw results are kept. The law of reports decides, not the disk: a report of a year compares with the same
//! year before, and is finished some time after the year ends. Spans and incidents are small and kept for ever.

use ems_contract::yaml::Item;

/// The longest report period, in days.
const LONGEST_PERIOD_DAYS: u32 = 366;
/// The period it is compared with: the same one a year before.
const COMPARISON_DAYS: u32 = 366;
/// Late data, objections and the next edition come within a quarter after the period.
const FINISHING_DAYS: u32 = 92;

/// The least number of days that raw results must be kept.
pub const MIN_RAW_DAYS: u32 = LONGEST_PERIOD_DAYS + COMPARISON_DAYS + FINISHING_DAYS;

/// The most: a hundred years, so that a slip of the finger is noticed.
const MAX_RAW_DAYS: u32 = 36_525;

/// Whole pages of one portal where nothing is written, in compressed MiB: some thousand pages.
const EVIDENCE_MIB: u32 = 32;
/// What may be written: room for the longest page, and a slip of the finger is noticed.
const EVIDENCE_MIB_RANGE: std::ops::RangeInclusive<u32> = 8..=4_096;

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Raw results, in days.
    pub raw_days: u32,
    /// Whole pages of one portal, in compressed MiB: the oldest go.
    pub evidence_mib_per_portal: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            raw_days: MIN_RAW_DAYS,
            evidence_mib_per_portal: EVIDENCE_MIB,
        }
    }
}

impl Retention {
    /// Compressed bytes that the whole pages of one portal may take.
    #[must_use]
    pub fn evidence_bytes_per_portal(&self) -> u64 {
        u64::from(self.evidence_mib_per_portal) * 1024 * 1024
    }
}

pub(super) fn read(item: &Item<'_>) -> Option<Retention> {
    let mut map = item.map()?;
    let days = map.get("raw_days");
    let raw_days = days.as_ref().and_then(|days| {
        let value = days.integer(1..=MAX_RAW_DAYS)?;
        if value < MIN_RAW_DAYS {
            use ems_contract::diagnostic::Message;

            let message = Message::new("settings.short_retention")
                .with("value", value)
                .with("least", MIN_RAW_DAYS);
            days.error_with(message, Message::new("settings.short_retention.hint"));
            return None;
        }
        Some(value)
    });
    let evidence = map.optional("evidence_mib_per_portal", |item| item.integer(EVIDENCE_MIB_RANGE));
    map.finish();
    Some(Retention {
        raw_days: raw_days.unwrap_or(MIN_RAW_DAYS),
        evidence_mib_per_portal: evidence.unwrap_or(EVIDENCE_MIB),
    })
}
