//! `page` and `links`: a visit of the portal, within the slot's time, that remembers the one before.

use std::path::PathBuf;

use ems_contract::cause::UnknownWhy;
use ems_contract::facts::Facts;
use ems_contract::observation::{Attempt, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use tokio::time::{Instant, timeout};

use super::prober::NetProber;
use super::visit::standing_of;
use super::{Job, Measurement, proof};
use crate::net::browse::Written;
use crate::page::sections::Lexicon;
use crate::site::plan::memory::Memory;
use crate::site::{Part, Settings, Visited, kept, visit};

/// Pages read in one visit; two a second.
const MAX_PAGES: u32 = 240;
/// Item pages followed of a list that shows no dates.
const FOLLOW: usize = 3;
/// Pages read for the links on them.
const CRAWL: u32 = 100;
/// Links asked in one visit: those left over come first the next time.
const MAX_LINKS: u32 = 300;

/// Visits the portal. Only half of the slot's time goes into asking: what is asked last has the other half to answer. A visit
/// that renders waits for room first, half of its time at most.
pub(super) async fn site(prober: &NetProber, job: &Job) -> Measurement {
    let Some(pages) = &job.portal.pages else {
        // No plan says what to read: the slot is accounted for, and nothing is said about the portal.
        return Measurement::unknown(UnknownWhy::Overload);
    };
    let portal = &job.portal;
    let end = Instant::now() + job.limit();
    let render = pages.render.then(|| prober.renderer.clone()).flatten();
    let _room = match &render {
        None => None,
        Some(_) => match timeout(job.limit() / 2, prober.rendering.acquire()).await {
            Ok(Ok(room)) => Some(room),
            // Nothing was looked at, and that is ours.
            Ok(Err(_)) | Err(_) => return Measurement::unknown(UnknownWhy::Overload),
        },
    };
    let started_at = prober.clock.timestamp();
    let part = match job.probe {
        ProbeKind::Links => Part::Links,
        _ => Part::Pages,
    };
    let settings = Settings {
        home: portal.url.clone(),
        part,
        until: Some(Instant::now() + end.saturating_duration_since(Instant::now()) / 2),
        name: portal.name.clone(),
        parent: pages.parent.clone(),
        english: pages.english_url.clone(),
        published: pages.published.clone(),
        mapped: pages.mapped.clone(),
        sections: pages.sections.clone(),
        lexicon: Lexicon::embedded(),
        measurement: Vec::new(),
        follow: FOLLOW,
        max_pages: MAX_PAGES,
        crawl: CRAWL,
        max_links: MAX_LINKS,
        render,
        now: prober.clock.now(),
        // An instant in nanoseconds: no portal has an address that holds it.
        nonce: u64::try_from(started_at.as_nanosecond() & i128::from(u64::MAX)).unwrap_or(0),
    };
    let written = Written {
        allow: portal.allow.clone(),
        resolve: portal.resolve.clone(),
    };
    let path = prober
        .visits
        .as_ref()
        .map(|folder| folder.join(format!("{}.{}.json", portal.id, job.probe)));
    let mut memory = recall(path.clone()).await;
    let browser = prober.browser(portal.url.clone(), written);
    let mut visited = visit(browser, &settings, &mut memory, &|_step| {}).await;
    if visited.fault.is_none() {
        if let Some(evidence) = prober.evidence.as_ref().filter(|_| part == Part::Pages) {
            proof::keep(evidence, &portal.id, settings.now, &mut visited, &mut memory).await;
        }
        remember(path, memory).await;
    }
    let outcome = outcome(&visited);
    let attempt = Attempt {
        started_at,
        address: None,
        timings: Timings::default(),
        body_bytes: None,
        shared: false,
        outcome,
    };
    Measurement {
        attempts: vec![attempt],
        outcome,
        facts: facts(visited, part),
        chain: None,
    }
}

/// What `reach` would say of the home page that was met. It never enters the ledger, which is made of `reach` alone.
fn outcome(visited: &Visited) -> Outcome {
    let page = &visited.page;
    match (visited.fault, page.status, page.kind) {
        (Some(fault), _, _) => fault.into(),
        (None, Some(status), Some(kind)) => {
            standing_of(status, kind, page.js_only).map_or_else(Outcome::from, |()| Outcome::Up)
        }
        // Our parser gave up.
        (None, _, _) => Outcome::Unknown {
            why: UnknownWhy::Panic,
        },
    }
}

fn facts(visited: Visited, part: Part) -> Facts {
    let mut facts = Facts::default();
    if visited.fault.is_some() || visited.faults_of_ours > 0 {
        return facts;
    }
    if part == Part::Links {
        facts.links = Some(Box::new(visited.links));
    } else {
        facts.page = Some(Box::new(visited.page));
    }
    facts
}

/// What the last visit left. Without it a visit only knows less.
async fn recall(path: Option<PathBuf>) -> Memory {
    let Some(path) = path else {
        return Memory::default();
    };
    let read = tokio::task::spawn_blocking(move || kept::read(&path)).await;
    match read {
        Ok(Ok(memory)) => memory,
        Ok(Err(error)) => {
            tracing::warn!(%error, "what the last visit left is not used");
            Memory::default()
        }
        Err(_cut_off) => Memory::default(),
    }
}

async fn remember(path: Option<PathBuf>, memory: Memory) {
    let Some(path) = path else { return };
    let written = tokio::task::spawn_blocking(move || kept::write(&path, &memory)).await;
    if let Ok(Err(error)) = written {
        tracing::warn!(%error, "the next visit will not know of this one");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ems_contract::clock::SystemClock;
    use ems_contract::plan::PagePlan;

    use super::*;
    use crate::net::budget::Pace;
    use crate::probe::NetSettings;
    use crate::testing;

    #[tokio::test(start_paused = true)]
    async fn visits_that_render_wait_for_room_and_no_others_do() {
        let settings = NetSettings {
            contact: String::new(),
            resolvers: vec!["127.0.0.1:1".parse().unwrap()],
            authorities: Vec::new(),
            pace: Pace::Planned,
            renderer: vec!["/nowhere/chromium".to_owned()],
            visits: None,
            evidence: None,
        };
        let prober = NetProber::new(settings, SystemClock::shared()).unwrap();
        let measured = async |render: bool| {
            let mut portal = testing::plan(1).portals.remove(0);
            // Refused at once: no loopback is allowed.
            portal.url = "http://127.0.0.1:9/".parse().unwrap();
            portal.pages = Some(PagePlan {
                page_interval_s: 3_600,
                render,
                ..PagePlan::default()
            });
            let job = Job {
                portal: Arc::new(portal),
                probe: ProbeKind::Page,
                family: None,
                slot: ems_contract::time::UnixTime::from_secs(1_800_000_000),
                interval_s: 3_600,
                limits: testing::plan(1).limits,
            };
            let began = Instant::now();
            let outcome = site(&prober, &job).await.outcome;
            (outcome, began.elapsed(), job.limit())
        };
        let overload = Outcome::Unknown {
            why: UnknownWhy::Overload,
        };
        let rooms = prober.rendering.acquire_many(2).await.unwrap();
        assert_eq!(prober.rendering.available_permits(), 0);
        let (outcome, took, limit) = measured(true).await;
        assert!(
            outcome == overload && took >= limit / 2 && took < limit,
            "{outcome:?} {took:?}"
        );
        let (plain, took, _) = measured(false).await;
        assert!(plain != overload && took < limit / 4, "{plain:?} {took:?}");
        drop(rooms);
        assert_eq!(measured(true).await.0, plain);
        assert_eq!(prober.rendering.available_permits(), 2);
    }
}
