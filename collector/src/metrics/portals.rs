//! Metrics of portals: state, seconds, availability, coverage, incidents.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::inventory::Maintenance;
use ems_contract::time::UnixTime;

use super::catalogue as names;
use super::counters::{Line, STATES};
use super::exposition::Exposition;
use super::windows::named_windows;
use crate::incident::{Incident, IncidentKind};
use crate::ledger::{Ratio, State, Track, account};
use crate::timeline::{Member, Snapshot, current};

const ALL_STATES: [State; 5] = [
    State::Up,
    State::Degraded,
    State::Down,
    State::Unknown,
    State::Absent,
];

pub(super) fn info(out: &mut Exposition, members: &[Member]) {
    let mut family = out.family(&names::PORTAL_INFO);
    for member in members {
        let portal = &member.portal;
        family.integer(
            &[
                portal.id.as_str(),
                portal.level.as_str(),
                &portal.owner,
                &portal.name,
                portal.hosting.as_deref().unwrap_or_default(),
            ],
            1,
        );
    }
}

pub(super) fn state(out: &mut Exposition, members: &[Member], snapshot: &Snapshot, now: UnixTime) {
    let mut family = out.family(&names::PORTAL_STATE);
    for member in members {
        let id = &member.portal.id;
        for track in Track::ALL {
            let present = current(snapshot.spans(id, track), member.horizon(now)).state;
            for state in ALL_STATES {
                family.integer(
                    &[id.as_str(), track.as_str(), state.as_str()],
                    i64::from(state == present),
                );
            }
        }
    }
}

pub(super) fn seconds(out: &mut Exposition, lines: &BTreeMap<(PortalId, Track), Line>) {
    let mut family = out.family(&names::PORTAL_STATE_SECONDS);
    for ((portal, track), line) in lines {
        for (state, seconds) in STATES.into_iter().zip(line.counted) {
            family.integer(&[portal.as_str(), track.as_str(), state], seconds);
        }
    }
    let mut family = out.family(&names::PORTAL_CORRECTION);
    for ((portal, track), line) in lines {
        for (direction, amounts) in [("added", line.added), ("removed", line.removed)] {
            // Corrections are rare: a line appears with the first one and stays.
            for (state, seconds) in STATES
                .into_iter()
                .zip(amounts)
                .filter(|(_, seconds)| *seconds > 0)
            {
                family.integer(&[portal.as_str(), track.as_str(), state, direction], seconds);
            }
        }
    }
}

/// Figures of one portal, track and window.
struct Windowed<'a> {
    portal: &'a str,
    track: &'static str,
    window: &'static str,
    statutory: Ratio,
    adjusted: Ratio,
    coverage: Ratio,
    observed: i64,
    down: i64,
}

pub(super) fn windows(out: &mut Exposition, members: &[Member], snapshot: &Snapshot, now: UnixTime) {
    let mut all = Vec::with_capacity(members.len() * 9);
    for member in members {
        let id = &member.portal.id;
        let horizon = snapshot.settled(member, now);
        for named in named_windows(horizon) {
            let counted = member.counted(named.window);
            for track in Track::ALL {
                let spans = snapshot.within(id, track, counted);
                let account = account(spans, counted, &member.portal.maintenance, horizon);
                all.push(Windowed {
                    portal: id.as_str(),
                    track: track.as_str(),
                    window: named.name,
                    statutory: account.statutory.availability(),
                    adjusted: account.adjusted.availability(),
                    coverage: account.statutory.coverage(),
                    observed: account.statutory.up + account.statutory.degraded + account.statutory.down,
                    down: account.statutory.down,
                });
            }
        }
    }
    let mut family = out.family(&names::PORTAL_AVAILABILITY);
    for figure in &all {
        for (account, ratio) in [("statutory", figure.statutory), ("adjusted", figure.adjusted)] {
            if let Some(value) = fraction(ratio) {
                family.number(&[figure.portal, figure.track, figure.window, account], value);
            }
        }
    }
    let mut family = out.family(&names::PORTAL_COVERAGE);
    for figure in &all {
        if let Some(value) = fraction(figure.coverage) {
            family.number(&[figure.portal, figure.track, figure.window], value);
        }
    }
    let mut family = out.family(&names::PORTAL_OBSERVED);
    for figure in &all {
        family.integer(&[figure.portal, figure.track, figure.window], figure.observed);
    }
    let mut family = out.family(&names::PORTAL_DOWN);
    for figure in &all {
        family.integer(&[figure.portal, figure.track, figure.window], figure.down);
    }
}

/// The nearest number to an exact share; seconds of years are far below where it would become another share.
fn fraction(ratio: Ratio) -> Option<f64> {
    (ratio.denominator > 0).then(|| ratio.numerator as f64 / ratio.denominator as f64)
}

pub(super) fn incidents(out: &mut Exposition, members: &[Member], incidents: &[Incident]) {
    let open: Vec<(&Incident, [&str; 4])> = incidents
        .iter()
        .filter(|incident| {
            let measured = || members.iter().any(|member| member.portal.id == incident.portal);
            incident.closed_at.is_none() && !incident.withdrawn && measured()
        })
        .map(|incident| {
            let kind = match incident.kind {
                IncidentKind::Outage => "outage",
                IncidentKind::Path => "path",
            };
            let cause = incident.cause.map_or("", crate::ledger::SpanCause::as_str);
            (
                incident,
                [incident.portal.as_str(), incident.track.as_str(), kind, cause],
            )
        })
        .collect();
    let mut family = out.family(&names::INCIDENT_OPEN);
    for (_, labels) in &open {
        family.integer(labels, 1);
    }
    let mut family = out.family(&names::INCIDENT_OPENED);
    for (incident, labels) in &open {
        family.integer(labels, incident.opened_at.secs());
    }
    let mut family = out.family(&names::INCIDENT_SEEN_FROM);
    // Two incidents of one portal, track and kind differ in their cause, which is no label here.
    let seen: BTreeSet<[&str; 4]> = open
        .iter()
        .flat_map(|(incident, [portal, track, kind, _])| {
            incident
                .agents
                .iter()
                .map(|agent| [*portal, *track, *kind, agent.as_str()])
        })
        .collect();
    for labels in seen {
        family.integer(&labels, 1);
    }
}

pub(super) fn maintenance(out: &mut Exposition, members: &[Member], now: UnixTime) {
    let mut family = out.family(&names::PORTAL_MAINTENANCE);
    for member in members {
        let windows = &member.portal.maintenance;
        let lasts =
            |window: &Maintenance| window.from <= now && now < window.to && window.announced_at <= now;
        if windows.iter().any(lasts) {
            family.integer(&[member.portal.id.as_str()], 1);
        }
    }
}
