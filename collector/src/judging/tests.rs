use ems_contract::cause::{Cause, Stage};
use ems_contract::family::Family;
use ems_contract::inventory::{Inventory, Level};
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;
use std::sync::{Arc, LazyLock};

use super::*;
use crate::calendar::civil::{end_of, plus_days, start_of};
use crate::context::{Context, LiveInventory};
use crate::dossier::Chronicle;
use crate::judge::{Reason, Value};
use crate::regulation::{Regulations, embedded};
use crate::store::{Asked, IngestBatch, InventoryRecord, KeptVerdict};
use crate::testing::{batch, inventory, line, observation, portal};

static RULES: LazyLock<Arc<Regulations>> = LazyLock::new(|| Arc::new(Regulations::embedded().unwrap()));

const V6: &str = "AG-5.4-v6";

/// The first civil day after the inventory came into force.
fn day(n: i64) -> Date {
    plus_days("2026-11-23".parse().unwrap(), n)
}

fn of_level(level: Level) -> Inventory {
    let mut inventory = inventory(&["p1", "p2"]);
    for portal in &mut inventory.portals {
        portal.level = level;
        portal.regulations = vec!["an-giang-2023".into(), "vn-nd224-2026".into()];
    }
    inventory.version = ems_contract::digest::Sha256::of(level.as_str().as_bytes());
    inventory
}

/// A collector whose inventory came into force on the eve of `day(0)`, with its clock at `now`.
fn collector(dir: &std::path::Path, now: UnixTime) -> Context {
    let context = crate::testing::context(dir, now);
    let record = InventoryRecord::of(&of_level(Level::Department), start_of(day(0)) - 3_600);
    context.store.record_inventory(&record).unwrap();
    Context {
        inventory: LiveInventory::new(of_level(Level::Department), now),
        ..context
    }
}

/// Two looks over IPv6, ten minutes apart before the end of a day, with or without an AAAA record.
fn looks(n: i64, from_seq: u64, has_aaaa: bool) -> IngestBatch {
    let outcome = if has_aaaa {
        Outcome::Up
    } else {
        Outcome::Down {
            stage: Stage::Dns,
            cause: Cause::DnsNodata,
        }
    };
    let look = |seq: u64, before_end: i64| {
        let mut seen = observation(seq, 0, outcome);
        seen.slot = end_of(day(n)) - before_end;
        seen.family = Some(Family::V6);
        seen.facts.addresses = if has_aaaa {
            vec!["2405:4800::7".parse().unwrap()]
        } else {
            vec![]
        };
        line(Record::Observation(Box::new(seen)))
    };
    batch(from_seq - 1, vec![look(from_seq, 1_200), look(from_seq + 1, 300)])
}

fn judged(context: &Context, at: UnixTime) -> usize {
    let chronicle = Chronicle::load(&*context.store, at).unwrap();
    let bench = Bench {
        store: &*context.store,
        rules: &RULES,
        chronicle: &chronicle,
        now: at + 400,
    };
    judge_all(&bench, None, at).unwrap()
}

fn verdict(context: &Context, obligation: &str, on: Date) -> KeptVerdict {
    let asked = Asked {
        portal: Some(portal("p1")),
        ..Asked::on(on)
    };
    let mut all = context.store.verdicts(&asked).unwrap();
    all.retain(|kept| &*kept.verdict.obligation == obligation);
    assert_eq!(all.len(), 1, "{obligation} on {on}");
    all.remove(0)
}

#[test]
fn what_agents_saw_becomes_a_verdict_that_points_at_its_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let context = collector(dir.path(), end_of(day(0)) + 400);
    context.store.commit(looks(0, 1, false)).unwrap();
    assert_eq!(judged(&context, end_of(day(0))), 2);
    let kept = verdict(&context, V6, day(0));
    assert_eq!(
        (kept.verdict.value, kept.verdict.reason),
        (Value::Fail, Reason::NotMet)
    );
    let check = kept
        .verdict
        .checks
        .iter()
        .find(|check| &*check.check == "ipv6-aaaa")
        .unwrap();
    assert_eq!(check.evidence.len(), 2);
    for evidence in &check.evidence {
        // Agent, probe and instant are the key under which the result is kept.
        assert_eq!(evidence.key.as_deref(), Some("reach/v6"));
        let records = context
            .store
            .records(&portal("p1"), Window::new(evidence.at, evidence.at + 1))
            .unwrap();
        let found = records.iter().any(|record| {
            matches!(record, Record::Observation(seen)
                if Some(&seen.agent) == evidence.agent.as_ref() && seen.family == Some(Family::V6))
        });
        assert!(found, "{evidence:?}");
    }
    let judging = context.store.judgings(day(0), day(0)).unwrap().remove(0);
    assert_eq!(judging.versions.rules, RULES.version);
    assert_eq!(judging.versions.inventory, of_level(Level::Department).version);
    assert_eq!(judging.versions.calendar, RULES.calendar.versions(day(0), day(0)));
    // Nobody looked at the other portal: nothing is claimed of it.
    let other = Asked {
        portal: Some(portal("p2")),
        ..Asked::on(day(0))
    };
    let lines = context.store.verdict_lines(&other).unwrap();
    assert!(
        lines
            .iter()
            .all(|line| !matches!(line.value, Value::Pass | Value::Fail))
    );
}

#[test]
fn equal_days_are_one_run_and_a_day_can_be_judged_again_until_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let context = collector(dir.path(), end_of(day(3)));
    context.store.commit(looks(0, 1, false)).unwrap();
    judged(&context, end_of(day(0)));
    judged(&context, end_of(day(1)));
    let kept = verdict(&context, V6, day(1));
    assert_eq!((kept.since, kept.until), (day(0), day(1)));
    // On the third day an address appears: at noon it is not seen yet, at the end it is.
    judged(&context, start_of(day(2)) + 43_200);
    assert_eq!(verdict(&context, V6, day(2)).since, day(0));
    context.store.commit(looks(2, 3, true)).unwrap();
    judged(&context, end_of(day(2)));
    let kept = verdict(&context, V6, day(2));
    assert_eq!((kept.since, kept.until), (day(2), day(2)));
    assert_ne!(kept.verdict.value, Value::Fail);
    let before = verdict(&context, V6, day(1));
    assert_eq!(
        (before.since, before.until, before.verdict.value),
        (day(0), day(1), Value::Fail)
    );
    assert_eq!(context.store.verdict_history(&portal("p1"), V6).unwrap().len(), 2);
    // Yesterday is closed.
    let chronicle = Chronicle::load(&*context.store, end_of(day(3))).unwrap();
    let bench = Bench {
        store: &*context.store,
        rules: &RULES,
        chronicle: &chronicle,
        now: end_of(day(3)),
    };
    let error = judge_all(&bench, None, end_of(day(1))).unwrap_err();
    assert!(error.to_string().contains("is closed"), "{error}");
}

fn again(context: &Context, rules: &Regulations) -> Rejudged {
    let now = end_of(day(3));
    let chronicle = Chronicle::load(&*context.store, now).unwrap();
    let bench = Bench {
        store: &*context.store,
        rules,
        chronicle: &chronicle,
        now,
    };
    rejudge(&bench, None, (day(0), day(2)), &|_, _| {}).unwrap()
}

#[test]
fn rejudging_gives_the_same_and_a_new_pack_version_a_list_of_differences() {
    let dir = tempfile::tempdir().unwrap();
    let context = collector(dir.path(), end_of(day(3)));
    context.store.commit(looks(0, 1, false)).unwrap();
    context.store.commit(looks(2, 3, true)).unwrap();
    for n in 0..3 {
        judged(&context, end_of(day(n)));
    }
    let same = again(&context, &RULES);
    assert_eq!((same.days, same.not_kept), (6, 0));
    assert!(
        same.equal > 500 && same.differences.is_empty(),
        "{:?}",
        same.differences
    );

    let row = "- id: AG-5.4-v6\n";
    let files: Vec<(&str, String)> = embedded::FILES
        .iter()
        .map(|(name, text)| match text.split_once(row) {
            Some((before, after)) => (
                *name,
                format!(
                    "{before}{row}{}",
                    after.replacen("ceiling: fail", "ceiling: warn", 1)
                ),
            ),
            None => (*name, (*text).to_owned()),
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let softer = Regulations::read(&files, embedded::SOURCES).unwrap();
    let told = again(&context, &softer);
    let one = &told.differences[0];
    assert_eq!(told.differences.len(), 1, "{:?}", told.differences);
    assert_eq!(
        (one.portal.as_str(), &*one.obligation, one.from, one.to),
        ("p1", V6, day(0), day(1))
    );
    assert_eq!(one.kept.unwrap().value, Value::Fail);
    assert_eq!(one.now.unwrap().reason, Reason::CeilingWarn);
}

#[test]
fn each_day_is_judged_by_its_own_inventory() {
    let dir = tempfile::tempdir().unwrap();
    let context = collector(dir.path(), end_of(day(3)));
    let later = InventoryRecord::of(&of_level(Level::Commune), start_of(day(1)) + 60);
    context.store.record_inventory(&later).unwrap();
    for n in 0..2 {
        judged(&context, end_of(day(n)));
    }
    // The lists of AG Đ10.1 bind departments, its Đ10.2 communes and others: levels change, the past does not.
    let binds = |n: i64| {
        let lines = context
            .store
            .verdict_lines(&Asked {
                portal: Some(portal("p1")),
                ..Asked::on(day(n))
            })
            .unwrap();
        let free = |line: &&crate::store::VerdictLine| line.reason == Reason::LevelNotBound;
        lines
            .iter()
            .filter(free)
            .map(|line| line.obligation.clone())
            .collect::<Vec<_>>()
    };
    assert_ne!(binds(0), binds(1));
    let told = again(&context, &RULES);
    assert!(told.differences.is_empty(), "{:?}", told.differences);
}

#[test]
fn the_job_closes_days_at_their_end_and_answers_what_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    // Just after midnight yesterday may still get records.
    let early = collector(dir.path(), start_of(day(1)) + 200);
    early.store.commit(looks(0, 1, false)).unwrap();
    let job = Judging::new(&early, RULES.clone()).unwrap();
    assert_eq!(job.judge(true).unwrap(), 0);
    assert!(early.store.judgings(day(1), day(1)).unwrap().is_empty());
    let open = |context: &Context| Context {
        clock: Arc::new(ems_contract::clock::FixedClock(start_of(day(1)) + 301)),
        registry: prometheus::Registry::new(),
        ..context.clone()
    };
    let context = open(&early);
    let job = Judging::new(&context, RULES.clone()).unwrap();
    assert_eq!(job.judge(true).unwrap(), 2);
    assert_eq!(context.store.last_closed_day().unwrap(), Some(day(0)));
    assert_eq!(verdict(&context, V6, day(0)).verdict.value, Value::Fail);
    context.docket.ask([portal("p2")]);
    assert_eq!(job.judge(false).unwrap(), 1, "only what was asked for");
    assert_eq!(job.judge(false).unwrap(), 0);
    let text = prometheus::TextEncoder::new()
        .encode_to_string(&context.registry.gather())
        .unwrap();
    assert!(
        text.contains("ems_verdicts{pack=\"an-giang-2023\",verdict=\"fail\"} 1\n"),
        "{text}"
    );
    assert!(
        text.contains("ems_verdicts{pack=\"hau-giang-2020\",verdict=\"fail\"} 0\n"),
        "{text}"
    );
}
