//! Files that are there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file is not there.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written: {why}")]
pub struct SaveError {
    path: String,
    why: io::Error,
}

/// Writes a file beside its place and then moves it there: a full disk or a crash leaves what was there before.
///
/// # Errors
/// When it cannot be written; nothing of it is left then.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    let aside = aside(path);
    let told = |why| SaveError {
        path: path.display().to_string(),
        why,
    };
    write(&aside, bytes)
        .and_then(|()| fs::rename(&aside, path))
        .map_err(|why| {
            // What is not there cannot be removed, and what cannot be removed was told above.
            drop(fs::remove_file(&aside));
            told(why)
        })?;
    // The new name has to survive a crash too; not every file system lets a folder be synced.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        drop(File::open(folder).and_then(|folder| folder.sync_all()));
    }
    Ok(())
}

/// A name of its own for each process: two jobs at once do not share a file.
fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("báo cáo.pdf");
        save(&path, b"one").unwrap();
        save(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("q4.pdf");
        fs::create_dir(&taken).unwrap();
        let error = save(&taken, b"x").unwrap_err().to_string();
        assert!(error.contains("q4.pdf cannot be written"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
