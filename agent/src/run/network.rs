//! The agent over the real network: one prober measures portals and asks reference points.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use ems_contract::clock::SharedClock;
use ems_contract::plan::Reference;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_util::sync::CancellationToken;

use super::{AgentConfig, AgentError, Shutdown, run};
use crate::net::budget::Pace;
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
    let authorities = config.portal_ca_file.as_ref().map(authorities).transpose()?;
    let settings = NetSettings {
        // The plan brings the contact before the first slot.
        contact: String::new(),
        resolvers: config.resolvers.clone(),
        authorities: authorities.unwrap_or_default(),
        pace: Pace::Planned,
    };
    let prober = NetProber::new(settings, Arc::clone(&clock)).map_err(|error| AgentError::PortalCa {
        path: config.portal_ca_file.clone().unwrap_or_default(),
        why: error.to_string(),
    })?;
    let prober = Arc::new(prober);
    let checker: Arc<dyn ReferenceChecker> = Arc::<NetProber>::clone(&prober);
    run(config, prober, checker, clock, shutdown).await
}

fn authorities(path: &PathBuf) -> Result<Vec<CertificateDer<'static>>, AgentError> {
    let unusable = |why: String| AgentError::PortalCa {
        path: path.clone(),
        why,
    };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() {
        return Err(unusable("no certificate in PEM form in it".to_owned()));
    }
    Ok(found)
}
