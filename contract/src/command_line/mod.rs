//! What every program does with its command line before it does anything else: which language the person wants, help
//! in it, and what is wrong with the arguments in it.
//!
//! The texts stand in `contract/text/help.yaml`, found by the path of a command and the id of an argument:
//! `help.collector.report.due` for the command `ems-collector report due`, `help.collector.report.due.now` for its
//! `--now`. What an argument means everywhere stands once, as `help.arg.now`. The English half says what the doc comment
//! says, word for word: [`lacking`] finds what does not, and a test of each program holds that it finds nothing.

mod error;
mod help;
mod language;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, FromArgMatches};

use crate::text::{Lang, get};

pub use help::lacking;

/// The variable of the environment that names the language where no `--lang` does.
pub const LANGUAGE: &str = "EMS_LANG";

/// Reads the command line of a program, `arguments[0]` its name, `environment` the value of [`LANGUAGE`].
///
/// `--lang` is taken out of the arguments wherever it stands and becomes the default of every argument of that name, so
/// that `ems-collector --lang en report`, `ems-collector report --lang en` and `ems-collector help report --lang=en`
/// all speak English.
///
/// # Errors
/// When the person asked for help or the version, or when the arguments are wrong.
pub fn read<C: CommandFactory + FromArgMatches>(
    arguments: impl IntoIterator<Item = OsString>,
    environment: Option<&OsStr>,
) -> Result<C, Ended> {
    let asked = language::taken(arguments, environment);
    let mut command = help::spoken(C::command(), asked.lang, asked.by_argument);
    let ended = |error| Ended {
        error,
        lang: asked.lang,
    };
    if let Some(wrong) = asked.wrong {
        return Err(ended(no_language(&command, wrong)));
    }
    let matches = command.try_get_matches_from_mut(asked.rest).map_err(ended)?;
    C::from_arg_matches(&matches).map_err(ended)
}

fn no_language(command: &clap::Command, wrong: String) -> Error {
    let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
    let values = [Lang::Vi, Lang::En].map(|lang| lang.as_str().to_owned());
    for (kind, value) in [
        (ContextKind::InvalidArg, ContextValue::String("--lang".to_owned())),
        (ContextKind::InvalidValue, ContextValue::String(wrong)),
        (ContextKind::ValidValue, ContextValue::Strings(values.to_vec())),
    ] {
        error.insert(kind, value);
    }
    error
}

/// Why a program ends before it began: help or version, which were asked for, or wrong usage.
#[derive(Debug)]
pub struct Ended {
    error: Error,
    lang: Lang,
}

impl Ended {
    /// 0 for what was asked for, 2 for wrong usage.
    #[must_use]
    pub fn code(&self) -> u8 {
        u8::try_from(self.error.exit_code()).unwrap_or(2)
    }

    /// The words, without colours.
    #[must_use]
    pub fn text(&self) -> String {
        error::told(&self.error, self.lang)
    }

    /// Tells the person: what was asked for on the standard output, what is wrong on the standard error.
    #[must_use]
    pub fn tell(&self) -> ExitCode {
        // Nobody can be told that nobody can be told.
        drop(if error::is_help(&self.error) {
            self.error.print()
        } else {
            std::io::stderr().write_all(self.text().as_bytes())
        });
        ExitCode::from(self.code())
    }
}

/// Why the parser of an argument refuses a value: the key of a text that says what is wanted, such as `help.want.network`.
///
/// A parser does not know the language; whoever tells the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit(pub &'static str);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(get(Lang::default(), self.0))
    }
}

impl std::error::Error for Unfit {}

#[cfg(test)]
mod tests;
