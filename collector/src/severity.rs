//! How urgent a trouble is: decides who is told, when, and whether anybody is called by name.

use serde::{Deserialize, Serialize};

/// How urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Thấp.
    Low,
    /// Cao.
    High,
    /// Khẩn.
    Urgent,
}

impl Severity {
    /// Least urgent first.
    pub const ALL: [Self; 3] = [Self::Low, Self::High, Self::Urgent];

    /// The name in settings and payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}
