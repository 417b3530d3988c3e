//! What the commands about accounts and registers share: the database, the person at the keyboard, passwords.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use ems_contract::diagnostic::Diagnostic;
use ems_contract::inventory::{self, Inventory};
use ems_contract::text::{Lang, fill, get};

use super::trouble::told;
use super::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_lang};
use crate::account::Author;
use crate::locale::io_told;
use crate::oncall::OnCallSettings;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{HandedFile, PeopleStore, StoreError};

/// Where the database is, and in which language to speak.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Language of the messages: vi or en.
    #[arg(long, env = "EMS_LANG", default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
    /// Who types this, for the audit log.
    #[arg(long, env = "USER", default_value = "?", hide_env_values = true)]
    pub by: String,
}

/// Why a command ended early: an exit code, and words for the person.
pub(super) struct Stop {
    pub(super) code: u8,
    pub(super) words: String,
}

impl Stop {
    /// The command was asked for something that cannot be done that way.
    pub(super) fn usage(words: impl Into<String>) -> Self {
        Self {
            code: EXIT_USAGE,
            words: words.into(),
        }
    }

    /// It could not be done.
    pub(super) fn failed(words: impl Into<String>) -> Self {
        Self {
            code: EXIT_FAILED,
            words: words.into(),
        }
    }
}

impl Place {
    /// The store to write in, beside a running collector or not. A folder without one gets none: a mistyped `--data` would
    /// look like a collector that knows nothing.
    pub(super) fn open(&self) -> Result<Box<dyn PeopleStore>, Stop> {
        let path = self.data.join(DATABASE);
        if !path.is_file() {
            let path = path.display().to_string();
            return Err(self.trouble(&StoreError::Missing { path }));
        }
        SqliteStore::open_for_people(&path).map_err(|error| self.trouble(&error))
    }

    /// The same, made where there is none: accounts and tokens are there before the collector first runs.
    pub(super) fn make(&self) -> Result<Box<dyn PeopleStore>, Stop> {
        if !self.data.is_dir() {
            std::fs::create_dir_all(&self.data).map_err(|error| {
                let why = io_told(&error, self.lang);
                Stop::failed(format!("{}: {why}", self.data.display()))
            })?;
        }
        SqliteStore::open_for_people(&self.data.join(DATABASE)).map_err(|error| self.trouble(&error))
    }

    /// The store to look at: not a byte of it is written.
    pub(super) fn read(&self) -> Result<SqliteStore, Stop> {
        SqliteStore::open_for_reading(&self.data.join(DATABASE)).map_err(|error| self.trouble(&error))
    }

    /// An error of the store in words.
    pub(super) fn trouble(&self, error: &StoreError) -> Stop {
        Stop::failed(told(error, self.lang))
    }

    /// Findings about files in words.
    pub(super) fn findings(&self, found: &[Diagnostic]) -> String {
        let words: Vec<String> = found.iter().map(|finding| finding.render(self.lang)).collect();
        words.join("\n")
    }

    /// Rules that cannot be loaded.
    pub(super) fn bad_rules(&self, found: &[Diagnostic]) -> Stop {
        Stop::failed(self.findings(found))
    }

    /// The inventory in these files.
    pub(super) fn inventory(&self, targets: &Path) -> Result<Inventory, Stop> {
        let loaded = inventory::load(targets);
        loaded.inventory.ok_or_else(|| Stop {
            code: EXIT_BAD_FILE,
            words: self.findings(&loaded.diagnostics),
        })
    }

    /// Who is called by name by the settings in this file, or by `ems.yaml` where it is there.
    pub(super) fn on_call(&self, settings: Option<&Path>) -> Result<Option<OnCallSettings>, Stop> {
        let usual = Path::new("ems.yaml");
        let Some(path) = settings.or(Some(usual).filter(|path| path.is_file())) else {
            return Ok(None);
        };
        let read = crate::settings::load(path);
        let (settings, _) = read.map_err(|found| Stop {
            code: EXIT_BAD_FILE,
            words: self.findings(&found),
        })?;
        Ok(settings.notify.on_call)
    }

    /// Whoever may start programs on this machine.
    pub(super) fn machine(&self) -> Author {
        Author::of_machine(&self.by)
    }
}

/// Tells why a command ended early.
pub(super) fn ended(done: Result<u8, Stop>, err: &mut dyn Write) -> std::io::Result<u8> {
    match done {
        Ok(code) => Ok(code),
        Err(stop) => {
            writeln!(err, "{}", stop.words)?;
            Ok(stop.code)
        }
    }
}

/// Tells what a command found, or why it ended early.
pub(super) fn printed(
    told: Result<Vec<String>, Stop>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match told {
        Ok(lines) => {
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            Ok(EXIT_OK)
        }
        Err(stop) => ended(Err(stop), err),
    }
}

/// A password: asked for without showing it where a person sits at the terminal, else the first line of standard input.
/// Never an argument, which every program on the machine could read.
pub(super) fn password(lang: Lang, key: &str) -> Result<String, Stop> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return rpassword::prompt_password(format!("{}: ", get(lang, key)))
            .map_err(|error| Stop::failed(io_told(&error, lang)));
    }
    let mut line = String::new();
    stdin
        .lock()
        .read_line(&mut line)
        .map_err(|error| Stop::failed(io_told(&error, lang)))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A file that is handed in, of `most` MiB at most.
pub(super) fn handed(path: &Path, most: u64, lang: Lang) -> Result<HandedFile, Stop> {
    let shown = path.display().to_string();
    let failed = |error: std::io::Error| {
        let error = io_told(&error, lang);
        let values = [("path", shown.as_str()), ("error", error.as_str())];
        Stop::failed(fill(lang, "edition.cli.unreadable", &values))
    };
    if std::fs::metadata(path).map_err(failed)?.len() > most * 1024 * 1024 {
        let most = most.to_string();
        let values = [("path", shown.as_str()), ("most", most.as_str())];
        return Err(Stop::failed(fill(lang, "edition.cli.too_large", &values)));
    }
    Ok(HandedFile {
        name: path
            .file_name()
            .map_or_else(|| "tep".into(), |name| name.to_string_lossy().into_owned()),
        bytes: std::fs::read(path).map_err(failed)?,
    })
}

/// The first line of a file with a secret.
pub(super) fn secret_file(path: &Path, lang: Lang) -> Result<String, Stop> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::failed(format!("{}: {}", path.display(), io_told(&error, lang))))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
