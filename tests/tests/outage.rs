//! The main job, end to end: a portal stops, the outage is seen from two networks with its cause and closes with
//! exact seconds, and console, metrics and report say the same.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use ems_tests::process::binary;
use ems_tests::wait::until;
use ems_tests::world::{PATIENCE, World};

#[test]
fn an_outage_is_seen_named_and_closed_with_the_same_seconds_everywhere() {
    let world = World::start(&["so-y-te", "so-xay-dung"], 10).unwrap();
    for portal in ["so-y-te", "so-xay-dung"] {
        for track in ["v4", "v6", "overall"] {
            world.wait_for(portal, track, "up").unwrap();
        }
    }

    world.stop_portal(0).unwrap();
    let down = world.wait_for("so-y-te", "overall", "down").unwrap();
    assert_eq!(down["cause"]["cause"], "tcp_refused", "{down}");
    let console = world.get("/incidents").unwrap();
    assert!(
        console.body.contains("so-y-te"),
        "the incident is not on the console:\n{}",
        console.body
    );
    assert_eq!(
        world
            .spans("so-xay-dung", "overall")
            .unwrap()
            .iter()
            .filter(|s| s["state"] == "down")
            .count(),
        0
    );

    world.start_portal().unwrap();
    world.wait_for("so-y-te", "overall", "up").unwrap();
    let open = r#"ems_incident_open{portal="so-y-te""#;
    until("the incident to close", PATIENCE, || {
        let metrics = world.get("/metrics")?.body;
        Ok((!metrics
            .lines()
            .any(|line| line.starts_with(open) && line.ends_with(" 1")))
        .then_some(()))
    })
    .unwrap();

    let seconds: i64 = world
        .spans("so-y-te", "overall")
        .unwrap()
        .iter()
        .filter(|span| span["state"] == "down")
        .map(|span| instant(&span["to"]) - instant(&span["from"]))
        .sum();
    assert!(seconds > 0, "an outage of {seconds} s");
    let counter = r#"ems_portal_state_seconds_total{portal="so-y-te",track="overall",state="down"} "#;
    let told = until("the settled seconds to reach the metrics", PATIENCE, || {
        let metrics = world.get("/metrics")?.body;
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(counter).map(str::to_owned));
        Ok(line.filter(|told| *told == seconds.to_string()))
    });
    told.unwrap_or_else(|error| panic!("metrics never said {seconds}: {error:#}"));

    let report = report(&world);
    let portal = &report["portals"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["id"] == "so-y-te")
        .unwrap();
    let overall = portal["tracks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["track"] == "overall")
        .unwrap();
    assert_eq!(overall["statutory"]["down_s"], seconds, "{overall}");
    assert_eq!(overall["outages"]["seconds"], seconds, "{overall}");
    let page = world.get("/portals/so-y-te").unwrap().body;
    assert!(
        page.contains(&format!("{seconds} giây")) || page.contains(&format!("<td>{seconds}")),
        "{page}"
    );
}

/// The report of a day around now, read beside the running collector as a person would.
fn report(world: &World) -> serde_json::Value {
    let now = ems_contract::clock::Clock::now(&ems_contract::clock::SystemClock::new());
    let output = std::process::Command::new(binary("ems-collector").unwrap())
        .args([
            "report",
            "--format",
            "json",
            "--from",
            &(now - 43_200).to_string(),
            "--to",
            &(now + 43_200).to_string(),
        ])
        .arg("--data")
        .arg(world.data())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_collector_killed_without_warning_comes_back_with_everything_it_acknowledged() {
    let mut world = World::start(&["so-y-te"], 10).unwrap();
    let before = instant(&world.wait_for("so-y-te", "v4", "up").unwrap()["from"]);
    world.collector.kill().unwrap();
    world.restart_collector().unwrap();
    // Records of the other agent that arrive late may only move the beginning back.
    until("the time before the kill to be told again", PATIENCE, || {
        let spans = world.spans("so-y-te", "v4")?;
        let told = spans
            .iter()
            .any(|span| span["state"] == "up" && instant(&span["from"]) <= before);
        anyhow::ensure!(told, "no span is up since {before}: {spans:?}");
        Ok(Some(()))
    })
    .unwrap();
}

#[test]
fn asked_to_end_both_programs_end_in_order() {
    let mut world = World::start(&["so-y-te"], 10).unwrap();
    world.wait_for("so-y-te", "v4", "up").unwrap();
    assert!(world.second.terminate(PATIENCE).unwrap().success());
    assert!(world.collector.terminate(PATIENCE).unwrap().success());
}

fn instant(value: &serde_json::Value) -> i64 {
    value
        .as_str()
        .unwrap()
        .parse::<ems_contract::time::UnixTime>()
        .unwrap()
        .secs()
}
