//! One portal: load what is new, evaluate, and say what has to be written.

use ems_contract::family::Family;
use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};

use super::heard::heard_until;
use super::marks::{marks, superfluous};
use crate::incident::{Incident, Settled, transitions, troubles};
use crate::ledger::{
    Carry, Delays, Evaluation, FamilyInput, Inputs, Networks, Rules, evaluate, settled_horizon,
};
use crate::store::{Checkpoint, Dirty, SpanUpdate, Store, StoreError};

/// The newest carry stands this many seconds behind, or the portal's own delays if they are longer: ordinary
/// lateness and suspicion found in hindsight stay within it.
const LAG_S: i64 = 240;

/// What the inventory says of a portal, as far as the ledger is concerned.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) portal: PortalId,
    pub(super) expected_v4: bool,
    pub(super) expected_v6: bool,
    pub(super) delays: Delays,
    /// Where its time begins, if it was never looked at before.
    pub(super) start: UnixTime,
    /// Where its time ends.
    pub(super) end: Option<UnixTime>,
}

/// What is remembered of a portal between passes.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    carry: Carry,
    /// The carry is a checkpoint in the store too.
    stored: bool,
    pub(super) looked_at: UnixTime,
    /// There is an incident to look after.
    watched: bool,
}

impl Standing {
    /// Whether the time of a target that has ended needs no further look.
    pub(super) fn is_through(&self, target: &Target) -> bool {
        let settled = settled_horizon(self.looked_at, target.delays);
        target.end.is_some_and(|end| end < settled)
    }

    /// Lets the next pass look at the portal's incidents whatever the ledger tells.
    pub(super) fn watch(&mut self) {
        self.watched = true;
    }
}

/// What a pass came to.
#[derive(Debug)]
pub(super) struct Passed {
    pub(super) update: SpanUpdate,
    pub(super) incidents: Vec<Incident>,
    pub(super) standing: Standing,
    /// How far back, in seconds, the pass had to begin.
    pub(super) depth_s: i64,
}

/// Where a pass begins.
struct Beginning {
    carry: Carry,
    stored: bool,
    /// Nothing before it needs a look: the last pass left it behind.
    remembered: bool,
}

/// Evaluates one portal up to `now`.
pub(super) fn pass(
    store: &dyn Store,
    target: &Target,
    networks: &Networks,
    rules: Rules,
    standing: Option<&Standing>,
    dirt: Option<&Dirty>,
    now: UnixTime,
) -> Result<Passed, StoreError> {
    let portal = &target.portal;
    let end = target.end.map_or(now, |end| end.min(now));
    let since = dirt.map_or(end, |dirt| dirt.since);
    let beginning = beginning(store, target, standing, since)?;
    let from = beginning.carry.at;
    let rest = end - target.delays.total_s().max(LAG_S);
    let hours = marks(from, rest, now);
    let horizon = settled_horizon(now, target.delays);
    let (told, heard) = {
        let span = Window::new(from, end);
        let [v4, v6] = Family::ALL.map(|family| {
            let records = store.slot_records(portal, family, span)?;
            Ok::<_, StoreError>((records, store.gaps(portal, family, span)?))
        });
        let ((records4, gaps4), (records6, gaps6)) = (v4?, v6?);
        let family = |expected, records, gaps| FamilyInput {
            expected,
            records,
            gaps,
        };
        let inputs = Inputs {
            networks,
            v4: family(target.expected_v4, &records4, &gaps4),
            v6: family(target.expected_v6, &records6, &gaps6),
            rules,
        };
        let all: Vec<UnixTime> = hours.iter().copied().chain([rest]).collect();
        let heard = heard_until([&records4, &records6], horizon);
        (evaluate(&beginning.carry, &inputs, end, &all), heard)
    };

    let settled = Settled { horizon, heard };
    let (incidents, watched) = incidents(store, target, standing, &beginning, &told, settled, now)?;
    let newest = told.carries.last();
    let stored_at: Vec<UnixTime> = hours
        .iter()
        .filter_map(|hour| told.carries.iter().rev().find(|carry| carry.at <= *hour))
        .map(|carry| carry.at)
        .collect();
    let kept = told.carries.iter().filter(|carry| stored_at.contains(&carry.at));
    // Checkpoints at or after `from` are dropped with the spans: the one begun from must not be lost.
    let again = Some(&beginning.carry).filter(|_| beginning.stored);
    let checkpoints = again.into_iter().chain(kept).filter_map(checkpoint).collect();
    let next = newest.unwrap_or(&beginning.carry);
    let standing = Standing {
        stored: stored_at.contains(&next.at) || (newest.is_none() && beginning.stored),
        carry: next.clone(),
        looked_at: now,
        watched,
    };
    Ok(Passed {
        update: SpanUpdate {
            portal: portal.clone(),
            from,
            spans: told.spans,
            checkpoints,
            forget: superfluous(&hours),
            generation: dirt.map_or(0, |dirt| dirt.generation),
        },
        incidents,
        standing,
        depth_s: now - from,
    })
}

/// The newest carry that what changed at `since` leaves standing: the remembered one, a checkpoint, or none.
fn beginning(
    store: &dyn Store,
    target: &Target,
    standing: Option<&Standing>,
    since: UnixTime,
) -> Result<Beginning, StoreError> {
    if let Some(standing) = standing.filter(|standing| standing.carry.at <= since) {
        return Ok(Beginning {
            carry: standing.carry.clone(),
            stored: standing.stored,
            remembered: true,
        });
    }
    let mut before = since;
    while let Some(checkpoint) = store.checkpoint(&target.portal, before)? {
        match serde_json::from_str(&checkpoint.carry) {
            Ok(carry) => {
                return Ok(Beginning {
                    carry,
                    stored: true,
                    remembered: false,
                });
            }
            // From another version of the program: an older one may do, else everything is judged afresh.
            Err(error) => {
                tracing::warn!(portal = %target.portal, at = %checkpoint.at, %error, "a ledger checkpoint cannot be read");
                before = checkpoint.at - 1;
            }
        }
    }
    Ok(Beginning {
        carry: Carry::start(since.min(target.start)),
        stored: true,
        remembered: false,
    })
}

fn checkpoint(carry: &Carry) -> Option<Checkpoint> {
    let text = serde_json::to_string(carry);
    let text = text.inspect_err(|error| tracing::error!(%error, "a ledger checkpoint cannot be written"));
    Some(Checkpoint {
        at: carry.at,
        carry: text.ok()?,
    })
}

/// The incidents to write, and whether any has to be looked after in the next pass.
fn incidents(
    store: &dyn Store,
    target: &Target,
    standing: Option<&Standing>,
    beginning: &Beginning,
    told: &Evaluation,
    settled: Settled,
    now: UnixTime,
) -> Result<(Vec<Incident>, bool), StoreError> {
    let mut troubles = troubles(told, target.end.map_or(now, |end| end.min(now)));
    if let Some(end) = target.end.filter(|end| *end <= now) {
        troubles
            .iter_mut()
            .for_each(|trouble| trouble.end_with_validity(end));
    }
    let quiet = beginning.remembered && standing.is_some_and(|standing| !standing.watched);
    if quiet && troubles.is_empty() {
        return Ok((Vec::new(), false));
    }
    let from = beginning.carry.at;
    let earliest = troubles
        .iter()
        .map(|trouble| trouble.from)
        .fold(from, UnixTime::min);
    let known = store.incidents(Some(&target.portal), Window::new(earliest - 1, now + 1))?;
    let changed = transitions(&target.portal, &troubles, &known, from, settled, now);
    let open = |incident: &Incident| incident.closed_at.is_none();
    let watched = !troubles.is_empty() || known.iter().any(open) || changed.iter().any(open);
    Ok((changed, watched))
}
