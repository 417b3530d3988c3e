//! Reload: on SIGHUP at once, on a change of the files as soon as they rest. A bad file changes nothing but what is
//! said: the inventory before it stays in force.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::diagnostic::{Diagnostic, Message};
use ems_contract::inventory::{Inventory, Loaded, load};
use prometheus::{Gauge, IntGauge, Registry};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::{short_notices, written_late};
use crate::context::{Context, LiveInventory, Refusal};
use crate::regulation::Regulations;
use crate::stamp::Stamp;
use crate::store::{InventoryRecord, StoreError};

/// How often the files are looked at. A change is taken when they looked the same twice: an editor may still write.
const POLL: Duration = Duration::from_secs(2);

/// The most findings of one refused file that go to the log; all of them go to the console.
const LOGGED: usize = 20;

/// Notes durably that an inventory came into force.
pub type Recorder = Arc<dyn Fn(&InventoryRecord) -> Result<(), StoreError> + Send + Sync>;

/// Keeps the inventory in force up with its files.
pub struct Watcher {
    path: PathBuf,
    live: LiveInventory,
    clock: SharedClock,
    record: Recorder,
    rules: Arc<Regulations>,
    metrics: Metrics,
    watched: Vec<PathBuf>,
    /// The files as they were when they were last read.
    read: Stamp,
}

struct Metrics {
    success: IntGauge,
    success_at: Gauge,
}

impl Metrics {
    fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let success = IntGauge::new(
            "ems_inventory_last_reload_success",
            "Whether the last reading of targets.yaml was taken (1) or refused (0).",
        )?;
        let success_at = Gauge::new(
            "ems_inventory_last_reload_success_timestamp_seconds",
            "When targets.yaml was last read and found in order.",
        )?;
        registry.register(Box::new(success.clone()))?;
        registry.register(Box::new(success_at.clone()))?;
        Ok(Self { success, success_at })
    }
}

impl Watcher {
    /// Watches the inventory whose main file is `path`. `loaded` is how it was read for the start: its inventory is
    /// the one in force in `context`.
    ///
    /// # Errors
    /// When the metrics are registered already.
    pub fn new(
        path: PathBuf,
        loaded: &Loaded,
        context: &Context,
        rules: Arc<Regulations>,
    ) -> Result<Self, prometheus::Error> {
        let store = Arc::clone(&context.store);
        let record: Recorder = Arc::new(move |inventory| store.record_inventory(inventory));
        let (live, clock) = (context.inventory.clone(), Arc::clone(&context.clock));
        Self::with(path, loaded, (live, clock), rules, &context.registry, record)
    }

    fn with(
        path: PathBuf,
        loaded: &Loaded,
        (live, clock): (LiveInventory, SharedClock),
        rules: Arc<Regulations>,
        registry: &Registry,
        record: Recorder,
    ) -> Result<Self, prometheus::Error> {
        let metrics = Metrics::register(registry)?;
        metrics.success.set(1);
        metrics.success_at.set(seconds(live.loaded().since.secs()));
        Ok(Self {
            path,
            live,
            clock,
            record,
            rules,
            metrics,
            read: Stamp::of(&loaded.watched),
            watched: loaded.watched.clone(),
        })
    }

    /// Runs until `stop`. Each notification of `hangup` (SIGHUP) reads the files at once, changed or not.
    pub async fn run(mut self, hangup: Arc<Notify>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = self.read.clone();
        loop {
            let asked = tokio::select! {
                () = stop.cancelled() => return,
                () = hangup.notified() => true,
                _ = ticks.tick() => false,
            };
            let watched = self.watched.clone();
            let Some(now) = blocking(move || Stamp::of(&watched)).await else {
                return;
            };
            let rests = now == seen;
            seen = now;
            if asked || (rests && seen != self.read) {
                self.reload().await;
                seen = self.read.clone();
            }
        }
    }

    /// Reads the files; takes what they say or says why not.
    async fn reload(&mut self) {
        let (path, watched) = (self.path.clone(), self.watched.clone());
        let reading = blocking(move || {
            // Stamped before it is read: what is written meanwhile is seen as a change afterwards.
            let before = Stamp::of(&watched);
            let loaded = load(&path);
            let stamp = if loaded.watched == watched {
                before
            } else {
                Stamp::of(&loaded.watched)
            };
            (loaded, stamp)
        });
        let Some((loaded, stamp)) = reading.await else {
            return;
        };
        self.watched = loaded.watched;
        self.read = stamp;
        match loaded.inventory {
            Some(inventory) => {
                let now = self.clock.now();
                let mut warnings = loaded.diagnostics;
                let before = self.live.current();
                warnings.extend(written_late(&loaded.maintenance, Some(&before), now));
                warnings.extend(short_notices(&loaded.maintenance, &self.rules, now));
                self.take(inventory, &warnings).await;
            }
            None => self.refuse(loaded.diagnostics),
        }
    }

    /// Puts an inventory in force, unless it is the one in force already.
    async fn take(&mut self, inventory: Inventory, warnings: &[Diagnostic]) {
        let now = self.clock.now();
        if inventory.version == self.live.current().version {
            tracing::debug!(version = %inventory.version.short(), "inventory read again, nothing changed");
            self.live.confirm();
        } else {
            let record = InventoryRecord::of(&inventory, now);
            // Known to the store first: results of a portal it never heard of would be put aside.
            let recorder = Arc::clone(&self.record);
            let recorded = blocking(move || recorder(&record)).await;
            if let Some(Err(error)) = recorded {
                let message = Message::new("inventory.reload.not_recorded").with("detail", error);
                self.read = Stamp::of(&[]); // Looks changed at the next glance: tried again.
                self.refuse(vec![Diagnostic::error(None, "", message)]);
                return;
            }
            for warning in warnings.iter().take(LOGGED) {
                tracing::warn!("{warning}");
            }
            tracing::info!(
                version = %inventory.version.short(),
                portals = inventory.portals.len(),
                agents = inventory.agents.len(),
                "inventory reloaded"
            );
            self.live.replace(inventory, now);
        }
        self.metrics.success.set(1);
        self.metrics.success_at.set(seconds(now.secs()));
    }

    /// Keeps the inventory in force and says why.
    fn refuse(&self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics.iter().take(LOGGED) {
            tracing::error!("{diagnostic}");
        }
        tracing::error!(
            findings = diagnostics.len(),
            in_force = %self.live.current().version.short(),
            "inventory refused, the one before stays in force"
        );
        self.metrics.success.set(0);
        let at = self.clock.now();
        self.live.refuse(Refusal { at, diagnostics });
    }
}

/// Runs file and database work off the async threads. `None` when the runtime is going down, or the work panicked
/// (which the panic hook has told).
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// Seconds since the epoch as a gauge shows them.
#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to 2^53 seconds; instants end with the year 2199"
)]
fn seconds(secs: i64) -> f64 {
    secs as f64
}

#[cfg(test)]
mod tests;
