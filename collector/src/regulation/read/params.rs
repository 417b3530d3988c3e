//! The `params` of an obligation.

use ems_contract::diagnostic::Message;
use ems_contract::domain::{Domain, LabelRule};
use ems_contract::yaml::Item;
use regex_lite::Regex;

use super::value::{date, id, ids, number, ratio, texts};
use crate::calendar::{Roll, Term, Unit};
use crate::regulation::names::{Kind, PeriodKind, Profile, RetentionClass, Rule, Start};
use crate::regulation::params::{Deadline, Language, Params, Retention, Threshold};

pub(super) fn params(item: &Item<'_>) -> Option<Params> {
    let mut map = item.map()?;
    let list = |item: &Item<'_>| Some(item.list_of(|item| item.choice(PeriodKind::ALL, PeriodKind::as_str)));
    let params = Params {
        deadlines: map
            .optional("deadlines", |item| Some(item.list_of(|i| deadline(&i))))
            .unwrap_or_default(),
        period: map.optional("period", list).unwrap_or_default(),
        reports: ids(&mut map, "reports"),
        domains: map
            .optional("domains", |item| Some(item.list_of(|i| domain(&i))))
            .unwrap_or_default(),
        urls: texts(&mut map, "urls"),
        language: map.optional("language", language),
        sample: map.optional("sample", |item| item.integer(1..=1_000)),
        fields: texts(&mut map, "fields"),
        profile: map.optional("profile", |item| item.choice(Profile::ALL, Profile::as_str)),
        retention: map.optional("retention", retention),
        thresholds: map
            .optional("thresholds", |item| Some(item.list_of(|i| threshold(&i))))
            .unwrap_or_default(),
    };
    map.finish();
    Some(params)
}

fn deadline(item: &Item<'_>) -> Option<Deadline> {
    let mut map = item.map()?;
    let event = |item: &Item<'_>| item.choice(Start::ALL, Start::as_str);
    let label = map.required("label", Item::text);
    let rule = map.required("rule", |item| item.choice(Rule::ALL, Rule::as_str));
    let n = map.nullable("n", |item| item.integer(1..=3_650)).flatten();
    let unit = map
        .nullable("unit", |item| item.choice(Unit::ALL, Unit::as_str))
        .flatten();
    let start = map.required("start", event);
    let start_date = map.optional("start_date", date);
    let item_class = map.required("item_class", id);
    let e_min = map.required("e_min", event);
    let e_max = map.required("e_max", event);
    let chain = map.nullable("chain", id).flatten();
    let kind = map.required("kind", |item| item.choice(Kind::ALL, Kind::as_str));
    let roll = map.required("roll", |item| item.choice(Roll::ALL, Roll::as_str));
    map.finish();
    let term = n.zip(unit).map(|(n, unit)| Term { n, unit });
    let rule = rule?;
    let counted = !matches!(rule, Rule::SameDay | Rule::Immediate);
    if counted != term.is_some() || n.is_some() != unit.is_some() {
        item.error(Message::new("law.deadline_number").with("rule", rule));
        return None;
    }
    let start = start?;
    if (start == Start::FixedDate) != start_date.is_some() {
        item.error(Message::new("law.deadline_start_date"));
        return None;
    }
    Some(Deadline {
        label: label?,
        rule,
        term,
        start,
        start_date,
        item_class: item_class?,
        e_min: e_min?,
        e_max: e_max?,
        chain,
        kind: kind?,
        roll: roll?,
    })
}

fn domain(item: &Item<'_>) -> Option<Domain> {
    let mut map = item.map()?;
    let form = map.required("regex", |item| regex(item, true));
    let labels = map.required("labels", |item| item.integer(1..=10));
    let rule = |item: Item<'_>| item.choice(LabelRule::ALL, LabelRule::as_str);
    let label_rules = map.required("label_rules", |item| Some(item.list_of(rule)));
    let allow_type_prefix = map.required("allow_type_prefix", Item::boolean);
    let scheme = map
        .nullable("scheme", |item| item.choice(&["http", "https"], |name| name))
        .flatten();
    let path = map.nullable("path", |item| regex(item, false)).flatten();
    map.finish();
    Some(Domain {
        regex: form?,
        labels: labels?,
        label_rules: label_rules?,
        allow_type_prefix: allow_type_prefix?,
        scheme: scheme.map(str::to_owned),
        path,
    })
}

/// A regular expression that holds from the beginning and, for a host, to the end: one that matches anywhere would
/// accept a foreign host.
fn regex(item: &Item<'_>, whole: bool) -> Option<Regex> {
    let text = item.text()?;
    let anchored = text.starts_with('^') && (text.ends_with('$') || !whole);
    match Regex::new(&text) {
        Ok(regex) if anchored => Some(regex),
        Ok(_) => {
            item.error(Message::new("law.regex_anchor").with("value", &text));
            None
        }
        Err(error) => {
            let message = Message::new("law.regex").with("value", &text);
            item.error(message.with("detail", error));
            None
        }
    }
}

fn language(item: &Item<'_>) -> Option<Language> {
    let mut map = item.map()?;
    let lang = map.required("lang", |item| item.choice(&["vi", "en"], |name| name));
    let path = map.nullable("path", Item::text).flatten();
    let exact_path = map.required("exact_path", Item::boolean);
    let min_confidence = map.required("min_confidence", ratio);
    map.finish();
    Some(Language {
        lang: lang?.to_owned(),
        path,
        exact_path: exact_path?,
        min_confidence: min_confidence?,
    })
}

fn retention(item: &Item<'_>) -> Option<Retention> {
    let mut map = item.map()?;
    let class = map.required("class", |item| {
        item.choice(RetentionClass::ALL, RetentionClass::as_str)
    });
    let years = map.nullable("years", |item| item.integer(1..=100)).flatten();
    map.finish();
    let class = class?;
    if (class == RetentionClass::MaxYears) != years.is_some() {
        item.error(Message::new("law.retention_years"));
    }
    Some(Retention { class, years })
}

fn threshold(item: &Item<'_>) -> Option<Threshold> {
    let mut map = item.map()?;
    let name = map.required("name", Item::text);
    let value = map.required("value", number);
    let unit = map.required("unit", Item::text);
    let kind = map.required("kind", |item| item.choice(Kind::ALL, Kind::as_str));
    map.finish();
    Some(Threshold {
        name: name?,
        value: value?,
        unit: unit?,
        kind: kind?,
    })
}
