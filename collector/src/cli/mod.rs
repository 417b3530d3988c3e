//! Commands: each one reads its arguments, writes to the given output, and returns its exit code.

use std::fmt::Display;
use std::io::Write;
use std::str::FromStr;

use ems_contract::diagnostic::Diagnostic;
use ems_contract::id::IdError;
use ems_contract::text::Lang;

pub mod attest;
pub mod audit;
pub mod backup;
pub mod calendar;
pub mod demo;
pub mod explain;
pub mod export;
pub mod incident;
pub mod judge;
mod law;
pub mod ledger;
pub mod maintenance;
pub mod notify;
pub mod oncall;
mod people;
mod program;
pub mod regulations;
pub mod rejudge;
pub mod report;
pub mod restore;
mod rules;
pub mod serve;
mod signer;
pub mod targets;
pub mod tokens;
mod trouble;
pub mod users;
pub mod validate;

pub use program::{Cli, main};
pub use rules::RulesArgs;
pub use trouble::told;

/// The command did what was asked.
pub const EXIT_OK: u8 = 0;
/// The command could not do it; the message says why.
pub const EXIT_FAILED: u8 = 1;
/// The command was asked for something that cannot be done that way.
pub const EXIT_USAGE: u8 = 2;
/// A fault of ours (`EX_SOFTWARE` of sysexits.h).
pub const EXIT_INTERNAL: u8 = 70;
/// A file that a person wrote cannot be used (`EX_CONFIG` of sysexits.h).
pub const EXIT_BAD_FILE: u8 = 78;

/// `vi` or `en`, as an argument.
///
/// # Errors
/// When it is neither.
pub fn parse_lang(text: &str) -> Result<Lang, String> {
    match text {
        "vi" => Ok(Lang::Vi),
        "en" => Ok(Lang::En),
        _ => Err("vi, en".to_owned()),
    }
}

/// An id, as an argument.
///
/// # Errors
/// When the text is none.
pub fn parse_id<T: FromStr<Err = IdError>>(text: &str) -> Result<T, IdError> {
    text.parse()
}

/// A word of a closed vocabulary, as an argument.
///
/// # Errors
/// When there is none of that name: all that there are.
fn parse_word<T: Copy + Display>(all: &[T], read: fn(&str) -> Option<T>, text: &str) -> Result<T, String> {
    read(text).ok_or_else(|| {
        let names: Vec<String> = all.iter().map(T::to_string).collect();
        names.join(", ")
    })
}

/// Writes findings for people, one after another.
///
/// # Errors
/// When the output cannot be written.
pub fn write_findings(to: &mut dyn Write, findings: &[Diagnostic], lang: Lang) -> std::io::Result<()> {
    findings
        .iter()
        .try_for_each(|finding| writeln!(to, "{}", finding.render(lang)))
}

#[cfg(test)]
mod tests;
