//! A tree of commands with the texts of the catalogue in place of clap's own and those of the code.

use clap::builder::StyledStr;
use clap::builder::styling::Style;
use clap::{Arg, ArgAction, Command};

use super::LANGUAGE;
use crate::text::{Lang, fill, get, lookup};

/// The command and all below it, built, in `lang`: texts, headings, values, usage.
///
/// The language becomes the default of every `--lang`; the environment is not asked where an argument named it.
pub(super) fn spoken(mut root: Command, lang: Lang, by_argument: bool) -> Command {
    // What clap adds by itself (`help`, `-h`, `-V`, names of commands below) is there from now on.
    root.build();
    let speaker = Speaker { lang, by_argument };
    let path = path_of(&root);
    speaker.command(root, &path)
}

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

fn path_of(root: &Command) -> String {
    let name = root.get_name();
    format!("help.{}", name.strip_prefix("ems-").unwrap_or(name))
}

/// Where the text of an argument of the command at `path` may stand, best first: with the command, for one that holds in
/// the commands below too with a command above, at last as what it means everywhere.
fn keys_of(arg: &Arg, path: &str) -> Vec<String> {
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

fn below(keys: &[String], name: &str) -> Vec<String> {
    keys.iter().map(|key| format!("{key}.{name}")).collect()
}

fn first_of(lang: Lang, keys: &[String]) -> Option<&'static str> {
    keys.iter().find_map(|key| lookup(lang, key))
}

struct Speaker {
    lang: Lang,
    by_argument: bool,
}

impl Speaker {
    fn command(&self, command: Command, path: &str) -> Command {
        let has_long = has_long(&command);
        let mut command = command
            .mut_args(|arg| self.argument(arg, path, has_long))
            .mut_subcommands(|below| self.below(below, path))
            .subcommand_value_name(get(self.lang, "help.placeholder.command"));
        if let Some(about) = lookup(self.lang, path) {
            command = command.about(about);
        }
        if let Some(long) = lookup(self.lang, &format!("{path}.long")) {
            command = command.long_about(long);
        }
        let usage = self.usage(&mut command);
        let template = self.template(&command);
        command.override_usage(usage).help_template(template)
    }

    fn below(&self, below: Command, path: &str) -> Command {
        if below.get_name() != "help" {
            let path = format!("{path}.{}", below.get_name());
            return self.command(below, &path);
        }
        // clap keeps the tree once more below its own `help`, with nothing but names and texts.
        self.command(below, path)
            .about(get(self.lang, "help.flag.command"))
    }

    fn argument(&self, arg: Arg, path: &str, has_long: bool) -> Arg {
        let text = |key: &'static str| get(self.lang, key);
        match arg.get_action() {
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong if has_long => {
                return arg
                    .help(text("help.flag.help_more"))
                    .long_help(text("help.flag.help_less"));
            }
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong => {
                return arg.help(text("help.flag.help"));
            }
            ArgAction::Version => return arg.help(text("help.flag.version")),
            _ => {}
        }
        let keys = keys_of(&arg, path);
        let help = first_of(self.lang, &keys).map(str::to_owned);
        let mut long = first_of(self.lang, &below(&keys, "long")).map(str::to_owned);
        let values: Vec<String> = arg
            .get_possible_values()
            .iter()
            .filter_map(|value| {
                let name = value.get_name();
                let means = first_of(self.lang, &below(&keys, name))?;
                Some(format!("\n- {name}: {means}"))
            })
            .collect();
        if !values.is_empty() && arg.get_action().takes_values() {
            let before = long.or_else(|| help.clone()).unwrap_or_default();
            let heading = text("help.heading.values");
            long = Some(format!("{before}\n\n{heading}:{}", values.concat()));
        }
        let mut arg = self.values_of(arg);
        if arg.get_id() == "lang" && arg.get_action().takes_values() {
            arg = arg.default_value(self.lang.as_str()).env(LANGUAGE);
        }
        let facts = self.facts(&arg);
        arg = quiet_about_others(arg);
        if arg.get_id() == "lang" && self.by_argument {
            arg = arg.env(None::<&str>);
        }
        let with = |text: String, joint: &str| [text, facts.clone()].join(joint).trim().to_owned();
        if let Some(help) = help {
            arg = arg.help(with(help, " "));
        }
        if let Some(long) = long {
            arg = arg.long_help(with(long, "\n\n"));
        }
        arg.hide_default_value(true)
            .hide_possible_values(true)
            .hide_env(true)
    }

    /// Names of values in the language, and other names of the argument no longer shown by clap.
    fn values_of(&self, arg: Arg) -> Arg {
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

    /// What clap would say in English after the text: environment, default, other names, possible values.
    fn facts(&self, arg: &Arg) -> String {
        let said = |key: &str, value: String| fill(self.lang, key, &[("value", &value)]);
        let mut facts = Vec::new();
        if let Some(variable) = arg.get_env() {
            facts.push(said("help.fact.env", variable.to_string_lossy().into_owned()));
        }
        let takes_values = arg.get_action().takes_values();
        let defaults: Vec<_> = arg
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy())
            .collect();
        if takes_values && !defaults.is_empty() {
            facts.push(said("help.fact.default", defaults.join(" ")));
        }
        let others = arg.get_visible_aliases().unwrap_or_default();
        if !others.is_empty() {
            let others: Vec<String> = others.iter().map(|name| format!("--{name}")).collect();
            facts.push(said("help.fact.aliases", others.join(", ")));
        }
        let possible = arg.get_possible_values();
        let possible: Vec<&str> = possible
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| value.get_name())
            .collect();
        if takes_values && !possible.is_empty() {
            facts.push(said("help.fact.values", possible.join(", ")));
        }
        facts.join(" ")
    }

    /// The line of usage without its heading, as clap makes it, with the two words of clap's own in the language.
    fn usage(&self, command: &mut Command) -> String {
        let whole = command.render_usage().ansi().to_string();
        let bare = whole
            .split_once("Usage:")
            .map_or(whole.as_str(), |(_, rest)| rest);
        let bare = bare.split_once(' ').map_or(bare, |(_style, rest)| rest);
        let heading = get(self.lang, "help.heading.usage").chars().count();
        let below = format!("\n{:heading$}  ", "");
        bare.replace("[OPTIONS]", get(self.lang, "help.placeholder.options"))
            .replace("\n       ", &below)
    }

    /// clap's own arrangement, with headings in the language.
    fn template(&self, command: &Command) -> String {
        let styles = command.get_styles();
        let heading = |style: &Style, key: &str| {
            format!(
                "{}{}:{}",
                style.render(),
                get(self.lang, key),
                style.render_reset()
            )
        };
        let mut template = format!(
            "{{about-with-newline}}\n{} {{usage}}",
            heading(styles.get_usage(), "help.heading.usage")
        );
        let parts = [
            (command.has_subcommands(), "commands", "subcommands"),
            (
                command.get_positionals().next().is_some(),
                "arguments",
                "positionals",
            ),
            (
                command.get_arguments().any(|arg| !arg.is_positional()),
                "options",
                "options",
            ),
        ];
        for (is_there, key, tag) in parts {
            if is_there {
                let title = heading(styles.get_header(), &format!("help.heading.{key}"));
                template.push_str(&format!("\n\n{title}\n{{{tag}}}"));
            }
        }
        template.push_str("{after-help}");
        template
    }
}

/// The argument under all its names, of which clap shows the first only.
fn quiet_about_others(arg: Arg) -> Arg {
    let others: Vec<String> = arg
        .get_all_aliases()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    arg.visible_alias(None::<&'static str>).aliases(others)
}

/// Whether `--help` says more than `-h`.
fn has_long(command: &Command) -> bool {
    let explained = |arg: &Arg| {
        arg.get_possible_values()
            .iter()
            .any(|value| value.get_help().is_some())
    };
    command.get_long_about().is_some()
        || command.get_arguments().any(|arg| {
            let is_flag = matches!(
                arg.get_action(),
                ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong
            );
            !is_flag && (arg.get_long_help().is_some() || explained(arg))
        })
}
