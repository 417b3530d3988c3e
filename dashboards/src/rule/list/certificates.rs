//! Certificates that end or do not verify.

use super::super::{Alert, Seen, Severity, Since};
use super::PORTAL;
use crate::threshold as limit;

/// Days left, and a share of the life-time, so that a certificate of six days is not late on its first day.
pub(super) fn certificates() -> Vec<Alert> {
    let [notice, soon, urgent, last] = limit::CERTIFICATE_DAYS;
    let expires = |days: u32, above: u32, (name, title), severity, vi, en| Alert {
        name,
        title,
        expr: format!(
            "(ems_tls_not_after_timestamp_seconds - time() < {upper}) and (ems_tls_not_after_timestamp_seconds - time() >= {lower}) \
             unless (ems_tls_not_after_timestamp_seconds - time() >= \
             (ems_tls_not_after_timestamp_seconds - ems_tls_not_before_timestamp_seconds) / 3)",
            upper = days * 86_400,
            lower = above * 86_400,
        ),
        wait: "15m",
        severity,
        vi,
        en,
        seen: Seen::From("ems_portal_look_timestamp_seconds{portal=$portal, look=\"certificate\"}".into()),
        since: Since::Held,
        board: PORTAL,
    };
    let vi = "Chứng thư của cổng {{ $labels.portal }} hết hạn sau {{ $value | humanizeDuration }}";
    let en = "The certificate of portal {{ $labels.portal }} expires in {{ $value | humanizeDuration }}";
    vec![
        expires(
            notice,
            soon,
            ("CertificateExpires30d", "Chứng thư hết hạn trong 30 ngày"),
            Severity::Low,
            vi,
            en,
        ),
        expires(
            soon,
            urgent,
            ("CertificateExpires14d", "Chứng thư hết hạn trong 14 ngày"),
            Severity::Low,
            vi,
            en,
        ),
        expires(
            urgent,
            last,
            ("CertificateExpires7d", "Chứng thư hết hạn trong 7 ngày"),
            Severity::High,
            vi,
            en,
        ),
        expires(
            last,
            0,
            ("CertificateExpires1d", "Chứng thư hết hạn trong 24 giờ"),
            Severity::Urgent,
            vi,
            en,
        ),
        Alert {
            name: "CertificateInvalid",
            title: "Chứng thư không hợp lệ",
            expr: "ems_tls_valid == 0".into(),
            wait: "15m",
            severity: Severity::High,
            vi: "Chứng thư của cổng {{ $labels.portal }} không hợp lệ",
            en: "The certificate of portal {{ $labels.portal }} is not valid",
            seen: Seen::From(
                "ems_portal_look_timestamp_seconds{portal=$portal, look=\"certificate\"}".into(),
            ),
            since: Since::Held,
            board: PORTAL,
        },
    ]
}
