//! The last good plan on disk.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use ems_contract::digest::Sha256;
use ems_contract::plan::Plan;
use serde::{Deserialize, Serialize};

use super::Versioned;

/// Why the kept plan could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// The disk.
    #[error("cannot use the kept plan `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The content.
    #[error("the kept plan `{}` cannot be understood: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

#[derive(Serialize)]
struct Written<'a> {
    version: Sha256,
    plan: &'a Plan,
}

#[derive(Deserialize)]
struct Read {
    version: Sha256,
    plan: Plan,
}

/// The file in a data folder.
#[must_use]
pub fn path_in(data_dir: &Path) -> PathBuf {
    data_dir.join("plan.json")
}

/// The kept plan; `None` when there is none yet.
///
/// # Errors
/// [`PlanFileError`] when there is one that cannot be used.
pub fn read(path: &Path) -> Result<Option<Versioned>, PlanFileError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(PlanFileError::Io {
                path: path.to_owned(),
                source,
            });
        }
    };
    let read: Read = serde_json::from_slice(&bytes).map_err(|source| PlanFileError::Content {
        path: path.to_owned(),
        source,
    })?;
    Ok(Some(Versioned {
        version: read.version,
        plan: read.plan,
    }))
}

/// Keeps a plan: written beside, synced, then renamed over the old one, so that a crash leaves one of the two whole.
///
/// # Errors
/// [`PlanFileError::Io`]; the old file is then still there.
pub fn write(path: &Path, plan: &Versioned) -> Result<(), PlanFileError> {
    let beside = path.with_extension("json.new");
    let write = || -> std::io::Result<()> {
        let bytes = serde_json::to_vec(&Written {
            version: plan.version,
            plan: &plan.plan,
        })?;
        let mut file = File::create(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(|source| PlanFileError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_plan_comes_back_and_a_half_written_one_harms_nobody() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = path_in(dir.path());
        assert_eq!(read(&path).unwrap(), None);
        let plan = |n| Versioned {
            version: Sha256::of(b"what the collector calls it"),
            plan: testing::plan(n),
        };
        write(&path, &plan(2)).unwrap();
        std::fs::write(dir.path().join("plan.json.new"), "{\"ver").unwrap();
        assert_eq!(read(&path).unwrap(), Some(plan(2)));
        write(&path, &plan(3)).unwrap();
        assert_eq!(read(&path).unwrap(), Some(plan(3)));
        std::fs::write(&path, "{\"ver").unwrap();
        assert!(matches!(read(&path), Err(PlanFileError::Content { .. })));
    }
}
