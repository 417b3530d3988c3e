//! One scrape: everything is read, then written down in the order of the catalogue.

use std::sync::Arc;

use ems_contract::time::Window;

use super::catalogue::CATALOGUE;
use super::counters::Counters;
use super::exposition::Exposition;
use super::{domains, installation, portals, probes};
use crate::context::Context;
use crate::leaves::Leaves;
use crate::store::StoreError;
use crate::timeline::{Rosters, Timelines};

/// Answers to incidents of so many seconds are told.
const RESPONSES_S: i64 = 30 * 86_400;

/// Why there is no exposition.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A room's own metric cannot be written.
    #[error("write the rooms' own metrics: {0}")]
    Registry(#[from] prometheus::Error),
}

/// Makes expositions.
pub struct Metrics {
    context: Context,
    timelines: Arc<Timelines>,
    counters: Arc<Counters>,
    rosters: Rosters,
    leaves: Leaves,
}

impl Metrics {
    /// Metrics over the collector's data. `timelines` must be watched by `counters` ([`Timelines::watched`]).
    #[must_use]
    pub fn new(context: Context, timelines: Arc<Timelines>, counters: Arc<Counters>) -> Self {
        Self {
            context,
            timelines,
            counters,
            rosters: Rosters::default(),
            leaves: Leaves::default(),
        }
    }

    /// The exposition in text format 0.0.4. Blocks while it reads the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn render(&self) -> Result<String, ScrapeError> {
        let store = &*self.context.store;
        let now = self.context.clock.now();
        let loaded = self.context.inventory.loaded();
        let roster = self.rosters.current(store, &loaded, now)?;
        let members = &roster.members;
        let (snapshot, lines) = self.timelines.look_and(&roster.ids, now, |snapshot| {
            (snapshot.clone(), self.counters.advance(members, snapshot, now))
        })?;
        let agents = store.agents()?;
        let mut latest = store.latest(None)?;
        latest.retain(|record| roster.member(&record.portal).is_some());
        let incidents = store.incidents(None, Window::new(now, now + 1))?;

        let outbox = store.outbox_statistics()?;
        let responses = store.responses(Window::new(now - RESPONSES_S, now + 1))?;
        let backups = store.backups(None, now)?;

        let mut out = Exposition::default();
        installation::build(&mut out);
        installation::demo(&mut out, store.demo()?);
        installation::inventory(&mut out, &loaded, members);
        installation::agents(&mut out, &loaded, &agents);
        portals::info(&mut out, members);
        portals::state(&mut out, members, &snapshot, now);
        portals::seconds(&mut out, &lines);
        portals::windows(&mut out, members, &snapshot, now);
        portals::incidents(&mut out, members, &incidents);
        portals::maintenance(&mut out, members, now);
        domains::terms(&mut out, &loaded.inventory);
        domains::delegations(&mut out, &loaded.inventory, &latest, now);
        probes::dnssec(&mut out, &latest);
        probes::certificates(&mut out, &latest, |chain| self.leaves.begins(store, chain))?;
        probes::looks(&mut out, &latest);
        probes::probes(&mut out, &latest, now);
        installation::disk(&mut out, store.free_ratio());
        installation::outbox(&mut out, &outbox, now);
        installation::responses(&mut out, &responses);
        installation::backups(&mut out, members, &backups);
        let mut text = out.finish();
        let mut own = self.context.registry.gather();
        // A name stands once in an exposition: what is made here from the store wins over a room's own count.
        own.retain(|family| CATALOGUE.iter().all(|metric| metric.name != family.name()));
        text.push_str(&prometheus::TextEncoder::new().encode_to_string(&own)?);
        Ok(text)
    }
}
