//! Registrations of domains.

use super::super::{Alert, Seen, Severity, Since};
use super::DUTY;
use crate::threshold as limit;

/// The end of a registration stands in the inventory; that a domain is gone, the agents see.
pub(super) fn domains() -> Vec<Alert> {
    let [notice, soon, urgent, last] = limit::DOMAIN_DAYS;
    let left = "ems_domain_expiry_timestamp_seconds - time()";
    let ends = |days: u32, above: u32, (name, title), severity| Alert {
        name,
        title,
        expr: format!(
            "({left} < {upper}) and ({left} {from} {lower})",
            upper = days * 86_400,
            // The last step ends with the registration, which has an alert of its own.
            from = if above == 0 { ">" } else { ">=" },
            lower = above * 86_400,
        ),
        wait: "15m",
        severity,
        vi: "Tên miền {{ $labels.domain }} hết hạn đăng ký sau {{ $value | humanizeDuration }}",
        en: "The registration of the domain {{ $labels.domain }} ends in {{ $value | humanizeDuration }}",
        seen: Seen::Place("danh mục targets.yaml", "the inventory targets.yaml"),
        since: Since::Held,
        board: DUTY,
    };
    vec![
        ends(
            notice,
            soon,
            ("DomainExpires30d", "Tên miền hết hạn đăng ký trong 30 ngày"),
            Severity::Low,
        ),
        ends(
            soon,
            urgent,
            ("DomainExpires14d", "Tên miền hết hạn đăng ký trong 14 ngày"),
            Severity::Low,
        ),
        ends(
            urgent,
            last,
            ("DomainExpires7d", "Tên miền hết hạn đăng ký trong 7 ngày"),
            Severity::High,
        ),
        ends(
            last,
            0,
            ("DomainExpires1d", "Tên miền hết hạn đăng ký trong 1 ngày"),
            Severity::Urgent,
        ),
        Alert {
            name: "DomainExpired",
            title: "Đã qua ngày hết hạn đăng ký tên miền",
            expr: format!("{left} <= 0"),
            wait: "0m",
            severity: Severity::Urgent,
            vi: "Tên miền {{ $labels.domain }} đã qua ngày hết hạn đăng ký ghi trong danh mục",
            en: "The end of the registration of the domain {{ $labels.domain }} has passed, as the inventory tells it",
            seen: Seen::Place("danh mục targets.yaml", "the inventory targets.yaml"),
            since: Since::Told("ems_domain_expiry_timestamp_seconds{domain=$domain}".into()),
            board: DUTY,
        },
        Alert {
            name: "DomainLost",
            title: "Tên miền không còn trong hệ thống tên miền",
            expr: "ems_domain_lost == 1".into(),
            wait: "0m",
            severity: Severity::Urgent,
            vi: "Tên miền {{ $labels.domain }} không còn trong hệ thống tên miền",
            en: "The domain {{ $labels.domain }} is gone from the name system",
            seen: Seen::From("ems_domain_delegated{domain=$domain} == 0".into()),
            since: Since::Held,
            board: DUTY,
        },
    ]
}
