//! One row of a pack.

use std::sync::Arc;

use ems_contract::diagnostic::Message;
use ems_contract::yaml::{Item, Map};
use jiff::civil::Date;

use super::params::params;
use super::value::{article, date, id, ids, levels, required_ids, validity};
use crate::regulation::model::{Id, Incorporated, Obligation, Who, Wording};
use crate::regulation::names::{Ceiling, Kind, Mode, NoCheck, Origin, ROLES, Severity, Subject};

/// The most words of a quotation (README, rule 1).
const MAX_WORDS: usize = 25;

pub(super) fn obligation(item: &Item<'_>) -> Option<Arc<Obligation>> {
    let mut map = item.map()?;
    let id = map.required("id", id);
    // What is wrong further down is told with the row's id, which people know better than its number.
    let row = id
        .clone()
        .map_or_else(|| item.clone(), |id| item.clone().named(&id));
    let mut map = row.map().unwrap_or(map);
    map.optional("id", |_| Some(()));
    let aliases = ids(&mut map, "aliases");
    let origin = map.required("origin", |item| item.choice(Origin::ALL, Origin::as_str));
    let parent = map.optional("parent", super::value::id);
    let clause = map.required("article", article);
    let also = map
        .optional("also", |item| Some(item.list_of(|item| article(&item))))
        .unwrap_or_default();
    let wording = wording(&mut map);
    let incorporated_from = map.optional("incorporated_from", |item| {
        Some(item.list_of(|item| incorporated(&item)))
    });
    let missing = ids(&mut map, "missing");
    let who = map.required("who", who);
    let subject = map.required("subject", |item| item.choice(Subject::ALL, Subject::as_str));
    let mode = map.required("mode", |item| item.choice(Mode::ALL, Mode::as_str));
    let kind = map.required("kind", |item| item.choice(Kind::ALL, Kind::as_str));
    let checks = required_ids(&mut map, "checks");
    let no_check = map.optional("no_check", |item| item.choice(NoCheck::ALL, NoCheck::as_str));
    let aggregates = ids(&mut map, "aggregates");
    let restated_by = map.optional("restated_by", super::value::id);
    let params = map.optional("params", params).unwrap_or_default();
    let validity = validity(&mut map);
    let severity = map.required("severity", |item| item.choice(Severity::ALL, Severity::as_str));
    let ceiling = map.required("ceiling", |item| item.choice(Ceiling::ALL, Ceiling::as_str));
    let ceiling_changes = map.optional("ceiling_changes", changes).unwrap_or_default();
    let defects = ids(&mut map, "defects");
    let conflicts = ids(&mut map, "conflicts");
    let notes = map.optional("notes", Item::text);
    let say = |key| map.item().error(Message::new(key));
    if checks.is_empty() != no_check.is_some() {
        say("law.no_check");
    }
    if (no_check == Some(NoCheck::Umbrella)) == aggregates.is_empty() {
        say("law.umbrella");
    }
    if (origin == Some(Origin::Child)) != parent.is_some() {
        say("law.parent");
    }
    if kind.is_some_and(|kind| kind != Kind::Statutory) && ceiling == Some(Ceiling::Fail) {
        say("law.policy_fails");
    }
    map.finish();
    Some(Arc::new(Obligation {
        id: id?,
        aliases,
        origin: origin?,
        parent,
        article: clause?,
        also,
        wording: wording?,
        incorporated_from: incorporated_from.unwrap_or_default(),
        missing,
        who: who?,
        subject: subject?,
        mode: mode?,
        kind: kind?,
        checks,
        no_check,
        aggregates,
        restated_by,
        params,
        validity,
        severity: severity?,
        ceiling: ceiling?,
        ceiling_changes,
        defects,
        conflicts,
        notes,
        place: item.place(),
    }))
}

/// `quote_vi` from a fixture, or `paraphrase_vi` where the source is missing.
fn wording(map: &mut Map<'_>) -> Option<Wording> {
    let source = map.required("source", id)?;
    let quote = map.optional("quote_vi", quote);
    let paraphrase = map.optional("paraphrase_vi", Item::text);
    match (&*source == "missing", quote, paraphrase) {
        (false, Some(text), None) => Some(Wording::Quote { text, source }),
        (true, None, Some(text)) => Some(Wording::Paraphrase(text)),
        _ => {
            map.item().error(Message::new("law.wording"));
            None
        }
    }
}

/// A quotation of at most 25 words.
fn quote(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let words = text.split_whitespace().count();
    if words > MAX_WORDS {
        let message = Message::new("law.long_quote").with("words", words);
        item.error(message.with("limit", MAX_WORDS));
    }
    Some(text)
}

fn incorporated(item: &Item<'_>) -> Option<Incorporated> {
    let mut map = item.map()?;
    let source = map.required("source", id);
    let obligation = map.nullable("obligation", id).flatten();
    let article = map.required("article", article);
    let quote_vi = map.required("quote_vi", quote);
    map.finish();
    Some(Incorporated {
        source: source?,
        obligation,
        article: article?,
        quote_vi: quote_vi?,
    })
}

fn who(item: &Item<'_>) -> Option<Who> {
    let mut map = item.map()?;
    let levels = levels(&mut map, "levels");
    let roles = map
        .required("roles", |item| Some(item.list_of(|item| role(&item))))
        .unwrap_or_default();
    map.finish();
    if levels.is_empty() && roles.is_empty() {
        item.error(Message::new("law.nobody_bound"));
    }
    Some(Who { levels, roles })
}

/// A role of the closed list.
pub(super) fn role(item: &Item<'_>) -> Option<Id> {
    item.choice(ROLES, |name| name).map(Id::from)
}

/// Later ceilings, in ascending order of their days.
fn changes(item: &Item<'_>) -> Option<Vec<(Date, Ceiling)>> {
    let changes = item.list_of(|item| {
        let mut map = item.map()?;
        let from = map.required("from", date);
        let ceiling = map.required("ceiling", |item| item.choice(Ceiling::ALL, Ceiling::as_str));
        map.finish();
        Some((from?, ceiling?))
    });
    if !changes.is_sorted_by(|a, b| a.0 < b.0) {
        item.error(Message::new("law.changes_order"));
    }
    Some(changes)
}
