//! The report as the template prints it: every value a finished text.

mod events;
mod figures;
mod portals;

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::build::METHOD;
use super::model::{NotCounted, Report};
use super::period::Period;
use crate::ledger::Track;
use crate::locale;
use events::{AgentRow, ChangeRow, ExclusionRow, OutageRow};
use figures::coverage;
use portals::{GroupRows, LeagueRows, StateRows};

#[derive(Serialize)]
pub(super) struct View {
    lang: &'static str,
    title: String,
    head: Vec<(String, String)>,
    demo: Option<&'static str>,
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
                (
                    "availability",
                    &overall.statutory.0.availability_text(Track::Overall, lang),
                ),
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
    let outages = report.portals.iter().flat_map(|portal| {
        portal
            .outages
            .iter()
            .map(move |outage| events::outage_row(portal, outage, lang))
    });
    View {
        lang: lang.as_str(),
        title: title(report.period, report.window, lang),
        head: head(report, lang),
        demo: report.demo.then(|| get(lang, "report.demo")),
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
        groups: portals::groups(report, lang),
        leagues: portals::leagues(report, lang),
        outages: outages.collect(),
        exclusions: events::exclusion_rows(report, lang),
        agents: report
            .agents
            .iter()
            .map(|agent| events::agent_row(agent, lang))
            .collect(),
        changes: events::change_rows(report, lang),
        not_counted: report
            .not_counted
            .iter()
            .map(|portal| not_counted(portal, lang))
            .collect(),
        states: report
            .portals
            .iter()
            .map(|portal| portals::state_rows(portal, lang))
            .collect(),
        method: METHOD.iter().map(|key| get(lang, key)).collect(),
    }
}

fn not_counted(portal: &NotCounted, lang: Lang) -> (String, String) {
    let why = get(lang, &format!("report.not_counted.{}", portal.why)).to_owned();
    let note = portal
        .note
        .as_ref()
        .map_or_else(|| why.clone(), |note| format!("{why}: {note}"));
    (portal.name.clone(), note)
}
