//! The report as the template prints it: every value a finished text.

use ems_contract::inventory::Level;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::build::METHOD;
use super::figures::Figures;
use super::model::*;
use super::outage::{Outage, OutageSummary};
use super::period::Period;
use crate::ledger::Track;
use crate::locale;

#[derive(Serialize)]
pub(super) struct View {
    lang: &'static str,
    title: String,
    head: Vec<(String, String)>,
    provisional: Option<String>,
    warnings: Vec<String>,
    summary: Vec<String>,
    groups: Vec<GroupRows>,
    leagues: Vec<LeagueRows>,
    outages: Vec<OutageRow>,
    exclusions: Vec<ExclusionRow>,
    agents: Vec<AgentRow>,
    changes: Vec<ChangeRow>,
    not_counted: Vec<(String, String)>,
    states: Vec<StateRows>,
    method: Vec<&'static str>,
}

#[derive(Serialize)]
struct GroupRows {
    name: String,
    portals: String,
    insufficient: String,
    tracks: Vec<TrackRow>,
}

#[derive(Serialize)]
struct TrackRow {
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
struct LeagueRows {
    level: String,
    portals: Vec<PortalRow>,
}

#[derive(Serialize)]
struct PortalRow {
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
struct BarPart {
    state: &'static str,
    x: i64,
    width: i64,
}

#[derive(Serialize)]
struct OutageRow {
    portal: String,
    track: &'static str,
    from: String,
    to: String,
    duration: String,
    cause: String,
    code: &'static str,
    agents: String,
}

#[derive(Serialize)]
struct ExclusionRow {
    portal: String,
    from: String,
    to: String,
    duration: String,
    reason: String,
    author: String,
    announced: String,
    late: bool,
}

#[derive(Serialize)]
struct AgentRow {
    name: String,
    network: String,
    families: String,
    total: String,
    gaps: Vec<String>,
}

#[derive(Serialize)]
struct ChangeRow {
    portal: String,
    change: &'static str,
    at: String,
}

#[derive(Serialize)]
struct StateRows {
    portal: String,
    tracks: Vec<StateRow>,
}

#[derive(Serialize)]
struct StateRow {
    track: &'static str,
    cells: [String; 6],
    excluded: String,
}

fn track_name(track: Track, lang: Lang) -> &'static str {
    match track {
        Track::V4 => get(lang, "track.v4"),
        Track::V6 => get(lang, "track.v6"),
        Track::Overall => get(lang, "track.overall"),
    }
}

fn level_name(level: Level, lang: Lang) -> String {
    get(lang, &format!("level.{level}")).to_owned()
}

/// The report's title.
#[must_use]
pub(super) fn title(period: Period, window: Window, lang: Lang) -> String {
    match period {
        Period::Quarter { year, quarter } => {
            let roman = ["I", "II", "III", "IV"];
            let index = usize::try_from(quarter - 1).unwrap_or(0).min(3);
            fill(
                lang,
                "report.title.quarter",
                &[("quarter", roman[index]), ("year", &year.to_string())],
            )
        }
        Period::HalfYear { year, half } => {
            let half = get(
                lang,
                if half == 1 {
                    "report.title.half.1"
                } else {
                    "report.title.half.2"
                },
            );
            fill(
                lang,
                "report.title.half",
                &[("half", half), ("year", &year.to_string())],
            )
        }
        Period::Year { year } => fill(lang, "report.title.year", &[("year", &year.to_string())]),
        Period::Range => fill(
            lang,
            "report.title.range",
            &[
                ("from", &locale::instant(window.from, lang)),
                ("to", &locale::instant(window.to, lang)),
            ],
        ),
    }
}

fn availability(figures: &Figures, lang: Lang) -> String {
    let seconds = &figures.0;
    if seconds.absent > 0 && seconds.observed() + seconds.unknown + seconds.excluded == 0 {
        return get(lang, "report.absent").to_owned();
    }
    seconds.availability().percent(lang)
}

fn coverage(figures: &Figures, lang: Lang) -> String {
    figures
        .0
        .coverage()
        .basis_points()
        .map_or_else(|| "–".to_owned(), |_some| figures.0.coverage().percent(lang))
}

fn track_row(report: &TrackReport, lang: Lang) -> TrackRow {
    TrackRow {
        track: track_name(report.track, lang),
        statutory: availability(&report.statutory, lang),
        adjusted: availability(&report.adjusted, lang),
        coverage: coverage(&report.statutory, lang),
        outages: locale::count(report.outages.count, lang),
        downtime: length(&report.outages, report.outages.seconds, lang),
        longest: length(&report.outages, report.outages.longest_s, lang),
        mttr: report
            .mttr_s
            .map_or_else(|| "–".to_owned(), |mttr| locale::duration(mttr, lang)),
    }
}

fn length(summary: &OutageSummary, seconds: i64, lang: Lang) -> String {
    if summary.count == 0 {
        return "–".to_owned();
    }
    locale::duration(seconds, lang)
}

/// The bar of one portal: its statutory states of the overall track, at least one unit for what is there at all.
fn bar(figures: &Figures) -> Vec<BarPart> {
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

fn portal_row(portal: &PortalReport, data: Window, lang: Lang) -> PortalRow {
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
        v4: availability(&figures(Track::V4), lang),
        v6: availability(&figures(Track::V6), lang),
        statutory: availability(&overall, lang),
        adjusted: availability(&adjusted, lang),
        coverage: coverage(&overall, lang),
        outages: locale::count(summary.count, lang),
        downtime: length(&summary, summary.seconds, lang),
        longest: length(&summary, summary.longest_s, lang),
        bar: bar(&overall),
    }
}

fn outage_row(portal: &PortalReport, outage: &Outage, lang: Lang) -> OutageRow {
    let from = match outage.began_before {
        Some(at) => fill(
            lang,
            "report.outage.before",
            &[("at", &locale::instant(at, lang))],
        ),
        None => locale::instant(outage.from, lang),
    };
    let to = if outage.continues {
        get(lang, "report.outage.continues").to_owned()
    } else {
        locale::instant(outage.to, lang)
    };
    let cause = outage.cause_key.as_deref().unwrap_or("report.cause.none");
    OutageRow {
        portal: portal.name.clone(),
        track: track_name(outage.track, lang),
        from,
        to,
        duration: locale::duration(outage.seconds, lang),
        cause: get(lang, cause).to_owned(),
        code: outage.cause.unwrap_or_default(),
        agents: outage
            .agents
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn state_rows(portal: &PortalReport, lang: Lang) -> StateRows {
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

fn exclusion_rows(report: &Report, lang: Lang) -> Vec<ExclusionRow> {
    let rows = report.portals.iter().flat_map(|portal| {
        portal.excluded.iter().map(|exclusion| ExclusionRow {
            portal: portal.name.clone(),
            from: locale::instant(exclusion.from, lang),
            to: locale::instant(exclusion.to, lang),
            duration: locale::duration(exclusion.seconds, lang),
            reason: exclusion.reason.clone(),
            author: exclusion.author.clone(),
            announced: locale::instant(exclusion.announced_at, lang),
            late: exclusion.announced_late,
        })
    });
    rows.collect()
}

fn agent_row(agent: &AgentReport, lang: Lang) -> AgentRow {
    let gap = |gap: &GapReport| {
        let why = get(lang, &format!("gap.{}", gap.why)).to_owned();
        let (from, to) = (locale::instant(gap.from, lang), locale::instant(gap.to, lang));
        format!("{from} – {to} ({}): {why}", locale::duration(gap.seconds, lang))
    };
    AgentRow {
        name: agent
            .name
            .as_ref()
            .map_or_else(|| agent.id.to_string(), |name| format!("{name} ({})", agent.id)),
        network: agent
            .network
            .as_ref()
            .map_or_else(|| "–".to_owned(), ToString::to_string),
        families: agent
            .families
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        total: locale::duration(agent.gap_s, lang),
        gaps: agent.gaps.iter().map(gap).collect(),
    }
}

fn summary(report: &Report, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(overall) = report
        .total
        .tracks
        .iter()
        .find(|track| track.track == Track::Overall)
    else {
        return lines;
    };
    lines.push(match overall.statutory.0.availability().basis_points() {
        None => get(lang, "report.summary.none").to_owned(),
        Some(_) => fill(
            lang,
            "report.summary.available",
            &[
                ("availability", &availability(&overall.statutory, lang)),
                ("coverage", &coverage(&overall.statutory, lang)),
            ],
        ),
    });
    lines.push(if overall.outages.count == 0 {
        get(lang, "report.summary.outages.none").to_owned()
    } else {
        fill(
            lang,
            "report.summary.outages",
            &[
                ("outages", &locale::count(overall.outages.count, lang)),
                ("portals", &locale::count(report.total.with_outage, lang)),
                ("duration", &locale::duration(overall.outages.seconds, lang)),
                ("longest", &locale::duration(overall.outages.longest_s, lang)),
            ],
        )
    });
    if report.total.insufficient > 0 {
        lines.push(fill(
            lang,
            "report.summary.insufficient",
            &[
                ("count", &locale::count(report.total.insufficient, lang)),
                ("percent", &report.sufficient_coverage_percent.to_string()),
            ],
        ));
    }
    lines
}

fn head(report: &Report, lang: Lang) -> Vec<(String, String)> {
    let at = |at: UnixTime| locale::instant(at, lang);
    let length = (report.data_to - report.window.from).max(0);
    let line = |key: &str, value: String| (get(lang, key).to_owned(), value);
    vec![
        line(
            "report.head.window",
            fill(
                lang,
                "report.head.window.value",
                &[("from", &at(report.window.from)), ("to", &at(report.window.to))],
            ),
        ),
        line("report.head.data_to", at(report.data_to)),
        line(
            "report.head.length",
            fill(
                lang,
                "report.head.length.value",
                &[
                    ("duration", &locale::duration(length, lang)),
                    ("seconds", &locale::count(length, lang)),
                ],
            ),
        ),
        line("report.head.portals", locale::count(report.total.portals, lang)),
        line("report.head.inventory", report.inventory_version.short()),
        line("report.head.digest", report.data_digest.to_string()),
    ]
}

/// The report as texts of one language.
#[must_use]
pub(super) fn view(report: &Report, lang: Lang) -> View {
    let data = Window::new(report.window.from, report.data_to);
    let mut groups: Vec<&Group> = report.levels.iter().collect();
    if report.total.portals > 0 {
        groups.push(&report.total);
    }
    let overall = report
        .total
        .tracks
        .iter()
        .find(|track| track.track == Track::Overall);
    let nothing_observed = overall.is_none_or(|track| track.statutory.0.observed() == 0);
    let mut warnings = Vec::new();
    if report.total.portals == 0 {
        warnings.push(get(lang, "report.empty.portals").to_owned());
    } else if nothing_observed {
        warnings.push(get(lang, "report.empty.data").to_owned());
    }
    let change = |change: &Change, key: &str| ChangeRow {
        portal: change.name.clone(),
        change: if key == "added" {
            get(lang, "report.changes.added")
        } else {
            get(lang, "report.changes.removed")
        },
        at: locale::instant(change.at, lang),
    };
    View {
        lang: lang.as_str(),
        title: title(report.period, report.window, lang),
        head: head(report, lang),
        provisional: report.provisional.then(|| {
            fill(
                lang,
                "report.provisional",
                &[("at", &locale::instant(report.data_to, lang))],
            )
        }),
        warnings,
        summary: if report.total.portals == 0 {
            Vec::new()
        } else {
            summary(report, lang)
        },
        groups: groups
            .into_iter()
            .map(|group| GroupRows {
                name: group.level.map_or_else(
                    || get(lang, "report.levels.all").to_owned(),
                    |level| level_name(level, lang),
                ),
                portals: locale::count(group.portals, lang),
                insufficient: locale::count(group.insufficient, lang),
                tracks: group.tracks.iter().map(|track| track_row(track, lang)).collect(),
            })
            .collect(),
        leagues: report
            .levels
            .iter()
            .filter_map(|group| group.level)
            .map(|level| {
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
            })
            .collect(),
        outages: report
            .portals
            .iter()
            .flat_map(|portal| {
                portal
                    .outages
                    .iter()
                    .map(move |outage| outage_row(portal, outage, lang))
            })
            .collect(),
        exclusions: exclusion_rows(report, lang),
        agents: report.agents.iter().map(|agent| agent_row(agent, lang)).collect(),
        changes: report
            .added
            .iter()
            .map(|c| change(c, "added"))
            .chain(report.removed.iter().map(|c| change(c, "removed")))
            .collect(),
        not_counted: report
            .not_counted
            .iter()
            .map(|portal| {
                let why = get(lang, &format!("report.not_counted.{}", portal.why)).to_owned();
                let note = portal
                    .note
                    .as_ref()
                    .map(|note| format!("{why}: {note}"))
                    .unwrap_or(why);
                (portal.name.clone(), note)
            })
            .collect(),
        states: report
            .portals
            .iter()
            .map(|portal| state_rows(portal, lang))
            .collect(),
        method: METHOD.iter().map(|key| get(lang, key)).collect(),
    }
}
