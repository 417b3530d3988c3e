//! What each agent is told to do: built once per inventory, day and set of agents that can be relied on, served with its
//! version as ETag.

mod duty;
mod needs;
mod published;
mod watch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::clock::SharedClock;
use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::Inventory;
use jiff::civil::Date;
use url::Url;

pub use self::watch::watch;
use crate::calendar::civil;
use crate::context::{Context, LiveInventory};
use crate::regulation::Regulations;

/// One agent's plan, ready to be sent.
#[derive(Debug, Clone)]
pub struct ReadyPlan {
    /// The plan's version: what an agent names in `If-None-Match`.
    pub version: Sha256,
    /// The plan as JSON.
    pub json: Arc<[u8]>,
}

/// The plans of the inventory in force.
#[derive(Clone)]
pub struct Plans {
    inventory: LiveInventory,
    rules: Arc<Regulations>,
    clock: SharedClock,
    built: Arc<Mutex<Built>>,
}

#[derive(Default)]
struct Built {
    of: Option<(Arc<Inventory>, Date)>,
    /// Agents that can be relied on; none until the first look.
    live: BTreeSet<AgentId>,
    /// Documents that were said to be published, by the portal on which they stand.
    published: BTreeMap<PortalId, Vec<Url>>,
    plans: HashMap<AgentId, Option<ReadyPlan>>,
}

impl Plans {
    /// Plans of the inventory in force, whichever it is when they are asked for. The rules say which sections are looked
    /// for, and how often.
    #[must_use]
    pub fn new(context: &Context, rules: Arc<Regulations>) -> Self {
        Self {
            inventory: context.inventory.clone(),
            rules,
            clock: context.clock.clone(),
            built: Arc::default(),
        }
    }

    /// From now on the pages of portals are read by these agents.
    fn rely_on(&self, live: BTreeSet<AgentId>) {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if built.live != live {
            built.live = live;
            built.plans.clear();
        }
    }

    /// From now on these documents are asked for where they were said to be published.
    fn ask_for(&self, published: BTreeMap<PortalId, Vec<Url>>) {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if built.published != published {
            built.published = published;
            built.plans.clear();
        }
    }

    /// The plan of an agent; `None` when the inventory in force does not have it.
    #[must_use]
    pub fn of(&self, agent: &AgentId) -> Option<ReadyPlan> {
        let current = self.inventory.current();
        let today = civil::day_of(self.clock.now());
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = built
            .of
            .as_ref()
            .is_some_and(|(of, day)| Arc::ptr_eq(of, &current) && *day == today);
        if !fits {
            built.of = Some((Arc::clone(&current), today));
            built.plans.clear();
        }
        if let Some(plan) = built.plans.get(agent) {
            return plan.clone();
        }
        let plan = self.build(&current, agent, &built, today);
        built.plans.insert(agent.clone(), plan.clone());
        plan
    }

    /// The plan of one agent. The pages of a portal are in the plan of the one on duty for it; `tls` stays in all, for
    /// what its hourly look finds decides about the agent's own `reach`.
    fn build(&self, inventory: &Inventory, agent: &AgentId, built: &Built, today: Date) -> Option<ReadyPlan> {
        let mut plan = inventory.plan_for(agent)?;
        for planned in &mut plan.portals {
            if let Some(portal) = inventory.portal(&planned.id)
                && duty::on_duty(portal, &inventory.agents, &built.live) == Some(agent)
            {
                let need = needs::of(portal, &self.rules, today);
                let mut pages = inventory.page_plan(portal, need.sections, need.every_s);
                pages.published = built.published.get(&portal.id).cloned().unwrap_or_default();
                planned.pages = Some(pages);
            }
        }
        // The version is the digest of exactly these bytes.
        let json = serde_json::to_vec(&plan).ok()?;
        Some(ReadyPlan {
            version: plan.version(),
            json: json.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::Agent;
    use ems_contract::plan::Plan;

    use super::*;
    use crate::testing::{self, agent, at, inventory};

    fn plan(plans: &Plans, name: &str) -> Plan {
        serde_json::from_slice(&plans.of(&agent(name)).unwrap().json).unwrap()
    }

    /// Two portals and the agents `a` and `b`.
    fn of_two_agents(dir: &std::path::Path) -> Plans {
        let mut inventory = inventory(&["p1", "p2"]);
        inventory.agents = ["a", "b"]
            .map(|name| Agent {
                id: agent(name),
                ..inventory.agents[0].clone()
            })
            .to_vec();
        let mut context = testing::context(dir, at(0));
        context.inventory = LiveInventory::new(inventory, at(0));
        Plans::new(&context, Arc::new(Regulations::embedded().unwrap()))
    }

    #[test]
    fn pages_are_read_by_one_agent_and_by_the_other_when_it_falls_silent() {
        let dir = tempfile::TempDir::new().unwrap();
        let plans = of_two_agents(dir.path());
        let reads = |name: &str| -> Vec<bool> {
            let portals = plan(&plans, name).portals;
            portals.iter().map(|portal| portal.pages.is_some()).collect()
        };
        let (a, b) = (reads("a"), reads("b"));
        assert!(a.iter().zip(&b).all(|(a, b)| a != b), "{a:?} {b:?}");
        let before = plans.of(&agent("a")).unwrap().version;
        plans.rely_on(BTreeSet::from([agent("b")]));
        assert_eq!((reads("a"), reads("b")), (vec![false, false], vec![true, true]));
        plans.rely_on(BTreeSet::from([agent("a"), agent("b")]));
        assert_eq!((reads("a"), plans.of(&agent("a")).unwrap().version), (a, before));
    }

    #[test]
    fn a_published_document_is_asked_for_by_who_reads_its_portal() {
        let dir = tempfile::TempDir::new().unwrap();
        let plans = of_two_agents(dir.path());
        let before = plans.of(&agent("a")).unwrap().version;
        let url: Url = "https://p1.gov.vn/bao-cao.pdf".parse().unwrap();
        plans.ask_for(BTreeMap::from([(testing::portal("p1"), vec![url.clone()])]));
        let asked: Vec<(String, Vec<Url>)> = ["a", "b"]
            .iter()
            .flat_map(|name| plan(&plans, name).portals)
            .filter_map(|portal| Some((portal.id.to_string(), portal.pages?.published)))
            .filter(|(_, published)| !published.is_empty())
            .collect();
        assert_eq!(asked, [("p1".to_owned(), vec![url])]);
        plans.ask_for(BTreeMap::new());
        assert_eq!(plans.of(&agent("a")).unwrap().version, before);
    }

    #[test]
    fn what_the_operator_wrote_about_pages_is_in_the_plan() {
        let mut inventory = inventory(&["p1", "p2"]);
        let top = inventory.portals[0].url.clone();
        let portal = &mut inventory.portals[1];
        portal.parent = Some(testing::portal("p1"));
        portal.page_interval_s = Some(900);
        portal.english_url = Some(top.clone());
        portal.sections.insert("rss".to_owned(), top.clone());
        let dir = tempfile::TempDir::new().unwrap();
        let mut context = testing::context(dir.path(), at(0));
        context.inventory = LiveInventory::new(inventory, at(0));
        let plans = Plans::new(&context, Arc::new(Regulations::embedded().unwrap()));
        let portals = plan(&plans, "a").portals;
        let pages = portals[1].pages.as_ref().unwrap();
        assert_eq!((pages.page_interval_s, pages.links_interval_s), (900, 86_400));
        assert_eq!(
            (&pages.parent, &pages.english_url),
            (&Some(top.clone()), &Some(top.clone()))
        );
        assert!(pages.sections.iter().any(|id| id == "rss") && pages.mapped["rss"] == top);
        assert_eq!(
            portals[0].pages.as_ref().unwrap().page_interval_s,
            86_400,
            "no pack, no term"
        );
    }
}
