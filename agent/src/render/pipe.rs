//! The DevTools protocol over pipes: JSON messages, each ended by a zero byte.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Bytes of one message: a page and its frame.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// How long Chromium may take to end by itself.
const ENDS: Duration = Duration::from_secs(5);

/// Chromium reads commands from its file 3 and writes to its file 4: the shell moves our pipes there.
const MOVED: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// What Chromium is told besides: no window, no profile of anybody's, no network of its own.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-sync",
    "--mute-audio",
    "--renderer-process-limit=2",
    "--js-flags=--max-old-space-size=256",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    // Calls between browsers ask no resolver: over UDP a page would reach whatever this machine reaches. The switch has had
    // two names.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--blink-settings=imagesEnabled=false",
];

/// Why Chromium cannot be talked to.
#[derive(Debug, thiserror::Error)]
pub enum PipeError {
    /// It could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It ended, or its page did.
    #[error("it has ended; try the same command with --headless --dump-dom, and as root with --no-sandbox")]
    Ended,
    /// A message that is longer than any page.
    #[error("a message is longer than {} MiB", MAX_MESSAGE >> 20)]
    Long,
    /// A message that is no JSON.
    #[error("a message is no JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A Chromium at the other end.
#[derive(Debug)]
pub(super) struct Pipe {
    commands: ChildStdin,
    messages: BufReader<ChildStdout>,
    /// The part of the next message that has come.
    begun: Vec<u8>,
    last: u64,
    // Dropped after the pipes: the process is killed, then its profile goes.
    process: Child,
    _profile: TempDir,
}

impl Pipe {
    /// Starts the program with its arguments and ours.
    pub(super) fn start(command: &[String]) -> Result<Self, PipeError> {
        let program = command.first().cloned().unwrap_or_default();
        let failed = |source| PipeError::Start {
            program: program.clone(),
            source,
        };
        let profile = tempfile::tempdir().map_err(failed)?;
        let mut process = Command::new("/bin/sh")
            .args(["-c", MOVED])
            .args(command)
            .args(ARGUMENTS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            // What it puts among the temporary files goes with its profile.
            .env("TMPDIR", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let (Some(commands), Some(messages)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(PipeError::Ended);
        };
        Ok(Self {
            commands,
            messages: BufReader::new(messages),
            begun: Vec::new(),
            last: 0,
            process,
            _profile: profile,
        })
    }

    /// Ends Chromium in good order, so that nothing of it writes into the profile any more when that goes.
    pub(super) async fn close(mut self) {
        let end = async {
            self.send(None, "Browser.close", &json!({})).await?;
            while self.receive().await.is_ok() {}
            self.process.wait().await.map_err(|_lost| PipeError::Ended)
        };
        if !matches!(timeout(ENDS, end).await, Ok(Ok(_))) {
            drop(self.process.kill().await);
        }
    }

    /// Sends a command; its number comes back with the answer.
    pub(super) async fn send(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: &Value,
    ) -> Result<u64, PipeError> {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        let sent = self.commands.write_all(&bytes).await;
        sent.map_err(|_closed| PipeError::Ended)?;
        Ok(self.last)
    }

    /// The next message. Cancelled, it keeps what has come.
    pub(super) async fn receive(&mut self) -> Result<Value, PipeError> {
        loop {
            let come = self
                .messages
                .fill_buf()
                .await
                .map_err(|_closed| PipeError::Ended)?;
            if come.is_empty() {
                return Err(PipeError::Ended);
            }
            let end = memchr::memchr(0, come);
            let piece = come.get(..end.unwrap_or(come.len())).unwrap_or_default();
            self.begun.extend_from_slice(piece);
            let passed = piece.len() + usize::from(end.is_some());
            self.messages.consume(passed);
            if self.begun.len() > MAX_MESSAGE {
                return Err(PipeError::Long);
            }
            if end.is_some() {
                let message = serde_json::from_slice(&self.begun);
                self.begun.clear();
                return Ok(message?);
            }
        }
    }
}
