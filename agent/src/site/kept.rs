//! The memory of a portal on disk, from one visit to the next.

use std::path::{Path, PathBuf};

use super::plan::memory::Memory;

/// Why a memory could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// The disk.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The content.
    #[error("{} was not written by this version of ems-agent; remove it to begin anew", path.display())]
    Content {
        /// The file.
        path: PathBuf,
    },
}

/// The memory in a file; an empty one where there is no file yet.
///
/// # Errors
/// [`KeptError`] when there is a file that cannot be used.
pub fn read(path: &Path) -> Result<Memory, KeptError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Memory::parse(&text).ok_or_else(|| KeptError::Content {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Memory::default()),
        Err(source) => Err(KeptError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Writes beside the file and renames: a visit that is cut short leaves the old memory.
///
/// # Errors
/// [`KeptError::Io`]; the old file is then still there.
pub fn write(path: &Path, memory: &Memory) -> Result<(), KeptError> {
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec(memory)?)?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|source| KeptError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Removes the memories of portals that are not `known` any more. Returns how many.
///
/// # Errors
/// [`KeptError::Io`] when the folder is there and cannot be worked with.
pub fn forget_others(folder: &Path, known: impl Fn(&str) -> bool) -> Result<usize, KeptError> {
    let forget = || -> std::io::Result<usize> {
        let mut forgotten = 0;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            // `{portal}.{probe}.json`, or `.new` while it is written.
            let portal = name
                .and_then(|name| name.split_once('.'))
                .map(|(portal, _)| portal);
            if portal.is_some_and(|portal| !known(portal)) {
                std::fs::remove_file(&path)?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    };
    match forget() {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(KeptError::Io {
            path: folder.to_owned(),
            source,
        }),
        forgotten => Ok(forgotten.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::time::UnixTime;

    use super::*;

    #[test]
    fn portals_that_left_are_forgotten_and_the_others_are_not() {
        let dir = tempfile::TempDir::new().unwrap();
        let folder = dir.path().join("visits");
        assert_eq!(forget_others(&folder, |_| false).unwrap(), 0, "no visit yet");
        for name in ["a.page.json", "a.links.json", "a-b.page.json", "gone.page.json"] {
            write(&folder.join(name), &Memory::default()).unwrap();
        }
        assert_eq!(forget_others(&folder, |portal| portal != "gone").unwrap(), 1);
        assert_eq!(forget_others(&folder, |portal| portal == "a").unwrap(), 1);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
        assert!(forget_others(&folder.join("a.page.json"), |_| true).is_err());
    }

    #[test]
    fn a_memory_comes_back_and_rubbish_is_told() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("visits/cong.page.json");
        assert_eq!(read(&path).unwrap(), Memory::default());
        let mut memory = Memory::default();
        memory.fails("https://a.example/", Some(404), None, UnixTime::from_secs(7));
        write(&path, &memory).unwrap();
        assert_eq!(read(&path).unwrap(), memory);
        std::fs::write(&path, "{").unwrap();
        assert!(matches!(read(&path), Err(KeptError::Content { .. })));
        assert!(matches!(read(dir.path()), Err(KeptError::Io { .. })));
    }
}
