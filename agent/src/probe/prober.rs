//! The prober over the real network: one set of collaborators for all slots.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use ems_contract::cause::{Cause, Stage};
use ems_contract::clock::SharedClock;
use ems_contract::plan::{Plan, Reference};
use ems_contract::probe::ProbeKind;
use http::HeaderValue;
use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use url::Url;

use super::standing::Standing;
use super::visit::of_family;
use super::{Job, Measurement, Prober, Reached, diagnosis, dns, reach, site, tls};
use crate::evidence::EvidenceSpool;
use crate::net::browse::{Browser, Collaborators, Written};
use crate::net::budget::{Budget, Pace};
use crate::net::connect::connect;
use crate::net::fault::Fault;
use crate::net::resolve::Resolver;
use crate::net::resolve::dnssec::Anchors;
use crate::net::tls::revocation::Lists;
use crate::net::tls::{TlsClient, TlsSetupError};
use crate::page::kind::KindMemory;
use crate::site::kept;

/// How long a reference point has to answer, per stage: shorter than a probe, for it is asked after a failure.
const REFERENCE_LIMIT: Duration = Duration::from_secs(3);

/// Visits that render at once: each has a Chromium of some hundred megabytes.
const RENDERING: usize = 2;

/// What a prober is set up with.
#[derive(Debug, Clone)]
pub struct NetSettings {
    /// How a portal's technician reaches those who measure: an address or URL, put into the User-Agent.
    pub contact: String,
    /// The resolvers to ask; empty for the system's.
    pub resolvers: Vec<SocketAddr>,
    /// Certificate authorities trusted besides the public ones.
    pub authorities: Vec<CertificateDer<'static>>,
    /// Whether `reach` keeps to the planned rhythm per address.
    pub pace: Pace,
    /// The command that runs the scripts of portals marked for it (see [`crate::render`]); their pages are read as they come
    /// where it is empty.
    pub renderer: Vec<String>,
    /// The folder in which visits leave what the next ones need; nothing is left where absent.
    pub visits: Option<PathBuf>,
    /// Where pages that prove facts wait for the collector; none are kept where absent.
    pub evidence: Option<EvidenceSpool>,
}

/// Measures over the real network.
pub struct NetProber {
    pub(super) clock: SharedClock,
    pub(super) resolver: Resolver,
    pub(super) tls: TlsClient,
    pub(super) budget: Budget,
    pub(super) kinds: KindMemory,
    pub(super) anchors: Anchors,
    pub(super) lists: Lists,
    pub(super) standing: Standing,
    pub(super) visits: Option<PathBuf>,
    pub(super) evidence: Option<EvidenceSpool>,
    pub(super) renderer: Option<Vec<String>>,
    /// Room for visits that render.
    pub(super) rendering: Semaphore,
    user_agent: RwLock<HeaderValue>,
}

impl NetProber {
    /// A prober; must be called within a tokio runtime.
    ///
    /// # Errors
    /// When an extra authority is not a certificate.
    pub fn new(settings: NetSettings, clock: SharedClock) -> Result<Self, TlsSetupError> {
        let resolver = if settings.resolvers.is_empty() {
            Resolver::system()
        } else {
            Resolver::new(settings.resolvers)
        };
        Ok(Self {
            clock,
            resolver,
            tls: TlsClient::new(settings.authorities)?,
            budget: Budget::new(settings.pace),
            kinds: KindMemory::default(),
            anchors: Anchors::default(),
            lists: Lists::default(),
            standing: Standing::default(),
            visits: settings.visits,
            evidence: settings.evidence,
            rendering: Semaphore::new(RENDERING),
            renderer: Some(settings.renderer).filter(|command| !command.is_empty()),
            user_agent: RwLock::new(user_agent(&settings.contact)),
        })
    }

    /// Validates DNSSEC from these keys in place of IANA's root keys.
    #[must_use]
    pub fn with_anchors(mut self, anchors: Anchors) -> Self {
        self.anchors = anchors;
        self
    }

    /// Takes over the contact of a new plan.
    pub fn set_contact(&self, contact: &str) {
        *self.user_agent.write().unwrap_or_else(PoisonError::into_inner) = user_agent(contact);
    }

    pub(super) fn user_agent(&self) -> HeaderValue {
        self.user_agent
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A browser for one visit to the portal with this home page.
    #[must_use]
    pub fn browser(&self, home: Url, written: Written) -> Browser<'_> {
        let with = Collaborators {
            resolver: &self.resolver,
            tls: &self.tls,
            budget: &self.budget,
            clock: &self.clock,
            user_agent: self.user_agent(),
        };
        Browser::new(with, home, written)
    }

    /// Measures a `reach` slot and tells every step.
    pub async fn reach(&self, job: &Job) -> Reached {
        reach::reach(self, job).await
    }

    /// The resolvers that are asked.
    #[must_use]
    pub fn resolvers(&self) -> &[SocketAddr] {
        self.resolver.servers()
    }

    /// Whether a reference point answers: proves the line of its family, and the resolver where it has a name.
    ///
    /// Asked afresh each time, without budgets and memory: the caller shares and spaces the checks.
    ///
    /// # Errors
    /// The stage and cause at which the agent's own line ends.
    pub async fn check_reference(&self, reference: &Reference) -> Result<(), Fault> {
        let host = reference.host.trim_start_matches('[').trim_end_matches(']');
        let list = if !reference.resolve.is_empty() {
            of_family(reference.resolve.clone(), reference.family)?
        } else if let Ok(address) = host.parse::<IpAddr>() {
            of_family(vec![address], reference.family)?
        } else {
            let found = self
                .resolver
                .lookup(host, reference.family, REFERENCE_LIMIT, 0)
                .await?;
            found.list
        };
        let mut last = Fault::portal(Stage::Dns, Cause::DnsNodata);
        for address in list.into_iter().take(2) {
            match connect(SocketAddr::new(address, reference.port), REFERENCE_LIMIT).await {
                Ok(_stream) => return Ok(()),
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }
}

impl fmt::Debug for NetProber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetProber")
            .field("resolver", &self.resolver)
            .finish_non_exhaustive()
    }
}

impl Prober for NetProber {
    fn kinds(&self) -> &'static [ProbeKind] {
        ProbeKind::ALL
    }

    fn take_plan(&self, plan: &Plan) {
        self.set_contact(&plan.contact);
        if let Some(folder) = &self.visits {
            let planned: HashSet<&str> = plan.portals.iter().map(|portal| portal.id.as_str()).collect();
            match kept::forget_others(folder, |portal| planned.contains(portal)) {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "memories of portals that left the plan are removed"),
                Err(error) => tracing::warn!(%error, "memories of portals that left the plan stay"),
            }
        }
    }

    fn evidence(&self) -> Option<EvidenceSpool> {
        self.evidence.clone()
    }

    fn measure(&self, job: Job) -> Pin<Box<dyn Future<Output = Measurement> + Send + '_>> {
        Box::pin(async move {
            let end = job.end();
            let mut seen: Measurement = match job.probe {
                ProbeKind::Reach => reach::reach(self, &job).await.into(),
                ProbeKind::Dns => dns::dns(self, &job).await,
                ProbeKind::Tls => tls::tls(self, &job).await,
                ProbeKind::Page | ProbeKind::Links => site::site(self, &job).await,
            };
            diagnosis::be_precise(self, &job, &mut seen, end).await;
            seen
        })
    }
}

/// Says who measures and how to reach them, in the form that web servers know from other robots.
fn user_agent(contact: &str) -> HeaderValue {
    let contact: String = contact.chars().filter(|c| matches!(c, ' '..='~')).collect();
    let version = env!("CARGO_PKG_VERSION");
    let text = format!("Mozilla/5.0 (compatible; ems-agent/{version}; +{contact})");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Mozilla/5.0 (compatible; ems-agent)"))
}
