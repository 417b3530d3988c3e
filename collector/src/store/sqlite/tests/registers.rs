//! Registers: append-only, corrected in a line, and turned into the judge's facts of an instant.

use std::sync::LazyLock;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;

use crate::account::Author;
use crate::attest::{Attestation, Statement};
use crate::calendar::civil;
use crate::register::{Board, Entry, IncidentForm, RegisterKind, RestoreTest};
use crate::regulation::Regulations;
use crate::store::sqlite::SqliteStore;
use crate::store::{AccountStore, Entered, HandedFile, NewEntry, RegisterStore, StoreError};
use crate::testing::{at, portal, store};

static RULES: LazyLock<Regulations> = LazyLock::new(|| Regulations::embedded().unwrap());

fn attestation(statement: Statement) -> Entry {
    Entry::Attestation(Attestation {
        obligation: "AG-12".into(),
        check: None,
        statement,
        by_name: "Nguyễn Văn A".into(),
        by_role: "Chánh Văn phòng".into(),
        signed_on: civil::day_of(at(0)),
        valid_until: None,
        file_sha256: Some(Sha256::of(b"signed")),
        note: None,
    })
}

fn new(entry: Entry) -> NewEntry {
    NewEntry {
        portal: Some(portal("p1")),
        replaces: None,
        withdrawn: false,
        entry,
        file: None,
    }
}

fn enter(store: &SqliteStore, second: i64, entries: Vec<NewEntry>) -> Entered {
    let author = Author::of_machine("root");
    let note = author.note(at(second), "register.enter", "p1", "");
    store.enter(entries, &author, note).unwrap()
}

fn id(entered: &Entered) -> i64 {
    match entered {
        Entered::All(ids) => ids[0],
        Entered::Outdated(id) => panic!("{id} is outdated"),
    }
}

fn p1() -> PortalId {
    portal("p1")
}

#[test]
fn a_correction_counts_from_when_it_was_made_and_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let file = HandedFile {
        name: "xác nhận.pdf".into(),
        bytes: b"signed".to_vec(),
    };
    let first = NewEntry {
        file: Some(file.clone()),
        ..new(attestation(Statement::Yes))
    };
    let first = id(&enter(&store, 10, vec![first]));
    let correction = NewEntry {
        replaces: Some(first),
        ..new(attestation(Statement::No))
    };
    let second = id(&enter(&store, 20, vec![correction.clone()]));
    // Somebody else had the old page open.
    assert_eq!(enter(&store, 30, vec![correction]), Entered::Outdated(first));
    let said = |second: i64| -> Vec<Statement> {
        let facts = store.register_facts(&RULES, Some(&p1()), at(second)).unwrap();
        facts.get(&p1()).map_or(vec![], |facts| {
            facts.attestations.iter().map(|said| said.statement).collect()
        })
    };
    assert_eq!(said(9), []);
    assert_eq!(said(15), [Statement::Yes]);
    assert_eq!(said(20), [Statement::No]);
    let taken_back = NewEntry {
        replaces: Some(second),
        withdrawn: true,
        ..new(attestation(Statement::No))
    };
    enter(&store, 40, vec![taken_back]);
    assert_eq!(said(40), []);
    assert_eq!(
        store
            .entries(Some(RegisterKind::Attestation), None)
            .unwrap()
            .len(),
        3
    );
    let kept = store.handed_file(&Sha256::of(b"signed")).unwrap();
    assert_eq!(kept, Some(file));
    assert_eq!(
        store.audit(None, 10).unwrap().len(),
        3,
        "what was not kept is not noted"
    );
}

#[test]
fn an_entry_of_another_register_or_portal_cannot_be_corrected() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let first = id(&enter(&store, 10, vec![new(attestation(Statement::Yes))]));
    let elsewhere = NewEntry {
        portal: Some(portal("p2")),
        replaces: Some(first),
        ..new(attestation(Statement::No))
    };
    let good = new(attestation(Statement::Partial));
    assert_eq!(enter(&store, 11, vec![good, elsewhere]), Entered::Outdated(first));
    assert_eq!(store.entries(None, None).unwrap().len(), 1, "all or none");
}

#[test]
fn boards_backups_and_incidents_become_the_judges_facts() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let day = civil::day_of(at(0));
    let board = Entry::Board(Board {
        decision: "12/QĐ-SYT".into(),
        decided_on: day,
        signed_by: "Trần Thị B".into(),
        role: "Giám đốc".into(),
        head: "Trần Thị B".into(),
        members: 7,
        file_sha256: None,
        note: None,
    });
    let tested = |succeeded| {
        Entry::RestoreTest(RestoreTest {
            tested_on: day,
            what: "cơ sở dữ liệu".into(),
            succeeded,
            file_sha256: None,
            note: None,
        })
    };
    let incident = Entry::Incident(Box::new(IncidentForm {
        id: "SC-1".into(),
        detected: at(5),
        cause: "mã độc".into(),
        ..IncidentForm::default()
    }));
    enter(&store, 10, vec![new(board), new(tested(false)), new(incident)]);
    let facts = |second: i64| store.register_facts(&RULES, None, at(second)).unwrap()[&p1()].clone();
    let before = facts(10);
    assert!(before.attestations.iter().any(|said| said.obligation == "AG-12"));
    assert_eq!(before.backup, None, "a restore that failed is none");
    assert_eq!(before.suspensions, None, "an unused register proves nothing");
    let incidents = before.incidents.unwrap();
    assert!(incidents[0].fields.iter().any(|field| field == "cause"));
    assert!(!incidents[0].fields.iter().any(|field| field == "scope"));
    enter(&store, 20, vec![new(tested(true))]);
    let author = Author::of_machine("root");
    store.note_backup(&p1(), at(30), &author).unwrap();
    store.note_backup(&p1(), at(25), &author).unwrap();
    let after = facts(40).backup.unwrap();
    assert_eq!((after.heartbeat, after.restore_tested), (Some(at(30)), Some(day)));
}

#[test]
fn the_database_itself_refuses_to_change_what_was_entered() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    enter(&store, 10, vec![new(attestation(Statement::Yes))]);
    drop(store);
    let conn = rusqlite::Connection::open(dir.path().join("ems.db")).unwrap();
    for sql in [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "UPDATE register_entry SET data = '{}'",
        "DELETE FROM register_entry",
    ] {
        let refused = conn.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
}

#[test]
fn people_write_beside_a_running_collector() {
    let dir = tempfile::tempdir().unwrap();
    let running = store(dir.path());
    let beside = SqliteStore::open_for_people(&dir.path().join("ems.db")).unwrap();
    let author = Author::of_machine("root");
    for second in 0..20 {
        let note = author.note(at(second), "user.unlock", "x", "");
        beside.write_note(note.clone()).unwrap();
        running.write_note(note).unwrap();
    }
    let mut log = running.audit(None, 100).unwrap();
    log.reverse();
    let mut chain = crate::account::audit::Chain::default();
    assert_eq!(log.len(), 40);
    assert!(
        log.iter().all(|entry| chain.follows(entry)),
        "one chain, whoever writes"
    );
    assert!(matches!(
        SqliteStore::open(&dir.path().join("ems.db")),
        Err(StoreError::Locked { .. })
    ));
}
