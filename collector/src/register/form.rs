//! The fields of each register, read the same way from a form, a spreadsheet or the command line.

use std::collections::BTreeMap;

use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;

use super::entry::{Board, Entry, RegisterKind, ReportReceipt, RestoreTest, Stop, Training};
use super::incident::IncidentForm;
use super::maintenance::Planned;
use super::recurrence::Repeat;
use super::shift::Shift;
use super::value;
use crate::attest::{Attestation, Statement};
use crate::judge::facts::{ReportEntry, Suspension, When};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Line,
    /// Several lines.
    Text,
    /// A day.
    Day,
    /// A day and a time.
    Moment,
    /// A day, with a time where it is known.
    When,
    /// A whole number.
    Count,
    /// Yes or no.
    Flag,
    /// One of these names, each with a text `register.choice.<name>`.
    Choice(&'static [&'static str]),
    /// A SHA-256 digest.
    Digest,
}

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name; its label is the text `register.field.<name>`.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
}

const fn must(name: &'static str, kind: FieldKind) -> Field {
    Field {
        name,
        kind,
        required: true,
    }
}

const fn may(name: &'static str, kind: FieldKind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

const STATEMENTS: FieldKind = FieldKind::Choice(&["yes", "partial", "no"]);
const ATTESTATION: &[Field] = &[
    must("obligation", FieldKind::Line),
    may("check", FieldKind::Line),
    must("statement", STATEMENTS),
    must("by_name", FieldKind::Line),
    must("by_role", FieldKind::Line),
    must("signed_on", FieldKind::Day),
    may("valid_until", FieldKind::Day),
    may("note", FieldKind::Text),
    may("file_sha256", FieldKind::Digest),
];
const BOARD: &[Field] = &[
    must("decision", FieldKind::Line),
    must("decided_on", FieldKind::Day),
    must("signed_by", FieldKind::Line),
    must("role", FieldKind::Line),
    must("head", FieldKind::Line),
    must("members", FieldKind::Count),
    may("note", FieldKind::Text),
    may("file_sha256", FieldKind::Digest),
];
const TRAINING: &[Field] = &[
    must("held_on", FieldKind::Day),
    must("topic", FieldKind::Line),
    must("organiser", FieldKind::Line),
    must("participants", FieldKind::Count),
    may("note", FieldKind::Text),
    may("file_sha256", FieldKind::Digest),
];
const RESTORE_TEST: &[Field] = &[
    must("tested_on", FieldKind::Day),
    must("what", FieldKind::Line),
    may("succeeded", FieldKind::Flag),
    may("note", FieldKind::Text),
    may("file_sha256", FieldKind::Digest),
];
const INCIDENT: &[Field] = &[
    must("id", FieldKind::Line),
    may("reporter", FieldKind::Line),
    may("system", FieldKind::Line),
    may("operator", FieldKind::Line),
    may("owner", FieldKind::Line),
    must("detected", FieldKind::Moment),
    may("confirmed", FieldKind::Moment),
    may("alerted", FieldKind::Moment),
    may("acknowledged", FieldKind::Moment),
    may("description", FieldKind::Text),
    may("cause", FieldKind::Text),
    may("scope", FieldKind::Text),
    may("level", FieldKind::Line),
    may("actions", FieldKind::Text),
    may("escalated_at", FieldKind::Moment),
    may("result", FieldKind::Text),
    may("proposals", FieldKind::Text),
    may("noticed", FieldKind::When),
    may("notice_missing", FieldKind::Flag),
    may("response_ended", FieldKind::Moment),
    may("closing_report", FieldKind::When),
    may("closing_missing", FieldKind::Flag),
    may("closed", FieldKind::Flag),
    may("outage", FieldKind::Count),
    may("file_sha256", FieldKind::Digest),
];
const REPORT: &[Field] = &[
    must("report", FieldKind::Line),
    must("period", FieldKind::Line),
    must("year", FieldKind::Count),
    may("received", FieldKind::When),
    may("confirmed_missing", FieldKind::Flag),
    may("requested_by", FieldKind::Day),
    may("number", FieldKind::Line),
    may("note", FieldKind::Text),
    may("file_sha256", FieldKind::Digest),
];
const SUSPENSION: &[Field] = &[
    must("begins", FieldKind::Day),
    may("returns", FieldKind::Day),
    must("reason", FieldKind::Text),
    may("announced", FieldKind::When),
    may("announced_where", FieldKind::Line),
    may("tells_recovery", FieldKind::Flag),
    may("force_majeure", FieldKind::Flag),
    may("confirmed_unannounced", FieldKind::Flag),
    may("file_sha256", FieldKind::Digest),
];

const MAINTENANCE: &[Field] = &[
    must("from", FieldKind::Moment),
    must("to", FieldKind::Moment),
    must("repeats", FieldKind::Choice(&["once", "daily", "weekly"])),
    may("until", FieldKind::Day),
    may("ended", FieldKind::Moment),
    must("reason", FieldKind::Text),
    must("announced", FieldKind::When),
    may("announced_where", FieldKind::Line),
    may("tells_recovery", FieldKind::Flag),
    may("hindsight", FieldKind::Flag),
    may("file_sha256", FieldKind::Digest),
];

const SHIFT: &[Field] = &[
    must("person", FieldKind::Line),
    may("backup", FieldKind::Line),
    must("from", FieldKind::Moment),
    must("to", FieldKind::Moment),
    must("repeats", FieldKind::Choice(&["once", "daily", "weekly"])),
    may("every", FieldKind::Count),
    may("until", FieldKind::Day),
    may("days_off", FieldKind::Flag),
    may("note", FieldKind::Text),
    may("file_sha256", FieldKind::Digest),
];

/// The fields of a register, in the order in which they are asked for.
#[must_use]
pub const fn fields(kind: RegisterKind) -> &'static [Field] {
    match kind {
        RegisterKind::Attestation => ATTESTATION,
        RegisterKind::Board => BOARD,
        RegisterKind::Training => TRAINING,
        RegisterKind::RestoreTest => RESTORE_TEST,
        RegisterKind::Incident => INCIDENT,
        RegisterKind::Report => REPORT,
        RegisterKind::Suspension => SUSPENSION,
        RegisterKind::Maintenance => MAINTENANCE,
        RegisterKind::Shift => SHIFT,
    }
}

/// Field name → what is written there.
pub type Values = BTreeMap<String, String>;

/// What is wrong in which field.
pub type FieldFault = (&'static str, Message);

/// The entry that these values write.
///
/// # Errors
/// Every field that is empty though it must not be, or cannot be read.
pub fn read(kind: RegisterKind, values: &Values) -> Result<Entry, Vec<FieldFault>> {
    let mut r = Reader {
        values,
        fields: fields(kind),
        faults: Vec::new(),
    };
    let entry = match kind {
        RegisterKind::Attestation => Entry::Attestation(Attestation {
            obligation: r.line("obligation"),
            check: r.option("check"),
            statement: r.statement("statement"),
            by_name: r.line("by_name"),
            by_role: r.line("by_role"),
            signed_on: r.day("signed_on").unwrap_or_default(),
            valid_until: r.day("valid_until"),
            file_sha256: r.digest("file_sha256"),
            note: r.option("note"),
        }),
        RegisterKind::Board => Entry::Board(Board {
            decision: r.line("decision"),
            decided_on: r.day("decided_on").unwrap_or_default(),
            signed_by: r.line("signed_by"),
            role: r.line("role"),
            head: r.line("head"),
            members: r.count("members").unwrap_or_default(),
            file_sha256: r.digest("file_sha256"),
            note: r.option("note"),
        }),
        RegisterKind::Training => Entry::Training(Training {
            held_on: r.day("held_on").unwrap_or_default(),
            topic: r.line("topic"),
            organiser: r.line("organiser"),
            participants: r.count("participants").unwrap_or_default(),
            file_sha256: r.digest("file_sha256"),
            note: r.option("note"),
        }),
        RegisterKind::RestoreTest => Entry::RestoreTest(RestoreTest {
            tested_on: r.day("tested_on").unwrap_or_default(),
            what: r.line("what"),
            succeeded: r.flag("succeeded"),
            file_sha256: r.digest("file_sha256"),
            note: r.option("note"),
        }),
        RegisterKind::Incident => Entry::Incident(Box::new(incident(&mut r))),
        RegisterKind::Report => Entry::Report(ReportReceipt {
            entry: ReportEntry {
                report: r.line("report"),
                period: r.line("period"),
                year: r.count("year").unwrap_or_default(),
                received: r.when("received"),
                confirmed_missing: r.flag("confirmed_missing"),
                requested_by: r.day("requested_by"),
            },
            number: r.option("number"),
            file_sha256: r.digest("file_sha256"),
            note: r.option("note"),
        }),
        RegisterKind::Suspension => Entry::Suspension(Stop {
            suspension: Suspension {
                begins: r.day("begins").unwrap_or_default(),
                announced: r.when("announced"),
                // Without an announcement there is nothing that could say it.
                tells_recovery: {
                    let tells = r.flag("tells_recovery");
                    (tells || r.when("announced").is_some()).then_some(tells)
                },
                force_majeure: r.flag("force_majeure"),
                confirmed_unannounced: r.flag("confirmed_unannounced"),
            },
            returns: r.day("returns"),
            reason: r.line("reason"),
            announced_where: r.option("announced_where"),
            file_sha256: r.digest("file_sha256"),
        }),
        RegisterKind::Maintenance => Entry::Maintenance(Planned {
            from: r.moment("from").unwrap_or_default(),
            to: r.moment("to").unwrap_or_default(),
            repeats: r.repeat(),
            until: r.day("until"),
            ended: r.moment("ended"),
            reason: r.line("reason"),
            announced: r
                .when("announced")
                .unwrap_or(When::at(ems_contract::time::UnixTime::default())),
            announced_where: r.option("announced_where"),
            tells_recovery: r.flag("tells_recovery"),
            hindsight: r.flag("hindsight"),
            file_sha256: r.digest("file_sha256"),
        }),
        RegisterKind::Shift => Entry::Shift(Shift {
            person: r.line("person"),
            backup: r.option("backup"),
            from: r.moment("from").unwrap_or_default(),
            to: r.moment("to").unwrap_or_default(),
            repeats: r.repeat(),
            every: r.count("every").unwrap_or(1),
            until: r.day("until"),
            days_off: r.flag("days_off"),
            note: r.option("note"),
            file_sha256: r.digest("file_sha256"),
        }),
    };
    if r.faults.is_empty() {
        Ok(entry)
    } else {
        Err(r.faults)
    }
}

fn incident(r: &mut Reader<'_>) -> IncidentForm {
    let missing = [
        ("notice_missing", "notice"),
        ("closing_missing", "closing-report"),
    ];
    IncidentForm {
        id: r.line("id"),
        reporter: r.line("reporter"),
        system: r.line("system"),
        operator: r.line("operator"),
        owner: r.line("owner"),
        description: r.line("description"),
        detected: r.moment("detected").unwrap_or_default(),
        confirmed: r.moment("confirmed"),
        alerted: r.moment("alerted"),
        acknowledged: r.moment("acknowledged"),
        cause: r.line("cause"),
        scope: r.line("scope"),
        level: r.line("level"),
        actions: r.line("actions"),
        escalated_at: r.moment("escalated_at"),
        result: r.line("result"),
        proposals: r.line("proposals"),
        noticed: r.when("noticed"),
        response_ended: r.moment("response_ended"),
        closing_report: r.when("closing_report"),
        confirmed_missing: missing
            .into_iter()
            .filter(|(field, _)| r.flag(field))
            .map(|(_, name)| name.to_owned())
            .collect(),
        closed: r.flag("closed"),
        outage: r.count("outage"),
        file_sha256: r.digest("file_sha256"),
    }
}

/// Reads fields by name and notes what is wrong.
struct Reader<'v> {
    values: &'v Values,
    fields: &'static [Field],
    faults: Vec<FieldFault>,
}

impl Reader<'_> {
    /// What is written, if anything; a required field that is empty is a fault.
    fn text(&mut self, name: &'static str) -> Option<String> {
        let text = self.values.get(name).map(|text| text.trim()).unwrap_or_default();
        if text.is_empty() {
            if self
                .fields
                .iter()
                .any(|field| field.name == name && field.required)
            {
                self.faults.push((name, Message::new("register.fault.required")));
            }
            return None;
        }
        Some(text.to_owned())
    }

    fn parsed<T>(
        &mut self,
        name: &'static str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = read(&text);
        if value.is_none() {
            let shown: String = text.chars().take(60).collect();
            self.faults
                .push((name, Message::new(wanted).with("value", shown)));
        }
        value
    }

    fn line(&mut self, name: &'static str) -> String {
        self.text(name).unwrap_or_default()
    }

    fn option(&mut self, name: &'static str) -> Option<String> {
        self.text(name)
    }

    fn day(&mut self, name: &'static str) -> Option<jiff::civil::Date> {
        self.parsed(name, "register.want.day", value::day)
    }

    fn moment(&mut self, name: &'static str) -> Option<ems_contract::time::UnixTime> {
        self.parsed(name, "register.want.moment", value::moment)
    }

    fn when(&mut self, name: &'static str) -> Option<When> {
        self.parsed(name, "register.want.when", value::when)
    }

    fn count<T: std::str::FromStr>(&mut self, name: &'static str) -> Option<T> {
        self.parsed(name, "register.want.count", |text| text.parse().ok())
    }

    fn flag(&mut self, name: &'static str) -> bool {
        self.parsed(name, "register.want.flag", value::flag)
            .unwrap_or_default()
    }

    fn repeat(&mut self) -> Repeat {
        self.parsed("repeats", "register.want.repeats", repeat)
            .unwrap_or(Repeat::Once)
    }

    fn digest(&mut self, name: &'static str) -> Option<Sha256> {
        self.parsed(name, "register.want.digest", |text| text.parse().ok())
    }

    fn statement(&mut self, name: &'static str) -> Statement {
        self.parsed(name, "register.want.statement", statement)
            .unwrap_or(Statement::Partial)
    }
}

/// What an attestation says, as people write it.
fn statement(text: &str) -> Option<Statement> {
    match text.to_lowercase().as_str() {
        "yes" | "có" | "co" | "đạt" | "dat" | "x" => Some(Statement::Yes),
        "no" | "không" | "khong" | "không đạt" | "khong dat" | "chưa" | "chưa đạt" => {
            Some(Statement::No)
        }
        "partial" | "một phần" | "mot phan" | "đạt một phần" => Some(Statement::Partial),
        _ => None,
    }
}

/// How maintenance comes again, as people write it.
fn repeat(text: &str) -> Option<Repeat> {
    match text.to_lowercase().as_str() {
        "một lần" | "mot lan" => Some(Repeat::Once),
        "hằng ngày" | "hàng ngày" | "hang ngay" => Some(Repeat::Daily),
        "hằng tuần" | "hàng tuần" | "hang tuan" => Some(Repeat::Weekly),
        name => Repeat::named(name),
    }
}

/// The values that [`read`] makes this entry of: what a correction begins with.
#[must_use]
pub fn written(entry: &Entry) -> Values {
    let mut w = Writer::default();
    w.put("file_sha256", entry.file());
    match entry {
        Entry::Attestation(said) => {
            w.put("obligation", Some(&said.obligation));
            w.put("check", said.check.as_ref());
            w.put("statement", Some(said.statement));
            w.put("by_name", Some(&said.by_name));
            w.put("by_role", Some(&said.by_role));
            w.put("signed_on", Some(said.signed_on));
            w.put("valid_until", said.valid_until);
            w.put("note", said.note.as_ref());
        }
        Entry::Board(board) => {
            w.put("decision", Some(&board.decision));
            w.put("decided_on", Some(board.decided_on));
            w.put("signed_by", Some(&board.signed_by));
            w.put("role", Some(&board.role));
            w.put("head", Some(&board.head));
            w.put("members", Some(board.members));
            w.put("note", board.note.as_ref());
        }
        Entry::Training(course) => {
            w.put("held_on", Some(course.held_on));
            w.put("topic", Some(&course.topic));
            w.put("organiser", Some(&course.organiser));
            w.put("participants", Some(course.participants));
            w.put("note", course.note.as_ref());
        }
        Entry::RestoreTest(test) => {
            w.put("tested_on", Some(test.tested_on));
            w.put("what", Some(&test.what));
            w.flag("succeeded", test.succeeded);
            w.put("note", test.note.as_ref());
        }
        Entry::Incident(form) => w.incident(form),
        Entry::Report(receipt) => {
            w.put("report", Some(&receipt.entry.report));
            w.put("period", Some(&receipt.entry.period));
            w.put("year", Some(receipt.entry.year));
            w.put("received", receipt.entry.received.map(value::when_text));
            w.flag("confirmed_missing", receipt.entry.confirmed_missing);
            w.put("requested_by", receipt.entry.requested_by);
            w.put("number", receipt.number.as_ref());
            w.put("note", receipt.note.as_ref());
        }
        Entry::Suspension(stop) => {
            w.put("begins", Some(stop.suspension.begins));
            w.put("returns", stop.returns);
            w.put("reason", Some(&stop.reason));
            w.put("announced", stop.suspension.announced.map(value::when_text));
            w.put("announced_where", stop.announced_where.as_ref());
            w.flag("tells_recovery", stop.suspension.tells_recovery == Some(true));
            w.flag("force_majeure", stop.suspension.force_majeure);
            w.flag("confirmed_unannounced", stop.suspension.confirmed_unannounced);
        }
        Entry::Maintenance(planned) => {
            w.put("from", Some(value::moment_text(planned.from)));
            w.put("to", Some(value::moment_text(planned.to)));
            w.put("repeats", Some(planned.repeats));
            w.put("until", planned.until);
            w.put("ended", planned.ended.map(value::moment_text));
            w.put("reason", Some(&planned.reason));
            w.put("announced", Some(value::when_text(planned.announced)));
            w.put("announced_where", planned.announced_where.as_ref());
            w.flag("tells_recovery", planned.tells_recovery);
            w.flag("hindsight", planned.hindsight);
        }
        Entry::Shift(shift) => {
            w.put("person", Some(&shift.person));
            w.put("backup", shift.backup.as_ref());
            w.put("from", Some(value::moment_text(shift.from)));
            w.put("to", Some(value::moment_text(shift.to)));
            w.put("repeats", Some(shift.repeats));
            w.put("every", Some(shift.every));
            w.put("until", shift.until);
            w.flag("days_off", shift.days_off);
            w.put("note", shift.note.as_ref());
        }
    }
    w.values
}

#[derive(Default)]
struct Writer {
    values: Values,
}

impl Writer {
    fn put(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.values.insert(name.to_owned(), value.to_string());
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.put(name, value.then_some("yes"));
    }

    fn incident(&mut self, form: &IncidentForm) {
        for (name, text) in [
            ("id", &form.id),
            ("reporter", &form.reporter),
            ("system", &form.system),
            ("operator", &form.operator),
            ("owner", &form.owner),
            ("description", &form.description),
            ("cause", &form.cause),
            ("scope", &form.scope),
            ("level", &form.level),
            ("actions", &form.actions),
            ("result", &form.result),
            ("proposals", &form.proposals),
        ] {
            self.put(name, Some(text).filter(|text| !text.is_empty()));
        }
        for (name, at) in [
            ("detected", Some(form.detected)),
            ("confirmed", form.confirmed),
            ("alerted", form.alerted),
            ("acknowledged", form.acknowledged),
            ("escalated_at", form.escalated_at),
            ("response_ended", form.response_ended),
        ] {
            self.put(name, at.map(value::moment_text));
        }
        self.put("noticed", form.noticed.map(value::when_text));
        self.put("closing_report", form.closing_report.map(value::when_text));
        let missing = |name: &str| form.confirmed_missing.iter().any(|there| there == name);
        self.flag("notice_missing", missing("notice"));
        self.flag("closing_missing", missing("closing-report"));
        self.flag("closed", form.closed);
        self.put("outage", form.outage);
    }
}
