//! The one catalogue of texts that people read: Vietnamese first, English second.
//!
//! The texts live in `contract/text/*.yaml`, one file a subject, each entry `key: {vi: …, en: …}` with
//! placeholders in braces (`{count}`). They are embedded; a test refuses an empty or a missing half.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A language of the user interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese, the default.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// `vi` or `en`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    vi: String,
    en: String,
}

const FILES: &[(&str, &str)] = &[
    ("cause", include_str!("../text/cause.yaml")),
    ("advice", include_str!("../text/advice.yaml")),
    ("state", include_str!("../text/state.yaml")),
    ("yaml", include_str!("../text/yaml.yaml")),
    ("law", include_str!("../text/law.yaml")),
    ("judge", include_str!("../text/judge.yaml")),
    ("field", include_str!("../text/field.yaml")),
    ("inventory", include_str!("../text/inventory.yaml")),
    ("agent", include_str!("../text/agent.yaml")),
    ("page", include_str!("../text/page.yaml")),
    ("probe", include_str!("../text/probe.yaml")),
    ("incident", include_str!("../text/incident.yaml")),
    ("cli", include_str!("../text/cli.yaml")),
    ("help", include_str!("../text/help.yaml")),
    ("console", include_str!("../text/console.yaml")),
    ("report", include_str!("../text/report.yaml")),
    ("edition", include_str!("../text/edition.yaml")),
    ("notify", include_str!("../text/notify.yaml")),
    ("service", include_str!("../text/service.yaml")),
    ("account", include_str!("../text/account.yaml")),
    ("register", include_str!("../text/register.yaml")),
    ("digest", include_str!("../text/digest.yaml")),
    ("oncall", include_str!("../text/oncall.yaml")),
    ("reports", include_str!("../text/reports.yaml")),
    ("document", include_str!("../text/document.yaml")),
];

static CATALOGUE: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for (_, yaml) in FILES {
        // A file that does not parse is caught by the test below; at run time its keys are shown instead.
        all.extend(serde_saphyr::from_str::<BTreeMap<String, Text>>(yaml).unwrap_or_default());
    }
    all
});

/// The text of `key`, if the catalogue has it.
#[must_use]
pub fn lookup(lang: Lang, key: &str) -> Option<&'static str> {
    CATALOGUE.get(key).map(|text| match lang {
        Lang::Vi => text.vi.as_str(),
        Lang::En => text.en.as_str(),
    })
}

/// Elements that a page must hold, as people call them, one after the other; one without words stays as the packs name it.
#[must_use]
pub fn fields<'a>(names: impl IntoIterator<Item = &'a str>, lang: Lang) -> String {
    let words = names
        .into_iter()
        .map(|name| lookup(lang, &format!("field.{name}")).unwrap_or(name));
    words.collect::<Vec<_>>().join(", ")
}

/// The text of `key`; the key itself where the catalogue lacks it, so that nothing vanishes.
#[must_use]
pub fn get(lang: Lang, key: &str) -> &str {
    lookup(lang, key).unwrap_or(key)
}

/// The text of `key` with its placeholders `{name}` replaced.
#[must_use]
pub fn fill(lang: Lang, key: &str, values: &[(&str, &str)]) -> String {
    // One pass: braces inside a value are the value's own.
    let mut rest = get(lang, key);
    let mut text = String::with_capacity(rest.len());
    while let Some(open) = rest.find('{') {
        let (before, hole) = rest.split_at(open);
        text.push_str(before);
        let filled = hole.find('}').and_then(|close| {
            let (_, value) = values.iter().find(|(name, _)| *name == &hole[1..close])?;
            Some((close + 1, *value))
        });
        let (taken, value) = filled.unwrap_or((1, "{"));
        text.push_str(value);
        rest = &hole[taken..];
    }
    text.push_str(rest);
    text
}

/// `key` as the catalogue holds it, and the names of the placeholders of its text.
#[must_use]
pub fn known(key: &str) -> Option<(&'static str, Vec<&'static str>)> {
    let (key, text) = CATALOGUE.get_key_value(key)?;
    let names = text.vi.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    Some((key, names.map(|(name, _)| name).collect()))
}

/// Every key of the catalogue, sorted.
pub fn keys() -> impl Iterator<Item = &'static str> {
    CATALOGUE.keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::is_nfc;

    #[test]
    fn every_file_parses_and_no_key_stands_twice() {
        let mut seen = BTreeMap::new();
        for (name, yaml) in FILES {
            let file: BTreeMap<String, Text> =
                serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{name}.yaml: {error}"));
            for key in file.into_keys() {
                if let Some(other) = seen.insert(key.clone(), *name) {
                    panic!("`{key}` stands in {other}.yaml and in {name}.yaml");
                }
            }
        }
    }

    #[test]
    fn both_halves_are_there_in_nfc_with_the_same_placeholders() {
        let holes = |text: &str| {
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|t| t.split('}').next())
                .map(str::to_owned)
                .collect();
            found.sort();
            found
        };
        for (key, text) in CATALOGUE.iter() {
            assert!(
                !text.vi.trim().is_empty() && !text.en.trim().is_empty(),
                "{key} has an empty half"
            );
            assert!(is_nfc(&text.vi), "{key} is not in NFC");
            assert_eq!(
                holes(&text.vi),
                holes(&text.en),
                "{key} has different placeholders"
            );
        }
    }

    #[test]
    fn placeholders_are_replaced_and_unknown_keys_show_themselves() {
        assert_eq!(get(Lang::Vi, "no.such.key"), "no.such.key");
        assert!(fill(Lang::En, "state.up", &[]).len() > 1);
        let (a, b) = (("name", "{key} {"), ("key", "x"));
        assert_eq!(fill(Lang::En, "yaml.nearest", &[a, b]), "did you mean `{key} {`?");
    }
}
