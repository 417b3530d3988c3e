//! What a panel asks Prometheus.

use serde_json::{Value, json};

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// PromQL with Grafana's variables.
    pub expr: String,
    /// Legend; empty in tables.
    pub legend: String,
    /// Asked for the end of the range only, as rows of a table.
    pub table: bool,
    /// Asked for the end of the range only.
    pub instant: bool,
    /// Where the answer may rightly be empty: nothing is open, nothing fails.
    pub may_be_empty: bool,
}

impl Query {
    /// A course over the range.
    #[must_use]
    pub fn course(expr: impl Into<String>, legend: &str) -> Self {
        Self {
            expr: expr.into(),
            legend: legend.to_owned(),
            table: false,
            instant: false,
            may_be_empty: false,
        }
    }

    /// One value at the end of the range.
    #[must_use]
    pub fn value(expr: impl Into<String>, legend: &str) -> Self {
        Self {
            instant: true,
            ..Self::course(expr, legend)
        }
    }

    /// Rows at the end of the range.
    #[must_use]
    pub fn rows(expr: impl Into<String>) -> Self {
        Self {
            table: true,
            instant: true,
            ..Self::course(expr, "")
        }
    }

    /// The same, where no answer is an answer.
    #[must_use]
    pub fn or_nothing(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    pub(crate) fn json(&self, index: usize) -> Value {
        let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or_default());
        json!({
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "editorMode": "code",
            "expr": self.expr,
            "format": if self.table { "table" } else { "time_series" },
            "instant": self.instant,
            "legendFormat": if self.legend.is_empty() { "__auto" } else { &self.legend },
            "range": !self.instant,
            "refId": letter.to_string(),
        })
    }
}

/// A share of whole seconds, floored to four places as the reports floor it: no panel rounds up past a threshold.
///
/// Both sums are whole numbers below 2^53, so the division errs by less than the least step between two shares.
#[must_use]
pub fn floored_share(part: &str, whole: &str) -> String {
    format!("floor(10000 * ({part}) / ({whole})) / 10000")
}

/// Availability of the portals that `matchers` choose, their seconds added up `by` labels: the reports' own rule.
#[must_use]
pub fn availability(matchers: &str, by: &str) -> String {
    let sum = |metric: &str| format!("sum{by}({metric}{{{matchers}}})");
    let (observed, down) = (sum("ems_portal_observed_seconds"), sum("ems_portal_down_seconds"));
    floored_share(&format!("{observed} - {down}"), &format!("({observed} > 0)"))
}

/// Adds name, owner and level to rows that have a `portal`, and keeps the chosen levels.
#[must_use]
pub fn named(expr: &str) -> String {
    format!("({expr}) * on (portal) group_left (name, owner, level) ems_portal_info{{level=~\"$level\"}}")
}
