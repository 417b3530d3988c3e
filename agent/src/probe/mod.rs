//! What a probe is asked and what it answers. A probe knows nothing about law, quorum or blindness.

mod attempts;
mod dns;
mod handshake;
#[cfg(test)]
pub(crate) mod hostile;
pub mod inspect;
mod prober;
mod reach;
#[cfg(test)]
mod tests;
mod timing;
mod tls;
mod visit;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ems_contract::certificate::Chain;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::observation::Attempt;
use ems_contract::outcome::Outcome;
use ems_contract::plan::{Limits, Plan, PlanPortal};
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;

pub use self::prober::{NetProber, NetSettings};
pub use self::reach::Reached;
pub use self::visit::{Answer, Step, Visit};

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

/// Something that can measure a slot.
pub trait Prober: Send + Sync + 'static {
    /// The kinds of probe it can make; only these are scheduled.
    fn kinds(&self) -> &'static [ProbeKind] {
        &[ProbeKind::Reach]
    }

    /// A new plan is in force: takes over what concerns all slots, such as the contact.
    fn take_plan(&self, _plan: &Plan) {}

    /// Measures one slot. Never panics on input from the network; ends within the job's limits.
    fn measure(&self, job: Job) -> Pin<Box<dyn Future<Output = Measurement> + Send + '_>>;
}
