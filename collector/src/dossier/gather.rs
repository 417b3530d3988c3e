//! Gathers what is known of a portal at an instant.

use ems_contract::facts::page::PageFacts;
use ems_contract::id::PortalId;
use ems_contract::inventory::Portal;
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};

use super::account::availability;
use super::chronicle::{Chronicle, Era};
use super::{former, kin};
use crate::calendar::civil;
use crate::edition::Publication;
use crate::items;
use crate::judge::facts::{
    Observed, OldDomainSeen, PublishedReport, ResponseTimes, Suspension, TargetFacts, When,
};
use crate::ledger::{Delays, Track, settled_horizon};
use crate::regulation::Regulations;
use crate::store::{Store, StoreError};

/// Looks older than this say nothing about today.
const LOOK_BACK_S: i64 = 35 * 86_400;
/// Response times are those of one day.
const DAY_S: i64 = 86_400;

/// Gathers dossiers.
pub struct Gatherer<'a> {
    store: &'a dyn Store,
    rules: &'a Regulations,
    chronicle: &'a Chronicle,
}

/// How much of each series the judge needs: a failure wants two looks ten minutes apart, one of a page two days apart,
/// and findings close after two good looks.
const fn needed(probe: ProbeKind) -> (usize, i64) {
    match probe {
        ProbeKind::Reach | ProbeKind::Dns => (12, 900),
        ProbeKind::Tls => (6, 900),
        ProbeKind::Page | ProbeKind::Links => (8, 4 * DAY_S),
    }
}

impl<'a> Gatherer<'a> {
    /// A gatherer over a store and the inventories that were in force; the rules say which attestations boards and
    /// courses amount to.
    #[must_use]
    pub const fn new(store: &'a dyn Store, rules: &'a Regulations, chronicle: &'a Chronicle) -> Self {
        Self {
            store,
            rules,
            chronicle,
        }
    }

    /// Everything known at `at` of a portal of the era's inventory. `now` tells how much of the ledger is settled.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn facts(
        &self,
        era: &Era,
        portal: &Portal,
        at: UnixTime,
        now: UnixTime,
    ) -> Result<TargetFacts, StoreError> {
        let delays = Delays::of(portal.reach_interval_s, &era.inventory.limits);
        let end = (at + 1).min(settled_horizon(now, delays));
        let mut facts = TargetFacts::empty(portal.id.clone());
        facts.monitored_since = self.chronicle.since(&portal.id);
        (facts.observations, facts.old_domains) = self.observations(era, portal, at)?;
        facts.response = self.response(&portal.id, Window::new(end - DAY_S, end))?;
        let month = civil::start_of(civil::day_of(end - 1).first_of_month());
        let window = portal.validity(Window::new(
            facts.monitored_since.map_or(month, |since| since.max(month)),
            end,
        ));
        if !window.is_empty() {
            let spans = self.store.spans(&portal.id, Track::Overall, window)?;
            facts.availability = (!spans.is_empty()).then(|| availability(&spans, window));
        }
        self.items(&mut facts, portal, at)?;
        facts.suspensions = suspensions(portal, at);
        self.registers(&mut facts, at)?;
        self.publications(&mut facts, at)?;
        Ok(facts)
    }

    /// Where reports of the province were said by then to be published on this portal; what a unit reports about its own
    /// is no evaluation.
    fn publications(&self, facts: &mut TargetFacts, at: UnixTime) -> Result<(), StoreError> {
        let stated = self.store.publications(Some(&facts.portal))?.into_iter();
        let known = stated.filter(|one| one.at <= at && one.key.unit.is_none());
        facts.publications = known.filter_map(published_report).collect();
        Ok(())
    }

    /// The newest looks of every agent whose network is known: of the others it cannot be said how many witnesses
    /// they are.
    fn observations(
        &self,
        era: &Era,
        portal: &Portal,
        at: UnixTime,
    ) -> Result<(Vec<Observed>, Vec<OldDomainSeen>), StoreError> {
        let window = Window::new(at - LOOK_BACK_S, at + 1);
        let results = self.store.newest_results(&portal.id, window, &needed)?;
        let visited = results.iter().any(|result| result.facts.page.is_some());
        let parent = match &portal.parent {
            Some(parent) if visited => self.newest_visit(parent, window)?,
            _ => None,
        };
        let old = results.iter().filter_map(|result| {
            let network = era.network(&result.agent)?;
            Some(former::seen(portal, result, network))
        });
        let old = old.flatten().collect();
        let seen = results.iter().filter_map(|result| {
            let network = era.network(&result.agent)?;
            let mut seen = Observed::from_observation(result, network.clone());
            if let Some(facts) = &result.facts.page {
                kin::note_components(&mut seen, facts, kin::components(&era.inventory, portal, at));
                kin::note_sources(&mut seen, facts, kin::components(&era.inventory, portal, at));
                kin::complete_component(&mut seen, portal, parent.as_ref());
            }
            Some(seen)
        });
        Ok((seen.collect(), old))
    }

    /// What the newest visit of a portal found.
    fn newest_visit(&self, portal: &PortalId, window: Window) -> Result<Option<PageFacts>, StoreError> {
        let one = |probe| match probe {
            ProbeKind::Page => (1, 0),
            _ => (0, 0),
        };
        let newest = self.store.newest_results(portal, window, &one)?;
        let newest = newest.into_iter().max_by_key(|result| result.slot);
        Ok(newest.and_then(|result| result.facts.page).map(|facts| *facts))
    }

    /// The lists of the sections that were read. A list that was never read whole says nothing, not even that it is
    /// empty.
    fn items(&self, facts: &mut TargetFacts, portal: &Portal, at: UnixTime) -> Result<(), StoreError> {
        let held = Window::new(at - items::REINDEX_HOLD_S, at + 1);
        for section in self.store.sections_at(&portal.id, at)? {
            let id = &section.facts.id;
            let Some(class) = items::class_of(id) else {
                continue;
            };
            let looks = self.store.section_history(&portal.id, id, held)?;
            if looks.iter().any(|look| look.whole) {
                let stored = self.store.items(&portal.id, id)?;
                let list = items::item_list(stored, &looks, class, &portal.owner, at);
                items::join(facts.items.entry(class.to_owned()).or_default(), list);
            }
        }
        Ok(())
    }

    /// What people had entered by then.
    fn registers(&self, facts: &mut TargetFacts, at: UnixTime) -> Result<(), StoreError> {
        let mut said = self.store.register_facts(self.rules, Some(&facts.portal), at)?;
        let Some(said) = said.remove(&facts.portal) else {
            return Ok(());
        };
        facts.attestations = said.attestations;
        facts.reports = said.reports;
        facts.incidents = said.incidents;
        facts.backup = said.backup;
        if let Some(entered) = said.suspensions {
            // A stop of the inventory that the register has as well is told by the register, which says more.
            let all = facts.suspensions.get_or_insert_default();
            all.retain(|planned| entered.iter().all(|stop| stop.begins != planned.begins));
            all.extend(entered);
        }
        Ok(())
    }

    fn response(&self, portal: &PortalId, window: Window) -> Result<Option<ResponseTimes>, StoreError> {
        let times = self.store.first_bytes(portal, window)?;
        let Some(place) = (times.len() * 95).div_ceil(100).checked_sub(1) else {
            return Ok(None);
        };
        Ok(Some(ResponseTimes {
            window,
            samples: u32::try_from(times.len()).unwrap_or(u32::MAX),
            p95_ms: times[place] / 1_000,
        }))
    }
}

/// As the judge reads it: the period by its label and year. `None` where it is none.
fn published_report(stated: Publication) -> Option<PublishedReport> {
    let (year, label) = stated
        .key
        .period
        .split_once('-')
        .unwrap_or((&stated.key.period, "Y"));
    Some(PublishedReport {
        year: year.parse().ok()?,
        period: label.to_owned(),
        url: stated.url.to_string(),
        stated_at: stated.at,
        files: stated.files,
        report: stated.key.duty,
    })
}

/// Announced maintenance near the instant. The inventory does not say whether the announcement told when service
/// returns; and one without entries does not say that there was none.
fn suspensions(portal: &Portal, at: UnixTime) -> Option<Vec<Suspension>> {
    let near: Vec<Suspension> = portal
        .maintenance
        .iter()
        .filter(|stop| stop.announced_at <= at && stop.from >= at - LOOK_BACK_S)
        .map(|stop| Suspension {
            begins: civil::day_of(stop.from),
            announced: Some(When::at(stop.announced_at)),
            tells_recovery: None,
            force_majeure: false,
            confirmed_unannounced: false,
        })
        .collect();
    (!near.is_empty()).then_some(near)
}
