//! What is wrong with an entry, and what looks wrong, before it is taken.

use ems_contract::diagnostic::Message;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use super::entry::{Entry, Stop};
use super::incident::IncidentForm;
use super::maintenance::Planned;
use super::recurrence::Repeat;
use super::shift::Shift;
use crate::account::LoginName;
use crate::attest;
use crate::calendar::{Term, Unit, civil};
use crate::judge::facts::When;
use crate::regulation::Regulations;

/// What stands against an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doubts {
    /// It cannot be taken.
    pub errors: Vec<Message>,
    /// It can, but the law or a slip stands against it.
    pub warnings: Vec<Message>,
}

/// Notice before a planned suspension (NĐ 224/2026/NĐ-CP Đ13.1).
const NOTICE: Term = Term {
    n: 7,
    unit: Unit::WorkingDay,
};
/// The longest text of one field, in characters.
const MOST_CHARS: usize = 10_000;

/// Everything that stands against an entry made at `now`, with the bytes of the file handed in.
#[must_use]
pub fn faults(rules: &Regulations, entry: &Entry, file: Option<&[u8]>, now: UnixTime) -> Doubts {
    let today = civil::day_of(now);
    let mut doubts = Doubts::default();
    match entry {
        Entry::Attestation(said) => doubts.errors = attest::faults(rules, said, file, today),
        Entry::Board(board) => {
            past(board.decided_on, today, &mut doubts);
            for (field, text) in [
                ("decision", &board.decision),
                ("signed_by", &board.signed_by),
                ("role", &board.role),
                ("head", &board.head),
            ] {
                written(field, text, &mut doubts);
            }
            if board.members == 0 {
                doubts
                    .errors
                    .push(Message::new("register.fault.none").with_text("field", label("members")));
            }
        }
        Entry::Training(course) => {
            past(course.held_on, today, &mut doubts);
            written("topic", &course.topic, &mut doubts);
            written("organiser", &course.organiser, &mut doubts);
            if course.participants == 0 {
                doubts
                    .errors
                    .push(Message::new("register.fault.none").with_text("field", label("participants")));
            }
        }
        Entry::RestoreTest(test) => {
            past(test.tested_on, today, &mut doubts);
            written("what", &test.what, &mut doubts);
        }
        Entry::Incident(form) => incident(form, today, &mut doubts),
        Entry::Report(receipt) => {
            let entry = &receipt.entry;
            if rules.report(&entry.report).is_none() {
                doubts
                    .errors
                    .push(Message::new("register.fault.no_report").with("id", &entry.report));
            }
            written("period", &entry.period, &mut doubts);
            if entry.received.is_none() && !entry.confirmed_missing && entry.requested_by.is_none() {
                doubts.errors.push(Message::new("register.fault.says_nothing"));
            }
            if entry.received.is_some() && entry.confirmed_missing {
                doubts.errors.push(Message::new("register.fault.both"));
            }
            not_ahead("received", entry.received, today, &mut doubts);
        }
        Entry::Suspension(stop) => suspension(rules, stop, today, &mut doubts),
        Entry::Maintenance(planned) => maintenance(rules, planned, now, &mut doubts),
        Entry::Shift(shift) => on_call(shift, &mut doubts),
    }
    if doubts.errors.is_empty()
        && entry
            .to_json()
            .is_ok_and(|json| json.chars().count() > 8 * MOST_CHARS)
    {
        doubts
            .errors
            .push(Message::new("register.fault.long").with("most", 8 * MOST_CHARS));
    }
    doubts
}

fn label(field: &str) -> Message {
    Message::new(match field {
        "decision" => "register.field.decision",
        "signed_by" => "register.field.signed_by",
        "role" => "register.field.role",
        "head" => "register.field.head",
        "members" => "register.field.members",
        "topic" => "register.field.topic",
        "organiser" => "register.field.organiser",
        "participants" => "register.field.participants",
        "what" => "register.field.what",
        "period" => "register.field.period",
        "received" => "register.field.received",
        "reason" => "register.field.reason",
        "noticed" => "register.field.noticed",
        "closing_report" => "register.field.closing_report",
        "response_ended" => "register.field.response_ended",
        "detected" => "register.field.detected",
        "announced" => "register.field.announced",
        _ => "register.field.id",
    })
}

fn written(field: &str, text: &str, doubts: &mut Doubts) {
    if text.trim().is_empty() {
        doubts
            .errors
            .push(Message::new("register.fault.empty").with_text("field", label(field)));
    } else if text.chars().count() > MOST_CHARS {
        let message = Message::new("register.fault.long_field").with_text("field", label(field));
        doubts.errors.push(message.with("most", MOST_CHARS));
    }
}

fn past(day: Date, today: Date, doubts: &mut Doubts) {
    if day > today {
        doubts.errors.push(
            Message::new("register.fault.future")
                .with("day", day)
                .with("today", today),
        );
    }
}

fn not_ahead(field: &str, when: Option<When>, today: Date, doubts: &mut Doubts) {
    if let Some(day) = when
        .map(|when| civil::day_of(when.from))
        .filter(|day| *day > today)
    {
        let message = Message::new("register.fault.future_field").with_text("field", label(field));
        doubts.errors.push(message.with("day", day).with("today", today));
    }
}

fn incident(form: &IncidentForm, today: Date, doubts: &mut Doubts) {
    written("id", &form.id, doubts);
    not_ahead("detected", Some(When::at(form.detected)), today, doubts);
    not_ahead("noticed", form.noticed, today, doubts);
    not_ahead("closing_report", form.closing_report, today, doubts);
    for (field, at) in [
        ("noticed", form.noticed.map(|when| when.to)),
        ("response_ended", form.response_ended),
        ("closing_report", form.closing_report.map(|when| when.to)),
    ] {
        if at.is_some_and(|at| at < form.detected) {
            let message = Message::new("register.fault.before_detection");
            doubts.errors.push(message.with_text("field", label(field)));
        }
    }
    for name in &form.confirmed_missing {
        if !matches!(name.as_str(), "notice" | "closing-report") {
            doubts
                .errors
                .push(Message::new("register.fault.missing_name").with("name", name));
        }
    }
}

fn suspension(rules: &Regulations, stop: &Stop, today: Date, doubts: &mut Doubts) {
    written("reason", &stop.reason, doubts);
    let suspension = &stop.suspension;
    not_ahead("announced", suspension.announced, today, doubts);
    if let Some(returns) = stop.returns.filter(|day| *day < suspension.begins) {
        let message = Message::new("register.fault.returns").with("returns", returns);
        doubts.errors.push(message.with("begins", suspension.begins));
    }
    if suspension.force_majeure {
        return;
    }
    let due = rules.calendar.latest_before(suspension.begins, NOTICE);
    let late = match suspension.announced {
        Some(announced) => !due.is_met_at(announced.to),
        None => due.day() < today,
    };
    if late {
        let message = Message::new("register.fault.short_notice").with("due", due.day());
        doubts.warnings.push(message.with("begins", suspension.begins));
    }
    if suspension.announced.is_some() && suspension.tells_recovery != Some(true) {
        doubts.warnings.push(Message::new("register.fault.no_recovery"));
    }
}

/// The last day on which a stop that begins on `begins` is announced in time (NĐ 224/2026/NĐ-CP Đ13.1).
#[must_use]
pub fn announce_by(rules: &Regulations, begins: Date) -> Date {
    rules.calendar.latest_before(begins, NOTICE).day()
}

/// That a stop which begins on `begins` was announced too late (NĐ 224/2026/NĐ-CP Đ13.1), if it was.
#[must_use]
pub fn short_notice(rules: &Regulations, begins: Date, announced: UnixTime) -> Option<Message> {
    let due = rules.calendar.latest_before(begins, NOTICE);
    let late = Message::new("register.fault.short_notice").with("due", due.day());
    (!due.is_met_at(announced)).then(|| late.with("begins", begins))
}

/// What stands against a window that comes again.
fn recurring(window: Window, repeats: Repeat, every: u16, until: Option<Date>, doubts: &mut Doubts) {
    let mut error = |key| doubts.errors.push(Message::new(key));
    let period = repeats.days().map(|days| days * i64::from(every) * 86_400);
    if window.secs() <= 0 {
        error("register.fault.order");
    } else if period.is_some_and(|period| window.secs() > period) {
        error("register.fault.overlaps_itself");
    }
    if repeats == Repeat::Once && until.is_some() {
        error("register.fault.until_of_once");
    }
    if until.is_some_and(|day| day < civil::day_of(window.from)) {
        error("register.fault.until_before");
    }
}

fn on_call(shift: &Shift, doubts: &mut Doubts) {
    for name in std::iter::once(&shift.person).chain(&shift.backup) {
        if name.parse::<LoginName>().is_err() {
            let shown: String = name.chars().take(60).collect();
            doubts
                .errors
                .push(Message::new("register.fault.no_login").with("name", shown));
        }
    }
    if shift.backup.as_ref() == Some(&shift.person) {
        doubts.warnings.push(Message::new("register.fault.own_backup"));
    }
    if shift.every == 0 {
        doubts.errors.push(Message::new("register.fault.every"));
    }
    recurring(
        Window::new(shift.from, shift.to),
        shift.repeats,
        shift.every,
        shift.until,
        doubts,
    );
}

fn maintenance(rules: &Regulations, planned: &Planned, now: UnixTime, doubts: &mut Doubts) {
    written("reason", &planned.reason, doubts);
    let window = Window::new(planned.from, planned.to);
    recurring(window, planned.repeats, 1, planned.until, doubts);
    not_ahead("announced", Some(planned.announced), civil::day_of(now), doubts);
    let mut error = |key| doubts.errors.push(Message::new(key));
    if planned.ended.is_some_and(|ended| ended <= planned.from) {
        error("register.fault.ended_before");
    }
    let begins = civil::day_of(planned.from);
    let over = planned.ends().is_some_and(|end| end <= now);
    if planned.hindsight {
        if !over {
            error("register.fault.hindsight_ahead");
        }
        return;
    }
    if over {
        doubts
            .warnings
            .push(Message::new("register.fault.wants_hindsight"));
    }
    doubts
        .warnings
        .extend(short_notice(rules, begins, planned.announced.to));
    if !planned.tells_recovery {
        doubts.warnings.push(Message::new("register.fault.no_recovery"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::facts::Suspension;
    use std::sync::LazyLock;

    static RULES: LazyLock<Regulations> = LazyLock::new(|| Regulations::embedded().unwrap());

    /// Noon of 22/11/2026.
    fn now() -> UnixTime {
        "2026-11-22T05:00:00Z".parse().unwrap()
    }

    fn stop(begins: &str, announced: &str) -> Entry {
        Entry::Suspension(Stop {
            suspension: Suspension {
                begins: begins.parse().unwrap(),
                announced: Some(When::day(announced.parse().unwrap())),
                tells_recovery: Some(true),
                force_majeure: false,
                confirmed_unannounced: false,
            },
            returns: None,
            reason: "nâng cấp".into(),
            announced_where: None,
            file_sha256: None,
        })
    }

    fn keys(messages: &[Message]) -> Vec<&'static str> {
        messages.iter().map(Message::key).collect()
    }

    #[test]
    fn seven_working_days_of_notice_are_counted_over_the_culture_day() {
        // 24/11/2026 is a day off: seven working days before Thursday 3 December is Monday 23 November.
        let fine = faults(&RULES, &stop("2026-12-03", "2026-11-20"), None, now());
        assert_eq!(fine, Doubts::default());
        let late = faults(&RULES, &stop("2026-12-01", "2026-11-20"), None, now());
        assert_eq!(keys(&late.warnings), ["register.fault.short_notice"]);
        assert!(late.errors.is_empty(), "a short notice is recorded, not hidden");
        let ahead = faults(&RULES, &stop("2026-12-31", "2026-11-23"), None, now());
        assert_eq!(keys(&ahead.errors), ["register.fault.future_field"]);
    }

    #[test]
    fn only_what_is_over_to_the_second_is_taken_out_in_hindsight() {
        let planned = |to: &str| {
            Entry::Maintenance(Planned {
                from: "2026-11-22T01:00:00Z".parse().unwrap(),
                to: to.parse().unwrap(),
                repeats: Repeat::Once,
                until: None,
                ended: None,
                reason: "nâng cấp".into(),
                announced: When::day("2026-11-01".parse().unwrap()),
                announced_where: None,
                tells_recovery: true,
                hindsight: true,
                file_sha256: None,
            })
        };
        let over = faults(&RULES, &planned("2026-11-22T05:00:00Z"), None, now());
        assert_eq!(over, Doubts::default());
        let on = faults(&RULES, &planned("2026-11-22T05:00:01Z"), None, now());
        assert_eq!(keys(&on.errors), ["register.fault.hindsight_ahead"]);
        let Entry::Maintenance(mut untold) = planned("2026-11-22T05:00:00Z") else {
            unreachable!()
        };
        untold.announced = When::day("2099-11-26".parse().unwrap());
        let untold = faults(&RULES, &Entry::Maintenance(untold), None, now());
        assert_eq!(keys(&untold.errors), ["register.fault.future_field"]);
    }

    #[test]
    fn an_incident_is_reported_after_it_was_detected() {
        let form = IncidentForm {
            id: "SC-1".into(),
            detected: "2026-11-20T02:00:00Z".parse().unwrap(),
            noticed: Some(When::at("2026-11-20T01:00:00Z".parse().unwrap())),
            confirmed_missing: vec!["letter".into()],
            ..IncidentForm::default()
        };
        let doubts = faults(&RULES, &Entry::Incident(Box::new(form)), None, now());
        assert_eq!(
            keys(&doubts.errors),
            ["register.fault.before_detection", "register.fault.missing_name"]
        );
    }
}
