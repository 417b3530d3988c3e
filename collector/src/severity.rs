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

    /// The value of the label `severity` in our rules for Prometheus (`alerts/`), by which Alertmanager's routes choose.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Low => "thap",
            Self::High => "cao",
            Self::Urgent => "khan",
        }
    }

    /// By the label `severity` of an alert: our own words, or those that others use for the same. What is unknown is urgent.
    #[must_use]
    pub fn of_label(label: &str) -> Self {
        let ours = Self::ALL.into_iter().find(|one| one.label() == label);
        ours.unwrap_or(match label {
            "low" | "info" | "none" => Self::Low,
            "high" | "warning" => Self::High,
            _ => Self::Urgent,
        })
    }
}
