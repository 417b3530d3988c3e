//! How fast people answered an incident. Pure.

use ems_contract::time::UnixTime;

/// How an incident was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The incident.
    pub incident: i64,
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
