//! Delivery across kill -9 of either side: nothing that was acknowledged is lost, nothing is counted twice, and every
//! slot is accounted for by its record or by a gap.
//!
//! `EMS_KILLS=100` sets the number of kills (each at a random moment, of the agent or of the collector); the suite makes a
//! few. What the agent spooled, read from its spool at the end, is compared with what the collector exports.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::time::Duration;

use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::probe::ProbeKind;
use ems_contract::time::Window;
use ems_tests::chance::Chance;
use ems_tests::pair::{INTERVAL_S, Key, PORTALS, Pair, results, unaccounted};
use ems_tests::world::PATIENCE;

/// The kills that the suite makes.
const KILLS: u32 = 8;

#[test]
fn killed_at_random_moments_nothing_acknowledged_is_lost_or_counted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(folder.path()).unwrap();
    let clock = SystemClock::new();
    let start = clock.now();
    let mut random = Chance::seeded(start.secs().unsigned_abs());
    let mut collector = pair.start_collector().unwrap();
    let mut agent = pair.start_agent().unwrap();
    let kills = wanted_kills();
    let mut of_agent = 0;
    for _ in 0..kills {
        // Right after a start, in the middle of a batch, while idle: any moment.
        wait(random.below(2_000));
        if random.below(2) == 0 {
            agent.kill().unwrap();
            of_agent += 1;
            agent = pair.start_agent().unwrap();
        } else {
            collector.kill().unwrap();
            wait(random.below(300));
            collector = pair.start_collector().unwrap();
        }
    }
    // A whole round of slots and some: kills that follow each other closely leave few results behind.
    pair.wait_until_delivered(90).unwrap();
    let ended = agent.terminate(PATIENCE).unwrap();
    assert!(ended.success(), "{}", pair.logs());
    let ended = collector.terminate(PATIENCE).unwrap();
    assert!(ended.success(), "{}", pair.logs());

    let kept = pair.kept(Window::new(start - 60, clock.now() + 60)).unwrap();
    let (spooled, waiting) = pair.spooled().unwrap();
    let [kept_slots, spooled_slots, waiting_slots] = [&kept, &spooled, &waiting].map(|all| results(all));
    let acknowledged: Vec<&Key> = spooled_slots
        .keys()
        .filter(|key| !waiting_slots.contains_key(*key))
        .collect();
    let lost: Vec<&&Key> = acknowledged
        .iter()
        .filter(|key| !kept_slots.contains_key(**key))
        .collect();
    let twice: Vec<&Key> = kept_slots
        .iter()
        .filter(|(_, outcomes)| outcomes.len() > 1)
        .map(|(key, _)| key)
        .collect();
    tell(&format!(
        "{kills} kills ({of_agent} of the agent) in {} s: {} results acknowledged, {} lost, {} counted twice",
        clock.now() - start,
        acknowledged.len(),
        lost.len(),
        twice.len()
    ));
    assert!(acknowledged.len() > PORTALS, "too little happened");
    assert!(lost.is_empty(), "acknowledged and not kept: {lost:?}");
    assert!(twice.is_empty(), "counted twice: {twice:?}");
    for (key, outcomes) in &kept_slots {
        let told = spooled_slots.get(key).and_then(|all| all.first());
        assert_eq!(
            told,
            outcomes.first(),
            "kept otherwise than it was spooled: {key:?}"
        );
    }
    let missing = unaccounted(&kept, ProbeKind::Reach, INTERVAL_S);
    assert!(missing.is_empty(), "neither result nor gap: {missing:?}");
}

#[expect(clippy::print_stdout, reason = "the figure is what a bench is run for")]
fn tell(text: &str) {
    println!("{text}");
}

fn wanted_kills() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "the one switch of this test itself")]
    let wanted = std::env::var("EMS_KILLS");
    wanted.map_or(KILLS, |text| text.parse().unwrap())
}

#[expect(
    clippy::disallowed_methods,
    reason = "kills come at random moments of real time"
)]
fn wait(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
