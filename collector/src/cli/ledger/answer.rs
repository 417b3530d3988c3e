//! The account as a document.

use std::collections::BTreeMap;

use ems_contract::family::Family;
use ems_contract::id::PortalId;
use ems_contract::inventory::{Expectation, Inventory, Portal, Status};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::input::{Counts, Input};
use crate::ledger::{
    Account, Carry, Delays, FamilyInput, Inputs, Networks, OutageSummary, Ratio, Rules, Seconds, Span, Track,
    account, clip, decided, evaluate, settled_horizon, summarise_outages,
};

/// Version of the document.
const SCHEMA: u16 = 1;

/// What `--json` writes.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    schema: u16,
    /// The window asked for.
    pub(super) window: Window,
    /// When the account was drawn up.
    now: UnixTime,
    /// What the file held.
    pub(super) input: Counts,
    pub(super) portals: Vec<PortalAnswer>,
}

/// One portal.
#[derive(Debug, Serialize)]
pub(super) struct PortalAnswer {
    pub(super) portal: PortalId,
    pub(super) name: String,
    /// The window clipped to the portal's validity.
    pub(super) window: Window,
    /// Spans after this may still change in the ordinary course of things.
    pub(super) settled_until: UnixTime,
    pub(super) tracks: BTreeMap<Track, TrackAnswer>,
}

/// One track of a portal.
#[derive(Debug, Serialize)]
pub(super) struct TrackAnswer {
    pub(super) spans: Vec<Span>,
    /// Seconds by state; each account adds up to the window.
    pub(super) seconds: Accounts<Seconds>,
    /// Seconds after `settled_until` by state, part of the statutory account.
    pub(super) provisional: Seconds,
    pub(super) availability: Accounts<Share>,
    pub(super) coverage: Accounts<Share>,
    pub(super) outages: OutageSummary,
}

/// The same figure in both accounts, statutory first.
#[derive(Debug, Serialize)]
pub(super) struct Accounts<T> {
    pub(super) statutory: T,
    pub(super) adjusted: T,
}

/// An exact share and its floored percentage.
#[derive(Debug, Serialize)]
pub(super) struct Share {
    #[serde(flatten)]
    pub(super) ratio: Ratio,
    /// `99.95`; null when there is nothing to say.
    percent: Option<String>,
}

impl From<Ratio> for Share {
    fn from(ratio: Ratio) -> Self {
        let percent = ratio
            .basis_points()
            .map(|points| format!("{}.{:02}", points / 100, points % 100));
        Self { ratio, percent }
    }
}

impl Answer {
    /// Accounts every portal of the inventory that is measured or has records, or the one asked for.
    pub(super) fn draw_up(
        inventory: &Inventory,
        mut input: Input,
        only: Option<&PortalId>,
        window: Window,
        now: UnixTime,
    ) -> Self {
        let networks: Networks = inventory
            .agents
            .iter()
            .map(|agent| (agent.id.clone(), agent.network.clone()))
            .collect();
        let wanted = inventory.portals.iter().filter(|portal| match only {
            Some(only) => portal.id == *only,
            None => portal.status == Status::Active || input.records.contains_key(&portal.id),
        });
        let wanted: Vec<&Portal> = wanted.collect();
        let portals = wanted.into_iter().map(|portal| {
            let records = input.records.remove(&portal.id).unwrap_or_default();
            let gaps = Family::ALL.map(|family| input.gaps_of(&portal.id, family));
            let family = |index: usize, expectation| FamilyInput {
                expected: expectation != Expectation::None,
                records: &records[index],
                gaps: &gaps[index],
            };
            let inputs = Inputs {
                networks: &networks,
                v4: family(0, portal.ipv4),
                v6: family(1, portal.ipv6),
                rules: Rules::of(&inventory.limits),
            };
            let delays = Delays::of(portal.reach_interval_s, &inventory.limits);
            portal_answer(portal, &inputs, portal.validity(window), delays, now)
        });
        Self {
            schema: SCHEMA,
            window,
            now,
            portals: portals.collect(),
            input: input.counts,
        }
    }
}

fn portal_answer(
    portal: &Portal,
    inputs: &Inputs<'_>,
    window: Window,
    delays: Delays,
    now: UnixTime,
) -> PortalAnswer {
    // What was before the window bears upon it: a record still in force, a run, IPv6 of last week.
    let slots = [inputs.v4, inputs.v6]
        .into_iter()
        .flat_map(|family| family.records);
    let start = slots.map(|record| record.slot).fold(window.from, UnixTime::min);
    let told = evaluate(&Carry::start(start), inputs, now, &[]);
    let families = [Track::V4, Track::V6].map(|track| told.track(track).cloned().collect::<Vec<Span>>());
    let horizon = decided(
        settled_horizon(now, delays),
        delays,
        families.iter().map(Vec::as_slice),
    );
    let tracks = Track::ALL.map(|track| {
        let whole: Vec<Span> = told.track(track).cloned().collect();
        let Account {
            statutory,
            adjusted,
            provisional,
            ..
        } = account(&whole, window, &portal.maintenance, horizon);
        let answer = TrackAnswer {
            spans: clip(&whole, window),
            seconds: Accounts { statutory, adjusted },
            provisional,
            availability: Accounts {
                statutory: statutory.availability().into(),
                adjusted: adjusted.availability().into(),
            },
            coverage: Accounts {
                statutory: statutory.coverage().into(),
                adjusted: adjusted.coverage().into(),
            },
            outages: summarise_outages(track, &whole, window),
        };
        (track, answer)
    });
    PortalAnswer {
        portal: portal.id.clone(),
        name: portal.name.clone(),
        window,
        settled_until: horizon,
        tracks: tracks.into_iter().collect(),
    }
}
