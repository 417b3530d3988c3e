//! Fetches findings from the store.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use super::{Conclusion, Findings, PortalFindings, Registers};
use crate::calendar::civil::day_of;
use crate::report::model::Report;
use crate::store::{Asked, Store, StoreError};

/// What was concluded about the portals of a report, and entered about them, by the end of its data.
///
/// # Errors
/// When the store cannot be read.
pub fn findings(store: &dyn Store, report: &Report) -> Result<Findings, StoreError> {
    let data = Window::new(report.window.from, report.data_to);
    if data.is_empty() {
        return Ok(Findings::default());
    }
    let mut judged: BTreeMap<PortalId, (Date, UnixTime)> = BTreeMap::new();
    for judging in store.judgings(day_of(data.from), day_of(data.to - 1))? {
        // They come by day: the last one stays. A day judged at its end is none of a report that was cut before.
        if judging.at < data.to {
            judged.insert(judging.portal, (judging.day, judging.at));
        }
    }
    let mut portals = Vec::new();
    for portal in &report.portals {
        let Some((day, judged_at)) = judged.get(&portal.id).copied() else {
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
        registers: registers(store, report)?,
    })
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
    let of_report = |portal: &PortalId| report.portals.iter().any(|known| known.id == *portal);
    let mut backups = store.backups(None, data.to - 1)?;
    backups.retain(|portal, _| of_report(portal));
    Ok(Registers::of(
        &store.entries(None, None)?,
        backups,
        &of_report,
        data,
    ))
}
