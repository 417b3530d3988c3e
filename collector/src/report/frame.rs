//! What all reports about one subject have in common, read once. Spans and verdicts, which are most of the data, are read
//! for the portals that a report is about: hundreds of units' reports together cost about as much as the one of all.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::Maintenance;
use ems_contract::probe::ProbeKind;
use ems_contract::time::{UnixTime, Window};

use super::Beside;
use super::build::build;
use super::contents::{Expiring, Kind};
use super::draw::{DrawError, Excluded, Order, Source};
use super::findings::Ground;
use super::inputs::{Inputs, PortalInput};
use super::load::{fetch_spans, outline, settled};
use super::model::Report;
use super::period::Period;
use super::subject::Subject;
use crate::register::Kept;
use crate::store::{Store, StoreError};

/// Everything but spans and verdicts.
pub struct Frame<'a> {
    pub(super) source: Source<'a>,
    pub(super) subject: Subject,
    /// End of the settled data, or earlier where that is wanted.
    cut: UnixTime,
    /// The subject's stretch and the two that stand beside it.
    stretches: [Stretch; 3],
    /// Every entry of every register.
    entries: Vec<Kept>,
    /// When the newest certificate of each portal ends.
    certificates: BTreeMap<PortalId, UnixTime>,
}

struct Stretch {
    period: Period,
    window: Window,
    /// Portals without spans.
    outline: Inputs,
    ground: Ground,
}

impl<'a> Frame<'a> {
    /// Reads what there is at `now`; `as_of` leaves out data from then on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(
        source: Source<'a>,
        subject: Subject,
        as_of: Option<UnixTime>,
        now: UnixTime,
    ) -> Result<Self, StoreError> {
        let Source { store, inventory, .. } = source;
        let settled = settled(store, inventory, now)?;
        let cut = as_of.unwrap_or(settled).min(settled);
        let stretch = |(period, window): (Period, Window)| -> Result<Stretch, StoreError> {
            let data = Window::new(window.from, window.to.min(cut).max(window.from));
            Ok(Stretch {
                period,
                window,
                outline: outline(store, inventory, window)?,
                ground: Ground::load(store, data)?,
            })
        };
        let [before, year_before] = subject.compared;
        Ok(Self {
            stretches: [
                stretch((subject.period, subject.window))?,
                stretch(before)?,
                stretch(year_before)?,
            ],
            entries: store.entries(None, None)?,
            certificates: certificates(store)?,
            source,
            subject,
            cut,
        })
    }

    /// Whose figures those of an earlier stretch are, in a report about these portals.
    pub(super) fn beside(&self, place: usize, portals: &[PortalId]) -> Beside {
        let Stretch { outline, window, .. } = &self.stretches[place];
        match portals {
            [portal] => super::beside(&outline.portals, portal, *window),
            _ => Beside::Itself,
        }
    }

    /// The figures of a stretch, and what they are made from.
    pub(super) fn report(
        &self,
        place: usize,
        order: &Order<'_>,
        portals: &[PortalId],
    ) -> Result<(Report, Inputs), DrawError> {
        let stretch = &self.stretches[place];
        // A portal that was taken over may have been bound by another text.
        let pack = self
            .subject
            .duty()
            .map(|duty| &*duty.pack)
            .filter(|_| portals == order.portals);
        let bound = || {
            stretch
                .outline
                .portals
                .iter()
                .filter(|input| bound_by(input, pack))
        };
        let unknown = portals
            .iter()
            .find(|wanted| bound().all(|input| input.portal.id != **wanted));
        if let Some(wanted) = unknown {
            return Err(DrawError::UnknownPortal {
                wanted: wanted.clone(),
                known: bound().map(|input| input.portal.id.clone()).collect(),
            });
        }
        let mut wanted: Vec<PortalInput> = bound()
            .filter(|input| portals.is_empty() || portals.contains(&input.portal.id))
            .cloned()
            .collect();
        if order.kind == Kind::Unit && wanted.len() != 1 {
            return Err(DrawError::NotOneUnit(wanted.len()));
        }
        take_out(&mut wanted, order.excluded);
        fetch_spans(self.source.store, &mut wanted, stretch.window)?;
        let inputs = Inputs {
            demo: stretch.outline.demo,
            inventory_version: stretch.outline.inventory_version,
            portals: wanted,
            agents: stretch.outline.agents.clone(),
        };
        let mut report = build(&inputs, stretch.period, stretch.window, self.cut);
        let found = stretch
            .ground
            .findings(self.source.store, &self.entries, &report)?;
        report.findings = Some(found);
        Ok((report, inputs))
    }

    /// Certificates of the report's portals that end within a period after it.
    pub(super) fn expiring(&self, report: &Report) -> Vec<Expiring> {
        let until = report.data_to + report.window.secs();
        let ends = |id: &PortalId| {
            let end = self.certificates.get(id).copied();
            end.filter(|end| (report.data_to..until).contains(end))
        };
        let mut all: Vec<Expiring> = report
            .portals
            .iter()
            .filter_map(|portal| {
                Some(Expiring {
                    portal: portal.name.clone(),
                    not_after: ends(&portal.id)?,
                })
            })
            .collect();
        all.sort_by(|a, b| (a.not_after, &a.portal).cmp(&(b.not_after, &b.portal)));
        all
    }
}

/// When the newest certificate of each portal ends.
fn certificates(store: &dyn Store) -> Result<BTreeMap<PortalId, UnixTime>, StoreError> {
    let all = store.latest(None)?.into_iter();
    Ok(all
        .filter(|latest| latest.probe == ProbeKind::Tls)
        .filter_map(|latest| Some((latest.portal, latest.facts.tls.and_then(|tls| tls.not_after)?)))
        .collect())
}

/// Whether a pack binds a portal; without one all count.
pub(super) fn bound_by(input: &PortalInput, pack: Option<&str>) -> bool {
    pack.is_none_or(|pack| input.portal.regulations.iter().any(|bound| **bound == *pack))
}

/// Takes the time that officials decided on out of the adjusted account.
pub(super) fn take_out(portals: &mut [PortalInput], excluded: &[Excluded]) {
    for one in excluded {
        let portal = portals.iter_mut().find(|input| input.portal.id == one.portal);
        if let Some(input) = portal {
            input.portal.maintenance.push(Maintenance {
                from: one.window.from,
                to: one.window.to,
                author: one.author.clone(),
                reason: one.reason.clone(),
                // An official's decision counts from the beginning of the time it is about.
                announced_at: one.window.from,
                excluded_at: None,
            });
        }
    }
}
