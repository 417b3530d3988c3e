//! Which language a command line asks for, known before it is understood: help and errors need it too.

use std::ffi::{OsStr, OsString};

use crate::text::Lang;

/// What the arguments say of the language.
pub(super) struct Asked {
    /// The last `--lang` that is a language, else the environment's, else Vietnamese.
    pub(super) lang: Lang,
    /// Whether a `--lang` said so.
    pub(super) by_argument: bool,
    /// The value of a `--lang` that is no language; empty where it has none.
    pub(super) wrong: Option<String>,
    /// The arguments without any `--lang`.
    pub(super) rest: Vec<OsString>,
}

/// Takes `--lang vi` and `--lang=vi` out of the arguments, up to a `--`.
pub(super) fn taken(arguments: impl IntoIterator<Item = OsString>, environment: Option<&OsStr>) -> Asked {
    let mut asked = Asked {
        lang: environment.and_then(language).unwrap_or_default(),
        by_argument: false,
        wrong: None,
        rest: Vec::new(),
    };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            asked.rest.push(argument);
            break;
        }
        let value = if argument == "--lang" {
            arguments.next().unwrap_or_default()
        } else if let Some(value) = argument.to_str().and_then(|text| text.strip_prefix("--lang=")) {
            value.into()
        } else {
            asked.rest.push(argument);
            continue;
        };
        match language(&value) {
            Some(lang) => (asked.lang, asked.by_argument) = (lang, true),
            None => asked.wrong = Some(value.to_string_lossy().into_owned()),
        }
    }
    asked.rest.extend(arguments);
    asked
}

fn language(text: &OsStr) -> Option<Lang> {
    [Lang::Vi, Lang::En]
        .into_iter()
        .find(|lang| text == lang.as_str())
}
