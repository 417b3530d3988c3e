//! What units have to do, over the seeded province, judged.

use std::collections::BTreeMap;

use ems_collector::console::PageError;
use ems_collector::digest::{Load, loads, tasks};
use ems_collector::store::{Asked, VerdictStore};
use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Level, Status};
use ems_contract::text::Lang;
use jiff::civil::Date;

use crate::compliance::{judged_with, keep};
use crate::console::{rules, text};
use crate::fixture::{at, portal, portal_id};
use crate::people::{ATTESTATION, Browser, SECRET, Served, logged_in, serve_with};

/// The day of the judging.
const TODAY: Date = Date::constant(2026, 11, 22);

/// Sở Y tế answers for three portals that are judged, one of which nothing is known and one that is gone; names hold
/// markup.
fn several(all: &mut Inventory) {
    let below = Some(portal_id("angiang"));
    for id in ["soyt", "longxuyen", "thoaison"] {
        let of = all
            .portals
            .iter_mut()
            .find(|portal| portal.id == portal_id(id))
            .unwrap();
        of.owner = "Sở Y tế <tỉnh>".into();
        of.parent = below.clone();
    }
    for (id, name) in [("chua-do", "Trang <b>mới</b> & chưa đo"), ("da-dong", "Trang cũ")] {
        all.portals.push(portal(id, name, Level::Other));
        let made = all.portals.last_mut().unwrap();
        made.owner = "sở y tế  <tỉnh>".into();
        made.parent = below.clone();
    }
    let new = all.portals.len() - 2;
    all.portals[new].valid_from = Some(at("2026-11-22T14:56:00Z"));
    all.portals[new].name_en = Some("The <i>new</i> one".into());
    all.portals[new + 1].status = Status::Retired;
}

/// What lies within the body of a page, a tag a line.
fn lines(html: &str) -> String {
    let main = html.split("<main id=\"main\">").nth(1).unwrap();
    main.split("</main>").next().unwrap().trim().to_owned()
}

#[test]
fn a_page_has_all_portals_of_a_unit() {
    let (_seed, console) = judged_with(several);
    let html = console.work("soyt", None, Lang::Vi).unwrap();
    keep("work.html", &html);
    insta::assert_snapshot!(lines(&html));
    // Whichever portal stands in the address, the page is that of the unit; the switch of languages keeps the address.
    for id in ["longxuyen", "chua-do", "da-dong"] {
        let other = console.work(id, None, Lang::Vi).unwrap();
        assert_eq!(lines(&other), lines(&html), "{id}");
        assert!(other.contains(&format!("href=\"/portals/{id}/work?lang=en\"")));
    }
    let english = console.work("soyt", None, Lang::En).unwrap();
    let page = text(&english);
    for wanted in [
        "Things to do: Sở Y tế &lt;tỉnh&gt;",
        "Portals: 4. Not met: 2;",
        "The &lt;i&gt;new&lt;/i&gt; one",
    ] {
        assert!(page.contains(wanted), "{wanted}\n{page}");
    }
    assert!(
        english.contains("href=\"/portals/soyt/compliance?lang=en#"),
        "{english}"
    );
}

#[test]
fn a_unit_with_one_portal_needs_no_list_of_portals() {
    let (_seed, console) = judged_with(|_| {});
    let html = console.work("sokhcn", None, Lang::Vi).unwrap();
    let page = text(&html);
    for wanted in [
        "Việc cần làm: Cơ quan của Sở Khoa học và Công nghệ",
        "1 cổng: ",
        "Theo kết quả lúc 22/11/2026 21:57:00",
        "Việc khác (",
        "chưa đạt",
        "02/2023/QĐ-UBND",
    ] {
        assert!(page.contains(wanted), "{wanted}\n{page}");
    }
    for unwanted in ["Theo từng cổng", "Chưa có kết luận", "không được tính"] {
        assert!(!page.contains(unwanted), "{unwanted}\n{page}");
    }
    // A body that is gone has a page without a task.
    let gone = text(&console.work("huyen-cu", None, Lang::Vi).unwrap());
    assert!(
        gone.contains("Không có cổng nào đang được đo.") && gone.contains("Huyện Chợ Mới (cũ) – lịch sử")
    );
}

#[test]
fn nobody_has_a_page_under_an_id_that_is_none() {
    let (_seed, console) = judged_with(|_| {});
    for id in ["nobody", "<script>", "", "a/../b", "%00", &"x".repeat(9_000)] {
        assert!(
            matches!(console.work(id, None, Lang::Vi), Err(PageError::NoPortal(_))),
            "{id}"
        );
    }
}

#[test]
fn the_list_has_every_unit_the_worst_first() {
    let (_seed, console) = judged_with(several);
    let html = console.works(None, None, Lang::Vi).unwrap();
    keep("owners.html", &html);
    insta::assert_snapshot!(lines(&html));
    let communes = console.works(Some(Level::Commune), None, Lang::En).unwrap();
    assert!(communes.contains("/portals/chaudoc/work?lang=en") && !communes.contains("/portals/soyt/work?"));
    assert!(communes.contains("href=\"/work?lang=en\""), "all levels again");
}

/// List and page count the same, for every portal, though they read by different ways.
#[test]
fn what_is_counted_without_reading_it_all_is_what_there_is_to_do() {
    let (seed, _console) = judged_with(|all| {
        // Under a draft as well, whose trials are no tasks.
        all.portals[1].regulations.push("tuyen-quang-2026-draft".into());
    });
    let store = &*seed.store;
    let counted = loads(&store.open_checks(TODAY).unwrap());
    let mut wanted: BTreeMap<PortalId, Load> = BTreeMap::new();
    for judging in store.newest_judgings(None, TODAY).unwrap() {
        let verdicts = store
            .verdicts(&Asked {
                portal: Some(judging.portal.clone()),
                ..Asked::on(judging.day)
            })
            .unwrap();
        let load = Load::of(&tasks(&rules(), &verdicts, Lang::Vi));
        if load.count() > 0 {
            wanted.insert(judging.portal, load);
        }
    }
    assert!(wanted.len() > 4 && wanted.values().any(|load| load.warns > 0));
    assert_eq!(counted, wanted);
    let tomorrow = Date::constant(2026, 11, 23);
    assert_eq!(store.open_checks(tomorrow).unwrap(), []);
    assert!(store.decided_portals(tomorrow).unwrap().is_empty());
    assert!(store.newest_judgings(None, tomorrow).unwrap().is_empty());
    let one = store.newest_judgings(Some(&portal_id("soyt")), TODAY).unwrap();
    assert_eq!(one.len(), 1);
    assert!(
        store
            .newest_judgings(Some(&portal_id("nobody")), TODAY)
            .unwrap()
            .is_empty()
    );
}

/// The units of [`several`], bound by the regulation of An Giang, behind a door.
fn served() -> Served {
    serve_with(false, |all| {
        for portal in &mut all.portals {
            portal.regulations = vec!["an-giang-2023".into()];
        }
        several(all);
    })
}

#[test]
fn an_unknown_id_is_told_in_the_language_asked_for() {
    let served = served();
    let stranger = Browser::at(&served);
    for id in ["khong-co", "%3Cscript%3E", "%00", "a%2Fb"] {
        let answer = stranger.get(&format!("/portals/{id}/work"));
        assert_eq!(answer.status, 404, "{id}");
        assert!(answer.body.contains("Không có cổng") && !answer.body.contains("<script"));
        // The switch of languages leads to what exists, never to what somebody typed.
        assert!(answer.body.contains("href=\"/work?lang=en\""), "{}", answer.body);
    }
    let english = stranger.get("/portals/khong-co/work?lang=en");
    assert!(english.body.contains("No portal “khong-co”"));
    let odd = stranger.get("/work?level=%3Cb%3E&lang=xx");
    assert!(odd.status == 200 && odd.body.contains("href=\"/work\" aria-current=\"true\""));
}

#[test]
fn an_editor_comes_to_the_own_unit_and_finds_it_again() {
    let served = served();
    let enters = |login: &str, path: &str, next: &str| {
        let fields = [("login", login), ("password", SECRET), ("next", next)];
        let answer = Browser::at(&served).post(path, &fields);
        answer.header("location").unwrap().to_owned()
    };
    assert_eq!(enters("bien.tap", "/login", "/"), "/portals/soyt/work");
    assert_eq!(
        enters("bien.tap", "/login?lang=en", "/"),
        "/portals/soyt/work?lang=en"
    );
    assert_eq!(enters("bien.tap", "/login", "/registers"), "/registers");
    assert_eq!(enters("can.bo", "/login", "/"), "/");
    let (editor, _) = logged_in(&served, "bien.tap");
    let own = "<a href=\"/portals/soyt/work\">Việc cần làm: Sở Y tế &lt;tỉnh&gt;</a>";
    assert!(editor.get("/account").body.contains(own));
    let list = editor.get("/work").body;
    let mine = list
        .split("Đơn vị của tôi")
        .nth(1)
        .unwrap()
        .split("Các đơn vị")
        .next()
        .unwrap();
    assert_eq!(mine.matches("/work\">").count(), 1, "{mine}");
    let (official, _) = logged_in(&served, "can.bo");
    assert!(!official.get("/work").body.contains("Đơn vị của tôi"));
}

/// What else is due stands there for those who may know it, and for nobody else.
#[test]
fn what_else_is_due_is_for_those_who_may_know_it() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let made = official.post("/reports/draft", &[("csrf", &csrf), ("key", "ag-qc/2026-Q4")]);
    assert_eq!(made.status, 303, "{}", made.body);
    let draft = made.header("location").unwrap();
    let mut fields = vec![
        ("csrf", &*csrf),
        ("portal", "longxuyen"),
        ("valid_until", "2026-11-30"),
    ];
    fields.extend_from_slice(ATTESTATION);
    assert_eq!(
        official
            .upload("/registers/attestation/new", &fields, None)
            .status,
        303
    );
    let due = |browser: &Browser| {
        let page = browser.get("/portals/soyt/work").body;
        let part = page.split("<h2>Đến hạn</h2>").nth(1)?;
        Some(part.split("</section>").next().unwrap().to_owned())
    };
    assert_eq!(due(&Browser::at(&served)), None);
    let (editor, _) = logged_in(&served, "bien.tap");
    let all = due(&editor).unwrap();
    let told = text(&all);
    for wanted in [
        "Ký xác nhận mới cho AG-12: xác nhận cũ sắp hết hạn Phường Long Xuyên 30/11/2026",
        // The unit's own yearly report was due on 19 November.
        "Nộp: Báo cáo năm 2026 Sở Y tế 19/11/2026 quá hạn, chưa ghi nhận đã gửi",
        "các cổng của đơn vị",
    ] {
        assert!(told.contains(wanted), "{wanted} in {told}");
    }
    assert!(all.contains(&format!("href=\"{draft}\"")), "{all}");
    assert_eq!(due(&official).as_ref(), Some(&all));
    // Those on call read registers, not reports.
    let (on_call, _) = logged_in(&served, "truc.ban");
    let told = text(&due(&on_call).unwrap());
    assert!(told.contains("AG-12") && !told.contains("Báo cáo"), "{told}");
    // Another unit's page tells of its own only.
    let other = text(&official.get("/portals/sokhcn/work").body);
    assert!(
        !other.contains("AG-12") && !other.contains("Phường Long Xuyên"),
        "{other}"
    );
}
