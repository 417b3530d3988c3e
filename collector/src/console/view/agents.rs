//! The agents page: who measures, how it is with them, when they could not see.

use std::collections::BTreeSet;

use ems_contract::id::AgentId;
use ems_contract::inventory::Agent;
use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::{Look, since};
use crate::context::Loaded;
use crate::ledger::AgentGap;
use crate::locale;
use crate::store::AgentStatus;

/// An agent that has not delivered for this long is silent: agents deliver successes within seconds.
pub(super) const SILENT_S: i64 = 180;
/// A clock further off than this makes every record suspect.
pub(super) const SKEW_MS: i64 = 5_000;

/// How it is with an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentHealth {
    /// It delivers, and its clock is right.
    Well,
    /// It delivers, and its clock is wrong.
    ClockWrong,
    /// It delivers, and cannot say anything about most portals: it does not reach its own references.
    Blind,
    /// It has not delivered for [`SILENT_S`].
    Silent,
    /// It has never delivered.
    Never,
}

impl AgentHealth {
    /// Class name in the style sheet.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::Well => "up",
            Self::ClockWrong => "degraded",
            Self::Blind | Self::Silent => "down",
            Self::Never => "unknown",
        }
    }

    /// Key of its word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Well => "console.agent.well",
            Self::ClockWrong => "console.agent.clock",
            Self::Blind => "console.agent.blind",
            Self::Silent => "console.agent.silent",
            Self::Never => "console.agent.never",
        }
    }

    /// Key of the overview's sentence about it.
    #[must_use]
    pub const fn sentence_key(self) -> &'static str {
        match self {
            Self::Well => "console.agent.well.sentence",
            Self::ClockWrong => "console.agent.clock.sentence",
            Self::Blind => "console.agent.blind.sentence",
            Self::Silent => "console.agent.silent.sentence",
            Self::Never => "console.agent.never.sentence",
        }
    }
}

/// How it is with an agent of this status, where these are blind.
#[must_use]
pub fn health(status: Option<&AgentStatus>, blind: &BTreeSet<AgentId>, now: UnixTime) -> AgentHealth {
    match status {
        None => AgentHealth::Never,
        Some(status) if now - status.last_batch_at > SILENT_S => AgentHealth::Silent,
        Some(status) if blind.contains(&status.agent) => AgentHealth::Blind,
        Some(status) if status.skew_ms.abs() > SKEW_MS => AgentHealth::ClockWrong,
        Some(_) => AgentHealth::Well,
    }
}

/// The agents page.
#[derive(Debug, Serialize)]
pub struct AgentsPage {
    /// Every agent of the inventory, then those that only deliver.
    pub rows: Vec<AgentRow>,
    /// Gaps of the last seven days, newest first.
    pub gaps: Vec<GapRow>,
}

/// One agent.
#[derive(Debug, Serialize)]
pub struct AgentRow {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Class of its health.
    pub state: &'static str,
    /// Its health in words.
    pub health: String,
    /// Network.
    pub network: String,
    /// Families.
    pub families: String,
    /// Arrival of its last batch, and how long ago.
    pub last_batch: String,
    /// The newest slot it reported.
    pub last_slot: String,
    /// Its clock minus ours.
    pub skew: String,
    /// Records kept of its present spool.
    pub records: String,
    /// The agent is not in the inventory.
    pub foreign: bool,
}

/// One gap.
#[derive(Debug, Serialize)]
pub struct GapRow {
    /// Whose.
    pub agent: String,
    /// First second.
    pub from: String,
    /// First second after.
    pub to: String,
    /// Length.
    pub duration: String,
    /// Why.
    pub why: String,
}

/// Makes the agents page.
#[must_use]
pub fn agents(
    look: Look<'_>,
    loaded: &Loaded,
    (statuses, blind): (&[AgentStatus], &BTreeSet<AgentId>),
    gaps: &[AgentGap],
) -> AgentsPage {
    let lang = look.lang;
    let known = &loaded.inventory.agents;
    let of_inventory = known.iter().map(|agent| {
        let status = statuses.iter().find(|status| status.agent == agent.id);
        row(agent.id.as_str(), Some(agent), (status, blind), look)
    });
    let foreign = statuses
        .iter()
        .filter(|status| known.iter().all(|agent| agent.id != status.agent))
        .map(|status| row(status.agent.as_str(), None, (Some(status), blind), look));
    let mut gaps: Vec<&AgentGap> = gaps.iter().collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse((gap.window.from, gap.window.to)));
    AgentsPage {
        rows: of_inventory.chain(foreign).collect(),
        gaps: gaps
            .into_iter()
            .map(|gap| GapRow {
                agent: gap.agent.to_string(),
                from: locale::instant(gap.window.from, lang),
                to: locale::instant(gap.window.to, lang),
                duration: locale::duration(gap.window.secs(), lang),
                why: get(lang, &format!("gap.{}", gap.why)).to_owned(),
            })
            .collect(),
    }
}

/// `+7.400 ms`.
fn skew(milliseconds: i64, lang: Lang) -> String {
    let sign = if milliseconds < 0 { '−' } else { '+' };
    format!("{sign}{} ms", locale::count(milliseconds.unsigned_abs(), lang))
}

fn row(
    id: &str,
    agent: Option<&Agent>,
    (status, blind): (Option<&AgentStatus>, &BTreeSet<AgentId>),
    Look { lang, now, .. }: Look<'_>,
) -> AgentRow {
    let health = health(status, blind, now);
    let dash = || "–".to_owned();
    AgentRow {
        id: id.to_owned(),
        name: agent
            .and_then(|agent| agent.name.clone())
            .unwrap_or_else(|| id.to_owned()),
        state: health.state(),
        health: get(lang, health.key()).to_owned(),
        network: agent.map_or_else(dash, |agent| agent.network.to_string()),
        families: agent.map_or_else(dash, |agent| {
            agent
                .families
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        }),
        last_batch: status.map_or_else(dash, |status| since(status.last_batch_at, now, lang)),
        last_slot: status
            .and_then(|status| status.last_slot)
            .map_or_else(dash, |slot| locale::instant(slot, lang)),
        skew: status.map_or_else(dash, |status| skew(status.skew_ms, lang)),
        records: status.map_or_else(dash, |status| locale::count(status.through, lang)),
        foreign: agent.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::id::Epoch;

    #[test]
    fn silence_blindness_and_a_wrong_clock_are_told_apart() {
        let now = UnixTime::from_secs(1_000_000);
        let status = |ago: i64, skew_ms| AgentStatus {
            agent: "a".parse().unwrap(),
            epoch: Epoch::from_random([0; 16]),
            last_batch_at: now - ago,
            last_slot: None,
            through: 0,
            skew_ms,
        };
        let (all, none) = (BTreeSet::from(["a".parse().unwrap()]), BTreeSet::new());
        assert_eq!(health(None, &all, now), AgentHealth::Never);
        assert_eq!(health(Some(&status(181, 9_000)), &all, now), AgentHealth::Silent);
        assert_eq!(health(Some(&status(180, 9_000)), &all, now), AgentHealth::Blind);
        assert_eq!(
            health(Some(&status(180, -5_001)), &none, now),
            AgentHealth::ClockWrong
        );
        assert_eq!(health(Some(&status(0, 5_000)), &none, now), AgentHealth::Well);
    }
}
