//! Names that a portal had before, as agents saw them answer: which name and since when stands in the inventory.

use ems_contract::facts::OldHostAnswer;
use ems_contract::id::NetworkId;
use ems_contract::inventory::Portal;
use ems_contract::observation::Observation;

use crate::calendar::civil;
use crate::judge::facts::OldDomainSeen;

/// What one look says of the portal's old names. One that answers so that nobody can tell whose it is says nothing, and
/// neither does a name that this day's inventory does not have.
pub(super) fn seen<'r>(
    portal: &'r Portal,
    result: &'r Observation,
    network: &'r NetworkId,
) -> impl Iterator<Item = OldDomainSeen> + 'r {
    let told = result.facts.site.iter().flat_map(|site| &site.old_hosts);
    told.filter_map(move |told| {
        let (serves_portal, foreign) = match told.answer {
            OldHostAnswer::Leads | OldHostAnswer::Serves => (true, false),
            OldHostAnswer::Foreign => (false, true),
            OldHostAnswer::Silent => (false, false),
            OldHostAnswer::Unclear => return None,
        };
        let known = portal.old_domains.iter().find(|old| old.host == told.host)?;
        Some(OldDomainSeen {
            host: told.host.clone(),
            switched_on: civil::day_of(known.switched_at),
            at: result.slot,
            network: network.clone(),
            serves_portal,
            foreign,
        })
    })
}

#[cfg(test)]
mod tests {
    use ems_contract::facts::{OldHost, SiteFacts};
    use ems_contract::inventory::OldDomain;
    use ems_contract::outcome::Outcome;

    use super::*;
    use crate::testing::{at, inventory, observation};

    #[test]
    fn an_old_name_is_held_to_the_inventory_and_what_cannot_be_told_accuses_nobody() {
        let mut portal = inventory(&["so"]).portals.remove(0);
        portal.old_domains = vec![OldDomain {
            host: "so-cu.gov.vn".to_owned(),
            switched_at: at(0),
        }];
        let of = |host: &str, answer: OldHostAnswer| {
            let mut result = observation(1, 60, Outcome::Up);
            result.facts.site = Some(SiteFacts {
                old_hosts: vec![OldHost {
                    host: host.to_owned(),
                    answer,
                }],
                ..SiteFacts::default()
            });
            let network = "viettel".parse().unwrap();
            let all: Vec<OldDomainSeen> = seen(&portal, &result, &network).collect();
            all.first().map(|seen| (seen.serves_portal, seen.foreign))
        };
        assert_eq!(of("so-cu.gov.vn", OldHostAnswer::Leads), Some((true, false)));
        assert_eq!(of("so-cu.gov.vn", OldHostAnswer::Serves), Some((true, false)));
        assert_eq!(of("so-cu.gov.vn", OldHostAnswer::Silent), Some((false, false)));
        assert_eq!(of("so-cu.gov.vn", OldHostAnswer::Foreign), Some((false, true)));
        assert_eq!(of("so-cu.gov.vn", OldHostAnswer::Unclear), None);
        assert_eq!(of("ten-khac.gov.vn", OldHostAnswer::Foreign), None);
    }
}
