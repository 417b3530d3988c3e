//! The door for batches: bounded in memory and time whatever arrives, answered only after a durable commit.

mod body;
mod decode;
mod metrics;
mod plausible;
mod refusal;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::probe::ProbeKind;
use ems_contract::record::Record;
use ems_contract::wire::{Ack, Line};
use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::context::Context;
use crate::plans::Plans;
use crate::store::IngestBatch;
pub(crate) use body::discard;
use metrics::Metrics;
pub use refusal::Refusal;

/// Batches in hand at once; the next sender is asked to wait.
const IN_HAND: usize = 16;
/// Batches in hand of one agent, so that one cannot take all the room.
const IN_HAND_PER_AGENT: usize = 2;
/// Batches decompressed and parsed at once: each may need some hundred megabytes when it is hostile.
const DECODING: usize = 2;

/// The door for batches.
#[derive(Clone)]
pub struct Ingest {
    inner: Arc<Inner>,
}

struct Inner {
    context: Context,
    plans: Plans,
    metrics: Metrics,
    in_hand: Arc<Semaphore>,
    of_agent: Mutex<HashMap<AgentId, Arc<Semaphore>>>,
    decoding: Arc<Semaphore>,
    changed: Arc<Notify>,
}

impl Ingest {
    /// A door to `context.store`; `changed` is notified after every batch that brought something new.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn new(context: &Context, plans: Plans, changed: Arc<Notify>) -> prometheus::Result<Self> {
        let inner = Inner {
            context: context.clone(),
            plans,
            metrics: Metrics::register(&context.registry)?,
            in_hand: Arc::new(Semaphore::new(IN_HAND)),
            of_agent: Mutex::default(),
            decoding: Arc::new(Semaphore::new(DECODING)),
            changed,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Takes a batch of `agent` (whose token was presented): reads, decodes and keeps it.
    ///
    /// # Errors
    /// [`Refusal`], with what the sender should do about it.
    pub async fn accept(&self, agent: &AgentId, body: Body) -> Result<Ack, Refusal> {
        let arrived = self.inner.context.clock.timestamp();
        let began = self.inner.context.clock.monotonic();
        let answer = self.keep(agent, arrived, body).await;
        let took = self.inner.context.clock.monotonic().saturating_sub(began);
        self.inner.metrics.answered(answer.as_ref().err(), took);
        answer
    }

    async fn keep(&self, agent: &AgentId, arrived: Timestamp, body: Body) -> Result<Ack, Refusal> {
        let _room = match self.room(agent) {
            Ok(room) => room,
            Err(refusal) => {
                discard(body).await;
                return Err(refusal);
            }
        };
        let bytes = body::read(body).await?;
        self.inner.metrics.bytes(agent, bytes.len());
        let decoding = self
            .inner
            .decoding
            .clone()
            .acquire_owned()
            .await
            .map_err(|_closed| Refusal::Stopping)?;
        let (agent_id, store) = (agent.clone(), self.inner.context.store.clone());
        // Decompressing, parsing and waiting for the disk are no work for an async thread.
        let kept = tokio::task::spawn_blocking(move || {
            let batch = decode::decode(&agent_id, arrived, &bytes);
            drop(decoding);
            let batch = batch?;
            let (skew_ms, news) = (batch.skew_ms, pages_of(&batch));
            Ok::<_, Refusal>((store.commit(batch)?, skew_ms, news))
        });
        let (receipt, skew_ms, news) = kept.await.map_err(|_panicked| Refusal::Panicked)??;
        self.inner.metrics.kept(agent, &receipt, skew_ms);
        if receipt.stored > 0 {
            self.inner.changed.notify_one();
            self.inner.context.docket.ask(news);
        }
        Ok(Ack {
            through: receipt.through,
            stored: receipt.stored,
            duplicates: receipt.duplicates + receipt.slot_conflicts,
            quarantined: receipt.quarantined,
            resend_after: receipt.resend_after,
            plan_version: self.inner.plans.of(agent).map(|plan| plan.version),
        })
    }

    /// Room for one more batch, given back when dropped.
    fn room(&self, agent: &AgentId) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), Refusal> {
        let of_agent = {
            let mut all = self.inner.of_agent.lock().unwrap_or_else(PoisonError::into_inner);
            // Agents are those with a token: the map stays small.
            let semaphore = all.entry(agent.clone());
            semaphore
                .or_insert_with(|| Arc::new(Semaphore::new(IN_HAND_PER_AGENT)))
                .clone()
        };
        let own = of_agent.try_acquire_owned().map_err(|_full| Refusal::Busy)?;
        let all = self
            .inner
            .in_hand
            .clone()
            .try_acquire_owned()
            .map_err(|_full| Refusal::Busy)?;
        Ok((own, all))
    }
}

/// The portals of which a batch brings page facts: their verdicts may change at once. What the other probes see is
/// judged with the next round of all.
fn pages_of(batch: &IngestBatch) -> Vec<PortalId> {
    let mut portals: Vec<PortalId> = batch
        .lines
        .iter()
        .filter_map(|line| match line {
            Line::Record {
                record: Record::Observation(seen),
                ..
            } if matches!(seen.probe, ProbeKind::Page | ProbeKind::Links) => Some(seen.portal.clone()),
            _ => None,
        })
        .collect();
    portals.dedup();
    portals
}
