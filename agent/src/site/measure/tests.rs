use std::sync::Arc;

use ems_contract::facts::page::{ItemFacts, MEASURED, SectionState};
use ems_contract::time::UnixTime;
use jiff::civil::date;

use super::*;
use crate::page::sections::Lexicon;
use crate::site::Fetched;
use crate::site::reader::Reader;

fn page(body: &str) -> Page {
    let reader = Reader {
        lexicon: Lexicon::embedded(),
        now: UnixTime::from_secs(1_793_927_700),
        measurement: vec!["ems.example".to_owned()],
    };
    let fetched = Arc::new(Fetched {
        url: Url::parse("https://soyte.tinh.example/").unwrap(),
        status: 200,
        redirects: 0,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        etag: None,
        last_modified: None,
        body: body.as_bytes().to_vec(),
        rendered: false,
    });
    reader.page(&fetched, None)
}

fn measured(home: &str, sections: &[SectionFacts], tries: &Tries) -> Checks {
    let home = page(home);
    let parent = Url::parse("https://tinh.example/").unwrap();
    let survey = Survey {
        home: &home,
        pages: &[],
        items: &[],
        english_pages: &[],
        sections,
        section_pages: &BTreeMap::new(),
        english: None,
        tries,
        parent: Some(&parent),
        today: date(2026, 11, 6),
    };
    let checks = all(&survey);
    let unknown: Vec<&String> = checks
        .keys()
        .filter(|id| !MEASURED.contains(&id.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "measures that the contract does not name: {unknown:?}"
    );
    checks
}

#[test]
fn every_measure_that_the_contract_names_is_taken_here() {
    let code = concat!(
        include_str!("content.rs"),
        include_str!("functions.rs"),
        include_str!("presentation.rs"),
        include_str!("tried.rs"),
    );
    for id in MEASURED {
        assert!(code.contains(&format!("\"{id}\"")), "{id}");
    }
}

#[test]
fn hosts_of_other_sites_are_told_whole_or_not_at_all() {
    let (tries, none) = (Tries::default(), BTreeMap::new());
    let told = |home: &Page, sections: &[SectionFacts]| {
        linked(&Survey {
            home,
            pages: &[],
            items: &[],
            english_pages: &[],
            sections,
            section_pages: &none,
            english: None,
            tries: &tries,
            parent: None,
            today: date(2026, 11, 6),
        })
    };
    let home = page(
        "<p>Trang thông tin điện tử của Sở Y tế, nơi cung cấp thông tin cho người dân và doanh nghiệp trong tỉnh.</p>\
         <a href=https://www.tinh.example/>Cổng tỉnh</a><a href=/tin-tuc>Tin</a><a href=https://soyte.tinh.example/a>A</a>\
         <select><option value=https://xa1.gov.vn/>Xã 1</option></select>",
    );
    let hosts = vec!["tinh.example".to_owned(), "xa1.gov.vn".to_owned()];
    assert_eq!(told(&home, &[]), Some(hosts));
    let unread = SectionFacts::new("lien-ket", SectionState::NotRead);
    assert_eq!(told(&home, &[unread]), None);
}

#[test]
fn a_rich_home_page_fills_the_measures() {
    let checks = measured(
        "<!doctype html><html lang=vi><meta name=viewport content=width=device-width><body><form action=http://x.example/s><input name=q type=search></form>\
         <marquee>Chào mừng</marquee><img src=a.png><a href=https://tinh.example/>Cổng tỉnh</a><a href=https://chinhphu.vn/>Chính phủ</a>\
         <script src=https://ems.example/tag.js></script><p>001199000001 001199000002 001199000003 001199000004 001199000005</p></body></html>",
        &[],
        &Tries {
            measurement_patterns: true,
            ..Tries::default()
        },
    );
    for (id, want) in [
        ("search-function", true),
        ("forms-https", true),
        ("a11y-no-blink", true),
        ("link-chinhphu", true),
        ("component-links-portal", true),
        ("ems-connection", true),
        ("personal-data-leak", true),
        ("qa-function", false),
        ("sitemap-xml", false),
        ("mobile-friendly", true),
    ] {
        assert_eq!(checks.get(id).and_then(|m| m.found), Some(want), "{id}");
    }
    let note = checks["personal-data-leak"].note.as_deref().unwrap();
    assert!(
        !note.contains("001199000001"),
        "a number is never repeated: {note}"
    );
    assert_eq!(checks["a11y-text-alternatives"].of, Some(1));
    let both = vec!["domain".to_owned(), "link_to_portal".to_owned()];
    assert_eq!(checks["component-of-province-portal"].fields, Some(both));
}

#[test]
fn what_could_not_be_measured_is_absent() {
    let tries = Tries {
        sitemap_unknown: true,
        ..Tries::default()
    };
    let checks = measured("<p>Trang</p>", &[], &tries);
    for id in [
        "sitemap-xml",
        "search-accuracy",
        "document-fields",
        "english-section-org",
        "ems-connection",
        "print-save",
        "a11y-tables",
    ] {
        assert!(!checks.contains_key(id), "{id}");
    }
}

#[test]
fn a_search_that_finds_anything_is_doubted_and_one_that_is_posted_not_tried() {
    let search = Some(Tried { good: 4, of: 5 });
    let tries = Tries {
        search,
        search_finds_anything: true,
        ..Tries::default()
    };
    let checks = measured("<p>Trang</p>", &[], &tries);
    let accuracy = &checks["search-accuracy"];
    assert_eq!(
        (accuracy.good, accuracy.of, accuracy.confidence),
        (Some(4), Some(5), Some(0.5))
    );
    let tries = Tries {
        search_by_post: true,
        ..Tries::default()
    };
    assert!(measured("<p>Trang</p>", &[], &tries)["search-accuracy"].blocked);
}

#[test]
fn documents_drafts_and_schedules() {
    let document = |n: u32| ItemFacts {
        title: "Quyết định ban hành quy chế làm việc".to_owned(),
        symbol: Some(format!("{n}/QĐ-UBND")),
        issued: Some(date(2026, 11, 2)),
        files: vec!["https://a.example/1.pdf".to_owned()],
        ..ItemFacts::default()
    };
    let mut documents = SectionFacts::new("van-ban", SectionState::Undated);
    documents.items = (1..4).map(document).collect();
    let drafts = SectionFacts::new("gop-y-du-thao", SectionState::Empty);
    let mut schedule = SectionFacts::new("lich-cong-tac", SectionState::Listed);
    schedule.filled = true;
    schedule.items = vec![ItemFacts {
        week: Some((date(2026, 11, 2), date(2026, 11, 8))),
        ..ItemFacts::default()
    }];
    let checks = measured("<p>Trang</p>", &[documents, drafts, schedule], &Tries::default());
    let fields = checks["document-fields"].fields.clone().unwrap();
    assert_eq!(fields, ["abstract", "file", "issued", "symbol"]);
    assert_eq!(checks["draft-consultation-fields"].of, Some(0));
    assert_eq!(checks["fresh-lich-cong-tac"].found, Some(true));
}
