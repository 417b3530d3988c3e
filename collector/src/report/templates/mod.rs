//! The operator's own words and layouts of reports: files that anybody can edit with a text editor, read anew whenever a
//! report is made (docs/REPORT.md).
//!
//! `unit/summary.txt` words the paragraphs of a chapter of one text, `document.html` lays out the HTML, `layout.typ` the
//! PDF. Tables, charts, lists, remarks and gaps stay: a template can change how a report speaks, never what was measured.

mod fault;
mod values;
mod wording;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ems_contract::digest::Sha256;
use ems_contract::document::Document;

use super::contents::{CHAPTERS, Kind};
use super::model::Report;
use super::twin::Template;
use crate::template;

pub(super) use fault::rendered;
pub use fault::{TemplateFault, TemplateFaults, Wrong};

/// The HTML layout.
const HTML: &str = "document.html";
/// The PDF layout.
const LAYOUT: &str = "layout.typ";
/// The line that says what the text is about (trích yếu).
const SUBJECT: &str = "subject";
/// The whole of a text without chapters.
const TEXT: &str = "text";
/// A file of words is no longer than this, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// The files, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    /// Layout of the HTML.
    pub html: Template,
    /// Layout of the PDF.
    pub layout: Option<Layout>,
    /// Words by kind and part, such as `unit/summary`.
    words: BTreeMap<String, Template>,
    /// Digest of names and bytes of all of them; `None` where there is none.
    pub digest: Option<Sha256>,
}

/// A typst layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Where it is.
    pub path: PathBuf,
    /// Digest of what was read.
    pub sha256: Sha256,
}

impl Kind {
    /// Its folder of templates.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consolidated => "consolidated",
            Self::Unit => "unit",
            Self::Leader => "leader",
            Self::Slip => "slip",
        }
    }

    /// The parts that can be worded.
    fn parts(self) -> Vec<&'static str> {
        match self {
            Self::Consolidated | Self::Unit => CHAPTERS.into_iter().chain([SUBJECT]).collect(),
            Self::Leader | Self::Slip => vec![TEXT, SUBJECT],
        }
    }
}

/// Every name that a file may have.
fn known() -> Vec<String> {
    let kinds = [Kind::Consolidated, Kind::Unit, Kind::Leader, Kind::Slip];
    let words = kinds.iter().flat_map(|kind| {
        let parts = kind.parts().into_iter();
        parts.map(|part| format!("{}/{part}.txt", kind.name()))
    });
    words.chain([HTML.to_owned(), LAYOUT.to_owned()]).collect()
}

impl Templates {
    /// Reads a folder, and tells everything that is wrong with its files at once; what is sound is there nevertheless.
    #[must_use]
    pub fn load(folder: &Path) -> (Self, TemplateFaults) {
        let mut faults = Vec::new();
        let mut files: Vec<(String, PathBuf)> = Vec::new();
        list(folder, "", &mut files, &mut faults);
        files.sort();
        let known = known();
        let mut all = Self::default();
        let mut read: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, path) in files {
            if !known.contains(&name) {
                faults.push(TemplateFault::unknown_file(&name, &known));
                continue;
            }
            match text(&path) {
                Err(why) => faults.push(TemplateFault::new(&name, None, why)),
                Ok(text) => {
                    read.push((name.clone(), text.clone().into_bytes()));
                    all.take(name, path, text);
                }
            }
        }
        faults.extend(all.words.values().filter_map(wording::ill_formed));
        let page = template::environment().ok();
        faults.extend(page.and_then(|environment| fault::ill_formed(environment, &all.html)));
        let parts: Vec<&[u8]> = read
            .iter()
            .flat_map(|(name, bytes)| [name.as_bytes(), bytes])
            .collect();
        all.digest = (!parts.is_empty()).then(|| Sha256::of_list(&parts));
        (all, TemplateFaults(faults))
    }

    fn take(&mut self, name: String, path: PathBuf, text: String) {
        match name.as_str() {
            HTML => self.html = Template { name, text },
            LAYOUT => {
                let sha256 = Sha256::of(text.as_bytes());
                self.layout = Some(Layout { path, sha256 });
            }
            _ => {
                let key = name.trim_end_matches(".txt").to_owned();
                self.words.insert(key, Template { name, text });
            }
        }
    }

    /// Puts the operator's words in the place of the built-in ones; `period` is the period in words. What people wrote
    /// for this report (`passages`) stays.
    ///
    /// # Errors
    /// Everything that is wrong with the files of this text at once; the document is as it was, then.
    pub fn reword(
        &self,
        kind: Kind,
        document: &mut Document,
        report: &Report,
        (period, passages): (&str, &BTreeMap<String, String>),
    ) -> Result<(), TemplateFaults> {
        if self.words.is_empty() {
            return Ok(());
        }
        let words = |part: &str| self.words.get(&format!("{}/{part}", kind.name()));
        let values = values::of(document, report, period);
        wording::reword(kind, document, (&values, passages), words)
    }
}

impl Layout {
    /// Whether the file still is what was read.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        text(&self.path).is_ok_and(|text| Sha256::of(text.as_bytes()) == self.sha256)
    }
}

/// The files of a folder and of those in it, without what editors leave behind.
fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>, faults: &mut Vec<TemplateFault>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let place = folder.display().to_string();
            faults.push(TemplateFault::new(&place, None, Wrong::Unreadable(error.kind())));
            return;
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() && prefix.is_empty() {
            list(&path, &format!("{name}/"), files, faults);
        } else {
            files.push((format!("{prefix}{name}"), path));
        }
    }
}

/// A file as text, whatever editor wrote it: without byte order mark, lines ended by a line feed.
fn text(path: &Path) -> Result<String, Wrong> {
    let told = |error: std::io::Error| Wrong::Unreadable(error.kind());
    if std::fs::metadata(path).map_err(told)?.len() > LONGEST {
        return Err(Wrong::TooLarge(LONGEST));
    }
    let bytes = std::fs::read(path).map_err(told)?;
    let text = String::from_utf8(bytes).map_err(|_other| Wrong::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests;
