//! The agent over the real network: one prober measures portals and asks reference points.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ems_contract::clock::SharedClock;
use ems_contract::plan::Reference;
use tokio_util::sync::CancellationToken;

use super::{AgentConfig, AgentError, Shutdown, run};
use crate::evidence::EvidenceSpool;
use crate::net::budget::Pace;
use crate::net::tls::{TlsSetupError, read_authorities};
use crate::probe::{NetProber, NetSettings};
use crate::selfcheck::ReferenceChecker;

impl ReferenceChecker for NetProber {
    fn check<'a>(&'a self, reference: &'a Reference) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move {
            let answered = self.check_reference(reference).await;
            if let Err(fault) = &answered {
                tracing::debug!(
                    host = reference.host,
                    port = reference.port,
                    ?fault,
                    "a reference did not answer"
                );
            }
            answered.is_ok()
        })
    }
}

/// Runs an agent over the real network until `shutdown` is cancelled; see [`run`].
///
/// # Errors
/// As [`run`], and when the certificates for portals cannot be used.
pub async fn run_over_network(
    config: AgentConfig,
    clock: SharedClock,
    shutdown: CancellationToken,
) -> Result<Shutdown, AgentError> {
    let unusable = |error: TlsSetupError| AgentError::PortalCa {
        path: config.portal_ca_file.clone().unwrap_or_default(),
        why: error.to_string(),
    };
    let authorities = config
        .portal_ca_file
        .as_deref()
        .map(read_authorities)
        .transpose()
        .map_err(unusable)?;
    let settings = NetSettings {
        // The plan brings the contact before the first slot.
        contact: String::new(),
        resolvers: config.resolvers.clone(),
        authorities: authorities.unwrap_or_default(),
        pace: Pace::Planned,
        renderer: config.renderer.clone(),
        visits: Some(config.data_dir.join("visits")),
        evidence: EvidenceSpool::open(&config.data_dir, config.evidence_max_bytes)
            .inspect_err(|error| tracing::error!(%error, "no pages are kept as evidence"))
            .ok(),
    };
    let prober = NetProber::new(settings, Arc::clone(&clock)).map_err(unusable)?;
    let prober = Arc::new(prober);
    let checker: Arc<dyn ReferenceChecker> = Arc::<NetProber>::clone(&prober);
    run(config, prober, checker, clock, shutdown).await
}
