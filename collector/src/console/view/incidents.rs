//! Incidents as rows: exact beginning, end, length, cause, witnesses, amendments.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::{Look, cause_text, track_name};
use crate::incident::{Incident, IncidentKind};
use crate::locale;

/// The incidents page.
#[derive(Debug, Serialize)]
pub struct IncidentsPage {
    /// Those that last, the oldest first.
    pub open: Vec<IncidentRow>,
    /// Those that are over, the newest first.
    pub closed: Vec<IncidentRow>,
}

/// One incident.
#[derive(Debug, Serialize)]
pub struct IncidentRow {
    /// Portal's page.
    pub portal: String,
    /// Portal's name.
    pub name: String,
    /// Family or overall.
    pub track: String,
    /// Outage or path.
    pub kind: String,
    /// First second of trouble.
    pub from: String,
    /// First second after, if it is over.
    pub to: Option<String>,
    /// Exact length, up to now while it lasts.
    pub duration: String,
    /// Why.
    pub cause: String,
    /// The binding name of the cause.
    pub code: &'static str,
    /// Who saw it.
    pub agents: String,
    /// Amendments.
    pub notes: Vec<String>,
    /// There was no such trouble after all.
    pub withdrawn: bool,
}

/// One incident in words. `name` is the portal's.
#[must_use]
pub fn incident_row(incident: &Incident, name: &str, now: UnixTime, lang: Lang) -> IncidentRow {
    let kind = match incident.kind {
        IncidentKind::Outage => "console.incident.outage",
        IncidentKind::Path => "console.incident.path",
    };
    let note = |note: &crate::incident::IncidentNote| {
        let values: Vec<(&str, &str)> = note
            .values
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        format!(
            "{}: {}",
            locale::instant(note.at, lang),
            fill(lang, &note.key, &values)
        )
    };
    IncidentRow {
        portal: incident.portal.to_string(),
        name: name.to_owned(),
        track: track_name(incident.track, lang),
        kind: get(lang, kind).to_owned(),
        from: locale::instant(incident.opened_at, lang),
        to: incident.closed_at.map(|at| locale::instant(at, lang)),
        duration: locale::duration(incident.closed_at.unwrap_or(now) - incident.opened_at, lang),
        cause: cause_text(incident.cause, lang).unwrap_or_else(|| get(lang, "report.cause.none").to_owned()),
        code: incident.cause.map_or("", crate::ledger::SpanCause::as_str),
        agents: incident
            .agents
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        notes: incident.notes.iter().map(note).collect(),
        withdrawn: incident.withdrawn,
    }
}

/// Makes the incidents page; `names` are the portals' names.
#[must_use]
pub fn incidents(
    look: Look<'_>,
    incidents: &[Incident],
    names: &BTreeMap<PortalId, String>,
) -> IncidentsPage {
    let row = |incident: &Incident| {
        let name = names
            .get(&incident.portal)
            .map_or(incident.portal.as_str(), String::as_str);
        incident_row(incident, name, look.now, look.lang)
    };
    let lasts = |incident: &&Incident| incident.closed_at.is_none() && !incident.withdrawn;
    IncidentsPage {
        open: incidents.iter().filter(lasts).map(row).collect(),
        closed: incidents
            .iter()
            .filter(|incident| !lasts(incident))
            .rev()
            .map(row)
            .collect(),
    }
}
