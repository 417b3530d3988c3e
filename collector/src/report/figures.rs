//! Exact seconds per state, and the two shares made of them.

use ems_contract::text::Lang;
use serde::Serialize;

use super::league::Share;
use crate::locale;

/// An account as it is printed: seconds per state, availability and coverage.
///
/// `up + degraded + down + unknown + excluded + absent` is the length of the counted time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Seconds in which all who saw succeeded.
    pub up_s: u64,
    /// Seconds with a defect of the closed list.
    pub degraded_s: u64,
    /// Seconds down.
    pub down_s: u64,
    /// Seconds that nobody saw.
    pub unknown_s: u64,
    /// Seconds of announced maintenance (adjusted account only).
    pub excluded_s: u64,
    /// Seconds in which the family did not exist for the portal: no time at all.
    pub absent_s: u64,
}

impl Figures {
    /// Seconds that were really observed.
    #[must_use]
    pub const fn observed_s(&self) -> u64 {
        self.up_s + self.degraded_s + self.down_s
    }

    /// Seconds that count: observed or not, without maintenance and without time that does not exist.
    #[must_use]
    pub const fn counted_s(&self) -> u64 {
        self.observed_s() + self.unknown_s
    }

    /// (up + degraded) of (up + degraded + down); `None` when nothing was observed.
    #[must_use]
    pub const fn availability(&self) -> Option<Share> {
        share(self.up_s + self.degraded_s, self.observed_s())
    }

    /// Observed of counted seconds; `None` when no time counts.
    #[must_use]
    pub const fn coverage(&self) -> Option<Share> {
        share(self.observed_s(), self.counted_s())
    }

    /// Whether coverage reaches `percent`. Without any time that counts there is nothing to cover: not sufficient.
    #[must_use]
    pub fn covers(&self, percent: u64) -> bool {
        self.coverage().is_some_and(|share| {
            u128::from(share.part) * 100 >= u128::from(share.whole) * u128::from(percent)
        })
    }

    /// Adds another account.
    pub const fn add(&mut self, other: &Self) {
        self.up_s += other.up_s;
        self.degraded_s += other.degraded_s;
        self.down_s += other.down_s;
        self.unknown_s += other.unknown_s;
        self.excluded_s += other.excluded_s;
        self.absent_s += other.absent_s;
    }
}

const fn share(part: u64, whole: u64) -> Option<Share> {
    if whole == 0 {
        None
    } else {
        Some(Share { part, whole })
    }
}

/// A share as JSON: its two counts and the percentage as text, floored to four places.
#[derive(Serialize)]
struct ShareJson {
    part_s: u64,
    whole_s: u64,
    percent: Option<String>,
}

impl From<Share> for ShareJson {
    fn from(share: Share) -> Self {
        let percent = locale::percent(share.part, share.whole, 4, Lang::En)
            .map(|text| text.trim_end_matches('%').to_owned());
        Self {
            part_s: share.part,
            whole_s: share.whole,
            percent,
        }
    }
}

impl Serialize for Figures {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FiguresJson {
            up_s: u64,
            degraded_s: u64,
            down_s: u64,
            unknown_s: u64,
            excluded_s: u64,
            absent_s: u64,
            availability: Option<ShareJson>,
            coverage: Option<ShareJson>,
        }
        FiguresJson {
            up_s: self.up_s,
            degraded_s: self.degraded_s,
            down_s: self.down_s,
            unknown_s: self.unknown_s,
            excluded_s: self.excluded_s,
            absent_s: self.absent_s,
            availability: self.availability().map(Into::into),
            coverage: self.coverage().map(Into::into),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_made_of_observed_time_only() {
        let figures = Figures {
            up_s: 90,
            degraded_s: 5,
            down_s: 5,
            unknown_s: 100,
            excluded_s: 7,
            absent_s: 9,
        };
        assert_eq!(figures.availability(), Some(Share { part: 95, whole: 100 }));
        assert_eq!(
            figures.coverage(),
            Some(Share {
                part: 100,
                whole: 200
            })
        );
        assert!(figures.covers(50) && !figures.covers(51));
        assert!(!Figures::default().covers(0));
    }

    #[test]
    fn json_carries_the_counts_and_a_floored_percentage() {
        let figures = Figures {
            up_s: 2,
            down_s: 1,
            ..Figures::default()
        };
        let json = serde_json::to_value(figures).unwrap();
        assert_eq!(json["availability"]["percent"], "66.6666");
        assert_eq!(json["availability"]["part_s"], 2);
        assert!(serde_json::to_value(Figures::default()).unwrap()["availability"].is_null());
    }
}
