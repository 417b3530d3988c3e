//! Reading `agent.yaml`: a flat list of keys, each a value or a list of values, every one with its place.

use std::collections::BTreeMap;
use std::path::Path;

use ems_contract::diagnostic::{Diagnostic, Place, Severity};
use ems_contract::text::{self, Lang};
use serde_saphyr::Spanned;

use super::keys::{KEYS, nearest};
use super::settings::{Setting, Settings};

/// Larger files are not settings.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file into settings; what is wrong goes to `wrong`.
pub(super) fn read(path: &Path, lang: Lang, settings: &mut Settings, wrong: &mut Vec<Diagnostic>) {
    let unreadable = |why: &str| Diagnostic {
        severity: Severity::Error,
        place: None,
        path: String::new(),
        message: text::fill(
            lang,
            "agent.config.unreadable",
            &[("path", &path.display().to_string()), ("why", why)],
        ),
        hint: None,
    };
    let read = std::fs::metadata(path).and_then(|meta| {
        if meta.len() > MAX_BYTES {
            return Err(std::io::Error::other("more than 1 MiB"));
        }
        std::fs::read_to_string(path)
    });
    match read {
        Ok(yaml) => parse(&yaml, path, lang, settings, wrong),
        Err(error) => wrong.push(unreadable(&error.to_string())),
    }
}

fn parse(yaml: &str, path: &Path, lang: Lang, settings: &mut Settings, wrong: &mut Vec<Diagnostic>) {
    let place = |line: u64, column: u64| Place {
        file: path.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    };
    let mut error = |place, key: &str, message, hint| {
        wrong.push(Diagnostic {
            severity: Severity::Error,
            place,
            path: key.to_owned(),
            message,
            hint,
        });
    };
    type Pairs = BTreeMap<String, Spanned<serde_json::Value>>;
    let pairs = match serde_saphyr::from_str::<Option<Pairs>>(yaml) {
        Ok(pairs) => pairs.unwrap_or_default(),
        Err(bad) => {
            let at = bad.location().map(|at| place(at.line(), at.column()));
            let why = bad.to_string();
            let why = why.lines().next().unwrap_or_default();
            return error(
                at,
                "",
                text::fill(lang, "agent.config.syntax", &[("why", why)]),
                None,
            );
        }
    };
    for (key, value) in pairs {
        let at = place(value.referenced.line(), value.referenced.column());
        if !KEYS.contains(&key.as_str()) {
            let hint =
                nearest(&key).map(|near| text::fill(lang, "agent.config.did_you_mean", &[("key", near)]));
            let message = text::fill(lang, "agent.config.unknown_key", &[("key", &key)]);
            error(Some(at), &key, message, hint);
            continue;
        }
        match texts(&value.value) {
            Some(texts) => settings.set(
                &key,
                Setting {
                    texts,
                    place: Some(at),
                },
            ),
            None => {
                let message = text::fill(lang, "agent.config.not_flat", &[("key", &key)]);
                error(Some(at), &key, message, None);
            }
        }
    }
}

/// A value as text: a scalar is one, a list of scalars many.
fn texts(value: &serde_json::Value) -> Option<Vec<String>> {
    use serde_json::Value;
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::Bool(flag) => Some(vec![flag.to_string()]),
        Value::Null => Some(Vec::new()),
        Value::Array(list) => {
            let one = |item| {
                texts(item)
                    .filter(|one| one.len() == 1)
                    .map(|mut one| one.remove(0))
            };
            list.iter().map(one).collect()
        }
        Value::Object(_) => None,
    }
}
