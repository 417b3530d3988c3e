//! The data of a finished report as they were written, by this program or an earlier one.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

/// The data.
pub(super) struct Frozen {
    value: Value,
    portals: BTreeMap<PortalId, FrozenPortal>,
}

/// What was concluded about one portal, and when.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FrozenPortal {
    portal: PortalId,
    /// The day.
    pub(super) day: Date,
    /// The instant judged; earlier programs did not write it.
    pub(super) judged_at: Option<UnixTime>,
    conclusions: Vec<FrozenConclusion>,
}

#[derive(Debug, Clone, Deserialize)]
struct FrozenConclusion {
    pack: String,
    obligation: String,
    told_at: Option<UnixTime>,
}

/// A conclusion by its portal and obligation.
pub(super) type Place = (PortalId, String, String);

impl FrozenPortal {
    /// The instant that the checks of a conclusion tell of, where that is known.
    pub(super) fn told_at(&self, pack: &str, obligation: &str) -> Option<UnixTime> {
        let told = self
            .conclusions
            .iter()
            .find(|one| one.pack == pack && one.obligation == obligation)?;
        told.told_at.or(self.judged_at)
    }
}

impl Frozen {
    pub(super) fn of(value: Value) -> Self {
        let portals = value.pointer("/findings/portals").and_then(Value::as_array);
        let portals = portals.into_iter().flatten();
        let portals = portals.filter_map(|one| FrozenPortal::deserialize(one).ok());
        Self {
            portals: portals.map(|one| (one.portal.clone(), one)).collect(),
            value,
        }
    }

    pub(super) const fn value(&self) -> &Value {
        &self.value
    }

    /// What was concluded about a portal.
    pub(super) fn portal(&self, portal: &PortalId) -> Option<&FrozenPortal> {
        self.portals.get(portal)
    }

    /// Whether it tells what was concluded.
    pub(super) fn concludes(&self) -> bool {
        self.value.get("findings").is_some()
    }

    /// Whether it tells figures of checks and registers.
    pub(super) fn sums(&self) -> bool {
        self.value.pointer("/findings/registers").is_some()
    }

    /// Leaves what was concluded on both sides and nothing else.
    pub(super) fn keep_findings_alone(&mut self, anew: &mut Value) {
        for side in [&mut self.value, anew] {
            if let Some(fields) = side.as_object_mut() {
                fields.retain(|name, _| name == "findings");
            }
        }
    }

    /// Leaves out on both sides what an earlier program did not write, and what conclusions rested on that could not be
    /// judged again.
    pub(super) fn leave_out(&mut self, anew: &mut Value, untold: &BTreeSet<Place>) {
        let sums = self.sums();
        for side in [&mut self.value, anew] {
            let Some(findings) = side.get_mut("findings").and_then(Value::as_object_mut) else {
                continue;
            };
            if !sums {
                findings.remove("registers");
            }
            if !sums || !untold.is_empty() {
                findings.remove("by_check");
            }
            let portals = findings.get_mut("portals").and_then(Value::as_array_mut);
            for portal in portals.into_iter().flatten() {
                forget(portal, untold);
            }
        }
    }
}

/// Takes away what conclusions rested on.
fn forget(portal: &mut Value, untold: &BTreeSet<Place>) {
    let Some(id) = portal
        .get("portal")
        .and_then(Value::as_str)
        .and_then(|id| id.parse::<PortalId>().ok())
    else {
        return;
    };
    let conclusions = portal.get_mut("conclusions").and_then(Value::as_array_mut);
    for one in conclusions.into_iter().flatten().filter_map(Value::as_object_mut) {
        let text = |key: &str| {
            one.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        if untold.contains(&(id.clone(), text("pack"), text("obligation"))) {
            one.remove("checks");
            one.remove("kind");
        }
    }
}
