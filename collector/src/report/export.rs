//! A finished report as a folder: there whole, or not at all, with a list of what is in it and its digests.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use ems_contract::digest::Sha256;
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::draw::Excluded;

/// The list of what is in the folder.
pub const MANIFEST: &str = "manifest.json";

/// What a folder holds and what its figures rest on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this list.
    pub schema: u16,
    /// `ag-q/2026-Q4`, or the period alone.
    pub key: String,
    /// Number of the edition; absent in a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<u32>,
    /// What the report is about.
    pub window: Window,
    /// End of its data.
    pub data_to: UnixTime,
    /// Portals it was narrowed to; empty for all that its duty binds.
    pub portals: Vec<String>,
    /// The pack that binds the portals, where the report answers a duty.
    pub pack: Option<String>,
    /// The data were made up.
    pub demo: bool,
    /// Time that officials took out of the adjusted account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<Excluded>,
    /// Digest of the data.
    pub data_digest: Sha256,
    /// Digest of what was concluded and entered; absent in lists of earlier programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings_digest: Option<Sha256>,
    /// The data of the earlier stretches that stand beside the figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Earlier>,
    /// Digest of the inventory.
    pub inventory_version: Sha256,
    /// Digest of rules and calendar.
    pub rules_version: Sha256,
    /// The packs behind it with their versions: that of its duty, or all.
    pub packs: BTreeMap<String, String>,
    /// Versions of the working-day calendars of its years.
    pub calendar: Vec<String>,
    /// Digest of the operator's own words and layouts; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub templates: Option<Sha256>,
    /// Digest of the sentences that say how figures are made.
    pub method: Sha256,
    /// Version of the program.
    pub program: String,
    /// The files, by name.
    pub files: Vec<Entry>,
}

/// The data of an earlier stretch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The stretch.
    pub window: Window,
    /// End of its data.
    pub data_to: UnixTime,
    /// The portal whose figures they are, where it is another one: that which was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
    /// Digest of its data.
    pub data_digest: Sha256,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Name in the folder.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Digest.
    pub sha256: Sha256,
}

/// Why there is no folder.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It is there already.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// Another command writes it.
    #[error("{0} is being written by another command")]
    Busy(PathBuf),
    /// It could not be written; nothing is left.
    #[error("{path}: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// The list, and every file by its name.
type Taken = (Manifest, Vec<(String, Vec<u8>)>);

/// Why a folder cannot be compared with its list.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Its list is none.
    #[error("{path}:{}:{}: not a list of files", error.line(), error.column())]
    List {
        /// The list.
        path: PathBuf,
        /// What the parser said.
        error: serde_json::Error,
    },
}

/// What cannot be read, and what the system said.
struct Unreadable {
    path: PathBuf,
    error: io::Error,
}

impl From<Unreadable> for ExportError {
    fn from(Unreadable { path, error }: Unreadable) -> Self {
        Self::Io { path, error }
    }
}

impl From<Unreadable> for VerifyError {
    fn from(Unreadable { path, error }: Unreadable) -> Self {
        Self::Io { path, error }
    }
}

/// A folder in the making. Dropped before it is in its place it leaves nothing.
#[derive(Debug)]
pub struct Export {
    target: PathBuf,
    beside: PathBuf,
    lock_path: PathBuf,
    /// Held as long as the folder is being written.
    _lock: File,
    finished: bool,
}

impl Export {
    /// Begins a folder that will stand at `target`.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn begin(target: &Path) -> Result<Self, ExportError> {
        if target.exists() {
            return Err(ExportError::Exists(target.to_owned()));
        }
        let suffixed = |suffix: &str| {
            let mut name = target.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let (beside, lock_path) = (suffixed(".part"), suffixed(".lock"));
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| ExportError::Io { path, error }
        };
        if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(io(parent))?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ExportError::Busy(target.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io(&lock_path)(error)),
        }
        // The one before may have finished between the first look and the lock.
        if target.exists() {
            return Err(ExportError::Exists(target.to_owned()));
        }
        if beside.exists() {
            // Left by one that was killed: it held the lock and does not any more.
            std::fs::remove_dir_all(&beside).map_err(io(&beside))?;
        }
        std::fs::create_dir(&beside).map_err(io(&beside))?;
        Ok(Self {
            target: target.to_owned(),
            beside,
            lock_path,
            _lock: lock,
            finished: false,
        })
    }

    /// Where files go until the folder is finished.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.beside
    }

    /// Writes a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), ExportError> {
        let path = self.beside.join(name);
        std::fs::write(&path, content).map_err(|error| ExportError::Io { path, error })
    }

    /// Writes the list over everything in the folder and puts the folder in its place.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn finish(self, manifest: Manifest) -> Result<Manifest, ExportError> {
        let manifest = self.list(manifest)?;
        self.place()?;
        Ok(manifest)
    }

    /// Puts the folder in its place as it is: with a list that was written before.
    ///
    /// # Errors
    /// When a file cannot be read or the folder not be moved.
    pub fn place(mut self) -> Result<(), ExportError> {
        for entry in entries(&self.beside)? {
            let path = self.beside.join(&entry.name);
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(|error| ExportError::Io { path, error })?;
        }
        std::fs::rename(&self.beside, &self.target).map_err(|error| ExportError::Io {
            path: self.target.clone(),
            error,
        })?;
        self.finished = true;
        Ok(())
    }

    /// Writes the list and takes every file out by its name, the list last; no folder is left.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn taken(self, manifest: Manifest) -> Result<Taken, ExportError> {
        let manifest = self.list(manifest)?;
        let names = manifest.files.iter().map(|file| file.name.as_str());
        let files = names.chain([MANIFEST]).map(|name| {
            let path = self.beside.join(name);
            match std::fs::read(&path) {
                Ok(bytes) => Ok((name.to_owned(), bytes)),
                Err(error) => Err(ExportError::Io { path, error }),
            }
        });
        let files = files.collect::<Result<_, _>>()?;
        Ok((manifest, files))
    }

    fn list(&self, mut manifest: Manifest) -> Result<Manifest, ExportError> {
        manifest.files = entries(&self.beside)?;
        let text = serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n";
        self.write(MANIFEST, text.as_bytes())?;
        Ok(manifest)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if !self.finished {
            drop(std::fs::remove_dir_all(&self.beside));
        }
        drop(std::fs::remove_file(&self.lock_path));
    }
}

fn entries(folder: &Path) -> Result<Vec<Entry>, Unreadable> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |error| Unreadable { path, error }
    };
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let content = std::fs::read(&path).map_err(io(&path))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name != MANIFEST {
            all.push(Entry {
                name,
                bytes: content.len() as u64,
                sha256: Sha256::of(&content),
            });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The list of a folder, and the names of files that are missing, added or changed.
///
/// # Errors
/// When the list or a file cannot be read.
pub fn verify_files(folder: &Path) -> Result<(Manifest, Vec<String>), VerifyError> {
    let path = folder.join(MANIFEST);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) => return Err(VerifyError::Io { path, error }),
    };
    let manifest: Manifest = match serde_json::from_slice(&text) {
        Ok(manifest) => manifest,
        Err(error) => return Err(VerifyError::List { path, error }),
    };
    let found = entries(folder)?;
    let mut wrong: Vec<String> = manifest
        .files
        .iter()
        .filter(|entry| !found.contains(entry))
        .map(|entry| entry.name.clone())
        .collect();
    let added = found
        .iter()
        .filter(|entry| manifest.files.iter().all(|known| known.name != entry.name));
    wrong.extend(added.map(|entry| entry.name.clone()));
    Ok((manifest, wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let at = UnixTime::from_secs(1_795_000_200);
        Manifest {
            schema: 1,
            key: "2026-Q4".into(),
            edition: None,
            window: Window::new(at, at + 60),
            data_to: at + 60,
            portals: vec![],
            pack: None,
            demo: true,
            excluded: vec![],
            data_digest: Sha256::of(b"data"),
            findings_digest: None,
            compared: vec![],
            inventory_version: Sha256::of(b"inventory"),
            rules_version: Sha256::of(b"rules"),
            packs: BTreeMap::new(),
            calendar: vec![],
            templates: None,
            method: Sha256::of(b"method"),
            program: "0".into(),
            files: vec![],
        }
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("q4");
        let begun = Export::begin(&target).unwrap();
        begun.write("a.txt", b"a").unwrap();
        assert!(matches!(Export::begin(&target), Err(ExportError::Busy(_))));
        drop(begun);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let begun = Export::begin(&target).unwrap();
        begun.write("a.txt", b"a").unwrap();
        begun.finish(manifest()).unwrap();
        assert!(matches!(Export::begin(&target), Err(ExportError::Exists(_))));
        assert_eq!(verify_files(&target).unwrap().1, Vec::<String>::new());
        std::fs::write(target.join("a.txt"), b"b").unwrap();
        std::fs::write(target.join("c.txt"), b"c").unwrap();
        assert_eq!(verify_files(&target).unwrap().1, ["a.txt", "c.txt"]);
    }

    #[test]
    fn files_are_taken_out_with_their_list_and_no_folder_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let begun = Export::begin(&dir.path().join("q4")).unwrap();
        begun.write("a.txt", b"a").unwrap();
        let (manifest, files) = begun.taken(manifest()).unwrap();
        assert_eq!(manifest.files[0].sha256, Sha256::of(b"a"));
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a.txt", MANIFEST]);
        assert_eq!(serde_json::from_slice::<Manifest>(&files[1].1).unwrap(), manifest);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_command_left_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("q4");
        std::fs::create_dir(dir.path().join("q4.part")).unwrap();
        std::fs::write(dir.path().join("q4.part/half"), b"").unwrap();
        Export::begin(&target).unwrap().finish(manifest()).unwrap();
        assert!(!target.join("half").exists());
    }

    #[test]
    fn a_full_disk_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("q4");
        let begun = Export::begin(&target).unwrap();
        // A device that takes nothing stands for the full disk.
        std::os::unix::fs::symlink("/dev/full", begun.folder().join("big.html")).unwrap();
        assert!(matches!(
            begun.write("big.html", b"x"),
            Err(ExportError::Io { .. })
        ));
        drop(begun);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
