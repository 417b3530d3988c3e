use ems_contract::clock::SystemClock;
use ems_contract::digest::Sha256;
use ems_contract::evidence::Label;
use ems_contract::facts::page::EvidenceKind;
use ems_contract::time::UnixTime;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::*;
use crate::evidence::MAX_BYTES;
use crate::ship::{Target, Token};
use crate::testing::collector::FakeCollector;

struct Setup {
    collector: FakeCollector,
    evidence: EvidenceSpool,
    records: Arc<spool::Status>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    dir: TempDir,
}

async fn setup() -> Setup {
    let dir = TempDir::new().unwrap();
    Setup {
        collector: FakeCollector::start().await,
        evidence: EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap(),
        records: Arc::default(),
        tasks: JoinSet::new(),
        stop: CancellationToken::new(),
        dir,
    }
}

impl Setup {
    fn start(&mut self) {
        let target = Target {
            addresses: vec![self.collector.address.clone()],
            token: Token::Literal("let-me-in".to_owned()),
            ca_file: None,
        };
        let client = Client::new(target, SystemClock::shared(), Arc::default()).unwrap();
        let shipper = EvidenceShipper {
            evidence: self.evidence.clone(),
            records: Arc::clone(&self.records),
            client: Arc::new(client),
            // No jitter.
            random: Arc::new(|| [0; 16]),
        };
        self.tasks.spawn(shipper.run(self.stop.clone()));
    }

    async fn end(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }

    fn put(&self, body: &[u8]) -> String {
        let label = Label {
            portal: "angiang".parse().unwrap(),
            kind: EvidenceKind::Page,
            at: UnixTime::from_secs(1_800_000_000),
            url: "https://angiang.example/tin?a=1&b=2".to_owned(),
            content_type: None,
        };
        self.evidence.put(&label, body).unwrap().0.to_string()
    }
}

#[tokio::test]
async fn what_waited_over_a_restart_and_what_comes_later_arrives_as_it_was() {
    let mut setup = setup().await;
    let first = setup.put(b"one");
    setup.evidence = EvidenceSpool::open(setup.dir.path(), MAX_BYTES).unwrap();
    setup.start();
    setup
        .collector
        .until("the first page", |inner| inner.evidence.len() == 1)
        .await;
    let second = setup.put(b"two");
    setup
        .collector
        .until("the second page", |inner| inner.evidence.len() == 2)
        .await;
    {
        let inner = setup.collector.inner();
        assert_eq!(inner.evidence[&first], ("angiang".to_owned(), b"one".to_vec()));
        assert_eq!(inner.evidence[&second].1, b"two");
    }
    setup.end().await;
}

#[tokio::test]
async fn a_failure_is_tried_again_and_what_will_never_be_taken_holds_up_nothing() {
    let mut setup = setup().await;
    // 503 is tried again; 422 and 413 give the page up; 409 and 204: it is there already.
    setup.collector.inner().evidence_script = [503, 500, 422, 413, 409, 204].into();
    let refused = [setup.put(b"refused"), setup.put(b"too long")];
    let there = [setup.put(b"there"), setup.put(b"there too")];
    let last = setup.put(b"last");
    setup.start();
    setup
        .collector
        .until("the last page", |inner| inner.evidence.contains_key(&last))
        .await;
    let inner_pages = setup.collector.inner().evidence.len();
    assert_eq!(inner_pages, 1, "{refused:?} {there:?}");
    let status = setup.evidence.status();
    let refusals = status
        .unkept_by_reason()
        .find(|(why, _)| *why == "refused")
        .unwrap()
        .1;
    assert_eq!((refusals, status.failed.load(Ordering::Relaxed)), (2, 2));
    setup.end().await;
}

#[tokio::test]
async fn pages_wait_while_many_records_do_and_while_the_token_is_refused() {
    let setup = setup().await;
    let shipper = |token: &str| EvidenceShipper {
        evidence: setup.evidence.clone(),
        records: Arc::clone(&setup.records),
        client: Arc::new(
            Client::new(
                Target {
                    addresses: vec![setup.collector.address.clone()],
                    token: Token::Literal(token.to_owned()),
                    ca_file: None,
                },
                SystemClock::shared(),
                Arc::default(),
            )
            .unwrap(),
        ),
        random: Arc::new(|| [0; 16]),
    };
    setup.put(b"one");
    setup
        .records
        .waiting_records
        .store(RECORDS_FIRST + 1, Ordering::Relaxed);
    assert_eq!(shipper("let-me-in").try_next().await, Tried::Wait(BEHIND));
    setup
        .records
        .waiting_records
        .store(RECORDS_FIRST, Ordering::Relaxed);
    assert_eq!(shipper("guess").try_next().await, Tried::Wait(STOPPED_PAUSE));
    assert_eq!(setup.evidence.status().waiting().0, 1);
    assert_eq!(shipper("let-me-in").try_next().await, Tried::Moved);
    assert_eq!(shipper("let-me-in").try_next().await, Tried::Idle);
    assert_eq!(
        setup.collector.inner().evidence[&Sha256::of(b"one").to_string()].1,
        b"one"
    );
    setup.end().await;
}
