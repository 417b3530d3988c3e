//! The portals that are measured now, and the time in which each of them counts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Portal, Status};
use ems_contract::time::{UnixTime, Window};

use super::keep::keep_from;
use crate::calendar::civil;
use crate::context::Loaded;
use crate::ledger::{Delays, Span, confirmed, settled_horizon};
use crate::register::Plans;
use crate::report::{History, counts_from};
use crate::store::{Store, StoreError};

/// Maintenance is looked at so far ahead of today, in seconds.
const AHEAD_S: i64 = 8 * 86_400;

/// One measured portal.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The portal.
    pub portal: Portal,
    /// When it begins to count, if that is known.
    pub counts_from: Option<UnixTime>,
    /// How late its records may come.
    pub delays: Delays,
}

impl Member {
    /// The part of `window` in which it counts.
    #[must_use]
    pub fn counted(&self, window: Window) -> Window {
        let from = self.counts_from.unwrap_or(window.from);
        let to = self.portal.valid_to.unwrap_or(window.to);
        Window::new(from, to).intersect(window)
    }

    /// From when on spans are provisional at `now`: late records and trouble that waits for its confirmation lie
    /// after it ([`confirmed`]). `families` are the portal's spans of IPv4 and IPv6.
    #[must_use]
    pub fn settled<'a>(&self, families: impl IntoIterator<Item = &'a [Span]>, now: UnixTime) -> UnixTime {
        confirmed(self.horizon(now), self.delays, families)
    }

    /// How far records have come at `now`, but for late ones.
    #[must_use]
    pub fn horizon(&self, now: UnixTime) -> UnixTime {
        settled_horizon(now, self.delays)
    }
}

/// The measured portals of one inventory, in its order.
#[derive(Debug)]
pub struct Roster {
    /// The portals.
    pub members: Vec<Member>,
    /// Their ids.
    pub ids: Vec<PortalId>,
    places: BTreeMap<PortalId, usize>,
}

impl Roster {
    /// The roster of an inventory with what earlier inventories tell, and the maintenance of the register beside the
    /// inventory's.
    #[must_use]
    pub fn of(inventory: &Inventory, history: &History, plans: &Plans) -> Self {
        let members: Vec<Member> = inventory
            .portals
            .iter()
            .filter(|portal| portal.status == Status::Active)
            .map(|portal| {
                let added_at = history.get(&portal.id).and_then(|presence| presence.added_at);
                let mut portal = portal.clone();
                history.narrow(&mut portal);
                plans.lay_over(&mut portal);
                Member {
                    counts_from: counts_from(&portal, added_at),
                    delays: Delays::of(portal.reach_interval_s, &inventory.limits),
                    portal,
                }
            })
            .collect();
        let ids: Vec<PortalId> = members.iter().map(|member| member.portal.id.clone()).collect();
        let places = ids.iter().cloned().zip(0..).collect();
        Self { members, ids, places }
    }

    /// A member by its id.
    #[must_use]
    pub fn member(&self, id: &PortalId) -> Option<&Member> {
        self.members.get(*self.places.get(id)?)
    }
}

/// What a roster was made from: another one is made when any of it changes.
#[derive(Debug, Clone, PartialEq)]
struct Made {
    version: Sha256,
    since: UnixTime,
    plans: Plans,
}

/// Keeps the roster of the inventory in force, so that history is read only when the inventory changes.
#[derive(Default)]
pub struct Rosters(Mutex<Option<(Made, Arc<Roster>)>>);

impl Rosters {
    /// The roster of the inventory in force, with the maintenance of the register beside the inventory's.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn current(
        &self,
        store: &dyn Store,
        loaded: &Loaded,
        now: UnixTime,
    ) -> Result<Arc<Roster>, StoreError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = civil::start_of(civil::day_of(now));
        let made = Made {
            version: loaded.inventory.version,
            since: loaded.since,
            plans: store.plans(Window::new(keep_from(now), today + AHEAD_S))?,
        };
        if let Some((before, roster)) = &*kept
            && *before == made
        {
            return Ok(roster.clone());
        }
        let history = History::of(&store.inventories(Window::new(keep_from(now), now + 1))?);
        let roster = Arc::new(Roster::of(&loaded.inventory, &history, &made.plans));
        *kept = Some((made, roster.clone()));
        Ok(roster)
    }
}
