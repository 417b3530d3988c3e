//! How fast people answered an incident. Pure.

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use serde::Serialize;

/// How an incident was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The incident.
    pub incident: i64,
    /// Whose it is.
    pub portal: PortalId,
    /// When it began.
    pub opened_at: UnixTime,
    /// When somebody was told of it.
    pub alerted_at: UnixTime,
    /// When somebody took it on.
    pub acknowledged_at: Option<UnixTime>,
    /// Who.
    pub acknowledged_by: Option<String>,
    /// When it was over.
    pub recovered_at: Option<UnixTime>,
}

impl Response {
    /// Seconds from the alert to its acknowledgement.
    #[must_use]
    pub fn to_acknowledge_s(&self) -> Option<i64> {
        self.acknowledged_at.map(|at| (at - self.alerted_at).max(0))
    }

    /// Seconds from the beginning of the trouble to its end.
    #[must_use]
    pub fn to_recover_s(&self) -> Option<i64> {
        self.recovered_at.map(|at| (at - self.opened_at).max(0))
    }
}

/// How several incidents were answered, as was known at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Answers {
    /// Incidents of which somebody was told.
    pub told: u64,
    /// Those of them that somebody took on.
    pub acknowledged: u64,
    /// Seconds from the alert to that, of all of them together.
    pub to_acknowledge_s: i64,
    /// Those that were over.
    pub recovered: u64,
    /// Seconds from their beginning to their end, of all of them together.
    pub to_recover_s: i64,
}

impl Answers {
    /// What was known before `until`: what came later had not happened yet.
    #[must_use]
    pub fn of<'a>(responses: impl Iterator<Item = &'a Response>, until: UnixTime) -> Self {
        let mut all = Self::default();
        for response in responses.filter(|response| response.alerted_at < until) {
            all.told += 1;
            if response.acknowledged_at.is_some_and(|at| at < until) {
                all.acknowledged += 1;
                all.to_acknowledge_s += response.to_acknowledge_s().unwrap_or_default();
            }
            if response.recovered_at.is_some_and(|at| at < until) {
                all.recovered += 1;
                all.to_recover_s += response.to_recover_s().unwrap_or_default();
            }
        }
        all
    }

    /// Whether nobody was told of anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.told == 0
    }

    /// Mean seconds from the alert to its acknowledgement, rounded down; absent without any.
    #[must_use]
    pub fn mean_to_acknowledge_s(&self) -> Option<i64> {
        mean(self.to_acknowledge_s, self.acknowledged)
    }

    /// Mean seconds from beginning to end, rounded down; absent without any.
    #[must_use]
    pub fn mean_to_recover_s(&self) -> Option<i64> {
        mean(self.to_recover_s, self.recovered)
    }
}

fn mean(seconds: i64, count: u64) -> Option<i64> {
    seconds.checked_div(i64::try_from(count).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, portal};

    #[test]
    fn only_what_was_known_then_counts() {
        let response = |opened: i64, acknowledged: Option<i64>, recovered: Option<i64>| Response {
            incident: opened,
            portal: portal("p1"),
            opened_at: at(opened),
            alerted_at: at(opened + 100),
            acknowledged_at: acknowledged.map(at),
            acknowledged_by: acknowledged.map(|_| "a".to_owned()),
            recovered_at: recovered.map(at),
        };
        let all = [
            response(0, Some(160), Some(1_000)),
            response(500, Some(721), None),
            // Taken on and over after the cut.
            response(900, Some(2_000), Some(3_000)),
            // Told after the cut.
            response(1_990, None, None),
        ];
        let known = Answers::of(all.iter(), at(2_000));
        assert_eq!(
            known,
            Answers {
                told: 3,
                acknowledged: 2,
                to_acknowledge_s: 60 + 121,
                recovered: 1,
                to_recover_s: 1_000,
            }
        );
        assert_eq!(
            (known.mean_to_acknowledge_s(), known.mean_to_recover_s()),
            (Some(90), Some(1_000))
        );
        let none = Answers::of([].into_iter(), at(0));
        assert!(none.is_empty() && none.mean_to_acknowledge_s().is_none());
    }
}
