//! What stands in the registers at an instant, in the judge's words.

use std::collections::BTreeSet;

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};

use super::entry::{Board, Entry, Training};
use crate::attest::{Attestation, Statement};
use crate::judge::facts::{Backup, IncidentRecord, ReportEntry, Suspension};
use crate::regulation::Regulations;

/// Planned maintenance so far back, in seconds, is still judged: a year of reports.
const PLANNED_BACK_S: i64 = 400 * 86_400;
/// Maintenance so far ahead, in seconds, is judged: more than any notice of seven working days takes.
const PLANNED_AHEAD_S: i64 = 31 * 86_400;

/// An entry with what the store knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number; higher ones are later.
    pub id: i64,
    /// The portal, `None` for the province as a whole.
    pub portal: Option<PortalId>,
    /// The entry that it corrects.
    pub replaces: Option<i64>,
    /// It says that what it replaces does not hold at all.
    pub withdrawn: bool,
    /// When it was entered.
    pub at: UnixTime,
    /// Who entered it, by account or token.
    pub author: String,
    /// The author's name for readers.
    pub shown: String,
    /// What it says.
    pub entry: Entry,
}

/// What the registers say of one portal: these parts of the judge's facts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegisterFacts {
    /// Attestations, with those that boards and training courses amount to.
    pub attestations: Vec<Attestation>,
    /// Received reports.
    pub reports: Vec<ReportEntry>,
    /// Security incidents; `None` where nothing was ever entered, which proves nothing.
    pub incidents: Option<Vec<IncidentRecord>>,
    /// Planned suspensions; `None` where nothing was ever entered.
    pub suspensions: Option<Vec<Suspension>>,
    /// Backups.
    pub backup: Option<Backup>,
}

/// The entries known at `at` that no other one known then replaces.
pub fn standing(all: &[Kept], at: UnixTime) -> impl Iterator<Item = &Kept> {
    let known = move |kept: &&Kept| kept.at <= at;
    let replaced: BTreeSet<i64> = all
        .iter()
        .filter(known)
        .filter_map(|kept| kept.replaces)
        .collect();
    all.iter()
        .filter(known)
        .filter(move |kept| !kept.withdrawn && !replaced.contains(&kept.id))
}

/// Whether the line of corrections that an entry stands in ends with a withdrawal.
#[must_use]
pub fn taken_back(all: &[Kept], entry: &Kept) -> bool {
    let next = |kept: &&Kept| all.iter().find(|other| other.replaces == Some(kept.id));
    let last = std::iter::successors(all.iter().find(|kept| kept.id == entry.id), next).last();
    last.is_some_and(|last| last.withdrawn)
}

/// What the entries of one portal, and the last sign of life of its backups, come to at `at`.
#[must_use]
pub fn facts_of(
    rules: &Regulations,
    all: &[Kept],
    heartbeat: Option<UnixTime>,
    at: UnixTime,
) -> RegisterFacts {
    let mut facts = RegisterFacts::default();
    let mut restore_tested = None;
    for kept in standing(all, at) {
        match &kept.entry {
            Entry::Attestation(said) => facts.attestations.push(said.clone()),
            Entry::Board(board) => facts.attestations.extend(board_says(rules, board)),
            Entry::Training(course) => facts.attestations.extend(course_says(rules, course, &kept.shown)),
            Entry::RestoreTest(test) if test.succeeded => {
                restore_tested = restore_tested.max(Some(test.tested_on));
            }
            // A restore that failed is on record, and is none.
            Entry::RestoreTest(_) => {}
            Entry::Incident(form) => facts.incidents.get_or_insert_default().push(form.record()),
            Entry::Report(receipt) => facts.reports.push(receipt.entry.clone()),
            // The rota is nobody's fact but the notifier's.
            Entry::Shift(_) => {}
            Entry::Maintenance(planned) if planned.hindsight => {}
            Entry::Maintenance(planned) => {
                let near = Window::new(at - PLANNED_BACK_S, at + PLANNED_AHEAD_S);
                let stops = facts.suspensions.get_or_insert_default();
                stops.extend(planned.suspensions(near));
            }
            Entry::Suspension(stop) => {
                facts
                    .suspensions
                    .get_or_insert_default()
                    .push(stop.suspension.clone());
            }
        }
    }
    if heartbeat.is_some() || restore_tested.is_some() {
        facts.backup = Some(Backup {
            heartbeat,
            restore_tested,
        });
    }
    facts
}

/// One attestation for every row that asks for `check`.
fn for_rows<'r>(
    rules: &'r Regulations,
    check: &'r str,
    said: Attestation,
) -> impl Iterator<Item = Attestation> + 'r {
    rules
        .packs
        .values()
        .flat_map(|pack| pack.obligations.iter())
        .filter(move |row| row.checks.iter().any(|id| **id == *check))
        .map(move |row| Attestation {
            obligation: row.id.to_string(),
            check: Some(check.to_owned()),
            ..said.clone()
        })
}

fn board_says<'r>(rules: &'r Regulations, board: &Board) -> impl Iterator<Item = Attestation> + 'r {
    let said = Attestation {
        obligation: String::new(),
        check: None,
        statement: Statement::Yes,
        by_name: board.signed_by.clone(),
        by_role: board.role.clone(),
        signed_on: board.decided_on,
        // A decision holds until another one; how old it may be is the check's own number.
        valid_until: Some(jiff::civil::Date::MAX),
        file_sha256: board.file_sha256,
        note: Some(board.decision.clone()),
    };
    for_rows(rules, "editorial-board", said)
}

fn course_says<'r>(
    rules: &'r Regulations,
    course: &Training,
    shown: &str,
) -> impl Iterator<Item = Attestation> + 'r {
    let said = Attestation {
        obligation: String::new(),
        check: None,
        statement: Statement::Yes,
        by_name: shown.to_owned(),
        by_role: course.organiser.clone(),
        signed_on: course.held_on,
        valid_until: None,
        file_sha256: course.file_sha256,
        note: Some(course.topic.clone()),
    };
    for_rows(rules, "training-register", said)
}
