//! What differs between the data of two reports.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The figures that differ, by their place: what they were, what they are; a dash where there was none.
#[must_use]
pub fn compare(then: &Value, now: &Value) -> Vec<(String, String, String)> {
    let (then, now) = (figures(then), figures(now));
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let said = |value: Option<&String>| value.cloned().unwrap_or_else(|| "–".to_owned());
    names
        .into_iter()
        .filter(|name| then.get(*name) != now.get(*name))
        .map(|name| (name.clone(), said(then.get(name)), said(now.get(name))))
        .collect()
}

/// Every figure of a report by its place; members of lists are named by id, level or track.
fn figures(report: &Value) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for part in ["total", "levels", "portals", "window", "data_to", "data_digest"] {
        if let Some(value) = report.get(part) {
            walk(part.to_owned(), value, &mut all);
        }
    }
    all
}

fn walk(at: String, value: &Value, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(format!("{at}.{name}"), field, all);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                let named = ["id", "level", "track", "from"]
                    .iter()
                    .find_map(|key| item.get(key)?.as_str().map(str::to_owned));
                walk(
                    format!("{at}[{}]", named.unwrap_or_else(|| place.to_string())),
                    item,
                    all,
                );
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
}
