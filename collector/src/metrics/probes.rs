//! Metrics of the newest records: what each agent saw last, by blackbox's names.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::facts::TlsFacts;
use ems_contract::family::Family as AddressFamily;
use ems_contract::id::PortalId;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

use super::catalogue as names;
use super::exposition::Exposition;
use crate::store::{Latest, StoreError};

/// Slots of silence after which a record says nothing about the present.
const SILENT_SLOTS: i64 = 3;

/// Whether a record still says something at `now`.
fn speaks(record: &Latest, now: UnixTime) -> bool {
    record.slot + SILENT_SLOTS * i64::from(record.interval_s) >= now
}

/// Seconds of a number of microseconds.
fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

pub(super) fn probes(out: &mut Exposition, latest: &[Latest], now: UnixTime) {
    let records: Vec<(&Latest, [&str; 3])> = latest
        .iter()
        .filter(|record| record.probe == ProbeKind::Reach && speaks(record, now))
        .filter_map(|record| {
            let family = record.family.map(AddressFamily::as_str)?;
            Some((record, [record.agent.as_str(), record.portal.as_str(), family]))
        })
        .collect();
    let mut family = out.family(&names::PROBE_SUCCESS);
    for (record, labels) in &records {
        if !record.outcome.is_unknown() {
            family.integer(labels, i64::from(record.outcome.is_success()));
        }
    }
    let mut family = out.family(&names::PROBE_OUTCOME);
    for (record, [agent, portal, address_family]) in &records {
        let cause = record.outcome.cause_name().unwrap_or_default();
        family.integer(
            &[agent, portal, address_family, record.outcome.state_name(), cause],
            1,
        );
    }
    // An agent that cannot say has no duration and no status either.
    let mut records = records;
    records.retain(|(record, _)| !record.outcome.is_unknown());
    let mut family = out.family(&names::PROBE_DURATION);
    for (record, labels) in &records {
        family.number(labels, seconds(record.timings.total_us()));
    }
    let mut family = out.family(&names::PROBE_STATUS);
    for (record, labels) in &records {
        let last = record.facts.http.as_ref().and_then(|http| http.hops.last());
        family.integer(labels, last.map_or(0, |hop| i64::from(hop.status)));
    }
    let mut family = out.family(&names::PROBE_PHASE);
    for (record, [agent, portal, address_family]) in &records {
        let timings = &record.timings;
        for (phase, length) in [
            ("resolve", timings.dns_us),
            ("connect", timings.connect_us),
            ("tls", timings.tls_us),
            ("processing", timings.first_byte_us),
            ("transfer", timings.body_us),
        ] {
            if let Some(length) = length {
                family.number(
                    &[agent, portal, address_family, phase],
                    seconds(u64::from(length)),
                );
            }
        }
    }
    let mut family = out.family(&names::PROBE_TLS_EXPIRY);
    for (record, labels) in &records {
        if let Some(end) = record
            .facts
            .tls
            .as_ref()
            .and_then(|tls| tls.chain_not_after.or(tls.not_after))
        {
            family.integer(labels, end.secs());
        }
    }
}

/// The newest record of each portal among those that `counts`.
fn newest(latest: &[Latest], counts: impl Fn(&Latest) -> bool) -> BTreeMap<&PortalId, &Latest> {
    let mut newest: BTreeMap<&PortalId, &Latest> = BTreeMap::new();
    for record in latest.iter().filter(|record| counts(record)) {
        let known = newest.get(&record.portal);
        if known.is_none_or(|known| known.slot < record.slot) {
            newest.insert(&record.portal, record);
        }
    }
    newest
}

/// Whether a certificate was presented, whether it verifies or not.
fn presents(record: &Latest) -> bool {
    let tls = record.facts.tls.as_ref();
    tls.is_some_and(|tls| tls.not_after.is_some())
}

/// Whether the name was looked up with its proofs.
const fn proves(record: &Latest) -> bool {
    record.facts.dns.is_some()
}

/// The looks that the figures below rest on.
pub(super) fn looks(out: &mut Exposition, latest: &[Latest]) {
    let mut family = out.family(&names::PORTAL_LOOK);
    for (look, counts) in [
        ("certificate", presents as fn(&Latest) -> bool),
        ("dnssec", proves),
    ] {
        for (portal, record) in newest(latest, counts) {
            family.integer(
                &[portal.as_str(), look, record.agent.as_str()],
                record.slot.secs(),
            );
        }
    }
}

/// The newest presented certificate of each portal, of whatever age. `begins` tells when a chain's leaf began to be valid.
pub(super) fn certificates(
    out: &mut Exposition,
    latest: &[Latest],
    mut begins: impl FnMut(&Sha256) -> Result<Option<UnixTime>, StoreError>,
) -> Result<(), StoreError> {
    let presented: Vec<(&str, &TlsFacts, UnixTime)> = newest(latest, presents)
        .into_iter()
        .filter_map(|(portal, record)| {
            let tls = record.facts.tls.as_ref()?;
            Some((portal.as_str(), tls, tls.not_after?))
        })
        .collect();
    let mut family = out.family(&names::TLS_NOT_AFTER);
    for (portal, _, end) in &presented {
        family.integer(&[portal], end.secs());
    }
    let mut family = out.family(&names::TLS_NOT_BEFORE);
    for (portal, tls, _) in &presented {
        let beginning = tls.chain.as_ref().map(&mut begins).transpose()?;
        if let Some(beginning) = beginning.flatten() {
            family.integer(&[portal], beginning.secs());
        }
    }
    let mut family = out.family(&names::TLS_VALID);
    for (portal, tls, _) in &presented {
        family.integer(&[portal], i64::from(tls.faults.is_empty()));
    }
    Ok(())
}

/// What the newest look at each portal's name proves.
pub(super) fn dnssec(out: &mut Exposition, latest: &[Latest]) {
    let mut family = out.family(&names::PORTAL_DNSSEC);
    for (portal, record) in newest(latest, proves) {
        if let Some(dns) = &record.facts.dns {
            family.integer(&[portal.as_str(), dns.dnssec.as_str()], 1);
        }
    }
}
