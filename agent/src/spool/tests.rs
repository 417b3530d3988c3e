use ems_contract::digest::Sha256;
use ems_contract::record::{GapWhy, Record};
use std::sync::atomic::Ordering;
use tempfile::TempDir;

use super::*;
use crate::testing::entry;

const NOW: UnixTime = UnixTime::from_secs(1_000_000);

fn epoch() -> Epoch {
    Epoch::from_random([1; 16])
}

fn open(dir: &TempDir, limits: Limits) -> (Spool, SpoolThread) {
    let agent = "tram-a".parse().unwrap();
    let (spool, thread, _) = Spool::open(&path_in(dir.path()), &agent, limits, epoch(), NOW).unwrap();
    (spool, thread)
}

fn mark(alive: i64) -> Mark {
    Mark {
        alive: UnixTime::from_secs(alive),
        swept: Vec::new(),
        visits: Vec::new(),
    }
}

async fn all(spool: &Spool) -> Vec<Record> {
    let waiting = spool.next(1_000_000, 1 << 30, NOW).await.unwrap();
    let lines = waiting.map(|out| out.lines).unwrap_or_default();
    lines
        .iter()
        .map(|line| serde_json::from_slice(&line.json).unwrap())
        .collect()
}

#[tokio::test]
async fn a_failure_is_committed_at_once_and_the_rest_with_the_next_mark() {
    let dir = TempDir::new().unwrap();
    let (spool, thread) = open(&dir, Limits::default());
    let mut commits = spool.commits();
    spool.put(entry("a", 60));
    assert_eq!(all(&spool).await.len(), 0);
    spool.put(Entry {
        urgent: true,
        ..entry("b", 60)
    });
    commits.changed().await.unwrap();
    assert_eq!(all(&spool).await.len(), 2, "what waited goes along");
    spool.put(entry("a", 120));
    spool.mark(mark(121), NOW);
    commits.changed().await.unwrap();
    assert_eq!(all(&spool).await.len(), 3);
    assert_eq!(spool.status().waiting_records.load(Ordering::Relaxed), 3);
    spool.put(entry("a", 180));
    drop(spool);
    thread.join();
    let (spool, _thread) = open(&dir, Limits::default());
    assert_eq!(all(&spool).await.len(), 4, "the end commits what is left");
}

#[tokio::test]
async fn while_the_disk_is_full_records_wait_in_memory_and_what_goes_over_becomes_a_gap() {
    let dir = TempDir::new().unwrap();
    let limits = Limits {
        memory_bytes: 100_000,
        ..Limits::default()
    };
    let (spool, _thread) = open(&dir, limits);
    spool.put(entry("a", 0));
    spool.flush().await.unwrap();
    spool
        .commands
        .send(Command::Sql("PRAGMA max_page_count = 1;"))
        .unwrap();
    // Names that do not compress, so that the file would have to grow.
    for n in 1..1_000_i64 {
        spool.put(entry(&Sha256::of(&n.to_be_bytes()).to_string(), n * 60));
    }
    spool.mark(mark(10), NOW);
    assert!(spool.flush().await.is_err());
    assert!(spool.status().failing.load(Ordering::Relaxed));
    let lost = spool.status().lost_records.load(Ordering::Relaxed);
    assert!((1..1_000).contains(&lost), "{lost}");

    spool
        .commands
        .send(Command::Sql("PRAGMA max_page_count = 1000000;"))
        .unwrap();
    spool.mark(mark(60_000), NOW);
    spool.flush().await.unwrap();
    assert!(!spool.status().failing.load(Ordering::Relaxed));
    let records = all(&spool).await;
    let gap = records.iter().find_map(|record| match record {
        Record::Gap(gap) => Some(gap),
        _ => None,
    });
    let gap = gap.expect("a gap for what was lost");
    assert_eq!(gap.why, GapWhy::SpoolFailure);
    assert_eq!(
        (gap.from.secs(), gap.to.secs()),
        (60, i64::try_from(lost).unwrap() * 60 + 1)
    );
    let kept = records
        .iter()
        .filter(|record| matches!(record, Record::Observation(_)))
        .count();
    assert_eq!(u64::try_from(kept).unwrap(), 1_000 - lost);
}

#[tokio::test]
async fn a_second_agent_on_the_same_folder_is_refused_with_advice() {
    let dir = TempDir::new().unwrap();
    let (_spool, _thread) = open(&dir, Limits::default());
    let agent = "tram-a".parse().unwrap();
    let second = Spool::open(&path_in(dir.path()), &agent, Limits::default(), epoch(), NOW);
    let advice = second.err().unwrap().advice(ems_contract::text::Lang::Vi);
    assert!(
        advice.contains("spool.db") && !advice.contains("agent.spool"),
        "{advice}"
    );
}
