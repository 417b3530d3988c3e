use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ems_contract::cause::UnknownWhy;
use ems_contract::clock::{Clock, SystemClock};
use ems_contract::outcome::Outcome;
use ems_contract::plan::{PagePlan, Plan};
use ems_contract::probe::ProbeKind;
use ems_contract::record::{GapWhy, Record};
use ems_contract::time::{UnixTime, Window};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::*;
use crate::plan::Versioned;
use crate::ship::Token;
use crate::testing::collector::FakeCollector;
use crate::testing::prober::{DOWN, FakeChecker, FakeProber, seeing};
use crate::testing::{self, PausedClock};

fn unknown(why: UnknownWhy) -> Outcome {
    Outcome::Unknown { why }
}

/// A plan whose portals are measured every second.
fn quick_plan(portals: usize) -> Plan {
    let mut plan = testing::plan(portals);
    for portal in &mut plan.portals {
        portal.reach_interval_s = 1;
    }
    plan.limits.total_ms = 400;
    plan
}

/// An agent in this process with a collector of its own.
struct Agent {
    collector: FakeCollector,
    dir: TempDir,
    clock: SharedClock,
}

struct Running {
    tasks: JoinSet<Result<Shutdown, AgentError>>,
    shutdown: CancellationToken,
}

impl Running {
    async fn stop(mut self) -> Result<Shutdown, AgentError> {
        self.shutdown.cancel();
        self.tasks.join_next().await.unwrap().unwrap()
    }
}

impl Agent {
    async fn new(plan: Plan) -> Self {
        let collector = FakeCollector::start().await;
        collector.inner().plan = Some(plan);
        Self {
            collector,
            dir: TempDir::new().unwrap(),
            clock: SystemClock::shared(),
        }
    }

    fn config(&self) -> AgentConfig {
        AgentConfig::new(
            "tram-a".parse().unwrap(),
            vec![self.collector.address.clone()],
            Token::Literal("let-me-in".to_owned()),
            self.dir.path().to_owned(),
        )
    }

    fn start(&self, prober: Arc<dyn Prober>, checker: Arc<dyn ReferenceChecker>) -> Running {
        self.start_with(self.config(), prober, checker)
    }

    fn start_with(
        &self,
        config: AgentConfig,
        prober: Arc<dyn Prober>,
        checker: Arc<dyn ReferenceChecker>,
    ) -> Running {
        let shutdown = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(run(
            config,
            prober,
            checker,
            Arc::clone(&self.clock),
            shutdown.clone(),
        ));
        Running { tasks, shutdown }
    }

    fn up(&self) -> Arc<dyn Prober> {
        FakeProber::new(&self.clock, |_| async { Outcome::Up })
    }

    /// Waits until some record has this outcome.
    async fn until_outcome(&self, wanted: Outcome) {
        let is_wanted = |record: &Record| matches!(record, Record::Observation(o) if o.outcome == wanted);
        self.collector
            .until("the outcome has come", |inner| {
                inner.records().iter().any(is_wanted)
            })
            .await;
    }
}

/// Every record by series, and all gaps.
fn accounts(records: &[Record]) -> (BTreeMap<String, BTreeSet<i64>>, Vec<Window>) {
    let mut slots: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut gaps = Vec::new();
    for record in records {
        match record {
            Record::Observation(o) => {
                let key = format!("{} {:?}", o.portal, o.family);
                assert!(
                    slots.entry(key).or_default().insert(o.slot.secs()),
                    "slot {} twice",
                    o.slot
                );
            }
            Record::Gap(gap) => gaps.push(Window::new(gap.from, gap.to)),
            Record::Chain(_) => {}
        }
    }
    (slots, gaps)
}

#[tokio::test]
async fn every_slot_arrives_once_and_what_a_restart_missed_is_a_gap() {
    let agent = Agent::new(quick_plan(5)).await;
    for wanted in [30, 80] {
        let running = agent.start(agent.up(), seeing());
        agent
            .collector
            .until("records have come", |inner| inner.slots().len() >= wanted)
            .await;
        assert_eq!(running.stop().await.unwrap(), Shutdown::Clean);
    }
    let records = agent.collector.inner().records();
    let (slots, gaps) = accounts(&records);
    assert_eq!(slots.len(), 10);
    assert!(
        records
            .iter()
            .any(|record| matches!(record, Record::Gap(gap) if gap.why == GapWhy::AgentOff))
    );
    for (series, slots) in slots {
        let (first, last) = (*slots.first().unwrap(), *slots.last().unwrap());
        for slot in first..=last {
            let in_gap = gaps.iter().any(|gap| gap.contains(UnixTime::from_secs(slot)));
            assert!(
                slots.contains(&slot) || in_gap,
                "{series}: slot {slot} is not accounted for"
            );
        }
    }
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_visit() {
    let mut plan = quick_plan(1);
    plan.portals[0].pages = Some(PagePlan {
        page_interval_s: 1,
        ..PagePlan::default()
    });
    let agent = Agent::new(plan).await;
    let under_way = Arc::new(Notify::new());
    let visits = Arc::clone(&under_way);
    let prober = FakeProber::of_kinds(&agent.clock, ProbeKind::ALL, move |job| {
        let visits = Arc::clone(&visits);
        async move {
            if job.probe.is_visit() {
                visits.notify_one();
                std::future::pending::<()>().await;
            }
            Outcome::Up
        }
    });
    let running = agent.start(prober, seeing());
    under_way.notified().await;
    assert_eq!(running.stop().await.unwrap(), Shutdown::Clean);
    let records = agent.collector.inner().records();
    let visit = records.iter().find_map(|record| match record {
        Record::Observation(o) if o.probe == ProbeKind::Page => Some(o.outcome),
        _ => None,
    });
    assert_eq!(visit, Some(unknown(UnknownWhy::Overload)));
}

#[tokio::test]
async fn a_visit_that_a_crash_cut_short_is_a_gap_of_its_own() {
    let mut plan = quick_plan(1);
    plan.portals[0].pages = Some(PagePlan {
        page_interval_s: 4,
        ..PagePlan::default()
    });
    let agent = Agent::new(plan).await;
    let begun = Arc::new(std::sync::Mutex::new(None));
    let first = Arc::clone(&begun);
    let prober = FakeProber::of_kinds(&agent.clock, ProbeKind::ALL, move |job| {
        let begun = Arc::clone(&begun);
        async move {
            if job.probe == ProbeKind::Page {
                begun.lock().unwrap().get_or_insert(job.slot);
                std::future::pending::<()>().await;
            }
            Outcome::Up
        }
    });
    let mut running = agent.start(prober, seeing());
    // The mark that comes with a later slot of `reach` has passed the visit.
    agent
        .collector
        .until("reach is well beyond the visit", |inner| {
            let visit: Option<UnixTime> = *first.lock().unwrap();
            visit.is_some_and(|visit| inner.slots().iter().any(|slot| *slot > visit.secs() + 3))
        })
        .await;
    running.tasks.abort_all();
    assert!(
        running
            .tasks
            .join_next()
            .await
            .unwrap()
            .unwrap_err()
            .is_cancelled()
    );
    let visit = first.lock().unwrap().unwrap();
    // The writer ends behind the crash and lets go of the file.
    let path = spool::path_in(agent.dir.path());
    let config = agent.config();
    loop {
        let epoch = Epoch::from_random([9; 16]);
        let opened = Spool::open(&path, &config.agent, config.spool, epoch, agent.clock.now());
        match opened {
            Ok((spool, thread, _)) => {
                drop(spool);
                thread.join();
                break;
            }
            Err(SpoolError::Locked { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    let again = agent.start(agent.up(), seeing());
    let is_told = |record: &Record| match record {
        Record::Gap(gap) => {
            gap.probe == Some(ProbeKind::Page)
                && gap.portal.as_ref().is_some_and(|portal| portal.as_str() == "p0")
                && (gap.from, gap.to, gap.why) == (visit, visit + 1, GapWhy::AgentOff)
        }
        _ => false,
    };
    agent
        .collector
        .until("the visit is accounted for", |inner| {
            inner.records().iter().any(is_told)
        })
        .await;
    again.stop().await.unwrap();
    let of_visit = |record: &Record| matches!(record, Record::Observation(o) if o.probe == ProbeKind::Page && o.slot == visit);
    assert!(!agent.collector.inner().records().iter().any(of_visit));
}

#[tokio::test]
async fn outcomes_are_judged_by_sight_and_panics_stay_our_own() {
    let agent = Agent::new(quick_plan(3)).await;
    let sees = Arc::new(AtomicBool::new(true));
    let line = Arc::clone(&sees);
    let checker = Arc::new(FakeChecker(move || {
        let sees = line.load(Ordering::SeqCst);
        async move { sees }
    }));
    let prober = FakeProber::new(&agent.clock, |job| async move {
        match job.portal.id.as_str() {
            "p0" => DOWN,
            "p1" => panic!("a probe's own fault"),
            _ => Outcome::Up,
        }
    });
    let running = agent.start(prober, checker);
    agent.until_outcome(DOWN).await;
    agent.until_outcome(unknown(UnknownWhy::Panic)).await;
    agent.until_outcome(Outcome::Up).await;
    sees.store(false, Ordering::SeqCst);
    agent.until_outcome(unknown(UnknownWhy::AgentBlind)).await;
    assert_eq!(running.stop().await.unwrap(), Shutdown::Clean);
    for record in agent.collector.inner().records() {
        if let Record::Observation(o) = record {
            let of_portal = match o.portal.as_str() {
                "p0" => o.outcome == DOWN || o.outcome == unknown(UnknownWhy::AgentBlind),
                "p1" => o.outcome == unknown(UnknownWhy::Panic),
                _ => o.outcome == Outcome::Up,
            };
            assert!(of_portal, "{} came to {:?}", o.portal, o.outcome);
        }
    }
}

#[tokio::test]
async fn a_plan_without_references_blames_nobody() {
    let mut plan = quick_plan(1);
    plan.references.clear();
    let agent = Agent::new(plan).await;
    let running = agent.start(FakeProber::new(&agent.clock, |_| async { DOWN }), seeing());
    agent.until_outcome(unknown(UnknownWhy::AgentBlind)).await;
    running.stop().await.unwrap();
    let down = |record: &Record| matches!(record, Record::Observation(o) if o.outcome.is_failure());
    assert!(!agent.collector.inner().records().iter().any(down));
}

#[tokio::test]
async fn a_slot_that_finds_no_room_is_recorded_as_overload() {
    let mut plan = quick_plan(2);
    plan.limits.concurrency = 1;
    plan.limits.total_ms = 60_000;
    let agent = Agent::new(plan).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let prober = FakeProber::new(&agent.clock, move |_| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            Outcome::Up
        }
    });
    let mut config = agent.config();
    config.shutdown_deadline = Duration::from_secs(1);
    let running = agent.start_with(config, prober, seeing());
    agent.until_outcome(unknown(UnknownWhy::Overload)).await;
    let Shutdown::Forced { still_running } = running.stop().await.unwrap() else {
        panic!("the probe hangs");
    };
    assert!(
        still_running.iter().any(|name| name.starts_with("reach p")),
        "{still_running:?}"
    );
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_outage_of_the_collector_loses_nothing() {
    use crate::testing::collector::Behaviour;
    let agent = Agent::new(quick_plan(3)).await;
    agent.collector.inner().script =
        vec![Behaviour::Status(500), Behaviour::LoseAck, Behaviour::Status(401)].into();
    let running = agent.start(agent.up(), seeing());
    agent
        .collector
        .until("the troubles are over", |inner| inner.script.is_empty())
        .await;
    assert!(running.stop().await.is_ok());
    let again = agent.start(agent.up(), seeing());
    agent
        .collector
        .until("records have come", |inner| inner.slots().len() >= 30)
        .await;
    again.stop().await.unwrap();
    let (slots, gaps) = accounts(&agent.collector.inner().records());
    for slots in slots.values() {
        for slot in *slots.first().unwrap()..=*slots.last().unwrap() {
            assert!(slots.contains(&slot) || gaps.iter().any(|gap| gap.contains(UnixTime::from_secs(slot))));
        }
    }
}

#[tokio::test]
async fn a_part_that_ends_unasked_ends_the_agent() {
    let agent = Agent::new(quick_plan(1)).await;
    let checker = Arc::new(FakeChecker(|| async { panic!("a fault in the checker") }));
    let mut running = agent.start(agent.up(), checker);
    let ended = running.tasks.join_next().await.unwrap().unwrap();
    assert!(
        matches!(
            ended,
            Err(AgentError::TaskEnded {
                task: "selfcheck",
                ..
            })
        ),
        "{ended:?}"
    );
}

#[tokio::test]
async fn admin_pages_tell_readiness_and_forget_removed_portals() {
    let agent = Agent::new(quick_plan(3)).await;
    let mut config = agent.config();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    config.admin_listen = Some(free);
    agent.collector.inner().token = "not yet".to_owned();
    let running = agent.start_with(
        config,
        FakeProber::new(&agent.clock, |_| async { DOWN }),
        seeing(),
    );
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(no_tls())
        .build()
        .unwrap();
    let page = async |path: &str| loop {
        let Ok(mut answer) = http.get(format!("http://{free}/{path}")).send().await else {
            continue;
        };
        let (status, mut body) = (answer.status().as_u16(), Vec::new());
        while let Some(chunk) = answer.chunk().await.unwrap() {
            body.extend_from_slice(&chunk);
        }
        return (status, String::from_utf8(body).unwrap());
    };
    assert_eq!(page("healthz").await.0, 200);
    let (status, why) = page("readyz").await;
    assert_eq!(status, 503);
    assert!(why.contains("no plan"), "{why}");
    agent.collector.inner().token = "let-me-in".to_owned();
    agent.until_outcome(DOWN).await;
    let until = async |what: &str, is_so: &dyn Fn(&str) -> bool| {
        let wait = async {
            loop {
                let text = page("metrics").await.1;
                if is_so(&text) {
                    return text;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect(what)
    };
    let text = until("probe_success", &|text| {
        text.contains(r#"probe_success{agent="tram-a",family="v6",portal="p2"} 0"#)
            || text.contains(r#"probe_success{agent="tram-a",portal="p2",family="v6"} 0"#)
    })
    .await;
    for name in [
        "ems_agent_slots_total{",
        "ems_agent_spool_records ",
        "ems_agent_ship_errors_total{",
        "ems_agent_slot_lateness_seconds_bucket{",
        "ems_agent_probe_panics_total 0",
        "ems_agent_clock_skew_seconds ",
        "ems_agent_blind{family=\"v4\"} 0",
        "probe_http_duration_seconds{",
        "probe_ip_protocol{",
    ] {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
    until("ready", &|_| true).await;
    while page("readyz").await.0 != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    agent.collector.inner().plan = Some(quick_plan(1));
    until("the portal is gone", &|text| !text.contains(r#"portal="p2""#)).await;
    running.stop().await.unwrap();
    assert!(
        std::net::TcpListener::bind(free).is_ok(),
        "the port is free again"
    );
}

fn no_tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// The runner alone on a paused clock: hours pass in no time.
struct Paused {
    clock: Arc<PausedClock>,
    spool: Spool,
    _thread: SpoolThread,
    _dir: TempDir,
    runner: Runner,
    watch: Arc<Watch>,
    plan: watch::Sender<Option<Arc<Versioned>>>,
}

fn paused(
    plan: Plan,
    prober: impl FnOnce(&SharedClock) -> Arc<dyn Prober>,
    checker: impl FnOnce(&SharedClock) -> Arc<dyn ReferenceChecker>,
) -> Paused {
    let dir = TempDir::new().unwrap();
    let clock = PausedClock::new();
    let shared: SharedClock = clock.clone();
    let mut config = AgentConfig::new(
        "tram-a".parse().unwrap(),
        Vec::new(),
        Token::Literal(String::new()),
        dir.path().to_owned(),
    );
    config.spool.max_age_s = 1_000_000_000;
    let (spool, thread, _) = open_spool(&config, &shared).unwrap();
    let watch = Watch::new(shared.clone(), checker(&shared));
    let sources = Sources {
        spool: Arc::clone(spool.status()),
        ship: Arc::default(),
        evidence: None,
        plan: Arc::default(),
        watch: Arc::clone(&watch),
        trust: Arc::default(),
        clock: shared.clone(),
    };
    let portals = Portals::new(config.agent.clone()).unwrap();
    let version = plan.version();
    let plan = watch::Sender::new(Some(Arc::new(Versioned { version, plan })));
    let runner = Runner {
        agent: config.agent,
        clock: shared.clone(),
        tools: Tools {
            prober: prober(&shared),
            watch: Arc::clone(&watch),
            clock: shared,
        },
        spool: spool.clone(),
        trust: Arc::default(),
        metrics: Arc::new(Metrics::new(portals, sources).unwrap()),
        health: Arc::default(),
        plan: plan.subscribe(),
        last_mark: None,
    };
    Paused {
        clock,
        spool,
        _thread: thread,
        _dir: dir,
        runner,
        watch,
        plan,
    }
}

impl Paused {
    /// Runs for `seconds`, doing `at` on the way, and returns every record.
    async fn run(self, seconds: u64, at: impl AsyncFnOnce(&PausedClock, &ClockTrust)) -> Vec<Record> {
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for channel in Channel::ALL {
            tasks.spawn(Arc::clone(&self.watch).run(channel, cancel.clone()));
        }
        let trust = Arc::clone(&self.runner.trust);
        let (stop, patience) = (CancellationToken::new(), Duration::from_secs(120));
        let mut running = JoinSet::new();
        running.spawn(self.runner.run(stop.clone(), patience));
        let begun = tokio::time::Instant::now();
        at(&self.clock, &trust).await;
        tokio::time::sleep_until(begun + Duration::from_secs(seconds)).await;
        stop.cancel();
        assert_eq!(running.join_next().await.unwrap().unwrap(), Vec::<String>::new());
        cancel.cancel();
        while tasks.join_next().await.is_some() {}
        drop(self.plan);
        self.spool.flush().await.unwrap();
        let now = UnixTime::from_secs(2_000_000_000);
        let waiting = self.spool.next(10_000_000, 1 << 32, now).await.unwrap().unwrap();
        waiting
            .lines
            .iter()
            .map(|line| serde_json::from_slice(&line.json).unwrap())
            .collect()
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_flaps_every_20_s_reports_no_portal_down() {
    fn is_blind(at: Duration) -> bool {
        (at.as_secs() / 20) % 2 == 1
    }
    let prober = |clock: &SharedClock| {
        let own = clock.clone();
        let n = Arc::new(AtomicUsize::new(0));
        FakeProber::new(clock, move |_| {
            let (clock, n) = (own.clone(), n.fetch_add(1, Ordering::SeqCst));
            async move {
                // Whatever the length of the attempt, it fails when the line is dead at its beginning or its end.
                let from = clock.monotonic();
                let takes = Duration::from_millis(u64::try_from(n * 7_919 % 28_000).unwrap());
                tokio::time::sleep(takes).await;
                let blind = is_blind(from) || is_blind(clock.monotonic()) || takes > Duration::from_secs(20);
                if blind { DOWN } else { Outcome::Up }
            }
        }) as Arc<dyn Prober>
    };
    let checker = |clock: &SharedClock| {
        let clock = clock.clone();
        Arc::new(FakeChecker(move || {
            let clock = clock.clone();
            async move {
                let from = clock.monotonic();
                tokio::time::sleep(Duration::from_millis(40)).await;
                !is_blind(from) && !is_blind(clock.monotonic())
            }
        })) as Arc<dyn ReferenceChecker>
    };
    let records = paused(testing::plan(20), prober, checker)
        .run(3_600, async |_, _| {})
        .await;
    let (slots, gaps) = accounts(&records);
    assert_eq!((slots.len(), gaps.len()), (40, 0));
    assert!(
        slots.values().all(|slots| slots.len() >= 59),
        "every slot has a record"
    );
    let count = |wanted: fn(&Outcome) -> bool| {
        records
            .iter()
            .filter(|record| matches!(record, Record::Observation(o) if wanted(&o.outcome)))
            .count()
    };
    assert_eq!(count(|outcome| outcome.is_failure()), 0);
    assert!(
        count(|outcome| outcome.is_unknown()) > 500,
        "the blind spells did happen"
    );
    assert!(count(|outcome| outcome.is_success()) > 100);
}

#[tokio::test(start_paused = true)]
async fn steps_of_the_wall_clock_leave_every_slot_accounted_for_once() {
    let up = |clock: &SharedClock| FakeProber::new(clock, |_| async { Outcome::Up }) as Arc<dyn Prober>;
    let records = paused(testing::plan(10), up, |_| seeing())
        .run(3_000, async |clock, trust| {
            for by_s in [600, -600, -30, 7, -2_000, 80_000] {
                tokio::time::sleep(Duration::from_secs(400)).await;
                clock.step(by_s * 1_000_000);
                // The collector agrees with every one of these clocks.
                tokio::time::sleep(Duration::from_secs(2)).await;
                trust.learn(clock.timestamp(), Duration::ZERO, clock.timestamp());
            }
        })
        .await;
    let (slots, gaps) = accounts(&records);
    assert!(gaps.iter().map(|gap| gap.secs()).max() > Some(70_000));
    for slots in slots.values() {
        for slot in (*slots.first().unwrap()..=*slots.last().unwrap()).step_by(60) {
            let in_gap = gaps.iter().any(|gap| gap.contains(UnixTime::from_secs(slot)));
            assert!(slots.contains(&slot) || in_gap, "slot {slot} is lost");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_goes_wrong_and_comes_back_silences_nothing_that_was_measured() {
    let up = |clock: &SharedClock| FakeProber::new(clock, |_| async { Outcome::Up }) as Arc<dyn Prober>;
    let records = paused(testing::plan(10), up, |_| seeing())
        .run(2_000, async |clock, trust| {
            trust.learn(clock.timestamp(), Duration::ZERO, clock.timestamp());
            tokio::time::sleep(Duration::from_secs(500)).await;
            clock.step(20 * 365 * 86_400 * 1_000_000);
            tokio::time::sleep(Duration::from_secs(300)).await;
            clock.step(-20 * 365 * 86_400 * 1_000_000);
        })
        .await;
    let (_, gaps) = accounts(&records);
    assert!(gaps.iter().map(|gap| gap.secs()).sum::<i64>() <= 310, "{gaps:?}");
    let (mut up, mut suspect) = (0, 0);
    for record in &records {
        let Record::Observation(o) = record else { continue };
        if o.outcome == Outcome::Up {
            up += 1;
            assert!(
                !gaps.iter().any(|gap| gap.contains(o.slot)),
                "{} was measured",
                o.slot
            );
        } else {
            suspect += 1;
            assert_eq!(o.outcome, unknown(UnknownWhy::ClockSuspect));
        }
    }
    assert!(up > 500 && suspect > 50, "{up} up, {suspect} suspect");
}

#[tokio::test(start_paused = true)]
async fn a_hanging_half_of_all_portals_keeps_nobody_waiting() {
    // 600 portals over both families, every second one hangs for its whole limit: room for all is enough.
    let prober = |clock: &SharedClock| {
        FakeProber::new(clock, |job| async move {
            let hangs = job.portal.id.as_str().ends_with(['1', '3', '5', '7', '9']);
            let takes = if hangs { 29_000 } else { 200 };
            tokio::time::sleep(Duration::from_millis(takes)).await;
            if hangs { DOWN } else { Outcome::Up }
        }) as Arc<dyn Prober>
    };
    let mut plan = testing::plan(600);
    plan.limits.concurrency = 700;
    let records = paused(plan, prober, |_| seeing()).run(300, async |_, _| {}).await;
    let (slots, gaps) = accounts(&records);
    assert_eq!((slots.len(), gaps.len()), (1_200, 0));
    for record in &records {
        if let Record::Observation(o) = record {
            assert!(o.outcome == Outcome::Up || o.outcome == DOWN, "{:?}", o.outcome);
            let started = UnixTime::floor(o.attempts[0].started_at);
            assert!(started - o.slot <= 5, "slot {} began at {started}", o.slot);
        }
    }
}

const PAGE: &str = "<!doctype html><html lang=vi><head><title>Cổng thông tin điện tử tỉnh An Giang</title></head><body>\
<header><h1>Cổng thông tin điện tử tỉnh An Giang</h1><nav><a href=/gioi-thieu>Giới thiệu</a> <a href=/tin-tuc>Tin tức - Sự kiện</a> \
<a href=/van-ban>Văn bản quy phạm pháp luật</a> <a href=/dich-vu-cong>Dịch vụ công trực tuyến</a></nav></header><main>\
<article><h2>Ủy ban nhân dân tỉnh họp thường kỳ</h2><p>Sáng nay, Ủy ban nhân dân tỉnh tổ chức phiên họp thường kỳ để đánh giá \
tình hình kinh tế - xã hội, quốc phòng - an ninh và bàn nhiệm vụ, giải pháp trọng tâm trong thời gian tới. Lãnh đạo các sở, \
ban, ngành tỉnh và Ủy ban nhân dân các xã, phường, đặc khu cùng dự phiên họp và báo cáo kết quả thực hiện.</p></article></main>\
<footer>Cơ quan chủ quản: Ủy ban nhân dân tỉnh An Giang. Địa chỉ: 16C Tôn Đức Thắng, phường Long Xuyên.</footer></body></html>";

#[tokio::test]
async fn over_the_real_network_a_portal_is_up_then_refuses_connections() {
    let serve = |listener: TcpListener| {
        let page = axum::routing::get(|| async { axum::response::Html(PAGE) });
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, axum::Router::new().route("/", page)).await });
        server
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let reference = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut plan = quick_plan(1);
    plan.families = vec![ems_contract::family::Family::V4];
    plan.portals[0].url = format!("http://{address}/").parse().unwrap();
    plan.portals[0].allow = vec!["127.0.0.0/8".parse().unwrap()];
    plan.portals[0].resolve = Vec::new();
    plan.references.truncate(1);
    plan.references[0].port = reference.local_addr().unwrap().port();
    plan.references[0].resolve = vec!["127.0.0.1".parse().unwrap()];
    let agent = Agent::new(plan).await;
    let server = serve(listener);
    let shutdown = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(run_over_network(
        agent.config(),
        Arc::clone(&agent.clock),
        shutdown.clone(),
    ));
    let running = Running { tasks, shutdown };
    agent.until_outcome(Outcome::Up).await;
    drop(server);
    let refused = Outcome::Down {
        stage: ems_contract::cause::Stage::Connect,
        cause: ems_contract::cause::Cause::TcpRefused,
    };
    agent.until_outcome(refused).await;
    assert_eq!(running.stop().await.unwrap(), Shutdown::Clean);
}
