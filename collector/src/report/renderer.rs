//! DOCX, PDF and XLSX: made by `ems-render`, a process of its own, from the document as JSON.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ems_contract::document::Document;

/// A form that the renderer makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Editable text.
    Docx,
    /// Print.
    Pdf,
    /// Workbook.
    Xlsx,
}

impl Form {
    /// Option of the renderer and ending of the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
        }
    }
}

/// The renderer could not be run or did not do it.
#[derive(Debug, thiserror::Error)]
#[error("ems-render failed ({code}): {said}")]
pub struct RendererError {
    /// How it ended.
    pub code: String,
    /// What it said.
    pub said: String,
}

/// The renderer: as named, else beside this program, else one that is built beside it.
#[must_use]
pub fn find(named: Option<&Path>, own: &Path) -> Option<PathBuf> {
    if let Some(named) = named {
        return named.is_file().then(|| named.to_owned());
    }
    let folder = own.parent()?;
    let profiles = folder.parent();
    let beside = [
        Some(folder.join("ems-render")),
        profiles.map(|profiles| profiles.join("release/ems-render")),
    ];
    beside.into_iter().flatten().find(|path| path.is_file())
}

/// Makes the files of `forms` at `stem` with their endings.
///
/// # Errors
/// [`RendererError`]; files of this call that were made before are the caller's to remove.
pub fn render(
    renderer: &Path,
    document: &Document,
    forms: &[Form],
    stem: &Path,
) -> Result<(), RendererError> {
    let failed = |code: &str, said: String| RendererError {
        code: code.to_owned(),
        said,
    };
    let json = serde_json::to_vec(document).map_err(|error| failed("json", error.to_string()))?;
    let mut command = Command::new(renderer);
    command
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    for form in forms {
        command
            .arg(format!("--{}", form.as_str()))
            .arg(stem.with_extension(form.as_str()));
    }
    let mut child = command
        .spawn()
        .map_err(|error| failed("start", error.to_string()))?;
    // It reads all before it writes: a closed pipe means that it ended, and its own words tell why.
    let handed = child.stdin.take().map(|mut pipe| pipe.write_all(&json));
    let done = child
        .wait_with_output()
        .map_err(|error| failed("wait", error.to_string()))?;
    if done.status.success() && matches!(handed, Some(Ok(()))) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    Err(failed(&done.status.to_string(), said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_for_where_it_may_be() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("debug/ems-collector");
        assert_eq!(find(None, &own), None);
        assert_eq!(find(Some(&dir.path().join("none")), &own), None);
        std::fs::create_dir_all(dir.path().join("release")).unwrap();
        let built = dir.path().join("release/ems-render");
        std::fs::write(&built, "").unwrap();
        assert_eq!(find(None, &own), Some(built));
    }
}
