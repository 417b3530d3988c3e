//! Who is judged: the unit behind a portal, as the inventory of the day says.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::{FormerLevel, Inventory, Level, Portal, Predecessor, Status};
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
    /// Levels it had before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_levels: Vec<FormerLevel>,
    /// Whom it took over from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<Origin>,
}

/// A unit that another one continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Its portal.
    pub portal: PortalId,
    /// The body that was answerable for it.
    pub owner: String,
    /// First instant of the successor's duty.
    pub from: UnixTime,
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

    /// The unit with the level that it had at an instant.
    #[must_use]
    pub fn at(&self, at: UnixTime) -> Cow<'_, Self> {
        match self.former_levels.iter().find(|before| at < before.until) {
            Some(before) => Cow::Owned(Self {
                level: before.level,
                ..self.clone()
            }),
            None => Cow::Borrowed(self),
        }
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
            former_levels: portal.former_levels.clone(),
            predecessors: Vec::new(),
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
            let origin = |before: &Predecessor| Origin {
                portal: before.id.clone(),
                owner: by_id
                    .get(&before.id)
                    .map_or_else(String::new, |portal| portal.owner.clone()),
                from: before.from,
            };
            let unit = Unit {
                predecessors: portal.predecessors.iter().map(origin).collect(),
                ..Unit::of(portal, parent)
            };
            (portal.id.clone(), unit)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, inventory, portal};

    #[test]
    fn a_unit_has_the_level_of_the_day_and_knows_whom_it_continues() {
        let mut all = inventory(&["phuong", "huyen"]);
        all.portals[0].level = Level::Commune;
        all.portals[0].former_levels = vec![FormerLevel {
            level: Level::District,
            until: at(1_000),
        }];
        all.portals[0].predecessors = vec![Predecessor {
            id: portal("huyen"),
            from: at(1_000),
        }];
        all.portals[1].owner = "Ủy ban nhân dân huyện".to_owned();
        let units = Units::of(&all);
        let unit = units.get(&portal("phuong")).unwrap();
        assert_eq!(unit.at(at(999)).level, Level::District);
        assert_eq!(unit.at(at(1_000)).level, Level::Commune);
        assert_eq!(unit.predecessors[0].owner, "Ủy ban nhân dân huyện");
        assert!(units.get(&portal("huyen")).unwrap().predecessors.is_empty());
    }
}
