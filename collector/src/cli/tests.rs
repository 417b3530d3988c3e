//! Backup, restore and export as a person runs them.

use std::path::Path;

use clap::Parser;
use ems_contract::clock::FixedClock;
use ems_contract::outcome::Outcome;
use ems_contract::record::Record;

use super::*;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::testing::*;

#[derive(Parser)]
enum Command {
    Backup(backup::Args),
    Restore(restore::Args),
    Export(export::Args),
}

/// Exit code, output and messages of a command in a folder with a database in `data`.
fn run(dir: &Path, line: &str) -> (u8, String, String) {
    let line = line.replace("DIR", dir.to_str().unwrap());
    let command = Command::parse_from(std::iter::once("ems-collector").chain(line.split(' ')));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = match &command {
        Command::Backup(args) => backup::run(args, &mut out, &mut err),
        Command::Restore(args) => restore::run(args, &FixedClock(at(0)), &mut out, &mut err),
        Command::Export(args) => export::run(args, &mut out, &mut err),
    };
    (
        code.unwrap(),
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

#[test]
fn a_backup_is_taken_restored_and_the_old_database_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let running = store(&data);
    running.commit(batch(0, vec![up(1, 0)])).unwrap();
    let (code, out, _) = run(dir.path(), "backup DIR/copy.db --data DIR/data");
    assert_eq!(code, EXIT_OK);
    assert!(out.contains("đã sao lưu vào"), "{out}");
    let (code, _, err) = run(dir.path(), "backup DIR/copy.db --data DIR/data --lang en");
    assert_eq!(code, EXIT_FAILED);
    assert!(err.contains("is there already"), "{err}");
    let (code, _, err) = run(dir.path(), "restore DIR/copy.db --data DIR/data --replace");
    assert_eq!(code, EXIT_FAILED);
    assert!(err.contains("hãy dừng ems-collector trước"), "{err}");
    drop(running);
    let (code, _, err) = run(dir.path(), "restore DIR/copy.db --data DIR/data");
    assert_eq!(code, EXIT_FAILED);
    assert!(err.contains("--replace"), "{err}");
    let (code, out, _) = run(
        dir.path(),
        "restore DIR/copy.db --data DIR/data --replace --lang en",
    );
    assert_eq!(code, EXIT_OK);
    assert!(out.contains("ems.db.before-restore-20261118T181000"), "{out}");
    assert_eq!(
        run(dir.path(), "restore DIR/copy.db --data DIR/new/data").0,
        EXIT_OK
    );
    assert!(SqliteStore::open(&dir.path().join("new/data/ems.db")).is_ok());
}

#[test]
fn an_export_is_the_records_one_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let running = store(&data);
    let mut second = observation(2, 90_000, down());
    second.portal = portal("p2");
    let lines = vec![
        up(1, 0),
        line(Record::Observation(Box::new(second))),
        line(gap(3, 90_060, 90_120)),
    ];
    running.commit(batch(0, lines)).unwrap();
    let window = format!("--from {} --to {} --data DIR/data", at(0), at(100_000));
    let (code, out, err) = run(dir.path(), &format!("export {window}"));
    assert_eq!((code, err.as_str()), (EXIT_OK, ""));
    let records: Vec<Record> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let outcomes: Vec<Option<Outcome>> = records
        .iter()
        .map(|record| match record {
            Record::Observation(observation) => Some(observation.outcome),
            _ => None,
        })
        .collect();
    // The gap concerns both portals, so both have it.
    assert_eq!(outcomes, [Some(Outcome::Up), None, Some(down()), None]);
    let (_, only, _) = run(dir.path(), &format!("export {window} --portal p2"));
    assert_eq!(only.lines().count(), 2);
    let backwards = format!("export --from {} --to {} --data DIR/data", at(1), at(0));
    assert_eq!(run(dir.path(), &backwards).0, EXIT_USAGE);
    let (code, _, err) = run(
        dir.path(),
        &format!("export {window} --data DIR/none").replace("--data DIR/data ", ""),
    );
    assert_eq!(code, EXIT_FAILED);
    assert!(err.contains("gợi ý"), "{err}");
}
