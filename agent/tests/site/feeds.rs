//! Portals with feeds, as whole visits: RSS, Atom and JSON feeds are found where the head or a link names them and count where
//! they can be read, and a page of errors in their place does not.

use serde_json::Value;

use super::portal::{Answer, Portal, feature, section};

const NOW: &str = "2026-11-06T08:15:00+07:00";

const RSS: &str = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Tin tức xã Tân Hòa</title><link>/</link>\
    <item><title><![CDATA[Hội nghị triển khai nhiệm vụ & giải pháp quý IV]]></title><link>/bai-0</link><pubDate>Thu, 05 Nov 2026 08:00:00 +0700</pubDate></item>\
    <item><title>Ra quân vệ sinh môi trường trên địa bàn các ấp</title><link>/bai-1</link><pubDate>Tue, 03 Nov 2026 08:00:00 +0700</pubDate></item></channel></rss>";
const ATOM: &str = "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Tin tức xã Tân Hòa</title><link rel=\"self\" href=\"/tin.atom\"/>\
    <entry><title>Hội nghị triển khai nhiệm vụ quý IV</title><link href=\"/bai-0\"/><published>2026-11-05T01:00:00Z</published><updated>2026-11-06T01:00:00Z</updated></entry></feed>";
const JSON: &str = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Tin tức xã Tân Hòa", "items": [{"id": "0", "url": "/bai-0",
    "title": "Hội nghị triển khai nhiệm vụ quý IV", "date_published": "2026-11-05T08:00:00+07:00"}]}"#;
const ERROR: &str = "<!doctype html><title>Lỗi</title><h1>Đã có lỗi xảy ra</h1><p>Vui lòng quay lại sau.</p>";

/// A portal with three news items on its list; `head` and `foot` name its feeds.
fn visited(
    head: &str,
    foot: &str,
    feeds: impl Fn(&str) -> Option<(&'static str, &'static str)> + Send + Sync + 'static,
) -> (Value, Vec<String>) {
    let page = format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng thông tin điện tử xã Tân Hòa</title>{head}</head><body>\
         <header>Ủy ban nhân dân xã Tân Hòa</header><nav><ul><li><a href=/>Trang chủ</a></li><li><a href=/tin-tuc>Tin tức</a></li></ul></nav>\
         <main>{{}}</main><footer>Ủy ban nhân dân xã Tân Hòa {foot}</footer></body></html>"
    );
    let list: String = [
        ("05/11/2026", "Hội nghị triển khai nhiệm vụ quý IV"),
        ("03/11/2026", "Ra quân vệ sinh môi trường các ấp"),
        ("28/10/2026", "Khởi công tuyến đường liên ấp phía đông"),
    ]
    .iter()
    .enumerate()
    .map(|(n, (day, title))| format!("<li><a href='/bai-{n}'>{title}</a> <span>{day}</span></li>"))
    .collect();
    let portal = Portal::start(move |asked| {
        if let Some((kind, body)) = feeds(asked.path) {
            return Answer {
                status: 200,
                headers: format!("Content-Type: {kind}\r\n"),
                body: body.into(),
            };
        }
        match asked.path {
            "/" => Answer::of(
                "/",
                200,
                page.replace("{}", "<p>Chào mừng đến với Cổng thông tin điện tử của xã.</p>"),
            ),
            "/tin-tuc" => Answer::of(
                "/",
                200,
                page.replace("{}", &format!("<h1>Tin tức</h1><ul>{list}</ul>")),
            ),
            path => Answer::of(path, 404, "<title>404</title><h1>Không tìm thấy trang</h1>"),
        }
    });
    let answer = portal.visited(&[
        "--now",
        NOW,
        "--section",
        "tin-tuc",
        "--section",
        "rss",
        "--max-links",
        "0",
        "--crawl",
        "0",
    ]);
    // Whatever the feeds are like, the list says when the newest was posted.
    let news = section(&answer, "tin-tuc");
    assert_eq!(news["newest_item_date"], "2026-11-05", "{news}");
    (answer, portal.asked())
}

fn alternate(kind: &str, path: &str) -> String {
    format!("<link rel=alternate type='{kind}' title='Tin tức' href='{path}'>")
}

/// Whether the portal has a feed that can be read, and which.
fn rss(answer: &Value) -> (bool, String) {
    let measure = feature(answer, "rss");
    let note = measure["note"].as_str().unwrap_or_default();
    (
        measure["found"].as_bool().unwrap(),
        note.rsplit('/').next().unwrap_or_default().to_owned(),
    )
}

#[test]
fn every_kind_of_feed_that_the_head_names_is_read() {
    for (kind, path, body) in [
        ("application/rss+xml", "/tin.rss", RSS),
        ("application/atom+xml", "/tin.atom", ATOM),
        ("application/feed+json", "/tin.json", JSON),
    ] {
        let (answer, asked) = visited(&alternate(kind, path), "", move |asked| {
            (asked == path).then_some((kind, body))
        });
        assert_eq!(rss(&answer), (true, path[1..].to_owned()), "{kind}");
        // What proves it can be kept whole.
        let proof = &feature(&answer, "rss")["evidence"];
        assert!(
            proof["kind"] == "feed"
                && proof["url"].as_str().is_some_and(|url| url.ends_with(path))
                && proof["text"] == "2026-11-05",
            "{proof}"
        );
        assert_eq!(
            asked.iter().filter(|known| *known == path).count(),
            1,
            "asked once: {asked:?}"
        );
        // The function is a section of its own, wherever the portal has it.
        assert_eq!(section(&answer, "rss")["found"], true, "{kind}");
    }
}

#[test]
fn a_feed_that_only_a_link_names_is_read_too() {
    let (answer, _) = visited("", "<a href=/rss/tin-tuc.xml>RSS</a>", |asked| {
        (asked == "/rss/tin-tuc.xml").then_some(("text/xml; charset=utf-8", RSS))
    });
    assert_eq!(rss(&answer), (true, "tin-tuc.xml".to_owned()));
}

#[test]
fn an_error_in_place_of_a_feed_is_none_and_the_next_one_is_read() {
    let two = alternate("application/rss+xml", "/hong.rss") + &alternate("application/atom+xml", "/tin.atom");
    let (answer, _) = visited(&two, "", |asked| match asked {
        "/hong.rss" => Some(("text/html; charset=utf-8", ERROR)),
        "/tin.atom" => Some(("application/atom+xml", ATOM)),
        _ => None,
    });
    assert_eq!(rss(&answer), (true, "tin.atom".to_owned()));
    let one = alternate("application/rss+xml", "/hong.rss");
    let (answer, _) = visited(&one, "", |asked| {
        (asked == "/hong.rss").then_some(("text/html", ERROR))
    });
    assert_eq!(
        rss(&answer),
        (false, "feeds are linked, and none can be read".to_owned())
    );
}

#[test]
fn a_portal_without_feeds_has_none() {
    let (answer, _) = visited("", "", |_| None);
    assert_eq!(rss(&answer), (false, String::new()));
    assert_eq!(section(&answer, "rss")["state"], "missing");
}
