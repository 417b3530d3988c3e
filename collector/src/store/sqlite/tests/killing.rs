//! Killed in the middle of anything: what was acknowledged is there, once.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use ems_contract::family::Family;
use ems_contract::time::{UnixTime, Window};

use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::testing::*;

/// Where the child works; without it the child's test has nothing to do.
const FOLDER: &str = "EMS_KILL_TEST_FOLDER";
const ROUNDS: u64 = 25;
/// Records of one batch.
const BATCH: u64 = 7;
/// Seconds between slots: windows close quickly, so that packing is always in hand.
const STEP: u64 = 600;

fn slot(seq: u64) -> i64 {
    i64::try_from(seq * STEP).unwrap()
}

/// The process that is killed: it keeps batch after batch and says how far it is, while another thread packs.
#[test]
fn child() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a test process is told that it is the child"
    )]
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let store = SqliteStore::open(&Path::new(&folder).join("ems.db")).unwrap();
    know(&store, &["p1"]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                let through = store.through(&agent("a"), EPOCH).unwrap();
                store.pack(at(slot(through))).unwrap();
            }
        });
        loop {
            let through = store.through(&agent("a"), EPOCH).unwrap();
            let lines = (through + 1..=through + BATCH)
                .map(|seq| up(seq, slot(seq)))
                .collect();
            let kept = store.commit(batch(through, lines)).unwrap().through;
            let mut out = std::io::stdout().lock();
            writeln!(out, "kept {kept}").unwrap();
            out.flush().unwrap();
        }
    });
}

/// Runs the child, kills it some time after it has said `acks` times that it kept something; returns the last word.
fn run_and_kill(folder: &Path, acks: u64, then: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::sqlite::tests::killing::child", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (say, heard) = sync_channel(1 << 16);
    let reader = std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if let Some(kept) = line
                .rsplit("kept ")
                .next()
                .and_then(|kept| kept.parse::<u64>().ok())
            {
                say.send(kept).unwrap();
            }
        }
    });
    let mut last = 0;
    for _ in 0..acks {
        last = heard
            .recv_timeout(Duration::from_secs(60))
            .expect("the child keeps batches");
    }
    // A moment inside one of the next commits.
    let deadline = Duration::min(then, Duration::from_millis(50));
    match heard.recv_timeout(deadline) {
        Ok(kept) => last = kept,
        Err(RecvTimeoutError::Timeout) => {}
        Err(RecvTimeoutError::Disconnected) => panic!("the child ended by itself"),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    heard.try_iter().last().unwrap_or(last).max(last)
}

#[test]
fn whatever_was_acknowledged_survives_a_kill_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    drop(store(dir.path()));
    let mut before = 0;
    for round in 0..ROUNDS {
        let micros = round * 7_919 % 6_000;
        let acknowledged = run_and_kill(dir.path(), 1 + round % 5, Duration::from_micros(micros));
        assert!(acknowledged > before, "round {round}: nothing new was kept");
        let store = SqliteStore::open(&dir.path().join("ems.db")).unwrap();
        let through = store.through(&agent("a"), EPOCH).unwrap();
        assert!(
            through >= acknowledged,
            "round {round}: {acknowledged} was acknowledged, {through} is kept"
        );
        let all = Window::new(UnixTime::from_secs(0), at(slot(through) + 1));
        let slots: Vec<_> = store
            .samples(&portal("p1"), Family::V4, all)
            .unwrap()
            .into_iter()
            .map(|sample| sample.slot)
            .collect();
        let expected: Vec<_> = (1..=through).map(|seq| at(slot(seq))).collect();
        assert_eq!(slots, expected, "round {round}: each number is there once");
        let statistics = store.statistics().unwrap();
        assert_eq!(
            statistics.open_results + statistics.packed_results,
            through,
            "round {round}"
        );
        before = through;
    }
    let packed = SqliteStore::open(&dir.path().join("ems.db"))
        .unwrap()
        .statistics()
        .unwrap()
        .packed_results;
    assert!(packed > 0, "packing was in hand as well");
}
