//! What people entered in the registers, as far as it concerns a report.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use crate::calendar::civil::day_of;
use crate::incident::{Answers, Response};
use crate::register::{Board, Entry, IncidentForm, Kept, RestoreTest, Stop, Training, standing};

/// Whose an entry is: a portal's, or the province's as a whole.
pub(in crate::report) type Whose = Option<PortalId>;

/// The entries that stood when the data of a report end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registers {
    /// Decisions that set up an editorial board, whenever they were signed.
    pub boards: Vec<(Option<PortalId>, Board)>,
    /// Courses held within the window.
    pub trainings: Vec<(Option<PortalId>, Training)>,
    /// Restores tried within the window.
    pub restores: Vec<(Option<PortalId>, RestoreTest)>,
    /// Incidents detected within the window.
    pub incidents: Vec<(Option<PortalId>, IncidentForm)>,
    /// Suspensions that began within the window.
    pub suspensions: Vec<(Option<PortalId>, Stop)>,
    /// Attestations that hold at the end of the window.
    pub attested: u64,
    /// Those of them that end within as much time as the window is long: whose, for which obligation, their last day.
    pub ending: Vec<(Option<PortalId>, String, Date)>,
    /// The last finished backup of each portal.
    pub backups: BTreeMap<PortalId, UnixTime>,
    /// How those on duty answered the incidents that began within the window.
    pub answers: Answers,
}

impl Registers {
    /// The entries about the province and about the portals that `concerns` names.
    pub(super) fn of(
        all: &[Kept],
        backups: BTreeMap<PortalId, UnixTime>,
        responses: &[Response],
        concerns: &dyn Fn(&PortalId) -> bool,
        data: Window,
    ) -> Self {
        let answered = responses
            .iter()
            .filter(|response| data.contains(response.opened_at) && concerns(&response.portal));
        let mut found = Self {
            backups,
            answers: Answers::of(answered, data.to),
            ..Self::default()
        };
        let (first, last) = (day_of(data.from), day_of(data.to - 1));
        let within = |day: Date| (first..=last).contains(&day);
        let next = day_of(data.to + data.secs());
        for kept in standing(all, data.to - 1) {
            if kept.portal.as_ref().is_some_and(|portal| !concerns(portal)) {
                continue;
            }
            let whose: Whose = kept.portal.clone();
            match &kept.entry {
                Entry::Board(board) => found.boards.push((whose, board.clone())),
                Entry::Training(course) if within(course.held_on) => {
                    found.trainings.push((whose, course.clone()));
                }
                Entry::RestoreTest(test) if within(test.tested_on) => {
                    found.restores.push((whose, test.clone()));
                }
                Entry::Incident(incident) if data.contains(incident.detected) => {
                    found.incidents.push((whose, (**incident).clone()));
                }
                Entry::Suspension(stop) if within(stop.suspension.begins) => {
                    found.suspensions.push((whose, stop.clone()));
                }
                Entry::Attestation(said) => {
                    let end = said.last_day(None);
                    if said.signed_on <= last && end >= last {
                        found.attested += 1;
                        if end < next {
                            found.ending.push((whose, said.obligation.clone(), end));
                        }
                    }
                }
                Entry::Training(_)
                | Entry::RestoreTest(_)
                | Entry::Incident(_)
                | Entry::Suspension(_)
                | Entry::Report(_)
                // Told where time is accounted, and to nobody but those on call.
                | Entry::Maintenance(_)
                | Entry::Shift(_) => {}
            }
        }
        found.incidents.sort_by_key(|(_, incident)| incident.detected);
        found
            .ending
            .sort_by(|a, b| (a.2, &a.0, &a.1).cmp(&(b.2, &b.0, &b.1)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, portal};

    fn course(day: &str) -> Entry {
        Entry::Training(Training {
            held_on: day.parse().unwrap(),
            topic: "Biên tập".to_owned(),
            organiser: "Sở KH&CN".to_owned(),
            participants: 12,
            file_sha256: None,
            note: None,
        })
    }

    fn kept(id: i64, whose: Option<&str>, entered: UnixTime, entry: Entry) -> Kept {
        Kept {
            id,
            portal: whose.map(portal),
            replaces: None,
            withdrawn: false,
            at: entered,
            author: "a".to_owned(),
            shown: "A".to_owned(),
            entry,
        }
    }

    /// What was entered after the data end, was corrected, lies outside the window or concerns another portal is not
    /// told; the province's own entries are.
    #[test]
    fn only_what_stood_and_concerns_the_report_is_told() {
        let data = Window::new(at(0), at(30 * 86_400));
        let early = at(100);
        let mut corrected = kept(3, Some("p1"), at(200), course("2026-11-25"));
        corrected.replaces = Some(2);
        let all = [
            kept(1, None, early, course("2026-11-24")),
            kept(2, Some("p1"), early, course("2026-11-30")),
            corrected,
            kept(4, Some("p2"), early, course("2026-11-24")),
            kept(5, Some("p1"), data.to + 1, course("2026-11-24")),
            kept(6, Some("p1"), early, course("2026-01-05")),
        ];
        let found = Registers::of(&all, BTreeMap::new(), &[], &|id| *id == portal("p1"), data);
        let told: Vec<_> = found
            .trainings
            .iter()
            .map(|(whose, course)| (whose.clone(), course.held_on.to_string()))
            .collect();
        assert_eq!(
            told,
            [
                (None, "2026-11-24".to_owned()),
                (Some(portal("p1")), "2026-11-25".to_owned())
            ]
        );
    }
}
