//! What files look like from outside: enough to see that they changed.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The outside of the watched files and folders. Two equal stamps: nothing was written between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp(Vec<(PathBuf, Option<Outside>)>);

/// Modification alone would miss a change within one tick of the file system's clock that keeps the size; an editor
/// that replaces the file changes its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outside {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of these paths now. A path that is not there is part of the stamp: its coming is a change.
    pub(crate) fn of(watched: &[PathBuf]) -> Self {
        Self(watched.iter().map(|path| (path.clone(), outside(path))).collect())
    }
}

fn outside(path: &Path) -> Option<Outside> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Outside {
        inode: metadata.ino(),
        // The size of a folder says nothing; its modification does.
        bytes: if metadata.is_dir() { 0 } else { metadata.len() },
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    })
}
