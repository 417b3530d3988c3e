//! What is measured again and again: one portal, one probe, one family.

use std::sync::Arc;

use ems_contract::family::Family;
use ems_contract::id::PortalId;
use ems_contract::plan::{Plan, PlanPortal};
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};

/// Names a series; with the slot it is the second delivery key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SeriesKey {
    /// The portal.
    pub portal: PortalId,
    /// The probe.
    pub probe: ProbeKind,
    /// The family, for probes made per family.
    pub family: Option<Family>,
}

/// A series of the plan.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name.
    pub key: SeriesKey,
    /// The portal as planned.
    pub portal: Arc<PlanPortal>,
    /// Seconds between slots, at least 1.
    pub interval_s: u32,
    /// A slot that cannot start within so many seconds is given up: it could not end before the next one.
    pub start_within_s: u32,
}

impl Series {
    /// A series of `portal`, its bounds drawn from `total_ms`, the limit of one attempt.
    #[must_use]
    pub fn new(
        portal: Arc<PlanPortal>,
        probe: ProbeKind,
        family: Option<Family>,
        interval_s: u32,
        total_ms: u32,
    ) -> Self {
        let interval_s = interval_s.max(1);
        Self {
            key: SeriesKey {
                portal: portal.id.clone(),
                probe,
                family,
            },
            portal,
            interval_s,
            start_within_s: start_within(interval_s, total_ms),
        }
    }

    /// Every series of a plan for the probes that this agent can make.
    #[must_use]
    pub fn of_plan(plan: &Plan, kinds: &[ProbeKind]) -> Vec<Self> {
        let mut all = Vec::new();
        for portal in &plan.portals {
            let portal = Arc::new(portal.clone());
            for &kind in kinds {
                let interval_s = match kind {
                    ProbeKind::Reach => portal.reach_interval_s,
                    ProbeKind::Dns => portal.dns_interval_s,
                    ProbeKind::Tls if portal.url.scheme() == "https" => portal.tls_interval_s,
                    ProbeKind::Tls => 0,
                    // Without a page plan another agent reads the pages.
                    ProbeKind::Page => portal.pages.as_ref().map_or(0, |pages| pages.page_interval_s),
                    ProbeKind::Links => portal.pages.as_ref().map_or(0, |pages| pages.links_interval_s),
                };
                if interval_s == 0 {
                    continue;
                }
                let families: Vec<Option<Family>> = if kind.per_family() {
                    let both = portal.families.iter().filter(|f| plan.families.contains(f));
                    both.map(|f| Some(*f)).collect()
                } else {
                    vec![None]
                };
                for family in families {
                    let portal = Arc::clone(&portal);
                    all.push(Self::new(portal, kind, family, interval_s, plan.limits.total_ms));
                }
            }
        }
        all
    }

    /// The stretch in which the portal is measured at all.
    #[must_use]
    pub fn validity(&self) -> Window {
        Window::new(
            self.portal.valid_from.unwrap_or(UnixTime::from_secs(i64::MIN)),
            self.portal.valid_to.unwrap_or(UnixTime::from_secs(i64::MAX)),
        )
    }
}

/// The room between the slot and the latest start from which its attempts still end before the next slot: between
/// 5 s (or half of a shorter interval) and half of the interval.
fn start_within(interval_s: u32, total_ms: u32) -> u32 {
    let room_ms = u64::from(interval_s.saturating_sub(1)) * 1_000;
    let attempts = if u64::from(total_ms) * 2 <= room_ms { 2 } else { 1 };
    let spare_s = room_ms.saturating_sub(u64::from(total_ms) * attempts) / 1_000;
    let half = (interval_s / 2).max(1);
    u32::try_from(spare_s)
        .unwrap_or(u32::MAX)
        .clamp(half.min(5), half)
}

#[cfg(test)]
mod tests {
    use ems_contract::plan::PagePlan;

    use super::*;
    use crate::testing;

    #[test]
    fn pages_are_read_where_the_plan_says_so() {
        let mut plan = testing::plan(2);
        plan.portals[1].pages = Some(PagePlan {
            page_interval_s: 7_200,
            links_interval_s: 86_400,
            ..PagePlan::default()
        });
        let series = Series::of_plan(&plan, &[ProbeKind::Page, ProbeKind::Links]);
        let made: Vec<(&str, ProbeKind, u32)> = series
            .iter()
            .map(|series| (series.key.portal.as_str(), series.key.probe, series.interval_s))
            .collect();
        assert_eq!(
            made,
            [("p1", ProbeKind::Page, 7_200), ("p1", ProbeKind::Links, 86_400)]
        );
    }

    #[test]
    fn a_start_leaves_room_for_the_attempts() {
        assert_eq!(start_within(60, 15_000), 29);
        assert_eq!(start_within(60, 5_000), 30);
        assert_eq!(start_within(10, 15_000), 5);
        assert_eq!(start_within(1, 15_000), 1);
        assert_eq!(start_within(3_600, 15_000), 1_800);
    }
}
