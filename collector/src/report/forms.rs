//! The forms of a report, written into a folder in the making.

use std::path::{Path, PathBuf};

use ems_contract::text::{Lang, fill};

use super::csv::csv;
use super::draw::Drawn;
use super::export::{Export, ExportError};
use super::json::json;
use super::render::{RenderError, Renderer, Wanted};
use super::templates::{TemplateFaults, Templates};
use super::twin::twin;
use crate::locale::io_told;

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Form {
    /// Editable text.
    Docx,
    /// Print.
    Pdf,
    /// Workbook.
    Xlsx,
    /// Tables as text.
    Csv,
    /// Figures as data.
    Json,
    /// Web page.
    Html,
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Html => "html",
        })
    }
}

impl Form {
    /// Those that the collector writes itself.
    pub const OWN: [Self; 3] = [Self::Csv, Self::Json, Self::Html];
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Docx,
        Self::Pdf,
        Self::Xlsx,
        Self::Csv,
        Self::Json,
        Self::Html,
    ];
}

/// Why a form was not written.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The folder.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The layout of the HTML.
    #[error(transparent)]
    Template(#[from] TemplateFaults),
    /// The layout of the PDF was changed while it was used.
    #[error("{0} was changed meanwhile")]
    Changed(PathBuf),
    /// The renderer.
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl FormError {
    /// In words.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        let filled = |key: &str, values: &[(&str, String)]| {
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, &**value)).collect();
            fill(lang, key, &values)
        };
        let path = |path: &Path| ("path", path.display().to_string());
        match self {
            Self::Export(ExportError::Exists(at)) => filled("edition.cli.exists", &[path(at)]),
            Self::Export(ExportError::Busy(at)) => filled("edition.cli.busy", &[path(at)]),
            Self::Export(ExportError::Io { path: at, error }) => filled(
                "edition.cli.not_written",
                &[path(at), ("error", io_told(error, lang))],
            ),
            Self::Template(faults) => faults.render(lang),
            Self::Changed(at) => filled("edition.template.changed", &[path(at)]),
            Self::Render(error) => error.render(lang),
        }
    }
}

/// The name of a report's files, before the ending.
const STEM: &str = "bao-cao";

/// Writes the forms; `renderer` finds the program for DOCX, PDF and XLSX, and is asked only where one of them is wanted.
///
/// # Errors
/// [`FormError`] for the first that cannot be written.
pub fn write_forms(
    forms: &[Form],
    export: &Export,
    drawn: &Drawn,
    templates: &Templates,
    renderer: impl FnOnce() -> Result<Renderer, RenderError>,
) -> Result<(), FormError> {
    let mut forms = forms.to_vec();
    forms.sort_unstable();
    forms.dedup();
    let mut wanted = Wanted::default();
    let file = |ending: &str| Some(export.folder().join(STEM).with_extension(ending));
    for form in forms {
        match form {
            Form::Docx => wanted.docx = file("docx"),
            Form::Pdf => wanted.pdf = file("pdf"),
            Form::Xlsx => wanted.xlsx = file("xlsx"),
            Form::Csv => {
                for (place, sheet) in drawn.document.sheets.iter().enumerate() {
                    export.write(
                        &format!("{STEM}-{}.csv", place + 1),
                        csv(sheet, drawn.document.mark.as_deref()).as_bytes(),
                    )?;
                }
            }
            Form::Json => export.write(&format!("{STEM}.json"), json(&drawn.report).as_bytes())?,
            Form::Html => {
                let html = twin(&drawn.document, &templates.html)?;
                export.write(&format!("{STEM}.html"), html.as_bytes())?;
            }
        }
    }
    if wanted == Wanted::default() {
        return Ok(());
    }
    let layout = templates.layout.as_ref().filter(|_| wanted.pdf.is_some());
    wanted.layout = layout.map(|layout| layout.path.clone());
    renderer()?.render(&drawn.document, &wanted)?;
    // The list of what the report rests on names the digest of what was read, not of what was used.
    match layout.filter(|layout| !layout.is_unchanged()) {
        Some(layout) => Err(FormError::Changed(layout.path.clone())),
        None => Ok(()),
    }
}
