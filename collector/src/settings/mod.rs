//! `ems.yaml`: how this collector runs. Every key has a default; without a file all of them hold.
//!
//! The sample `deploy/ems.yaml` documents each key. Relative paths are relative to the folder of the file.

mod notify;
mod on_call;
mod read;
mod retention;
mod tokens;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ems_contract::diagnostic::{Diagnostic, Diagnostics, has_errors};
use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::yaml;

use crate::notify::settings::NotifySettings;

pub use retention::{MIN_RAW_DAYS, Retention};

/// How this collector runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where agents deliver.
    pub listen: SocketAddr,
    /// Certificate and key of the agents' listener; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Whether tokens may come unencrypted from other machines.
    pub allow_plain_tokens: bool,
    /// Where console and metrics are shown; reading them needs no log-in, so it is the machine itself unless the
    /// operator says otherwise.
    pub console_listen: SocketAddr,
    /// Whether the console's pages are shown to logged-in people only.
    pub console_needs_login: bool,
    /// Names by which the console may be asked for, besides `localhost`, addresses and the name in `notify.console_url`.
    pub console_hosts: Vec<String>,
    /// Folder of the database.
    pub data: PathBuf,
    /// The inventory.
    pub targets: PathBuf,
    /// Folder of rule data that replaces or adds to what ships.
    pub regulations: Option<PathBuf>,
    /// The operator's own thresholds.
    pub policy: Option<PathBuf>,
    /// The program that makes DOCX, PDF and XLSX; looked for beside this one and in `PATH` when absent.
    pub renderer: Option<PathBuf>,
    /// Folder of the operator's own words and layouts of reports.
    pub templates: Option<PathBuf>,
    /// Tokens by digest.
    pub tokens: Vec<AgentToken>,
    /// How long things are kept.
    pub retention: Retention,
    /// Who is told what by which channel.
    pub notify: NotifySettings,
}

/// PEM files of a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The leaf's key.
    pub key: PathBuf,
}

/// One token of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentToken {
    /// Whose.
    pub agent: AgentId,
    /// SHA-256 of the token's text.
    pub digest: Sha256,
}

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: LOOPBACK,
            tls: None,
            allow_plain_tokens: false,
            console_listen: LOOPBACK,
            console_needs_login: false,
            console_hosts: Vec::new(),
            data: PathBuf::from("data"),
            targets: PathBuf::from("targets.yaml"),
            regulations: None,
            policy: None,
            renderer: None,
            templates: None,
            tokens: Vec::new(),
            retention: Retention::default(),
            notify: NotifySettings::default(),
        }
    }
}

/// Settings and what is worth a warning.
pub type Read = (Settings, Vec<Diagnostic>);

/// Reads the settings in a file.
///
/// # Errors
/// Everything that is wrong with it, warnings included.
pub fn load(path: &Path) -> Result<Read, Vec<Diagnostic>> {
    let found = Diagnostics::default();
    let settings = yaml::read_file(path, &found).map(|tree| {
        let folder = path.parent().unwrap_or(Path::new(""));
        read::settings(&tree.root(&found), folder)
    });
    let found = found.into_vec();
    match settings {
        Some(settings) if !has_errors(&found) => Ok((settings, found)),
        _ => Err(found),
    }
}

#[cfg(test)]
mod tests;
