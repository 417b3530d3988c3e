//! Every rule.

use super::{Alert, Group, Rule, Severity};
use crate::threshold as limit;

const PORTAL: (&str, &[&str]) = ("ems-cong", &["portal"]);
/// Causes that say whose the page is not.
const FOREIGN: &str = "content_hijacked|content_parked|content_mismatch";
const SYSTEM: (&str, &[&str]) = ("ems-he-thong", &[]);

/// All groups, in the order of the file.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![
        Group {
            name: "ems-error-ratio",
            rules: ratios(),
        },
        Group {
            name: "ems-portals",
            rules: alerts(portals()),
        },
        Group {
            name: "ems-pages",
            rules: alerts(pages()),
        },
        Group {
            name: "ems-certificates",
            rules: alerts(certificates()),
        },
        Group {
            name: "ems-domains",
            rules: alerts(domains()),
        },
        Group {
            name: "ems-budget",
            rules: alerts(vec![budget()]),
        },
        Group {
            name: "ems-reports",
            rules: alerts(reports()),
        },
        Group {
            name: "ems-itself",
            rules: alerts(itself()),
        },
    ]
}

fn alerts(list: Vec<Alert>) -> Vec<Rule> {
    list.into_iter().map(Rule::Alert).collect()
}

/// Share of the observed seconds that were down. Unknown is in neither sum: not seen is not an error.
fn ratios() -> Vec<Rule> {
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

fn portals() -> Vec<Alert> {
    let hosting = "* on (portal) group_left (hosting) ems_portal_info{hosting!=\"\"}";
    let down = format!("sum by (hosting) (ems_portal_state{{track=\"overall\", state=\"down\"}} {hosting})");
    let size = "count by (hosting) (ems_portal_info{hosting!=\"\"})";
    // Owner and hosting travel with the alert: Alertmanager groups by the one and inhibits by the other.
    let known = |expr: &str| format!("({expr}) * on (portal) group_left (owner, hosting) ems_portal_info");
    vec![
        Alert {
            name: "PortalDown",
            title: "Cổng gián đoạn",
            expr: known(&format!(
                "max by (portal, cause) (ems_incident_open{{kind=\"outage\", track=\"overall\", cause!~\"{FOREIGN}\"}}) == 1"
            )),
            wait: "1m",
            severity: Severity::Urgent,
            vi: "Cổng {{ $labels.portal }} đang gián đoạn ({{ $labels.cause }})",
            en: "Portal {{ $labels.portal }} is down ({{ $labels.cause }})",
            board: PORTAL,
        },
        Alert {
            name: "PortalDefaced",
            title: "Cổng hiển thị nội dung lạ",
            expr: known(&format!(
                "max by (portal, cause) (ems_incident_open{{kind=\"outage\", cause=~\"{FOREIGN}\"}}) == 1"
            )),
            wait: "0m",
            severity: Severity::Urgent,
            vi: "Cổng {{ $labels.portal }} hiển thị nội dung lạ ({{ $labels.cause }}): nghi bị chiếm hoặc mất tên miền",
            en: "Portal {{ $labels.portal }} shows foreign content ({{ $labels.cause }}): hijacked, or its name is lost",
            board: PORTAL,
        },
        Alert {
            name: "HostingDown",
            title: "Nhiều cổng cùng hạ tầng gián đoạn",
            expr: format!(
                "({down} >= {min}) and ({down} >= {share} * {size})",
                min = limit::HOSTING_MIN,
                share = limit::HOSTING_SHARE,
            ),
            wait: "30s",
            severity: Severity::Urgent,
            vi: "{{ $value }} cổng cùng hạ tầng {{ $labels.hosting }} đang gián đoạn",
            en: "{{ $value }} portals of the hosting {{ $labels.hosting }} are down together",
            board: ("ems-truc-ban", &[]),
        },
        Alert {
            name: "PortalFamilyDown",
            title: "Cổng gián đoạn qua một họ địa chỉ",
            expr: known(
                "max by (portal, track, cause) (ems_incident_open{kind=\"outage\", track=~\"v4|v6\"}) == 1 \
                 unless on (portal) (ems_incident_open{kind=\"outage\", track=\"overall\"} == 1)",
            ),
            wait: "5m",
            severity: Severity::High,
            vi: "Cổng {{ $labels.portal }} gián đoạn qua {{ $labels.track }} ({{ $labels.cause }})",
            en: "Portal {{ $labels.portal }} is down over {{ $labels.track }} ({{ $labels.cause }})",
            board: PORTAL,
        },
        Alert {
            name: "PortalDegraded",
            title: "Cổng suy giảm kéo dài",
            expr: "ems_portal_state{track=\"overall\", state=\"degraded\"} == 1".into(),
            wait: "30m",
            severity: Severity::Low,
            vi: "Cổng {{ $labels.portal }} suy giảm đã 30 phút",
            en: "Portal {{ $labels.portal }} has been degraded for 30 minutes",
            board: PORTAL,
        },
        Alert {
            name: "PortalUnobserved",
            title: "Không quan sát được cổng",
            expr: "ems_portal_state{track=\"overall\", state=\"unknown\"} == 1".into(),
            wait: "10m",
            severity: Severity::High,
            vi: "Không điểm đo nào quan sát được cổng {{ $labels.portal }}",
            en: "No vantage point observes portal {{ $labels.portal }}",
            board: PORTAL,
        },
        Alert {
            name: "DnssecBogus",
            title: "Chữ ký DNSSEC không hợp lệ",
            expr: "ems_portal_dnssec{state=\"bogus\"} == 1".into(),
            wait: "10m",
            severity: Severity::High,
            vi: "Chữ ký DNSSEC của cổng {{ $labels.portal }} không hợp lệ",
            en: "The DNSSEC signatures of portal {{ $labels.portal }} are not valid",
            board: PORTAL,
        },
    ]
}

/// The judge knows the terms and what is unknown: a section that could not be read alerts nobody.
fn pages() -> Vec<Alert> {
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
            board: PORTAL,
        },
    ]
}

/// Days left, and a share of the life-time, so that a certificate of six days is not late on its first day.
fn certificates() -> Vec<Alert> {
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
            board: PORTAL,
        },
    ]
}

/// The end of a registration stands in the inventory; that a domain is gone, the agents see.
fn domains() -> Vec<Alert> {
    let [notice, soon, urgent, last] = limit::DOMAIN_DAYS;
    let left = "ems_domain_expiry_timestamp_seconds - time()";
    let duty = ("ems-truc-ban", &[][..]);
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
        board: duty,
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
            board: duty,
        },
        Alert {
            name: "DomainLost",
            title: "Tên miền không còn trong hệ thống tên miền",
            expr: "ems_domain_lost == 1".into(),
            wait: "0m",
            severity: Severity::Urgent,
            vi: "Tên miền {{ $labels.domain }} không còn trong hệ thống tên miền (thấy từ: {{ range query (printf \"ems_domain_delegated{domain=%q} == 0\" $labels.domain) }}{{ .Labels.agent }} {{ end }})",
            en: "The domain {{ $labels.domain }} is gone from the name system (seen from: {{ range query (printf \"ems_domain_delegated{domain=%q} == 0\" $labels.domain) }}{{ .Labels.agent }} {{ end }})",
            board: duty,
        },
    ]
}

/// Brown-outs: short outages that add up. Hard outages are told by their incident.
fn budget() -> Alert {
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
        board: PORTAL,
    }
}

/// Reports that the administration waits for. Nothing noted proves nothing: the alert asks to look.
fn reports() -> Vec<Alert> {
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
            board: SYSTEM,
        },
    ]
}

fn itself() -> Vec<Alert> {
    vec![
        Alert {
            name: "AgentSilent",
            title: "Điểm đo im lặng",
            expr: format!(
                "time() - ems_agent_last_batch_timestamp_seconds > {}",
                limit::AGENT_SILENT_S
            ),
            wait: "2m",
            severity: Severity::High,
            vi: "Điểm đo {{ $labels.agent }} đã im lặng {{ $value | humanizeDuration }}",
            en: "Vantage point {{ $labels.agent }} has been silent for {{ $value | humanizeDuration }}",
            board: SYSTEM,
        },
        Alert {
            name: "AgentBlind",
            title: "Điểm đo mù",
            expr: format!(
                "count by (agent) (ems_probe_outcome_info{{outcome=\"unknown\", cause=\"agent_blind\"}}) / count by (agent) (ems_probe_outcome_info) > {}",
                limit::BLIND_SHARE
            ),
            wait: "2m",
            severity: Severity::High,
            vi: "Điểm đo {{ $labels.agent }} không nhìn thấy gì: đường truyền của chính nó hỏng",
            en: "Vantage point {{ $labels.agent }} is blind: its own line is broken",
            board: SYSTEM,
        },
        Alert {
            name: "AgentClockWrong",
            title: "Đồng hồ điểm đo sai",
            expr: format!("abs(ems_agent_clock_skew_seconds) > {}", limit::CLOCK_SKEW_S),
            wait: "5m",
            severity: Severity::High,
            vi: "Đồng hồ của điểm đo {{ $labels.agent }} lệch {{ $value }} giây",
            en: "The clock of vantage point {{ $labels.agent }} is off by {{ $value }} seconds",
            board: SYSTEM,
        },
        Alert {
            name: "CollectorAbsent",
            title: "Máy thu thập ngừng",
            expr: "absent(ems_build_info)".into(),
            wait: "3m",
            severity: Severity::Urgent,
            vi: "Máy thu thập không trả lời: hệ thống giám sát đang ngừng",
            en: "The collector does not answer: nothing is being watched",
            board: SYSTEM,
        },
        Alert {
            name: "SpoolFailing",
            title: "Điểm đo không ghi được đĩa",
            expr: "ems_agent_spool_failing == 1".into(),
            wait: "2m",
            severity: Severity::High,
            vi: "Điểm đo {{ $labels.agent }} không ghi được đĩa: kết quả đang mất, ghi thành khoảng trống",
            en: "Vantage point {{ $labels.agent }} cannot write its disk: results become gaps",
            board: SYSTEM,
        },
        Alert {
            name: "EvidenceUnkept",
            title: "Trang bằng chứng không được giữ",
            expr: "sum by (instance, why) (increase(ems_agent_evidence_unkept_total[1d])) > 0".into(),
            wait: "10m",
            severity: Severity::Low,
            vi: "Điểm đo tại {{ $labels.instance }} không giữ được trang bằng chứng trong 24 giờ qua ({{ $labels.why }}); số liệu đo vẫn đủ",
            en: "The vantage point at {{ $labels.instance }} did not keep pages as evidence within 24 hours ({{ $labels.why }}); no measurement is lost",
            board: SYSTEM,
        },
        Alert {
            name: "StoreUpkeepFails",
            title: "Bảo dưỡng kho dữ liệu thất bại",
            expr: "increase(ems_store_upkeep_failures_total[1h]) > 2".into(),
            wait: "5m",
            severity: Severity::High,
            vi: "Bảo dưỡng kho dữ liệu thất bại nhiều lần ({{ $labels.job }})",
            en: "Upkeep of the store fails again and again ({{ $labels.job }})",
            board: SYSTEM,
        },
        Alert {
            name: "LedgerBehind",
            title: "Sổ thời gian chậm",
            expr: "ems_ledger_behind_portals > 0".into(),
            wait: "15m",
            severity: Severity::High,
            vi: "Sổ thời gian chậm cho {{ $value }} cổng",
            en: "The time ledger is behind for {{ $value }} portals",
            board: SYSTEM,
        },
        Alert {
            name: "DiskNearlyFull",
            title: "Đĩa dữ liệu sắp đầy",
            expr: format!("ems_data_free_ratio < {}", limit::DISK_FREE),
            wait: "10m",
            severity: Severity::High,
            vi: "Đĩa dữ liệu chỉ còn {{ $value | humanizePercentage }} chỗ trống",
            en: "Only {{ $value | humanizePercentage }} of the data disk is free",
            board: SYSTEM,
        },
        Alert {
            name: "NoticesStuck",
            title: "Thông báo không gửi được",
            expr: format!("ems_notify_oldest_age_seconds > {}", limit::NOTICE_AGE_S),
            wait: "5m",
            severity: Severity::High,
            vi: "Thông báo không gửi được qua kênh {{ $labels.channel }} đã {{ $value | humanizeDuration }}",
            en: "Notices have waited on channel {{ $labels.channel }} for {{ $value | humanizeDuration }}",
            board: SYSTEM,
        },
        Alert {
            name: "RotaGap",
            title: "Lịch trực bị trống",
            expr: "ems_oncall_uncovered_seconds > 0".into(),
            wait: "10m",
            severity: Severity::Low,
            vi: "Lịch trực trống {{ $value | humanizeDuration }} trong 7 ngày tới",
            en: "The rota names nobody for {{ $value | humanizeDuration }} of the next 7 days",
            board: SYSTEM,
        },
        Alert {
            name: "BackupMissing",
            title: "Sao lưu không báo",
            expr: format!(
                "time() - ems_backup_last_timestamp_seconds > {}",
                limit::BACKUP_AGE_S
            ),
            wait: "10m",
            severity: Severity::High,
            vi: "Bản sao lưu của cổng {{ $labels.portal }} không báo đã {{ $value | humanizeDuration }}",
            en: "The backup of portal {{ $labels.portal }} has not told of itself for {{ $value | humanizeDuration }}",
            board: PORTAL,
        },
        Alert {
            name: "InventoryRefused",
            title: "Danh mục mới có lỗi",
            expr: "ems_inventory_last_reload_success == 0".into(),
            wait: "1m",
            severity: Severity::Low,
            vi: "targets.yaml mới có lỗi: hệ thống vẫn dùng danh mục cũ",
            en: "The new targets.yaml has errors: the inventory before it stays in force",
            board: SYSTEM,
        },
    ]
}
