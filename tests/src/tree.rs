//! The project's own files, as the tidy tests read them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

/// The root of the project.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// One text file of the project.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path below the root, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    /// The text before the first test module: what is built into the programs.
    #[must_use]
    pub fn production(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap_or_default()
    }

    /// Whether the path lies below one of these folders (or is one of these files).
    #[must_use]
    pub fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            self.path == *place
                || self
                    .path
                    .starts_with(&format!("{}/", place.trim_end_matches('/')))
        })
    }
}

/// Every file that git tracks or would track, with one of these endings.
///
/// # Errors
/// When git cannot be asked or a file is not UTF-8.
pub fn files(endings: &[&str]) -> anyhow::Result<Vec<SourceFile>> {
    let root = root();
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .context("git ls-files")?;
    anyhow::ensure!(listing.status.success(), "git ls-files failed");
    let mut found = Vec::new();
    for path in String::from_utf8(listing.stdout)?
        .split('\0')
        .filter(|path| !path.is_empty())
    {
        let wanted = endings.iter().any(|ending| path.ends_with(ending));
        let on_disk = root.join(path);
        if wanted && on_disk.is_file() {
            let text = std::fs::read_to_string(&on_disk).with_context(|| path.to_owned())?;
            found.push(SourceFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The Rust files of the crates that make the programs; modules that are built for tests only are left out.
///
/// # Errors
/// As [`files`].
pub fn program_files() -> anyhow::Result<Vec<SourceFile>> {
    let mut all = files(&[".rs"])?;
    all.retain(|file| {
        file.is_in(&[
            "contract/src",
            "agent/src",
            "collector/src",
            "collector/render/src",
        ])
    });
    let test_only: Vec<String> = all.iter().flat_map(test_modules).collect();
    all.retain(|file| {
        !test_only
            .iter()
            .any(|module| file.is_in(&[module.as_str()]) || file.path == format!("{module}.rs"))
    });
    Ok(all)
}

/// The modules that a file declares for tests only (`#[cfg(test)] mod name;`), as paths without ending.
fn test_modules(file: &SourceFile) -> Vec<String> {
    let folder = match file.path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
        _ => file.path.trim_end_matches(".rs").to_owned(),
    };
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let name = |line: &str| {
        let rest = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .trim_start_matches("pub ");
        rest.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned)
    };
    lines
        .windows(2)
        .filter(|pair| pair[0] == "#[cfg(test)]")
        .filter_map(|pair| name(pair[1]))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}
