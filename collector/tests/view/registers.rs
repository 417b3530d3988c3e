//! Registers at the console: what holds for every one of them, and for some alone.

use ems_collector::account::Author;
use ems_collector::register::{RegisterKind, Values, read};
use ems_collector::store::{Entered, NewEntry, RegisterStore};

use crate::fixture::{now, portal_id};
use crate::people::{Served, logged_in, serve_with};

/// An entry of a register, whatever it is.
fn values(kind: RegisterKind) -> Values {
    let pairs: &[(&str, &str)] = match kind {
        RegisterKind::Attestation => &[
            ("obligation", "nd42-d24"),
            ("statement", "yes"),
            ("by_name", "Nguyễn Văn A"),
            ("by_role", "Chánh Văn phòng"),
            ("signed_on", "2026-11-20"),
        ],
        RegisterKind::Board => &[
            ("decision", "12/QĐ"),
            ("decided_on", "2026-11-20"),
            ("signed_by", "A"),
            ("role", "Giám đốc"),
            ("head", "B"),
            ("members", "5"),
        ],
        RegisterKind::Training => &[
            ("held_on", "2026-11-20"),
            ("topic", "Biên tập"),
            ("organiser", "Sở"),
            ("participants", "20"),
        ],
        RegisterKind::RestoreTest => &[("tested_on", "2026-11-20"), ("what", "cơ sở dữ liệu")],
        RegisterKind::Incident => &[("id", "SC-1"), ("detected", "2026-11-20 09:00")],
        RegisterKind::Report => &[("report", "nd42-bc"), ("period", "Q3"), ("year", "2026")],
        RegisterKind::Suspension => &[("begins", "2026-12-20"), ("reason", "Nâng cấp")],
        RegisterKind::Maintenance => &[
            ("from", "2026-12-20 22:00"),
            ("to", "2026-12-21 02:00"),
            ("repeats", "once"),
            ("reason", "Nâng cấp"),
            ("announced", "2026-11-20"),
        ],
        RegisterKind::Shift => &[
            ("person", "truc.ban"),
            ("from", "2026-12-20 08:00"),
            ("to", "2026-12-21 08:00"),
            ("repeats", "once"),
        ],
    };
    let owned = pairs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    owned.collect()
}

/// Puts an entry about `soyt` into its register; its number.
fn kept(served: &Served, kind: RegisterKind) -> i64 {
    let entry = NewEntry {
        portal: Some(portal_id("soyt")),
        replaces: None,
        withdrawn: false,
        entry: read(kind, &values(kind)).unwrap(),
        file: None,
    };
    let author = Author::of_machine("test");
    let note = author.note(now(), "register.enter", kind.as_str(), "");
    match served.seed.store.enter(vec![entry], &author, note).unwrap() {
        Entered::All(ids) => ids[0],
        Entered::Outdated(id) => panic!("{id} stands already"),
    }
}

#[test]
fn what_stands_in_any_register_can_be_withdrawn() {
    let served = serve_with(false, |_inventory| {});
    let operator = logged_in(&served, "van.hanh");
    let official = logged_in(&served, "can.bo");
    for kind in RegisterKind::ALL {
        // Receipts are confirmed by officials alone.
        let (browser, csrf) = match kind {
            RegisterKind::Report => &official,
            _ => &operator,
        };
        let id = kept(&served, *kind);
        let place = format!("/registers/{kind}/{id}");
        let asked = format!("action=\"{place}/withdraw\"");
        let page = browser.get(&place).body;
        assert!(page.contains(&asked), "{kind}: {page}");
        let taken = browser.post(
            &format!("{place}/withdraw"),
            &[("csrf", csrf), ("reason", "nhầm")],
        );
        assert_eq!(taken.status, 303, "{kind}: {}", taken.body);
        let all = served.seed.store.entries(Some(*kind), None).unwrap();
        assert!(all.last().unwrap().withdrawn, "{kind}");
    }
}

#[test]
fn what_was_withdrawn_makes_no_papers() {
    let served = serve_with(false, |_inventory| {});
    let (browser, csrf) = logged_in(&served, "van.hanh");
    let id = kept(&served, RegisterKind::Incident);
    let papers = ["notice", "closing-report"].map(|paper| format!("/registers/incident/{id}/{paper}"));
    for paper in &papers {
        assert_eq!(browser.get(paper).status, 200, "{paper}");
    }
    let place = format!("/registers/incident/{id}");
    let taken = browser.post(
        &format!("{place}/withdraw"),
        &[("csrf", &csrf), ("reason", "nhầm")],
    );
    assert_eq!(taken.status, 303, "{}", taken.body);
    let page = browser.get(&place).body;
    for paper in &papers {
        assert_eq!(browser.get(paper).status, 404, "{paper}");
        assert!(!page.contains(paper.as_str()), "{page}");
    }
}
