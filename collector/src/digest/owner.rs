//! The bodies answerable for portals (`cơ quan chủ quản`), each with all of its portals. Pure.
//!
//! The inventory knows bodies by name only. One name is one body as long as it stands below the same other body: the
//! sites of `Sở Y tế` below one province belong together, those below two provinces do not.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Portal, Status};
use ems_contract::time::UnixTime;
use unicode_normalization::UnicodeNormalization;

/// A body with its portals, in the order of the inventory.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner<'i> {
    /// Its first portal that is measured, else its first: whose id stands for the body in addresses.
    pub head: &'i Portal,
    /// Its name, as that portal has it.
    pub name: &'i str,
    /// The portal of the body above it.
    pub above: Option<&'i Portal>,
    /// Portals that are measured.
    pub measured: Vec<&'i Portal>,
    /// Portals that are not, or not any more.
    pub others: Vec<&'i Portal>,
}

impl Owner<'_> {
    /// Whether a portal is one of its own.
    #[must_use]
    pub fn has(&self, portal: &PortalId) -> bool {
        self.measured
            .iter()
            .chain(&self.others)
            .any(|own| own.id == *portal)
    }
}

/// The bodies of an inventory, in the order of their first portals.
#[must_use]
pub fn owners(inventory: &Inventory, now: UnixTime) -> Vec<Owner<'_>> {
    let by_id: BTreeMap<&PortalId, &Portal> = inventory
        .portals
        .iter()
        .map(|portal| (&portal.id, portal))
        .collect();
    let mut places: BTreeMap<(String, Option<&PortalId>), usize> = BTreeMap::new();
    let mut all: Vec<Owner<'_>> = Vec::new();
    for portal in &inventory.portals {
        let name = folded(&portal.owner);
        let above = above(portal, &name, &by_id);
        let place = *places
            .entry((name, above.map(|above| &above.id)))
            .or_insert(all.len());
        if place == all.len() {
            all.push(Owner {
                head: portal,
                name: &portal.owner,
                above,
                measured: Vec::new(),
                others: Vec::new(),
            });
        }
        let Some(owner) = all.get_mut(place) else { continue };
        if !is_measured(portal, now) {
            owner.others.push(portal);
            continue;
        }
        if owner.measured.is_empty() {
            (owner.head, owner.name) = (portal, &portal.owner);
        }
        owner.measured.push(portal);
    }
    all
}

/// The body that answers for a portal.
#[must_use]
pub fn owner_of<'i>(inventory: &'i Inventory, portal: &PortalId, now: UnixTime) -> Option<Owner<'i>> {
    owners(inventory, now).into_iter().find(|owner| owner.has(portal))
}

/// The nearest portal up the tree that another body answers for.
fn above<'i>(portal: &'i Portal, name: &str, by_id: &BTreeMap<&PortalId, &'i Portal>) -> Option<&'i Portal> {
    let up = |portal: &Portal| by_id.get(portal.parent.as_ref()?).copied();
    let mut seen = BTreeSet::from([&portal.id]);
    let mut next = up(portal);
    // Inventories with circles are refused; one that came another way must not hold us up.
    while let Some(here) = next.filter(|here| seen.insert(&here.id)) {
        if folded(&here.owner) != name {
            return Some(here);
        }
        next = up(here);
    }
    None
}

/// A name however it is spaced, written large or composed.
fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase().nfc().collect()
}

fn is_measured(portal: &Portal, now: UnixTime) -> bool {
    portal.status == Status::Active
        && portal.valid_from.is_none_or(|from| from <= now)
        && portal.valid_to.is_none_or(|to| now < to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, inventory, portal};

    /// Portals as (id, owner, parent).
    fn tree(portals: &[(&str, &str, Option<&str>)]) -> Inventory {
        let ids: Vec<&str> = portals.iter().map(|(id, ..)| *id).collect();
        let mut all = inventory(&ids);
        for (made, (_, owner, parent)) in all.portals.iter_mut().zip(portals) {
            made.owner = (*owner).to_owned();
            made.parent = parent.map(portal);
        }
        all
    }

    fn grouped(all: &Inventory) -> Vec<Vec<&str>> {
        owners(all, at(0))
            .iter()
            .map(|owner| owner.measured.iter().map(|portal| portal.id.as_str()).collect())
            .collect()
    }

    #[test]
    fn one_name_below_one_body_is_one_body() {
        let all = tree(&[
            ("tinh", "UBND tỉnh", None),
            ("syt", "Sở Y tế", Some("tinh")),
            ("dvc", "UBND tỉnh", Some("tinh")),
            // A site below the department's own portal, and one that is written by another hand (NFD, capitals, blanks).
            ("cdc", "Sở Y tế", Some("syt")),
            ("bv", " SỞ  Y TE\u{302}\u{301}", Some("tinh")),
            ("snv", "Sở Nội vụ", Some("tinh")),
        ]);
        assert_eq!(
            grouped(&all),
            [vec!["tinh", "dvc"], vec!["syt", "cdc", "bv"], vec!["snv"]]
        );
        let owner = owner_of(&all, &portal("bv"), at(0)).unwrap();
        assert_eq!((owner.head.id.as_str(), owner.name), ("syt", "Sở Y tế"));
        assert_eq!(owner.above.map(|above| above.id.as_str()), Some("tinh"));
        assert_eq!(owner_of(&all, &portal("nobody"), at(0)), None);
    }

    #[test]
    fn one_name_below_two_bodies_is_two() {
        let all = tree(&[
            ("ag", "UBND tỉnh An Giang", None),
            ("ct", "UBND thành phố Cần Thơ", None),
            ("ag-syt", "Sở Y tế", Some("ag")),
            ("ct-syt", "Sở Y tế", Some("ct")),
            ("xa-tan-thanh", "UBND xã Tân Thành", Some("ag")),
            // Marks tell names apart.
            ("xa-tan-thanh-2", "UBND xã Tấn Thành", Some("ag")),
        ]);
        assert_eq!(grouped(&all).len(), 6);
    }

    #[test]
    fn a_body_is_known_by_a_portal_that_is_measured() {
        let mut all = tree(&[
            ("old", "Sở Y tế", None),
            ("new", "Sở Y tế", None),
            ("later", "Sở Y tế", None),
        ]);
        all.portals[0].status = Status::Retired;
        all.portals[2].valid_from = Some(at(1));
        let owner = owner_of(&all, &portal("later"), at(0)).unwrap();
        assert_eq!(owner.head.id, portal("new"));
        assert_eq!((owner.measured.len(), owner.others.len()), (1, 2));
        all.portals[1].valid_to = Some(at(0));
        let owner = owner_of(&all, &portal("later"), at(0)).unwrap();
        assert_eq!((owner.head.id.as_str(), owner.measured.len()), ("old", 0));
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let all = tree(&[("a", "Sở Y tế", Some("b")), ("b", "Sở Y tế", Some("a"))]);
        assert_eq!(grouped(&all), [["a", "b"]]);
    }
}
