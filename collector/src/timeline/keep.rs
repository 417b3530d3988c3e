//! How far back the copy reaches.

use ems_contract::time::UnixTime;

use crate::report::Period;

/// Days of the longest sliding window and of the bars in the console, with a day to spare for its civil borders.
const DAYS: i64 = 92;

/// The earliest instant that a named window or a bar at `now` asks for: the beginning of the civil year, and at
/// least 92 days.
#[must_use]
pub fn keep_from(now: UnixTime) -> UnixTime {
    let (_, year) = Period::year_of(now);
    year.from.min(now - DAYS * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_january_the_copy_reaches_into_the_last_year() {
        let january: UnixTime = "2026-01-10T00:00:00Z".parse().unwrap();
        assert_eq!(keep_from(january), january - 92 * 86_400);
        let december: UnixTime = "2026-12-10T00:00:00Z".parse().unwrap();
        assert_eq!(keep_from(december).to_string(), "2025-12-31T17:00:00Z");
    }
}
