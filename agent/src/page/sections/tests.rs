//! Menus in the styles of several systems; all of them fictional.

use ems_contract::time::UnixTime;

use super::*;
use crate::page::document::Document;
use crate::page::region::Regions;

fn lexicon() -> &'static Lexicon {
    static LEXICON: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(|| {
        Lexicon::from_yaml(include_str!("../../../../regulations/sections.yaml")).unwrap()
    });
    &LEXICON
}

fn read(page: &str) -> MenuFacts {
    let url = Url::parse("https://portal.example/").unwrap();
    let document = Document::new(page, &url, UnixTime::from_secs(1_793_927_700));
    let regions = Regions::new(&document.dom);
    menu(&document, &regions, lexicon())
}

fn found(page: &str) -> Vec<(String, FoundIn)> {
    read(page)
        .links
        .into_iter()
        .map(|l| (l.section, l.found_in))
        .collect()
}

#[test]
fn labels_are_known_in_every_writing() {
    let lexicon = lexicon();
    for (label, section) in [
        ("Tin tức - Sự kiện", "tin-tuc"),
        ("TIN TỨC – SỰ KIỆN", "tin-tuc"),
        ("Tin tức & Sự kiện", "tin-tuc"),
        ("Tin tức và sự kiện", "tin-tuc"),
        ("Tin tuc su kien", "tin-tuc"),
        ("Chi\u{309} \u{111}ạo, điều ha\u{300}nh", "chi-dao-dieu-hanh"),
        ("Lịch công tác", "lich-cong-tac"),
        ("Lịch làm việc của Lãnh đạo UBND", "lich-cong-tac"),
        ("Thông tin tuyên truyền, phổ biến pháp luật", "pho-bien-phap-luat"),
        ("Văn bản quy phạm pháp luật", "van-ban"),
        ("Văn bản qui phạm pháp luật", "van-ban"),
        ("Góp ý dự thảo văn bản", "gop-y-du-thao"),
        ("Giới thiệu về Sở Y tế", "gioi-thieu"),
        ("Cơ cấu tổ chứcc", "co-cau-to-chuc"),
    ] {
        let hits = lexicon.label(label, true);
        assert_eq!(hits.first().map(|h| h.0), Some(section), "{label}: {hits:?}");
    }
}

#[test]
fn labels_that_only_sound_alike_are_refused() {
    let lexicon = lexicon();
    for (label, section) in [
        ("Thống kê truy cập", "thong-ke"),
        ("Liên kết", "thong-tin-giao-dich"),
        ("Góp ý dự thảo văn bản", "van-ban"),
        ("Du lịch", "lich-cong-tac"),
        ("Sơ đồ tổ chức", "so-do-cong"),
        ("Kế hoạch hóa gia đình", "quy-hoach"),
        ("Công bố", "cong-bao"),
        (
            "Sở Xây dựng tổ chức hội nghị lấy ý kiến dự thảo văn bản về quy hoạch đô thị trên địa bàn tỉnh",
            "gop-y-du-thao",
        ),
    ] {
        let hits = lexicon.label(label, true);
        assert!(hits.iter().all(|h| h.0 != section), "{label}: {hits:?}");
    }
}

#[test]
fn a_label_of_two_sections_names_both() {
    let lexicon = lexicon();
    let hits: Vec<&str> = lexicon
        .label("Danh bạ - Liên hệ", true)
        .into_iter()
        .map(|h| h.0)
        .collect();
    assert!(
        hits.contains(&"lien-he-can-bo") && hits.contains(&"thong-tin-giao-dich"),
        "{hits:?}"
    );
}

#[test]
fn menus_of_several_systems_are_read() {
    let menus = [
        (
            "wordpress",
            r#"<nav id="site-navigation"><ul class="menu"><li class="menu-item"><a href="/tin-tuc/">Tin tức</a><ul class="sub-menu"><li><a href="/hoi-dap/">Hỏi đáp</a></li></ul></li></ul></nav>"#,
        ),
        (
            "liferay",
            r#"<div id="navigation" role="navigation"><ul role="menubar"><li role="presentation"><a role="menuitem" href="/web/guest/tin-tuc"><span> Tin tức </span></a></li><li><a href="/web/guest/hoi-dap"><span>Hỏi đáp</span></a></li></ul></div>"#,
        ),
        (
            "sharepoint",
            r#"<div class="ms-core-navigation"><ul class="root static"><li class="static"><a class="static menu-item" href="/Pages/tin-tuc.aspx"><span class="menu-item-text">Tin tức</span></a></li><li><a href="/Pages/hoidap.aspx">Hỏi đáp</a></li></ul></div>"#,
        ),
        (
            "dnn",
            r#"<div id="dnn_dnnMENU"><table><tr><td><a href="/Default.aspx?tabid=52">Tin tức</a></td><td><a href="/Default.aspx?tabid=53">Hỏi đáp</a></td></tr></table></div>"#,
        ),
        (
            "vnpt",
            r#"<div class="vnpt-header"><ul class="nav navbar-nav"><li class="dropdown"><a data-toggle="dropdown" href="/portal/tin-tuc">Tin tức <b class=caret></b></a></li><li><a href="/portal/hoi-dap">Hỏi đáp</a></ul></div>"#,
        ),
        (
            "aspnet by hand",
            r#"<table id=tblMenu><tr><td><a href=tintuc.aspx>Tin tức</a><td><a href=hd.aspx>Hỏi đáp</a><td><a href=a.aspx>Trang nhất</a><td><a href=b.aspx>Góc ảnh</a></table>"#,
        ),
        (
            "drupal",
            r#"<aside class="region-sidebar-first"><div class="block-menu"><ul><li class="leaf"><a href="/?q=node/2">Tin tức</a></li><li class="leaf"><a href="/?q=node/3">Hỏi đáp</a></li></ul></div></aside>"#,
        ),
        (
            "select",
            r#"<select onchange="go(this)"><option value="">Chuyên mục</option><option value="/tin-tuc">Tin tức</option><option value="/hoi-dap">Hỏi đáp</option></select>"#,
        ),
        (
            "attributes",
            r#"<div class=tile data-href="/tin-tuc" data-title="Tin tức"></div><div class=tile onclick="window.location='/hoi-dap'">Hỏi đáp</div>"#,
        ),
        (
            "footer",
            r#"<footer><a href="/tin-tuc">Tin tức</a> | <a href="/hoi-dap">Hỏi đáp</a></footer>"#,
        ),
        (
            "picture",
            r#"<ul class=menu><li><a href="/tin-tuc"><img src=1.png alt="Tin tức"></a><li><a href="/hoi-dap" title="Hỏi đáp"><img src=2.png></a></ul>"#,
        ),
    ];
    for (system, page) in menus {
        let sections = found(page);
        for wanted in ["tin-tuc", "hoi-dap"] {
            assert!(
                sections.iter().any(|(s, f)| s == wanted && *f != FoundIn::Block),
                "{system}: {wanted} not in {sections:?}"
            );
        }
    }
}

#[test]
fn the_operators_mapping_wins() {
    let facts = read(r#"<nav><a href="/a">Tin tức</a></nav>"#);
    let mapped = BTreeMap::from([(
        "tin-tuc".to_owned(),
        Url::parse("https://portal.example/x").unwrap(),
    )]);
    let best = best(&facts.links, &mapped);
    assert_eq!(best["tin-tuc"].url.as_deref(), Some("https://portal.example/x"));
    assert_eq!(best["tin-tuc"].found_in, FoundIn::Operator);
}

#[test]
fn a_shell_for_scripts_is_known() {
    assert!(read("<body><div id=root></div><script src=app.js></script></body>").js_only);
    assert!(
        !read("<nav><a href=/a>Tin tức</a><a href=/b>b</a><a href=/c>c</a></nav><script></script>").js_only
    );
}

#[test]
fn fifty_thousand_links_stay_bounded() {
    let page = "<a href=/tin-tuc>Tin tức</a>".repeat(50_000);
    assert!(read(&page).links.len() <= 400);
}

#[test]
fn a_lexicon_that_is_none_is_refused_with_its_reason() {
    assert!(
        Lexicon::from_yaml("sections: []")
            .unwrap_err()
            .to_string()
            .contains("0 sections")
    );
    assert!(Lexicon::from_yaml("a: [").is_err());
}
