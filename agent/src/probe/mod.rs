//! What a probe is asked and what it answers. A probe knows nothing about law, quorum or blindness.

mod attempts;
mod diagnosis;
mod dns;
mod handshake;
#[cfg(test)]
pub(crate) mod hostile;
pub mod inspect;
mod prober;
mod proof;
mod reach;
mod site;
mod standing;
#[cfg(test)]
mod tests;
mod timing;
mod tls;
mod visit;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::cause::UnknownWhy;
use ems_contract::certificate::Chain;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::observation::Attempt;
use ems_contract::outcome::Outcome;
use ems_contract::plan::{Limits, Plan, PlanPortal};
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;
use tokio::time::Instant;

pub use self::prober::{NetProber, NetSettings};
pub use self::reach::Reached;
pub use self::visit::{Answer, Step, Visit};
use crate::evidence::EvidenceSpool;

/// The longest that a visit may take: some hundred pages and links, two a second, and a slow portal.
const VISIT: Duration = Duration::from_mins(40);

/// One slot to be measured.
#[derive(Debug, Clone)]
pub struct Job {
    /// The portal.
    pub portal: Arc<PlanPortal>,
    /// How to measure it.
    pub probe: ProbeKind,
    /// Over which family, for probes made per family.
    pub family: Option<Family>,
    /// The scheduled instant; also chooses among several addresses, so that all get their turn.
    pub slot: UnixTime,
    /// Seconds to the next slot: with one attempt only when two do not fit.
    pub interval_s: u32,
    /// Bounds.
    pub limits: Limits,
}

impl Job {
    /// How many attempts the slot has: two when 2 × total deadline ≤ interval − 1 s, otherwise one.
    #[must_use]
    pub fn attempts(&self) -> usize {
        let two = u64::from(self.limits.total_ms) * 2;
        let room = u64::from(self.interval_s.saturating_sub(1)) * 1_000;
        if two <= room { 2 } else { 1 }
    }

    /// How long everything about the slot may take: the attempts and what is asked besides, or a visit.
    #[must_use]
    pub fn limit(&self) -> Duration {
        if self.probe.is_visit() {
            return VISIT.min(Duration::from_secs(u64::from(self.interval_s)));
        }
        let attempts = u32::try_from(self.attempts()).unwrap_or(1);
        Duration::from_millis(u64::from(self.limits.total_ms)) * attempts
    }

    /// When everything about a slot that begins now must be done.
    fn end(&self) -> Instant {
        Instant::now() + self.limit()
    }
}

/// What a slot's probe found, before the agent asks whether it could see at all.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// One or two tries.
    pub attempts: Vec<Attempt>,
    /// What they came to together.
    pub outcome: Outcome,
    /// What was learnt besides.
    pub facts: Facts,
    /// The presented certificate chain, if there was one.
    pub chain: Option<Chain>,
}

impl Measurement {
    /// A measurement that says nothing about the portal.
    #[must_use]
    pub fn unknown(why: UnknownWhy) -> Self {
        Self {
            attempts: Vec::new(),
            outcome: Outcome::Unknown { why },
            facts: Facts::default(),
            chain: None,
        }
    }
}

/// Something that can measure a slot.
pub trait Prober: Send + Sync + 'static {
    /// The kinds of probe it can make; only these are scheduled.
    fn kinds(&self) -> &'static [ProbeKind] {
        &[ProbeKind::Reach]
    }

    /// A new plan is in force: takes over what concerns all slots, such as the contact.
    fn take_plan(&self, _plan: &Plan) {}

    /// Where it leaves the pages that prove what it found; nowhere by default.
    fn evidence(&self) -> Option<EvidenceSpool> {
        None
    }

    /// Measures one slot. Never panics on input from the network; ends within the job's limits.
    fn measure(&self, job: Job) -> Pin<Box<dyn Future<Output = Measurement> + Send + '_>>;
}
