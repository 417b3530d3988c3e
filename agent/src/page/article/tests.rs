//! Article pages in the styles of several systems; all of them fictional.

use ems_contract::time::UnixTime;
use url::Url;

use super::*;

fn read(url: &str, page: &str) -> (Option<String>, Option<Source>, Option<String>) {
    // 2026-11-06T01:15:00Z, a morning in Việt Nam.
    let fetched = UnixTime::from_secs(1_793_927_700);
    let document = Document::new(page, &Url::parse(url).unwrap(), fetched);
    let dates = dates(&document);
    (
        dates.published.as_ref().map(|d| d.day.to_string()),
        dates.published.map(|d| d.source),
        dates.modified.map(|d| d.day.to_string()),
    )
}

#[test]
fn structured_data_about_the_article_is_asked_first() {
    let page = r#"<html lang="vi"><head><title>Hội nghị tổng kết công tác năm - Sở Y tế</title>
        <script type="application/ld+json">{"@context":"https://schema.org","@graph":[
          {"@type":"WebPage","datePublished":"2020-01-01T00:00:00+07:00"},
          {"@type":"NewsArticle","headline":"Hội nghị tổng kết công tác năm","datePublished":"2026-10-02T23:30:00Z","dateModified":"2026-11-06T00:00:00Z"}]}</script>
        <meta property="article:published_time" content="2026-10-03T06:30:00+07:00"></head>
        <body><div class="clock">Thứ Sáu, 06/11/2026</div><h1>Hội nghị tổng kết công tác năm</h1></body></html>"#;
    let (day, source, modified) = read("https://syt.example/tin/1", page);
    // 23:30 in UTC is the next morning in Việt Nam.
    assert_eq!(day.as_deref(), Some("2026-10-03"));
    assert_eq!(source, Some(Source::JsonLd));
    assert_eq!(modified.as_deref(), Some("2026-11-06"));
}

#[test]
fn the_line_beside_the_title_is_read_where_nothing_is_marked() {
    for line in [
        "<p>05/10/2026 14:30</p>",
        "<div><i class=icon></i> Thứ Hai, ngày 05 tháng 10 năm 2026</div>",
        "<span>Đăng ngày: 05-10-2026</span>",
        "<p>Ban Biên tập - 5/10/2026 - Lượt xem: 132</p>",
        "<div class='article-info'><span>Admin</span> | <span>5 Tháng Mười, 2026</span></div>",
    ] {
        let page = format!(
            "<html lang=vi><body><div id=dau>Hôm nay: Thứ Sáu, 06/11/2026</div><ul class=menu><li>Trang chủ</ul>
             <h1>Khánh thành cầu dân sinh thôn Đông</h1>{line}<p>Theo Quyết định số 12/2025/QĐ-UBND ngày 01/02/2025, công trình được
             khởi công từ ngày 15/03/2025 và nghiệm thu ngày 20/09/2026 với sự tham gia của nhân dân trong thôn và lãnh đạo xã.</p>
             <div class='tin-lien-quan related'><a href=/x>Tin khác</a> <i>(06/11/2026)</i></div>
             <footer>Giấy phép số 12/GP cấp ngày 01/01/2020. © 2026</footer></body></html>"
        );
        assert_eq!(
            read("https://xa.example/tin/2", &page).0.as_deref(),
            Some("2026-10-05"),
            "{line}"
        );
    }
}

#[test]
fn systems_mark_their_dates_in_their_own_ways() {
    let cases = [
        (
            "wordpress",
            r#"<article><h1 class="entry-title">Lễ phát động trồng cây</h1><div class="entry-meta"><time class="entry-date published" datetime="2026-03-04T08:00:00+07:00">Tháng Ba 4, 2026</time><time class="updated" datetime="2026-05-01T08:00:00+07:00">x</time></div></article>"#,
        ),
        (
            "drupal",
            r#"<h1>Lễ phát động trồng cây</h1><span property="schema:dateCreated" content="2026-03-04T01:00:00+00:00" class="rdf-meta hidden"></span>"#,
        ),
        (
            "joomla",
            r#"<h2 itemprop="headline">Lễ phát động trồng cây</h2><dl class="article-info"><dd class="published"><time datetime="2026-03-04T08:00:00+07:00" itemprop="datePublished">Ngày đăng: 04 Tháng 3 2026</time></dd></dl>"#,
        ),
        (
            "sharepoint",
            r#"<div class="ms-rtestate-field"><h1>Lễ phát động trồng cây</h1><div class="date-post">04/03/2026 8:00 SA</div></div>"#,
        ),
        (
            "liferay",
            r#"<div class="portlet-body"><h3 class="title-detail">Lễ phát động trồng cây</h3><span class="metadata-entry metadata-publish-date">04/03/2026</span></div>"#,
        ),
        (
            "aspnet",
            r#"<span id="ctl00_lblTitle"><h1>Lễ phát động trồng cây</h1></span><span id="ctl00_lblNgayDang">(04/03/2026 08:00)</span>"#,
        ),
    ];
    for (system, body) in cases {
        let page = format!(
            "<html lang=\"vi\"><title>Lễ phát động trồng cây</title><body>{body}<p>Nội dung của bài viết.</p></body></html>"
        );
        assert_eq!(
            read("https://portal.example/bai-viet", &page).0.as_deref(),
            Some("2026-03-04"),
            "{system}"
        );
    }
}

#[test]
fn a_template_that_says_now_is_no_publication() {
    let page = r#"<html lang="vi"><head><meta property="og:updated_time" content="2026-11-06T08:15:00+07:00"></head>
        <body><h1>Thông báo tuyển dụng viên chức năm</h1><span class="date">12/08/2026</span><p>Nội dung.</p></body></html>"#;
    let (day, _, modified) = read("https://portal.example/a", page);
    assert_eq!(day.as_deref(), Some("2026-08-12"));
    assert_eq!(modified.as_deref(), Some("2026-11-06"));
}

#[test]
fn the_address_dates_its_page() {
    for path in [
        "2026/02/05/tin",
        "tin-2026-02-05.html",
        "20260205/tin",
        "tin/05-02-2026",
    ] {
        let found = read(
            &format!("https://bao.example/{path}"),
            "<h1>Tin trong ngày của tỉnh</h1><p>Nội dung.</p>",
        );
        assert_eq!(found.0.as_deref(), Some("2026-02-05"), "{path}");
        assert_eq!(found.1, Some(Source::Url));
    }
    assert_eq!(read("https://bao.example/tin/2026/13/45", "<p>a").0, None);
}

#[test]
fn a_page_without_dates_has_none() {
    assert_eq!(
        read(
            "https://a.example/",
            "<h1>Giới thiệu chung về đơn vị</h1><p>Nội dung.</p>"
        )
        .0,
        None
    );
}

#[test]
fn what_every_page_carries_dates_no_article() {
    let page = |head: &str, line: &str, foot: &str| {
        let page = format!(
            "<html lang=vi><head><title>Hướng dẫn nộp hồ sơ trực tuyến</title>{head}</head><body><h1>Hướng dẫn nộp hồ sơ trực tuyến</h1>{line}\
             <p>Người dân có thể nộp hồ sơ tại nhà thông qua cổng dịch vụ công của tỉnh.</p><div id=footer>{foot}</div></body></html>"
        );
        read("https://xa.example/huong-dan", &page).0
    };
    // A licence, a change that is always now, and what stands beside the article.
    for (head, foot) in [
        ("", "© 2026. Giấy phép số 12/GP-TTĐT ngày 15/10/2026"),
        ("<meta name=last-modified content=2026-11-06>", ""),
        ("", "Tin mới: 15/10/2026"),
    ] {
        assert_eq!(page(head, "", foot), None, "{head}{foot}");
    }
    // An American server writes the month first; the day first would lie ahead.
    assert_eq!(
        page("", "<div>5/12/2026 9:15:00 AM</div>", "").as_deref(),
        Some("2026-05-12")
    );
    assert_eq!(page("", "<div>5/12/2026</div>", ""), None);
}
