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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use ems_contract::digest::Sha256;
    use ems_contract::facts::page::{SectionFacts, SectionState};
    use ems_contract::facts::{LinksFacts, PageFacts};

    use super::*;
    use crate::evidence::MAX_BYTES;
    use crate::site::Fetched;

    const NEWS: &str = "https://p1.example/tin";

    fn visited(body: &[u8]) -> Visited {
        let mut section = SectionFacts::new("tin-tuc", SectionState::Listed);
        section.url = Some(NEWS.to_owned());
        let fetched = Fetched {
            url: NEWS.parse().unwrap(),
            status: 200,
            redirects: 0,
            content_type: Some("text/html".to_owned()),
            etag: None,
            last_modified: None,
            body: body.to_vec(),
            rendered: false,
        };
        Visited {
            fault: None,
            page: PageFacts {
                sections: vec![section],
                ..PageFacts::default()
            },
            links: LinksFacts::default(),
            pages_read: 1,
            bodies: BTreeMap::from([(NEWS.to_owned(), Arc::new(fetched))]),
            faults_of_ours: 0,
        }
    }

    #[tokio::test]
    async fn a_full_disk_costs_the_proof_and_leaves_the_facts() {
        let dir = tempfile::TempDir::new().unwrap();
        let evidence = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
        let (portal, now) = ("p1".parse().unwrap(), UnixTime::from_secs(1_800_000_000));
        let mut memory = Memory::default();
        let folder = dir.path().join("evidence");
        std::fs::remove_dir(&folder).unwrap();
        let (mut first, facts) = (visited(b"one"), visited(b"one").page);
        keep(&evidence, &portal, now, &mut first, &mut memory).await;
        assert_eq!(first.page, facts);
        let refused = |wanted: &str| {
            let mut all = evidence.status().unkept_by_reason();
            all.find(|(why, _)| *why == wanted).unwrap().1
        };
        assert_eq!(refused("disk"), 1);
        std::fs::create_dir(&folder).unwrap();
        let mut second = visited(b"two");
        keep(&evidence, &portal, now + 7_200, &mut second, &mut memory).await;
        let named = second.page.sections[0].evidence.as_ref().unwrap().sha256;
        assert_eq!(named, Some(Sha256::of(b"two")));
        assert_eq!(evidence.next().unwrap().unwrap().label.url, NEWS);
    }
}
