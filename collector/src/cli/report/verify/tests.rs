//! Editions of a small demonstration, held against a store that somebody changed behind them.

use std::path::Path;

use clap::Parser;
use ems_contract::clock::FixedClock;
use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use jiff::civil::date;
use serde_json::Value as Json;

use super::super::{Args, last_in_force};
use super::*;
use crate::account::Author;
use crate::calendar::civil::end_of;
use crate::demo::{Plan, seed};
use crate::dossier::Chronicle;
use crate::judge::Value;
use crate::judging::{Bench, judge_all};
use crate::register::{Entry, Training};
use crate::regulation::Regulations;
use crate::report::{MANIFEST, Manifest};
use crate::store::{Asked, Judged, NewEntry, RegisterStore as _, Store as _, VerdictStore as _};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// Minutes before the cut of the fourth quarter in An Giang: the last judging is the one that the report tells of.
const JUDGED: &str = "2026-12-14T04:50:00Z";
/// Days after.
const NOW: &str = "2026-12-18T02:00:00Z";

fn ran(dir: &Path, line: &str) -> (u8, String) {
    let words = ["report".to_owned()].into_iter().chain(
        line.split_whitespace()
            .map(|word| word.replace("DIR", dir.to_str().unwrap())),
    );
    let args = Line::try_parse_from(words).unwrap().args;
    let clock = FixedClock(NOW.parse().unwrap());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = super::super::run(&args, &clock, &mut out, &mut err).unwrap();
    out.extend(err);
    (code, String::from_utf8(out).unwrap())
}

fn good(dir: &Path, line: &str) -> String {
    let (code, said) = ran(dir, line);
    assert_eq!(code, EXIT_OK, "{line}: {said}");
    said
}

/// A frozen edition, saved to `DIR/one`.
fn frozen() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan {
        portals: 3,
        days: 4,
        now: JUDGED.parse().unwrap(),
        open: 0,
    };
    seed(plan, &dir.path().join("data"), &mut |_, _| {}).unwrap();
    good(
        dir.path(),
        "freeze ag-q/2026-Q4 --data DIR/data --by a --formats html",
    );
    good(dir.path(), "save ag-q/2026-Q4 --data DIR/data --out DIR/one");
    dir
}

fn store(dir: &Path) -> SqliteStore {
    SqliteStore::open(&dir.join("data").join(DATABASE)).unwrap()
}

const VERIFY: &str = "verify DIR/one --data DIR/data";

fn read(dir: &Path, name: &str) -> Json {
    serde_json::from_slice(&std::fs::read(dir.join("one").join(name)).unwrap()).unwrap()
}

/// Whoever changes what was concluded, after an edition told it, is found out: which portal, which obligation, what it
/// said and what the store says now.
#[test]
fn a_verdict_changed_behind_an_edition_is_named() {
    let dir = frozen();
    good(dir.path(), VERIFY);
    let store = store(dir.path());
    let day = date(2026, 12, 14);
    let judging = store.judgings(day, day).unwrap().remove(0);
    let asked = Asked {
        portal: Some(judging.portal.clone()),
        ..Asked::on(day)
    };
    let mut verdicts: Vec<_> = store.verdicts(&asked).unwrap();
    let changed = verdicts
        .iter_mut()
        .find(|kept| kept.verdict.value == Value::Unknown && !kept.verdict.checks.is_empty())
        .unwrap();
    changed.verdict.value = Value::Fail;
    let obligation = changed.verdict.obligation.to_string();
    let judged = Judged {
        portal: judging.portal.clone(),
        day,
        at: judging.at,
        versions: judging.versions,
        verdicts: verdicts.into_iter().map(|kept| kept.verdict).collect(),
    };
    store.write_verdicts(vec![judged]).unwrap();
    let (code, said) = ran(dir.path(), VERIFY);
    assert_eq!(code, EXIT_FAILED, "{said}");
    let place = format!("findings.portals[{}].conclusions[", judging.portal);
    let named = said
        .lines()
        .find(|line| line.starts_with(&place) && line.contains(&obligation) && line.contains(".value: "));
    let named = named.unwrap_or_else(|| panic!("{obligation} in {said}"));
    assert!(named.ends_with("lúc xuất bản unknown, tính lại fail"), "{named}");
    let (_, said) = ran(dir.path(), &format!("{VERIFY} --json"));
    let told: Json = serde_json::from_str(&said).unwrap();
    assert_eq!((&told["good"], &told["data"]), (&Json::Bool(false), &Json::Null));
}

/// The store keeps of a run of days what the last of them rested on. What an edition told of an earlier day is judged
/// again from the facts, and is what it was.
#[test]
fn an_edition_holds_however_many_days_are_judged_after_it() {
    let dir = frozen();
    let store = store(dir.path());
    let rules = Regulations::embedded().unwrap();
    let now = NOW.parse().unwrap();
    let chronicle = Chronicle::load(&store, now).unwrap();
    let bench = Bench {
        store: &store,
        rules: &rules,
        chronicle: &chronicle,
        now,
    };
    for day in 14..=17 {
        judge_all(&bench, None, end_of(date(2026, 12, day))).unwrap();
    }
    let told: Json = serde_json::from_str(&good(dir.path(), &format!("{VERIFY} --json"))).unwrap();
    let beyond: Vec<&str> = told["not_recomputed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    assert_eq!(beyond, ["newest"], "{told}");
}

/// Entries made with a date before the edition was frozen were not there when it was.
#[test]
fn an_entry_slipped_into_a_register_is_named() {
    let dir = frozen();
    let entry = |participants| {
        Entry::Training(Training {
            held_on: date(2026, 12, 1),
            topic: "Biên tập".into(),
            organiser: "Sở".into(),
            participants,
            file_sha256: None,
            note: None,
        })
    };
    let author = Author::system();
    let note = author.note(JUDGED.parse().unwrap(), "register.enter", "x", "");
    let new = NewEntry {
        portal: None,
        replaces: None,
        withdrawn: false,
        file: None,
        entry: entry(12),
    };
    store(dir.path()).enter(vec![new], &author, note).unwrap();
    let (code, said) = ran(dir.path(), VERIFY);
    assert_eq!(code, EXIT_FAILED, "{said}");
    for line in [
        "findings.registers.trainings: lúc xuất bản 0, tính lại 1",
        "findings.registers.participants: lúc xuất bản 0, tính lại 12",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

/// An edition of an earlier program has fewer figures as data. Its files and verdicts are held against what there is, and
/// what cannot be is said.
#[test]
fn of_an_edition_by_an_earlier_program_it_is_said_what_was_not_made_anew() {
    let dir = frozen();
    let folder = dir.path().join("one");
    let mut figures = read(dir.path(), "bao-cao.json");
    let findings = figures["findings"].as_object_mut().unwrap();
    findings.remove("registers");
    findings.remove("by_check");
    for portal in findings["portals"].as_array_mut().unwrap() {
        portal.as_object_mut().unwrap().remove("judged_at");
        for one in portal["conclusions"].as_array_mut().unwrap() {
            one.as_object_mut().unwrap().remove("told_at");
        }
    }
    let text = serde_json::to_vec_pretty(&figures).unwrap();
    std::fs::write(folder.join("bao-cao.json"), &text).unwrap();
    let mut manifest: Manifest = serde_json::from_value(read(dir.path(), MANIFEST)).unwrap();
    manifest.findings_digest = None;
    manifest.compared.clear();
    manifest.method = Sha256::of(b"another");
    let entry = manifest
        .files
        .iter_mut()
        .find(|entry| entry.name == "bao-cao.json")
        .unwrap();
    (entry.bytes, entry.sha256) = (text.len() as u64, Sha256::of(&text));
    std::fs::write(folder.join(MANIFEST), serde_json::to_vec(&manifest).unwrap()).unwrap();
    let said = good(dir.path(), VERIFY);
    for words in [
        "phương pháp khác",
        "báo cáo của chương trình cũ",
        "căn cứ (trị đo, số mục đúng hạn) của",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Conclusions are compared all the same.
    figures["findings"]["portals"][0]["conclusions"][0]["value"] = "forged".into();
    let text = serde_json::to_vec(&figures).unwrap();
    std::fs::write(folder.join("bao-cao.json"), &text).unwrap();
    let (code, said) = ran(dir.path(), VERIFY);
    assert_eq!(code, EXIT_FAILED);
    assert!(said.contains("bao-cao.json: khác với lúc xuất bản"), "{said}");
    assert!(said.contains("lúc xuất bản forged"), "{said}");
}

/// Late data change seconds: each figure that differs is named with what it was.
#[test]
fn a_second_that_changed_is_named_by_portal_and_track() {
    let dir = frozen();
    let store = store(dir.path());
    let inventory = last_in_force(&store, NOW.parse().unwrap()).unwrap().unwrap();
    let portal: &PortalId = &inventory.portals[0].id;
    let end: UnixTime = "2026-12-13T12:00:00Z".parse().unwrap();
    let spans = crate::ledger::Track::ALL.map(|track| {
        let down = crate::ledger::Span {
            from: end - 3_600,
            to: end,
            state: crate::ledger::State::Down,
            cause: None,
            agents: Vec::new(),
        };
        (track, down)
    });
    store
        .write_spans(crate::store::SpanUpdate {
            portal: portal.clone(),
            from: end - 3_600,
            spans: spans.to_vec(),
            checkpoints: Vec::new(),
            forget: Vec::new(),
            generation: 0,
        })
        .unwrap();
    let (code, said) = ran(dir.path(), VERIFY);
    assert_eq!(code, EXIT_FAILED);
    assert!(said.contains("dữ liệu gốc khác với lúc xuất bản"), "{said}");
    let place = format!("portals[{portal}].tracks[overall].statutory.down_s: ");
    assert!(said.lines().any(|line| line.starts_with(&place)), "{said}");
}
