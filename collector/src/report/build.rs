//! Makes the report: a pure function of its inputs, the period and the settled horizon.

use ems_contract::inventory::{Level, Status};
use ems_contract::text::{self, Lang};
use ems_contract::time::{UnixTime, Window, ZONE};

use super::figures::Figures;
use super::inputs::{AgentInput, Inputs, PortalInput};
use super::league;
use super::model::*;
use super::outage::{Outage, OutageSummary, outages};
use super::period::Period;
use crate::ledger::{self, Track};

/// The sentences of the method statement, by their keys in the text catalogue.
pub const METHOD: &[&str] = &[
    "report.method.sources",
    "report.method.states",
    "report.method.down",
    "report.method.single_network",
    "report.method.degraded",
    "report.method.unknown",
    "report.method.overall",
    "report.method.absent",
    "report.method.availability",
    "report.method.coverage",
    "report.method.maintenance",
    "report.method.outages",
    "report.method.groups",
    "report.method.ranking",
    "report.method.rounding",
    "report.method.settled",
];

/// Makes the report of `window`. Data after `horizon` is provisional and left out.
#[must_use]
pub fn build(inputs: &Inputs, period: Period, window: Window, horizon: UnixTime) -> Report {
    let data = Window::new(window.from, window.to.min(horizon).max(window.from));
    let mut portals = Vec::new();
    let mut not_counted = Vec::new();
    for input in &inputs.portals {
        match input.why_not_counted(data) {
            Some(why) => not_counted.push(NotCounted {
                id: input.portal.id.clone(),
                name: input.portal.name.clone(),
                why,
                note: input.portal.note.clone(),
            }),
            None => portals.push(portal(input, &inputs.portals, data)),
        }
    }
    portals.sort_by_key(|report| report.level);
    rank(&mut portals);
    let levels = Level::ALL
        .iter()
        .filter_map(|level| {
            let members: Vec<&PortalReport> = portals.iter().filter(|p| p.level == *level).collect();
            (!members.is_empty()).then(|| group(Some(*level), &members))
        })
        .collect();
    Report {
        schema: SCHEMA,
        demo: inputs.demo,
        period,
        window,
        data_to: data.to,
        provisional: data.to < window.to,
        zone: ZONE,
        inventory_version: inputs.inventory_version,
        data_digest: inputs.digest(window, data),
        sufficient_coverage_percent: SUFFICIENT_COVERAGE_PERCENT,
        total: group(None, &portals.iter().collect::<Vec<_>>()),
        levels,
        added: changes(&inputs.portals, data, PortalInput::counts_from),
        removed: changes(&inputs.portals, data, PortalInput::counts_to),
        agents: inputs.agents.iter().map(|input| agent(input, data)).collect(),
        method: METHOD.iter().map(|key| text::get(Lang::Vi, key)).collect(),
        portals,
        not_counted,
        findings: None,
    }
}

fn portal(input: &PortalInput, all: &[PortalInput], data: Window) -> PortalReport {
    let counted = input.counted(data);
    let mut tracks = Vec::new();
    let mut down: Vec<Outage> = Vec::new();
    for track in Track::ALL {
        let spans = input.spans(track);
        let account = ledger::account(spans, counted, &input.portal.maintenance, counted.to);
        let (statutory, adjusted) = (Figures(account.statutory), Figures(account.adjusted));
        let found = outages(track, spans, counted);
        tracks.push(track_report(
            track,
            statutory,
            adjusted,
            OutageSummary::of(&found),
        ));
        down.extend(found);
    }
    down.sort_by_key(|outage| (outage.from, outage.track));
    let sufficient = tracks
        .iter()
        .any(|report| report.track == Track::Overall && report.statutory.covers(SUFFICIENT_COVERAGE_PERCENT));
    let source = &input.portal;
    PortalReport {
        id: source.id.clone(),
        name: source.name.clone(),
        owner: source.owner.clone(),
        level: input.level(data),
        url: source.url.to_string(),
        counted,
        sufficient,
        rank: None,
        tracks,
        outages: down,
        excluded: exclusions(input, counted),
        takes_over: takes_over(input, all, data),
    }
}

/// Whom it had taken over from by the end of the data.
fn takes_over(input: &PortalInput, all: &[PortalInput], data: Window) -> Vec<Change> {
    let written = input
        .portal
        .predecessors
        .iter()
        .filter(|before| before.from < data.to);
    let mut all: Vec<Change> = written
        .map(|before| {
            let known = all.iter().find(|input| input.portal.id == before.id);
            Change {
                id: before.id.clone(),
                name: known.map_or_else(|| before.id.to_string(), |input| input.portal.name.clone()),
                at: before.from,
            }
        })
        .collect();
    all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all
}

fn track_report(track: Track, statutory: Figures, adjusted: Figures, outages: OutageSummary) -> TrackReport {
    TrackReport {
        track,
        statutory,
        adjusted,
        mttr_s: outages.mttr_s(),
        outages,
    }
}

fn exclusions(input: &PortalInput, counted: Window) -> Vec<Exclusion> {
    let mut found: Vec<Exclusion> = input
        .portal
        .maintenance
        .iter()
        .filter_map(|maintenance| {
            let inside = Window::new(maintenance.from, maintenance.to).intersect(counted);
            // Time cannot be excused once it is over: what lies before the announcement stays in.
            let excused = maintenance.left_out().intersect(inside).secs();
            (!inside.is_empty()).then(|| Exclusion {
                from: inside.from,
                to: inside.to,
                seconds: excused,
                author: maintenance.author.clone(),
                reason: maintenance.reason.clone(),
                announced_at: maintenance.announced_at,
                announced_late: maintenance.announced_at > maintenance.from,
            })
        })
        .collect();
    found.sort_by_key(|exclusion| (exclusion.from, exclusion.to));
    found
}

/// Ranks the portals of each level by the exact statutory availability of the overall track.
fn rank(portals: &mut [PortalReport]) {
    for level in Level::ALL {
        let mut members: Vec<&mut PortalReport> = portals.iter_mut().filter(|p| p.level == *level).collect();
        let shares: Vec<_> = members
            .iter()
            .map(|p| {
                p.track(Track::Overall)
                    .filter(|_| p.sufficient)
                    .map(|report| report.statutory.0.availability())
            })
            .collect();
        for (member, rank) in members.iter_mut().zip(league::ranks(&shares)) {
            member.rank = rank;
        }
    }
}

fn group(level: Option<Level>, members: &[&PortalReport]) -> Group {
    let count = |wanted: &dyn Fn(&PortalReport) -> bool| members.iter().filter(|p| wanted(p)).count() as u64;
    let tracks = Track::ALL
        .into_iter()
        .map(|track| {
            let mut statutory = Figures::default();
            let mut adjusted = Figures::default();
            let mut summary = OutageSummary::default();
            for member in members {
                if let Some(report) = member.track(track) {
                    statutory.add(&report.statutory);
                    adjusted.add(&report.adjusted);
                }
                for outage in member.outages.iter().filter(|outage| outage.track == track) {
                    summary.add(outage);
                }
            }
            track_report(track, statutory, adjusted, summary)
        })
        .collect();
    Group {
        level,
        portals: members.len() as u64,
        insufficient: count(&|p| !p.sufficient),
        with_outage: count(&|p| p.outages.iter().any(|outage| outage.track == Track::Overall)),
        tracks,
    }
}

/// Portals whose beginning (or end) lies inside the window; a portal that counts from its first second is not new.
fn changes(
    portals: &[PortalInput],
    data: Window,
    instant: impl Fn(&PortalInput) -> Option<UnixTime>,
) -> Vec<Change> {
    let mut found: Vec<Change> = portals
        .iter()
        .filter(|input| input.portal.status == Status::Active || input.removed_at.is_some())
        .filter_map(|input| {
            let at = instant(input)?;
            (data.from < at && at < data.to).then(|| Change {
                id: input.portal.id.clone(),
                name: input.portal.name.clone(),
                at,
            })
        })
        .collect();
    found.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    found
}

fn agent(input: &AgentInput, data: Window) -> AgentReport {
    let mut gaps: Vec<GapReport> = input
        .gaps
        .iter()
        .filter_map(|gap| {
            let inside = gap.window.intersect(data);
            (!inside.is_empty()).then_some(GapReport {
                from: inside.from,
                to: inside.to,
                seconds: inside.secs(),
                why: gap.why,
            })
        })
        .collect();
    gaps.sort_by_key(|gap| (gap.from, gap.to, gap.why));
    gaps.dedup();
    let known = input.agent.as_ref();
    AgentReport {
        id: input.id.clone(),
        name: known.and_then(|agent| agent.name.clone()),
        network: known.map(|agent| agent.network.clone()),
        families: known.map(|agent| agent.families.clone()).unwrap_or_default(),
        gap_s: covered(&gaps),
        gaps,
    }
}

/// Seconds that lie in at least one of these gaps, which are sorted by their beginning.
fn covered(gaps: &[GapReport]) -> i64 {
    let mut reached = UnixTime::from_secs(i64::MIN);
    let mut seconds = 0;
    for gap in gaps {
        let from = gap.from.max(reached);
        if gap.to > from {
            seconds += gap.to - from;
            reached = gap.to;
        }
    }
    seconds
}
