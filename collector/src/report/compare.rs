//! What differs between the data of two reports.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The figures that differ, by their place: what they were, what they are; a dash where there was none.
#[must_use]
pub fn compare(then: &Value, now: &Value) -> Vec<(String, String, String)> {
    let (then, now) = (figures(then), figures(now));
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let said = |value: Option<&String>| value.cloned().unwrap_or_else(|| "–".to_owned());
    let mut all: Vec<_> = names
        .into_iter()
        .filter(|name| then.get(*name) != now.get(*name))
        .map(|name| (name.clone(), said(then.get(name)), said(now.get(name))))
        .collect();
    // There are many conclusions: they come last, where a list is cut.
    all.sort_by_key(|(name, ..)| name.starts_with(FINDINGS));
    all
}

/// What was concluded.
const FINDINGS: &str = "findings";

/// When a conclusion was come to, which is no figure: it is another in every report.
const WHEN: [&str; 2] = ["judged_at", "told_at"];

/// Every figure and conclusion of a report by its place; members of lists are named by what they are about.
fn figures(report: &Value) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for part in [
        "total",
        "levels",
        "portals",
        "added",
        "removed",
        "agents",
        "window",
        "data_to",
        "data_digest",
        FINDINGS,
    ] {
        if let Some(value) = report.get(part) {
            walk(part.to_owned(), value, &mut all);
        }
    }
    all
}

/// What a member of a list is about.
fn name(item: &Value) -> Option<String> {
    let text = |key: &str| item.get(key)?.as_str();
    if let Some(id) = text("id") {
        return Some(id.to_owned());
    }
    let keys = ["level", "track", "from", "portal", "obligation", "check", "item"];
    let parts: Vec<&str> = keys.into_iter().filter_map(text).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn walk(at: String, value: &Value, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| !WHEN.contains(&name.as_str())) {
                walk(format!("{at}.{name}"), field, all);
            }
        }
        Value::Array(items) => {
            let mut known = BTreeSet::new();
            for (place, item) in items.iter().enumerate() {
                // Two of one name are told apart by their places.
                let name = name(item).filter(|name| known.insert(name.clone()));
                let name = name.unwrap_or_else(|| place.to_string());
                walk(format!("{at}[{name}]"), item, all);
            }
        }
        Value::String(text) => {
            all.insert(at, text.clone());
        }
        other => {
            all.insert(at, other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_figure_is_told_by_its_place_and_what_is_new_or_gone_too() {
        let then = json!({"portals": [{"id": "a", "rank": 1}, {"id": "b"}], "method": ["x"]});
        let now = json!({"portals": [{"id": "a", "rank": 2}], "method": ["y"], "total": {"portals": 1}});
        let told = compare(&then, &now);
        let told: Vec<(&str, &str, &str)> = told
            .iter()
            .map(|(at, then, now)| (&**at, &**then, &**now))
            .collect();
        assert_eq!(
            told,
            [
                ("portals[a].rank", "1", "2"),
                ("portals[b].id", "b", "–"),
                ("total.portals", "–", "1"),
            ]
        );
        assert_eq!(compare(&now, &now), vec![]);
    }

    #[test]
    fn outages_of_one_track_are_told_apart() {
        let report = |down: [u32; 2]| {
            let outage = |from: &str, seconds| json!({"track": "v4", "from": from, "seconds": seconds});
            json!({"portals": [{"id": "a", "outages": [outage("x", down[0]), outage("y", down[1])]}]})
        };
        let told = compare(&report([60, 90]), &report([70, 90]));
        let place = "portals[a].outages[v4 x].seconds".to_owned();
        assert_eq!(told, [(place, "60".to_owned(), "70".to_owned())]);
    }

    /// A verdict that fell differently is a change, though no second of availability changed.
    #[test]
    fn a_conclusion_that_changed_is_told_after_the_figures() {
        let report = |value: &str, portals: u32| {
            let conclusion = json!({"pack": "p", "obligation": "ag-5-1", "value": value});
            let findings = json!({"portals": [{"portal": "a", "conclusions": [conclusion]}]});
            json!({"total": {"portals": portals}, "findings": findings})
        };
        let told = compare(&report("unknown", 1), &report("fail", 2));
        let told: Vec<(&str, &str)> = told.iter().map(|(at, then, _)| (&**at, &**then)).collect();
        let place = "findings.portals[a].conclusions[ag-5-1].value";
        assert_eq!(told, [("total.portals", "1"), (place, "unknown")]);
    }
}
