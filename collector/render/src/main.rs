//! `ems-render`: a document as JSON in, DOCX, PDF and XLSX out.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command: its answer is for its caller"
)]

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use ems_contract::command_line;
use ems_contract::digest::Sha256;
use ems_render::{Fonts, LAYOUT, Replaced, Template, docx, pdf, read, save, xlsx};
use serde::Serialize;

/// Turns a finished report into DOCX, PDF and XLSX.
///
/// On success one line of JSON tells what was written: form, path, bytes, SHA-256, pages, and which characters
/// could not be shown.
#[derive(Debug, Parser)]
#[command(name = "ems-render", version)]
struct Arguments {
    /// The document as JSON; `-` reads the standard input.
    #[arg(default_value = "-")]
    document: PathBuf,
    /// Write a DOCX file.
    #[arg(long, value_name = "FILE")]
    docx: Option<PathBuf>,
    /// Write a PDF file.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Write an XLSX file.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// A typst layout in place of the built-in one.
    #[arg(long, value_name = "FILE", requires = "pdf")]
    layout: Option<PathBuf>,
    /// Print the built-in layout, to begin one's own from, and end.
    #[arg(long)]
    print_layout: bool,
}

/// What was done.
#[derive(Serialize)]
struct Answer {
    files: Vec<Written>,
    replaced: Vec<Mark>,
}

#[derive(Serialize)]
struct Written {
    form: &'static str,
    path: String,
    bytes: usize,
    sha256: Sha256,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
}

/// A character that stands as a mark in some forms, or in all.
#[derive(Serialize)]
struct Mark {
    form: &'static str,
    character: String,
    times: u64,
}

fn main() -> ExitCode {
    let language = std::env::var_os(command_line::LANGUAGE);
    let arguments: Arguments = match command_line::read(std::env::args_os(), language.as_deref()) {
        Ok(arguments) => arguments,
        Err(ended) => return ended.tell(),
    };
    if arguments.print_layout {
        print!("{LAYOUT}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("ems-render: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, Box<dyn std::error::Error>> {
    if arguments.docx.is_none() && arguments.pdf.is_none() && arguments.xlsx.is_none() {
        return Err("nothing to write: name at least one of --docx, --pdf, --xlsx".into());
    }
    let json = input(&arguments.document)?;
    let (document, cleaned) = read(&json)?;
    drop(json);
    let fonts = Fonts::embedded()?;
    let mut replaced = marks("all", &cleaned);
    // Everything is made before anything is written: a fault in one form leaves no half set of files.
    let mut made: Vec<(&'static str, &Path, Vec<u8>, Option<usize>)> = Vec::new();
    if let Some(path) = &arguments.docx {
        made.push(("docx", path, docx(&document, &fonts)?, None));
    }
    if let Some(path) = &arguments.xlsx {
        made.push(("xlsx", path, xlsx(&document)?, None));
    }
    if let Some(path) = &arguments.pdf {
        let layout = arguments.layout.as_deref().map(layout).transpose()?;
        let pdf = pdf(&document, &fonts, layout.as_ref())?;
        replaced.extend(marks("pdf", &pdf.replaced));
        made.push(("pdf", path, pdf.bytes, Some(pdf.pages)));
    }
    let mut files = Vec::new();
    for (form, path, bytes, pages) in made {
        save(path, &bytes)?;
        files.push(Written {
            form,
            path: path.display().to_string(),
            bytes: bytes.len(),
            sha256: Sha256::of(&bytes),
            pages,
        });
    }
    Ok(serde_json::to_string(&Answer { files, replaced })?)
}

fn input(path: &Path) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    if path.as_os_str() == "-" {
        let mut json = Vec::new();
        io::stdin().lock().read_to_end(&mut json)?;
        return Ok(json);
    }
    Ok(fs::read(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))?)
}

fn layout(path: &Path) -> Result<Template, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Template { name, text })
}

fn marks(form: &'static str, replaced: &Replaced) -> Vec<Mark> {
    replaced
        .iter()
        .map(|(character, times)| Mark {
            form,
            character: format!("U+{:04X}", u32::from(*character)),
            times: *times,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_argument_has_its_text_and_the_english_one_is_the_doc_comment() {
        Arguments::command().debug_assert();
        assert_eq!(command_line::lacking(&Arguments::command()), Vec::<String>::new());
    }
}
