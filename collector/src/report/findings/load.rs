//! Fetches findings from the store.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use super::{Conclusion, Findings, PortalFindings, Registers};
use crate::calendar::civil::day_of;
use crate::incident::Response;
use crate::register::Kept;
use crate::report::model::Report;
use crate::store::{Asked, Store, StoreError};

/// What the findings of all reports about a stretch rest on, read once; verdicts are read for the portals of a report.
#[derive(Debug, Default)]
pub(in crate::report) struct Ground {
    /// The last day of each portal that was judged before the data end, and the instant of the judging.
    judged: BTreeMap<PortalId, (Date, UnixTime)>,
    /// The last finished backup of each portal.
    backups: BTreeMap<PortalId, UnixTime>,
    /// How the incidents were answered that began in the stretch.
    responses: Vec<Response>,
}

impl Ground {
    /// Reads it for the data of a stretch.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(in crate::report) fn load(store: &dyn Store, data: Window) -> Result<Self, StoreError> {
        let mut ground = Self::default();
        if data.is_empty() {
            return Ok(ground);
        }
        for judging in store.judgings(day_of(data.from), day_of(data.to - 1))? {
            // They come by day: the last one stays. A day judged at its end is none of a report that was cut before.
            if judging.at < data.to {
                ground.judged.insert(judging.portal, (judging.day, judging.at));
            }
        }
        ground.backups = store.backups(None, data.to - 1)?;
        ground.responses = store.responses(data)?;
        Ok(ground)
    }

    /// What was concluded about the portals of a report, and entered about them, by the end of its data. `entries` are
    /// those of all registers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(in crate::report) fn findings(
        &self,
        store: &dyn Store,
        entries: &[Kept],
        report: &Report,
    ) -> Result<Findings, StoreError> {
        let data = Window::new(report.window.from, report.data_to);
        if data.is_empty() {
            return Ok(Findings::default());
        }
        let mut portals = Vec::new();
        for portal in &report.portals {
            let Some((day, judged_at)) = self.judged.get(&portal.id).copied() else {
                continue;
            };
            let asked = Asked {
                portal: Some(portal.id.clone()),
                ..Asked::on(day)
            };
            let kept = store.verdicts(&asked)?.into_iter();
            let mut conclusions: Vec<Conclusion> = kept
                .filter_map(|kept| Conclusion::of(kept.verdict, kept.since, judged_at))
                .collect();
            conclusions.sort_by(|a, b| (&a.pack, &a.obligation).cmp(&(&b.pack, &b.obligation)));
            portals.push(PortalFindings {
                portal: portal.id.clone(),
                day,
                judged_at,
                conclusions,
            });
        }
        Ok(Findings {
            portals,
            registers: self.registers(entries, report, data),
        })
    }

    fn registers(&self, entries: &[Kept], report: &Report, data: Window) -> Registers {
        let backups = report
            .portals
            .iter()
            .filter_map(|portal| Some((portal.id.clone(), *self.backups.get(&portal.id)?)));
        let of_report = |portal: &PortalId| report.portals.iter().any(|known| known.id == *portal);
        Registers::of(entries, backups.collect(), &self.responses, &of_report, data)
    }
}

/// What stood in the registers about the province and the portals of a report when its data end.
///
/// # Errors
/// When the store cannot be read.
pub fn registers(store: &dyn Store, report: &Report) -> Result<Registers, StoreError> {
    let data = Window::new(report.window.from, report.data_to);
    if data.is_empty() {
        return Ok(Registers::default());
    }
    let ground = Ground {
        judged: BTreeMap::new(),
        backups: store.backups(None, data.to - 1)?,
        responses: store.responses(data)?,
    };
    Ok(ground.registers(&store.entries(None, None)?, report, data))
}
