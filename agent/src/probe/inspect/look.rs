//! The whole site looked at for a slot: the home page over every family, then what it does beside it.

use ems_contract::cause::Cause;
use ems_contract::facts::{Identity, PageKind, SiteFacts};
use ems_contract::family::Family;
use ems_contract::probe::ProbeKind;

use super::{View, is_dead_shell, site};
use crate::page::identity::identity;
use crate::probe::visit::visit;
use crate::probe::{Job, NetProber, Visit};

/// What the look came to.
#[derive(Debug)]
pub struct Looked {
    /// The facts.
    pub facts: SiteFacts,
    /// Whether the page is somebody else's, or a shell that nothing fills: not the portal's own.
    pub doubted: bool,
}

/// Looks at the site of `job`'s portal; none where no family brought any answer, for then nothing can be said.
pub async fn look(prober: &NetProber, job: &Job) -> Option<Looked> {
    let portal = &job.portal;
    let visits = async |family: Family| {
        if !portal.families.contains(&family) {
            return None;
        }
        let job = Job {
            probe: ProbeKind::Reach,
            family: Some(family),
            interval_s: portal.reach_interval_s,
            ..job.clone()
        };
        Some((family, visit(prober, &job, family, 0).await))
    };
    let (four, six) = tokio::join!(visits(Family::V4), visits(Family::V6));
    let seen: Vec<(Family, Visit)> = [four, six].into_iter().flatten().collect();
    let views: Vec<View<'_>> = seen
        .iter()
        .map(|(family, visit)| View {
            family: *family,
            address: visit.address(),
            visit,
        })
        .collect();
    let answered = |view: &View<'_>| view.visit.answer.is_some();
    if !views.iter().any(answered) {
        return None;
    }
    let job = Job {
        probe: ProbeKind::Reach,
        interval_s: portal.reach_interval_s,
        ..job.clone()
    };
    let facts = site(prober, portal, &views, portal.name.as_deref(), &job)
        .await
        .facts;
    let mut doubted = facts.identity == Some(Identity::Foreign);
    for view in views
        .iter()
        .filter(|view| view.visit.page == Some(PageKind::EmptyShell))
    {
        doubted = doubted || is_dead_shell(prober, view).await;
    }
    Some(Looked { facts, doubted })
}

/// Why a page that passes for the portal's own is not what its visitors come for; none where it is.
pub async fn second_look(prober: &NetProber, job: &Job, family: Family, visit: &Visit) -> Option<Cause> {
    let answer = visit.answer.as_ref()?;
    let view = View {
        family,
        address: visit.address(),
        visit,
    };
    if visit.page == Some(PageKind::EmptyShell) && is_dead_shell(prober, &view).await {
        return Some(Cause::ContentEmpty);
    }
    let foreign = identity(&answer.body, job.portal.name.as_deref()) == Identity::Foreign;
    foreign.then_some(Cause::ContentMismatch)
}
