//! The ledger's seconds as the report prints them.

use ems_contract::text::Lang;
use serde::Serialize;

use crate::ledger::{Ratio, Seconds};
use crate::locale;

/// Exact seconds per state, serialised with the two shares that are made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures(pub Seconds);

impl Figures {
    /// Whether coverage reaches `percent`. Without any time that counts there is nothing to cover: not sufficient.
    #[must_use]
    pub fn covers(&self, percent: u8) -> bool {
        self.0
            .coverage()
            .basis_points()
            .is_some_and(|points| points >= i64::from(percent) * 100)
    }

    /// Adds another account.
    pub const fn add(&mut self, other: &Self) {
        let (sum, part) = (&mut self.0, &other.0);
        sum.up += part.up;
        sum.degraded += part.degraded;
        sum.down += part.down;
        sum.unknown += part.unknown;
        sum.excluded += part.excluded;
        sum.absent += part.absent;
    }
}

/// A share as JSON: its two counts and the percentage as text, floored to four places.
#[derive(Serialize)]
struct ShareJson {
    part_s: i64,
    whole_s: i64,
    percent: String,
}

impl ShareJson {
    fn of(ratio: Ratio) -> Option<Self> {
        let percent = locale::percent(ratio.numerator, ratio.denominator, 4, Lang::En)?;
        Some(Self {
            part_s: ratio.numerator,
            whole_s: ratio.denominator,
            percent: percent.trim_end_matches('%').to_owned(),
        })
    }
}

impl Serialize for Figures {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct FiguresJson {
            up_s: i64,
            degraded_s: i64,
            down_s: i64,
            unknown_s: i64,
            excluded_s: i64,
            absent_s: i64,
            availability: Option<ShareJson>,
            coverage: Option<ShareJson>,
        }
        let seconds = &self.0;
        FiguresJson {
            up_s: seconds.up,
            degraded_s: seconds.degraded,
            down_s: seconds.down,
            unknown_s: seconds.unknown,
            excluded_s: seconds.excluded,
            absent_s: seconds.absent,
            availability: ShareJson::of(seconds.availability()),
            coverage: ShareJson::of(seconds.coverage()),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_just_below_the_threshold_is_not_sufficient() {
        let figures = |observed, unknown| {
            Figures(Seconds {
                up: observed,
                unknown,
                ..Seconds::default()
            })
        };
        assert!(figures(95, 5).covers(95));
        assert!(!figures(949_999, 50_001).covers(95));
        assert!(!Figures::default().covers(0));
    }

    #[test]
    fn json_carries_the_counts_and_a_floored_percentage() {
        let figures = Figures(Seconds {
            up: 2,
            down: 1,
            ..Seconds::default()
        });
        let json = serde_json::to_value(figures).unwrap();
        assert_eq!(json["availability"]["percent"], "66.6666");
        assert_eq!(json["availability"]["part_s"], 2);
        assert!(serde_json::to_value(Figures::default()).unwrap()["availability"].is_null());
    }
}
