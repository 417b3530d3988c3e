//! Which rule data a command works with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ems_contract::diagnostic::{Diagnostic, Diagnostics, Message, Place};

use crate::regulation::{Policy, Regulations, embedded};

/// The shipped data, or the operator's own laid over it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RulesArgs {
    /// Folder with rule data that replaces or adds to the files that ship (same names, same layout).
    #[arg(long, visible_alias = "pack-dir", env = "EMS_REGULATIONS", value_name = "DIR")]
    pub regulations: Option<PathBuf>,
    /// The operator's own thresholds (policy.yaml).
    #[arg(long, env = "EMS_POLICY", value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

impl RulesArgs {
    /// Loads the data.
    ///
    /// # Errors
    /// Every finding of every file.
    pub fn load(&self) -> Result<Regulations, Vec<Diagnostic>> {
        let rules = match &self.regulations {
            None => Regulations::embedded(),
            Some(folder) => load_over(folder),
        }?;
        match &self.policy {
            None => Ok(rules),
            Some(file) => under(rules, file),
        }
    }
}

/// The largest file read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The shipped files with those of `folder` laid over them.
///
/// # Errors
/// Every finding of every file, and what could not be read.
pub(super) fn load_over(folder: &Path) -> Result<Regulations, Vec<Diagnostic>> {
    let found = Diagnostics::default();
    let files = overlay(
        folder,
        &["", "calendar", "packs"],
        ".yaml",
        embedded::FILES,
        &found,
    );
    let sources = overlay(folder, &["fixtures/sources"], ".txt", embedded::SOURCES, &found);
    if found.errors() > 0 {
        return Err(found.into_vec());
    }
    Regulations::read(&borrowed(&files), &borrowed(&sources))
}

/// The rules under a policy file.
fn under(rules: Regulations, file: &Path) -> Result<Regulations, Vec<Diagnostic>> {
    let found = Diagnostics::default();
    match std::fs::read_to_string(file) {
        Ok(text) => {
            if let Some(policy) = Policy::read(&rules, &Arc::from(file), &text, &found) {
                return Ok(rules.under(policy));
            }
        }
        Err(error) => unreadable(&found, file, &error),
    }
    Err(found.into_vec())
}

fn borrowed(files: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect()
}

fn overlay(
    folder: &Path,
    below: &[&str],
    ending: &str,
    shipped: &[(&str, &str)],
    found: &Diagnostics,
) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = shipped
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    for part in below {
        let directory = folder.join(part);
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            // Parts that the operator does not override need not exist; the folder itself must.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !part.is_empty() => continue,
            Err(error) => {
                unreadable(found, &directory, &error);
                continue;
            }
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !name.ends_with(ending) {
                continue;
            }
            let too_large = entry.metadata().is_ok_and(|meta| meta.len() > MAX_BYTES);
            let text = if too_large {
                Err(std::io::Error::other("larger than 16 MiB"))
            } else {
                std::fs::read_to_string(entry.path())
            };
            match text {
                Ok(text) => {
                    let path = if part.is_empty() {
                        name
                    } else {
                        format!("{part}/{name}")
                    };
                    files.insert(path, text);
                }
                Err(error) => unreadable(found, &entry.path(), &error),
            }
        }
    }
    files
}

fn unreadable(found: &Diagnostics, path: &Path, error: &std::io::Error) {
    let place = Place::head(&Arc::from(path));
    let message = Message::new("yaml.unreadable").with("detail", error);
    found.push(Diagnostic::error(Some(place), "", message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_replaces_the_files_it_holds_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let args = RulesArgs {
            regulations: Some(folder.path().to_owned()),
            policy: None,
        };
        let shipped = Regulations::embedded().unwrap();
        assert_eq!(
            args.load().unwrap().version,
            shipped.version,
            "an empty folder changes nothing"
        );

        let (name, text) = embedded::FILES[0];
        std::fs::create_dir(folder.path().join("calendar")).unwrap();
        std::fs::write(folder.path().join(name), format!("{text}\n# ours\n")).unwrap();
        assert_ne!(args.load().unwrap().version, shipped.version);

        std::fs::write(folder.path().join(name), "year: soon\n").unwrap();
        let found = args.load().unwrap_err();
        assert!(
            found.iter().all(|finding| finding.to_string().contains(name)),
            "{found:?}"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let args = RulesArgs {
            regulations: Some(PathBuf::from("/no/such/folder")),
            policy: None,
        };
        assert!(
            args.load().unwrap_err()[0]
                .to_string()
                .contains("/no/such/folder")
        );
    }
}
