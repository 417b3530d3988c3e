//! One argument with the texts of the catalogue in place of clap's own and those of the code.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use super::Speaker;
use super::keys::{below, first_of, keys_of};
use crate::command_line::LANGUAGE;
use crate::text::{fill, get, lookup};

impl Speaker {
    /// An argument of the command at `path`; `has_long` where its `--help` says more than its `-h`.
    pub(super) fn argument(&self, arg: Arg, path: &str, has_long: bool) -> Arg {
        let text = |key: &'static str| get(self.lang, key);
        if is_help(&arg) && has_long {
            return arg
                .help(text("help.flag.help_more"))
                .long_help(text("help.flag.help_less"));
        }
        if is_help(&arg) {
            return arg.help(text("help.flag.help"));
        }
        if matches!(arg.get_action(), ArgAction::Version) {
            return arg.help(text("help.flag.version"));
        }
        let keys = keys_of(&arg, path);
        let help = first_of(self.lang, &keys).unwrap_or_default();
        let long = first_of(self.lang, &below(&keys, "long"));
        let explained = self.explained(&arg, &keys);
        let mut arg = self.named(arg);
        if is_language(&arg) {
            arg = arg.env(LANGUAGE);
        }
        let facts = self.facts(&arg);
        let short = [help.to_owned(), facts.join(" "), self.possible(&arg)];
        let is_long = long.is_some() || !explained.is_empty();
        let whole = [long.unwrap_or(help).to_owned(), explained, facts.join("\n")];
        let mut arg = quiet(arg).help(joined(short, " "));
        if is_long {
            arg = arg.long_help(joined(whole, "\n\n"));
        }
        if is_language(&arg) {
            arg = arg.default_value(self.lang.as_str());
        }
        if is_language(&arg) && self.by_argument {
            // What an argument said is the default now: the environment must not win over it.
            arg = arg.env(None::<&str>);
        }
        arg
    }

    /// The argument with the names of its values in the language.
    fn named(&self, arg: Arg) -> Arg {
        let names: Vec<String> = arg
            .get_value_names()
            .unwrap_or_default()
            .iter()
            .map(|name| {
                let known = lookup(self.lang, &format!("help.value.{name}"));
                known.unwrap_or(name).to_owned()
            })
            .collect();
        if names.is_empty() || !arg.get_action().takes_values() {
            return arg;
        }
        arg.value_names(names)
    }

    /// What clap would say in English after the text: environment, default, other names.
    fn facts(&self, arg: &Arg) -> Vec<String> {
        let said = |key: &str, value: String| fill(self.lang, key, &[("value", &value)]);
        let mut facts = Vec::new();
        if let Some(variable) = arg.get_env() {
            facts.push(said("help.fact.env", variable.to_string_lossy().into_owned()));
        }
        let defaults: Vec<_> = arg
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy())
            .collect();
        if arg.get_action().takes_values() && !defaults.is_empty() {
            facts.push(said("help.fact.default", defaults.join(" ")));
        }
        let others = arg.get_visible_aliases().unwrap_or_default();
        if !others.is_empty() {
            let others: Vec<String> = others.iter().map(|name| format!("--{name}")).collect();
            facts.push(said("help.fact.aliases", others.join(", ")));
        }
        facts
    }

    /// The values that an argument may have, in one line; nothing where it is not a few words.
    fn possible(&self, arg: &Arg) -> String {
        let values = words(arg);
        if values.is_empty() {
            return String::new();
        }
        let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        fill(self.lang, "help.fact.values", &[("value", &values.join(", "))])
    }

    /// The values that an argument may have, each with what it means; nothing where they speak for themselves.
    fn explained(&self, arg: &Arg, keys: &[String]) -> String {
        let lines: Vec<String> = words(arg)
            .iter()
            .filter_map(|value| {
                let name = value.get_name();
                let means = first_of(self.lang, &below(keys, name))?;
                Some(format!("\n- {name}: {means}"))
            })
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        format!("{}:{}", get(self.lang, "help.heading.values"), lines.concat())
    }
}

/// Whether the `--help` of a command says more than its `-h`: clap's own rule.
pub(super) fn has_long(command: &Command) -> bool {
    let is_explained = |arg: &Arg| words(arg).iter().any(|value| value.get_help().is_some());
    command.get_long_about().is_some()
        || command
            .get_arguments()
            .any(|arg| !is_help(arg) && (arg.get_long_help().is_some() || is_explained(arg)))
}

fn is_help(arg: &Arg) -> bool {
    matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong
    )
}

/// Whether it is the `--lang` that every command has which speaks.
fn is_language(arg: &Arg) -> bool {
    arg.get_id() == "lang" && arg.get_action().takes_values()
}

fn words(arg: &Arg) -> Vec<PossibleValue> {
    if !arg.get_action().takes_values() {
        return Vec::new();
    }
    let mut values = arg.get_possible_values();
    values.retain(|value| !value.is_hide_set());
    values
}

/// The argument of which clap itself says nothing but its text; all its names hold.
fn quiet(arg: Arg) -> Arg {
    let others: Vec<String> = arg
        .get_all_aliases()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    arg.visible_alias(None::<&'static str>)
        .aliases(others)
        .hide_default_value(true)
        .hide_possible_values(true)
        .hide_env(true)
}

fn joined<const N: usize>(parts: [String; N], joint: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(joint)
}
