//! From inventory to one agent's plan.

use super::model::{Inventory, Portal, Status};
use crate::family::Family;
use crate::id::{AgentId, PortalId};
use crate::plan::{self, PagePlan, Plan, PlanPortal};

/// Seconds between checks of links where nothing is written.
const LINKS_S: u32 = 86_400;

impl Inventory {
    /// What the agent has to do; `None` for an agent that the inventory does not know.
    ///
    /// Historical and retired portals are left out; validity dates travel along, so that an agent cut off from
    /// the collector starts and stops by itself. A portal none of whose families the agent has is left out too.
    /// Who reads whose pages is no matter of the inventory alone: see [`Self::page_plan`].
    #[must_use]
    pub fn plan_for(&self, agent: &AgentId) -> Option<Plan> {
        let agent = self.agents.iter().find(|known| known.id == *agent)?;
        let of_family = |family: &Family| agent.families.contains(family);
        let portals = self
            .portals
            .iter()
            .filter_map(|portal| plan_portal(portal, of_family));
        Some(Plan {
            schema: plan::SCHEMA,
            agent: agent.id.clone(),
            network: agent.network.clone(),
            families: agent.families.clone(),
            contact: self.contact.clone(),
            portals: portals.collect(),
            references: self
                .references
                .iter()
                .filter(|r| of_family(&r.family))
                .cloned()
                .collect(),
            limits: self.limits,
        })
    }

    /// Whether [`Self::plan_for`] this agent holds this portal.
    #[must_use]
    pub fn is_planned_for(&self, agent: &AgentId, portal: &PortalId) -> bool {
        let agent = self.agents.iter().find(|known| known.id == *agent);
        agent.zip(self.portal(portal)).is_some_and(|(agent, portal)| {
            plan_portal(portal, |family| agent.families.contains(family)).is_some()
        })
    }

    /// What is read on the pages of `portal`: these sections, as often as they need unless the operator wrote it.
    #[must_use]
    pub fn page_plan(&self, portal: &Portal, sections: Vec<String>, need_s: u32) -> PagePlan {
        let parent = portal.parent.as_ref().and_then(|parent| self.portal(parent));
        PagePlan {
            page_interval_s: portal.page_interval_s.unwrap_or(need_s),
            links_interval_s: portal.links_interval_s.unwrap_or(LINKS_S),
            sections,
            mapped: portal.sections.clone(),
            english_url: portal.english_url.clone(),
            render: portal.render,
            parent: parent.map(|parent| parent.url.clone()),
            published: Vec::new(),
        }
    }

    /// The portal of this id.
    #[must_use]
    pub fn portal(&self, id: &PortalId) -> Option<&Portal> {
        self.portals.iter().find(|portal| portal.id == *id)
    }
}

fn plan_portal(portal: &Portal, of_family: impl Fn(&Family) -> bool) -> Option<PlanPortal> {
    let families: Vec<Family> = portal.families().into_iter().filter(of_family).collect();
    (portal.status == Status::Active && !families.is_empty()).then(|| PlanPortal {
        id: portal.id.clone(),
        name: Some(portal.name.clone()),
        url: portal.url.clone(),
        families,
        reach_interval_s: portal.reach_interval_s,
        dns_interval_s: portal.dns_interval_s,
        tls_interval_s: portal.tls_interval_s,
        resolve: portal.resolve.clone(),
        allow: portal.allow.clone(),
        valid_from: portal.valid_from,
        valid_to: portal.valid_to,
        old_hosts: portal.old_domains.iter().map(|old| old.host.clone()).collect(),
        pages: None,
    })
}
