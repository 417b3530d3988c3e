//! What is missing in the catalogue for a tree of commands: what a test of each program asks.

use clap::Command;
use clap::builder::StyledStr;

use super::keys::{below, first_of, keys_of, path_of};
use crate::text::Lang;

/// What stands in the way of showing this program's help: a command or an argument without a text, with what to write
/// into `help.yaml`; one without a doc comment; and a text whose English half is not what the doc comment says.
#[must_use]
pub fn lacking(root: &Command) -> Vec<String> {
    let mut found = Vec::new();
    lacking_below(root, &path_of(root), &mut found);
    found.sort();
    found.dedup();
    found
}

fn lacking_below(command: &Command, path: &str, found: &mut Vec<String>) {
    let mut compare = |keys: &[String], said: Option<&StyledStr>, is_wanted: bool| {
        let said = said.map(ToString::to_string);
        let key = &keys[0];
        match said {
            Some(said) if first_of(Lang::En, keys) != Some(said.as_str()) => {
                found.push(format!("{key}: {{vi: \"…\", en: {said:?}}}"));
            }
            None if is_wanted || first_of(Lang::En, keys).is_some() => {
                found.push(format!("{key}: there is no doc comment"));
            }
            _ => {}
        }
    };
    compare(&[path.to_owned()], command.get_about(), true);
    compare(&[format!("{path}.long")], command.get_long_about(), false);
    for arg in command.get_arguments() {
        let keys = keys_of(arg, path);
        compare(&keys, arg.get_help(), true);
        compare(&below(&keys, "long"), arg.get_long_help(), false);
        let values = arg.get_possible_values();
        for value in values.iter().filter(|_| arg.get_action().takes_values()) {
            compare(&below(&keys, value.get_name()), value.get_help(), false);
        }
    }
    for command in command.get_subcommands() {
        lacking_below(command, &format!("{path}.{}", command.get_name()), found);
    }
}
