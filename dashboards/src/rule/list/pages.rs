//! Sections and English sides.

use super::super::{Alert, Seen, Severity, Since};
use super::PORTAL;

/// The judge knows the terms and what is unknown: a section that could not be read alerts nobody.
pub(super) fn pages() -> Vec<Alert> {
    let had = "max by (portal) (max_over_time(ems_english_state{state=~\"pass|missing_items\"}[7d])) == 1";
    vec![
        Alert {
            name: "SectionStale",
            title: "Chuyên mục quá hạn cập nhật",
            expr: "ems_section_freshness{verdict=~\"fail|warn\"} == 1".into(),
            wait: "1h",
            severity: Severity::Low,
            vi: "Chuyên mục {{ $labels.section }} của cổng {{ $labels.portal }} quá hạn cập nhật",
            en: "Section {{ $labels.section }} of portal {{ $labels.portal }} is past its term",
            seen: Seen::From("ems_page_look_timestamp_seconds{portal=$portal}".into()),
            since: Since::Held,
            board: PORTAL,
        },
        Alert {
            name: "EnglishBroken",
            title: "Phiên bản tiếng Anh hỏng",
            expr: format!(
                "ems_english_state{{state=~\"not_english|empty\"}} == 1 or (ems_english_state{{state=\"absent\"}} == 1 and on (portal) ({had}))"
            ),
            wait: "6h",
            severity: Severity::Low,
            vi: "Phiên bản tiếng Anh của cổng {{ $labels.portal }} hỏng ({{ $labels.state }})",
            en: "The English side of portal {{ $labels.portal }} is broken ({{ $labels.state }})",
            seen: Seen::From("ems_page_look_timestamp_seconds{portal=$portal}".into()),
            since: Since::Held,
            board: PORTAL,
        },
    ]
}
