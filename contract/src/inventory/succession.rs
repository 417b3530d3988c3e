//! Which portals took over from others, and which levels a portal had before: read entry by entry, checked over the whole.

use std::collections::{HashMap, HashSet};

use super::check::Draft;
use super::defaults::Written;
use super::model::{FormerLevel, Level, Portal, Predecessor};
use super::moment::{DateMeans, civil_text, moment};
use super::parts::written_id;
use crate::diagnostic::Message;
use crate::id::PortalId;
use crate::time::UnixTime;
use crate::yaml::Item;

/// A predecessor with the places it is written at.
#[derive(Debug, Clone)]
pub(super) struct PredecessorDraft<'t> {
    pub(super) id: Written<'t, PortalId>,
    pub(super) from: Written<'t, UnixTime>,
}

impl PredecessorDraft<'_> {
    pub(super) fn value(&self) -> Predecessor {
        Predecessor {
            id: self.id.value.clone(),
            from: self.from.value,
        }
    }
}

/// One portal that another took over from.
pub(super) fn predecessor<'t>(item: &Item<'t>) -> Option<PredecessorDraft<'t>> {
    let mut map = item.map()?;
    let id = map.required("id", written_id);
    let from = map.required("from", |at| {
        Some(Written {
            value: moment(at, DateMeans::Beginning)?,
            at: at.clone(),
        })
    });
    map.finish();
    Some(PredecessorDraft { id: id?, from: from? })
}

/// The levels a portal had before, each through its last day; `now` is its level after the last of them.
pub(super) fn former_levels(
    item: &Item<'_>,
    now: Option<Level>,
    life: (Option<UnixTime>, Option<UnixTime>),
) -> Vec<FormerLevel> {
    let mut levels: Vec<FormerLevel> = Vec::new();
    let Some(items) = item.list() else { return levels };
    let last = items.len().saturating_sub(1);
    for (place, item) in items.into_iter().enumerate() {
        let Some(mut map) = item.map() else { continue };
        let level = map.required("level", |at| at.choice(Level::ALL, Level::as_str));
        let until = map.required("until", |at| moment(at, DateMeans::End));
        if let (Some(until), Some(at)) = (until, map.get("until")) {
            if let Some(before) = levels
                .last()
                .map(|before| before.until)
                .filter(|before| until <= *before)
            {
                let message = Message::new("inventory.level.order").with("before", civil_text(before));
                at.error(message.with("until", civil_text(until)));
            }
            let (from, to) = life;
            let outside = from.is_some_and(|from| until <= from) || to.is_some_and(|to| to <= until);
            if outside {
                at.error(Message::new("inventory.level.outside").with("until", civil_text(until)));
            }
        }
        let after = if place == last { now } else { None };
        let same = levels.last().map(|before| before.level) == level || after == level;
        if let (Some(level), true, Some(at)) = (level, same, map.get("level")) {
            at.error(Message::new("inventory.level.same").with("level", level));
        }
        map.finish();
        if let (Some(level), Some(until)) = (level, until) {
            levels.push(FormerLevel { level, until });
        }
    }
    levels
}

/// Notes what is wrong with successions over the whole inventory.
pub(super) fn check(draft: &Draft<'_>) {
    let by_id: HashMap<&PortalId, &Portal> = draft
        .portals
        .iter()
        .filter_map(|written| written.portal.as_ref())
        .map(|portal| (&portal.id, portal))
        .collect();
    let written: Vec<&PortalId> = draft
        .portals
        .iter()
        .filter_map(|portal| Some(&portal.id.as_ref()?.value))
        .collect();
    let names: Vec<&str> = written.iter().map(|id| id.as_str()).collect();
    let back: HashMap<&PortalId, Vec<&PortalId>> = draft
        .portals
        .iter()
        .filter_map(|portal| {
            let all = portal.predecessors.iter().map(|before| &before.id.value);
            Some((&portal.id.as_ref()?.value, all.collect()))
        })
        .collect();
    for portal in &draft.portals {
        let Some(id) = portal.id.as_ref().map(|id| &id.value) else {
            continue;
        };
        let mut seen = HashSet::new();
        for before in &portal.predecessors {
            let name = &before.id.value;
            if !seen.insert(name) {
                before
                    .id
                    .at
                    .error(Message::new("inventory.twice").with("value", name));
            }
            if draft.whole && !written.contains(&name) {
                before
                    .id
                    .at
                    .unknown_reference("inventory.parent.unknown", name.as_str(), &names);
            }
            if let Some(circle) = circle(id, name, &back) {
                let circle: Vec<&str> = circle.iter().map(|id| id.as_str()).collect();
                let message = Message::new("inventory.predecessor.circle");
                before.id.at.error(message.with("circle", circle.join(" → ")));
            }
            if let Some(portal) = portal.portal.as_ref() {
                within(before, portal, by_id.get(name).copied());
            }
        }
    }
}

/// The takeover lies in the successor's own time, and the predecessor counts no more by then.
fn within(before: &PredecessorDraft<'_>, portal: &Portal, predecessor: Option<&Portal>) {
    let from = before.from.value;
    let outside = portal.valid_from.is_some_and(|begins| from < begins)
        || portal.valid_to.is_some_and(|ends| ends <= from);
    if outside {
        let message = Message::new("inventory.predecessor.outside").with("from", civil_text(from));
        before.from.at.error(message.with("id", &portal.id));
    }
    let Some(predecessor) = predecessor.filter(|predecessor| predecessor.id != portal.id) else {
        return;
    };
    let message = |key| {
        let message = Message::new(key).with("id", &predecessor.id);
        message.with("from", civil_text(from))
    };
    match predecessor.valid_to {
        None => before.id.at.error(message("inventory.predecessor.endless")),
        Some(to) if to > from => {
            let message = message("inventory.predecessor.overlap");
            before.from.at.error(message.with("to", civil_text(to)));
        }
        Some(_) => {}
    }
}

/// The circle that leads from `id` over its predecessor `next` back to `id`, told only by its first member in
/// alphabetical order.
fn circle<'a>(
    id: &'a PortalId,
    next: &'a PortalId,
    back: &HashMap<&'a PortalId, Vec<&'a PortalId>>,
) -> Option<Vec<&'a PortalId>> {
    let mut from: HashMap<&PortalId, &PortalId> = HashMap::new();
    let mut open = vec![next];
    let mut seen = HashSet::from([next]);
    while let Some(here) = open.pop() {
        if here == id {
            let mut chain = vec![id];
            let mut at = here;
            while let Some(before) = from.get(at) {
                chain.push(before);
                at = before;
            }
            chain.push(id);
            chain.reverse();
            return chain.iter().all(|member| id <= *member).then_some(chain);
        }
        for before in back.get(here).into_iter().flatten() {
            if seen.insert(*before) {
                from.insert(*before, here);
                open.push(*before);
            }
        }
    }
    None
}
