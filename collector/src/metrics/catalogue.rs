//! Every metric made from store and inventory: name, kind, labels, meaning. Names are an interface.

use super::exposition::{Kind, Metric};
use super::rooms;

macro_rules! catalogue {
    ($($(#[doc = $help:literal])+ $ident:ident: $kind:ident $name:literal [$($label:literal),*];)+) => {
        $(
            $(#[doc = $help])+
            pub static $ident: Metric = Metric {
                name: $name,
                kind: Kind::$kind,
                labels: &[$($label),*],
                help: trimmed(concat!($($help),+)),
            };
        )+

        /// Every metric, in the order of the exposition.
        pub static CATALOGUE: &[&Metric] = &[$(&$ident),+];
    };
}

/// Doc comments begin with a space.
const fn trimmed(text: &'static str) -> &'static str {
    let bytes = text.as_bytes();
    if let [b' ', rest @ ..] = bytes
        && let Ok(rest) = std::str::from_utf8(rest)
    {
        return rest;
    }
    text
}

catalogue! {
    /// The version of the running program; always 1
    BUILD_INFO: Gauge "ems_build_info" ["version"];
    /// Whether the database holds demonstration data: then nothing here was measured
    DEMO: Gauge "ems_demo_data" [];
    /// The inventory in force, by the first 12 digits of its digest; always 1
    INVENTORY_INFO: Gauge "ems_inventory_info" ["version"];
    /// When the inventory in force came into force
    INVENTORY_LOADED: Gauge "ems_inventory_loaded_timestamp_seconds" [];
    /// Whether the last attempt to load an inventory succeeded; on 0 the one before it stays in force
    INVENTORY_RELOAD: Gauge "ems_inventory_last_reload_success" [];
    /// Portals that are measured, by level
    INVENTORY_PORTALS: Gauge "ems_inventory_portals" ["level"];
    /// When the last batch of an agent arrived
    AGENT_LAST_BATCH: Gauge "ems_agent_last_batch_timestamp_seconds" ["agent"];
    /// The newest slot that an agent reported
    AGENT_LAST_SLOT: Gauge "ems_agent_last_slot_timestamp_seconds" ["agent"];
    /// An agent's clock minus the collector's at its last batch
    AGENT_SKEW: Gauge "ems_agent_clock_skew_seconds" ["agent"];
    /// An agent of the inventory with its network; always 1
    AGENT_INFO: Gauge "ems_agent_info" ["agent", "network", "name"];
    /// A measured portal with what is known of it, to join others on `portal`; always 1
    PORTAL_INFO: Gauge "ems_portal_info" ["portal", "level", "owner", "name", "hosting"];
    /// 1 for the state a portal is in, 0 for the others
    PORTAL_STATE: Gauge "ems_portal_state" ["portal", "track", "state"];
    /// Seconds in each state up to the settled horizon, statutory, since the collector started; when it starts again it goes on where its last data end
    PORTAL_STATE_SECONDS: Counter "ems_portal_state_seconds_total" ["portal", "track", "state"];
    /// Seconds that late data added to or took from a state after they were counted in ems_portal_state_seconds_total
    PORTAL_CORRECTION: Counter "ems_portal_state_correction_seconds_total" ["portal", "track", "state", "direction"];
    /// (up + degraded) / (up + degraded + down) of a window up to the settled horizon; absent without observed time
    PORTAL_AVAILABILITY: Gauge "ems_portal_availability_ratio" ["portal", "track", "window", "account"];
    /// Observed share of the time of a window in which the portal counts; absent when none of it does
    PORTAL_COVERAGE: Gauge "ems_portal_coverage_ratio" ["portal", "track", "window"];
    /// Exact seconds of a window in which somebody saw the portal (up, degraded or down), statutory; with the next one the availability of any group of portals is exact
    PORTAL_OBSERVED: Gauge "ems_portal_observed_seconds" ["portal", "track", "window"];
    /// Exact seconds down in a window up to the settled horizon, statutory
    PORTAL_DOWN: Gauge "ems_portal_down_seconds" ["portal", "track", "window"];
    /// An incident that lasts; always 1
    INCIDENT_OPEN: Gauge "ems_incident_open" ["portal", "track", "kind", "cause"];
    /// When an incident that lasts began
    INCIDENT_OPENED: Gauge "ems_incident_opened_timestamp_seconds" ["portal", "track", "kind", "cause"];
    /// A vantage point whose failures an incident that lasts rests on; always 1
    INCIDENT_SEEN_FROM: Gauge "ems_incident_seen_from" ["portal", "track", "kind", "agent"];
    /// A portal in announced maintenance; always 1, absent otherwise
    PORTAL_MAINTENANCE: Gauge "ems_portal_maintenance" ["portal"];
    /// When the registration of a domain ends, as the inventory tells; absent where nobody wrote it down
    DOMAIN_EXPIRY: Gauge "ems_domain_expiry_timestamp_seconds" ["domain"];
    /// Whether an agent sees that the zone above knows a registered domain; absent when it cannot say
    DOMAIN_DELEGATED: Gauge "ems_domain_delegated" ["domain", "agent"];
    /// 1 while most agents see that the zone above knows a registered domain no more, on two networks where two see anything; absent when it cannot be said
    DOMAIN_LOST: Gauge "ems_domain_lost" ["domain"];
    /// What DNSSEC proves of a portal's name by the newest look at it; always 1
    PORTAL_DNSSEC: Gauge "ems_portal_dnssec" ["portal", "state"];
    /// When the newest presented certificate of a portal ends, whether it verifies or not
    TLS_NOT_AFTER: Gauge "ems_tls_not_after_timestamp_seconds" ["portal"];
    /// When the newest presented certificate of a portal began to be valid; with its end the length of its life
    TLS_NOT_BEFORE: Gauge "ems_tls_not_before_timestamp_seconds" ["portal"];
    /// Whether the newest presented certificate of a portal verifies
    TLS_VALID: Gauge "ems_tls_valid" ["portal"];
    /// When the newest look was taken that the figures of a portal's certificate or of its name (dnssec) rest on, and by whom
    PORTAL_LOOK: Gauge "ems_portal_look_timestamp_seconds" ["portal", "look", "agent"];
    /// Whether an agent reached a portal in its newest slot; absent when it cannot say, or has been silent for three slots
    PROBE_SUCCESS: Gauge "probe_success" ["agent", "portal", "family"];
    /// The outcome of an agent's newest slot with its cause; always 1
    PROBE_OUTCOME: Gauge "ems_probe_outcome_info" ["agent", "portal", "family", "outcome", "cause"];
    /// How long the last attempt of the newest slot took in all
    PROBE_DURATION: Gauge "probe_duration_seconds" ["agent", "portal", "family"];
    /// The final HTTP status of the newest slot; 0 without an answer
    PROBE_STATUS: Gauge "probe_http_status_code" ["agent", "portal", "family"];
    /// How long each phase of the last attempt of the newest slot took; phases that were not reached are absent
    PROBE_PHASE: Gauge "probe_http_duration_seconds" ["agent", "portal", "family", "phase"];
    /// The earliest end of a certificate in the chain that the newest slot saw
    PROBE_TLS_EXPIRY: Gauge "probe_ssl_earliest_cert_expiry" ["agent", "portal", "family"];
    /// Free share of the file system that holds the data
    DATA_FREE: Gauge "ems_data_free_ratio" [];
    /// Notices that wait in the outbox
    NOTIFY_PENDING: Gauge "ems_notify_pending" ["channel"];
    /// Age of the oldest notice that waits; 0 when none does
    NOTIFY_OLDEST: Gauge "ems_notify_oldest_age_seconds" ["channel"];
    /// Notices that nobody took within a day, of the last 30 days
    NOTIFY_GIVEN_UP: Gauge "ems_notify_given_up" ["channel"];
    /// Incidents of the last 30 days of which somebody was told, by whether somebody acknowledged them; absent without any
    INCIDENTS_TOLD: Gauge "ems_incidents_told" ["acknowledged"];
    /// From the alert to its acknowledgement, mean of the incidents of the last 30 days that were acknowledged
    ACKNOWLEDGE_MEAN: Gauge "ems_incident_acknowledge_mean_seconds" [];
    /// From the beginning to the end, mean of the incidents of the last 30 days of which somebody was told and that are over
    RECOVER_MEAN: Gauge "ems_incident_recover_mean_seconds" [];
    /// When a portal's backup last told that it was finished; absent where none ever did
    BACKUP_LAST: Gauge "ems_backup_last_timestamp_seconds" ["portal"];
}

/// The catalogue as docs/METRICS.md.
#[must_use]
pub fn document() -> String {
    let mut text = format!("{DOCUMENT_HEAD}{TABLE_HEAD}");
    for metric in CATALOGUE {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() {
            "–".to_owned()
        } else {
            labels.join(" ")
        };
        text.push_str(&format!(
            "| `{}` | {} | {labels} | {} |\n",
            metric.name,
            metric.kind.as_str(),
            metric.help.replace('|', "\\|")
        ));
    }
    for (title, lines) in [
        ("Counted by the collector's rooms", rooms::COLLECTOR),
        ("Counted by an agent, on its own `/metrics`", rooms::AGENT),
    ] {
        text.push_str(&format!("\n## {title}\n\n{TABLE_HEAD}{}", rooms::rows(lines)));
    }
    text.push_str(DOCUMENT_TAIL);
    text
}

const DOCUMENT_HEAD: &str = "<!-- Generated from collector/src/metrics/catalogue.rs; a test compares. -->
# Metrics of the collector

`GET /metrics`, Prometheus text format 0.0.4. The figures below are made from store and inventory at each scrape: a
portal that leaves the inventory leaves the exposition. The rooms of the collector add their own counts, listed below.

";

const TABLE_HEAD: &str = "| name | kind | labels | meaning |\n|---|---|---|---|\n";

const DOCUMENT_TAIL: &str = "
## Labels

- `portal`, `agent`: ids of the inventory. `level`: `province`, `department`, `district`, `commune`, `other`.
- `track`: `v4`, `v6`, `overall`. `family`: `v4`, `v6`.
- `state`: `up`, `degraded`, `down`, `unknown`; in `ems_portal_state` also `absent` (the portal has no address of the
  family). Announced maintenance is no state of its own here: see `account`.
- `window`, each up to the settled horizon: `30d` (30 times 24 hours), `quarter` and `year` (civil, Asia/Ho_Chi_Minh,
  to date).
- `account`: `statutory` (maintenance counts as what it was), `adjusted` (announced maintenance left out).
- `cause`: the binding names of causes; empty where there is none.
- `channel`: a channel of `notify` in ems.yaml.
- `phase`: `resolve`, `connect`, `tls`, `processing`, `transfer`, as in blackbox_exporter.

## Reading them

- Exact figures are the gauges per window: they are made of the same spans as reports and console. The counters serve
  `rate()` and `increase()`; after late data the truth is
  `ems_portal_state_seconds_total + ems_portal_state_correction_seconds_total{direction=\"added\"} - …{direction=\"removed\"}`.
- The settled horizon lies one interval, the deadlines of its attempts and 15 s behind the present (105 s by default), and
  at the beginning of trouble that lies across that instant, by at most 180 s or three slots: what has to be confirmed
  is counted when it is.
- `probe_*` keep the meaning they have in blackbox_exporter. They come from the newest record of each agent and vanish
  after three slots of silence, so that a dead agent leaves no false success behind. `probe_success` is absent, not 0,
  when the agent cannot say.
- Bounded: at most `portals × (3 tracks × 31 + 17) + portals × agents × (2 families × 10 + 7)` lines.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_and_stand_once() {
        let mut seen = std::collections::BTreeSet::new();
        for metric in CATALOGUE {
            assert!(seen.insert(metric.name), "{} stands twice", metric.name);
            assert!(
                metric.name.starts_with("ems_") || metric.name.starts_with("probe_"),
                "{}",
                metric.name
            );
            assert_eq!(
                metric.name.ends_with("_total"),
                metric.kind == Kind::Counter,
                "{}",
                metric.name
            );
            assert!(!metric.help.is_empty() && !metric.help.starts_with(' ') && !metric.help.contains('\n'));
        }
    }

    #[test]
    fn the_document_is_the_catalogue() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/METRICS.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == document(),
            "docs/METRICS.md is not up to date; it should read:\n{}",
            document()
        );
    }
}
