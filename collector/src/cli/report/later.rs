//! `report verify` and `report diff`: what became of a report after it was made.

use std::io::Write;
use std::path::{Path, PathBuf};

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde_json::Value;

use super::super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE};
use super::{due, edition, objection, preview, publish, units, verify};
use crate::edition::EditionState;
use crate::locale::{self, io_told};
use crate::report::compare;

/// Work on reports that were made.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Verify(verify::VerifyArgs),
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
    Draft(Box<units::DraftArgs>),
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
        Command::Verify(args) => verify::run(args, lang, now, out, err),
        Command::Diff { one, other } => diff(one, other, lang, out, err),
        Command::Due(args) => due::run(args, now, out, err),
        Command::Preview(args) => preview::preview(args, now, out, err),
        Command::Editions(args) => edition::list(args, out, err),
        Command::Draft(args) if args.units => units::draft(&args.make, now, out, err),
        Command::Draft(args) => edition::make(&args.make, false, now, out, err),
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

pub(super) fn unreadable(path: &Path, error: &std::io::Error, lang: Lang) -> String {
    let (path, error) = (path.display().to_string(), io_told(error, lang));
    fill(
        lang,
        "edition.cli.unreadable",
        &[("path", &path), ("error", &error)],
    )
}

pub(super) fn not_json(key: &str, path: &Path, error: &serde_json::Error, lang: Lang) -> String {
    let path = path.display().to_string();
    let (line, column) = (error.line().to_string(), error.column().to_string());
    fill(
        lang,
        key,
        &[("path", &path), ("line", &line), ("column", &column)],
    )
}
