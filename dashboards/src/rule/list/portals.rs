//! What the ledger says of portals: outages, brown-outs that last, silence, and names whose signatures fail.

use super::super::{Alert, Seen, Severity, Since};
use super::{DUTY, PORTAL};
use crate::threshold as limit;

/// Causes that say whose the page is not.
const FOREIGN: &str = "content_hijacked|content_parked|content_mismatch";

pub(super) fn portals() -> Vec<Alert> {
    let hosting = "* on (portal) group_left (hosting) ems_portal_info{hosting!=\"\"}";
    let down = format!("sum by (hosting) (ems_portal_state{{track=\"overall\", state=\"down\"}} {hosting})");
    let size = "count by (hosting) (ems_portal_info{hosting!=\"\"})";
    let open = "track=\"overall\", kind=\"outage\"";
    let of_hosting = "and on (portal) ems_portal_info{hosting=$hosting}";
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
            seen: Seen::incident("portal=$portal, track=\"overall\", kind=\"outage\""),
            since: Since::incident("portal=$portal, track=\"overall\", kind=\"outage\""),
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
            seen: Seen::incident("portal=$portal, kind=\"outage\""),
            since: Since::incident("portal=$portal, kind=\"outage\", cause=$cause"),
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
            seen: Seen::From(format!(
                "count by (agent) (ems_incident_seen_from{{{open}}} {of_hosting})"
            )),
            since: Since::Told(format!(
                "min(ems_incident_opened_timestamp_seconds{{{open}}} {of_hosting})"
            )),
            board: DUTY,
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
            seen: Seen::incident("portal=$portal, track=$track, kind=\"outage\""),
            since: Since::incident("portal=$portal, track=$track, kind=\"outage\""),
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
            seen: Seen::From(
                "count by (agent) (ems_probe_outcome_info{portal=$portal, outcome=~\"degraded|down\"})"
                    .into(),
            ),
            since: Since::Held,
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
            seen: Seen::Nowhere(
                "count by (agent) (ems_probe_outcome_info{portal=$portal, outcome=\"unknown\"})".into(),
            ),
            since: Since::Held,
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
            seen: Seen::From("ems_portal_look_timestamp_seconds{portal=$portal, look=\"dnssec\"}".into()),
            since: Since::Held,
            board: PORTAL,
        },
    ]
}
