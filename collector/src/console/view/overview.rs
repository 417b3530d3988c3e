//! The overview: how the province is now, worst first, and every portal with its last ninety days.

use std::collections::BTreeSet;

use ems_contract::id::AgentId;
use ems_contract::inventory::Level;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::agents::{AgentHealth, health};
use super::{Badge, Look, badge, cause_text, coverage, since};
use crate::console::bars;
use crate::context::Loaded;
use crate::ledger::{State, Track, account};
use crate::locale;
use crate::report::{Figures, SUFFICIENT_COVERAGE_PERCENT};
use crate::store::AgentStatus;
use crate::timeline::{Current, Member, Roster, Snapshot, current};

/// The overview page.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// One sentence that says how the province is.
    pub sentence: String,
    /// `up`, `degraded`, `down` or `unknown`: the worst that the sentence tells.
    pub mood: &'static str,
    /// Portals and agents in trouble, worst first.
    pub attention: Vec<Attention>,
    /// Agents in trouble, one sentence each.
    pub agents: Vec<String>,
    /// Portals by level, worst first within each.
    pub levels: Vec<LevelRows>,
    /// Portals of the inventory that are not measured: name and why.
    pub unmeasured: Vec<(String, String)>,
    /// First and last day of the bars.
    pub days: (String, String),
    /// Width of the bars' drawing.
    pub bar_width: usize,
}

/// A portal in trouble.
#[derive(Debug, Serialize)]
pub struct Attention {
    /// Its page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its level in words.
    pub level: String,
    /// The state of the overall track.
    pub badge: Badge,
    /// Since when.
    pub since: String,
    /// Why.
    pub cause: Option<String>,
}

/// The portals of one level.
#[derive(Debug, Serialize)]
pub struct LevelRows {
    /// The level in words.
    pub name: String,
    /// How many.
    pub count: String,
    /// The portals.
    pub portals: Vec<PortalRow>,
}

/// One portal.
#[derive(Debug, Serialize)]
pub struct PortalRow {
    /// Its page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Overall.
    pub badge: Badge,
    /// IPv4.
    pub v4: Badge,
    /// IPv6.
    pub v6: Badge,
    /// Per state: class name and path.
    pub bars: Vec<(&'static str, String)>,
    /// The bars in words.
    pub bars_text: String,
    /// Statutory availability of the last 30 days.
    pub availability: String,
    /// Coverage of the last 30 days.
    pub coverage: String,
    /// The coverage is enough to speak of an availability.
    pub sufficient: bool,
}

/// How bad a state is; worst first.
const fn badness(state: State) -> u8 {
    match state {
        State::Down => 0,
        State::Unknown => 1,
        State::Degraded => 2,
        State::Up | State::Absent => 3,
    }
}

/// Makes the overview.
#[must_use]
pub fn overview(
    look: Look<'_>,
    loaded: &Loaded,
    roster: &Roster,
    snapshot: &Snapshot,
    (agents, blind): (&[AgentStatus], &BTreeSet<AgentId>),
) -> Overview {
    let Look { lang, now, .. } = look;
    let days = bars::days(now);
    let mut seen: Vec<(&Member, Current)> = roster
        .members
        .iter()
        .filter(|member| !member.counted(Window::new(now - 1, now)).is_empty())
        .map(|member| (member, state_of(member, snapshot, Track::Overall, now)))
        .collect();
    let sentence = sentence(&seen, now, lang);
    let mood = mood(&seen);
    seen.sort_by_key(|(_, current)| badness(current.state));
    let mut attention: Vec<&(&Member, Current)> = seen
        .iter()
        .filter(|(_, current)| badness(current.state) < 3)
        .collect();
    attention.sort_by_key(|(_, current)| (badness(current.state), current.since));
    let silent = loaded.inventory.agents.iter().filter_map(|agent| {
        let status = agents.iter().find(|status| status.agent == agent.id);
        let name = agent.name.clone().unwrap_or_else(|| agent.id.to_string());
        match health(status, blind, now) {
            AgentHealth::Well => None,
            other => Some(fill(lang, other.sentence_key(), &[("name", &name)])),
        }
    });
    Overview {
        sentence,
        mood,
        attention: attention
            .into_iter()
            .map(|(member, current)| Attention {
                id: member.portal.id.to_string(),
                name: name(member, lang),
                level: get(lang, &format!("level.{}", member.portal.level)).to_owned(),
                badge: badge(current.state, lang),
                since: current
                    .since
                    .map_or_else(|| "–".to_owned(), |at| since(at, now, lang)),
                cause: cause_text(current.cause, lang),
            })
            .collect(),
        agents: silent.collect(),
        levels: Level::ALL
            .iter()
            .filter_map(|level| {
                let rows: Vec<PortalRow> = seen
                    .iter()
                    .filter(|(member, _)| member.portal.level == *level)
                    .map(|(member, current)| row(member, *current, snapshot, &days, look))
                    .collect();
                (!rows.is_empty()).then(|| LevelRows {
                    name: get(lang, &format!("level.{level}")).to_owned(),
                    count: locale::count(rows.len() as u64, lang),
                    portals: rows,
                })
            })
            .collect(),
        unmeasured: unmeasured(loaded, roster, now, lang),
        days: (
            days.first()
                .map_or_else(String::new, |day| locale::day_month(day.from, lang)),
            get(lang, "console.today").to_owned(),
        ),
        bar_width: bars::DAYS * bars::STEP,
    }
}

pub(super) fn name(member: &Member, lang: Lang) -> String {
    let portal = &member.portal;
    match (lang, &portal.name_en) {
        (Lang::En, Some(english)) => english.clone(),
        _ => portal.name.clone(),
    }
}

pub(super) fn state_of(member: &Member, snapshot: &Snapshot, track: Track, now: UnixTime) -> Current {
    current(snapshot.spans(&member.portal.id, track), member.horizon(now))
}

fn row(member: &Member, overall: Current, snapshot: &Snapshot, days: &[Window], look: Look<'_>) -> PortalRow {
    let Look { lang, now, .. } = look;
    let id = &member.portal.id;
    let whole = Window::new(days.first().map_or(now, |day| day.from), now);
    let judged = bars::judge(
        snapshot.within(id, Track::Overall, whole),
        days,
        member.counted(whole),
    );
    let count = |wanted: bars::Day| judged.iter().filter(|day| **day == wanted).count().to_string();
    let horizon = snapshot.settled(member, now);
    let month = member.counted(Window::new(horizon - 30 * 86_400, horizon));
    let statutory = account(snapshot.within(id, Track::Overall, month), month, &[], horizon).statutory;
    PortalRow {
        id: id.to_string(),
        name: name(member, lang),
        badge: badge(overall.state, lang),
        v4: badge(state_of(member, snapshot, Track::V4, now).state, lang),
        v6: badge(state_of(member, snapshot, Track::V6, now).state, lang),
        bars: bars::paths(&judged),
        bars_text: fill(
            lang,
            "console.bars",
            &[
                ("down", &count(bars::Day::Down)),
                ("degraded", &count(bars::Day::Degraded)),
                ("unknown", &count(bars::Day::Unknown)),
            ],
        ),
        availability: statutory.availability_text(Track::Overall, lang),
        coverage: coverage(&statutory, lang),
        sufficient: Figures(statutory).covers(SUFFICIENT_COVERAGE_PERCENT),
    }
}

fn mood(seen: &[(&Member, Current)]) -> &'static str {
    let worst = seen
        .iter()
        .map(|(_, current)| current.state)
        .min_by_key(|state| badness(*state));
    worst.map_or("unknown", State::as_str)
}

/// One sentence: how many can be reached, who is down since when, who is not observed.
fn sentence(seen: &[(&Member, Current)], now: UnixTime, lang: Lang) -> String {
    if seen.is_empty() {
        return get(lang, "console.now.empty").to_owned();
    }
    let of = |state: State| seen.iter().filter(move |(_, current)| current.state == state);
    let count = |number: usize| locale::count(number as u64, lang);
    let reachable = of(State::Up).count() + of(State::Degraded).count() + of(State::Absent).count();
    let mut clauses = vec![if reachable == seen.len() {
        fill(lang, "console.now.all", &[("total", &count(seen.len()))])
    } else {
        fill(
            lang,
            "console.now.some",
            &[("count", &count(reachable)), ("total", &count(seen.len()))],
        )
    }];
    let degraded = of(State::Degraded).count();
    if degraded > 0 {
        clauses.push(fill(lang, "console.now.degraded", &[("count", &count(degraded))]));
    }
    let longest = of(State::Down).min_by_key(|(_, current)| current.since);
    if let Some((member, current)) = longest {
        let at = current.since.unwrap_or(now);
        let values = [
            ("count", count(of(State::Down).count())),
            ("name", name(member, lang)),
            ("since", since(at, now, lang)),
        ];
        let key = if of(State::Down).count() == 1 {
            "console.now.down.one"
        } else {
            "console.now.down.many"
        };
        clauses.push(fill(
            lang,
            key,
            &values.each_ref().map(|(hole, text)| (*hole, text.as_str())),
        ));
    }
    let unknown = of(State::Unknown).count();
    if unknown > 0 {
        clauses.push(fill(lang, "console.now.unknown", &[("count", &count(unknown))]));
    }
    format!("{}.", clauses.join("; "))
}

fn unmeasured(loaded: &Loaded, roster: &Roster, now: UnixTime, lang: Lang) -> Vec<(String, String)> {
    let portals = loaded.inventory.portals.iter().filter_map(|portal| {
        let why = match roster.member(&portal.id) {
            None => portal.status.as_str(),
            Some(member) if member.counted(Window::new(now - 1, now)).is_empty() => "outside_validity",
            Some(_) => return None,
        };
        let why = get(lang, &format!("report.not_counted.{why}")).to_owned();
        let note = portal
            .note
            .as_ref()
            .map_or(why.clone(), |note| format!("{why}: {note}"));
        Some((portal.name.clone(), note))
    });
    portals.collect()
}
