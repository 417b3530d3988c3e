use ems_contract::clock::SystemClock;
use ems_contract::record::Record;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::*;
use crate::selfcheck::ClockTrust;
use crate::ship::{Target, Token};
use crate::spool::{Limits, SpoolThread, path_in};
use crate::testing::collector::{Behaviour, FakeCollector};
use crate::testing::entry;

struct Setup {
    collector: FakeCollector,
    shipper: Arc<Shipper>,
    spool: Spool,
    trust: Arc<ClockTrust>,
    dir: TempDir,
    _thread: SpoolThread,
}

async fn setup() -> Setup {
    setup_with(|address| vec![address]).await
}

async fn setup_with(addresses: impl FnOnce(url::Url) -> Vec<url::Url>) -> Setup {
    let collector = FakeCollector::start().await;
    let dir = TempDir::new().unwrap();
    let clock = SystemClock::shared();
    let trust = Arc::new(ClockTrust::default());
    let agent: AgentId = "tram-a".parse().unwrap();
    let epoch = Epoch::from_random([1; 16]);
    let (spool, thread, _) = Spool::open(
        &path_in(dir.path()),
        &agent,
        Limits::default(),
        epoch,
        clock.now(),
    )
    .unwrap();
    let token = dir.path().join("token");
    std::fs::write(&token, "let-me-in\n").unwrap();
    let target = Target {
        addresses: addresses(collector.address.clone()),
        token: Token::File(token),
        ca_file: None,
    };
    let client = Client::new(target, clock.clone(), Arc::clone(&trust)).unwrap();
    let drawn = std::sync::atomic::AtomicU64::new(2);
    let shipper = Shipper {
        agent,
        spool: spool.clone(),
        client: Arc::new(client),
        clock,
        // No jitter: the first half is the wait; the second half makes every epoch another one.
        random: Arc::new(move || {
            let n = drawn.fetch_add(1, Ordering::Relaxed);
            u128::from(n).to_be_bytes()
        }),
        status: Arc::new(Status::default()),
        plan_in_force: watch::Sender::new(None),
    };
    Setup {
        collector,
        shipper: Arc::new(shipper),
        spool,
        trust,
        dir,
        _thread: thread,
    }
}

impl Setup {
    async fn put(&self, slots: std::ops::Range<i64>) {
        for slot in slots {
            self.spool.put(entry("angiang", slot));
        }
        self.spool.flush().await.unwrap();
    }

    fn run(&self) -> (JoinSet<()>, CancellationToken) {
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (shipper, token) = (Arc::clone(&self.shipper), cancel.clone());
        tasks.spawn(async move { shipper.run(token).await });
        (tasks, cancel)
    }

    async fn all_arrive(&self, slots: std::ops::Range<i64>) {
        let wanted: Vec<i64> = slots.collect();
        self.collector
            .until("all slots have come", |inner| inner.slots() == wanted)
            .await;
        let waiting = || self.spool.next(1, 1, self.shipper.clock.now());
        for _ in 0..2_000 {
            if waiting().await.unwrap().is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("everything came but is not acknowledged");
    }
}

#[tokio::test]
async fn every_kind_of_trouble_passes_and_nothing_is_lost_or_doubled() {
    let setup = setup().await;
    let troubles = [
        Behaviour::Status(500),
        Behaviour::Status(502),
        Behaviour::StatusWith(503, "retry-after", "0"),
        Behaviour::Status(408),
        Behaviour::Status(429),
        Behaviour::LoseAck,
        Behaviour::Garbage,
        Behaviour::EndlessBody,
        Behaviour::LoseAck,
    ];
    setup.collector.inner().script = troubles.into();
    let (_tasks, _cancel) = setup.run();
    setup.put(0..50).await;
    setup.all_arrive(0..50).await;
    setup.put(50..60).await;
    setup.all_arrive(0..60).await;
    let status = &setup.shipper.status;
    assert_eq!(status.failures(Failure::Unavailable), 7);
    assert_eq!(status.failures(Failure::Unexpected), 2);
    assert_eq!(setup.collector.inner().lines.len(), 60);
}

#[tokio::test]
async fn a_refused_token_stops_shipping_loudly_and_a_renewed_one_goes_on() {
    let setup = setup().await;
    std::fs::write(setup.dir.path().join("token"), "wrong").unwrap();
    setup.shipper.client.renew_token();
    setup.put(0..5).await;
    let mut size = 100;
    assert_eq!(setup.shipper.try_next(&mut size).await, Tried::Stopped);
    assert!(setup.shipper.status.stopped.load(Ordering::Relaxed));
    setup.put(5..9).await;
    std::fs::write(setup.dir.path().join("token"), "let-me-in").unwrap();
    assert_eq!(
        setup.shipper.try_next(&mut size).await,
        Tried::Stopped,
        "the file is read after the refusal"
    );
    assert_eq!(setup.shipper.try_next(&mut size).await, Tried::Moved);
    assert!(!setup.shipper.status.stopped.load(Ordering::Relaxed));
    assert_eq!(setup.collector.inner().slots(), (0..9).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_split() {
    let setup = setup().await;
    setup.collector.inner().max_records = Some(7);
    let (_tasks, _cancel) = setup.run();
    setup.put(0..100).await;
    setup.all_arrive(0..100).await;
    assert!(setup.shipper.status.failures(Failure::TooLarge) > 0);
}

#[tokio::test]
async fn one_bad_record_is_found_kept_aside_and_leaves_a_gap() {
    let setup = setup().await;
    setup.collector.inner().poison = Some("\"portal\":\"poison\",\"target_hash\"");
    setup.put(0..37).await;
    setup.spool.put(entry("poison", 37));
    setup.put(38..80).await;
    let (_tasks, _cancel) = setup.run();
    let wanted: Vec<i64> = (0..37).chain(38..80).collect();
    setup
        .collector
        .until("the good ones have come", |inner| inner.slots() == wanted)
        .await;
    let is_gap = |record: &Record| match record {
        Record::Gap(gap) => gap.from.secs() == 37 && gap.to.secs() == 38,
        _ => false,
    };
    setup
        .collector
        .until("the gap has come", |inner| inner.records().iter().any(is_gap))
        .await;
    assert_eq!(setup.spool.status().refused_records.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_collector_that_understands_nothing_empties_no_spool() {
    let setup = setup().await;
    setup.collector.inner().script = vec![Behaviour::Status(400); 1_000].into();
    setup.put(0..8).await;
    let mut size = 100;
    while setup.shipper.try_next(&mut size).await == Tried::Moved {}
    assert!(setup.shipper.status.stopped.load(Ordering::Relaxed));
    setup.collector.inner().script.clear();
    let (_tasks, _cancel) = setup.run();
    setup.all_arrive(0..8).await;
    assert_eq!(setup.spool.status().refused_records.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_conflict_begins_a_new_epoch() {
    let setup = setup().await;
    let old = Epoch::from_random([1; 16]);
    setup
        .collector
        .inner()
        .lines
        .insert((old, 2), br#"{"other":"content"}"#.to_vec());
    setup.put(0..5).await;
    let (_tasks, _cancel) = setup.run();
    let in_new = |inner: &crate::testing::collector::Inner| {
        inner.lines.keys().filter(|(epoch, _)| *epoch != old).count() == 5
    };
    setup.collector.until("the new epoch has come", in_new).await;
    assert_eq!(setup.shipper.status.failures(Failure::Conflict), 1);
}

#[tokio::test]
async fn a_restored_collector_is_sent_again_what_it_lost() {
    let setup = setup().await;
    let (_tasks, _cancel) = setup.run();
    setup.put(0..40).await;
    setup.all_arrive(0..40).await;
    {
        let mut inner = setup.collector.inner();
        inner.lines.retain(|(_, seq), _| *seq <= 10);
        inner.through.values_mut().for_each(|through| *through = 10);
    }
    setup.put(40..41).await;
    setup.all_arrive(0..41).await;
}

#[tokio::test]
async fn the_next_address_is_asked_when_one_is_dead() {
    // A port that was free a moment ago: nobody answers there.
    let dead = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let setup = setup_with(|alive| vec![format!("http://{dead}/").parse().unwrap(), alive]).await;
    let (_tasks, _cancel) = setup.run();
    setup.put(0..5).await;
    setup.all_arrive(0..5).await;
    assert_eq!(setup.shipper.status.failures(Failure::Network), 1);
}

#[tokio::test]
async fn the_collectors_date_tells_a_wrong_clock() {
    let setup = setup().await;
    setup.put(0..1).await;
    setup.collector.inner().date = Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
    assert!(setup.shipper.drain().await);
    assert!(setup.trust.is_suspect());
    setup.put(1..2).await;
    setup.collector.inner().date = None;
    assert!(setup.shipper.drain().await);
    assert!(!setup.trust.is_suspect());
}

#[tokio::test]
async fn a_hanging_collector_holds_up_neither_spool_nor_shutdown() {
    let setup = setup().await;
    setup.collector.inner().script = vec![Behaviour::Hang].into();
    setup.put(0..3).await;
    let (mut tasks, cancel) = setup.run();
    setup
        .collector
        .until("the batch hangs", |inner| inner.script.is_empty())
        .await;
    setup.put(3..6).await;
    cancel.cancel();
    tasks.join_next().await.unwrap().unwrap();
    assert!(setup.shipper.drain().await);
    assert_eq!(setup.collector.inner().slots(), (0..6).collect::<Vec<_>>());
}
