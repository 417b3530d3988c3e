//! Real processes: started with their output kept, ended by their own id, never left behind.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use crate::wait::{Hopeless, until};

/// A running program whose standard output and error go to one file.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
    name: String,
}

impl Process {
    /// Starts `command`; its output goes to `log`.
    ///
    /// # Errors
    /// When the program or the log file cannot be had.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::create(log).with_context(|| log.display().to_string())?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting {name}: {command:?}"))?;
        Ok(Self {
            child,
            log: log.to_path_buf(),
            name: name.to_owned(),
        })
    }

    /// Everything it printed so far.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn output(&self) -> anyhow::Result<String> {
        let mut text = Vec::new();
        File::open(&self.log)?.read_to_end(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Waits until a line holds `marker`, and returns what follows the marker on that line.
    ///
    /// # Errors
    /// When the program ends or the deadline passes first; its output is in the message.
    pub fn line_after(&mut self, marker: &str, limit: Duration) -> anyhow::Result<String> {
        let what = format!("`{marker}` in the output of {}", self.name);
        let found = until(&what, limit, || {
            let output = self.output()?;
            let rest = output
                .split_once(marker)
                .and_then(|(_, rest)| rest.split_once('\n'));
            if rest.is_none() && self.child.try_wait()?.is_some() {
                return Err(Hopeless(format!("{} has ended:\n{output}", self.name)).into());
            }
            Ok(rest.map(|(line, _)| line.trim().to_owned()))
        });
        found.with_context(|| format!("output of {}:\n{}", self.name, self.output().unwrap_or_default()))
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name (`TERM`, `HUP`, `STOP`, `CONT`).
    ///
    /// # Errors
    /// When there is no such process.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status()?;
        anyhow::ensure!(status.success(), "kill -{name} {}", self.child.id());
        Ok(())
    }

    /// Ends it without warning, as a power failure would.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end and waits.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn terminate(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        self.signal("TERM")?;
        let what = format!("the end of {}", self.name);
        until(&what, limit, || Ok(self.child.try_wait()?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// A binary of this workspace, built beside the running test.
///
/// # Errors
/// When it has not been built (`cargo build --workspace` builds it; `tests/run` does so first).
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test
        .parent()
        .and_then(Path::parent)
        .context("the test runs outside a target folder")?;
    let path = folder.join(name);
    anyhow::ensure!(
        path.is_file(),
        "{} is missing: run `cargo build --workspace` first",
        path.display()
    );
    Ok(path)
}

/// A program of the system, searched in the usual folders.
///
/// # Errors
/// When it is not installed (`tests/run` installs what the tests need).
pub fn installed(name: &str) -> anyhow::Result<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/sbin", "/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())
        .with_context(|| format!("`{name}` is not installed: run tests/run, which installs it"))
}
