//! Everything an agent needs to know before it starts, checked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ems_contract::id::AgentId;
use url::{Host, Url};

use crate::evidence;
use crate::ship::{AlarmConfig, Token};
use crate::spool;

/// An agent's settings. What it measures comes from the collector's plan.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// Who this agent is.
    pub agent: AgentId,
    /// Base addresses of the collector, tried in turn.
    pub collectors: Vec<Url>,
    /// The token that the collector knows this agent by.
    pub token: Token,
    /// Where spool and plan are kept; one agent a folder.
    pub data_dir: PathBuf,
    /// Where `/metrics` and health are shown; `None` for nowhere.
    pub admin_listen: Option<SocketAddr>,
    /// Certificates (PEM) to trust for the collector, besides the built-in roots.
    pub ca_file: Option<PathBuf>,
    /// Certificates (PEM) to trust for portals, such as a province's own authority, besides the public ones.
    pub portal_ca_file: Option<PathBuf>,
    /// Resolvers for measuring; empty for the system's.
    pub resolvers: Vec<SocketAddr>,
    /// The command that runs the scripts of portals marked for it; empty for none.
    pub renderer: Vec<String>,
    /// Bounds of the spool.
    pub spool: spool::Limits,
    /// Compressed bytes of whole pages that may wait for the collector.
    pub evidence_max_bytes: u64,
    /// A damaged spool is renamed and a new one begun.
    pub set_aside_spool: bool,
    /// Who is told when no collector answers.
    pub alarm: Option<AlarmConfig>,
    /// How long a shutdown may take in all.
    pub shutdown_deadline: Duration,
}

impl AgentConfig {
    /// An agent with the default bounds.
    #[must_use]
    pub fn new(agent: AgentId, collectors: Vec<Url>, token: Token, data_dir: PathBuf) -> Self {
        Self {
            agent,
            collectors,
            token,
            data_dir,
            admin_listen: None,
            ca_file: None,
            portal_ca_file: None,
            resolvers: Vec::new(),
            renderer: Vec::new(),
            spool: spool::Limits::default(),
            evidence_max_bytes: evidence::MAX_BYTES,
            set_aside_spool: false,
            alarm: None,
            shutdown_deadline: Duration::from_secs(20),
        }
    }
}

/// Whether a token may be sent to this address as it stands: over TLS, or to this machine.
#[must_use]
pub fn is_private_enough(address: &Url) -> bool {
    let loopback = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    address.scheme() == "https" || loopback
}
