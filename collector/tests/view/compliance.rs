//! The console's pages about the law over the seeded province, judged.

use std::sync::Arc;

use ems_collector::console::view::Wanted;
use ems_collector::console::{Console, PageError};
use ems_collector::dossier::Chronicle;
use ems_collector::judge::Value;
use ems_collector::judging::{Bench, judge_all};
use ems_collector::store::{InventoryRecord, Store};
use ems_collector::timeline::Timelines;
use ems_contract::digest::Sha256;
use ems_contract::inventory::{Inventory, Level};
use ems_contract::text::Lang;

use crate::console::{context, rules, text};
use crate::fixture::{Seed, at, now, seeded};

/// The seeded province under the regulation of An Giang and the decree, judged at the present.
fn judged() -> (Seed, Console) {
    judged_with(|_inventory| {})
}

/// The same with other words in the inventory.
pub(crate) fn judged_with(change: impl FnOnce(&mut Inventory)) -> (Seed, Console) {
    let (seed, mut inventory) = seeded();
    for portal in &mut inventory.portals {
        portal.regulations = vec!["an-giang-2023".into(), "vn-nd224-2026".into()];
    }
    change(&mut inventory);
    inventory.version = Sha256::of(b"bound");
    let record = InventoryRecord::of(&inventory, at("2026-11-20T00:00:00Z"));
    seed.store.record_inventory(&record).unwrap();
    let chronicle = Chronicle::load(&*seed.store, now()).unwrap();
    let rules = rules();
    let bench = Bench {
        store: &*seed.store,
        rules: &rules,
        chronicle: &chronicle,
        now: now(),
    };
    assert!(judge_all(&bench, None, now()).unwrap() > 5);
    let context = context(&seed, inventory);
    let timelines = Arc::new(Timelines::new(context.store.clone()));
    (seed, Console::new(context, timelines, rules).unwrap())
}

/// Keeps a page beside the build, to be looked at.
pub(crate) fn keep(name: &str, html: &str) {
    let style = console_style();
    let html = html.replace(
        "<link rel=\"stylesheet\" href=\"/console.css\">",
        &format!("<style>{style}</style>"),
    );
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join(name), html).unwrap();
}

fn console_style() -> &'static str {
    include_str!("../../src/console/templates/console.css")
}

#[test]
fn a_portal_is_shown_against_everything_that_binds_it() {
    let (_seed, console) = judged();
    let html = console.compliance(&rules(), "sokhcn", None, Lang::Vi).unwrap();
    keep("compliance.html", &html);
    let page = text(&html);
    // The portal is down at the present: the clause is cited, with its words, and why.
    for wanted in [
        "Mức độ tuân thủ",
        "02/2023/QĐ-UBND",
        "đang gián đoạn",
        "Vì sao",
        "Nguyên văn:",
        "KẾT LUẬN: chưa đạt",
        "Xét đến 22/11/2026 21:57:00",
    ] {
        assert!(page.contains(wanted), "{wanted}\n{page}");
    }
    let failing = console
        .compliance(&rules(), "sokhcn", Some(Value::Fail), Lang::Vi)
        .unwrap();
    assert!(failing.len() < html.len() && failing.contains("id=\"AG-19.1\""));
    assert!(
        !failing.contains("class=\"badge unknown\""),
        "only what was asked for"
    );
    let english = text(&console.compliance(&rules(), "sokhcn", None, Lang::En).unwrap());
    assert!(english.contains("VERDICT: fail"));
    for id in ["nobody", "<script>", ""] {
        assert!(matches!(
            console.compliance(&rules(), id, None, Lang::Vi),
            Err(PageError::NoPortal(_))
        ));
    }
}

#[test]
fn an_instrument_is_shown_over_all_portals() {
    let (_seed, console) = judged();
    keep(
        "regulations.html",
        &console.regulations(&rules(), Lang::Vi).unwrap(),
    );
    let html = console
        .regulation(&rules(), "an-giang-2023", Wanted::default(), Lang::Vi)
        .unwrap();
    keep("regulation.html", &html);
    assert!(html.contains("href=\"/portals/sokhcn/compliance#AG-19.1\""));
    let wanted = Wanted {
        level: Some(Level::Commune),
        value: Some(Value::Fail),
        page: 0,
    };
    let communes = console
        .regulation(&rules(), "an-giang-2023", wanted, Lang::Vi)
        .unwrap();
    assert!(
        !communes.contains("/portals/sokhcn/"),
        "a department is no commune"
    );
    assert!(matches!(
        console.regulation(&rules(), "no-such", wanted, Lang::Vi),
        Err(PageError::NoPack(_))
    ));
}
