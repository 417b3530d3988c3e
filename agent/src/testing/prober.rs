//! Probers and lines made of closures.

use std::pin::Pin;
use std::sync::Arc;

use ems_contract::cause::{Cause, Stage};
use ems_contract::clock::SharedClock;
use ems_contract::facts::Facts;
use ems_contract::observation::{Attempt, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::plan::Reference;
use ems_contract::probe::ProbeKind;

use crate::probe::{Job, Measurement, Prober};
use crate::selfcheck::ReferenceChecker;

type Future<'a, T> = Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;
type Measure = dyn Fn(Job) -> Future<'static, Outcome> + Send + Sync;

/// Measures by a closure; every slot has one attempt.
pub(crate) struct FakeProber {
    clock: SharedClock,
    kinds: &'static [ProbeKind],
    measure: Box<Measure>,
}

impl FakeProber {
    pub(crate) fn new<F>(clock: &SharedClock, measure: impl Fn(Job) -> F + Send + Sync + 'static) -> Arc<Self>
    where
        F: std::future::Future<Output = Outcome> + Send + 'static,
    {
        Self::of_kinds(clock, &[ProbeKind::Reach], measure)
    }

    pub(crate) fn of_kinds<F>(
        clock: &SharedClock,
        kinds: &'static [ProbeKind],
        measure: impl Fn(Job) -> F + Send + Sync + 'static,
    ) -> Arc<Self>
    where
        F: std::future::Future<Output = Outcome> + Send + 'static,
    {
        Arc::new(Self {
            clock: Arc::clone(clock),
            kinds,
            measure: Box::new(move |job| Box::pin(measure(job))),
        })
    }
}

impl Prober for FakeProber {
    fn kinds(&self) -> &'static [ProbeKind] {
        self.kinds
    }

    fn measure(&self, job: Job) -> Future<'_, Measurement> {
        Box::pin(async move {
            let started_at = self.clock.timestamp();
            let outcome = (self.measure)(job).await;
            Measurement {
                attempts: vec![Attempt {
                    started_at,
                    address: None,
                    timings: Timings {
                        connect_us: Some(1_500),
                        ..Timings::default()
                    },
                    body_bytes: None,
                    shared: false,
                    outcome,
                }],
                outcome,
                facts: Facts::default(),
                chain: None,
            }
        })
    }
}

/// Checks references by a closure.
pub(crate) struct FakeChecker<F>(pub(crate) F);

impl<F, R> ReferenceChecker for FakeChecker<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: std::future::Future<Output = bool> + Send + 'static,
{
    fn check<'a>(&'a self, _reference: &'a Reference) -> Future<'a, bool> {
        Box::pin((self.0)())
    }
}

/// An agent that always sees.
pub(crate) fn seeing() -> Arc<dyn ReferenceChecker> {
    Arc::new(FakeChecker(|| async { true }))
}

pub(crate) const DOWN: Outcome = Outcome::Down {
    stage: Stage::Connect,
    cause: Cause::TcpTimeout,
};
