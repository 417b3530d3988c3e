//! Reads `regulations/calendar/<year>.yaml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::{Diagnostics, Message};
use ems_contract::yaml::{self, Item};
use jiff::civil::Date;

use super::lunar;
use super::year::{DayKind, SpecialDay, Year};

/// Whether a notice has fixed something: `official`, or `provisional`.
fn provisional(item: &Item<'_>) -> Option<bool> {
    item.choice(&[false, true], |provisional| {
        if provisional { "provisional" } else { "official" }
    })
}

/// Reads one year; `None` when it cannot be used, with the reasons in `found`.
pub fn read_year(file: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Year> {
    let errors = found.errors();
    let tree = yaml::read(file, text, found)?;
    let mut map = tree.root(found).map()?;
    map.required("schema", |item| item.integer(1..=1));
    let year = map.required("year", |item| item.integer(1976_i16..=2199));
    let provisional = map.required("status", provisional);
    let version = map.required("version", Item::text);
    map.required("zone", |item| only(item, ems_contract::time::ZONE));
    let weekend = map.required("weekly_rest", |item| Some(item.list_of(|day| day.text())));
    if weekend
        .as_ref()
        .is_some_and(|days| *days != ["saturday", "sunday"])
    {
        map.item().error(Message::new("law.calendar.weekly_rest"));
    }
    let count_swapped_saturday = map.required("count_swapped_saturday", Item::boolean);
    if map.required("culture_day_compensated", Item::boolean) == Some(true) {
        // The days below are written out; the flag only states the reading of Đ111.3 they rest on.
        map.item().error(Message::new("law.calendar.culture_day"));
    }
    map.required("lunar", |item| check_lunar(item, year));
    map.optional("notes", Item::text);
    let days = map.required("days", |item| Some(read_days(item, year)));
    map.finish();
    if found.errors() > errors {
        return None;
    }
    Some(Year {
        year: year?,
        provisional: provisional?,
        version: version?,
        count_swapped_saturday: count_swapped_saturday?,
        days: days?,
    })
}

fn only(item: &Item<'_>, wanted: &'static str) -> Option<()> {
    let text = item.text()?;
    if text == wanted {
        return Some(());
    }
    item.unknown_name(&text, &[wanted]);
    None
}

/// The lunar days written in the file, held against the computed ones.
fn check_lunar(item: &Item<'_>, year: Option<i16>) -> Option<()> {
    let mut map = item.map()?;
    for (key, computed) in [
        ("tet", year.and_then(lunar::tet)),
        ("gio_to", year.and_then(lunar::gio_to)),
    ] {
        map.required(key, |item| {
            let written: Date = item.parse("law.want.date")?;
            if Some(written) != computed {
                let computed = computed.map_or_else(|| "?".to_owned(), |date| date.to_string());
                let message = Message::new("law.calendar.lunar").with("written", written);
                item.error(message.with("computed", computed));
            }
            Some(())
        });
    }
    map.finish();
    Some(())
}

fn read_days(item: &Item<'_>, year: Option<i16>) -> BTreeMap<Date, SpecialDay> {
    let mut days = BTreeMap::new();
    let mut last: Option<Date> = None;
    for item in item.list().into_iter().flatten() {
        let Some(day) = read_day(&item) else { continue };
        if year.is_some_and(|year| year != day.date.year()) {
            item.error(Message::new("law.calendar.other_year").with("date", day.date));
        }
        if last.is_some_and(|last| day.date <= last) {
            item.error(Message::new("law.calendar.order").with("date", day.date));
        }
        let weekend = super::year::is_weekend(day.date);
        let fits = match day.kind {
            DayKind::Holiday => true,
            DayKind::Compensatory | DayKind::SwapOff => !weekend,
            DayKind::SwapWork => weekend,
        };
        if !fits {
            let message = Message::new("law.calendar.weekday").with("date", day.date);
            item.error(message.with("kind", day.kind));
        }
        last = Some(day.date);
        days.insert(day.date, day);
    }
    days
}

fn read_day(item: &Item<'_>) -> Option<SpecialDay> {
    let mut map = item.map()?;
    let date = map.required("date", |item| item.parse("law.want.date"));
    let kind = map.required("kind", |item| item.choice(DayKind::ALL, DayKind::as_str));
    let name = map.required("name", Item::text);
    let source = map.required("source", Item::text);
    let provisional = map.required("status", provisional);
    map.finish();
    Some(SpecialDay {
        date: date?,
        kind: kind?,
        name: name?,
        source: source?,
        provisional: provisional?,
    })
}
