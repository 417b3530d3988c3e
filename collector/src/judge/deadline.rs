//! Whether an item came in time, when its start or its publication is known by bounds only (0.4).

use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::facts::{Item, When};
use super::reason::Reason;
use super::verdict::{Computation, Timeliness};
use crate::calendar::{Calendar, Due, Unit, civil};
use crate::regulation::{Deadline, Kind, Regulations, Rule, Start};

/// When an item was published, as closely as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Published {
    /// Earliest second; none where nobody knows.
    pub(super) from: Option<UnixTime>,
    /// Latest second; none where it has not been seen.
    pub(super) to: Option<UnixTime>,
    /// The date shown lies where the item was not.
    pub(super) mismatch: bool,
}

/// Publication lies after the last look that did not see the item and not after the first that did. The date that
/// the page shows sharpens this only inside those bounds, or where the item is older than the watch.
pub(super) fn published(item: &Item) -> Published {
    let absent = item.last_absent.map(|at| at + 1);
    let plain = Published {
        from: absent,
        to: item.first_seen,
        mismatch: false,
    };
    let Some(shown) = item.shown else { return plain };
    let after_bounds = item.first_seen.is_some_and(|seen| shown.from > seen);
    let before_bounds = absent.is_some_and(|absent| shown.to < absent);
    if after_bounds || before_bounds {
        return Published {
            mismatch: true,
            ..plain
        };
    }
    Published {
        from: Some(absent.map_or(shown.from, |absent| absent.max(shown.from))),
        to: Some(item.first_seen.map_or(shown.to, |seen| seen.min(shown.to))),
        mismatch: false,
    }
}

/// The day of an event, as the item tells it.
pub(super) fn event(start: Start, item: &Item) -> Option<Date> {
    match start {
        Start::Issue => item.cited_issued.or(item.issued),
        Start::Approval => item.approved,
        Start::Acceptance => item.accepted,
        Start::ApprovalOrAcceptance => item.accepted.or(item.approved),
        Start::PublicationDecision => item.decided,
        Start::Receipt => item.received,
        Start::Signing => item.issued.or(item.approved).or(item.accepted),
        Start::Creation => item.created.or(item.issued),
        Start::EventEnd => item.event_ended.map(civil::day_of),
        Start::QuestionReceipt => item.asked,
        Start::Posting => item.shown.map(|shown| civil::day_of(shown.from)),
        _ => None,
    }
}

/// Judges one item by one clock. `done` is when it was published (or a question answered).
pub(super) fn judge(
    rules: &Regulations,
    clock: &Deadline,
    item: &Item,
    done: Published,
    now: UnixTime,
) -> Computation {
    let calendar = &rules.calendar;
    let bounds = start_bounds(rules, clock, item);
    let due = |start: Date| due(calendar, clock, item, start);
    let (due_min, due_max) = (
        bounds.and_then(|(from, _)| due(from)),
        bounds.and_then(|(_, to)| due(to)),
    );
    let mut told = Computation {
        item: item.id.clone(),
        label: clock.label.clone(),
        start_from: bounds.map(|(from, _)| from),
        start_to: bounds.map(|(_, to)| to),
        term: clock.term.map(|term| term.to_string()),
        due_min: due_min.map(|due| due.instant()),
        due_max: due_max.map(|due| due.instant()),
        published_from: done.from,
        published_to: done.to,
        outcome: Timeliness::Undecidable,
        late_wd: None,
        reason: Reason::StartUnobservable,
        calendar: Vec::new(),
        provisional: due_min.is_some_and(|due| due.provisional) || due_max.is_some_and(|due| due.provisional),
    };
    let (Some(due_min), Some(due_max), Some((from, _))) = (due_min, due_max, bounds) else {
        return told;
    };
    told.calendar = calendar.versions(from, due_max.day());
    match done.to {
        Some(latest) if due_min.is_met_at(latest) => {
            told.outcome = Timeliness::OnTime;
            told.reason = if done.mismatch {
                Reason::DateMismatch
            } else {
                Reason::Met
            };
        }
        _ => {
            // Not seen yet: it cannot be earlier than now.
            let earliest = if done.to.is_none() {
                Some(done.from.unwrap_or(now).max(now))
            } else {
                done.from
            };
            match earliest {
                Some(earliest) if !due_max.is_met_at(earliest) => {
                    told.outcome = Timeliness::Late;
                    told.reason = Reason::Late;
                    told.late_wd = Some(calendar.working_between(due_max.day(), civil::day_of(earliest)));
                }
                _ if done.to.is_none() => told.reason = Reason::NotDueYet,
                _ if done.mismatch => told.reason = Reason::DateMismatch,
                Some(earliest) if !due_min.is_met_at(earliest) => told.reason = Reason::StartUnobservable,
                _ => told.reason = Reason::PublicationUnobservable,
            }
        }
    }
    told
}

/// Earliest and latest day of the start. Both equal where the event itself is known.
fn start_bounds(rules: &Regulations, clock: &Deadline, item: &Item) -> Option<(Date, Date)> {
    if let Some(day) = clock.start_date.or_else(|| event(clock.start, item)) {
        return Some((day, day));
    }
    let from = event(clock.e_min, item)?;
    if clock.e_max != Start::Receipt {
        return event(clock.e_max, item).map(|to| (from, to));
    }
    // Received at the latest when the supplier's own time ends; without such a clause no latest day is known.
    let (_, supply) = rules.obligation(clock.chain.as_deref()?)?;
    let supply = supply
        .params
        .deadlines
        .iter()
        .find(|supply| supply.kind == Kind::Statutory)?;
    let latest = rules.calendar.due_day(from, supply.term?, supply.roll).day();
    Some((from, latest.max(from)))
}

/// The end of the clock for a start on `start`; hours run from the instant where it is known.
fn due(calendar: &Calendar, clock: &Deadline, item: &Item, start: Date) -> Option<Due> {
    match (clock.rule, clock.term) {
        (Rule::SameDay, _) => Some(calendar.by_day(start, clock.roll)),
        (Rule::Within, Some(term)) if term.unit == Unit::Hour => {
            let instant = item.event_ended.filter(|_| clock.start == Start::EventEnd);
            Some(match instant {
                Some(at) => calendar.due(at, term, clock.roll),
                None => calendar.due_day(start, term, clock.roll),
            })
        }
        (Rule::Within, Some(term)) => Some(calendar.due_day(start, term, clock.roll)),
        _ => None,
    }
}

/// An answer or a receipt, as a publication.
pub(super) const fn done_at(when: Option<When>) -> Published {
    match when {
        Some(when) => Published {
            from: Some(when.from),
            to: Some(when.to),
            mismatch: false,
        },
        None => Published {
            from: None,
            to: None,
            mismatch: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_date_shown_counts_inside_the_bounds_only() {
        let seen = Item {
            last_absent: Some(at("2026-11-20T03:00:00Z")),
            first_seen: Some(at("2026-11-23T03:00:00Z")),
            ..Item::default()
        };
        let plain = published(&seen);
        assert_eq!(
            (plain.from, plain.to),
            (Some(at("2026-11-20T03:00:01Z")), Some(at("2026-11-23T03:00:00Z")))
        );

        let sharpened = published(&Item {
            shown: Some(When::day("2026-11-21".parse().unwrap())),
            ..seen.clone()
        });
        assert_eq!(sharpened.from, Some(at("2026-11-20T17:00:00Z")));
        assert!(!sharpened.mismatch);

        let backdated = published(&Item {
            shown: Some(When::day("2026-11-10".parse().unwrap())),
            ..seen
        });
        assert!(backdated.mismatch);
        assert_eq!(
            backdated.from, plain.from,
            "a date at which the item was not there is not believed"
        );

        let older = published(&Item {
            shown: Some(When::day("2026-11-10".parse().unwrap())),
            first_seen: Some(at("2026-11-23T03:00:00Z")),
            ..Item::default()
        });
        assert!(!older.mismatch, "an item older than the watch is believed");
        assert_eq!(older.to, Some(civil::end_of("2026-11-10".parse().unwrap())));
    }
}
