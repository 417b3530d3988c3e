//! Who watches the watcher: a collector that is killed is told of by an agent of its own accord, and its heartbeat is
//! missed outside.

use std::time::Duration;

use ems_tests::sink::Sink;
use ems_tests::wait::until;
use ems_tests::world::{Cast, Role, World};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(150);

/// What the agent said, decoded.
fn said(hook: &Sink) -> Vec<Value> {
    let bodies = hook.all().into_iter();
    bodies
        .filter_map(|kept| serde_json::from_str(kept.split_once('\n')?.1).ok())
        .collect()
}

#[test]
fn a_killed_collector_is_missed_by_the_agents_and_by_the_heartbeats_receiver() {
    let (fallback, pulse) = (Sink::http().unwrap(), Sink::http().unwrap());
    let cast = Cast {
        portals: vec![Role::of("so-y-te")],
        settings: format!(
            "notify:\n  heartbeat: {{url: \"http://{}/ping\", every_s: 5}}\n",
            pulse.address
        ),
        second: format!(
            "fallback_webhook: http://{}/\nfallback_after_minutes: 1\n",
            fallback.address
        ),
        ..Cast::default()
    };
    let mut world = World::play(&cast, 10).unwrap();
    world.wait_for("so-y-te", "overall", "up").unwrap();
    until("heartbeats", PATIENCE, || {
        Ok((pulse.all().len() >= 3).then_some(()))
    })
    .unwrap();
    assert_eq!(
        said(&fallback),
        Vec::<Value>::new(),
        "while it answers nobody is told"
    );

    world.collector.kill().unwrap();
    let beats = pulse.all().len();
    until("the agent to raise the alarm", PATIENCE, || {
        Ok(said(&fallback).pop())
    })
    .unwrap();
    // A minute has gone by; one beat at most was under way.
    assert!(
        pulse.all().len() <= beats + 1,
        "{} after {beats}",
        pulse.all().len()
    );

    world.restart_collector().unwrap();
    until("the agent to tell its end", PATIENCE, || {
        Ok((said(&fallback).len() >= 2).then_some(()))
    })
    .unwrap();
    let told = said(&fallback);
    let states: Vec<&str> = told.iter().filter_map(|one| one["state"].as_str()).collect();
    assert_eq!(states, ["silent", "answered"]);
    assert!(told.iter().all(|one| one["agent"] == "second"), "{told:?}");
    assert_ne!(told[0]["key"], told[1]["key"]);
    assert!(pulse.all().len() > beats, "it beats again");
}
