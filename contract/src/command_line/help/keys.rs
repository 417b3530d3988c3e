//! Where the texts of commands and arguments stand in the catalogue.

use clap::{Arg, Command};

use crate::text::{Lang, lookup};

/// `help.collector` for `ems-collector`.
pub(super) fn path_of(root: &Command) -> String {
    let name = root.get_name();
    format!("help.{}", name.strip_prefix("ems-").unwrap_or(name))
}

/// Where the text of an argument of the command at `path` may stand, best first: with the command, for one that holds in
/// the commands below too with a command above, at last as what it means everywhere.
pub(super) fn keys_of(arg: &Arg, path: &str) -> Vec<String> {
    let id = arg.get_id();
    let mut keys = vec![format!("{path}.{id}")];
    let mut above = path;
    while let Some((parent, _)) = above.rsplit_once('.').filter(|_| arg.is_global_set()) {
        keys.push(format!("{parent}.{id}"));
        above = parent;
    }
    keys.push(format!("help.arg.{id}"));
    keys
}

/// The keys of what belongs to those of `keys`.
pub(super) fn below(keys: &[String], name: &str) -> Vec<String> {
    keys.iter().map(|key| format!("{key}.{name}")).collect()
}

pub(super) fn first_of(lang: Lang, keys: &[String]) -> Option<&'static str> {
    keys.iter().find_map(|key| lookup(lang, key))
}
