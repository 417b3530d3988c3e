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
        "4 portals:",
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
    let open = store.open_checks(TODAY).unwrap();
    let counted = loads(&open);
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
    let counted: BTreeMap<PortalId, Load> = counted
        .into_iter()
        .map(|(portal, load)| (portal.clone(), load))
        .collect();
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
