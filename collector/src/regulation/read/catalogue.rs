//! `checks.yaml`, `sections.yaml` and `conflicts.yaml`.

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::Diagnostics;
use ems_contract::yaml::{Item, Map};

use super::value::{id, levels, ratio, required_texts};
use super::{file, rows};
use crate::regulation::catalogue::{Check, Conflict, Matching, Param, Section, Unseen, Value};
use crate::regulation::names::{Ceiling, Evidence, Group, Probe, SectionKind, Severity};

/// Reads the catalogue of checks.
pub(crate) fn checks(path: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Vec<Arc<Check>>> {
    file(path, text, found, |map| rows(map, "checks", |item| check(&item)))
}

fn check(item: &Item<'_>) -> Option<Arc<Check>> {
    let mut map = item.map()?;
    let id = map.required("id", id);
    let group = map.required("group", |item| item.choice(Group::ALL, Group::as_str));
    let title_vi = map.required("title_vi", Item::text);
    let title_en = map.required("title_en", Item::text);
    let severity = map.required("severity", |item| item.choice(Severity::ALL, Severity::as_str));
    let ceiling = map.required("ceiling", |item| item.choice(Ceiling::ALL, Ceiling::as_str));
    let code = |item: Item<'_>| item.choice(Evidence::ALL, Evidence::as_str);
    let evidence = map.required("evidence", |item| Some(item.list_of(code)));
    let measured = map.required("measured_by", |item| {
        let mut map = item.map()?;
        let probe = map.required("probe", |item| item.choice(Probe::ALL, Probe::as_str));
        let facts = required_texts(&mut map, "facts");
        map.finish();
        Some((probe?, facts))
    });
    let params = rows(&mut map, "params", |item| param(&item));
    let verdict = map.required("verdict", Item::text);
    let unseen = map.optional("unseen", |item| {
        let mut map = item.map()?;
        let vi = map.required("vi", Item::text);
        let en = map.required("en", Item::text);
        map.finish();
        Some(Unseen { vi: vi?, en: en? })
    });
    let used_by = map.required("used_by", |item| {
        Some(item.list_of(|item| super::value::id(&item)))
    });
    let technical = map.optional("technical", Item::boolean);
    map.finish();
    let (probe, facts) = measured?;
    Some(Arc::new(Check {
        id: id?,
        group: group?,
        title_vi: title_vi?,
        title_en: title_en?,
        severity: severity?,
        ceiling: ceiling?,
        evidence: evidence?,
        probe,
        facts,
        params: params?,
        verdict: verdict?,
        unseen,
        used_by: used_by?,
        technical: technical.unwrap_or(false),
        place: item.place(),
    }))
}

fn param(item: &Item<'_>) -> Option<Param> {
    let mut map = item.map()?;
    let name = map.required("name", Item::text);
    let value = map.required("value", |item| {
        let text = item.text()?;
        Some(match text.as_str() {
            "true" => Value::Flag(true),
            "false" => Value::Flag(false),
            other => other
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map_or_else(|| Value::Text(text.clone()), Value::Number),
        })
    });
    let unit = map.required("unit", Item::text);
    map.finish();
    Some(Param {
        name: name?,
        value: value?,
        unit: unit?,
    })
}

/// Reads the section recognisers.
pub(crate) fn sections(
    path: &Arc<Path>,
    text: &str,
    found: &Diagnostics,
) -> Option<(Matching, Vec<Section>)> {
    file(path, text, found, |map| {
        let matching = map.required("matching", matching);
        let sections = rows(map, "sections", |item| section(&item));
        Some((matching?, sections?))
    })
}

fn matching(item: &Item<'_>) -> Option<Matching> {
    let mut map = item.map()?;
    let accept_score = map.required("accept_score", ratio);
    let score_exact = map.required("score_exact", ratio);
    let score_contains = map.required("score_contains", ratio);
    let score_slug = map.required("score_slug", ratio);
    let score_sitemap_heading = map.required("score_sitemap_heading", ratio);
    let min_text_chars = map.required("min_text_chars", |item| item.integer(0..=100_000));
    let empty_days_to_fail = map.required("empty_days_to_fail", |item| item.integer(1..=60));
    let empty_texts_vi = required_texts(&mut map, "empty_texts_vi");
    let look_in = required_texts(&mut map, "look_in");
    map.finish();
    Some(Matching {
        accept_score: accept_score?,
        score_exact: score_exact?,
        score_contains: score_contains?,
        score_slug: score_slug?,
        score_sitemap_heading: score_sitemap_heading?,
        min_text_chars: min_text_chars?,
        empty_days_to_fail: empty_days_to_fail?,
        empty_texts_vi,
        look_in,
    })
}

fn section(item: &Item<'_>) -> Option<Section> {
    let mut map = item.map()?;
    let id = map.required("id", id);
    let label_vi = map.required("label_vi", Item::text);
    let texts = |map: &mut Map<'_>, key| required_texts(map, key);
    let synonyms_vi = texts(&mut map, "synonyms_vi");
    let labels_en = texts(&mut map, "labels_en");
    let slugs = texts(&mut map, "slugs");
    let negative_vi = texts(&mut map, "negative_vi");
    let levels = levels(&mut map, "levels");
    let hosts = texts(&mut map, "hosts");
    let kind = map.required("kind", |item| item.choice(SectionKind::ALL, SectionKind::as_str));
    let traps = texts(&mut map, "traps");
    let base = texts(&mut map, "base");
    map.finish();
    Some(Section {
        id: id?,
        label_vi: label_vi?,
        synonyms_vi,
        labels_en,
        slugs,
        negative_vi,
        levels,
        hosts,
        kind: kind?,
        traps,
        base,
    })
}

/// Reads the contradictions.
pub(crate) fn conflicts(path: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Vec<Conflict>> {
    file(path, text, found, |map| {
        rows(map, "conflicts", |item| {
            let mut map = item.map()?;
            let id = map.required("id", id);
            let topic = map.required("topic", Item::text);
            let resolution = map.required("resolution", Item::text);
            map.finish();
            Some(Conflict {
                id: id?,
                topic: topic?,
                resolution: resolution?,
            })
        })
    })
}
