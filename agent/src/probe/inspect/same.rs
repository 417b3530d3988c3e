//! Do both families serve the same site? Two more visits settle a doubt.

use std::sync::Arc;

use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;

use super::View;
use crate::page::likeness::{Likeness, same_site};
use crate::probe::visit::visit;
use crate::probe::{Job, NetProber, Visit};

/// What the comparison came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sameness {
    /// Whether the sites are the same; none where one of them was not there.
    pub same: Option<bool>,
    /// How they differ, when they do.
    pub difference: Option<String>,
}

/// Compares what the families served.
pub(super) async fn sameness(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    views: &[View<'_>],
    job: &Job,
) -> Sameness {
    let seen = |family| {
        let view = views.iter().find(|view| view.family == family)?;
        likeness(view.visit)
    };
    let (Some(four), Some(six)) = (seen(Family::V4), seen(Family::V6)) else {
        return Sameness::default();
    };
    if four.is_same(&six) {
        return Sameness {
            same: Some(true),
            difference: None,
        };
    }
    // The noise floor: how much does a family differ from itself?
    let again = |family| {
        let job = Job {
            portal: Arc::clone(portal),
            family: Some(family),
            ..job.clone()
        };
        async move { likeness(&visit(prober, &job, family, 0).await) }
    };
    let (four_again, six_again) = tokio::join!(again(Family::V4), again(Family::V6));
    let (Some(four_again), Some(six_again)) = (four_again, six_again) else {
        return Sameness::default();
    };
    let same = same_site([&four, &four_again], [&six, &six_again]);
    Sameness {
        same: Some(same),
        difference: (!same).then(|| four.difference(&six)),
    }
}

fn likeness(visit: &Visit) -> Option<Likeness> {
    let (last, answer) = (visit.steps.last()?, visit.answer.as_ref()?);
    Some(Likeness::of(last.url.host_str()?, last.status?, &answer.body))
}
