//! Who is judged: the unit behind a portal, as the inventory of the day says.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Level, Portal, Status};
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::regulation::UnitNames;

/// One unit with its portal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The body answerable for the portal.
    pub owner: String,
    /// Its level.
    pub level: Level,
    /// The province portal it is a component of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PortalId>,
    /// Home page.
    pub url: Url,
    /// Ids of the packs that bind it.
    pub packs: Vec<String>,
    /// Whether it is measured.
    #[serde(default = "active")]
    pub status: Status,
    /// First instant at which it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<UnixTime>,
    /// First instant at which it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<UnixTime>,
    /// Names it may go by in a domain name; the owner's name when absent.
    #[serde(default)]
    pub names: UnitNames,
    /// Roles it holds beside its level (`science-department` …).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Its id in the role tables of the packs (`so-khcn` …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_id: Option<String>,
    /// A contact officer with an e-mail address is written down.
    #[serde(default)]
    pub has_contact: bool,
    /// The inventory names domains that it had before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_old_domains: bool,
}

const fn active() -> Status {
    Status::Active
}

impl Unit {
    /// The names for domain forms, the owner's full name filled in.
    #[must_use]
    pub fn names(&self) -> UnitNames {
        let mut names = self.names.clone();
        if names.full.is_empty() {
            names.full.clone_from(&self.owner);
        }
        names
    }

    /// The unit of a portal, as far as the inventory tells.
    #[must_use]
    pub fn of(portal: &Portal, province: Option<&Portal>) -> Self {
        Self {
            owner: portal.owner.clone(),
            level: portal.level,
            parent: portal.parent.clone(),
            url: portal.url.clone(),
            packs: portal.regulations.clone(),
            status: portal.status,
            valid_from: portal.valid_from,
            valid_to: portal.valid_to,
            names: UnitNames::of(portal, province),
            roles: Vec::new(),
            body_id: None,
            has_old_domains: !portal.old_domains.is_empty(),
            has_contact: portal
                .contact
                .as_ref()
                .is_some_and(|contact| contact.email.is_some()),
        }
    }
}

/// All units that are judged together: what one links to or reports on is another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Units {
    all: BTreeMap<PortalId, Unit>,
}

impl Units {
    /// Units by portal.
    #[must_use]
    pub fn new(units: impl IntoIterator<Item = (PortalId, Unit)>) -> Self {
        Self {
            all: units.into_iter().collect(),
        }
    }

    /// The units of an inventory.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let by_id: BTreeMap<&PortalId, &Portal> = inventory
            .portals
            .iter()
            .map(|portal| (&portal.id, portal))
            .collect();
        Self::new(inventory.portals.iter().map(|portal| {
            let parent = portal.parent.as_ref().and_then(|id| by_id.get(id).copied());
            (portal.id.clone(), Unit::of(portal, parent))
        }))
    }

    /// Adds or replaces a unit.
    pub fn insert(&mut self, portal: PortalId, unit: Unit) {
        self.all.insert(portal, unit);
    }

    /// One unit.
    #[must_use]
    pub fn get(&self, portal: &PortalId) -> Option<&Unit> {
        self.all.get(portal)
    }

    /// All units.
    pub fn iter(&self) -> impl Iterator<Item = (&PortalId, &Unit)> {
        self.all.iter()
    }

    /// Whether some unit bound by `pack` holds a role of its own.
    #[must_use]
    pub fn holds(&self, pack: &str, role: &str, body_ids: &[&str]) -> bool {
        self.all.values().any(|unit| {
            unit.packs.iter().any(|id| id == pack)
                && (unit.roles.iter().any(|held| held == role)
                    || unit.body_id.as_deref().is_some_and(|id| body_ids.contains(&id)))
        })
    }
}
