//! Reading a file of observations: every good line is used, every bad one is named.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};

use ems_contract::cause::Cause;
use ems_contract::family::Family;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::inventory::Inventory;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::MAX_LINE;
use serde::{Deserialize, Serialize};

use crate::ledger::{AgentGap, SlotRecord};

/// Bad lines told one by one; the rest is only counted.
const TOLD: usize = 100;

/// A line: a record as agents send it. Only what the ledger needs is read, so that a file can be written by
/// hand too.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Observation(Observation),
    Gap(Gap),
    Chain,
    Batch,
}

#[derive(Deserialize)]
struct Observation {
    agent: AgentId,
    portal: PortalId,
    #[serde(default = "reach")]
    probe: ProbeKind,
    family: Option<Family>,
    slot: UnixTime,
    interval_s: u32,
    outcome: Outcome,
}

const fn reach() -> ProbeKind {
    ProbeKind::Reach
}

#[derive(Deserialize)]
struct Gap {
    agent: AgentId,
    portal: Option<PortalId>,
    probe: Option<ProbeKind>,
    family: Option<Family>,
    from: UnixTime,
    to: UnixTime,
    why: GapWhy,
}

/// What a file held.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Records by portal and family (v4, v6).
    pub(super) records: BTreeMap<PortalId, [Vec<SlotRecord>; 2]>,
    /// Gaps by the portal they concern (absent: all), with the family (absent: both).
    pub(super) gaps: Vec<(Option<PortalId>, Option<Family>, AgentGap)>,
    pub(super) counts: Counts,
    /// The outcomes of the slots read so far, to tell the same record twice from two records of one slot.
    slots: BTreeMap<Slot, Outcome>,
}

type Slot = (PortalId, Family, AgentId, UnixTime);

/// What the lines came to.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    /// Lines that are not empty.
    pub(super) lines: u64,
    /// `reach` observations used.
    pub(super) observations: u64,
    /// Gaps used.
    pub(super) gaps: u64,
    /// Observations of a slot that is filled already, with the same outcome: the first counts.
    pub(super) duplicates: u64,
    /// Observations of a slot that is filled already, with another outcome: the first counts.
    pub(super) conflicts: u64,
    /// Lines of other kinds and probes, and of other portals than the one asked for.
    pub(super) ignored: u64,
    /// Lines that could not be read.
    pub(super) bad: u64,
    /// The first hundred of them.
    pub(super) bad_lines: Vec<BadLine>,
    /// Observations of portals that the inventory does not have, by portal; not used.
    pub(super) unknown_portals: BTreeMap<PortalId, u64>,
    /// Agents that the inventory does not have; heard, but never a second network.
    pub(super) unknown_agents: BTreeSet<AgentId>,
}

/// A line that could not be read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct BadLine {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) why: String,
}

/// Reads records, of all portals or of one.
pub(super) fn read(
    reader: &mut impl BufRead,
    inventory: &Inventory,
    only: Option<&PortalId>,
) -> std::io::Result<Input> {
    let mut input = Input::default();
    let mut number = 0;
    while let Some(line) = next_line(reader)? {
        number += 1;
        match line {
            Ok(bytes) if bytes.trim_ascii().is_empty() => {}
            Ok(bytes) => {
                input.counts.lines += 1;
                if let Err(why) = input.take(&bytes, inventory, only) {
                    input.bad(number, why);
                }
            }
            Err(TooLong) => {
                input.counts.lines += 1;
                input.bad(number, format!("the line is longer than {MAX_LINE} bytes"));
            }
        }
    }
    Ok(input)
}

impl Input {
    fn bad(&mut self, line: u64, why: String) {
        self.counts.bad += 1;
        if self.counts.bad_lines.len() < TOLD {
            self.counts.bad_lines.push(BadLine { line, why });
        }
    }

    fn take(&mut self, bytes: &[u8], inventory: &Inventory, only: Option<&PortalId>) -> Result<(), String> {
        match serde_json::from_slice::<Line>(bytes) {
            Ok(Line::Observation(observation)) => self.observation(observation, inventory, only),
            Ok(Line::Gap(gap)) => self.gap(gap, inventory, only),
            Ok(Line::Chain | Line::Batch) => {
                self.counts.ignored += 1;
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn observation(
        &mut self,
        observation: Observation,
        inventory: &Inventory,
        only: Option<&PortalId>,
    ) -> Result<(), String> {
        if observation.probe != ProbeKind::Reach || only.is_some_and(|only| *only != observation.portal) {
            self.counts.ignored += 1;
            return Ok(());
        }
        let family = observation
            .family
            .ok_or("a `reach` observation has a `family`: v4 or v6")?;
        if observation.interval_s == 0 {
            return Err("`interval_s` is 0: a slot lasts at least a second".to_owned());
        }
        if inventory.portal(&observation.portal).is_none() {
            *self.counts.unknown_portals.entry(observation.portal).or_default() += 1;
            return Ok(());
        }
        self.hear_of(&observation.agent, inventory);
        let key = (
            observation.portal.clone(),
            family,
            observation.agent.clone(),
            observation.slot,
        );
        if let Some(known) = self.slots.get(&key) {
            let same = *known == observation.outcome;
            *if same {
                &mut self.counts.duplicates
            } else {
                &mut self.counts.conflicts
            } += 1;
            return Ok(());
        }
        self.slots.insert(key, observation.outcome);
        let no_address = matches!(
            observation.outcome,
            Outcome::Down {
                cause: Cause::DnsNodata,
                ..
            }
        );
        let families = self.records.entry(observation.portal).or_default();
        families[usize::from(family == Family::V6)].push(SlotRecord {
            agent: observation.agent,
            slot: observation.slot,
            interval_s: observation.interval_s,
            outcome: observation.outcome,
            no_address,
        });
        self.counts.observations += 1;
        Ok(())
    }

    fn gap(&mut self, gap: Gap, inventory: &Inventory, only: Option<&PortalId>) -> Result<(), String> {
        if gap.to <= gap.from {
            return Err(format!("`to` ({}) must lie after `from` ({})", gap.to, gap.from));
        }
        let other_probe = gap.probe.is_some_and(|probe| probe != ProbeKind::Reach);
        let other_portal = only.is_some_and(|only| gap.portal.as_ref().is_some_and(|portal| portal != only));
        if other_probe || other_portal {
            self.counts.ignored += 1;
            return Ok(());
        }
        if let Some(portal) = gap
            .portal
            .as_ref()
            .filter(|portal| inventory.portal(portal).is_none())
        {
            *self.counts.unknown_portals.entry(portal.clone()).or_default() += 1;
            return Ok(());
        }
        self.hear_of(&gap.agent, inventory);
        let told = AgentGap {
            agent: gap.agent,
            window: Window::new(gap.from, gap.to),
            why: gap.why,
        };
        self.gaps.push((gap.portal, gap.family, told));
        self.counts.gaps += 1;
        Ok(())
    }

    fn hear_of(&mut self, agent: &AgentId, inventory: &Inventory) {
        if !inventory.agents.iter().any(|known| known.id == *agent) {
            self.counts.unknown_agents.insert(agent.clone());
        }
    }

    /// The gaps of a portal over a family.
    pub(super) fn gaps_of(&self, portal: &PortalId, family: Family) -> Vec<AgentGap> {
        let concerns = |(of, over, _): &&(Option<PortalId>, Option<Family>, AgentGap)| {
            of.as_ref().is_none_or(|of| of == portal) && over.is_none_or(|over| over == family)
        };
        self.gaps
            .iter()
            .filter(concerns)
            .map(|(_, _, gap)| gap.clone())
            .collect()
    }
}

struct TooLong;

/// The next line without its end, in bounded memory; a line that is too long is skipped to its end.
fn next_line(reader: &mut impl BufRead) -> std::io::Result<Option<Result<Vec<u8>, TooLong>>> {
    let mut line = Vec::new();
    let limit = MAX_LINE as u64 + 1;
    if reader.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > MAX_LINE {
        reader.skip_until(b'\n')?;
        return Ok(Some(Err(TooLong)));
    }
    Ok(Some(Ok(line)))
}
