//! Brown-outs, by the share of time they eat.

use super::super::{Alert, Rule, Seen, Severity, Since};
use super::PORTAL;
use crate::threshold as limit;

/// Share of the observed seconds that were down. Unknown is in neither sum: not seen is not an error.
pub(super) fn ratios() -> Vec<Rule> {
    let ratio = |window: &str| {
        let rate = |states: &str| {
            format!(
                "sum by (portal, track) (rate(ems_portal_state_seconds_total{{state=~\"{states}\"}}[{window}]))"
            )
        };
        format!("{} / ({} > 0)", rate("down"), rate("up|degraded|down"))
    };
    [
        ("ems:error_ratio:rate5m", "5m"),
        ("ems:error_ratio:rate30m", "30m"),
        ("ems:error_ratio:rate1h", "1h"),
        ("ems:error_ratio:rate6h", "6h"),
    ]
    .into_iter()
    .map(|(name, window)| Rule::Record {
        name,
        expr: ratio(window),
    })
    .collect()
}

/// Brown-outs: short outages that add up. Hard outages are told by their incident.
pub(super) fn budget() -> Alert {
    let burns = |window: &str, factor: f64| {
        let most = factor * (1.0 - limit::OBJECTIVE);
        format!("ems:error_ratio:rate{window}{{track=\"overall\"}} > {most:.4}")
    };
    Alert {
        name: "BudgetBurns",
        title: "Cổng chập chờn",
        expr: format!(
            "({} and {}) or ({} and {})",
            burns("5m", 14.4),
            burns("1h", 14.4),
            burns("30m", 6.0),
            burns("6h", 6.0)
        ),
        wait: "2m",
        severity: Severity::Low,
        vi: "Cổng {{ $labels.portal }} chập chờn: {{ $value | humanizePercentage }} thời gian quan sát là gián đoạn",
        en: "Portal {{ $labels.portal }} flickers: down for {{ $value | humanizePercentage }} of the observed time",
        seen: Seen::From("count by (agent) (min_over_time(probe_success{portal=$portal}[1h]) == 0)".into()),
        since: Since::Held,
        board: PORTAL,
    }
}
