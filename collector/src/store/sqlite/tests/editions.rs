//! Editions: the database itself refuses what must not be.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::time::Window;

use crate::account::Author;
use crate::edition::{Decision, EditionFile, EditionKey, EditionState, NewEdition, NewObjection, Step};
use crate::report::{MANIFEST, Manifest};
use crate::store::{EditionKept, EditionStore, HandedFile};
use crate::testing::*;

fn key() -> EditionKey {
    "ag-q/2026-Q4".parse().unwrap()
}

fn edition(number: u32, frozen: bool) -> NewEdition {
    NewEdition {
        key: key(),
        number,
        made_at: at(100),
        manifest: Manifest {
            schema: 1,
            key: key().to_string(),
            edition: Some(number),
            window: Window::new(at(0), at(60)),
            data_to: at(60),
            portals: vec![],
            pack: None,
            demo: false,
            excluded: vec![],
            data_digest: Sha256::of(b"data"),
            findings_digest: None,
            compared: vec![],
            inventory_version: Sha256::of(b"inventory"),
            rules_version: Sha256::of(b"rules"),
            packs: BTreeMap::new(),
            calendar: vec![],
            templates: None,
            method: Sha256::of(b"method"),
            program: "0".into(),
            files: vec![],
        },
        reason: String::new(),
        changes: vec![],
        files: vec![EditionFile {
            name: MANIFEST.into(),
            bytes: b"{}".to_vec(),
        }],
        frozen,
    }
}

fn step(state: EditionState) -> Step {
    Step {
        state,
        at: at(200),
        author: "a".into(),
        shown: "A".into(),
        number: None,
        on: None,
        who: None,
        file: None,
    }
}

#[test]
fn a_draft_is_replaced_and_a_frozen_edition_never() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let author = Author::system();
    let keep = |new: NewEdition| {
        let note = author.note(at(100), "report.draft", "x", "");
        store.keep_edition(new, &author, note).unwrap()
    };
    assert_eq!(keep(edition(2, false)), EditionKept::Outdated);
    let EditionKept::Done(id) = keep(edition(1, false)) else {
        panic!("the first draft is kept");
    };
    assert_eq!(keep(edition(1, false)), EditionKept::Done(id));
    assert_eq!(keep(edition(1, true)), EditionKept::Done(id));
    assert_eq!(keep(edition(1, false)), EditionKept::Outdated, "it is frozen");
    let found = store.editions(Some(&key())).unwrap();
    assert_eq!(found[0].seal, Sha256::of(b"{}"));
    let take = |from, to| {
        let note = author.note(at(200), "report.sign", "x", "");
        store.step_edition(id, from, step(to), None, note).unwrap()
    };
    use EditionState::{Frozen, Sent, Signed};
    assert_eq!(take(Signed, Sent), EditionKept::Outdated, "it is not signed yet");
    assert_eq!(take(Frozen, Sent), EditionKept::Outdated, "no step is left out");
    assert_eq!(take(Frozen, Signed), EditionKept::Done(id));
    assert_eq!(take(Frozen, Signed), EditionKept::Outdated, "once is enough");
    drop(store);
    let conn = rusqlite::Connection::open(dir.path().join("ems.db")).unwrap();
    for sql in [
        "UPDATE edition SET manifest = ''",
        "DELETE FROM edition",
        "DELETE FROM edition_file",
        "UPDATE edition_file SET body = x''",
        "INSERT INTO edition_file VALUES (1, 'x', 0, x'')",
        "DELETE FROM edition_step",
        "UPDATE edition_step SET data = ''",
    ] {
        let refused = conn.execute(sql, []).unwrap_err().to_string();
        assert!(
            refused.contains("never changes")
                || refused.contains("append-only")
                || refused.contains("replaced whole"),
            "{sql}: {refused}"
        );
    }
}

#[test]
fn the_newest_passage_stands_and_an_objection_is_decided_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let author = Author::system();
    let note = || author.note(at(1), "report.passages", "x", "");
    for text in ["một", "hai"] {
        let passages = vec![("danh-gia".to_owned(), text.to_owned())];
        store.write_passages(&key(), passages, &author, note()).unwrap();
    }
    let found = store.passages(&key()).unwrap();
    assert_eq!((found.len(), found[0].text.as_str()), (1, "hai"));
    assert_eq!(store.passages(&"ag-y/2026".parse().unwrap()).unwrap(), []);
    let new = NewObjection {
        key: key(),
        portal: portal("p1"),
        figure: "gián đoạn 13/12".into(),
        claim: "mất điện toàn khu".into(),
        at: at(5),
    };
    let file = HandedFile {
        name: "bien-ban.pdf".into(),
        bytes: b"pdf".to_vec(),
    };
    let id = store.object(new, Some(file), &author, note()).unwrap();
    let decision = Decision {
        accepted: true,
        exclude: Some(Window::new(at(0), at(60))),
        correction: None,
        reason: "có biên bản".into(),
        at: at(9),
        author: "b".into(),
        shown: "B".into(),
    };
    assert_eq!(
        store.decide(id, decision.clone(), note()).unwrap(),
        EditionKept::Done(id)
    );
    assert_eq!(
        store.decide(id, decision.clone(), note()).unwrap(),
        EditionKept::Outdated
    );
    assert_eq!(
        store.decide(id + 1, decision, note()).unwrap(),
        EditionKept::Outdated
    );
    let found = store.objections(Some(&key())).unwrap();
    assert_eq!(found[0].outcome(), "accepted");
    assert_eq!(found[0].file, Some(Sha256::of(b"pdf")));
    assert_eq!(found[0].excluded().unwrap().window, Window::new(at(0), at(60)));
}
