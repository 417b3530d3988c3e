//! Small values that occur in every file.

use ems_contract::diagnostic::Message;
use ems_contract::inventory::Level;
use ems_contract::yaml::{Item, Map};
use jiff::civil::Date;

use crate::calendar::MonthDay;
use crate::regulation::model::{Article, Id, Validity};

/// `"YYYY-MM-DD"`.
pub(super) fn date(item: &Item<'_>) -> Option<Date> {
    item.parse("law.want.date")
}

/// An id: any single-line text without blanks.
pub(super) fn id(item: &Item<'_>) -> Option<Id> {
    let text = item.text()?;
    if text.contains(char::is_whitespace) {
        item.error(Message::new("law.blank_in_id").with("value", &text));
        return None;
    }
    Some(Id::from(text))
}

/// A list of ids; absent means none.
pub(super) fn ids(map: &mut Map<'_>, key: &'static str) -> Vec<Id> {
    map.optional(key, |item| Some(item.list_of(|item| id(&item))))
        .unwrap_or_default()
}

/// A list of ids that must be written.
pub(super) fn required_ids(map: &mut Map<'_>, key: &'static str) -> Vec<Id> {
    map.required(key, |item| Some(item.list_of(|item| id(&item))))
        .unwrap_or_default()
}

/// A list of texts; absent means none.
pub(super) fn texts(map: &mut Map<'_>, key: &'static str) -> Vec<String> {
    map.optional(key, |item| Some(item.list_of(|item| item.text())))
        .unwrap_or_default()
}

/// A list of texts that must be written.
pub(super) fn required_texts(map: &mut Map<'_>, key: &'static str) -> Vec<String> {
    map.required(key, |item| Some(item.list_of(|item| item.text())))
        .unwrap_or_default()
}

/// A level.
pub(super) fn level(item: &Item<'_>) -> Option<Level> {
    item.choice(Level::ALL, Level::as_str)
}

/// A list of levels that must be written.
pub(super) fn levels(map: &mut Map<'_>, key: &'static str) -> Vec<Level> {
    map.required(key, |item| Some(item.list_of(|item| level(&item))))
        .unwrap_or_default()
}

/// `valid_from` and `valid_to`, both written, each a day or null, in this order.
pub(super) fn validity(map: &mut Map<'_>) -> Validity {
    span(map, "valid_from", "valid_to")
}

/// The same with other names.
pub(super) fn span(map: &mut Map<'_>, from_key: &'static str, to_key: &'static str) -> Validity {
    let from = map.nullable(from_key, date).flatten();
    let to = map.nullable(to_key, date).flatten();
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        let message = Message::new("law.validity_backwards").with("from", from);
        map.item().error(message.with("to", to));
    }
    Validity { from, to }
}

/// A clause.
pub(super) fn article(item: &Item<'_>) -> Option<Article> {
    let mut map = item.map()?;
    let dieu = map.required("dieu", |item| item.integer(1..=300));
    let khoan = map.nullable("khoan", |item| item.integer(1..=99)).flatten();
    let diem = map.nullable("diem", Item::text).flatten();
    let gach = map.optional("gach", |item| item.integer(1..=99));
    let doc = map.optional("doc", |item| item.choice(&[()], |()| "quyet-dinh"));
    map.finish();
    Some(Article {
        dieu: dieu?,
        khoan,
        diem,
        gach,
        of_decision: doc.is_some(),
    })
}

/// A day of any year, `"MM-DD"`.
pub(super) fn month_day(item: &Item<'_>) -> Option<MonthDay> {
    let text = item.text()?;
    let day = text.split_once('-').and_then(|(month, day)| {
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        // 2028 is a leap year: 29 February is a day of some year.
        Date::new(2028, month, day).ok().map(|_| (month, day))
    });
    if day.is_none() {
        item.error(Message::new("law.month_day").with("value", &text));
    }
    day
}

/// A decimal number.
pub(in crate::regulation) fn number(item: &Item<'_>) -> Option<f64> {
    let value: f64 = item.parse("law.want.number")?;
    if value.is_finite() {
        return Some(value);
    }
    item.error(Message::new("law.not_finite"));
    None
}

/// A ratio between 0 and 1.
pub(super) fn ratio(item: &Item<'_>) -> Option<f64> {
    let value = number(item)?;
    if (0.0..=1.0).contains(&value) {
        return Some(value);
    }
    let message = Message::new("yaml.out_of_range").with("value", value);
    item.error(message.with("from", 0).with("to", 1));
    None
}
