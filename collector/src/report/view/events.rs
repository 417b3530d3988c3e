//! Rows about what happened: outages, maintenance, gaps, changes.

use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::figures::track_name;
use crate::locale;
use crate::report::{AgentReport, Change, GapReport, Outage, PortalReport, Report};

#[derive(Serialize)]
pub(super) struct OutageRow {
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
pub(super) struct ExclusionRow {
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
pub(super) struct AgentRow {
    name: String,
    network: String,
    families: String,
    total: String,
    gaps: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ChangeRow {
    portal: String,
    change: String,
    at: String,
}

pub(super) fn outage_row(portal: &PortalReport, outage: &Outage, lang: Lang) -> OutageRow {
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

pub(super) fn exclusion_rows(report: &Report, lang: Lang) -> Vec<ExclusionRow> {
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

pub(super) fn agent_row(agent: &AgentReport, lang: Lang) -> AgentRow {
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

pub(super) fn change_rows(report: &Report, lang: Lang) -> Vec<ChangeRow> {
    let row = |change: &Change, key: &str| ChangeRow {
        portal: change.name.clone(),
        change: get(lang, key).to_owned(),
        at: locale::instant(change.at, lang),
    };
    let added = report
        .added
        .iter()
        .map(|change| row(change, "report.changes.added"));
    let removed = report
        .removed
        .iter()
        .map(|change| row(change, "report.changes.removed"));
    added.chain(removed).collect()
}
