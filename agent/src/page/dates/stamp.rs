//! Stamps that machines write: ISO with offset, RFC 2822, seconds since 1970.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use super::{Fetched, Order, Written, scan_first};

/// The civil day of a machine's stamp (`datetime`, JSON-LD, RSS, sitemap).
///
/// A stamp in UTC is the next day in Việt Nam from 17:00 on: with `zone` (minutes east of UTC) stamps with an offset are
/// moved there, without it the day is taken as written.
#[must_use]
pub fn stamp(text: &str, fetched: Fetched, order: Order, zone: Option<i32>) -> Option<Date> {
    let text = text.trim();
    if text.len() > 120 {
        return None;
    }
    if matches!(text.len(), 10 | 13) && text.bytes().all(|b| b.is_ascii_digit()) {
        return unix(text, zone.unwrap_or_default());
    }
    let found = scan_first(text)?;
    if matches!(found.written, Written::Ago { .. } | Written::NoYear { .. }) {
        return None;
    }
    let day = found.day(fetched, order)?;
    match (zone, found.time, offset_of(text, found.offset)) {
        (Some(zone), Some((hour, minute)), Some(offset)) if offset != zone => {
            let hour = i8::try_from(hour.min(23)).ok()?;
            let written = DateTime::new(
                day.year(),
                day.month(),
                day.day(),
                hour,
                i8::try_from(minute).ok()?,
                0,
                0,
            )
            .ok()?;
            let moved = jiff::Span::new().minutes(zone - offset);
            Some(written.checked_add(moved).ok()?.date())
        }
        _ => Some(day),
    }
}

/// The offset read with the time, or the `GMT`/`UTC` behind it.
fn offset_of(text: &str, read: Option<i32>) -> Option<i32> {
    read.or_else(|| (text.ends_with("GMT") || text.ends_with("UTC")).then_some(0))
}

fn unix(digits: &str, zone: i32) -> Option<Date> {
    let seconds: i64 = digits.get(..10)?.parse().ok()?;
    let instant = jiff::Timestamp::from_second(seconds).ok()?;
    let day = Offset::from_seconds(zone * 60).ok()?.to_datetime(instant).date();
    (1995..=2099).contains(&day.year()).then_some(day)
}
