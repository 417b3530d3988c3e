//! The workbench: renders documents and reads them with `pdftotext`, Python and LibreOffice.

use std::path::{Path, PathBuf};
use std::process::Command;

use ems_contract::document::{Block, Document, SCHEMA};
use ems_contract::text::Lang;
use ems_render::{Fonts, docx, pdf, read, xlsx};
use serde_json::Value;
use tempfile::TempDir;

/// A document with this text and nothing else.
pub(crate) fn document(body: Vec<Block>) -> Document {
    Document {
        schema: SCHEMA,
        lang: Lang::Vi,
        made_at: "2026-12-14T05:00:00Z".parse().unwrap(),
        title: "Báo cáo mẫu".to_owned(),
        author: "Sở Mẫu".to_owned(),
        mark: Some("SỐ LIỆU MẪU".to_owned()),
        footer: None,
        letterhead: None,
        body,
        signature: None,
        recipients: Vec::new(),
        appendices: Vec::new(),
        sheets: Vec::new(),
    }
}

/// The three files of a document.
pub(crate) struct Made {
    folder: TempDir,
}

impl Made {
    /// Renders by way of JSON, as the collector does.
    pub(crate) fn of(document: &Document) -> Self {
        let (document, _) = read(&serde_json::to_vec(document).unwrap()).unwrap();
        let fonts = Fonts::embedded().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: Vec<u8>| std::fs::write(folder.path().join(name), bytes).unwrap();
        file("report.docx", docx(&document, &fonts).unwrap());
        file("report.xlsx", xlsx(&document).unwrap());
        file("report.pdf", pdf(&document, &fonts, None).unwrap().bytes);
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The PDF's text, line by line as it is laid out.
    pub(crate) fn pdf_text(&self) -> String {
        pdf_text(&self.path("report.pdf"))
    }

    /// What Python finds in the DOCX.
    pub(crate) fn docx(&self) -> Value {
        ooxml(&self.path("report.docx"))
    }

    /// What Python finds in the XLSX.
    pub(crate) fn xlsx(&self) -> Value {
        ooxml(&self.path("report.xlsx"))
    }

    /// Has LibreOffice convert a file, and gives the path of the result.
    pub(crate) fn converted(&self, name: &str, to: &str) -> PathBuf {
        let out = self.folder.path().join("converted");
        // A profile of its own: two tests at once must not share one.
        let profile = format!("-env:UserInstallation=file://{}", self.path("profile").display());
        said(
            Command::new("soffice")
                .args([&profile, "--headless", "--convert-to", to, "--outdir"])
                .arg(&out)
                .arg(self.path(name)),
        );
        let extension = to.split(':').next().unwrap();
        out.join(Path::new(name).with_extension(extension))
    }
}

/// What a tool prints; it has to succeed.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|why| panic!("{:?}: {why}; tests/run installs it", command.get_program()));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn pdf_text(path: &Path) -> String {
    said(Command::new("pdftotext").arg("-layout").arg(path).arg("-"))
}

fn ooxml(path: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ooxml.py");
    let found: Value = serde_json::from_str(&said(Command::new("python3").arg(script).arg(path))).unwrap();
    assert_eq!(found["faults"], serde_json::json!([]), "{}", path.display());
    found
}

/// Text with every stretch of white space as one space, and without the marks where a long word may break.
pub(crate) fn flat(text: &str) -> String {
    text.replace('\u{200b}', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
