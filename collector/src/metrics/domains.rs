//! Metrics of registered domains.

use ems_contract::inventory::Inventory;
use ems_contract::time::UnixTime;

use super::catalogue as names;
use super::exposition::Exposition;
use crate::domains;
use crate::store::Latest;

pub(super) fn terms(out: &mut Exposition, inventory: &Inventory) {
    let mut family = out.family(&names::DOMAIN_EXPIRY);
    for domain in &inventory.domains {
        family.integer(&[&domain.name], domain.ends_at.secs());
    }
}

pub(super) fn delegations(out: &mut Exposition, inventory: &Inventory, latest: &[Latest], now: UnixTime) {
    let told = domains::delegations(inventory, latest, now);
    let mut family = out.family(&names::DOMAIN_DELEGATED);
    for (domain, said) in &told {
        for (agent, delegated) in said {
            family.integer(&[domain, agent.as_str()], i64::from(*delegated));
        }
    }
    let mut family = out.family(&names::DOMAIN_LOST);
    for (domain, said) in &told {
        if let Some(lost) = domains::is_lost(said, inventory) {
            family.integer(&[domain], i64::from(lost));
        }
    }
}
