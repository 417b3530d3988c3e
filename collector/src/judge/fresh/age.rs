//! The age of what is newest, and of what waits.

use ems_contract::diagnostic::Message;

use super::words::term_text;
use super::{lists, whole};
use crate::calendar::{Roll, Term, Unit, civil};
use crate::judge::case::Case;
use crate::judge::deadline::published;
use crate::judge::facts::Item;
use crate::judge::grade::{Graded, Raw};
use crate::judge::reason::Reason;
use crate::regulation::Kind;

/// Questions that have waited longer than the policy number.
pub(super) fn unanswered(case: &Case<'_>) -> Raw {
    let Some(list) = case.facts.items.get("hoi-dap") else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let wait = case.check.number("max_wait").and_then(whole).unwrap_or(15);
    let calendar = &case.rules.calendar;
    let old = |item: &&Item| {
        let asked = item.asked.filter(|_| item.answered.is_none());
        asked.is_some_and(|asked| case.day > calendar.plus_working(asked, wait))
    };
    let count = list.list.iter().filter(old).count();
    let graded = if count > 0 {
        Graded::policy()
    } else {
        Graded::good()
    };
    Raw::new(graded.measured(Message::new("judge.m.outcome").with("outcome", count)))
}

/// The age of the newest item or change against a policy number.
pub(super) fn newest(case: &Case<'_>, classes: &[&str], name: &str, unit: Unit) -> Raw {
    let Some(lists) = lists(case, classes) else {
        return Raw::unclear(Reason::NotMeasured);
    };
    if lists.iter().any(|(_, list)| list.reindexed) {
        return Raw::unclear(Reason::Reindexed);
    }
    let items = lists
        .iter()
        .flat_map(|(_, list)| &list.list)
        .filter_map(|item| published(item).to);
    let changes = lists
        .iter()
        .filter_map(|(_, list)| list.changed)
        .map(|changed| changed.to);
    let newest = items
        .chain(changes)
        .map(civil::day_of)
        .filter(|day| *day <= case.day)
        .max();
    let Some(newest) = newest else {
        return Raw::unclear(Reason::PublicationUnobservable);
    };
    let Some(n) = case.check.number(name).and_then(whole) else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let term = Term { n, unit };
    let due = case.rules.calendar.due_day(newest, term, Roll::None);
    let graded = if case.day > due.day() {
        Graded::policy()
    } else {
        Graded::good()
    };
    let mut raw = Raw::new(graded.measured(Message::new("judge.m.newest").with("day", newest)));
    raw.graded.kind = Kind::Policy;
    raw.threshold_kind = Kind::Policy;
    raw.threshold = Some(Message::new("judge.t.newest").with_text("term", term_text(term)));
    raw.provisional = due.provisional;
    raw
}

/// One report a year: that of last year by the end of this one (a policy day). Two years without one is a year
/// certainly missed.
pub(super) fn yearly(case: &Case<'_>) -> Raw {
    let Some(list) = case.facts.items.get("bao-cao-tai-chinh") else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let has = |year: i16| list.list.iter().any(|item| item.year == Some(year));
    let this = case.day.year();
    let newest: Option<i16> = list.list.iter().filter_map(|item| item.year).max();
    if newest.is_none() && !list.list.is_empty() {
        // Reports of no known year may be those that are looked for.
        return Raw::unclear(Reason::PublicationUnobservable);
    }
    let measured = Message::new("judge.m.outcome")
        .with("outcome", newest.map_or("∅".to_owned(), |year| year.to_string()));
    let graded = if has(this - 1) {
        Graded::good()
    } else if has(this - 2) {
        Graded {
            reason: Reason::NotDueYet,
            ..Graded::good()
        }
    } else {
        Graded::bad()
    };
    Raw::new(graded.measured(measured))
}
