//! From troubles to incidents: open, update, close, amend. Nothing is ever deleted.
//!
//! An incident opens as soon as the rules say so, with provisional data too: an alert must be quick. It closes
//! only when no record can come that would turn a "recovered" back in the ordinary course of things: everybody who is
//! heard has spoken about the instant at which it is seen to be over, or that instant lies before the settled horizon.
//! Whatever is corrected after it was told is noted.

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;

use super::troubles::Trouble;
use super::types::{Incident, IncidentNote};

/// Up to when what the ledger tells stands, but for late data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The settled horizon: nothing is waited for longer.
    pub horizon: UnixTime,
    /// The first instant about which somebody who is heard has not spoken yet; not before the horizon.
    pub heard: UnixTime,
}

impl Settled {
    /// Nobody's word is known to be the last: the horizon alone.
    #[must_use]
    pub const fn at(horizon: UnixTime) -> Self {
        Self {
            horizon,
            heard: horizon,
        }
    }
}

/// The incidents of one portal to insert (id 0) and to update.
///
/// `troubles` are told for everything that touches or follows `restated_from`; `previous` are the incidents that
/// touch or follow the earliest of them or `restated_from`. Incidents that ended before `restated_from` and
/// match no trouble are left alone. Telling the same twice changes nothing.
#[must_use]
pub fn transitions(
    portal: &PortalId,
    troubles: &[Trouble],
    previous: &[Incident],
    restated_from: UnixTime,
    settled: Settled,
    now: UnixTime,
) -> Vec<Incident> {
    let mut free: Vec<Option<&Incident>> = previous.iter().map(Some).collect();
    let mut changed = Vec::new();
    let mut told: Vec<&Trouble> = troubles.iter().collect();
    told.sort_by_key(|trouble| trouble.from);
    for trouble in &told {
        let incident = take(&mut free, |incident| {
            !incident.withdrawn && overlaps(incident, trouble)
        })
        .or_else(|| {
            take(&mut free, |incident| {
                incident.withdrawn && overlaps(incident, trouble)
            })
        });
        match incident {
            None => changed.push(opened(portal, trouble, settled, now)),
            Some(known) => {
                let amended = amended(known, trouble, settled, now);
                changed.extend((amended != *known).then_some(amended));
            }
        }
    }
    for incident in free.into_iter().flatten().filter(|incident| !incident.withdrawn) {
        let joined = told.iter().find(|trouble| overlaps(incident, trouble));
        let restated = incident.closed_at.is_none_or(|end| end >= restated_from);
        // What began after the horizon may come back with the next record.
        if let Some(trouble) = joined {
            let note = note(now, "joined", &[("from", trouble.from)]);
            changed.push(withdrawn(incident, note));
        } else if restated && incident.opened_at < settled.horizon {
            changed.push(withdrawn(incident, note(now, "withdrawn", &[])));
        }
    }
    changed
}

fn take<'a>(free: &mut [Option<&'a Incident>], wanted: impl Fn(&Incident) -> bool) -> Option<&'a Incident> {
    free.iter_mut().find(|slot| slot.is_some_and(&wanted))?.take()
}

fn overlaps(incident: &Incident, trouble: &Trouble) -> bool {
    let same = incident.track == trouble.track && incident.kind == trouble.kind;
    let begins_inside = trouble.from <= incident.opened_at && incident.opened_at < trouble.to;
    let spans_beginning =
        incident.opened_at <= trouble.from && incident.closed_at.is_none_or(|end| trouble.from < end);
    same && (begins_inside || spans_beginning)
}

/// The end to be told: only what nothing can change any more. What nobody saw work again is not known by anybody's word.
fn end(trouble: &Trouble, settled: Settled) -> Option<UnixTime> {
    let until = if trouble.unresolved {
        settled.horizon
    } else {
        settled.heard
    };
    trouble.over_at.filter(|over| *over < until).map(|_| trouble.to)
}

fn opened(portal: &PortalId, trouble: &Trouble, settled: Settled, now: UnixTime) -> Incident {
    let closed_at = end(trouble, settled);
    // Over before anybody was told: the data came late.
    let mut notes: Vec<IncidentNote> = closed_at
        .map(|_| note(now, "found_late", &[]))
        .into_iter()
        .collect();
    notes.extend(ended_with_validity(trouble, closed_at, now));
    Incident {
        id: 0,
        portal: portal.clone(),
        track: trouble.track,
        kind: trouble.kind,
        opened_at: trouble.from,
        closed_at,
        cause: trouble.cause,
        agents: trouble.agents.clone(),
        notes,
        withdrawn: false,
    }
}

fn amended(known: &Incident, trouble: &Trouble, settled: Settled, now: UnixTime) -> Incident {
    let mut incident = known.clone();
    let end = end(trouble, settled);
    if known.withdrawn {
        incident.withdrawn = false;
        incident.notes.push(note(now, "reinstated", &[]));
    } else {
        match (known.closed_at, end) {
            (Some(old), Some(new)) if old != new => {
                incident
                    .notes
                    .push(note(now, "closed_moved", &[("old", old), ("new", new)]));
            }
            (Some(old), None) => incident.notes.push(note(now, "reopened", &[("old", old)])),
            (None, _) => incident.notes.extend(ended_with_validity(trouble, end, now)),
            _ => {}
        }
        if known.closed_at.is_some() && end.is_some() && known.cause != trouble.cause {
            incident.notes.push(cause_changed(now, known));
        }
    }
    if known.opened_at != trouble.from {
        let values = [("old", known.opened_at), ("new", trouble.from)];
        incident.notes.push(note(now, "opened_moved", &values));
    }
    incident.opened_at = trouble.from;
    incident.closed_at = end;
    incident.cause = trouble.cause;
    incident.agents.clone_from(&trouble.agents);
    incident
}

fn ended_with_validity(
    trouble: &Trouble,
    closed_at: Option<UnixTime>,
    now: UnixTime,
) -> Option<IncidentNote> {
    let over = trouble
        .over_at
        .filter(|_| trouble.unresolved && closed_at.is_some())?;
    Some(note(now, "validity_ended", &[("end", over)]))
}

fn withdrawn(known: &Incident, note: IncidentNote) -> Incident {
    let mut incident = known.clone();
    incident.withdrawn = true;
    incident.closed_at = Some(known.opened_at);
    incident.notes.push(note);
    incident
}

fn note(now: UnixTime, key: &str, values: &[(&str, UnixTime)]) -> IncidentNote {
    let text = |(name, value): &(&str, UnixTime)| ((*name).to_owned(), value.to_string());
    IncidentNote {
        at: now,
        key: format!("incident.note.{key}"),
        values: values.iter().map(text).collect(),
    }
}

fn cause_changed(now: UnixTime, known: &Incident) -> IncidentNote {
    let old = known.cause.map_or("", |cause| cause.as_str());
    IncidentNote {
        values: vec![("old".to_owned(), old.to_owned())],
        ..note(now, "cause_changed", &[])
    }
}
