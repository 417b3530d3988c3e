//! Fetches findings from the store.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::time::Window;
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
    let mut days: BTreeMap<PortalId, Date> = BTreeMap::new();
    for judging in store.judgings(day_of(data.from), day_of(data.to - 1))? {
        // They come by day: the last one stays. A day judged at its end is none of a report that was cut before.
        if judging.at < data.to {
            days.insert(judging.portal, judging.day);
        }
    }
    let mut portals = Vec::new();
    for portal in &report.portals {
        let Some(day) = days.get(&portal.id) else { continue };
        let asked = Asked {
            portal: Some(portal.id.clone()),
            ..Asked::on(*day)
        };
        let kept = store.verdicts(&asked)?;
        portals.push(PortalFindings {
            portal: portal.id.clone(),
            day: *day,
            conclusions: kept.into_iter().filter_map(Conclusion::of).collect(),
        });
    }
    let of_report = |portal: &PortalId| report.portals.iter().any(|known| known.id == *portal);
    let backups = store.backups(None, data.to - 1)?;
    let registers = Registers::of(
        &store.entries(None, None)?,
        backups
            .into_iter()
            .filter(|(portal, _)| of_report(portal))
            .collect(),
        &of_report,
        data,
    );
    Ok(Findings { portals, registers })
}
