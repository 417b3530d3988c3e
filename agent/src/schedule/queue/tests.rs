use std::collections::{BTreeMap, BTreeSet};

use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;
use ems_contract::probe::ProbeKind;
use proptest::prelude::*;

use super::*;

const START_S: i64 = 1_800_000_000;

fn portal(name: &str) -> Arc<PlanPortal> {
    Arc::new(PlanPortal {
        id: name.parse().unwrap(),
        name: None,
        url: format!("https://{name}.gov.vn/").parse().unwrap(),
        families: vec![Family::V4, Family::V6],
        reach_interval_s: 60,
        dns_interval_s: 300,
        tls_interval_s: 3_600,
        resolve: Vec::new(),
        allow: Vec::new(),
        valid_from: None,
        valid_to: None,
        old_hosts: Vec::new(),
        pages: None,
    })
}

fn series(name: &str, interval_s: u32) -> Series {
    Series::new(
        portal(name),
        ProbeKind::Reach,
        Some(Family::V4),
        interval_s,
        15_000,
    )
}

/// Two clocks under the test's hand.
#[derive(Clone, Copy)]
struct Hands {
    wall_us: i64,
    mono_us: i64,
}

impl Hands {
    fn new() -> Self {
        Self {
            wall_us: START_S * 1_000_000 + 250_000,
            mono_us: 77,
        }
    }

    fn reading(self) -> Reading {
        Reading {
            wall_us: self.wall_us,
            mono_us: self.mono_us,
        }
    }

    fn pass(&mut self, us: i64) {
        self.wall_us += us;
        self.mono_us += us;
    }
}

fn schedule(hands: Hands) -> Schedule {
    Schedule::new("tram-a".parse().unwrap(), Swept::default(), hands.reading())
}

#[test]
fn a_day_without_drift_gives_each_slot_once_in_its_second() {
    let mut hands = Hands::new();
    let mut schedule = schedule(hands);
    let names: Vec<Series> = (0..20).map(|n| series(&format!("p{n}"), 60)).collect();
    schedule.replace(names, hands.reading());
    let mut slots: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let end = hands.mono_us + 86_400_000_000;
    while hands.mono_us < end {
        let next = schedule.next_due_us().unwrap();
        hands.pass((next - hands.mono_us).max(0));
        for due in schedule.poll(hands.reading()).due {
            assert_eq!(hands.wall_us, due.at_us, "the job begins at its own microsecond");
            assert_eq!(hands.wall_us.div_euclid(1_000_000), due.slot.secs());
            slots
                .entry(due.series.key.portal.to_string())
                .or_default()
                .push(due.slot.secs());
        }
    }
    for (name, slots) in slots {
        assert!((1_439..=1_441).contains(&slots.len()), "{name}: {}", slots.len());
        assert!(slots.windows(2).all(|pair| pair[1] - pair[0] == 60), "{name}");
    }
}
#[test]
fn a_reload_keeps_the_phase_of_portals_that_stay() {
    let mut hands = Hands::new();
    let mut schedule = schedule(hands);
    schedule.replace(vec![series("a", 60), series("b", 60)], hands.reading());
    let mut slots = Vec::new();
    for second in 0..600 {
        hands.pass(1_000_000);
        let mut polled = schedule.poll(hands.reading());
        if second % 37 == 0 {
            let with = vec![series("a", 60), series(&format!("new{second}"), 60)];
            polled.due.extend(schedule.replace(with, hands.reading()).due);
        }
        slots.extend(
            polled
                .due
                .iter()
                .filter(|due| due.series.key.portal.as_str() == "a")
                .map(|d| d.slot.secs()),
        );
    }
    assert_eq!(slots.len(), 10);
    assert!(slots.windows(2).all(|pair| pair[1] - pair[0] == 60));
}

#[test]
fn a_forward_step_becomes_a_gap_and_a_backward_step_repeats_nothing() {
    let mut hands = Hands::new();
    let mut schedule = schedule(hands);
    schedule.replace(vec![series("a", 10)], hands.reading());
    hands.pass(20_000_000);
    let before = schedule.poll(hands.reading()).due.last().unwrap().slot;

    hands.wall_us += 3_600_000_000;
    let polled = schedule.poll(hands.reading());
    assert_eq!(polled.stepped_us, Some(3_600_000_000));
    let [gap] = polled.skipped[..] else {
        panic!("{:?}", polled.skipped)
    };
    assert_eq!(gap.why, SkippedWhy::ClockStep);
    assert_eq!(gap.window.from.secs(), START_S + 21);
    assert_eq!(gap.window.to.secs(), START_S + 20 + 3_600 - 5);

    // Back to the right time: what the clock had jumped over was never handed out, so measuring goes on at once.
    hands.pass(10_000_000);
    schedule.poll(hands.reading());
    hands.wall_us -= 3_600_000_000;
    schedule.poll(hands.reading());
    hands.pass(10_000_000);
    let after = schedule.poll(hands.reading()).due;
    assert_eq!(after.len(), 1);
    assert!(after[0].slot > before);

    // Back over time that was handed out: silence until it is passed.
    let last = after[0].slot;
    hands.wall_us -= 9_000_000;
    for _ in 0..30 {
        hands.pass(1_000_000);
        for due in schedule.poll(hands.reading()).due {
            assert!(due.slot > last, "slot {} was handed out before", due.slot);
        }
    }
}

#[test]
fn a_stall_is_a_gap_and_short_lateness_is_not() {
    let mut hands = Hands::new();
    let mut schedule = schedule(hands);
    schedule.replace(vec![series("a", 60), series("b", 60)], hands.reading());
    hands.pass(25_000_000);
    let mut due = schedule.poll(hands.reading()).due;
    hands.pass(28_000_000);
    due.extend(schedule.poll(hands.reading()).due);
    hands.pass(8_000_000);
    due.extend(schedule.poll(hands.reading()).due);
    assert!(
        due.len() >= 2,
        "lateness within the room to start loses nothing: {due:?}"
    );
    hands.pass(3_600_000_000);
    let polled = schedule.poll(hands.reading());
    assert!(polled.stepped_us.is_none());
    assert!(
        polled
            .skipped
            .iter()
            .all(|skipped| skipped.why == SkippedWhy::Stall)
    );
    assert_eq!(polled.skipped.len(), 1);
}

#[test]
fn a_portal_is_measured_within_its_validity_only() {
    let hands = Hands::new();
    let mut schedule = schedule(hands);
    let mut bounded = (*portal("a")).clone();
    bounded.valid_from = Some(UnixTime::from_secs(START_S + 100));
    bounded.valid_to = Some(UnixTime::from_secs(START_S + 131));
    let bounded = Series::new(Arc::new(bounded), ProbeKind::Reach, Some(Family::V4), 10, 1_000);
    schedule.replace(vec![bounded], hands.reading());
    let mut later = hands;
    let mut slots = Vec::new();
    for _ in 0..300 {
        later.pass(1_000_000);
        slots.extend(
            schedule
                .poll(later.reading())
                .due
                .iter()
                .map(|due| due.slot.secs() - START_S),
        );
    }
    assert!(
        !slots.is_empty() && slots.iter().all(|slot| (100..131).contains(slot)),
        "{slots:?}"
    );
    assert!(schedule.is_empty());
}

#[derive(Debug, Clone)]
enum Act {
    Pass(i64),
    Step(i64),
    Reload(u8),
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0i64..3_000_000).prop_map(Act::Pass),
        3 => (3_000_000i64..200_000_000).prop_map(Act::Pass),
        2 => (-120_000_000i64..120_000_000).prop_map(Act::Step),
        1 => (0u8..8).prop_map(Act::Reload),
        1 => Just(Act::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Over passing time, steps of the wall clock, stalls, reloads and restarts: no slot twice, every slot lies on
    /// the series' grid, and every grid slot that the timeline passed over while the series was planned is either
    /// handed out or lies in a reported stretch.
    #[test]
    fn every_slot_is_accounted_for_exactly_once(acts in proptest::collection::vec(act(), 1..60)) {
        let agent: AgentId = "tram-a".parse().unwrap();
        let mut hands = Hands::new();
        let mut schedule = schedule(hands);
        let stays = || vec![series("a", 7), series("b", 60)];
        let mut seen: BTreeMap<(String, u32), BTreeSet<i64>> = BTreeMap::new();
        let mut skipped: Vec<Window> = Vec::new();
        // Stretches of labelled time that the schedule says it has passed while `a` and `b` were planned.
        let mut passed = Swept::default();
        let mut gaps: Vec<Window> = Vec::new();
        let mut take = |polled: Polled| -> Result<(), TestCaseError> {
            for due in polled.due {
                let key = (due.series.key.portal.to_string(), due.series.interval_s);
                let place = phase(&agent, &due.series.key, due.series.interval_s);
                prop_assert_eq!((due.slot.secs() - place.seconds).rem_euclid(i64::from(due.series.interval_s)), 0);
                prop_assert!(seen.entry(key).or_default().insert(due.slot.secs()), "{} twice", due.slot);
            }
            skipped.extend(polled.skipped.iter().map(|s| s.window));
            Ok(())
        };
        take(schedule.replace(stays(), hands.reading()))?;
        for act in acts {
            match act {
                Act::Pass(us) => hands.pass(us),
                Act::Step(us) => hands.wall_us += us,
                Act::Reload(extra) => {
                    let mut plan = stays();
                    plan.extend((0..extra).map(|n| series(&format!("x{n}"), 5 + u32::from(extra))));
                    take(schedule.replace(plan, hands.reading()))?;
                }
                Act::Restart => {
                    take(schedule.poll(hands.reading()))?;
                    let swept = schedule.swept();
                    let off_from = schedule.swept_through();
                    schedule = Schedule::new(agent.clone(), swept, hands.reading());
                    // The runner reports this as `agent_off`.
                    gaps.push(Window::new(off_from, schedule.since()));
                    take(schedule.replace(stays(), hands.reading()))?;
                }
            }
            take(schedule.poll(hands.reading()))?;
        }
        hands.pass(1_000_000);
        take(schedule.poll(hands.reading()))?;
        for window in schedule.swept().windows() {
            // The last second may still have jobs to come.
            passed.add(Window::new(window.from, (window.to - 1).min(schedule.swept_through())));
        }
        for (name, interval_s) in [("a", 7u32), ("b", 60)] {
            let place = phase(&agent, &series(name, interval_s).key, interval_s);
            let handed = seen.get(&(name.to_owned(), interval_s)).cloned().unwrap_or_default();
            for window in passed.windows() {
                for second in window.from.secs()..window.to.secs() {
                    if (second - place.seconds).rem_euclid(i64::from(interval_s)) != 0 {
                        continue;
                    }
                    let at = UnixTime::from_secs(second);
                    prop_assert!(
                        handed.contains(&second) || skipped.iter().chain(&gaps).any(|w| w.contains(at)),
                        "slot {} of {} is lost", second, name
                    );
                }
            }
        }
    }
}
