//! Calls `ems-render`, which makes DOCX, PDF and XLSX of a finished document: a process of its own, so that the
//! layout's memory is given back when it ends.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use ems_contract::digest::Sha256;
use ems_contract::document::Document;
use ems_contract::text::{Lang, fill};
use serde::Deserialize;

/// The program's name.
const PROGRAM: &str = "ems-render";
/// How it is built from the sources.
const BUILD: &str = "cargo build --release -p ems-render";
/// Longest time a report may take. The largest that was measured takes some seconds (docs/PERFORMANCE.md).
pub const LIMIT: Duration = Duration::from_secs(300);

/// The forms wanted, and where their files go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// DOCX.
    pub docx: Option<PathBuf>,
    /// PDF.
    pub pdf: Option<PathBuf>,
    /// XLSX.
    pub xlsx: Option<PathBuf>,
    /// A typst layout in place of the built-in one.
    pub layout: Option<PathBuf>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rendered {
    /// The files.
    pub files: Vec<RenderedFile>,
    /// Characters that stand as marks, because no form or not the PDF can show them.
    pub replaced: Vec<ReplacedCharacter>,
}

/// A written file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RenderedFile {
    /// `docx`, `pdf`, `xlsx`.
    pub form: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// Pages, of a PDF.
    #[serde(default)]
    pub pages: Option<u64>,
}

/// A character that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReplacedCharacter {
    /// `all`, or the one form that lacks it.
    pub form: String,
    /// `U+1F600`.
    pub character: String,
    /// How often.
    pub times: u64,
}

/// Why there are no files.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The program is nowhere.
    #[error("{PROGRAM} was not found in {}; build it with: {BUILD}", folders(.0))]
    Missing(Vec<PathBuf>),
    /// It cannot be started, or be spoken to.
    #[error("{program} cannot be run: {why}")]
    Start {
        /// Which.
        program: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// It did not end in time and was stopped.
    #[error("{PROGRAM} took longer than {} seconds and was stopped", .0.as_secs())]
    TooLong(Duration),
    /// It says what is wrong.
    #[error("{0}")]
    Refused(String),
    /// It ended well and its answer is not understood.
    #[error("{PROGRAM} is of another version than this collector: {0}")]
    Answer(serde_json::Error),
}

impl RenderError {
    /// The error for a person.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        match self {
            Self::Missing(looked) => fill(
                lang,
                "report.render.missing",
                &[("folders", &folders(looked)), ("command", BUILD)],
            ),
            Self::Start { program, why } => fill(
                lang,
                "report.render.start",
                &[
                    ("program", &program.display().to_string()),
                    ("why", &why.to_string()),
                ],
            ),
            Self::TooLong(limit) => fill(
                lang,
                "report.render.too_long",
                &[("seconds", &limit.as_secs().to_string())],
            ),
            Self::Refused(told) => fill(lang, "report.render.refused", &[("told", told)]),
            Self::Answer(why) => fill(
                lang,
                "report.render.answer",
                &[("why", &why.to_string()), ("command", BUILD)],
            ),
        }
    }
}

fn folders(looked: &[PathBuf]) -> String {
    looked
        .iter()
        .map(|folder| folder.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The program, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renderer {
    program: PathBuf,
    limit: Duration,
}

impl Renderer {
    /// Finds the program: where the settings say, else beside this one, else in the folders of `PATH`.
    ///
    /// # Errors
    /// When it is in none of them.
    pub fn find(setting: Option<&Path>, path: Option<&OsStr>) -> Result<Self, RenderError> {
        if let Some(program) = setting {
            return Self::in_folders(&[], Some(program));
        }
        let beside = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(Path::to_owned));
        let listed = path.map(std::env::split_paths).into_iter().flatten();
        Self::in_folders(&beside.into_iter().chain(listed).collect::<Vec<_>>(), None)
    }

    fn in_folders(folders: &[PathBuf], named: Option<&Path>) -> Result<Self, RenderError> {
        named
            .map(Path::to_owned)
            .into_iter()
            .chain(folders.iter().map(|folder| folder.join(PROGRAM)))
            .find(|program| program.is_file())
            .map(|program| Self {
                program,
                limit: LIMIT,
            })
            .ok_or_else(|| {
                RenderError::Missing(
                    named.map_or_else(|| folders.to_vec(), |program| vec![program.to_owned()]),
                )
            })
    }

    /// The same with another time limit.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Renders a document. Files appear whole or not at all.
    ///
    /// # Errors
    /// When the program cannot be run, refuses the document, or takes too long.
    pub fn render(&self, document: &Document, wanted: &Wanted) -> Result<Rendered, RenderError> {
        // Serialising a document cannot fail: no maps with non-text keys, no foreign types.
        let json = serde_json::to_vec(document).unwrap_or_default();
        let mut child = self.start(wanted)?;
        let answer = output(child.stdout.take());
        let complaint = output(child.stderr.take());
        let stdin = child.stdin.take();
        // A program that stops reading has said why on its error output; the broken pipe adds nothing.
        let feed = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&json)));
        let told = answer
            .recv_timeout(self.limit)
            .and_then(|answer| Ok((answer, complaint.recv_timeout(self.limit)?)));
        let (answer, complaint) = match told {
            Ok(told) => told,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                self.stop(&mut child)?;
                return Err(RenderError::TooLong(self.limit));
            }
        };
        let status = child.wait().map_err(|why| self.failed(why))?;
        drop(feed.join());
        if !status.success() {
            let told = String::from_utf8_lossy(&complaint).trim().to_owned();
            let told = if told.is_empty() { status.to_string() } else { told };
            return Err(RenderError::Refused(told));
        }
        serde_json::from_slice(&answer).map_err(RenderError::Answer)
    }

    fn start(&self, wanted: &Wanted) -> Result<Child, RenderError> {
        let mut command = Command::new(&self.program);
        for (option, path) in [
            ("--docx", &wanted.docx),
            ("--pdf", &wanted.pdf),
            ("--xlsx", &wanted.xlsx),
            ("--layout", &wanted.layout),
        ] {
            if let Some(path) = path {
                command.arg(option).arg(path);
            }
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| self.failed(why))
    }

    fn stop(&self, child: &mut Child) -> Result<(), RenderError> {
        child.kill().map_err(|why| self.failed(why))?;
        child.wait().map_err(|why| self.failed(why))?;
        Ok(())
    }

    fn failed(&self, why: io::Error) -> RenderError {
        RenderError::Start {
            program: self.program.clone(),
            why,
        }
    }
}

/// Reads a pipe to its end beside the others: a program whose pipe is full waits for ever.
fn output(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    /// More than any answer or complaint; the rest of a longer one is left unread.
    const MOST: u64 = 4 * 1024 * 1024;
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before an error is told; an error of a pipe is its end.
            drop(pipe.take(MOST).read_to_end(&mut bytes));
        }
        // Nobody waits any more once the time is up.
        drop(sender.send(bytes));
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::document::SCHEMA;
    use ems_contract::time::UnixTime;
    use std::os::unix::fs::PermissionsExt;

    fn document() -> Document {
        Document {
            schema: SCHEMA,
            lang: Lang::Vi,
            made_at: UnixTime::from_secs(0),
            title: "Báo cáo mẫu ".repeat(20_000),
            author: String::new(),
            mark: None,
            footer: None,
            letterhead: None,
            body: Vec::new(),
            signature: None,
            recipients: Vec::new(),
            appendices: Vec::new(),
            sheets: Vec::new(),
        }
    }

    /// A stand-in that does what a shell script says.
    fn stand_in(script: &str) -> (tempfile::TempDir, Renderer) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join(PROGRAM);
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let renderer = Renderer::in_folders(&[folder.path().to_owned()], None).unwrap();
        (folder, renderer)
    }

    fn wanted() -> Wanted {
        Wanted {
            pdf: Some(PathBuf::from("a.pdf")),
            ..Wanted::default()
        }
    }

    #[test]
    fn a_missing_program_is_told_with_the_command_that_builds_it() {
        let error = Renderer::find(Some(Path::new("/nowhere/ems-render")), None).unwrap_err();
        for lang in [Lang::Vi, Lang::En] {
            let told = error.render(lang);
            assert!(
                told.contains("/nowhere/ems-render") && told.contains(BUILD),
                "{told}"
            );
        }
        assert!(matches!(error, RenderError::Missing(_)));
    }

    #[test]
    fn it_is_looked_for_in_the_folders_of_path() {
        let (folder, renderer) = stand_in("exit 0");
        let path = std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        assert_eq!(Renderer::find(None, Some(&path)).unwrap(), renderer);
    }

    #[test]
    fn the_answer_is_read_and_the_whole_document_handed_over() {
        let script = "length=$(wc -c); test \"$1 $2\" = '--pdf a.pdf' || exit 9\n\
            printf '{\"files\":[{\"form\":\"pdf\",\"path\":\"a.pdf\",\"bytes\":%s,\"sha256\":\"%064d\",\"pages\":3}],\"replaced\":[]}' $length 0";
        let (_folder, renderer) = stand_in(script);
        let rendered = renderer.render(&document(), &wanted()).unwrap();
        assert_eq!(rendered.files[0].pages, Some(3));
        assert_eq!(
            rendered.files[0].bytes,
            serde_json::to_vec(&document()).unwrap().len() as u64
        );
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        // It does not read: the pipe breaks under the writer.
        let (_folder, renderer) = stand_in("echo 'rieng.typ:3:2: unknown variable: khongco' >&2; exit 1");
        let error = renderer.render(&document(), &wanted()).unwrap_err();
        assert!(error.render(Lang::Vi).contains("rieng.typ:3:2"), "{error}");
        let (_folder, renderer) = stand_in("echo gì đó");
        assert!(matches!(
            renderer.render(&document(), &wanted()),
            Err(RenderError::Answer(_))
        ));
    }

    #[test]
    fn one_that_does_not_end_is_stopped() {
        let (_folder, renderer) = stand_in("exec sleep 600");
        let error = renderer
            .within(Duration::from_millis(50))
            .render(&document(), &wanted())
            .unwrap_err();
        assert!(matches!(error, RenderError::TooLong(_)), "{error}");
    }
}
