//! What is wrong with the arguments, in words of the catalogue instead of clap's.

use std::error::Error as _;
use std::net::AddrParseError;
use std::num::{IntErrorKind, ParseIntError};

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Unfit;
use crate::id::IdError;
use crate::text::{Lang, fill, get};
use crate::time::TimeError;

/// Whether clap shows what was made by [`super::help`]: nothing here is to be said anew.
pub(super) fn is_help(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayVersion
    )
}

/// The whole of what a person is told, with a line end.
pub(super) fn told(error: &Error, lang: Lang) -> String {
    if is_help(error) {
        return error.render().to_string();
    }
    let told = Told { error, lang };
    let mut text = fill(lang, "help.error", &[("what", &told.sentence())]);
    for tip in told.tips() {
        text.push_str("\n  ");
        text.push_str(&fill(lang, "help.tip", &[("tip", &tip)]));
    }
    if let Some(usage) = told.one(ContextKind::Usage) {
        let usage = usage.strip_prefix("Usage:").unwrap_or(&usage).trim_start();
        text.push_str(&format!("\n\n{}: {usage}", get(lang, "help.heading.usage")));
    }
    text.push_str(&format!("\n\n{}\n", get(lang, "help.error.more")));
    text
}

struct Told<'a> {
    error: &'a Error,
    lang: Lang,
}

impl Told<'_> {
    /// What clap knows of one kind, as text; nothing where it knows nothing.
    fn one(&self, kind: ContextKind) -> Option<String> {
        let value = self.error.get(kind)?;
        (!matches!(value, ContextValue::None)).then(|| value.to_string())
    }

    fn many(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::Strings(values)) => values.clone(),
            Some(ContextValue::StyledStrs(values)) => values.iter().map(ToString::to_string).collect(),
            Some(ContextValue::String(value)) => vec![value.clone()],
            Some(ContextValue::StyledStr(value)) => vec![value.to_string()],
            _ => Vec::new(),
        }
    }

    fn sentence(&self) -> String {
        self.known()
            // A kind of error that this build of clap has besides: better its own words than none.
            .unwrap_or_else(|| {
                self.error
                    .to_string()
                    .trim_start_matches("error: ")
                    .trim_end()
                    .to_owned()
            })
    }

    fn known(&self) -> Option<String> {
        let argument = self.one(ContextKind::InvalidArg);
        let value = self.one(ContextKind::InvalidValue);
        let say = |key: &str, values: &[(&str, &str)]| Some(fill(self.lang, key, values));
        let list = |intro: String, kind: ContextKind| {
            let all: Vec<String> = self
                .many(kind)
                .into_iter()
                .map(|one| quoted_if_blank(&one))
                .collect();
            if all.is_empty() {
                return intro;
            }
            let all = fill(self.lang, "help.error.possible", &[("values", &all.join(", "))]);
            format!("{intro}\n  {all}")
        };
        match self.error.kind() {
            ErrorKind::UnknownArgument => say("help.error.unknown_argument", &[("argument", &argument?)]),
            ErrorKind::InvalidSubcommand => {
                let command = self.one(ContextKind::InvalidSubcommand)?;
                say("help.error.unknown_command", &[("command", &command)])
            }
            ErrorKind::MissingSubcommand => {
                let command = self.one(ContextKind::InvalidSubcommand)?;
                let intro = say("help.error.no_command", &[("command", &command)])?;
                Some(list(intro, ContextKind::ValidSubcommand))
            }
            ErrorKind::MissingRequiredArgument => {
                let missing = self.many(ContextKind::InvalidArg);
                let missing: Vec<String> = missing.iter().map(|one| format!("\n  {one}")).collect();
                say("help.error.missing", &[("arguments", &missing.concat())])
            }
            ErrorKind::InvalidValue => {
                let (argument, value) = (argument?, value?);
                let intro = if value.is_empty() {
                    say("help.error.no_value", &[("argument", &argument)])
                } else {
                    say("help.error.value", &[("argument", &argument), ("value", &value)])
                };
                Some(list(intro?, ContextKind::ValidValue))
            }
            ErrorKind::ValueValidation => {
                let named = [
                    ("argument", &*argument?),
                    ("value", &*value?),
                    ("why", &*self.why()),
                ];
                say("help.error.value_because", &named)
            }
            ErrorKind::ArgumentConflict => self.conflict(argument),
            ErrorKind::NoEquals => say("help.error.no_equals", &[("argument", &argument?)]),
            ErrorKind::TooManyValues => say(
                "help.error.too_many",
                &[("argument", &argument?), ("value", &value?)],
            ),
            ErrorKind::TooFewValues => self.number(&argument?, ContextKind::MinValues, "help.error.too_few"),
            ErrorKind::WrongNumberOfValues => self.number(
                &argument?,
                ContextKind::ExpectedNumValues,
                "help.error.wrong_number",
            ),
            ErrorKind::InvalidUtf8 => say("help.error.utf8", &[]),
            _ => None,
        }
    }

    fn number(&self, argument: &str, wanted: ContextKind, key: &str) -> Option<String> {
        let (wanted, given) = (self.one(wanted)?, self.one(ContextKind::ActualNumValues)?);
        let values = [("argument", argument), ("wanted", &*wanted), ("given", &*given)];
        Some(fill(self.lang, key, &values))
    }

    fn conflict(&self, argument: Option<String>) -> Option<String> {
        let argument = argument.or_else(|| self.one(ContextKind::InvalidSubcommand))?;
        let others = self.many(ContextKind::PriorArg);
        if others.iter().all(|other| *other == argument) {
            return Some(fill(self.lang, "help.error.twice", &[("argument", &argument)]));
        }
        let others: Vec<String> = others.iter().map(|other| format!("'{other}'")).collect();
        let others = others.join(", ");
        let values = [("argument", &*argument), ("others", &*others)];
        Some(fill(self.lang, "help.error.conflict", &values))
    }

    /// Why a value was refused: what its parser says of it.
    fn why(&self) -> String {
        let Some(why) = self.error.source() else {
            return get(self.lang, "help.want.other").to_owned();
        };
        let key = if let Some(Unfit(key)) = why.downcast_ref() {
            *key
        } else if why.is::<TimeError>() {
            "help.want.instant"
        } else if why.is::<jiff::Error>() {
            "help.want.day"
        } else if why.is::<AddrParseError>() {
            // The type does not tell which of the two was wanted; its words do.
            if why.to_string().contains("socket") {
                "help.want.address_port"
            } else {
                "help.want.address"
            }
        } else if let Some(why) = why.downcast_ref::<IdError>() {
            match why {
                IdError::Empty => "help.want.id.empty",
                IdError::TooLong => "help.want.id.long",
                IdError::Alphabet => "help.want.id.alphabet",
            }
        } else if let Some(why) = why.downcast_ref::<ParseIntError>() {
            match why.kind() {
                IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "help.want.smaller_number",
                _ => "help.want.number",
            }
        } else {
            return self.range(&why.to_string());
        };
        get(self.lang, key).to_owned()
    }

    /// clap's own words about a number out of its range, `0 is not in 1..=366`; whatever else it is stays as it is.
    fn range(&self, why: &str) -> String {
        let Some((_, range)) = why.split_once(" is not in ") else {
            return why.to_owned();
        };
        let (first, last) = range.split_once("..").unwrap_or((range, ""));
        match last.strip_prefix('=').unwrap_or(last) {
            "" => fill(self.lang, "help.want.from", &[("first", first)]),
            last => fill(self.lang, "help.want.range", &[("first", first), ("last", last)]),
        }
    }

    fn tips(&self) -> Vec<String> {
        let nearest = [
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedArg,
            ContextKind::SuggestedValue,
        ];
        let mut tips: Vec<String> = nearest
            .into_iter()
            .map(|kind| self.many(kind))
            .filter(|near| !near.is_empty())
            .map(|near| {
                let near: Vec<String> = near.iter().map(|one| format!("'{one}'")).collect();
                fill(self.lang, "help.tip.nearest", &[("names", &near.join(", "))])
            })
            .collect();
        let others = self.many(ContextKind::Suggested);
        tips.extend(others.iter().filter_map(|tip| self.tip(tip)));
        tips
    }

    /// The three tips that clap knows as sentences only; what they quote is between the first and the last `'` of a part.
    fn tip(&self, english: &str) -> Option<String> {
        let mut quoted = english.split('\'').skip(1).step_by(2);
        if english.starts_with("to pass ") {
            let (value, way) = (quoted.next()?, quoted.next()?);
            return Some(fill(
                self.lang,
                "help.tip.as_value",
                &[("value", value), ("way", way)],
            ));
        }
        if english.starts_with("subcommand ") {
            return Some(fill(
                self.lang,
                "help.tip.no_dashes",
                &[("command", quoted.next()?)],
            ));
        }
        let elsewhere = english.strip_suffix("' exists")?.strip_prefix('\'')?;
        Some(fill(self.lang, "help.tip.elsewhere", &[("way", elsewhere)]))
    }
}

fn quoted_if_blank(text: &str) -> String {
    if text.is_empty() || text.contains(char::is_whitespace) {
        format!("{text:?}")
    } else {
        text.to_owned()
    }
}
