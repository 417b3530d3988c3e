//! All in one: the collector and one local agent in one process. The agent ships over loopback HTTP like any other.

use std::net::SocketAddr;
use std::path::PathBuf;

use ems_agent::run::{AgentConfig, Shutdown, run_over_network};
use ems_agent::ship::Token;
use ems_contract::clock::SharedClock;
use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::inventory::Inventory;
use ems_contract::text::{self, Lang};
use ring::rand::{SecureRandom, SystemRandom};

use crate::assembly::{Guest, RunError};

/// The id that the local agent takes when the inventory has it.
const LOCAL: &str = "local";

/// What the local agent is told besides its plan.
#[derive(Debug, Clone)]
pub struct LocalAgent {
    /// Its id; chosen from the inventory when absent.
    pub id: Option<AgentId>,
    /// Folder of its spool.
    pub data: PathBuf,
    /// Where its own metrics are shown.
    pub admin_listen: Option<SocketAddr>,
    /// Authorities trusted for portals besides the public ones.
    pub portal_ca_file: Option<PathBuf>,
    /// Resolvers; empty for the system's.
    pub resolvers: Vec<SocketAddr>,
    /// Language of its messages to the operator.
    pub lang: Lang,
}

impl LocalAgent {
    /// The agent as a guest of the collector, with a token of this run only.
    ///
    /// # Errors
    /// [`RunError::Guest`] when the inventory has no such agent, or the system no randomness.
    pub fn guest(self, inventory: &Inventory, clock: SharedClock) -> Result<Guest, RunError> {
        let lang = self.lang;
        let agent = choose(self.id.as_ref(), inventory).ok_or_else(|| {
            let known: Vec<&str> = inventory.agents.iter().map(|agent| agent.id.as_str()).collect();
            let wanted = self.id.as_ref().map_or(LOCAL, AgentId::as_str);
            RunError::Guest(text::fill(
                lang,
                "service.up.no_agent",
                &[("agent", wanted), ("known", &known.join(", "))],
            ))
        })?;
        let token =
            token().ok_or_else(|| RunError::Guest(text::get(lang, "service.up.no_randomness").to_owned()))?;
        let digest = Sha256::of(token.as_bytes());
        let id = agent.clone();
        let start = Box::new(move |collector, shutdown| -> crate::assembly::GuestTask {
            let mut config = AgentConfig::new(id, vec![collector], Token::Literal(token), self.data);
            config.admin_listen = self.admin_listen;
            config.portal_ca_file = self.portal_ca_file;
            config.resolvers = self.resolvers;
            Box::pin(async move {
                match run_over_network(config, clock, shutdown).await {
                    Ok(Shutdown::Clean) => Ok(()),
                    Ok(Shutdown::Forced { still_running }) => {
                        tracing::warn!(tasks = still_running.join(", "), "the local agent was cut off");
                        Ok(())
                    }
                    Err(error) => Err(error.advice(lang)),
                }
            })
        });
        Ok(Guest {
            agent,
            token: digest,
            start,
        })
    }
}

/// The wanted agent, or `local`, or the only one there is.
fn choose(wanted: Option<&AgentId>, inventory: &Inventory) -> Option<AgentId> {
    let named = |name: &str| inventory.agents.iter().find(|agent| agent.id.as_str() == name);
    let agent = match (wanted, inventory.agents.as_slice()) {
        (Some(id), _) => named(id.as_str()),
        (None, [only]) => Some(only),
        (None, _) => named(LOCAL),
    };
    agent.map(|agent| agent.id.clone())
}

/// 256 random bits as text.
fn token() -> Option<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Sha256::from_bytes(bytes).to_string())
}
