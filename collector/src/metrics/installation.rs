//! Metrics of the installation: program, inventory, store, agents.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::Level;
use ems_contract::time::UnixTime;

use super::catalogue as names;
use super::exposition::Exposition;
use crate::context::Loaded;
use crate::incident::Response;
use crate::store::{AgentStatus, DemoMark, OutboxLine};
use crate::timeline::Member;

pub(super) fn disk(out: &mut Exposition, free: Option<f64>) {
    let mut family = out.family(&names::DATA_FREE);
    if let Some(free) = free {
        family.number(&[], free);
    }
}

pub(super) fn build(out: &mut Exposition) {
    out.family(&names::BUILD_INFO)
        .integer(&[env!("CARGO_PKG_VERSION")], 1);
}

pub(super) fn demo(out: &mut Exposition, mark: Option<DemoMark>) {
    out.family(&names::DEMO).integer(&[], i64::from(mark.is_some()));
}

pub(super) fn inventory(out: &mut Exposition, loaded: &Loaded, members: &[Member]) {
    out.family(&names::INVENTORY_INFO)
        .integer(&[&loaded.inventory.version.short()], 1);
    out.family(&names::INVENTORY_LOADED)
        .integer(&[], loaded.since.secs());
    out.family(&names::INVENTORY_RELOAD)
        .integer(&[], i64::from(loaded.refused.is_none()));
    let mut family = out.family(&names::INVENTORY_PORTALS);
    for level in Level::ALL {
        let count = members
            .iter()
            .filter(|member| member.portal.level == *level)
            .count();
        family.integer(&[level.as_str()], i64::try_from(count).unwrap_or(i64::MAX));
    }
}

pub(super) fn agents(out: &mut Exposition, loaded: &Loaded, agents: &[AgentStatus]) {
    let mut family = out.family(&names::AGENT_LAST_BATCH);
    for agent in agents {
        family.integer(&[agent.agent.as_str()], agent.last_batch_at.secs());
    }
    let mut family = out.family(&names::AGENT_LAST_SLOT);
    for agent in agents {
        if let Some(slot) = agent.last_slot {
            family.integer(&[agent.agent.as_str()], slot.secs());
        }
    }
    let mut family = out.family(&names::AGENT_SKEW);
    for agent in agents {
        family.number(&[agent.agent.as_str()], agent.skew_ms as f64 / 1e3);
    }
    let mut family = out.family(&names::AGENT_INFO);
    for agent in &loaded.inventory.agents {
        let name = agent.name.as_deref().unwrap_or_default();
        family.integer(&[agent.id.as_str(), agent.network.as_str(), name], 1);
    }
}

pub(super) fn responses(out: &mut Exposition, all: &[Response]) {
    let answered = all
        .iter()
        .filter(|response| response.acknowledged_at.is_some())
        .count();
    let mut family = out.family(&names::INCIDENTS_TOLD);
    for (label, count) in [("yes", answered), ("no", all.len() - answered)] {
        if !all.is_empty() {
            family.integer(&[label], i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
    let mut mean = |metric: &'static super::exposition::Metric, seconds: Vec<i64>| {
        let mut family = out.family(metric);
        if !seconds.is_empty() {
            let sum: i64 = seconds.iter().sum();
            family.number(&[], sum as f64 / seconds.len() as f64);
        }
    };
    mean(
        &names::ACKNOWLEDGE_MEAN,
        all.iter().filter_map(Response::to_acknowledge_s).collect(),
    );
    mean(
        &names::RECOVER_MEAN,
        all.iter().filter_map(Response::to_recover_s).collect(),
    );
}

pub(super) fn backups(out: &mut Exposition, members: &[Member], backups: &BTreeMap<PortalId, UnixTime>) {
    let mut family = out.family(&names::BACKUP_LAST);
    for member in members {
        if let Some(at) = backups.get(&member.portal.id) {
            family.integer(&[member.portal.id.as_str()], at.secs());
        }
    }
}

pub(super) fn outbox(out: &mut Exposition, lines: &[OutboxLine], now: UnixTime) {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut family = out.family(&names::NOTIFY_PENDING);
    for line in lines {
        family.integer(&[&line.channel], number(line.waiting));
    }
    let mut family = out.family(&names::NOTIFY_OLDEST);
    for line in lines {
        let age = line.oldest.map_or(0, |oldest| (now - oldest).max(0));
        family.integer(&[&line.channel], age);
    }
    let mut family = out.family(&names::NOTIFY_GIVEN_UP);
    for line in lines {
        family.integer(&[&line.channel], number(line.given_up));
    }
}
