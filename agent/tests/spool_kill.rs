//! The spool's writer is killed with SIGKILL at random moments, again and again: no committed record is lost, and no
//! number ever stands for two records.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use ems_agent::spool::{Entry, Limits, Mark, Spool, path_in};
use ems_contract::digest::Sha256;
use ems_contract::facts::Facts;
use ems_contract::family::Family;
use ems_contract::id::Epoch;
use ems_contract::observation::Observation;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::record::Record;
use ems_contract::time::UnixTime;
use ring::rand::{SecureRandom, SystemRandom};

const KILLS: usize = 25;
const NOW: UnixTime = UnixTime::from_secs(1_000_000);

fn entry(slot: i64) -> Entry {
    Entry {
        record: Record::Observation(Box::new(Observation {
            schema: 1,
            agent: "tram-a".parse().unwrap(),
            epoch: Epoch::from_random([0; 16]),
            seq: 0,
            portal: "angiang".parse().unwrap(),
            target_hash: Sha256::of(b"target"),
            plan_version: Sha256::of(b"plan"),
            probe: ProbeKind::Reach,
            family: Some(Family::V4),
            slot: UnixTime::from_secs(slot),
            interval_s: 60,
            attempts: Vec::new(),
            outcome: Outcome::Up,
            facts: Facts::default(),
        })),
        chain: None,
        urgent: slot % 7 == 0,
    }
}

fn open(folder: &Path) -> Spool {
    let agent = "tram-a".parse().unwrap();
    let epoch = Epoch::from_random(random());
    let (spool, _thread, _opened) =
        Spool::open(&path_in(folder), &agent, Limits::default(), epoch, NOW).unwrap();
    spool
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes
}

/// The child: puts records and says after each flush up to which slot everything is committed.
#[tokio::test]
async fn child() {
    let mut args = std::env::vars_os();
    let Some((_, folder)) = args.find(|(name, _)| name == "EMS_SPOOL_CHILD") else {
        return;
    };
    let spool = open(Path::new(&folder));
    let last = spool
        .next(1_000_000, 1 << 30, NOW)
        .await
        .unwrap()
        .map_or(0, |out| out.last());
    let mut slot = i64::try_from(last).unwrap();
    loop {
        for _ in 0..5 {
            slot += 1;
            spool.put(entry(slot));
        }
        if slot % 3 == 0 {
            let mark = Mark {
                alive: UnixTime::from_secs(slot),
                swept: Vec::new(),
                visits: Vec::new(),
            };
            spool.mark(mark, NOW);
        }
        if spool.flush().await.is_ok() {
            println!("\ncommitted {slot}");
            std::io::stdout().flush().unwrap();
        }
    }
}

#[tokio::test]
async fn kill_9_loses_no_committed_record_and_reuses_no_number() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut seen: BTreeMap<(Epoch, u64), Vec<u8>> = BTreeMap::new();
    for _ in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env("EMS_SPOOL_CHILD", dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut committed = 0;
        let mut left = usize::from(random::<1>()[0]) % 40 + 1;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            if let Some(slot) = line.unwrap().strip_prefix("committed ") {
                committed = slot.parse::<i64>().unwrap();
                left -= 1;
                if left == 0 {
                    // Somewhere within the next commits.
                    for _ in 0..u32::from(random::<1>()[0]) * 2_000 {
                        std::hint::spin_loop();
                    }
                    child.kill().unwrap();
                    break;
                }
            }
        }
        child.wait().unwrap();
        assert!(committed > 0, "the child has committed something");

        let spool = open(dir.path());
        let outgoing = spool.next(1_000_000, 1 << 30, NOW).await.unwrap().unwrap();
        for (line, seq) in outgoing.lines.iter().zip(1..) {
            assert_eq!(line.seq, seq, "numbers rise without a hole");
            let before = seen.insert((outgoing.epoch, line.seq), line.json.clone());
            assert!(
                before.is_none_or(|old| old == line.json),
                "number {seq} stands for two records"
            );
        }
        assert_eq!(
            seen.len(),
            outgoing.lines.len(),
            "a record that was there is there still"
        );
        let slots: Vec<i64> = outgoing
            .lines
            .iter()
            .filter_map(|line| match serde_json::from_slice(&line.json).unwrap() {
                Record::Observation(o) => Some(o.slot.secs()),
                _ => None,
            })
            .collect();
        assert!(
            slots.iter().copied().eq(1..=i64::try_from(slots.len()).unwrap()),
            "each slot once"
        );
        assert!(
            slots.len() >= usize::try_from(committed).unwrap(),
            "everything committed is there"
        );
    }
}
