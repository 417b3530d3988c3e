//! `report verify` and `report diff`: what became of a report after it was made.

use std::io::Write;
use std::path::{Path, PathBuf};

use ems_contract::inventory::Inventory;
use ems_contract::text::{Lang, fill};
use ems_contract::time::{UnixTime, Window};
use serde_json::Value;

use super::super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE, told};
use crate::report::{compare, digest_now, verify_files};
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
    /// The figures that differ between two reports with JSON.
    Diff {
        /// Folder of the earlier report.
        one: PathBuf,
        /// Folder of the later report.
        other: PathBuf,
    },
}

pub(super) fn run(
    command: &Command,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match command {
        Command::Verify { folder, data } => verify(folder, data, lang, out, err),
        Command::Diff { one, other } => diff(one, other, lang, out, err),
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
            writeln!(err, "{error}")?;
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
            .and_then(|text| serde_json::from_slice::<Value>(&text).map_err(std::io::Error::other));
        match read {
            Ok(value) => both.push(value),
            Err(error) => {
                let (path, error) = (path.display().to_string(), error.to_string());
                let values = [("path", path.as_str()), ("error", error.as_str())];
                writeln!(err, "{}", fill(lang, "edition.cli.unreadable", &values))?;
                return Ok(EXIT_USAGE);
            }
        }
    }
    for (figure, before, after) in compare(&both[0], &both[1]) {
        writeln!(out, "{figure}: {before} → {after}")?;
    }
    Ok(EXIT_OK)
}
