//! One unit's history: what was seen of it, and what the ledger makes of that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ems_contract::cause::Stage;
use ems_contract::facts::{Facts, Hop, HttpFacts, PageKind, TlsFacts};
use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::observation::Timings;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};

use super::chance::Chance;
use super::fate::{Fate, fate, lasting};
use super::slots::{Grid, INTERVAL_S, Slot};
use super::units::Unit;
use crate::incident::{Incident, Settled, transitions, troubles};
use crate::ledger::{
    AgentGap, Carry, Delays, FamilyInput, Inputs, Networks, Rules, SlotRecord, evaluate, settled_horizon,
};
use crate::store::{Checkpoint, MadeResult, MadeSeries, SpanUpdate};

/// Seconds between certificate looks; in the raw days they are an hour apart.
const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;

/// What all units have in common.
pub(super) struct World {
    /// The whole history.
    pub(super) window: Window,
    /// Results are kept from here on.
    pub(super) raw_from: UnixTime,
    /// Vantage points, each with its gaps.
    pub(super) agents: Vec<(AgentId, Vec<Window>)>,
    /// The same gaps as the ledger takes them.
    pub(super) gaps: Vec<AgentGap>,
    /// Networks of the vantage points.
    pub(super) networks: Networks,
    /// Numbers of the ledger.
    pub(super) rules: Rules,
    /// How late a record may be.
    pub(super) delays: Delays,
    /// Where checkpoints are wanted.
    pub(super) marks: Vec<UnixTime>,
    /// Portals whose trouble lasts at the end.
    pub(super) lasting: Vec<PortalId>,
}

/// One unit's history, ready to be kept.
pub(super) struct History {
    pub(super) update: SpanUpdate,
    pub(super) incidents: Vec<Incident>,
    pub(super) series: Vec<MadeSeries>,
}

/// Makes the history of a unit.
pub(super) fn history(world: &World, unit: &Unit, portal: &PortalId) -> History {
    let mut fate = fate(unit, world.window);
    let lasts = world.lasting.iter().position(|id| id == portal);
    if let Some(lasting) = lasts.and_then(|number| lasting(world.window, number)) {
        // Nothing else befalls it meanwhile.
        fate.stretches
            .retain(|other| other.window.intersect(lasting.window).is_empty());
        fate.stretches.push(lasting);
        fate.v6 = true;
    }
    let mut told: [Vec<SlotRecord>; 2] = Default::default();
    let mut series = vec![certificates(world, &fate, unit, portal)];
    for (records, family) in told.iter_mut().zip(Family::ALL) {
        for (place, (agent, gaps)) in world.agents.iter().enumerate() {
            let slots = Grid::of(&unit.id, family, place).slots(&fate, gaps, world.raw_from);
            let raw = slots.iter().filter(|slot| slot.slot >= world.raw_from);
            series.push(MadeSeries {
                portal: portal.clone(),
                probe: ProbeKind::Reach,
                family: Some(family),
                agent: agent.clone(),
                facts: reach_facts(&fate, unit, family, world.window.to),
                results: raw
                    .map(|slot| measured(&fate, unit, family, place, slot))
                    .collect(),
            });
            records.extend(slots.into_iter().map(|slot| SlotRecord {
                agent: agent.clone(),
                slot: slot.slot,
                interval_s: slot.interval_s,
                outcome: slot.outcome,
                no_address: slot.outcome == super::fate::NO_ADDRESS,
            }));
        }
    }
    let [v4, v6] = &told;
    let family = |records| FamilyInput {
        expected: true,
        records,
        gaps: &world.gaps,
    };
    let inputs = Inputs {
        networks: &world.networks,
        v4: family(v4),
        v6: family(v6),
        rules: world.rules,
    };
    let now = world.window.to;
    let told = evaluate(&Carry::start(fate.window.from), &inputs, now, &world.marks);
    let horizon = settled_horizon(now, world.delays);
    let incidents = transitions(
        portal,
        &troubles(&told, now),
        &[],
        fate.window.from,
        Settled::at(horizon),
        now,
    );
    let checkpoints = told.carries.iter().filter_map(|carry| {
        let text = serde_json::to_string(carry).ok()?;
        Some(Checkpoint {
            at: carry.at,
            carry: text,
        })
    });
    let update = SpanUpdate {
        portal: portal.clone(),
        from: fate.window.from,
        checkpoints: checkpoints.collect(),
        spans: told.spans,
        forget: Vec::new(),
        generation: 0,
    };
    History {
        update,
        incidents,
        series,
    }
}

fn address(unit: &Unit, family: Family) -> IpAddr {
    let own = Chance::of("address", &unit.id).below(250);
    match family {
        Family::V4 => Ipv4Addr::new(192, 0, 2, u8::try_from(own).unwrap_or(0) + 1).into(),
        Family::V6 => {
            let last = u16::try_from(own).unwrap_or(0) + 1;
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last).into()
        }
    }
}

/// Place 0: of a page that came; place 1: of one that did not.
fn reach_facts(fate: &Fate, unit: &Unit, family: Family, now: UnixTime) -> Vec<Facts> {
    let addresses = if family == Family::V6 && !fate.v6 {
        Vec::new()
    } else {
        vec![address(unit, family)]
    };
    let hop = Hop {
        url: format!("https://{}/", unit.host),
        status: 200,
    };
    let came = Facts {
        addresses: addresses.clone(),
        http: Some(HttpFacts {
            hops: vec![hop],
            version: Some("HTTP/1.1".into()),
            page_kind: Some(PageKind::Portal),
        }),
        tls: Some(session(fate.certificate(now))),
        ..Facts::default()
    };
    let lost = Facts {
        addresses,
        ..Facts::default()
    };
    vec![came, lost]
}

fn session(not_after: UnixTime) -> TlsFacts {
    TlsFacts {
        version: Some("TLSv1.3".into()),
        cipher: Some("TLS_AES_256_GCM_SHA384".into()),
        alpn: Some("http/1.1".into()),
        chain: None,
        not_after: Some(not_after),
        chain_not_after: Some(not_after),
        faults: Vec::new(),
        stapled: false,
    }
}

/// A result with phases that grow in office hours and never twice the same.
fn measured(fate: &Fate, unit: &Unit, family: Family, place: usize, slot: &Slot) -> MadeResult {
    let at = slot.slot.secs();
    let mut chance = Chance::of(&unit.id, &format!("{place}{family:?}{at}"));
    // Seven hours ahead of Greenwich: 8 to 17 o'clock are busy.
    let hour = (at + 7 * HOUR_S).rem_euclid(DAY_S) / HOUR_S;
    let busy = if (8..17).contains(&hour) { 3 } else { 2 };
    let spread = |chance: &mut Chance, base: u32| base * busy / 2 + chance.below(base / 3 + 1);
    let stage = match slot.outcome {
        Outcome::Down { stage, .. } => Some(stage),
        _ => None,
    };
    let past = |own: Stage| stage.is_none_or(|stage| stage > own);
    let far = 4_000 + 9_000 * u32::try_from(place).unwrap_or(0);
    let timings = Timings {
        dns_us: past(Stage::Dns).then(|| spread(&mut chance, 900)),
        connect_us: past(Stage::Connect).then(|| spread(&mut chance, far)),
        tls_us: past(Stage::Tls).then(|| spread(&mut chance, far * 2)),
        first_byte_us: past(Stage::FirstByte).then(|| match slot.outcome {
            Outcome::Degraded { .. } => 5_200_000 + chance.below(3_000_000),
            _ => spread(&mut chance, fate.first_byte_us),
        }),
        body_us: past(Stage::Body).then(|| spread(&mut chance, 20_000)),
    };
    MadeResult {
        slot: slot.slot,
        interval_s: INTERVAL_S,
        outcome: slot.outcome,
        address: past(Stage::Dns).then(|| address(unit, family)),
        facts: Some(usize::from(!slot.outcome.is_success())),
        timings,
        body_bytes: past(Stage::Body).then(|| 60_000 + Chance::of("bytes", &unit.id).below(200_000)),
    }
}

/// The certificate as the first vantage point saw it: daily, hourly in the raw days.
fn certificates(world: &World, fate: &Fate, unit: &Unit, portal: &PortalId) -> MadeSeries {
    let mut facts: Vec<Facts> = Vec::new();
    let mut results = Vec::new();
    let phase = i64::from(Chance::of("tls", &unit.id).below(3_600));
    let mut slot = fate.window.from + phase;
    while slot < fate.window.to {
        let step = if slot < world.raw_from { DAY_S } else { HOUR_S };
        let gone = world
            .agents
            .first()
            .is_some_and(|(_, gaps)| gaps.iter().any(|gap| gap.contains(slot)));
        if !gone {
            let now = Facts {
                tls: Some(session(fate.certificate(slot))),
                ..Facts::default()
            };
            if facts.last() != Some(&now) {
                facts.push(now);
            }
            results.push(MadeResult {
                slot,
                interval_s: u32::try_from(step).unwrap_or(INTERVAL_S),
                outcome: fate.outcome(Family::V4, 0, slot),
                address: Some(address(unit, Family::V4)),
                facts: facts.len().checked_sub(1),
                timings: Timings::default(),
                body_bytes: None,
            });
        }
        slot = slot + step;
    }
    MadeSeries {
        portal: portal.clone(),
        probe: ProbeKind::Tls,
        family: None,
        agent: world.agents[0].0.clone(),
        facts,
        results,
    }
}
