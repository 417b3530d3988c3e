//! `probe --repeat --spool`: measurements by hand go through a spool as an agent's do, so that its cost is measured.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use ems_contract::clock::SharedClock;
use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::text::Lang;

use super::probe::Sink;
use crate::run::random;
use crate::run::record::{Slot, entry};
use crate::spool::{Limits, Mark, Spool, SpoolThread, path_in};

/// As often as an agent does.
const MARK_PERIOD: Duration = Duration::from_secs(2);

/// An open spool; dropped, it is committed and closed.
struct Open {
    spool: Option<Spool>,
    thread: Option<SpoolThread>,
}

impl Drop for Open {
    fn drop(&mut self) {
        drop(self.spool.take());
        if let Some(thread) = self.thread.take() {
            thread.join();
        }
    }
}

/// Opens or makes the spool in `folder` for measurements by hand.
pub(super) fn open(folder: &Path, clock: &SharedClock, lang: Lang) -> anyhow::Result<Sink> {
    let agent: AgentId = "manual-probe".parse()?;
    let epoch = Epoch::from_random(random().context("the system gives no randomness")?);
    let (spool, thread, _opened) =
        Spool::open(&path_in(folder), &agent, Limits::default(), epoch, clock.now())
            .map_err(|error| anyhow::anyhow!(error.advice(lang)))?;
    let open = Open {
        spool: Some(spool),
        thread: Some(thread),
    };
    let clock = SharedClock::clone(clock);
    let plan_version = Sha256::of(b"manual probe");
    let mut marked = clock.monotonic();
    Ok(Box::new(move |job, measurement| {
        let Some(spool) = &open.spool else {
            return;
        };
        let slot = Slot {
            portal: &job.portal,
            probe: job.probe,
            family: job.family,
            slot: job.slot,
            interval_s: job.interval_s,
            plan_version,
        };
        let outcome = measurement.outcome;
        spool.put(entry(&agent, &slot, measurement, outcome));
        let now = clock.monotonic();
        if now.saturating_sub(marked) >= MARK_PERIOD {
            marked = now;
            let mark = Mark {
                alive: job.slot,
                swept: Vec::new(),
                visits: Vec::new(),
            };
            spool.mark(mark, clock.now());
        }
    }))
}
