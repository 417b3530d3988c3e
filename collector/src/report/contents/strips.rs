//! Days as small fields: the worst that a day saw.

use ems_contract::document::{Chart, Drawing, Legend, Strip, Tone};
use ems_contract::id::PortalId;
use ems_contract::time::Window;
use jiff::civil::Date;

use super::{Material, said};
use crate::calendar::civil::{day_of, plus_days, start_of};
use crate::ledger::{Span, State, Track};
use crate::report::inputs::Inputs;
use crate::report::model::PortalReport;

/// Days drawn at most: the last of the period.
const MOST: i64 = 90;
/// A day less of which was seen than this share of a hundred is unknown.
const SEEN: i64 = 50;

/// What each portal's days were like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Date,
    /// Per portal, in the order of the inputs.
    pub rows: Vec<(PortalId, Vec<Tone>)>,
}

impl Days {
    /// The last days of `data`.
    #[must_use]
    pub fn of(inputs: &Inputs, data: Window) -> Self {
        let last = day_of(data.to - 1);
        let first = day_of(data.from).max(plus_days(last, 1 - MOST));
        let days: Vec<Window> = (0..MOST)
            .map(|number| plus_days(first, number))
            .take_while(|day| *day <= last)
            .map(|day| Window::new(start_of(day), start_of(plus_days(day, 1))))
            .collect();
        let rows = inputs.portals.iter().map(|input| {
            let counted = input.counted(data);
            let spans = input.spans(Track::Overall);
            let tones = days.iter().map(|day| tone(spans, day.intersect(counted)));
            (input.portal.id.clone(), tones.collect())
        });
        Self {
            from: first,
            rows: rows.collect(),
        }
    }

    fn row(&self, portal: &PortalId) -> Option<&[Tone]> {
        self.rows
            .iter()
            .find(|(id, _)| id == portal)
            .map(|(_, tones)| tones.as_slice())
    }
}

fn tone(spans: &[Span], day: Window) -> Tone {
    if day.is_empty() {
        return Tone::Absent;
    }
    let first = spans.partition_point(|span| span.to <= day.from);
    let (mut seen, mut degraded, mut down) = (0, 0, 0);
    for span in spans[first..].iter().take_while(|span| span.from < day.to) {
        let seconds = span.window().intersect(day).secs();
        match span.state {
            State::Up => seen += seconds,
            State::Degraded => (seen, degraded) = (seen + seconds, degraded + seconds),
            State::Down => (seen, down) = (seen + seconds, down + seconds),
            State::Unknown | State::Absent => {}
        }
    }
    if down > 0 {
        Tone::Bad
    } else if seen * 100 < day.secs() * SEEN {
        Tone::Unknown
    } else if degraded > 0 {
        Tone::Warn
    } else {
        Tone::Good
    }
}

/// The strips of some portals.
pub(super) fn chart<'a>(material: &Material<'_>, portals: impl Iterator<Item = &'a PortalReport>) -> Chart {
    let legend = [Tone::Good, Tone::Warn, Tone::Bad, Tone::Unknown, Tone::Absent].map(|tone| Legend {
        tone,
        text: said(&format!("edition.day.{tone}")),
    });
    let rows = portals
        .filter_map(|portal| {
            let overall = portal.track(Track::Overall)?;
            Some(Strip {
                label: portal.name.clone(),
                days: material.days.row(&portal.id)?.to_vec(),
                text: super::cells::availability(overall).text,
            })
        })
        .collect();
    Chart {
        title: said("edition.strips"),
        alt: said("edition.strips.alt"),
        drawing: Drawing::Strips {
            from: material.days.from,
            legend: legend.to_vec(),
            rows,
        },
        notes: Vec::new(),
    }
}
