//! The last result of every portal under the names that blackbox_exporter uses.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::family::Family as AddressFamily;
use ems_contract::id::AgentId;
use ems_contract::observation::{Observation, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::family::{Family, sample};
use crate::schedule::SeriesKey;

/// What is shown of one result.
#[derive(Debug, Clone)]
struct Last {
    outcome: Outcome,
    /// All attempts together.
    total_us: u64,
    /// Phases of the last attempt.
    timings: Timings,
    status: u16,
    chain_not_after_s: Option<i64>,
    tls_version: Option<String>,
}

/// Last results by series. Portals that leave the plan leave the page.
#[derive(Clone)]
pub struct Portals {
    agent: AgentId,
    last: Arc<Mutex<HashMap<SeriesKey, Last>>>,
    desc: Arc<Desc>,
}

impl Portals {
    /// No results yet.
    ///
    /// # Errors
    /// Never with the fixed names used here; the registry's own checks say so at start.
    pub fn new(agent: AgentId) -> Result<Self, prometheus::Error> {
        let labels = ["agent", "portal", "family"].map(str::to_owned).to_vec();
        let desc = Desc::new(
            "probe_success".to_owned(),
            HELP_SUCCESS.to_owned(),
            labels,
            HashMap::new(),
        )?;
        Ok(Self {
            agent,
            last: Arc::default(),
            desc: Arc::new(desc),
        })
    }

    /// Shows a result. Only `reach` has a page of its own here.
    pub fn note(&self, key: &SeriesKey, observation: &Observation) {
        if key.probe != ProbeKind::Reach {
            return;
        }
        let http = observation.facts.http.as_ref();
        let tls = observation.facts.tls.as_ref();
        let last = Last {
            outcome: observation.outcome,
            total_us: observation
                .attempts
                .iter()
                .map(|attempt| attempt.timings.total_us())
                .sum(),
            timings: observation
                .attempts
                .last()
                .map(|attempt| attempt.timings)
                .unwrap_or_default(),
            status: http.and_then(|http| http.hops.last()).map_or(0, |hop| hop.status),
            chain_not_after_s: tls
                .and_then(|tls| tls.chain_not_after.or(tls.not_after))
                .map(|at| at.secs()),
            tls_version: tls.and_then(|tls| tls.version.clone()),
        };
        self.lock().insert(key.clone(), last);
    }

    /// Forgets everything that is not in the plan any more.
    pub fn retain(&self, planned: &HashSet<SeriesKey>) {
        self.lock().retain(|key, _| planned.contains(key));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SeriesKey, Last>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const HELP_SUCCESS: &str =
    "Whether the portal's page was there (1) or not (0); absent while this agent cannot say.";

impl Collector for Portals {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut all: Vec<(SeriesKey, Last)> =
            self.lock().iter().map(|(k, l)| (k.clone(), l.clone())).collect();
        all.sort_by(|(a, _), (b, _)| (&a.portal, a.family).cmp(&(&b.portal, b.family)));
        let mut success = Family::gauge("probe_success", HELP_SUCCESS);
        let mut duration = Family::gauge(
            "probe_duration_seconds",
            "How long the last probe took, all attempts together.",
        );
        let mut status = Family::gauge(
            "probe_http_status_code",
            "Status of the last answer; 0 when there was none.",
        );
        let mut phases = Family::gauge("probe_http_duration_seconds", "Phases of the last attempt.");
        let mut lookup = Family::gauge(
            "probe_dns_lookup_time_seconds",
            "Name resolution of the last attempt.",
        );
        let mut expiry = Family::gauge(
            "probe_ssl_earliest_cert_expiry",
            "Earliest end of validity in the presented chain, seconds since 1970; also when the chain does not verify.",
        );
        let mut version = Family::gauge("probe_tls_version_info", "The negotiated TLS version.");
        let mut protocol = Family::gauge("probe_ip_protocol", "4 or 6.");
        for (key, last) in &all {
            let family = key.family.map_or("", AddressFamily::as_str);
            let labels = [
                ("agent", self.agent.as_str()),
                ("portal", key.portal.as_str()),
                ("family", family),
            ];
            let with = |name: &'static str, value: &str| {
                [labels[0], labels[1], labels[2], (name, value)].map(|(n, v)| (n.to_owned(), v.to_owned()))
            };
            let add = |family: &mut Family, name, value: &str, sample| {
                let owned = with(name, value);
                let borrowed: Vec<(&str, &str)> =
                    owned.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                family.add(&borrowed, sample);
            };
            let seconds = |us: Option<u32>| us.map(|us| f64::from(us) / 1e6);
            if !last.outcome.is_unknown() {
                success.add(&labels, f64::from(u8::from(last.outcome.is_success())));
                duration.add(&labels, sample(last.total_us) / 1e6);
                status.add(&labels, f64::from(last.status));
            }
            let t = &last.timings;
            for (phase, us) in [
                ("resolve", t.dns_us),
                ("connect", t.connect_us),
                ("tls", t.tls_us),
                ("processing", t.first_byte_us),
                ("transfer", t.body_us),
            ] {
                if let Some(value) = seconds(us) {
                    add(&mut phases, "phase", phase, value);
                }
            }
            if let Some(value) = seconds(t.dns_us) {
                lookup.add(&labels, value);
            }
            if let Some(at) = last.chain_not_after_s.and_then(|at| u64::try_from(at).ok()) {
                expiry.add(&labels, sample(at));
            }
            if let Some(name) = &last.tls_version {
                add(&mut version, "version", name, 1.0);
            }
            match key.family {
                Some(AddressFamily::V4) => protocol.add(&labels, 4.0),
                Some(AddressFamily::V6) => protocol.add(&labels, 6.0),
                None => {}
            }
        }
        [
            success, duration, status, phases, lookup, expiry, version, protocol,
        ]
        .map(Family::done)
        .into()
    }
}
