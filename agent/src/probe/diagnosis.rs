//! A name that does not resolve: its own servers are heard, so that a scheduled failure carries the same precise cause
//! as a measurement by hand.

use ems_contract::cause::Stage;
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use tokio::time::{Instant, timeout_at};

use super::prober::NetProber;
use super::{Job, Measurement, inspect};

/// Puts what the portal's own name servers say in place of a resolver's "failure", silence or refusal. The attempts and
/// this together end before `end`; what is not told by then stays as the resolver said it.
pub(super) async fn be_precise(prober: &NetProber, job: &Job, seen: &mut Measurement, end: Instant) {
    if !inspect::is_vague(seen.outcome) {
        return;
    }
    let told = timeout_at(end, why(prober, job)).await;
    let Some(cause) = told.ok().flatten() else {
        return;
    };
    let precise = Outcome::Down {
        stage: Stage::Dns,
        cause,
    };
    seen.outcome = precise;
    for attempt in &mut seen.attempts {
        if inspect::is_vague(attempt.outcome) {
            attempt.outcome = precise;
        }
    }
}

/// A probe of one family asks about that one; a probe of both about IPv4 and, where all is well there, IPv6.
async fn why(prober: &NetProber, job: &Job) -> Option<ems_contract::cause::Cause> {
    if let Some(family) = job.family {
        return inspect::why(prober, &job.portal, family).await;
    }
    let (four, six) = tokio::join!(
        inspect::why(prober, &job.portal, Family::V4),
        inspect::why(prober, &job.portal, Family::V6)
    );
    four.or(six)
}
