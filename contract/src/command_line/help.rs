//! A tree of commands with the texts of the catalogue in place of clap's own and those of the code.

mod argument;
mod keys;
mod lacking;

use clap::Command;
use clap::builder::styling::Style;

use crate::text::{Lang, get, lookup};
use argument::has_long;
use keys::path_of;

pub use lacking::lacking;

/// Columns that help is laid out for, whatever the terminal: a page that looks the same in a terminal, a letter, a test.
const WIDTH: usize = 80;

/// The command and all below it, built, in `lang`: texts, headings, values, usage.
///
/// The language becomes the default of every `--lang`; the environment is not asked where an argument named it.
pub(super) fn spoken(root: Command, lang: Lang, by_argument: bool) -> Command {
    let mut root = root.term_width(WIDTH);
    // What clap adds by itself (`help`, `-h`, `-V`, names of commands below) is there from now on.
    root.build();
    let speaker = Speaker { lang, by_argument };
    let path = path_of(&root);
    speaker.command(root, &path)
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
