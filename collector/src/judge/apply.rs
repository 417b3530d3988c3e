//! Whether a row binds a unit on a day, and as whom.

use super::reason::Reason;
use super::unit::{Unit, Units};
use crate::regulation::{Obligation, Pack};
use ems_contract::inventory::{Level, Status};
use ems_contract::time::UnixTime;
use jiff::civil::Date;

/// How a row binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Binding {
    /// By level.
    Level,
    /// Through a role; the body's name.
    Role(String),
}

/// Whether a unit is judged at all at an instant.
pub(super) fn counts(unit: &Unit, now: UnixTime) -> Result<(), Reason> {
    let inside = unit.valid_from.is_none_or(|from| from <= now) && unit.valid_to.is_none_or(|to| now < to);
    // A retired portal stays judged for the days on which it was one.
    let past = unit.valid_to.is_some_and(|to| now < to);
    if !inside || (unit.status == Status::Retired && !past) {
        return Err(Reason::Retired);
    }
    Ok(())
}

/// Whether a row binds a unit on a day.
pub(super) fn binds(
    units: &Units,
    unit: &Unit,
    pack: &Pack,
    row: &Obligation,
    day: Date,
) -> Result<Binding, Reason> {
    if !pack.is_judged_on(day) {
        return Err(Reason::PackNotInForce);
    }
    if !pack.territory.is_empty() && !pack.territory.iter().any(|place| place.validity.holds(day)) {
        return Err(Reason::TerritoryGone);
    }
    if !row.validity.holds(day) {
        return Err(Reason::RowNotInForce);
    }
    if row.who.levels.contains(&unit.level) && pack.binds(unit.level, day) {
        return Ok(Binding::Level);
    }
    for role in &row.who.roles {
        let bodies: Vec<_> = pack.bodies(role, day).collect();
        let ids: Vec<&str> = bodies.iter().map(|body| &*body.body_id).collect();
        let own = unit.roles.iter().any(|held| **held == **role)
            || unit.body_id.as_deref().is_some_and(|id| ids.contains(&id));
        // A role that no unit of the inventory holds is judged on the province's own record, in the body's name.
        let orphan =
            unit.level == Level::Province && !bodies.is_empty() && !units.holds(&pack.id, role, &ids);
        if own || orphan {
            let name = bodies
                .first()
                .map_or_else(|| unit.owner.clone(), |body| body.body.clone());
            return Ok(Binding::Role(name));
        }
    }
    Err(Reason::LevelNotBound)
}
