//! One slot's job: wait until the agent's sight is checked, measure, catch what goes wrong on our side.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ems_contract::cause::UnknownWhy;
use ems_contract::clock::SharedClock;
use tokio_util::sync::CancellationToken;

use crate::plan::Versioned;
use crate::probe::{Job, Measurement, Prober};
use crate::schedule::Due;
use crate::selfcheck::{Sight, Watch, channels_of_job};

/// A prober that outlives its own limits by this much is cut off: a fault of ours.
const RUNAWAY: Duration = Duration::from_secs(10);

/// A slot that was started, under the plan it was started by.
#[derive(Clone)]
pub(super) struct Started {
    pub(super) due: Due,
    pub(super) plan: Arc<Versioned>,
}

/// What the job brought, and the means to prove it.
pub(super) struct Measured {
    pub(super) started: Started,
    pub(super) measurement: Measurement,
    /// The probe panicked.
    pub(super) panicked: bool,
    pub(super) sight: Sight,
    /// Monotonic time before the first attempt and after the last.
    pub(super) from: Duration,
    pub(super) to: Duration,
}

/// What every job needs.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) prober: Arc<dyn Prober>,
    pub(super) watch: Arc<Watch>,
    pub(super) clock: SharedClock,
}

/// Measures one slot. `stop` ends what takes long.
pub(super) async fn measure(tools: Tools, started: Started, stop: CancellationToken) -> Measured {
    let series = &started.due.series;
    let plan = &started.plan.plan;
    let job = Job {
        portal: Arc::clone(&series.portal),
        probe: series.key.probe,
        family: series.key.family,
        slot: started.due.slot,
        interval_s: series.interval_s,
        limits: plan.limits,
    };
    let sight = tools.watch.lean(channels_of_job(&job, &plan.families)).await;
    let bound = job.limit() + RUNAWAY;
    let gives_way = job.probe.is_visit();
    let from = tools.clock.monotonic();
    let result = tokio::select! {
        // A shutdown does not wait for a visit of minutes: its slot says that there was no time.
        () = stop.cancelled(), if gives_way => Ok(Ok(Measurement::unknown(UnknownWhy::Overload))),
        result = tokio::time::timeout(bound, caught(tools.prober.as_ref(), job)) => result,
    };
    let to = tools.clock.monotonic();
    let (measurement, panicked) = match result {
        Ok(Ok(measurement)) => (measurement, false),
        Ok(Err(Panicked)) => (Measurement::unknown(UnknownWhy::Panic), true),
        Err(_elapsed) => {
            let portal = series.key.portal.as_str();
            tracing::error!(portal, "a probe outlived its limits and was cut off");
            (Measurement::unknown(UnknownWhy::Overload), false)
        }
    };
    Measured {
        started,
        measurement,
        panicked,
        sight,
        from,
        to,
    }
}

struct Panicked;

/// Runs the prober and stops a panic here: one probe's panic is that slot's `Unknown` and nobody else's trouble.
async fn caught(prober: &dyn Prober, job: Job) -> Result<Measurement, Panicked> {
    let portal = job.portal.id.clone();
    let outcome = match catch_unwind(AssertUnwindSafe(|| prober.measure(job))) {
        Ok(future) => CatchUnwind(future).await,
        Err(_) => Err(Panicked),
    };
    if outcome.is_err() {
        tracing::error!(
            portal = portal.as_str(),
            "a probe panicked: its slot is unknown, everything else goes on"
        );
    }
    outcome
}

struct CatchUnwind<'a>(Pin<Box<dyn Future<Output = Measurement> + Send + 'a>>);

impl Future for CatchUnwind<'_> {
    type Output = Result<Measurement, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A future that panicked is never polled again.
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}
