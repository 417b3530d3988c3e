//! Which pages of a visit are kept whole: those whose extracted facts changed since a page was last kept for them. A visitor
//! counter changes a page at every look and proves nothing new.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::evidence::Label;
use ems_contract::facts::PageFacts;
use ems_contract::facts::page::{EvidenceKind, EvidenceRef};
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

/// Compressed bytes that are kept of a portal in a day.
pub const DAY_BYTES: u64 = 4 * 1024 * 1024;
const DAY_S: i64 = 86_400;
/// A page is kept anew after so long even if its facts stay: the collector lets a portal's oldest pages go, and what facts
/// still name must not be among them.
const RENEW_S: i64 = 28 * DAY_S;
/// Places remembered: some hundred sections and measures are the most that a visit has.
const MAX_PLACES: usize = 1_000;

/// A page as it was fetched.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The `Content-Type` it came with.
    pub content_type: Option<&'a str>,
    /// Its scripts had run.
    pub rendered: bool,
}

/// What is kept already of a portal, by place: a section, a measure, the home page, the English side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proofs {
    #[serde(default)]
    places: BTreeMap<String, Proof>,
    /// The day (since 1970, UTC) in which `spent` bytes were kept.
    #[serde(default)]
    day: i64,
    #[serde(default)]
    spent: u64,
}

/// The page that proves the facts of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    /// Digest of the facts.
    facts: Sha256,
    /// Digest of the page.
    body: Sha256,
    kind: EvidenceKind,
    at: UnixTime,
}

/// What keeps pages: takes one, and says its digest and the bytes it takes; nothing where it cannot.
pub type Keep<'a> = &'a mut dyn FnMut(&Label, &[u8]) -> Option<(Sha256, u64)>;

/// Names in every statement of a visit the page that proves it, and hands those that have to be kept for it to `keep`.
/// `body` finds a page of this visit by its address. Returns how many were not kept because the portal has had its bytes of
/// the day.
pub fn attach<'a>(
    portal: &PortalId,
    now: UnixTime,
    facts: &mut PageFacts,
    proofs: &mut Proofs,
    body: &dyn Fn(&str) -> Option<Body<'a>>,
    keep: Keep<'_>,
) -> u32 {
    let today = now.secs().div_euclid(DAY_S);
    if proofs.day != today {
        (proofs.day, proofs.spent) = (today, 0);
    }
    let mut visit = Visit {
        portal,
        now,
        proofs,
        body,
        keep,
        kept: BTreeMap::new(),
        over_budget: 0,
    };
    let home = PageFacts {
        sections: Vec::new(),
        checks: BTreeMap::new(),
        english: None,
        linked: None,
        ..facts.clone()
    };
    for section in &mut facts.sections {
        let told = digest_of(section);
        let read = section
            .newest
            .as_ref()
            .and_then(|newest| newest.evidence.url.clone());
        let Some(url) = read.or_else(|| section.url.clone()) else {
            continue;
        };
        let Some(proof) = visit.prove(&place_of(&section.id), told, &url, EvidenceKind::Page) else {
            continue;
        };
        name(section.evidence.get_or_insert_default(), &url, proof);
        if let Some(newest) = &mut section.newest {
            name(&mut newest.evidence, &url, proof);
        }
    }
    if let Some(url) = facts.final_url.clone()
        && let Some(proof) = visit.prove("home", digest_of(&home), &url, EvidenceKind::Page)
    {
        name(facts.evidence.get_or_insert_default(), &url, proof);
    }
    if let Some(english) = &mut facts.english {
        let read = english
            .evidence
            .as_ref()
            .and_then(|evidence| evidence.url.clone());
        if let Some(url) = read.or_else(|| english.entry.clone())
            && let Some(proof) = visit.prove("english", digest_of(english), &url, EvidenceKind::Page)
        {
            name(english.evidence.get_or_insert_default(), &url, proof);
        }
    }
    for (id, measure) in &mut facts.checks {
        let told = digest_of(measure);
        if let Some(evidence) = &mut measure.evidence
            && let Some(url) = evidence.url.clone()
            && let as_what = evidence.kind.unwrap_or(EvidenceKind::Page)
            && let Some(proof) = visit.prove(&format!("check {id}"), told, &url, as_what)
        {
            name(evidence, &url, proof);
        }
    }
    visit.over_budget
}

impl Proofs {
    /// Whether the page of this section has to be read anew, be it unchanged, so that it can be kept: it was kept too long ago,
    /// or not, though others were.
    #[must_use]
    pub fn is_due(&self, section: &str, now: UnixTime) -> bool {
        match self.places.get(&place_of(section)) {
            Some(proof) => now - proof.at >= RENEW_S,
            None => !self.places.is_empty(),
        }
    }
}

fn place_of(section: &str) -> String {
    format!("section {section}")
}

struct Visit<'v, 'a> {
    portal: &'v PortalId,
    now: UnixTime,
    proofs: &'v mut Proofs,
    body: &'v dyn Fn(&str) -> Option<Body<'a>>,
    keep: Keep<'v>,
    /// What was kept in this visit, by address; nothing where that failed.
    kept: BTreeMap<String, Option<(Sha256, EvidenceKind)>>,
    over_budget: u32,
}

impl Visit<'_, '_> {
    /// The page that proves what is told of a place: the one kept when it was first told so, or the one at hand.
    fn prove(
        &mut self,
        place: &str,
        told: Sha256,
        url: &str,
        as_what: EvidenceKind,
    ) -> Option<(Sha256, EvidenceKind)> {
        let known = self
            .proofs
            .places
            .get(place)
            .filter(|proof| proof.facts == told)
            .copied();
        if let Some(proof) = known
            && self.now - proof.at < RENEW_S
        {
            return Some((proof.body, proof.kind));
        }
        let Some((body, kind)) = self.take(url, as_what) else {
            return known.map(|proof| (proof.body, proof.kind));
        };
        if self.proofs.places.len() < MAX_PLACES || self.proofs.places.contains_key(place) {
            let proof = Proof {
                facts: told,
                body,
                kind,
                at: self.now,
            };
            self.proofs.places.insert(place.to_owned(), proof);
        }
        Some((body, kind))
    }

    /// Keeps the page at this address, once a visit.
    fn take(&mut self, url: &str, as_what: EvidenceKind) -> Option<(Sha256, EvidenceKind)> {
        if let Some(kept) = self.kept.get(url) {
            return *kept;
        }
        let body = (self.body)(url)?;
        let kind = if body.rendered {
            EvidenceKind::Rendered
        } else {
            as_what
        };
        let kept = if self.proofs.spent >= DAY_BYTES {
            self.over_budget += 1;
            None
        } else {
            let label = Label {
                portal: self.portal.clone(),
                kind,
                at: self.now,
                url: url.to_owned(),
                content_type: body.content_type.map(str::to_owned),
            };
            (self.keep)(&label, body.bytes)
        };
        let kept = kept.map(|(digest, bytes)| {
            self.proofs.spent += bytes;
            (digest, kind)
        });
        self.kept.insert(url.to_owned(), kept);
        kept
    }
}

fn name(evidence: &mut EvidenceRef, url: &str, (body, kind): (Sha256, EvidenceKind)) {
    evidence.url = Some(url.to_owned());
    evidence.sha256 = Some(body);
    evidence.kind = Some(kind);
}

fn digest_of(facts: &impl Serialize) -> Sha256 {
    // Facts have no maps with keys that are no texts: serialising cannot fail.
    Sha256::of(&serde_json::to_vec(facts).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use ems_contract::facts::page::{Measure, NewestDate, SectionFacts, SectionState};

    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
    const HOME: &str = "https://p1.example/";
    const NEWS: &str = "https://p1.example/tin";

    /// A portal between visits.
    #[derive(Default)]
    struct Portal {
        proofs: Proofs,
        /// Bytes that each page takes; 0 where nothing can be kept.
        each: u64,
    }

    /// What a visit came to: addresses kept, hash named by the section and by the home page, pages over budget.
    type Came = (Vec<String>, Option<Sha256>, Option<Sha256>, u32);

    impl Portal {
        fn visit(&mut self, now: UnixTime, day: i8, bytes: &'static [u8]) -> Came {
            let mut section = SectionFacts::new("tin-tuc", SectionState::Listed);
            section.url = Some(NEWS.to_owned());
            section.newest = Some(NewestDate {
                day: jiff::civil::date(2026, 11, day),
                rule: "plain".to_owned(),
                title: None,
                evidence: EvidenceRef {
                    url: Some(NEWS.to_owned()),
                    ..EvidenceRef::default()
                },
            });
            let at_home = Measure {
                found: Some(true),
                evidence: Some(EvidenceRef {
                    url: Some(HOME.to_owned()),
                    ..EvidenceRef::default()
                }),
                ..Measure::default()
            };
            let mut facts = PageFacts {
                final_url: Some(HOME.to_owned()),
                sections: vec![section],
                checks: BTreeMap::from([("rss".to_owned(), at_home)]),
                ..PageFacts::default()
            };
            let body = |url: &str| {
                url.starts_with(HOME).then_some(Body {
                    bytes,
                    content_type: Some("text/html"),
                    rendered: false,
                })
            };
            let (mut kept, each) = (Vec::new(), self.each);
            let mut keep = |label: &Label, bytes: &[u8]| {
                kept.push(label.url.clone());
                (each > 0).then(|| (Sha256::of(bytes), each))
            };
            let portal = "p1".parse().unwrap();
            let over = attach(&portal, now, &mut facts, &mut self.proofs, &body, &mut keep);
            let newest = facts.sections[0].newest.as_ref().unwrap().evidence.sha256;
            let home = facts.evidence.as_ref().and_then(|evidence| evidence.sha256);
            assert_eq!(facts.checks["rss"].evidence.as_ref().unwrap().sha256, home);
            (kept, newest, home, over)
        }
    }

    #[test]
    fn a_page_is_kept_when_its_facts_change_and_not_when_a_counter_does() {
        let mut portal = Portal {
            each: 9,
            ..Portal::default()
        };
        let one = Some(Sha256::of(b"counter 1"));
        let both = vec![NEWS.to_owned(), HOME.to_owned()];
        assert_eq!(portal.visit(NOW, 5, b"counter 1"), (both.clone(), one, one, 0));
        assert_eq!(portal.visit(NOW + 9, 5, b"counter 2"), (Vec::new(), one, one, 0));
        let three = Some(Sha256::of(b"counter 3"));
        assert_eq!(
            portal.visit(NOW + 18, 6, b"counter 3"),
            (vec![NEWS.to_owned()], three, one, 0)
        );
        // What is still named must not be the oldest that the collector has.
        let four = Some(Sha256::of(b"counter 4"));
        assert_eq!(
            portal.visit(NOW + 18 + RENEW_S, 6, b"counter 4"),
            (both, four, four, 0)
        );
    }

    #[test]
    fn what_cannot_be_kept_is_not_named_and_is_tried_again() {
        let mut portal = Portal::default();
        let (kept, newest, home, _) = portal.visit(NOW, 5, b"one");
        assert_eq!((kept.len(), newest, home), (2, None, None));
        portal.each = 9;
        let one = Some(Sha256::of(b"one"));
        assert_eq!(portal.visit(NOW + 9, 5, b"one").1, one);
        assert!(
            !portal.proofs.is_due("tin-tuc", NOW + 8 + RENEW_S)
                && portal.proofs.is_due("tin-tuc", NOW + 9 + RENEW_S)
        );
        assert!(portal.proofs.is_due("van-ban", NOW) && !Proofs::default().is_due("van-ban", NOW));
        // A renewal that fails leaves the page that is kept.
        portal.each = 0;
        assert_eq!(portal.visit(NOW + 9 + RENEW_S, 5, b"two").1, one);
    }

    #[test]
    fn a_portal_has_its_bytes_of_the_day_and_no_more() {
        let mut portal = Portal {
            each: DAY_BYTES,
            ..Portal::default()
        };
        let one = Some(Sha256::of(b"one"));
        assert_eq!(
            portal.visit(NOW, 5, b"one"),
            (vec![NEWS.to_owned()], one, None, 1)
        );
        let (kept, newest, _, over) = portal.visit(NOW + 9, 6, b"two");
        assert_eq!((kept, newest, over), (Vec::new(), None, 2));
        let (kept, newest, ..) = portal.visit(NOW + DAY_S, 6, b"two");
        assert_eq!((kept, newest), (vec![NEWS.to_owned()], Some(Sha256::of(b"two"))));
    }

    #[test]
    fn a_feed_is_kept_as_one_and_anew_when_its_newest_day_changes() {
        const FEED: &str = "https://p1.example/tin.rss";
        let mut proofs = Proofs::default();
        let mut visit = |now: UnixTime, newest: &str, bytes: &'static [u8]| {
            let rss = Measure {
                found: Some(true),
                evidence: Some(EvidenceRef {
                    text: Some(newest.to_owned()),
                    url: Some(FEED.to_owned()),
                    kind: Some(EvidenceKind::Feed),
                    ..EvidenceRef::default()
                }),
                ..Measure::default()
            };
            let mut facts = PageFacts {
                checks: BTreeMap::from([("rss".to_owned(), rss)]),
                ..PageFacts::default()
            };
            let body = |url: &str| {
                (url == FEED).then_some(Body {
                    bytes,
                    content_type: Some("application/rss+xml"),
                    rendered: false,
                })
            };
            let mut kept = Vec::new();
            let mut keep = |label: &Label, bytes: &[u8]| {
                kept.push((label.kind, label.content_type.clone().unwrap()));
                Some((Sha256::of(bytes), 9))
            };
            let portal = "p1".parse().unwrap();
            attach(&portal, now, &mut facts, &mut proofs, &body, &mut keep);
            let named = facts.checks["rss"].evidence.clone().unwrap();
            (kept, named.sha256, named.kind)
        };
        let (one, three) = (Some(Sha256::of(b"one")), Some(Sha256::of(b"three")));
        let as_feed = vec![(EvidenceKind::Feed, "application/rss+xml".to_owned())];
        let feed = Some(EvidenceKind::Feed);
        assert_eq!(visit(NOW, "2026-11-05", b"one"), (as_feed.clone(), one, feed));
        assert_eq!(visit(NOW + 9, "2026-11-05", b"two"), (Vec::new(), one, feed));
        assert_eq!(visit(NOW + 18, "2026-11-06", b"three"), (as_feed, three, feed));
    }

    #[test]
    fn what_is_kept_comes_back_from_disk() {
        let mut portal = Portal {
            each: 9,
            ..Portal::default()
        };
        portal.visit(NOW, 5, b"one");
        let text = serde_json::to_string(&portal.proofs).unwrap();
        portal.proofs = serde_json::from_str(&text).unwrap();
        assert_eq!(portal.visit(NOW + 9, 5, b"two").0, Vec::<String>::new());
    }
}
