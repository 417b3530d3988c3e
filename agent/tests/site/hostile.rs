//! `ems-agent site` on portals that would keep a careless visitor for ever: loops, bombs, walls and pages without end. What is sound
//! on such a portal is still read, what is not is never called missing, and no visit grows.

use std::fmt::Write;

use super::portal::{Answer, Asked, Portal, feature, section};

const NOW: &str = "2026-11-06T08:15:00+07:00";

/// A home page with these links.
fn home(links: &[(&str, &str)]) -> String {
    let links: String = links
        .iter()
        .map(|(path, label)| format!("<li><a href='{path}'>{label}</a></li>"))
        .collect();
    format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng thông tin điện tử xã Tân Hòa</title></head><body>\
         <header>Ủy ban nhân dân xã Tân Hòa</header><nav><ul>{links}</ul></nav><main><p>Chào mừng đến với Cổng thông tin điện tử \
         của Ủy ban nhân dân xã Tân Hòa, nơi công bố thông tin chỉ đạo, điều hành và thủ tục hành chính cho nhân dân.</p></main>\
         </body></html>"
    )
}

/// A list of three news items, the newest of 5 November.
fn news() -> String {
    let items: String = ["05/11/2026", "03/11/2026", "28/10/2026"]
        .iter()
        .enumerate()
        .map(|(n, day)| format!("<li><a href='/bai-{n}'>Xã Tân Hòa triển khai nhiệm vụ trọng tâm số {n}</a> <span>{day}</span></li>"))
        .collect();
    home(&[("/tin-tuc", "Tin tức")]).replace("<main>", &format!("<main><h1>Tin tức</h1><ul>{items}</ul>"))
}

fn sound(asked: &Asked<'_>) -> Answer {
    match asked.path {
        "/" => Answer::of("/", 200, home(&[("/tin-tuc", "Tin tức")])),
        "/tin-tuc" => Answer::of("/", 200, news()),
        path => Answer::of(path, 404, "<title>404</title><h1>Không tìm thấy trang</h1>"),
    }
}

/// What a visit says when only `more` differs from a sound portal; the news must be read rightly whatever it is.
fn visited(
    more: impl Fn(&Asked<'_>) -> Option<Answer> + Send + Sync + 'static,
    args: &[&str],
) -> (serde_json::Value, Vec<String>) {
    let portal = Portal::start(move |asked| more(asked).unwrap_or_else(|| sound(asked)));
    let base = ["--now", NOW, "--section", "tin-tuc", "--max-links", "0"];
    let answer = portal.visited(&[&base[..], args].concat());
    let news = section(&answer, "tin-tuc");
    assert_eq!(news["newest_item_date"], "2026-11-05", "{news}");
    (answer, portal.asked())
}

fn times(asked: &[String], path: &str) -> usize {
    asked.iter().filter(|known| *known == path).count()
}

#[test]
fn an_index_of_sitemaps_that_names_itself_is_left() {
    let (answer, asked) = visited(
        |asked| {
            let child = match asked.path {
                "/sitemap.xml" => "/a.xml",
                "/a.xml" => "/b.xml",
                "/b.xml" => "/sitemap.xml",
                _ => return None,
            };
            let host = "http://127.0.0.1";
            let body = format!(
                "<sitemapindex><sitemap><loc>{host}{child}</loc></sitemap><sitemap><loc>{host}/sitemap.xml</loc></sitemap></sitemapindex>"
            );
            Some(Answer::of(asked.path, 200, body))
        },
        &["--crawl", "0"],
    );
    for path in ["/sitemap.xml", "/a.xml", "/b.xml"] {
        assert!(times(&asked, path) <= 1, "{asked:?}");
    }
    assert_ne!(
        feature(&answer, "sitemap-xml")["found"],
        true,
        "an index without a map is none"
    );
}

#[test]
fn a_sitemap_of_fifty_megabytes_is_not_called_absent() {
    let entry = "<url><loc>http://127.0.0.1/bai-viet-rat-dai-ve-nhiem-vu.html</loc><lastmod>2026-11-05</lastmod></url>\n";
    let map = format!(
        "<?xml version='1.0'?><urlset>{}</urlset>",
        entry.repeat(50_000_000 / entry.len())
    );
    let (answer, asked) = visited(
        move |asked| (asked.path == "/sitemap.xml").then(|| Answer::of(asked.path, 200, map.clone())),
        &["--crawl", "0"],
    );
    assert_eq!(times(&asked, "/sitemap.xml"), 1);
    assert_ne!(feature(&answer, "sitemap-xml")["found"], false);
}

#[test]
fn entities_in_a_feed_never_grow() {
    let mut bomb = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a0 'haha'>".to_owned();
    for n in 1..40 {
        write!(bomb, "<!ENTITY a{n} '&a{0};&a{0};&a{0};&a{0};'>", n - 1).unwrap();
    }
    bomb.push_str("]><rss><channel><item><title>&a39;</title><link>/bai-0</link><pubDate>Thu, 05 Nov 2026 08:00:00 +0700</pubDate></item></channel></rss>");
    visited(
        move |asked| match asked.path {
            "/" => {
                let page = home(&[("/tin-tuc", "Tin tức"), ("/tin.rss", "RSS")]);
                let page = page.replace(
                    "</head>",
                    "<link rel=alternate type='application/rss+xml' href='/tin.rss'></head>",
                );
                Some(Answer::of("/", 200, page))
            }
            "/tin.rss" | "/sitemap.xml" => Some(Answer::of(asked.path, 200, bomb.clone())),
            _ => None,
        },
        &["--crawl", "0"],
    );
}

#[test]
fn a_wall_that_wants_its_cookie_is_passed_as_a_browser_passes_it() {
    let (_, asked) = visited(
        |asked| {
            (!asked.cookie.contains("vao=1")).then(|| {
                let mut answer = Answer::of("/", 302, "");
                write!(
                    answer.headers,
                    "Set-Cookie: vao=1; Path=/\r\nLocation: {}\r\n",
                    asked.path
                )
                .unwrap();
                answer
            })
        },
        &["--crawl", "0"],
    );
    assert!(times(&asked, "/tin-tuc") <= 2, "{asked:?}");
}

#[test]
fn a_wall_that_no_cookie_opens_is_no_missing_section() {
    let portal = Portal::start(|asked| {
        let mut answer = Answer::of("/", 302, "");
        write!(
            answer.headers,
            "Set-Cookie: n={}; Path=/\r\nLocation: {}\r\n",
            asked.cookie.len(),
            asked.path
        )
        .unwrap();
        match asked.path {
            "/" => sound(asked),
            _ => answer,
        }
    });
    let answer = portal.visited(&[
        "--now",
        NOW,
        "--section",
        "tin-tuc",
        "--max-links",
        "0",
        "--crawl",
        "0",
    ]);
    let news = section(&answer, "tin-tuc");
    assert_eq!(
        (&news["state"], &news["because"]),
        (&"not_read".into(), &"unreachable".into()),
        "{news}"
    );
    assert!(portal.asked().len() < 60, "{:?}", portal.asked());
}

#[test]
fn pages_that_refresh_to_each_other_are_left() {
    let (_, asked) = visited(
        |asked| {
            let to = match asked.path {
                "/gioi-thieu" => "/gioi-thieu-2",
                "/gioi-thieu-2" => "/gioi-thieu",
                _ => return None,
            };
            Some(Answer::of(
                "/",
                200,
                format!("<meta http-equiv=refresh content='0; url={to}'><title>Giới thiệu</title>"),
            ))
        },
        &["--crawl", "20", "--section", "gioi-thieu"],
    );
    assert!(asked.len() < 40, "{asked:?}");
}

#[test]
fn pages_without_end_are_crawled_to_the_bound() {
    let (_, asked) = visited(
        |asked| match asked.path {
            "/" => Some(Answer::of(
                "/",
                200,
                home(&[("/tin-tuc", "Tin tức"), ("/trang?p=1", "Xem thêm")]),
            )),
            path => {
                let page: u64 = path.strip_prefix("/trang?p=")?.parse().ok()?;
                Some(Answer::of(
                    "/",
                    200,
                    home(&[(&format!("/trang?p={}", page + 1), "Trang sau")]),
                ))
            }
        },
        &["--crawl", "8"],
    );
    let pages = asked.iter().filter(|path| path.starts_with("/trang?p=")).count();
    assert!((1..=8).contains(&pages), "{asked:?}");
}

#[test]
fn long_pages_are_read_until_the_visit_has_its_bytes() {
    let long = || format!("<!--{}-->", "x".repeat(4_500_000));
    let (_, asked) = visited(
        move |asked| match asked.path {
            "/" => {
                let links: Vec<String> = (0..40).map(|n| format!("/dai-{n}")).collect();
                let mut links: Vec<(&str, &str)> = links.iter().map(|path| (&**path, "Xem thêm")).collect();
                links.insert(0, ("/tin-tuc", "Tin tức"));
                Some(Answer::of("/", 200, home(&links)))
            }
            path => path
                .starts_with("/dai-")
                .then(|| Answer::of("/", 200, home(&[]) + &long())),
        },
        &["--crawl", "40", "--max-pages", "100"],
    );
    let pages = asked.iter().filter(|path| path.starts_with("/dai-")).count();
    // 64 MiB, and what was on its way.
    assert!((13..=17).contains(&pages), "{pages}");
}

#[test]
fn pages_that_are_hard_to_read_say_nothing_wrong() {
    let hard: [(&str, &str, Vec<u8>); 6] = [
        (
            "/gioi-thieu",
            "Giới thiệu",
            "<div><p><b>".repeat(30_000).into_bytes(),
        ),
        (
            "/co-cau",
            "Cơ cấu tổ chức",
            "<table><tr><td>".repeat(10).into_bytes().repeat(500),
        ),
        (
            "/van-ban",
            "Văn bản",
            format!("<script>{}</script>", "var a=1;".repeat(125_000)).into_bytes(),
        ),
        (
            "/thong-ke",
            "Thống kê",
            (0..50_000)
                .fold(String::new(), |mut page, n| {
                    write!(page, "<a href='/lien-ket-{n}'>Liên kết số {n}</a> ").unwrap();
                    page
                })
                .into_bytes(),
        ),
        (
            "/quy-hoach",
            "Quy hoạch",
            (0..1_000_000u32)
                .map(|n| {
                    let [_, byte, ..] = n.wrapping_mul(2_654_435_761).to_be_bytes();
                    byte
                })
                .collect(),
        ),
        (
            "/hoi-dap",
            "Hỏi đáp",
            "Không đọc được "
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
        ),
    ];
    let links: Vec<(&str, &str)> = hard
        .iter()
        .map(|(path, label, _)| (*path, *label))
        .chain([("/tin-tuc", "Tin tức")])
        .collect();
    let start = home(&links);
    let (answer, _) = visited(
        move |asked| match asked.path {
            "/" => Some(Answer::of("/", 200, start.clone())),
            path => hard
                .iter()
                .find(|(known, ..)| *known == path)
                .map(|(path, _, body)| Answer::of(path, 200, body.clone())),
        },
        &[
            "--crawl",
            "0",
            "--section",
            "gioi-thieu",
            "--section",
            "van-ban",
            "--section",
            "thong-ke",
            "--section",
            "quy-hoach",
            "--section",
            "hoi-dap",
        ],
    );
    for id in ["gioi-thieu", "van-ban", "thong-ke", "quy-hoach", "hoi-dap"] {
        let section = section(&answer, id);
        assert!(section["newest_item_date"].is_null(), "{section}");
        assert_ne!(section["state"], "missing", "{section}");
    }
}
