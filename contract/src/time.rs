//! Instants in whole seconds. Slots, spans and accounts live on this grid, so that sums are exact integers.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The civil time zone of every deadline, window and printed time (UTC+7, no daylight saving).
pub const ZONE: &str = "Asia/Ho_Chi_Minh";

/// The zone of [`ZONE`] from the embedded tz database.
#[must_use]
pub fn zone() -> TimeZone {
    // The bundled database holds the zone; fixed UTC+7 is its rule since 1975 and a lawful stand-in.
    TimeZone::get(ZONE).unwrap_or_else(|_missing| TimeZone::fixed(jiff::tz::offset(7)))
}

/// An instant: whole seconds since 1970-01-01T00:00:00Z. In JSON an RFC 3339 text (`2026-11-22T14:57:00Z`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(i64);

/// The years an instant may lie in, 1900 to 9999. The end is the last hour that any offset can still name: "no
/// well-defined expiration" of a certificate is 9999-12-31 (RFC 5280, 4.1.2.5), and has to survive.
const RANGE: std::ops::RangeInclusive<i64> = -2_208_988_800..=253_402_207_200;

impl UnixTime {
    /// The instant `seconds` after the epoch, clamped to the years 1900 to 9999.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        let clamped = if seconds < *RANGE.start() {
            *RANGE.start()
        } else if seconds > *RANGE.end() {
            *RANGE.end()
        } else {
            seconds
        };
        Self(clamped)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0
    }

    /// The whole second in which `timestamp` lies.
    #[must_use]
    pub fn floor(timestamp: Timestamp) -> Self {
        let nanos_below = i64::from(timestamp.subsec_nanosecond() < 0);
        Self::from_secs(timestamp.as_second() - nanos_below)
    }

    /// The instant as a `jiff` timestamp, for calendars and printing.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The instant in Vietnamese civil time.
    #[must_use]
    pub fn zoned(self) -> jiff::Zoned {
        self.timestamp().to_zoned(zone())
    }
}

impl Add<i64> for UnixTime {
    type Output = Self;

    /// Later by `seconds`.
    fn add(self, seconds: i64) -> Self {
        Self::from_secs(self.0.saturating_add(seconds))
    }
}

impl Sub<i64> for UnixTime {
    type Output = Self;

    /// Earlier by `seconds`.
    fn sub(self, seconds: i64) -> Self {
        Self::from_secs(self.0.saturating_sub(seconds))
    }
}

impl Sub for UnixTime {
    type Output = i64;

    /// Seconds from `earlier` to `self`.
    fn sub(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.timestamp(), f)
    }
}

impl fmt::Debug for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not an instant of the form `2026-11-22T14:57:00Z` (any offset, years 1900 to 9999).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an instant such as 2026-11-22T14:57:00Z or 2026-11-22T21:57:00+07:00 (years 1900 to 9999)"
)]
pub struct TimeError(String);

impl FromStr for UnixTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let timestamp: Timestamp = text.parse().map_err(|_why| TimeError(text.to_owned()))?;
        if !RANGE.contains(&timestamp.as_second()) {
            return Err(TimeError(text.to_owned()));
        }
        Ok(Self::floor(timestamp))
    }
}

impl Serialize for UnixTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::parse::text(deserializer, "an instant such as 2026-11-22T14:57:00Z")
    }
}

/// A half-open stretch of time `[from, to)`; empty when `to <= from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First second inside.
    pub from: UnixTime,
    /// First second after.
    pub to: UnixTime,
}

impl Window {
    /// `[from, to)`.
    #[must_use]
    pub const fn new(from: UnixTime, to: UnixTime) -> Self {
        Self { from, to }
    }

    /// Length in seconds, never negative.
    #[must_use]
    pub fn secs(self) -> i64 {
        (self.to - self.from).max(0)
    }

    /// Whether the window holds no second.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.secs() == 0
    }

    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(self, at: UnixTime) -> bool {
        self.from <= at && at < self.to
    }

    /// The part of `self` that lies in `other` (empty when they do not meet).
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        let from = self.from.max(other.from);
        Self {
            from,
            to: self.to.min(other.to).max(from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_any_offset_is_the_same_instant() {
        let utc: UnixTime = "2026-11-22T14:57:00Z".parse().unwrap();
        let local: UnixTime = "2026-11-22T21:57:00+07:00".parse().unwrap();
        assert_eq!(utc, local);
        assert_eq!(utc.to_string(), "2026-11-22T14:57:00Z");
        assert_eq!(
            utc.zoned().to_string(),
            "2026-11-22T21:57:00+07:00[Asia/Ho_Chi_Minh]"
        );
    }

    #[test]
    fn a_fraction_of_a_second_belongs_to_the_second_it_lies_in() {
        assert_eq!("1969-12-31T23:59:59.5Z".parse::<UnixTime>().unwrap().secs(), -1);
        assert_eq!("1970-01-01T00:00:00.999Z".parse::<UnixTime>().unwrap().secs(), 0);
    }

    #[test]
    fn far_years_are_refused_and_arithmetic_is_clamped() {
        assert!("1899-12-31T23:59:59Z".parse::<UnixTime>().is_err());
        assert!("-0001-01-01T00:00:00Z".parse::<UnixTime>().is_err());
        assert_eq!(
            UnixTime::from_secs(i64::MAX) + i64::MAX,
            UnixTime::from_secs(i64::MAX)
        );
    }

    #[test]
    fn every_instant_survives_its_own_text() {
        // 9999-12-31T23:59:59Z is how a certificate says that it never expires.
        for secs in [
            i64::MIN,
            -2_208_988_800,
            -1,
            0,
            67_090_291_200,
            253_402_300_799,
            i64::MAX,
        ] {
            let time = UnixTime::from_secs(secs);
            assert_eq!(time.to_string().parse(), Ok(time), "{secs}");
        }
    }

    #[test]
    fn windows_meet_half_open() {
        let t = UnixTime::from_secs;
        let w = Window::new(t(10), t(20));
        assert_eq!(w.intersect(Window::new(t(15), t(30))).secs(), 5);
        assert!(w.intersect(Window::new(t(20), t(30))).is_empty());
        assert!(w.contains(t(10)) && !w.contains(t(20)));
    }
}
