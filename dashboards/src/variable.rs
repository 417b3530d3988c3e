//! The choices at the head of a board.

use serde_json::{Value, json};

use crate::word;

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// Which Prometheus.
    Datasource,
    /// Values of a label, from `label_values(metric, label)`.
    Label {
        /// Name in queries.
        name: &'static str,
        /// Name for people.
        title: &'static str,
        /// Metric with its matchers.
        metric: &'static str,
        /// Label.
        label: &'static str,
        /// Several at once, all of them at first.
        many: bool,
    },
    /// The values of a label that have words; several at once, all of them at first.
    Words {
        /// Name in queries, and the label.
        name: &'static str,
        /// Name for people.
        title: &'static str,
    },
    /// A closed list of (value, word).
    List {
        /// Name in queries.
        name: &'static str,
        /// Name for people.
        title: &'static str,
        /// The choices; the first is chosen at first.
        choices: &'static [(&'static str, &'static str)],
    },
}

/// The window of exact figures.
pub const WINDOW: Variable = Variable::List {
    name: "window",
    title: "Kỳ số liệu",
    choices: &[
        ("quarter", "Quý này"),
        ("year", "Năm nay"),
        ("30d", "30 ngày qua"),
    ],
};

/// The levels of portals.
pub const LEVEL: Variable = Variable::Words {
    name: "level",
    title: "Cấp",
};

/// The rule packs that ship with the program.
pub const PACK: Variable = Variable::Words {
    name: "pack",
    title: "Quy chế",
};

/// One portal.
pub const PORTAL: Variable = Variable::Label {
    name: "portal",
    title: "Cổng",
    metric: "ems_portal_info",
    label: "portal",
    many: false,
};

impl Variable {
    /// Its name in queries.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Datasource => "datasource",
            Self::Label { name, .. } | Self::Words { name, .. } | Self::List { name, .. } => name,
        }
    }

    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Datasource => json!({
                "current": {"text": "EMS", "value": "ems-prometheus"},
                "hide": 0, "includeAll": false, "label": "Nguồn", "multi": false, "name": "datasource", "options": [],
                "query": "prometheus", "refresh": 1, "regex": "", "skipUrlSync": false, "type": "datasource",
            }),
            Self::Label {
                name,
                title,
                metric,
                label,
                many,
            } => {
                let question = format!("label_values({metric}, {label})");
                let mut value = json!({
                    "datasource": {"type": "prometheus", "uid": "${datasource}"},
                    "definition": question, "hide": 0, "includeAll": many, "label": title, "multi": many, "name": name,
                    "options": [], "query": {"qryType": 1, "query": question, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
                    "refresh": 2, "regex": "", "skipUrlSync": false, "sort": 1, "type": "query",
                });
                if *many {
                    value["allValue"] = json!(".*");
                    value["current"] = json!({"text": ["Tất cả"], "value": ["$__all"]});
                }
                value
            }
            Self::Words { name, title } => {
                let option =
                    |word: &word::Word| json!({"selected": false, "text": word.word, "value": word.value});
                let all = json!({"selected": true, "text": "Tất cả", "value": "$__all"});
                let options: Vec<Value> = std::iter::once(all).chain(word::of(name).map(option)).collect();
                // Grafana cuts the list at commas that no backslash stands before.
                let query: Vec<String> = word::of(name)
                    .map(|word| format!("{} : {}", word.word.replace(',', "\\,"), word.value))
                    .collect();
                json!({
                    "allValue": ".*", "current": {"text": ["Tất cả"], "value": ["$__all"]}, "hide": 0, "includeAll": true,
                    "label": title, "multi": true, "name": name, "options": options, "query": query.join(", "),
                    "skipUrlSync": false, "type": "custom",
                })
            }
            Self::List { name, title, choices } => {
                let option = |(place, (value, word)): (usize, &(&str, &str))| json!({"selected": place == 0, "text": word, "value": value});
                let options: Vec<Value> = choices.iter().enumerate().map(option).collect();
                let query: Vec<String> = choices
                    .iter()
                    .map(|(value, word)| format!("{word} : {value}"))
                    .collect();
                json!({
                    "current": options.first(), "hide": 0, "includeAll": false, "label": title, "multi": false, "name": name,
                    "options": options, "query": query.join(", "), "skipUrlSync": false, "type": "custom",
                })
            }
        }
    }
}
