//! Whole pages on their way to the collector: a spool of files, apart from the records and behind them. What it cannot take
//! is a proof less and never a fact.
//!
//! One file a page, named by digest and portal: a line of JSON that says what it is, and the page as a zstd frame. Files are
//! written beside, synced and renamed, so a crash leaves whole ones. The folder is bounded by bytes; when it is full nothing
//! that waits makes room, for records name it already, and what is new is not kept.

mod status;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ems_contract::digest::Sha256;
use ems_contract::evidence::{Label, MAX_BODY};
use tokio::sync::Notify;

pub use status::{NotKept, Status};

/// Compressed bytes that may wait where nothing is written.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// What the files of pages end in.
const SUFFIX: &str = "page";
/// What a file ends in while it is written.
const UNFINISHED: &str = "new";
/// How hard zstd tries: pages are kept seldom and travel once.
const LEVEL: i32 = 6;

/// A page that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// SHA-256 of the page.
    pub digest: Sha256,
    /// What it is.
    pub label: Label,
    /// The page as a zstd frame.
    pub frame: Vec<u8>,
    place: u64,
}

/// The folder of pages that wait; all copies are one.
#[derive(Debug, Clone)]
pub struct EvidenceSpool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    max_bytes: u64,
    files: Mutex<Files>,
    arrived: Notify,
    status: Status,
}

/// What lies in the folder, in the order of arrival.
#[derive(Debug, Default)]
struct Files {
    waiting: BTreeMap<u64, (String, u64)>,
    names: HashSet<String>,
    bytes: u64,
    next: u64,
}

impl Files {
    fn add(&mut self, name: String, bytes: u64) {
        self.names.insert(name.clone());
        self.waiting.insert(self.next, (name, bytes));
        self.bytes += bytes;
        self.next += 1;
    }

    fn remove(&mut self, place: u64) -> Option<String> {
        let (name, bytes) = self.waiting.remove(&place)?;
        self.names.remove(&name);
        self.bytes -= bytes;
        Some(name)
    }
}

impl EvidenceSpool {
    /// The spool in a data folder with what the last run left in it, the oldest first; at most `max_bytes` wait.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(data_dir: &Path, max_bytes: u64) -> io::Result<Self> {
        let folder = data_dir.join("evidence");
        fs::create_dir_all(&folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let is = |suffix: &str| path.extension().is_some_and(|end| end == suffix);
            if is(UNFINISHED) {
                // The last run ended in the middle of it.
                fs::remove_file(&path)?;
            } else if is(SUFFIX)
                && let Ok(name) = entry.file_name().into_string()
            {
                let about = entry.metadata()?;
                found.push((about.modified()?, name, about.len()));
            }
        }
        found.sort();
        let mut files = Files::default();
        for (_, name, bytes) in found {
            files.add(name, bytes);
        }
        let status = Status::default();
        status.waits(files.waiting.len(), files.bytes);
        Ok(Self {
            inner: Arc::new(Inner {
                folder,
                max_bytes,
                files: Mutex::new(files),
                arrived: Notify::new(),
                status,
            }),
        })
    }

    /// Counters, for whoever shows them.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.inner.status
    }

    /// Keeps a page until it is sent; returns its digest and the bytes it takes, none where it waits already.
    ///
    /// # Errors
    /// Why it is not kept; counted.
    pub fn put(&self, label: &Label, body: &[u8]) -> Result<(Sha256, u64), NotKept> {
        self.keep(label, body)
            .inspect_err(|why| self.inner.status.unkept(why))
    }

    fn keep(&self, label: &Label, body: &[u8]) -> Result<(Sha256, u64), NotKept> {
        let digest = Sha256::of(body);
        let name = format!("{digest}.{}.{SUFFIX}", label.portal);
        if body.len() > MAX_BODY {
            return Err(NotKept::TooLong);
        }
        if self.files().names.contains(&name) {
            return Ok((digest, 0));
        }
        let mut bytes = serde_json::to_vec(label).map_err(io::Error::from)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&zstd::bulk::compress(body, LEVEL)?);
        let length = bytes.len() as u64;
        if self.files().bytes + length > self.inner.max_bytes {
            return Err(NotKept::Full);
        }
        self.write(&name, &bytes)?;
        let mut files = self.files();
        if !files.names.contains(&name) {
            files.add(name, length);
        }
        self.inner.status.waits(files.waiting.len(), files.bytes);
        drop(files);
        self.inner.arrived.notify_one();
        Ok((digest, length))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.inner.folder.join(name);
        let beside = path.with_extension(UNFINISHED);
        let write = || {
            let mut file = fs::File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            // The name, too, outlives a power cut: the visit that points at the page may be in the spool already.
            fs::File::open(&self.inner.folder)?.sync_all()
        };
        write().inspect_err(|_full| {
            // Half a file on a full disk is in the way of everything else.
            let _gone = fs::remove_file(&beside);
        })
    }

    /// The page that has waited longest. A file that is gone or not whole is given up.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn next(&self) -> io::Result<Option<Waiting>> {
        loop {
            let first = self
                .files()
                .waiting
                .first_key_value()
                .map(|(place, (name, _))| (*place, name.clone()));
            let Some((place, name)) = first else {
                return Ok(None);
            };
            let read = match fs::read(self.inner.folder.join(&name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                read => read.ok(),
            };
            if let Some(waiting) = read.and_then(|bytes| whole(&name, bytes, place)) {
                return Ok(Some(waiting));
            }
            tracing::warn!(name, "a page that was kept as evidence is not whole");
            self.inner.status.unkept(&NotKept::Torn);
            self.remove(place)?;
        }
    }

    /// A page is at the collector, or nobody will take it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn done(&self, waiting: &Waiting) -> io::Result<()> {
        self.remove(waiting.place)
    }

    fn remove(&self, place: u64) -> io::Result<()> {
        let mut files = self.files();
        let removed = files.remove(place);
        self.inner.status.waits(files.waiting.len(), files.bytes);
        drop(files);
        match removed.map(|name| fs::remove_file(self.inner.folder.join(name))) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Waits until a page has arrived since the last look.
    pub async fn arrived(&self) {
        self.inner.arrived.notified().await;
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.inner.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file's content; nothing where it is not whole.
fn whole(name: &str, mut bytes: Vec<u8>, place: u64) -> Option<Waiting> {
    let digest = name.split('.').next()?.parse().ok()?;
    let end = memchr::memchr(b'\n', &bytes)?;
    let label = serde_json::from_slice(bytes.get(..end)?).ok()?;
    let frame = bytes.split_off(end + 1);
    let body = zstd::bulk::decompress(&frame, MAX_BODY).ok()?;
    (Sha256::of(&body) == digest).then_some(Waiting {
        digest,
        label,
        frame,
        place,
    })
}
