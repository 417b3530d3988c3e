//! Values that no working agent sends. Kept as results they would poison the ledger for years; kept raw they harm
//! nobody and can be looked at.

use ems_contract::record::{GapWhy, Record};
use ems_contract::time::UnixTime;

/// The longest cadence of any probe, in seconds: a week.
const MAX_INTERVAL_S: u32 = 7 * 86_400;
/// No spool holds records longer than this, in seconds: 400 days.
const MAX_AGE_S: i64 = 400 * 86_400;
/// The most attempts of one slot.
const MAX_ATTEMPTS: usize = 2;

/// Why a record cannot be true, if so.
pub(super) fn objection(record: &Record, received_at: UnixTime) -> Option<&'static str> {
    match record {
        Record::Observation(o) => {
            if o.interval_s == 0 || o.interval_s > MAX_INTERVAL_S {
                return Some("its interval is not between 1 second and 7 days");
            }
            if o.attempts.len() > MAX_ATTEMPTS {
                return Some("it has more than two attempts");
            }
            if o.probe.per_family() != o.family.is_some() {
                return Some("its family does not fit its probe");
            }
            if received_at - o.slot > MAX_AGE_S {
                return Some("its slot lies more than 400 days back");
            }
            None
        }
        Record::Gap(gap) => {
            if gap.why == GapWhy::Suspect {
                return Some("that reason is the collector's own");
            }
            if gap.to <= gap.from {
                return Some("the gap ends before it begins");
            }
            if received_at - gap.from > MAX_AGE_S {
                return Some("the gap begins more than 400 days back");
            }
            (gap.to - received_at > 86_400).then_some("the gap ends in the future")
        }
        Record::Chain(_) => None,
    }
}
