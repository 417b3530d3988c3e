//! Rows about portals and groups of them.

use ems_contract::inventory::Level;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::Window;
use serde::Serialize;

use super::figures::{coverage, length, track_name};
use crate::ledger::Track;
use crate::locale;
use crate::report::{Figures, Group, PortalReport, Report, TrackReport};

#[derive(Serialize)]
pub(super) struct GroupRows {
    name: String,
    portals: String,
    insufficient: String,
    tracks: Vec<TrackRow>,
}

#[derive(Serialize)]
pub(super) struct TrackRow {
    track: &'static str,
    statutory: String,
    adjusted: String,
    coverage: String,
    outages: String,
    downtime: String,
    longest: String,
    mttr: String,
}

#[derive(Serialize)]
pub(super) struct LeagueRows {
    level: String,
    portals: Vec<PortalRow>,
}

#[derive(Serialize)]
pub(super) struct PortalRow {
    rank: String,
    name: String,
    owner: String,
    url: String,
    counted: Vec<String>,
    sufficient: bool,
    v4: String,
    v6: String,
    statutory: String,
    adjusted: String,
    coverage: String,
    outages: String,
    downtime: String,
    longest: String,
    bar: Vec<BarPart>,
}

/// One part of a bar of 1,000 units.
#[derive(Serialize)]
pub(super) struct BarPart {
    state: &'static str,
    x: i64,
    width: i64,
}

#[derive(Serialize)]
pub(super) struct StateRows {
    portal: String,
    tracks: Vec<StateRow>,
}

#[derive(Serialize)]
pub(super) struct StateRow {
    track: &'static str,
    cells: [String; 6],
    excluded: String,
}

pub(super) fn level_name(level: Level, lang: Lang) -> String {
    get(lang, &format!("level.{level}")).to_owned()
}

pub(super) fn groups(report: &Report, lang: Lang) -> Vec<GroupRows> {
    let mut groups: Vec<&Group> = report.levels.iter().collect();
    if report.total.portals > 0 {
        groups.push(&report.total);
    }
    let rows = groups.into_iter().map(|group| GroupRows {
        name: group.level.map_or_else(
            || get(lang, "report.levels.all").to_owned(),
            |level| level_name(level, lang),
        ),
        portals: locale::count(group.portals, lang),
        insufficient: locale::count(group.insufficient, lang),
        tracks: group.tracks.iter().map(|track| track_row(track, lang)).collect(),
    });
    rows.collect()
}

pub(super) fn leagues(report: &Report, lang: Lang) -> Vec<LeagueRows> {
    let data = Window::new(report.window.from, report.data_to);
    let leagues = report.levels.iter().filter_map(|group| group.level).map(|level| {
        let mut members: Vec<&PortalReport> = report
            .portals
            .iter()
            .filter(|portal| portal.level == level)
            .collect();
        members.sort_by_key(|portal| portal.rank.unwrap_or(u32::MAX));
        LeagueRows {
            level: level_name(level, lang),
            portals: members
                .into_iter()
                .map(|portal| portal_row(portal, data, lang))
                .collect(),
        }
    });
    leagues.collect()
}

pub(super) fn track_row(report: &TrackReport, lang: Lang) -> TrackRow {
    TrackRow {
        track: track_name(report.track, lang),
        statutory: report.statutory.0.availability_text(report.track, lang),
        adjusted: report.adjusted.0.availability_text(report.track, lang),
        coverage: coverage(&report.statutory, lang),
        outages: locale::count(report.outages.count, lang),
        downtime: length(&report.outages, report.outages.seconds, lang),
        longest: length(&report.outages, report.outages.longest_s, lang),
        mttr: report
            .mttr_s
            .map_or_else(|| "–".to_owned(), |mttr| locale::duration(mttr, lang)),
    }
}

/// The bar of one portal: its statutory states of the overall track, at least one unit for what is there at all.
pub(super) fn bar(figures: &Figures) -> Vec<BarPart> {
    let seconds = &figures.0;
    let parts = [
        ("up", seconds.up),
        ("degraded", seconds.degraded),
        ("down", seconds.down),
        ("unknown", seconds.unknown),
    ];
    let whole = parts.iter().map(|(_, amount)| amount).sum::<i64>().max(1);
    let mut x = 0;
    let mut bar = Vec::new();
    for (state, amount) in parts {
        if amount == 0 {
            continue;
        }
        let width = (amount.saturating_mul(1_000) / whole).max(4);
        bar.push(BarPart { state, x, width });
        x += width;
    }
    bar
}

pub(super) fn portal_row(portal: &PortalReport, data: Window, lang: Lang) -> PortalRow {
    let figures = |track: Track| {
        portal
            .track(track)
            .map(|report| report.statutory)
            .unwrap_or_default()
    };
    let adjusted = portal
        .track(Track::Overall)
        .map(|report| report.adjusted)
        .unwrap_or_default();
    let overall = figures(Track::Overall);
    let summary = portal
        .track(Track::Overall)
        .map(|report| report.outages)
        .unwrap_or_default();
    let mut counted = Vec::new();
    if portal.counted.from > data.from {
        counted.push(fill(
            lang,
            "report.counted.from",
            &[("at", &locale::instant(portal.counted.from, lang))],
        ));
    }
    if portal.counted.to < data.to {
        counted.push(fill(
            lang,
            "report.counted.to",
            &[("at", &locale::instant(portal.counted.to, lang))],
        ));
    }
    PortalRow {
        rank: portal
            .rank
            .map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
        name: portal.name.clone(),
        owner: portal.owner.clone(),
        url: portal.url.clone(),
        counted,
        sufficient: portal.sufficient,
        v4: figures(Track::V4).0.availability_text(Track::V4, lang),
        v6: figures(Track::V6).0.availability_text(Track::V6, lang),
        statutory: overall.0.availability_text(Track::Overall, lang),
        adjusted: adjusted.0.availability_text(Track::Overall, lang),
        coverage: coverage(&overall, lang),
        outages: locale::count(summary.count, lang),
        downtime: length(&summary, summary.seconds, lang),
        longest: length(&summary, summary.longest_s, lang),
        bar: bar(&overall),
    }
}

pub(super) fn state_rows(portal: &PortalReport, lang: Lang) -> StateRows {
    let tracks = portal
        .tracks
        .iter()
        .map(|report| {
            let seconds = &report.statutory.0;
            let cells = [
                seconds.up,
                seconds.degraded,
                seconds.down,
                seconds.unknown,
                seconds.absent,
                seconds.total(),
            ];
            StateRow {
                track: track_name(report.track, lang),
                cells: cells.map(|seconds| locale::count(seconds, lang)),
                excluded: locale::count(report.adjusted.0.excluded, lang),
            }
        })
        .collect();
    StateRows {
        portal: portal.name.clone(),
        tracks,
    }
}
