//! Registers as finished text: lists, entries, forms.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, get};
use serde::Serialize;

use super::said;
use crate::locale;
use crate::register::{Field, FieldKind, Kept, RegisterKind, Values, written};

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldView {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// Advice below the label.
    pub hint: Option<&'static str>,
    /// `line`, `text`, `day`, `moment`, `count`, `flag`, `choice`.
    pub kind: &'static str,
    /// Whether it must be filled in.
    pub required: bool,
    /// What stands in it.
    pub value: String,
    /// Choices: value, text, chosen.
    pub choices: Vec<(String, String, bool)>,
    /// What is wrong with it.
    pub errors: Vec<String>,
}

/// The fields of a register's form. The digest of the file is not asked for: it is made from the file.
#[must_use]
pub fn field_views(
    lang: Lang,
    kind: RegisterKind,
    values: &Values,
    faults: &[(&'static str, String)],
) -> Vec<FieldView> {
    crate::register::fields(kind)
        .iter()
        .filter(|field| field.kind != FieldKind::Digest)
        .map(|field| field_view(lang, field, values, faults))
        .collect()
}

fn field_view(lang: Lang, field: &Field, values: &Values, faults: &[(&'static str, String)]) -> FieldView {
    let value = values.get(field.name).cloned().unwrap_or_default();
    let choices = match field.kind {
        FieldKind::Choice(names) => names
            .iter()
            .map(|name| {
                let text = said(&format!("register.choice.{name}"), lang);
                ((*name).to_owned(), text, value == *name)
            })
            .collect(),
        _ => Vec::new(),
    };
    let hint = format!("register.hint.{}", field.name);
    FieldView {
        name: field.name,
        label: capital(&said(&format!("register.field.{}", field.name), lang)),
        hint: ems_contract::text::lookup(lang, &hint),
        kind: match field.kind {
            FieldKind::Line | FieldKind::When | FieldKind::Digest => "line",
            FieldKind::Text => "text",
            FieldKind::Day => "day",
            FieldKind::Moment => "moment",
            FieldKind::Count => "count",
            FieldKind::Flag => "flag",
            FieldKind::Choice(_) => "choice",
        },
        required: field.required,
        choices,
        errors: faults
            .iter()
            .filter(|(name, _)| *name == field.name)
            .map(|(_, text)| text.clone())
            .collect(),
        value,
    }
}

/// With a capital letter at its beginning.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}

/// A row of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryRow {
    /// Number.
    pub id: i64,
    /// Portal, or the province as a whole.
    pub portal: String,
    /// What it is about.
    pub subject: String,
    /// When it was entered.
    pub at: String,
    /// Who entered it.
    pub author: String,
    /// It was corrected or taken back.
    pub past: bool,
    /// `còn hiệu lực`, `đã sửa`, `đã rút`.
    pub standing: &'static str,
}

/// The rows of a register, newest first.
#[must_use]
pub fn entry_rows(lang: Lang, all: &[Kept], names: &BTreeMap<PortalId, String>) -> Vec<EntryRow> {
    let replaced: BTreeSet<i64> = all.iter().filter_map(|kept| kept.replaces).collect();
    all.iter()
        .rev()
        .map(|kept| {
            let past = kept.withdrawn || replaced.contains(&kept.id);
            EntryRow {
                id: kept.id,
                portal: portal_name(lang, kept.portal.as_ref(), names),
                subject: kept.entry.subject(lang),
                at: locale::instant(kept.at, lang),
                author: kept.shown.clone(),
                past,
                standing: get(
                    lang,
                    if kept.withdrawn {
                        "register.withdrawn"
                    } else if past {
                        "register.corrected"
                    } else {
                        "register.standing"
                    },
                ),
            }
        })
        .collect()
}

/// A portal by name; the province as a whole without one.
#[must_use]
pub fn portal_name(lang: Lang, portal: Option<&PortalId>, names: &BTreeMap<PortalId, String>) -> String {
    match portal {
        None => get(lang, "register.province").to_owned(),
        Some(id) => names.get(id).cloned().unwrap_or_else(|| id.to_string()),
    }
}

/// What an entry says, field by field.
#[must_use]
pub fn facts(lang: Lang, kept: &Kept) -> Vec<(String, String)> {
    let values = written(&kept.entry);
    crate::register::fields(kept.entry.kind())
        .iter()
        .filter_map(|field| {
            let value = values.get(field.name)?;
            let text = match field.kind {
                FieldKind::Choice(_) => said(&format!("register.choice.{value}"), lang),
                FieldKind::Flag => get(lang, "register.yes").to_owned(),
                FieldKind::Day => day(value, lang),
                FieldKind::Moment | FieldKind::When if value.contains('T') => moment(value, lang),
                FieldKind::When => day(value, lang),
                _ => value.clone(),
            };
            Some((
                capital(&said(&format!("register.field.{}", field.name), lang)),
                text,
            ))
        })
        .collect()
}

fn day(value: &str, lang: Lang) -> String {
    let day = crate::register::value::day(value).map(crate::calendar::civil::start_of);
    day.map_or_else(|| value.to_owned(), |at| locale::date(at, lang))
}

fn moment(value: &str, lang: Lang) -> String {
    let at = crate::register::value::moment(value);
    at.map_or_else(|| value.to_owned(), |at| locale::instant(at, lang))
}
