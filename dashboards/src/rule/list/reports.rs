//! Reports that the administration waits for.

use super::super::{Alert, Seen, Severity, Since};
use super::SYSTEM;
use crate::threshold as limit;

/// Reports that the administration waits for. Nothing noted proves nothing: the alert asks to look.
pub(super) fn reports() -> Vec<Alert> {
    vec![
        Alert {
            name: "ReportDue",
            title: "Báo cáo sắp đến hạn",
            expr: format!(
                "ems_report_outstanding > 0 and on (duty, period) (ems_report_due_timestamp_seconds - time() < {} and ems_report_due_timestamp_seconds - time() >= 0)",
                limit::REPORT_DUE_S
            ),
            wait: "10m",
            severity: Severity::High,
            vi: "Báo cáo {{ $labels.duty }} kỳ {{ $labels.period }} sắp đến hạn, còn {{ $value }} báo cáo chưa ghi nhận đã gửi",
            en: "Report {{ $labels.duty }} of {{ $labels.period }} is due soon, {{ $value }} not noted as sent",
            seen: Seen::Place(
                "sổ báo cáo của máy thu thập",
                "the collector's register of reports",
            ),
            since: Since::Held,
            board: SYSTEM,
        },
        Alert {
            name: "ReportLate",
            title: "Báo cáo quá hạn",
            expr: "ems_report_late > 0".into(),
            wait: "10m",
            severity: Severity::High,
            vi: "Báo cáo {{ $labels.duty }} kỳ {{ $labels.period }} quá hạn, {{ $value }} báo cáo chưa ghi nhận đã gửi",
            en: "Report {{ $labels.duty }} of {{ $labels.period }} is past its day, {{ $value }} not noted as sent",
            seen: Seen::Place(
                "sổ báo cáo của máy thu thập",
                "the collector's register of reports",
            ),
            since: Since::Told("ems_report_due_timestamp_seconds{duty=$duty, period=$period}".into()),
            board: SYSTEM,
        },
    ]
}
