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
    put(served, kind, &values(kind))
}

fn put(served: &Served, kind: RegisterKind, values: &Values) -> i64 {
    let entry = NewEntry {
        portal: Some(portal_id("soyt")),
        replaces: None,
        withdrawn: false,
        entry: read(kind, values).unwrap(),
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

#[test]
fn a_shift_names_no_portal_and_whoever_cannot_be_called_is_told_at_entry() {
    let served = serve_with(false, |_inventory| {});
    let (browser, csrf) = logged_in(&served, "van.hanh");
    let form = browser.get("/registers/rota/new").body;
    assert!(!form.contains("name=\"portal\""), "{form}");
    let enter = |person: &str, confirmed: &str| {
        let fields = [
            ("csrf", &*csrf),
            ("person", person),
            ("from", "2026-12-20T08:00"),
            ("to", "2026-12-21T08:00"),
            ("repeats", "once"),
            ("confirmed", confirmed),
        ];
        browser.upload("/registers/rota/new", &fields, None)
    };
    let stranger = enter("khong.co", "");
    assert_eq!(stranger.status, 422);
    assert!(
        stranger.body.contains("không có tài khoản `khong.co`")
            && stranger.body.contains("chưa khai báo cách gọi `khong.co`"),
        "{}",
        stranger.body
    );
    let leader = enter("lanh.dao", "").body;
    assert!(
        leader.contains("vai trò không được tiếp nhận cảnh báo"),
        "{leader}"
    );
    assert_eq!(enter("khong.co", "yes").status, 303, "a warning is no refusal");
    assert_eq!(enter("truc.ban", "").status, 303);
}

#[test]
fn at_the_change_of_shifts_the_sheet_of_the_one_that_ended_can_be_had() {
    let served = serve_with(false, |_inventory| {});
    let (browser, _csrf) = logged_in(&served, "truc.ban");
    // It is 21:57 of the 22nd.
    for (person, from, to) in [
        ("truc.ban", "2026-11-21 21:56", "2026-11-22 21:56"),
        ("van.hanh", "2026-11-22 21:56", "2026-11-23 21:56"),
    ] {
        let mut shift = values(RegisterKind::Shift);
        for (name, text) in [("person", person), ("from", from), ("to", to)] {
            shift.insert(name.into(), text.into());
        }
        put(&served, RegisterKind::Shift, &shift);
    }
    let on = browser.get("/on-call/handover").body;
    assert!(
        on.contains("Từ 22/11/2026 21:56:00") && on.contains("/on-call/handover?shift=before"),
        "{on}"
    );
    let before = browser.get("/on-call/handover?shift=before").body;
    assert!(
        before.contains("Từ 21/11/2026 21:56:00 đến 22/11/2026 21:56:00"),
        "{before}"
    );
    let (from, to) = (before.find("Người truc.ban"), before.find("Người van.hanh"));
    assert!(from.is_some() && from < to, "{before}");
}

#[test]
fn maintenance_is_listed_in_words_and_ended_on_the_console() {
    let served = serve_with(false, |_inventory| {});
    let (browser, csrf) = logged_in(&served, "van.hanh");
    let mut weekly = values(RegisterKind::Maintenance);
    for (name, text) in [
        ("from", "2026-11-15 21:00"),
        ("to", "2026-11-16 02:00"),
        ("repeats", "weekly"),
        ("announced", "2026-11-01"),
    ] {
        weekly.insert(name.into(), text.into());
    }
    let id = put(&served, RegisterKind::Maintenance, &weekly);
    let list = browser.get("/registers/maintenance").body;
    let words = "15/11/2026 21:00:00 – 16/11/2026 02:00:00, hằng tuần";
    assert!(list.contains(words) && !list.contains("weekly"), "{list}");
    // It is 21:57 of the 22nd: the second window is under way.
    let place = format!("/registers/maintenance/{id}");
    let form = browser.get(&place).body;
    assert!(form.contains("name=\"ended\""), "{form}");
    let mut fields: Vec<(&str, &str)> = weekly.iter().map(|(name, text)| (&**name, &**text)).collect();
    fields.extend([
        ("csrf", &*csrf),
        ("ended", "2026-11-22T21:57"),
        ("confirmed", "yes"),
    ]);
    let ended = browser.upload(&place, &fields, None);
    assert_eq!(ended.status, 303, "{}", ended.body);
    let near = ems_contract::time::Window::new(now(), now() + 14 * 86_400);
    let plans = served.seed.store.plans(near).unwrap();
    assert_eq!(plans.of_portal(&portal_id("soyt")).count(), 0);
}
