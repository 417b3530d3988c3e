//! What is wrong with a template: where, what, and what was probably meant.

use std::collections::BTreeSet;
use std::fmt;
use std::io::ErrorKind;

use ems_contract::text::{Lang, fill, get};
use minijinja::{Environment, Error, Value};

use super::super::twin::Template;
use crate::locale::{self, io_told};

/// Names that are likelier than this are taken for what was meant.
const LIKE: f64 = 0.8;

/// A fault of a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateFault {
    /// File, as it is named within the folder.
    pub file: String,
    /// Line, from 1, where it is known.
    pub line: Option<usize>,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// The file cannot be read.
    Unreadable(ErrorKind),
    /// It is no text in UTF-8.
    NotUtf8,
    /// It is longer than so many bytes.
    TooLarge(u64),
    /// No text has a place for it; a name that it has probably to bear.
    UnknownFile(Option<String>),
    /// It is not well formed.
    Syntax(String),
    /// It asks for what the report does not have; what was probably meant.
    UnknownVariable(String, Option<String>),
    /// Something else.
    Other(String),
}

impl TemplateFault {
    pub(in crate::report) fn new(file: &str, line: Option<usize>, wrong: Wrong) -> Self {
        Self {
            file: file.to_owned(),
            line,
            wrong,
        }
    }

    pub(super) fn unknown_file(name: &str, known: &[String]) -> Self {
        let near = nearest(name, known.iter().map(String::as_str));
        Self::new(name, None, Wrong::UnknownFile(near))
    }

    /// The fault for a person: file, line, what, hint.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        let place = self
            .line
            .map_or_else(|| self.file.clone(), |line| format!("{}:{line}", self.file));
        let filled = |key: &str, values: &[(&str, &str)]| {
            let mut all = vec![("place", &*place)];
            all.extend_from_slice(values);
            fill(lang, key, &all)
        };
        let meant = |near: &Option<String>| {
            near.as_ref()
                .map(|near| fill(lang, "report.cli.near", &[("near", near)]))
                .unwrap_or_default()
        };
        match &self.wrong {
            Wrong::Unreadable(kind) => {
                let error = io_told(&(*kind).into(), lang);
                filled("edition.template.unreadable", &[("error", &error)])
            }
            Wrong::NotUtf8 => filled("edition.template.not_utf8", &[]),
            Wrong::TooLarge(most) => {
                let most = locale::count(*most, lang);
                filled("edition.template.too_large", &[("most", &most)])
            }
            Wrong::UnknownFile(near) => filled("edition.template.unknown_file", &[("near", &meant(near))]),
            Wrong::Syntax(detail) => filled("edition.template.syntax", &[("detail", detail)]),
            Wrong::UnknownVariable(name, near) => {
                let values = [("name", &**name), ("near", &meant(near))];
                filled("edition.template.variable", &values)
            }
            Wrong::Other(detail) => filled("edition.template.other", &[("detail", detail)]),
        }
    }
}

/// Everything that is wrong with templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateFaults(pub Vec<TemplateFault>);

impl TemplateFaults {
    /// One line a fault.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        let lines: Vec<String> = self.0.iter().map(|fault| fault.render(lang)).collect();
        format!("{}\n{}", get(lang, "edition.template.faults"), lines.join("\n"))
    }

    /// `Ok` where there is none.
    ///
    /// # Errors
    /// Itself where there is any.
    pub fn none(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for TemplateFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Lang::En))
    }
}

impl std::error::Error for TemplateFaults {}

/// The fault of a template that is not well formed.
pub(super) fn ill_formed(
    mut environment: Environment<'static>,
    template: &Template,
) -> Option<TemplateFault> {
    let added = environment.add_template_owned(template.name.clone(), template.text.clone());
    added.err().map(|error| of(&template.name, &error))
}

/// A template, filled in.
///
/// # Errors
/// Every variable that there is not, each at its first place; else whatever else is wrong.
pub(in crate::report) fn rendered(
    environment: &mut Environment<'static>,
    template: &Template,
    values: &Value,
) -> Result<String, Vec<TemplateFault>> {
    let name = &template.name;
    let fault = |error: Error| vec![of(name, &error)];
    environment
        .add_template_owned(name.clone(), template.text.clone())
        .map_err(fault)?;
    let ready = environment.get_template(name).map_err(fault)?;
    ready.render(values).map_err(|error| {
        let unknown = unknown(environment, &ready, template, values);
        if unknown.is_empty() || error.kind() != minijinja::ErrorKind::UndefinedError {
            fault(error)
        } else {
            unknown
        }
    })
}

fn of(name: &str, error: &Error) -> TemplateFault {
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let wrong = match error.kind() {
        minijinja::ErrorKind::SyntaxError => Wrong::Syntax(detail),
        _ => Wrong::Other(detail),
    };
    TemplateFault::new(error.name().unwrap_or(name), error.line(), wrong)
}

/// Paths that a template asks for and that lead nowhere.
fn unknown(
    environment: &Environment<'_>,
    ready: &minijinja::Template<'_, '_>,
    template: &Template,
    values: &Value,
) -> Vec<TemplateFault> {
    let paths: BTreeSet<String> = ready.undeclared_variables(true).into_iter().collect();
    let mut found: Vec<TemplateFault> = paths
        .iter()
        .filter_map(|path| {
            let mut place = values.clone();
            for part in path.split('.') {
                let next = place.get_attr(part).unwrap_or_default();
                if next.is_undefined() {
                    let global = environment.globals().any(|(name, _)| name == part);
                    return (!global).then(|| {
                        let keys: Vec<String> = place
                            .try_iter()
                            .map(|keys| keys.filter_map(|key| key.as_str().map(str::to_owned)).collect())
                            .unwrap_or_default();
                        let near = nearest(part, keys.iter().map(String::as_str));
                        let line = template.text.lines().position(|line| line.contains(&**path));
                        let wrong = Wrong::UnknownVariable(path.clone(), near);
                        TemplateFault::new(&template.name, line.map(|line| line + 1), wrong)
                    });
                }
                place = next;
            }
            None
        })
        .collect();
    found.sort();
    found
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(likeness, _)| *likeness > LIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known.to_owned())
}
