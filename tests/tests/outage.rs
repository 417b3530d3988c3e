//! The main job, end to end: a portal stops, the outage is seen from two networks with its cause and closes with
//! exact seconds, and console, metrics and report say the same.

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
    assert!(seconds >= 10, "an outage of {seconds} s");
    let counter = r#"ems_portal_state_seconds_total{portal="so-y-te",track="overall",state="down"} "#;
    let told = until("the settled seconds to reach the metrics", PATIENCE, || {
        let metrics = world.get("/metrics")?.body;
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(counter).map(str::to_owned));
        Ok(line.filter(|told| told.parse::<f64>().is_ok_and(|told| told as i64 == seconds)))
    });
    told.unwrap_or_else(|error| panic!("metrics never said {seconds}: {error:#}"));
}

fn instant(value: &serde_json::Value) -> i64 {
    value
        .as_str()
        .unwrap()
        .parse::<ems_contract::time::UnixTime>()
        .unwrap()
        .secs()
}
