//! Between instants and civil days of Vietnam.
//!
//! Everything judged lies after 1975, since when Vietnam has kept UTC+7 without daylight saving; a fixed offset is
//! therefore the zone itself, and a hundred times cheaper than a look-up.

use ems_contract::time::UnixTime;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// Seconds by which civil time is ahead of UTC.
const AHEAD: i64 = 7 * 3_600;
const DAY: i64 = 86_400;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The civil day in which an instant lies.
#[must_use]
pub fn day_of(at: UnixTime) -> Date {
    local(at).date()
}

/// An instant as civil time, to the second.
#[must_use]
pub fn local(at: UnixTime) -> DateTime {
    let seconds = at.secs() + AHEAD;
    let epoch = EPOCH.to_datetime(Time::midnight());
    epoch.checked_add(seconds.seconds()).unwrap_or(epoch)
}

/// The instant of a civil time.
#[must_use]
pub fn instant(local: DateTime) -> UnixTime {
    let seconds =
        i64::from(local.hour()) * 3_600 + i64::from(local.minute()) * 60 + i64::from(local.second());
    UnixTime::from_secs(days_since_epoch(local.date()) * DAY + seconds - AHEAD)
}

/// The first second of a day.
#[must_use]
pub fn start_of(day: Date) -> UnixTime {
    UnixTime::from_secs(days_since_epoch(day) * DAY - AHEAD)
}

/// The last second of a day: 23:59:59, the end of every term counted in days.
#[must_use]
pub fn end_of(day: Date) -> UnixTime {
    start_of(day) + (DAY - 1)
}

/// Days from `from` to `to`; negative when `to` is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    days_since_epoch(to) - days_since_epoch(from)
}

/// The day `n` days later (earlier when negative), clamped to the years that dates have.
#[must_use]
pub fn plus_days(day: Date, n: i64) -> Date {
    day.saturating_add(n.clamp(-400_000, 400_000).days())
}

fn days_since_epoch(day: Date) -> i64 {
    EPOCH.until(day).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_in_vietnam_divides_the_days() {
        let last: UnixTime = "2026-11-22T16:59:59Z".parse().unwrap();
        assert_eq!(day_of(last).to_string(), "2026-11-22");
        assert_eq!(day_of(last + 1).to_string(), "2026-11-23");
        assert_eq!(end_of("2026-11-22".parse().unwrap()), last);
        assert_eq!(start_of("2026-11-23".parse().unwrap()), last + 1);
    }

    #[test]
    fn the_fixed_offset_agrees_with_the_zone() {
        for text in [
            "1976-01-01T00:00:00Z",
            "2026-02-15T10:30:00Z",
            "2099-12-31T23:59:59Z",
        ] {
            let at: UnixTime = text.parse().unwrap();
            assert_eq!(local(at), at.zoned().datetime());
            assert_eq!(instant(local(at)), at);
        }
    }
}
