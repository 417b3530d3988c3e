//! The job on made-up provinces: what it drafts, what it tells, and that it stops.

use ems_contract::clock::FixedClock;

use super::*;
use crate::demo::{Plan, seed};
use crate::notify::settings::{NotifySettings, RouteSettings};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// The job at an instant, over the same store.
fn at(context: &Context, folder: &std::path::Path, now: &str) -> ReportJob {
    let context = Context {
        clock: Arc::new(FixedClock(now.parse().unwrap())),
        registry: Registry::new(),
        ..context.clone()
    };
    let settings = NotifySettings {
        routes: vec![RouteSettings {
            channels: vec!["log".into()],
            at_least: Severity::Low,
        }],
        ..NotifySettings::default()
    };
    ReportJob::new(Watch {
        desk: Arc::new(Desk::new(context.clone(), Arc::new(settings))),
        context,
        rules: Arc::new(Regulations::embedded().unwrap()),
        folder: folder.to_owned(),
        office: Office {
            renderer: Some("/nowhere/ems-render".into()),
            ..Office::default()
        },
        lang: Lang::Vi,
    })
    .unwrap()
}

/// The store and the inventory of a demonstration.
fn demonstration(data: &std::path::Path) -> Context {
    let store = SqliteStore::open(&data.join(crate::serve::DATABASE)).unwrap();
    let records = store
        .inventories(ems_contract::time::Window::new(
            UnixTime::from_secs(0),
            UnixTime::from_secs(i64::MAX),
        ))
        .unwrap();
    let inventory: ems_contract::inventory::Inventory =
        serde_json::from_str(&records.last().unwrap().json).unwrap();
    let loaded = records.last().unwrap().loaded_at;
    Context {
        store: Arc::new(store),
        inventory: crate::context::LiveInventory::new(inventory, loaded),
        clock: Arc::new(FixedClock(loaded)),
        docket: crate::judging::Docket::default(),
        registry: Registry::new(),
    }
}

fn scraped(job: &ReportJob) -> String {
    prometheus::TextEncoder::new()
        .encode_to_string(&job.watch.context.registry.gather())
        .unwrap()
}

/// The An Giang trap: cut and last day are the same day. The draft is made days before, once more after the cut,
/// and the alarm opens with the first reminder and stays until somebody notes the sending.
#[test]
fn the_draft_is_made_in_time_and_again_after_the_cut_and_lateness_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let plan = Plan {
        portals: 3,
        days: 60,
        now: "2026-12-14T06:00:00Z".parse().unwrap(),
        open: 0,
    };
    seed(plan, &data, &mut |_, _| {}).unwrap();
    let context = demonstration(&data);
    let inventory = context.inventory.current();
    let unit = inventory.portals.iter().find(|portal| {
        portal.level == ems_contract::inventory::Level::Department
            && portal.regulations.iter().any(|pack| pack == "an-giang-2023")
    });
    // Departments owe it, each its own.
    let key: EditionKey = format!("ag-q/2026-Q4/{}", unit.unwrap().id).parse().unwrap();
    let editions = || context.store.editions(Some(&key)).unwrap();
    let open = || {
        let all = context.store.alarms(UnixTime::from_secs(0)).unwrap();
        let mut keys: Vec<String> = all
            .into_iter()
            .filter(|alarm| alarm.key.contains("ag-q/2026-Q4") && alarm.open)
            .map(|alarm| alarm.key)
            .collect();
        keys.sort();
        keys
    };
    at(&context, &data, "2026-11-19T03:00:00Z").round().unwrap();
    assert!(
        editions().is_empty() && open().is_empty(),
        "nothing has to be done yet"
    );
    at(&context, &data, "2026-11-24T03:00:00Z").round().unwrap();
    assert!(editions().is_empty(), "too early for a draft");
    assert_eq!(open(), ["report/ag-q/2026-Q4"]);
    let job = at(&context, &data, "2026-12-07T03:00:00Z");
    job.round().unwrap();
    assert_eq!(editions().len(), 1);
    assert_eq!(
        editions()[0].manifest.portals,
        [key.unit.as_ref().unwrap().to_string()]
    );
    let whole: EditionKey = "ag-q/2026-Q4".parse().unwrap();
    assert!(context.store.editions(Some(&whole)).unwrap().is_empty());
    let now = "2026-12-07T03:00:00Z".parse().unwrap();
    let lines = due_now(&*context.store, &inventory, &job.watch.rules, now).unwrap();
    let line = lines.iter().find(|line| line.key == "ag-q/2026-Q4").unwrap();
    assert_eq!(
        line.edition,
        Some((1, EditionState::Drafted)),
        "every unit has one"
    );
    let first = editions()[0].made_at;
    job.round().unwrap();
    assert_eq!(editions()[0].made_at, first, "once is enough");
    assert!(scraped(&job).contains("ems_report_drafts_total{result=\"made\"}"));
    let job = at(&context, &data, "2026-12-14T05:30:00Z");
    job.round().unwrap();
    assert!(
        editions()[0].made_at > first,
        "made once more after the cut at noon"
    );
    assert_eq!(
        editions()[0].manifest.data_to,
        "2026-12-14T05:00:00Z".parse().unwrap()
    );
    assert!(scraped(&job).contains("ems_report_late{duty=\"ag-q\",period=\"2026-Q4\"} 0"));
    let late = at(&context, &data, "2026-12-15T03:00:00Z");
    late.round().unwrap();
    let text = scraped(&late);
    let line = text
        .lines()
        .find(|line| line.starts_with("ems_report_late{duty=\"ag-q\",period=\"2026-Q4\"}"))
        .unwrap();
    assert!(!line.ends_with(" 0"), "{line}");
    assert_eq!(open(), ["report/ag-q/2026-Q4"]);
    assert_eq!(editions()[0].state(), EditionState::Drafted, "nobody else signs");
}

/// A round drafts no more than it has room for; whoever was killed after it goes on where it ended.
#[test]
fn units_are_drafted_some_a_round_and_none_twice() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let plan = Plan {
        portals: 8,
        days: 4,
        open: 0,
        now: "2026-12-07T03:00:00Z".parse().unwrap(),
    };
    seed(plan, &data, &mut |_, _| {}).unwrap();
    let context = demonstration(&data);
    let now = "2026-12-07T03:00:00Z".parse().unwrap();
    let job = at(&context, &data, "2026-12-07T03:00:00Z");
    let lines = due_now(
        &*context.store,
        &context.inventory.current(),
        &job.watch.rules,
        now,
    )
    .unwrap();
    let line = lines.iter().find(|line| line.key == "ag-q/2026-Q4").unwrap();
    let keys = line.reports();
    assert!(
        keys.len() > 2 && keys.iter().all(|key| key.unit.is_some()),
        "{keys:?}"
    );
    let drafted = || {
        let all = keys.iter().map(|key| context.store.editions(Some(key)).unwrap());
        let all: Vec<i64> = all.flatten().map(|edition| edition.id).collect();
        all
    };
    let mut before = Vec::new();
    while before.len() < keys.len() {
        // Another job each time, as after a kill.
        let mut job = at(&context, &data, "2026-12-07T03:00:00Z");
        job.room = 2;
        job.round().unwrap();
        let after = drafted();
        assert_eq!(after.len(), (before.len() + 2).min(keys.len()));
        assert_eq!(after[..before.len()], before[..], "none is made anew");
        before = after;
    }
}

/// A draft that cannot be made keeps nobody from being told, and is not tried in every round.
#[test]
fn a_draft_that_fails_is_tried_less_and_less_often() {
    let dir = tempfile::tempdir().unwrap();
    let now = "2026-12-14T06:00:00Z".parse().unwrap();
    let data = dir.path().join("data");
    let plan = Plan {
        portals: 3,
        days: 4,
        now,
        open: 0,
    };
    seed(plan, &data, &mut |_, _| {}).unwrap();
    let context = demonstration(&data);
    // Nothing can be drawn below a file.
    let job = at(
        &context,
        &data.join(crate::serve::DATABASE),
        "2026-12-14T05:30:00Z",
    );
    let failed = || job.metrics.drafts.with_label_values(&["failed"]).get();
    job.round().unwrap();
    let first = failed();
    assert!(first > 0);
    let alarms = context.store.alarms(UnixTime::from_secs(0)).unwrap();
    assert!(alarms.iter().any(|alarm| alarm.key == "report/ag-q/2026-Q4"));
    job.round().unwrap();
    assert_eq!(failed(), first, "not tried again at once");

    let mut failure = None;
    let waits = std::iter::repeat_with(|| {
        let next = Failure::after(failure, now);
        failure = Some(next);
        next.again_at - now
    });
    let waits: Vec<i64> = waits.take(10).collect();
    assert_eq!(waits[..4], [600, 1_200, 2_400, 4_800]);
    assert_eq!(waits[7..], [76_800, 86_400, 86_400]);
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let context = crate::testing::context(dir.path(), crate::testing::at(0));
    let job = at(&context, dir.path(), "2026-11-20T03:00:00Z");
    let stop = CancellationToken::new();
    stop.cancel();
    job.run(stop).await;
}

#[test]
fn stages_are_told_in_words() {
    assert_eq!(left("T-15wd", Lang::Vi), "còn không quá 15 ngày làm việc");
    assert_eq!(left("T-3cd", Lang::En), "at most 3 days left");
    assert_eq!(left("T-0", Lang::Vi), "T-0");
}
