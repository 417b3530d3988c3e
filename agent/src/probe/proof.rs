//! The pages of a visit that prove what it found, kept whole. Whatever goes wrong here, the facts stay.

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;

use crate::evidence::{EvidenceSpool, NotKept};
use crate::site::Visited;
use crate::site::plan::memory::Memory;
use crate::site::plan::proof::{Body, attach};

/// Keeps the pages whose facts changed and names in the facts the page that proves each.
pub(super) async fn keep(
    evidence: &EvidenceSpool,
    portal: &PortalId,
    now: UnixTime,
    visited: &mut Visited,
    memory: &mut Memory,
) {
    let (evidence, portal) = (evidence.clone(), portal.clone());
    let (mut facts, mut proofs) = (visited.page.clone(), memory.proofs.clone());
    let bodies = std::mem::take(&mut visited.bodies);
    let work = move || {
        let body = |url: &str| {
            let fetched = bodies.get(url)?;
            Some(Body {
                bytes: &fetched.body,
                content_type: fetched.content_type.as_deref(),
                rendered: fetched.rendered,
            })
        };
        let mut unkept: Option<NotKept> = None;
        let mut keep = |label: &_, bytes: &[u8]| {
            let kept = evidence.put(label, bytes);
            kept.map_err(|why| unkept = Some(why)).ok()
        };
        let over = attach(&portal, now, &mut facts, &mut proofs, &body, &mut keep);
        (0..over).for_each(|_page| evidence.status().unkept(&NotKept::Budget));
        if let Some(why) = unkept.or_else(|| (over > 0).then_some(NotKept::Budget)) {
            tracing::warn!(%portal, %why, "pages of this visit are not kept as evidence; its facts are");
        }
        (facts.bounded(), proofs)
    };
    // A panic of ours leaves the facts as they were, without proof.
    if let Ok((facts, proofs)) = tokio::task::spawn_blocking(work).await {
        (visited.page, memory.proofs) = (facts, proofs);
    }
}
