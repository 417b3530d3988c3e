//! `reports.yaml`.

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::{Diagnostics, Message};
use ems_contract::yaml::{Item, Map};

use super::obligation::role;
use super::value::{date, id, ids, levels, month_day, required_ids, texts, validity};
use super::{file, rows};
use crate::calendar::{Part, Roll, Term, Unit, Windows};
use crate::regulation::catalogue::{DueRule, Reminder, ReportDuty, ReportStart};
use crate::regulation::model::Id;
use crate::regulation::names::{PeriodKind, ReportKind};

/// The report calendar: windows, reminders, duties.
pub(crate) type Reports = (Vec<Windows>, Vec<Reminder>, Vec<Arc<ReportDuty>>);

/// Reads the report calendar.
pub(crate) fn reports(path: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Reports> {
    file(path, text, found, |map| {
        let windows = rows(map, "windows", |item| windows(&item));
        let reminders = rows(map, "reminders", |item| reminder(&item));
        let duties = rows(map, "reports", |item| duty(&item));
        Some((windows?, reminders?, duties?))
    })
}

fn windows(item: &Item<'_>) -> Option<Windows> {
    let mut map = item.map()?;
    let id = map.required("id", Item::text);
    let source = map.required("source", Item::text);
    let parts = rows(&mut map, "parts", |item| part(&item));
    map.finish();
    let windows = Windows {
        id: id?,
        source: source?,
        parts: parts?,
    };
    if !windows.are_contiguous() {
        item.error(Message::new("law.windows_gap").with("id", &windows.id));
    }
    Some(windows)
}

fn part(item: &Item<'_>) -> Option<Part> {
    let mut map = item.map()?;
    let label = map.required("label", Item::text);
    let from = map.required("from", month_day);
    let from_year = map.required("from_year", |item| item.integer(-1_i16..=0));
    let to = map.required("to", month_day);
    let to_year = map.required("to_year", |item| item.integer(0_i16..=1));
    map.finish();
    Some(Part {
        label: label?,
        from: from?,
        from_year: from_year?,
        to: to?,
        to_year: to_year?,
    })
}

fn reminder(item: &Item<'_>) -> Option<Reminder> {
    let mut map = item.map()?;
    let at = map.required("at", Item::text);
    let action = map.required("action", Item::text);
    let note_vi = map.required("note_vi", Item::text);
    map.finish();
    Some(Reminder {
        at: at?,
        action: action?,
        note_vi: note_vi?,
    })
}

fn roles(map: &mut Map<'_>, key: &'static str) -> Vec<Id> {
    map.required(key, |item| Some(item.list_of(|item| role(&item))))
        .unwrap_or_default()
}

fn duty(item: &Item<'_>) -> Option<Arc<ReportDuty>> {
    let mut map = item.map()?;
    let id = map.required("id", id);
    let pack = map.required("pack", super::value::id);
    let obligations = required_ids(&mut map, "obligations");
    let kind = map.required("kind", |item| item.choice(ReportKind::ALL, ReportKind::as_str));
    let often = |item: Item<'_>| item.choice(PeriodKind::ALL, PeriodKind::as_str);
    let period = map.required("period", |item| Some(item.list_of(often)));
    let window = map.required("window", super::value::id);
    let from = map.required("from", |item| {
        let mut map = item.map()?;
        let levels = levels(&mut map, "levels");
        let roles = roles(&mut map, "roles");
        let last = map.nullable("district_valid_to", date).flatten();
        map.finish();
        Some((levels, roles, last))
    });
    let to = roles(&mut map, "to");
    let via = roles(&mut map, "via");
    let due = map.required("due", due);
    let statutory = map.required("statutory", Item::boolean);
    let due_dates = map.required("due_dates", |item| Some(item.list_of(|item| month_day(&item))));
    let roll = map.required("roll", |item| item.choice(Roll::ALL, Roll::as_str));
    let policy_due = map.nullable("policy_due", self::due).flatten();
    let as_of = map.optional("as_of", as_of);
    let subject_vi = map.optional("subject_vi", Item::text);
    let must_contain = texts(&mut map, "must_contain");
    let missing = ids(&mut map, "missing");
    let publish_on = map.optional("publish_on", Item::text);
    let validity = validity(&mut map);
    let notes = map.optional("notes", Item::text);
    map.finish();
    let (from_levels, from_roles, district_valid_to) = from?;
    Some(Arc::new(ReportDuty {
        id: id?,
        pack: pack?,
        obligations,
        kind: kind?,
        period: period?,
        window: window?,
        from_levels,
        from_roles,
        district_valid_to,
        to,
        via,
        due: due?,
        statutory: statutory?,
        due_dates: due_dates?,
        roll: roll?,
        policy_due,
        as_of,
        subject_vi,
        must_contain,
        missing,
        publish_on,
        validity,
        notes,
        place: item.place(),
    }))
}

/// The hour may be 24:00, the end of the day.
fn as_of(item: &Item<'_>) -> Option<(i8, i8)> {
    let mut map = item.map()?;
    let day = map.required("day", |item| item.integer(1_i8..=31));
    let hour = map.required("time", |item| {
        let text = item.text()?;
        let hour = text.strip_suffix(":00").and_then(|hour| hour.parse().ok());
        let hour = hour.filter(|hour| (0..=24).contains(hour));
        if hour.is_none() {
            item.error(Message::new("law.hour").with("value", &text));
        }
        hour
    });
    map.finish();
    Some((day?, hour?))
}

fn due(item: &Item<'_>) -> Option<DueRule> {
    const NAMES: &[&str] = &[
        "before",
        "within",
        "immediate",
        "in-request",
        "unspecified",
        "missing",
        "last-working-day-of-period",
    ];
    let mut map = item.map()?;
    let rule = map.required("rule", |item| item.choice(NAMES, |name| name))?;
    let start =
        |map: &mut Map<'_>| map.required("start", |i| i.choice(ReportStart::ALL, ReportStart::as_str));
    let value = match rule {
        "before" => {
            let day = map.required("day", |item| item.integer(1_i8..=31));
            let month = map.optional("month", |item| item.integer(1_i8..=12));
            let last = map.optional("month_of_period", |item| item.choice(&["last"], |name| name));
            match (month, last) {
                (Some(month), None) => day.map(|day| DueRule::Before { month, day }),
                (None, Some(_)) => day.map(|day| DueRule::BeforeInLastMonth { day }),
                _ => {
                    item.error(Message::new("law.due_month"));
                    None
                }
            }
        }
        "within" => {
            let n = map.required("n", |item| item.integer(1_u32..=3_650));
            let unit = map.required("unit", |item| item.choice(Unit::ALL, Unit::as_str));
            let term = n.zip(unit).map(|(n, unit)| Term { n, unit });
            let start = start(&mut map);
            term.zip(start)
                .map(|(term, start)| DueRule::Within { term, start })
        }
        "immediate" => start(&mut map).map(|start| DueRule::Immediate { start }),
        "in-request" => Some(DueRule::InRequest),
        "unspecified" => Some(DueRule::Unspecified),
        "missing" => map
            .required("source", id)
            .map(|source| DueRule::Missing { source }),
        _ => Some(DueRule::LastWorkingDay),
    };
    map.finish();
    value
}
