//! Writes a demonstration: inventory, database, everything in it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ems_contract::diagnostic::Diagnostic;
use ems_contract::digest::Sha256;
use ems_contract::id::{Epoch, PortalId};
use ems_contract::inventory::{self as targets, Inventory};
use ems_contract::record::GapWhy;
use ems_contract::time::{UnixTime, Window};

use super::history::{History, World, history};
use super::inventory;
use super::slots::INTERVAL_S;
use super::units::{Unit, units};
use super::visits::visits;
use crate::calendar::civil::{day_of, end_of, plus_days};
use crate::dossier::Chronicle;
use crate::judging::{Bench, judge_all};
use crate::ledger::{AgentGap, Delays, Rules};
use crate::regulation::Regulations;
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;
use crate::store::{AgentStatus, DemoMark, DemoStore, InventoryRecord, NotedGap, Store, StoreError};

/// Results are kept for this many days at the end, as raw as agents send them.
const RAW_DAYS: i64 = 2;
const DAY_S: i64 = 86_400;
/// Units whose histories are made, then written, together.
const TOGETHER: usize = 16;

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Portals that are measured, at most [`super::MOST_PORTALS`].
    pub portals: u32,
    /// Days of history.
    pub days: u32,
    /// Its end.
    pub now: UnixTime,
    /// Portals whose trouble lasts at its end: open incidents of several kinds.
    pub open: u32,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seeded {
    /// Portals with a history.
    pub portals: u64,
    /// Spans of all tracks.
    pub spans: u64,
    /// Incidents.
    pub incidents: u64,
    /// Results.
    pub results: u64,
    /// Bytes of the database.
    pub bytes: u64,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The folder holds something already; it is left as it is.
    #[error("{0} is there already")]
    Occupied(PathBuf),
    /// A file or folder cannot be written.
    #[error("{path}: {error}")]
    Written {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The inventory that was made, or the rules that ship with the program, are refused: a fault of this program.
    #[error("the demonstration's inventory or rules are refused: {0:?}")]
    Inventory(Vec<Diagnostic>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a demonstration in `data`, which must hold no database. `progress` is told units done and in all.
///
/// # Errors
/// [`SeedError`].
pub fn seed(plan: Plan, data: &Path, progress: &mut dyn FnMut(usize, usize)) -> Result<Seeded, SeedError> {
    let window = Window::new(plan.now - i64::from(plan.days) * DAY_S, plan.now);
    let all = units(plan.portals);
    let inventory = write_inventory(&all, window, data)?;
    let store = SqliteStore::open(&data.join(DATABASE))?;
    store.mark_demo(DemoMark {
        made_at: plan.now,
        portals: plan.portals,
        days: plan.days,
    })?;
    store.record_inventory(&InventoryRecord::of(&inventory, window.from))?;
    let mut world = world(&inventory, window);
    // Before there is anything to become dirty.
    store.note_gaps(noted(&world))?;
    let measured: Vec<(&Unit, PortalId)> = all
        .iter()
        .filter(|unit| !unit.historical)
        .filter_map(|unit| Some((unit, unit.id.parse().ok()?)))
        .collect();
    let open = usize::try_from(plan.open).unwrap_or(usize::MAX);
    world.lasting = measured.iter().map(|(_, id)| id.clone()).take(open).collect();
    let mut made = Seeded::default();
    for some in measured.chunks(TOGETHER) {
        keep(&store, together(&world, some), &mut made)?;
        progress(usize::try_from(made.portals).unwrap_or(0), measured.len());
    }
    let law = Regulations::embedded().map_err(SeedError::Inventory)?;
    let read = measured.iter().filter_map(|(unit, id)| {
        let portal = inventory.portal(id)?;
        Some(visits(&world, &law, unit, portal))
    });
    store.keep_made(read.collect())?;
    store.keep_made_agents(statuses(&world))?;
    judge(&store, &law, window.to)?;
    made.bytes = store.statistics()?.bytes;
    Ok(made)
}

/// The verdicts of the last day that is over and of the day that is not, as a running collector would have them.
fn judge(store: &SqliteStore, rules: &Regulations, now: UnixTime) -> Result<(), SeedError> {
    let chronicle = Chronicle::load(store, now)?;
    let bench = Bench {
        store,
        rules,
        chronicle: &chronicle,
        now,
    };
    for at in [end_of(plus_days(day_of(now), -1)), now] {
        judge_all(&bench, None, at)?;
    }
    Ok(())
}

fn write_inventory(units: &[Unit], window: Window, data: &Path) -> Result<Inventory, SeedError> {
    let file = data.join("targets.yaml");
    for path in [data.join(DATABASE), file.clone()] {
        if path.exists() {
            return Err(SeedError::Occupied(path));
        }
    }
    let written = |path: &Path| {
        let path = path.to_owned();
        move |error| SeedError::Written { path, error }
    };
    std::fs::create_dir_all(data).map_err(written(data))?;
    std::fs::write(&file, inventory::yaml(units, window)).map_err(written(&file))?;
    let loaded = targets::load(&file);
    loaded.inventory.ok_or(SeedError::Inventory(loaded.diagnostics))
}

/// The vantage points: one is away for three weeks, one for an afternoon, all of them once for most of an hour.
fn world(inventory: &Inventory, window: Window) -> World {
    let now = window.to;
    let stretch = |ago: i64, seconds: i64| Window::new(now - ago, now - ago + seconds).intersect(window);
    let power_cut = stretch(70 * DAY_S + 5_000, 2_820);
    let away = [
        vec![power_cut, stretch(45 * DAY_S, 21_600)],
        vec![power_cut, stretch(DAY_S + 18_000, 1_200)],
        vec![power_cut, stretch(160 * DAY_S, 23 * DAY_S)],
    ];
    let agents: Vec<_> = inventory
        .agents
        .iter()
        .zip(away)
        .map(|(agent, gaps)| {
            let mut gaps: Vec<Window> = gaps.into_iter().filter(|gap| !gap.is_empty()).collect();
            gaps.sort_by_key(|gap| gap.from);
            (agent.id.clone(), gaps)
        })
        .collect();
    let gaps = agents
        .iter()
        .flat_map(|(agent, gaps)| {
            gaps.iter().map(|gap| AgentGap {
                agent: agent.clone(),
                window: *gap,
                why: GapWhy::AgentOff,
            })
        })
        .collect();
    let networks = inventory
        .agents
        .iter()
        .map(|agent| (agent.id.clone(), agent.network.clone()));
    let mut marks: Vec<UnixTime> = (0..)
        .map(|months| now - 240 - months * 30 * DAY_S)
        .take_while(|mark| *mark > window.from)
        .collect();
    marks.reverse();
    World {
        window,
        raw_from: window.from.max(now - RAW_DAYS * DAY_S),
        agents,
        gaps,
        networks: networks.collect(),
        rules: Rules::of(&inventory.limits),
        delays: Delays::of(INTERVAL_S, &inventory.limits),
        marks,
        lasting: Vec::new(),
    }
}

fn noted(world: &World) -> Vec<NotedGap> {
    let noted = world.gaps.iter().map(|gap| NotedGap {
        agent: gap.agent.clone(),
        family: None,
        window: gap.window,
        why: gap.why,
    });
    noted.collect()
}

/// The histories of some units, in their order, made on all processors.
fn together(world: &World, some: &[(&Unit, PortalId)]) -> Vec<History> {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = some.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = some
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .map(|(unit, portal)| history(world, unit, portal))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| match part.join() {
                Ok(made) => made,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

fn keep(store: &SqliteStore, histories: Vec<History>, made: &mut Seeded) -> Result<(), StoreError> {
    let (mut updates, mut incidents, mut series) = (Vec::new(), Vec::new(), Vec::new());
    for one in histories {
        made.portals += 1;
        made.spans += one.update.spans.len() as u64;
        made.incidents += one.incidents.len() as u64;
        made.results += one
            .series
            .iter()
            .map(|series| series.results.len() as u64)
            .sum::<u64>();
        updates.push(one.update);
        incidents.extend(one.incidents);
        series.extend(one.series);
    }
    store.write_incidents(incidents)?;
    store.keep_made(series)?;
    store.write_all_spans(updates)
}

fn statuses(world: &World) -> Vec<AgentStatus> {
    let status = |(agent, _): &(ems_contract::id::AgentId, Vec<Window>)| {
        let mut epoch = [0; 16];
        epoch.copy_from_slice(&Sha256::of(agent.as_str().as_bytes()).as_bytes()[..16]);
        AgentStatus {
            agent: agent.clone(),
            epoch: Epoch::from_random(epoch),
            last_batch_at: world.window.to,
            last_slot: Some(world.window.to),
            through: 0,
            skew_ms: 0,
        }
    };
    world.agents.iter().map(status).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::IncidentKind;
    use crate::judge::Value;
    use crate::ledger::{Carry, FamilyInput, Inputs, Track, evaluate};
    use crate::store::{Asked, VerdictStore};
    use ems_contract::family::Family;

    fn plan() -> Plan {
        Plan {
            portals: 24,
            days: 3,
            now: "2026-11-22T14:57:00Z".parse().unwrap(),
            open: 0,
        }
    }

    /// What was read on the pages is kept as an agent's visit is, and judged.
    #[test]
    fn the_pages_of_the_units_are_read_and_judged() {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            portals: 6,
            days: 5,
            ..plan()
        };
        seed(plan, dir.path(), &mut |_, _| {}).unwrap();
        let store = SqliteStore::open(&dir.path().join(DATABASE)).unwrap();
        let verdicts = store.verdicts(&Asked::on(day_of(plan.now))).unwrap();
        let checks: Vec<_> = verdicts.iter().flat_map(|kept| &kept.verdict.checks).collect();
        let count = |name: &str, value: Value| {
            let of_name = checks.iter().filter(|check| check.check.starts_with(name));
            of_name.filter(|check| check.value == value).count()
        };
        assert!(count("search-function", Value::Pass) >= 3);
        let (found, lacking) = (count("section-", Value::Pass), count("section-", Value::Fail));
        assert!(found > 5 * lacking && lacking > 0, "{found} {lacking}");
    }

    #[test]
    fn trouble_that_lasts_is_an_open_incident_of_each_kind() {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            portals: 8,
            open: 6,
            ..plan()
        };
        seed(plan, dir.path(), &mut |_, _| {}).unwrap();
        let store = SqliteStore::open_for_reading(&dir.path().join(DATABASE)).unwrap();
        let now = Window::new(plan.now, plan.now + 1);
        let open: Vec<_> = store
            .incidents(None, now)
            .unwrap()
            .into_iter()
            .filter(|incident| incident.closed_at.is_none())
            .collect();
        let portals: std::collections::BTreeSet<_> = open.iter().map(|incident| &incident.portal).collect();
        assert_eq!(portals.len(), 6, "{open:?}");
        assert!(open.iter().any(|incident| incident.kind == IncidentKind::Path));
        assert!(open.iter().any(|incident| incident.track == Track::V6));
    }

    /// What the ledger makes of the kept results is what was kept as spans.
    #[test]
    fn the_spans_of_the_raw_days_follow_from_the_results() {
        let dir = tempfile::tempdir().unwrap();
        let made = seed(plan(), dir.path(), &mut |_, _| {}).unwrap();
        assert!(
            made.spans > 100 && made.incidents > 0 && made.results > 400_000,
            "{made:?}"
        );
        let store = SqliteStore::open(&dir.path().join(DATABASE)).unwrap();
        assert_eq!(store.demo().unwrap().unwrap().days, 3);
        assert!(store.dirty().unwrap().is_empty());
        let inventory = targets::load(&dir.path().join("targets.yaml")).inventory.unwrap();
        let window = Window::new(plan().now - RAW_DAYS * DAY_S + 7_200, plan().now - 600);
        let world = world(&inventory, Window::new(plan().now - 3 * DAY_S, plan().now));
        let mut compared = 0;
        // A portal that joined has no time before, and here it would have unknown time.
        for portal in inventory
            .portals
            .iter()
            .filter(|portal| portal.valid_from.is_none())
        {
            let at = plan().now - 240;
            let start = Window::new(window.from - 3_600, at);
            let [v4, v6] = Family::ALL.map(|family| store.slot_records(&portal.id, family, start).unwrap());
            let input = |records| FamilyInput {
                expected: true,
                records,
                gaps: &world.gaps,
            };
            let inputs = Inputs {
                networks: &world.networks,
                v4: input(&v4),
                v6: input(&v6),
                rules: world.rules,
            };
            let told = evaluate(&Carry::start(start.from), &inputs, at, &[]);
            let again: Vec<_> = told
                .track(Track::V4)
                .filter(|span| window.contains(span.from))
                .cloned()
                .collect();
            let kept: Vec<_> = store
                .spans(&portal.id, Track::V4, window)
                .unwrap()
                .into_iter()
                .filter(|span| window.contains(span.from))
                .collect();
            compared += kept.len();
            assert_eq!(
                again
                    .iter()
                    .map(|span| (span.from, span.state))
                    .collect::<Vec<_>>(),
                kept.iter()
                    .map(|span| (span.from, span.state))
                    .collect::<Vec<_>>(),
                "{}",
                portal.id
            );
        }
        assert!(compared > 0, "nothing happened on the last day");
    }

    #[test]
    fn the_same_plan_makes_the_same_history() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let small = Plan {
            portals: 3,
            days: 5,
            ..plan()
        };
        let first = seed(small, one.path(), &mut |_, _| {}).unwrap();
        let second = seed(small, two.path(), &mut |_, _| {}).unwrap();
        assert_eq!((first.spans, first.results), (second.spans, second.results));
        let read = |dir: &Path| {
            let store = SqliteStore::open_for_reading(&dir.join(DATABASE)).unwrap();
            let portals = store.portals().unwrap();
            let window = Window::new(small.now - 9 * DAY_S, small.now);
            store.all_spans(&portals, Track::Overall, window).unwrap()
        };
        assert_eq!(read(one.path()), read(two.path()));
    }

    #[test]
    fn a_folder_in_use_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("targets.yaml"), "mine").unwrap();
        let refused = seed(plan(), dir.path(), &mut |_, _| {});
        assert!(matches!(refused, Err(SeedError::Occupied(_))), "{refused:?}");
        assert_eq!(
            std::fs::read_to_string(dir.path().join("targets.yaml")).unwrap(),
            "mine"
        );
        assert!(!dir.path().join(DATABASE).exists());
    }
}
