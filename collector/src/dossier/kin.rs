//! What a portal and its components say of each other: that one leads to the other stands on the pages of the one, and
//! which portals there are stands in the inventory.

use std::collections::BTreeSet;

use ems_contract::facts::page::PageFacts;
use ems_contract::inventory::{Inventory, Portal, Status, slug};
use ems_contract::time::UnixTime;

use crate::judge::facts::{Measure, Observed};
use crate::regulation::Host;

/// Links from a portal to all its components.
const TO_COMPONENTS: &str = "portal-links-components";
/// Items of components on the portal.
const OF_COMPONENTS: &str = "portal-aggregates-components";
/// Name and links of a component.
const OF_PORTAL: &str = "component-of-province-portal";
/// The element of it that the portal's pages tell.
const FROM_PORTAL: &str = "link_from_portal";

/// The components of a portal at an instant.
pub(super) fn components<'i>(
    inventory: &'i Inventory,
    portal: &Portal,
    at: UnixTime,
) -> impl Iterator<Item = &'i Portal> {
    let parent = portal.id.clone();
    inventory.portals.iter().filter(move |other| {
        other.parent.as_ref() == Some(&parent)
            && other.status == Status::Active
            && other.valid_from.is_none_or(|from| from <= at)
            && other.valid_to.is_none_or(|to| at < to)
    })
}

/// Notes how many of its components a portal's pages lead to. Pages whose links could not be told say nothing.
pub(super) fn note_components<'i>(
    seen: &mut Observed,
    facts: &PageFacts,
    components: impl Iterator<Item = &'i Portal>,
) {
    let Some(linked) = &facts.linked else { return };
    let linked: BTreeSet<String> = linked.iter().map(|host| Host::new(host).name).collect();
    let (mut good, mut of) = (0, 0);
    for component in components {
        of += 1;
        good += u32::from(host(component).is_some_and(|host| linked.contains(&host)));
    }
    if of > 0 {
        let measure = Measure {
            good: Some(good),
            of: Some(of),
            ..Measure::default()
        };
        seen.checks.insert(TO_COMPONENTS.to_owned(), measure);
    }
}

/// Notes whether any of the sources that a portal's articles and lists name is one of its components. What is read is a
/// sample: finding none proves nothing.
pub(super) fn note_sources<'i>(
    seen: &mut Observed,
    facts: &PageFacts,
    components: impl Iterator<Item = &'i Portal>,
) {
    let Some(sources) = &facts.sources else { return };
    let hosts: BTreeSet<String> = sources.iter().map(|source| Host::new(source).name).collect();
    let names: BTreeSet<String> = sources.iter().map(|source| slug(source)).collect();
    let (mut good, mut of) = (0, 0);
    for component in components {
        of += 1;
        let named = [&component.name, &component.owner]
            .into_iter()
            .any(|name| names.contains(&slug(name)));
        good += u32::from(named || host(component).is_some_and(|host| hosts.contains(&host)));
    }
    if of > 0 {
        let measure = Measure {
            found: Some(good > 0),
            good: Some(good),
            of: Some(of),
            ..Measure::default()
        };
        seen.checks.insert(OF_COMPONENTS.to_owned(), measure);
    }
}

/// Completes what a component's pages say of its place with what the parent's pages do. Where everything but the link
/// from the portal is there and nobody could read that, nothing is said.
pub(super) fn complete_component(seen: &mut Observed, portal: &Portal, parent: Option<&PageFacts>) {
    let Some(measure) = seen.checks.get_mut(OF_PORTAL) else {
        return;
    };
    let fields = measure.fields.get_or_insert_default();
    match parent.and_then(|facts| facts.linked.as_ref()) {
        Some(linked) => {
            let own = host(portal);
            if linked.iter().any(|host| Some(Host::new(host).name) == own) {
                fields.push(FROM_PORTAL.to_owned());
                measure.found = Some(true);
            }
        }
        None if fields.len() >= 2 => {
            seen.checks.remove(OF_PORTAL);
        }
        // One of the two that the component tells by itself is lacking: that is certain.
        None => {}
    }
}

fn host(portal: &Portal) -> Option<String> {
    Some(Host::new(portal.url.host_str()?).name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::inventory;

    /// A province's portal with two components.
    fn province() -> Inventory {
        let mut all = inventory(&["tinh", "so-a", "so-b"]);
        for (portal, host) in all.portals.iter_mut().zip(["tinh", "so-a.tinh", "so-b.tinh"]) {
            portal.url = format!("https://www.{host}.gov.vn/").parse().unwrap();
        }
        let province = all.portals[0].id.clone();
        for component in &mut all.portals[1..] {
            component.parent = Some(province.clone());
        }
        all
    }

    fn linking(hosts: Option<&[&str]>) -> PageFacts {
        PageFacts {
            linked: hosts.map(|hosts| hosts.iter().map(|host| (*host).to_owned()).collect()),
            ..PageFacts::default()
        }
    }

    fn seen() -> Observed {
        let at = UnixTime::from_secs(1_000);
        Observed::new(at, "a1".parse().unwrap(), "viettel".parse().unwrap())
    }

    #[test]
    fn a_portal_is_held_to_the_components_of_its_day() {
        let mut all = province();
        let at = UnixTime::from_secs(1_000);
        let facts = linking(Some(&["so-a.tinh.gov.vn", "chinhphu.vn"]));
        let of = |all: &Inventory, facts: &PageFacts| {
            let mut seen = seen();
            note_components(&mut seen, facts, components(all, &all.portals[0], at));
            seen.checks.get(TO_COMPONENTS).map(|m| (m.good, m.of))
        };
        assert_eq!(of(&all, &facts), Some((Some(1), Some(2))));
        // Links that could not be told accuse nobody, and a unit that is gone is not missed.
        assert_eq!(of(&all, &linking(None)), None);
        all.portals[2].valid_to = Some(at);
        assert_eq!(of(&all, &facts), Some((Some(1), Some(1))));
        assert_eq!(of(&inventory(&["tinh"]), &facts), None);
    }

    #[test]
    fn items_of_components_are_known_by_host_or_name_and_none_found_is_no_proof() {
        let mut all = province();
        all.portals[2].owner = "Sở Y tế".to_owned();
        let of = |all: &Inventory, sources: Option<&[&str]>| {
            let sources = sources.map(|all| all.iter().map(|source| (*source).to_owned()).collect());
            let facts = PageFacts {
                sources,
                ..PageFacts::default()
            };
            let mut seen = seen();
            let at = UnixTime::from_secs(1_000);
            note_sources(&mut seen, &facts, components(all, &all.portals[0], at));
            seen.checks.remove(OF_COMPONENTS).map(|m| (m.found, m.good, m.of))
        };
        let found = |good| Some((Some(good > 0), Some(good), Some(2)));
        assert_eq!(of(&all, Some(&["so-a.tinh.gov.vn"])), found(1));
        assert_eq!(of(&all, Some(&["SỞ Y TẾ", "so-a.tinh.gov.vn"])), found(2));
        assert_eq!(of(&all, Some(&["Báo Nhân Dân", "nhandan.vn"])), found(0));
        assert_eq!(of(&all, None), None, "nothing was read");
        assert_eq!(
            of(&inventory(&["tinh"]), Some(&["nhandan.vn"])),
            None,
            "no components"
        );
    }

    #[test]
    fn the_link_from_the_portal_is_told_by_the_portal() {
        let all = province();
        let of = |own: &[&str], parent: Option<&PageFacts>| {
            let mut seen = seen();
            let fields = own.iter().map(|field| (*field).to_owned()).collect();
            let measure = Measure {
                found: Some(!own.is_empty()),
                fields: Some(fields),
                ..Measure::default()
            };
            seen.checks.insert(OF_PORTAL.to_owned(), measure);
            complete_component(&mut seen, &all.portals[1], parent);
            seen.checks.remove(OF_PORTAL).and_then(|measure| measure.fields)
        };
        let both = ["domain", "link_to_portal"];
        let (yes, no) = (
            linking(Some(&["so-a.tinh.gov.vn"])),
            linking(Some(&["so-b.tinh.gov.vn"])),
        );
        assert_eq!(of(&both, Some(&yes)).unwrap().len(), 3);
        assert_eq!(of(&both, Some(&no)).unwrap().len(), 2);
        assert_eq!(of(&both, None), None);
        assert_eq!(of(&both, Some(&linking(None))), None);
        assert_eq!(of(&["domain"], None).unwrap().len(), 1);
    }
}
