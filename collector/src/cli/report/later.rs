//! `report verify` and `report diff`: what became of a report after it was made.

use std::io::Write;
use std::path::{Path, PathBuf};

use ems_contract::inventory::Inventory;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde_json::Value;

use super::super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE, told};
use super::{due, edition, objection, preview, publish};
use crate::edition::EditionState;
use crate::locale::{self, io_told};
use crate::report::{VerifyError, compare, digest_now, verify_files};
use crate::serve::DATABASE;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// Work on reports that were made.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Compare a folder with its list of digests, and its figures with the database.
    Verify {
        /// Folder of the report.
        folder: PathBuf,
        /// Folder of the database.
        #[arg(long, value_name = "DIR", default_value = "data")]
        data: PathBuf,
    },
    /// The figures that differ between two reports with JSON; fails when any does.
    Diff {
        /// Folder of the earlier report.
        one: PathBuf,
        /// Folder of the later report.
        other: PathBuf,
    },
    Due(due::DueArgs),
    Preview(Box<preview::PreviewArgs>),
    /// The editions that are kept: drafted, frozen, signed, sent.
    Editions(edition::ListArgs),
    /// Make or remake the draft of a report.
    Draft(Box<edition::MakeArgs>),
    /// Freeze an edition: from then on nothing in it changes.
    Freeze(Box<edition::MakeArgs>),
    /// Note that a frozen edition was signed.
    Sign(edition::StepArgs),
    /// Note that a signed edition was sent.
    Send(edition::StepArgs),
    /// Write the files of an edition to a folder.
    Save(edition::SaveArgs),
    /// Write a frozen edition to a folder for the province portal: a page, the files, their digests.
    Publish(publish::PublishArgs),
    /// State where a frozen edition was published; agents then look whether it is there.
    Published(publish::PublishedArgs),
    /// Write down what a unit contests in a draft.
    Object(objection::ObjectArgs),
    /// Accept or reject what a unit contests.
    Decide(objection::DecideArgs),
    /// What units contest, and what was decided.
    Objections(objection::ListArgs),
}

pub(super) fn run(
    command: &Command,
    lang: Lang,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match command {
        Command::Verify { folder, data } => verify(folder, data, lang, out, err),
        Command::Diff { one, other } => diff(one, other, lang, out, err),
        Command::Due(args) => due::run(args, now, out, err),
        Command::Preview(args) => preview::preview(args, now, out, err),
        Command::Editions(args) => edition::list(args, out, err),
        Command::Draft(args) => edition::make(args, false, now, out, err),
        Command::Freeze(args) => edition::make(args, true, now, out, err),
        Command::Sign(args) => edition::step(args, EditionState::Signed, now, out, err),
        Command::Send(args) => edition::step(args, EditionState::Sent, now, out, err),
        Command::Save(args) => edition::save(args, out, err),
        Command::Publish(args) => publish::publish(args, now, out, err),
        Command::Published(args) => publish::published(args, now, out, err),
        Command::Object(args) => objection::object(args, now, out, err),
        Command::Decide(args) => objection::decide(args, now, out, err),
        Command::Objections(args) => objection::list(args, out, err),
    }
}

fn verify(
    folder: &Path,
    data: &Path,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let (manifest, wrong) = match verify_files(folder) {
        Ok(found) => found,
        Err(error) => {
            writeln!(err, "{}", not_compared(&error, lang))?;
            return Ok(EXIT_USAGE);
        }
    };
    for file in &wrong {
        writeln!(out, "{}", fill(lang, "edition.verify.file", &[("file", file)]))?;
    }
    let now = SqliteStore::open_for_reading(&data.join(DATABASE)).and_then(|store| {
        let inventory = of_version(&store, &manifest.inventory_version)?;
        inventory
            .map(|inventory| digest_now(&store, &inventory, &manifest))
            .transpose()
    });
    let now = match now {
        Ok(now) => now,
        Err(error) => {
            writeln!(err, "{}", told(&error, lang))?;
            return Ok(EXIT_FAILED);
        }
    };
    let same = now == Some(manifest.data_digest);
    if !same {
        let now = now.map_or_else(|| "–".to_owned(), |now| now.to_string());
        let then = manifest.data_digest.to_string();
        writeln!(
            out,
            "{}",
            fill(lang, "edition.verify.data", &[("then", &then), ("now", &now)])
        )?;
    }
    if !same || !wrong.is_empty() {
        return Ok(EXIT_FAILED);
    }
    let (path, count) = (folder.display().to_string(), manifest.files.len().to_string());
    writeln!(
        out,
        "{}",
        fill(lang, "edition.verify.fine", &[("path", &path), ("count", &count)])
    )?;
    Ok(EXIT_OK)
}

/// The inventory that a report was made with, if it was ever in force here.
fn of_version(
    store: &dyn Store,
    version: &ems_contract::digest::Sha256,
) -> Result<Option<Inventory>, crate::store::StoreError> {
    let ever = Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX));
    let records = store.inventories(ever)?;
    Ok(records
        .iter()
        .rev()
        .filter(|record| record.version == *version)
        .find_map(|record| serde_json::from_str(&record.json).ok()))
}

fn diff(
    one: &Path,
    other: &Path,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let mut both = Vec::with_capacity(2);
    for folder in [one, other] {
        let path = folder.join("bao-cao.json");
        let read = std::fs::read(&path)
            .map_err(|error| unreadable(&path, &error, lang))
            .and_then(|text| {
                serde_json::from_slice::<Value>(&text)
                    .map_err(|error| not_json("edition.diff.broken", &path, &error, lang))
            });
        match read {
            Ok(value) => both.push(value),
            Err(told) => {
                writeln!(err, "{told}")?;
                return Ok(EXIT_USAGE);
            }
        }
    }
    let changes = compare(&both[0], &both[1]);
    for (figure, before, after) in &changes {
        writeln!(out, "{figure}: {before} → {after}")?;
    }
    if changes.is_empty() {
        writeln!(out, "{}", get(lang, "edition.diff.same"))?;
        return Ok(EXIT_OK);
    }
    let count = locale::count(i64::try_from(changes.len()).unwrap_or(i64::MAX), lang);
    writeln!(out, "{}", fill(lang, "edition.diff.differ", &[("count", &count)]))?;
    Ok(EXIT_FAILED)
}

fn unreadable(path: &Path, error: &std::io::Error, lang: Lang) -> String {
    let (path, error) = (path.display().to_string(), io_told(error, lang));
    fill(
        lang,
        "edition.cli.unreadable",
        &[("path", &path), ("error", &error)],
    )
}

fn not_json(key: &str, path: &Path, error: &serde_json::Error, lang: Lang) -> String {
    let path = path.display().to_string();
    let (line, column) = (error.line().to_string(), error.column().to_string());
    fill(
        lang,
        key,
        &[("path", &path), ("line", &line), ("column", &column)],
    )
}

fn not_compared(error: &VerifyError, lang: Lang) -> String {
    match error {
        VerifyError::Io { path, error } => unreadable(path, error, lang),
        VerifyError::List { path, error } => not_json("edition.manifest.broken", path, error, lang),
    }
}
