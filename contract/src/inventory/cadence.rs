//! Whether what is planned can be done: attempts within their interval, probes within an address's budget.

use std::collections::BTreeMap;

use super::check::Draft;
use super::model::Portal;
use super::portal::literal_addresses;
use crate::diagnostic::Message;
use crate::yaml::Item;

/// Shorter intervals have one attempt in a slot and need two failing slots in a row; longer ones promise two.
pub const ONE_ATTEMPT_BELOW_S: u32 = 30;

/// The most `reach` slots a second that one address is planned to be asked, from one agent. With the head room of
/// 1.5 that the agent's budget per address has, an address sees at most 30 connections a second from it.
pub const MOST_PER_ADDRESS: u32 = 20;

/// Notes cadences that do not fit.
pub(super) fn check(draft: &Draft<'_>) {
    attempts(draft);
    load(draft);
}

/// Two attempts of `total_ms` end at least one second before the next slot.
fn attempts(draft: &Draft<'_>) {
    // Many portals share an interval: each interval is complained of once, at its first place.
    let mut misfits: BTreeMap<u32, (&Item<'_>, usize)> = BTreeMap::new();
    let twice_ms = u64::from(draft.limits.total_ms) * 2;
    for (written, portal) in draft.active() {
        let interval_s = portal.reach_interval_s;
        let room_ms = u64::from(interval_s.saturating_sub(1)) * 1_000;
        if interval_s >= ONE_ATTEMPT_BELOW_S && twice_ms > room_ms {
            misfits.entry(interval_s).or_insert((&written.cadence_at, 0)).1 += 1;
        }
    }
    for (interval_s, (at, portals)) in misfits {
        let message = Message::new("inventory.cadence.attempts")
            .with("interval", interval_s)
            .with("total", draft.limits.total_ms)
            .with("portals", portals);
        let hint = Message::new("inventory.cadence.attempts.hint")
            .with("interval", twice_ms.div_ceil(1_000) + 1)
            .with("total", u64::from(interval_s - 1) * 500);
        at.error_with(message, hint);
    }
}

/// The load that is planned on one address, as far as addresses are known without DNS: literal ones, and portals
/// that share a host name.
fn load(draft: &Draft<'_>) {
    let mut loads: BTreeMap<String, (&Item<'_>, u64, usize)> = BTreeMap::new();
    for (written, portal) in draft.active() {
        for (target, micro_slots) in targets(portal) {
            let load = loads.entry(target).or_insert((&written.cadence_at, 0, 0));
            load.1 += micro_slots;
            load.2 += 1;
        }
    }
    for (target, (at, micro_slots, portals)) in loads {
        if micro_slots > u64::from(MOST_PER_ADDRESS) * 1_000_000 {
            let message = Message::new("inventory.cadence.load")
                .with("target", target)
                .with("portals", portals)
                .with("load", micro_slots.div_ceil(1_000_000))
                .with("most", MOST_PER_ADDRESS);
            at.error_with(message, Message::new("inventory.cadence.load.hint"));
        }
    }
}

/// What a portal's slots go to, with millionths of a slot a second on each.
fn targets(portal: &Portal) -> Vec<(String, u64)> {
    let slots = 1_000_000 / u64::from(portal.reach_interval_s.max(1));
    let addresses = literal_addresses(portal);
    if addresses.is_empty() {
        let host = portal.url.host_str().unwrap_or_default();
        return vec![(host.to_owned(), slots)];
    }
    // Slots take the addresses of a family in turn.
    let share = |address: &std::net::IpAddr| {
        let kin = addresses
            .iter()
            .filter(|other| other.is_ipv4() == address.is_ipv4())
            .count();
        slots / u64::try_from(kin).unwrap_or(1)
    };
    addresses
        .iter()
        .map(|address| (address.to_string(), share(address)))
        .collect()
}
