//! What `page` and `site` are told about the network: the same options as `probe`'s.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use ems_contract::clock::SharedClock;
use ipnet::IpNet;

use super::probe::{documentation, network, resolver};
use crate::net::browse::Written;
use crate::net::budget::Pace;
use crate::net::tls::read_authorities;
use crate::probe::{NetProber, NetSettings};

/// Options of the network.
#[derive(Debug, Clone, Default, Args)]
pub struct NetworkArgs {
    /// Resolver to ask instead of the system's, `ADDRESS` or `ADDRESS:PORT`; the second one confirms the first
    #[arg(long, value_name = "ADDR", value_parser = resolver)]
    pub resolver: Vec<SocketAddr>,
    /// Certificate authorities to trust besides the public ones (PEM file)
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Network that may be connected to although it is not global
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub allow: Vec<IpNet>,
    /// Take the documentation prefixes (RFC 5737, RFC 3849) for global addresses: for test networks
    #[arg(long)]
    pub allow_documentation_addresses: bool,
    /// Address to use in place of DNS for the portal's own name
    #[arg(long, value_name = "ADDR")]
    pub resolve: Vec<IpAddr>,
    /// E-mail address or URL of whoever measures, for the User-Agent
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "manual probe",
        env = "EMS_CONTACT"
    )]
    pub contact: String,
}

impl NetworkArgs {
    /// A prober as these options have it; must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the file of authorities cannot be read.
    pub fn prober(&self, clock: &SharedClock) -> anyhow::Result<NetProber> {
        let authorities = self.ca.as_deref().map(read_authorities).transpose()?;
        let settings = NetSettings {
            contact: self.contact.clone(),
            resolvers: self.resolver.clone(),
            authorities: authorities.unwrap_or_default(),
            pace: Pace::Unlimited,
            renderer: Vec::new(),
            visits: None,
            evidence: None,
        };
        Ok(NetProber::new(settings, Arc::clone(clock))?)
    }

    /// The destinations that are allowed besides the global ones, and the addresses in place of DNS.
    #[must_use]
    pub fn written(&self) -> Written {
        let mut allow = self.allow.clone();
        if self.allow_documentation_addresses {
            allow.extend(documentation());
        }
        Written {
            allow,
            resolve: self.resolve.clone(),
        }
    }
}
