//! A full disk on either side: it is said, measuring goes on, nothing acknowledged is lost, and what could not be kept is a
//! recorded gap. The disk is a small tmpfs; without root the test says so and fails unless `EMS_ALLOW_SKIP=1`.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::probe::ProbeKind;
use ems_contract::time::Window;
use ems_tests::pair::{INTERVAL_S, Pair, results, unaccounted};
use ems_tests::wait::until;
use ems_tests::world::PATIENCE;

/// A disk of 24 MiB, unmounted at the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: &Path) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder)
            .output()
            .unwrap();
        if mounted.status.success() {
            return Some(Self(folder.to_owned()));
        }
        let why = String::from_utf8_lossy(&mounted.stderr).into_owned();
        #[expect(clippy::disallowed_methods, reason = "the one switch of the test run itself")]
        let allowed = std::env::var("EMS_ALLOW_SKIP").is_ok_and(|value| value == "1");
        assert!(allowed, "no small disk: {why} (EMS_ALLOW_SKIP=1 allows the skip)");
        tell(&format!("SKIPPED: {why}"));
        None
    }

    /// Fills it to the last byte.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = File::create(&filler).unwrap();
        for size in [1 << 20, 4_096, 1] {
            let block = vec![0; size];
            while file.write_all(&block).is_ok() {}
        }
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[expect(clippy::print_stdout, reason = "a test that skips says why")]
fn tell(text: &str) {
    println!("{text}");
}

#[test]
fn while_the_collectors_disk_is_full_nothing_is_acknowledged_and_afterwards_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(folder.path()).unwrap();
    let Some(disk) = SmallDisk::at(&pair.collector_data()) else {
        return;
    };
    let clock = SystemClock::new();
    let start = clock.now();
    let mut collector = pair.start_collector().unwrap();
    let mut agent = pair.start_agent().unwrap();
    pair.wait_until_delivered(1).unwrap();
    let filler = disk.fill();
    until("the collector to refuse a batch", PATIENCE, || {
        Ok((pair.agent_metric("ems_agent_ship_errors_total")? > 0.0).then_some(()))
    })
    .unwrap();
    let log = pair.logs();
    assert!(log.contains("disk"), "{log}");
    // It measures on, and keeps what the collector does not take.
    let before = pair.agent_metric("ems_agent_slots_total").unwrap();
    until("the agent to measure on", PATIENCE, || {
        let now = pair.agent_metric("ems_agent_slots_total")?;
        let waiting = pair.agent_metric("ems_agent_spool_records")?;
        Ok((now > before && waiting > 0.0).then_some(()))
    })
    .unwrap();
    std::fs::remove_file(filler).unwrap();
    pair.wait_until_delivered(1).unwrap();
    assert!(agent.terminate(PATIENCE).unwrap().success(), "{}", pair.logs());
    assert!(
        collector.terminate(PATIENCE).unwrap().success(),
        "{}",
        pair.logs()
    );
    let kept = pair.kept(Window::new(start - 60, clock.now() + 60)).unwrap();
    assert!(!results(&kept).is_empty());
    let missing = unaccounted(&kept, ProbeKind::Reach, INTERVAL_S);
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn while_the_agents_disk_is_full_it_measures_on_and_says_what_it_could_not_keep() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(folder.path()).unwrap();
    let Some(disk) = SmallDisk::at(&pair.agent_data()) else {
        return;
    };
    let clock = SystemClock::new();
    let start = clock.now();
    let mut collector = pair.start_collector().unwrap();
    let mut agent = pair.start_agent().unwrap();
    pair.wait_until_delivered(1).unwrap();
    let filler = disk.fill();
    until("the agent to say that its spool fails", PATIENCE, || {
        Ok((pair.agent_metric("ems_agent_spool_failing")? > 0.0).then_some(()))
    })
    .unwrap();
    let before = pair.agent_metric("ems_agent_slots_total").unwrap();
    until("the agent to measure on", PATIENCE, || {
        Ok((pair.agent_metric("ems_agent_slots_total")? > before).then_some(()))
    })
    .unwrap();
    std::fs::remove_file(filler).unwrap();
    until("the spool to work again", PATIENCE, || {
        Ok((pair.agent_metric("ems_agent_spool_failing")? <= 0.0).then_some(()))
    })
    .unwrap();
    pair.wait_until_delivered(1).unwrap();
    assert!(agent.terminate(PATIENCE).unwrap().success(), "{}", pair.logs());
    assert!(
        collector.terminate(PATIENCE).unwrap().success(),
        "{}",
        pair.logs()
    );
    let kept = pair.kept(Window::new(start - 60, clock.now() + 60)).unwrap();
    let missing = unaccounted(&kept, ProbeKind::Reach, INTERVAL_S);
    assert!(missing.is_empty(), "{missing:?}");
    // A full disk of ours is nobody's outage.
    let downs: Vec<_> = results(&kept)
        .into_iter()
        .filter(|((_, probe, ..), outcomes)| probe == "reach" && outcomes.iter().any(|o| o.contains("down")))
        .collect();
    assert!(downs.is_empty(), "{downs:?}");
}
