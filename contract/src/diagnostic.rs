//! Messages for people who write files: what, where, the value, the allowed range, a hint. All at once.
//!
//! A message is a key of the text catalogue with values, so that one finding reads in both languages; logs and
//! `Display` speak English, people are shown [`Diagnostic::render`] in theirs. [`Diagnostics`] gathers them: a
//! reader of a file goes on after an error, so that the writer of the file sees every error of it in one run.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::cause::named_enum;
use crate::text::{self, Lang};

named_enum! {
    /// How bad it is.
    Severity {
        /// The file cannot be used.
        Error = "error",
        /// It can, but probably not as meant.
        Warning = "warning",
    }
}

/// A place in a file; lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file as the person named it.
    pub file: Arc<Path>,
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

impl Place {
    /// The head of a file, for what is wrong with it as a whole.
    #[must_use]
    pub fn head(file: &Arc<Path>) -> Self {
        Self {
            file: Arc::clone(file),
            line: 1,
            column: 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// A text of the catalogue with the values of its placeholders: the same sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    key: &'static str,
    values: Vec<(&'static str, Value)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Plain(String),
    Text(Message),
}

impl Message {
    /// The text of `key` in the catalogue.
    #[must_use]
    pub const fn new(key: &'static str) -> Self {
        Self {
            key,
            values: Vec::new(),
        }
    }

    /// Fills the placeholder `{name}` with a value that needs no translation.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((name, Value::Plain(value.to_string())));
        self
    }

    /// Fills the placeholder `{name}` with another text of the catalogue.
    #[must_use]
    pub fn with_text(mut self, name: &'static str, value: Self) -> Self {
        self.values.push((name, Value::Text(value)));
        self
    }

    /// The key in the catalogue: a stable code for machines.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The sentence in `lang`.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        let values: Vec<(&str, String)> = self
            .values
            .iter()
            .map(|(name, value)| match value {
                Value::Plain(plain) => (*name, written(name, plain, lang)),
                Value::Text(text) => (*name, text.render(lang)),
            })
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        text::fill(lang, self.key, &values)
    }
}

/// Why the system could not read, write or open something. What is rare stays in the system's own words.
#[must_use]
pub fn io_words(error: &std::io::Error) -> Message {
    use std::io::ErrorKind as Kind;
    Message::new(match error.kind() {
        Kind::NotFound => "service.io.not_found",
        Kind::PermissionDenied => "service.io.denied",
        Kind::StorageFull | Kind::QuotaExceeded => "service.io.full",
        Kind::AlreadyExists => "service.io.exists",
        Kind::IsADirectory => "service.io.is_directory",
        Kind::NotADirectory => "service.io.not_directory",
        Kind::ReadOnlyFilesystem => "service.io.read_only",
        Kind::InvalidData => "service.io.not_text",
        Kind::AddrInUse => "service.io.in_use",
        Kind::AddrNotAvailable => "service.io.not_here",
        _ => return Message::new("service.io.other").with("detail", error),
    })
}

/// A value as readers of a language write it: days, `{percent}` and `{fields}` (names of
/// elements that the packs use) are kept as machines write them.
fn written(name: &str, plain: &str, lang: Lang) -> String {
    match (lang, name) {
        (Lang::Vi, "day" | "today" | "begins" | "due" | "returns") => plain.parse::<Date>().map_or_else(
            |_not_a_day| plain.to_owned(),
            |day| format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
        ),
        (Lang::Vi, "percent") if plain.parse::<f64>().is_ok() => plain.replace('.', ","),
        (_, "fields") => text::fields(plain.split(", "), lang),
        _ => plain.to_owned(),
    }
}

/// A message as it is kept: `{"key": …, "values": {…}}`, to be read in any language later.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<String, KeptValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum KeptValue {
    Plain(String),
    Text(Kept),
}

impl From<&Message> for Kept {
    fn from(message: &Message) -> Self {
        let value = |value: &Value| match value {
            Value::Plain(plain) => KeptValue::Plain(plain.clone()),
            Value::Text(text) => KeptValue::Text(text.into()),
        };
        Self {
            key: message.key.to_owned(),
            values: message
                .values
                .iter()
                .map(|(name, kept)| ((*name).to_owned(), value(kept)))
                .collect(),
        }
    }
}

impl From<Kept> for Message {
    /// A key that this build does not know any more is shown with its values: nothing vanishes.
    fn from(kept: Kept) -> Self {
        let Some((key, names)) = text::known(&kept.key) else {
            let values: Vec<String> = kept
                .values
                .into_iter()
                .map(|(name, value)| match value {
                    KeptValue::Plain(plain) => format!("{name}: {plain}"),
                    KeptValue::Text(text) => format!("{name}: {}", Self::from(text).render(Lang::Vi)),
                })
                .collect();
            return Self::new("diagnostic.gone")
                .with("key", kept.key)
                .with("values", values.join("; "));
        };
        let mut values = Vec::new();
        for (name, value) in kept.values {
            let Some(name) = names.iter().find(|known| **known == name) else {
                continue;
            };
            values.push((
                *name,
                match value {
                    KeptValue::Plain(plain) => Value::Plain(plain),
                    KeptValue::Text(text) => Value::Text(text.into()),
                },
            ));
        }
        Self { key, values }
    }
}

impl Serialize for Message {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Kept::deserialize(deserializer).map(Self::from)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Where, if the trouble has a place.
    pub place: Option<Place>,
    /// Key path, such as `portals[3].url`; empty for the whole file.
    pub path: String,
    /// What is wrong, with the value in backticks and the allowed range.
    pub message: Message,
    /// What to do, such as the nearest name.
    pub hint: Option<Message>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(place: Option<Place>, path: impl Into<String>, message: Message) -> Self {
        Self {
            severity: Severity::Error,
            place,
            path: path.into(),
            message,
            hint: None,
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(place: Option<Place>, path: impl Into<String>, message: Message) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(place, path, message)
        }
    }

    /// With advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Option<Message>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// `error: targets.yaml:12:5: portals[3].url: …` and, on a line of its own, `  hint: …`.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        use fmt::Write;

        let severity = match self.severity {
            Severity::Error => "diagnostic.error",
            Severity::Warning => "diagnostic.warning",
        };
        let mut line = format!("{}: ", text::get(lang, severity));
        if let Some(place) = &self.place {
            // Writing to a String cannot fail.
            write!(line, "{place}: ").unwrap_or_default();
        }
        if !self.path.is_empty() {
            write!(line, "{}: ", self.path).unwrap_or_default();
        }
        line.push_str(&self.message.render(lang));
        if let Some(hint) = &self.hint {
            let label = text::get(lang, "diagnostic.hint");
            write!(line, "\n  {label}: {}", hint.render(lang)).unwrap_or_default();
        }
        line
    }
}

impl fmt::Display for Diagnostic {
    /// English, as in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Lang::En))
    }
}

impl Serialize for Diagnostic {
    /// For machines: flat, English, with the catalogue key as code.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            severity: Severity,
            code: &'a str,
            file: Option<&'a Path>,
            line: Option<u32>,
            column: Option<u32>,
            path: &'a str,
            message: String,
            hint: Option<String>,
        }
        let place = self.place.as_ref();
        Flat {
            severity: self.severity,
            code: self.message.key(),
            file: place.map(|p| &*p.file),
            line: place.map(|p| p.line),
            column: place.map(|p| p.column),
            path: &self.path,
            message: self.message.render(Lang::En),
            hint: self.hint.as_ref().map(|hint| hint.render(Lang::En)),
        }
        .serialize(serializer)
    }
}

/// The most findings kept: a file of garbage must not fill the memory with complaints.
const MOST: usize = 1_000;

/// Findings gathered while reading; shared by the parts of one reader.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: RefCell<Vec<Diagnostic>>,
    dropped: std::cell::Cell<usize>,
    errors: std::cell::Cell<usize>,
}

impl Diagnostics {
    /// Notes a finding. The same finding at the same place (an alias used twice) is noted once.
    pub fn push(&self, diagnostic: Diagnostic) {
        let mut found = self.found.borrow_mut();
        if diagnostic.severity == Severity::Error {
            self.errors.set(self.errors.get() + 1);
        }
        if found.len() >= MOST {
            self.dropped.set(self.dropped.get() + 1);
            return;
        }
        found.push(diagnostic);
    }

    /// How many errors (not warnings) were noted so far.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors.get()
    }

    /// All findings, by file, line and column; those without a place first.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by(|a, b| (&a.place, a.severity).cmp(&(&b.place, b.severity)));
        // An alias repeats its node, and with it what is wrong there.
        found.dedup_by(|a, b| a.place == b.place && a.message == b.message && a.hint == b.hint);
        if self.dropped.get() > 0 {
            // Of warnings alone the rest is no error: a large file stays usable.
            let more = Message::new("diagnostic.more").with("count", self.dropped.get());
            found.push(if self.errors.get() > 0 {
                Diagnostic::error(None, "", more)
            } else {
                Diagnostic::warning(None, "", more)
            });
        }
        found
    }
}

/// Whether any of the findings makes the file unusable.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32) -> Option<Place> {
        Some(Place {
            file: Arc::from(Path::new("a.yaml")),
            line,
            column: 5,
        })
    }

    #[test]
    fn a_finding_reads_in_both_languages_and_serialises_flat() {
        let finding = Diagnostic::error(
            place(3),
            "portals[0].level",
            Message::new("yaml.missing").with("key", "url"),
        )
        .hint(Message::new("yaml.nearest").with("name", "url"));
        assert!(
            finding
                .render(Lang::En)
                .starts_with("error: a.yaml:3:5: portals[0].level: ")
        );
        assert!(
            finding
                .render(Lang::Vi)
                .starts_with("lỗi: a.yaml:3:5: portals[0].level: ")
        );
        assert!(finding.render(Lang::Vi).contains("\n  gợi ý: "));
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!(json["line"], 3);
        assert_eq!(json["code"], "yaml.missing");
    }

    #[test]
    fn a_message_that_was_kept_reads_in_both_languages() {
        let message = Message::new("yaml.nearest").with("name", "url");
        let outer = Message::new("yaml.missing").with_text("key", message);
        let json = serde_json::to_string(&outer).unwrap();
        let back: Message = serde_json::from_str(&json).unwrap();
        for lang in [Lang::Vi, Lang::En] {
            assert_eq!(back.render(lang), outer.render(lang));
        }
        let gone: Message = serde_json::from_str(r#"{"key": "no.such", "values": {"a": "b"}}"#).unwrap();
        assert!(
            gone.render(Lang::Vi).contains("a: b"),
            "{}",
            gone.render(Lang::Vi)
        );
    }

    #[test]
    fn days_and_shares_are_written_as_readers_write_them() {
        assert_eq!(written("day", "2026-11-22", Lang::Vi), "22/11/2026");
        assert_eq!(written("day", "2026-11-22", Lang::En), "2026-11-22");
        assert_eq!(written("day", "31/02/2026", Lang::Vi), "31/02/2026");
        assert_eq!(written("percent", "99.5", Lang::Vi), "99,5");
        assert_eq!(written("percent", "99.5", Lang::En), "99.5");
        assert_eq!(written("host", "2026-11-22", Lang::Vi), "2026-11-22");
        let fields = "phone, menu_home, whatever";
        assert_eq!(
            written("fields", fields, Lang::Vi),
            "điện thoại, liên kết Trang chủ, whatever"
        );
        assert_eq!(
            written("fields", fields, Lang::En),
            "telephone, link to the home page, whatever"
        );
    }

    #[test]
    fn findings_come_out_by_place_once_each_and_bounded() {
        let all = Diagnostics::default();
        for line in [9, 2, 9] {
            all.push(Diagnostic::warning(place(line), "x", Message::new("yaml.null")));
        }
        assert_eq!(all.errors(), 0);
        let lines: Vec<_> = all
            .into_vec()
            .into_iter()
            .map(|d| d.place.unwrap().line)
            .collect();
        assert_eq!(lines, [2, 9]);

        let flood = Diagnostics::default();
        for line in 0..2_000 {
            flood.push(Diagnostic::error(place(line), "x", Message::new("yaml.null")));
        }
        assert_eq!(flood.errors(), 2_000);
        let kept = flood.into_vec();
        assert_eq!(kept.len(), MOST + 1);
        assert!(kept.last().unwrap().to_string().contains("1000"));
        assert!(has_errors(&kept[MOST..]));

        // As many warnings as a province of thousands of portals may have leave its file usable.
        let harmless = Diagnostics::default();
        for line in 0..2_000 {
            harmless.push(Diagnostic::warning(place(line), "x", Message::new("yaml.null")));
        }
        let kept = harmless.into_vec();
        assert_eq!(kept.len(), MOST + 1);
        assert!(!has_errors(&kept));
    }
}
