//! Links for the crawler: read, made absolute and comparable, and the traps among them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

use super::document::Document;
use super::dom::Tag;

/// Links kept of one page.
pub const MAX_LINKS: usize = 5_000;
/// Parts of a path beyond which an address is a trap.
const MAX_SEGMENTS: usize = 12;
/// Bytes of an address beyond which it is a trap.
const MAX_LENGTH: usize = 1_024;
/// Parameters of a query beyond which it is a trap.
const MAX_PARAMETERS: usize = 8;

/// Why an address is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trap {
    /// The same part of the path again and again (`/en/vi/en/vi`).
    RepeatedSegments,
    /// A page of a calendar, far from today or without end.
    Calendar,
    /// A page number far beyond any list.
    Pagination,
    /// Too long, too deep, or too many parameters.
    Oversized,
    /// A session in the address: the same page under endless names.
    Session,
    /// An action (log in, log out, vote, print, share): never followed.
    Action,
}

/// One link of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The address, normalised.
    pub url: String,
    /// The words of the link, shortened.
    pub text: String,
    /// On the page's own host (with or without `www.`).
    pub internal: bool,
    /// A file and not a page.
    pub file: bool,
    /// Why it is not followed.
    pub trap: Option<Trap>,
}

/// The links of a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LinkFacts {
    /// Each address once, in the order of the page.
    pub links: Vec<Link>,
    /// Links with an address, counted each time.
    pub total: u32,
    /// Links left out because the page has too many.
    pub left_out: u32,
    /// The target of a `<meta http-equiv="refresh">`.
    pub refresh: Option<String>,
}

/// Reads the links of a page.
#[must_use]
pub fn links(document: &Document<'_>) -> LinkFacts {
    let dom = &document.dom;
    let mut facts = LinkFacts::default();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let own = bare_host(&document.url);
    for node in dom.all() {
        let attribute = match dom.tag(node) {
            Tag::A | Tag::Area => "href",
            Tag::Iframe | Tag::Frame => "src",
            Tag::Meta => {
                facts.refresh = facts.refresh.take().or_else(|| refresh(document, node));
                continue;
            }
            _ => continue,
        };
        let Some(url) = dom.attr(node, attribute).and_then(|href| document.resolve(href)) else {
            continue;
        };
        facts.total = facts.total.saturating_add(1);
        if facts.links.len() >= MAX_LINKS {
            facts.left_out = facts.left_out.saturating_add(1);
            continue;
        }
        let url = normalise(url);
        if !seen.insert(url.as_str().to_owned()) {
            continue;
        }
        facts.links.push(Link {
            text: dom.text(node, 120),
            internal: bare_host(&url) == own,
            file: super::items::is_file(url.path()),
            trap: trap(&url),
            url: url.into(),
        });
    }
    facts
}

fn refresh(document: &Document<'_>, node: super::dom::NodeId) -> Option<String> {
    let dom = &document.dom;
    dom.attr(node, "http-equiv")
        .filter(|e| e.eq_ignore_ascii_case("refresh"))?;
    let content = dom.attr_text(node, "content")?;
    let place = content.to_ascii_lowercase().find("url=")?;
    let target = content
        .get(place + 4..)?
        .trim_matches(['"', '\'', ' '])
        .to_owned();
    document.resolve(&target).map(String::from)
}

fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// One writing for addresses of one page: no fragment, no default port, no tracking or session parameters, no double slashes.
#[must_use]
pub fn normalise(mut url: Url) -> Url {
    url.set_fragment(None);
    if url.path().contains("//") {
        let mut path = url.path().to_owned();
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        url.set_path(&path);
    }
    if let Some(at) = url.path().to_ascii_lowercase().find(";jsessionid=") {
        let path = url.path().get(..at).unwrap_or_default().to_owned();
        url.set_path(&path);
    }
    if url.query().is_some() {
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !is_noise(name))
            .take(64)
            .map(|(n, v)| (n.into_owned(), v.into_owned()))
            .collect();
        if kept.is_empty() {
            url.set_query(None);
        } else if kept.len() < url.query_pairs().count() {
            url.query_pairs_mut().clear().extend_pairs(kept);
        }
    }
    url
}

/// Parameters that do not choose a page.
fn is_noise(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || matches!(
            name.as_str(),
            "fbclid"
                | "gclid"
                | "zarsrc"
                | "phpsessid"
                | "jsessionid"
                | "sid"
                | "sessionid"
                | "_ga"
                | "ref_src"
        )
}

/// Why the address should not be followed, if there is a reason.
#[must_use]
pub fn trap(url: &Url) -> Option<Trap> {
    let path = url.path();
    let lower = url.as_str().to_ascii_lowercase();
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    if url.as_str().len() > MAX_LENGTH
        || segments.len() > MAX_SEGMENTS
        || url.query_pairs().take(MAX_PARAMETERS + 1).count() > MAX_PARAMETERS
    {
        return Some(Trap::Oversized);
    }
    if repeats(&segments) {
        return Some(Trap::RepeatedSegments);
    }
    if lower.contains("sessionid=") || lower.contains("phpsessid=") || lower.contains("/(s(") {
        return Some(Trap::Session);
    }
    let action = [
        "logout",
        "login",
        "dang-nhap",
        "dangnhap",
        "dang-ky",
        "signin",
        "signout",
        "/print/",
        "action=print",
        "addtocart",
        "vote=",
        "delete",
    ];
    if action.iter().any(|word| lower.contains(word))
        || lower.contains("share.php")
        || lower.contains("/sharer")
    {
        return Some(Trap::Action);
    }
    if is_calendar(&lower, &segments) {
        return Some(Trap::Calendar);
    }
    let far = |name: &str, value: &str| {
        matches!(
            name,
            "page" | "p" | "trang" | "paged" | "pageindex" | "pagenumber" | "start" | "offset" | "cur"
        ) && value.parse::<u64>().is_ok_and(|n| n > 5_000)
    };
    url.query_pairs()
        .any(|(n, v)| far(&n.to_ascii_lowercase(), &v))
        .then_some(Trap::Pagination)
}

/// One part more than twice, or a pair of parts one after the other twice (`en/vi/en/vi`).
fn repeats(segments: &[&str]) -> bool {
    let mut sorted: Vec<&str> = segments.to_vec();
    sorted.sort_unstable();
    sorted.windows(3).any(|w| w[0] == w[1] && w[1] == w[2])
        || segments.windows(4).any(|w| w[0] == w[2] && w[1] == w[3])
        || segments.windows(2).any(|w| w[0] == w[1] && w[0].len() <= 3)
        || segments
            .windows(3)
            .any(|w| w[0] == w[2] && matches!(w[0], "en" | "vi" | "vn") && matches!(w[1], "en" | "vi" | "vn"))
}

fn is_calendar(lower: &str, segments: &[&str]) -> bool {
    let named = [
        "calendar",
        "lich-su-kien",
        "event-calendar",
        "ngay=",
        "month=",
        "thang=",
        "evr=",
        "date=",
    ]
    .iter()
    .any(|word| lower.contains(word));
    let dated = segments
        .iter()
        .any(|s| s.len() == 4 && s.parse::<u32>().is_ok_and(|y| !(1990..=2040).contains(&y)))
        || lower.split(['=', '/', '-', '&', '?']).any(|part| {
            part.len() == 4
                && part
                    .parse::<u32>()
                    .is_ok_and(|y| (1900..1990).contains(&y) || (2041..2200).contains(&y))
        });
    named && (dated || lower.contains("month=") || lower.contains("thang=") || lower.contains("evr="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::time::UnixTime;

    fn read(page: &str) -> LinkFacts {
        let url = Url::parse("https://www.xa.example/vi/tin").unwrap();
        links(&Document::new(page, &url, UnixTime::from_secs(1_793_927_700)))
    }

    fn trap_of(url: &str) -> Option<Trap> {
        trap(&Url::parse(url).unwrap())
    }

    #[test]
    fn links_are_absolute_once_and_told_apart() {
        let facts = read(
            "<base href='/vi/'><a href='a.html#x'>Một</a><a href='a.html'>Hai</a><a href='//xa.example/b?utm_source=x&id=1'>B</a>
             <a href='javascript:void(0)'>no</a><a href='mailto:a@b'>no</a><a href='#top'>no</a><area href='/c.pdf'><iframe src='https://maps.example/'></iframe>
             <meta http-equiv=Refresh content='5; URL=/moi'>",
        );
        let urls: Vec<&str> = facts.links.iter().map(|l| l.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://www.xa.example/vi/a.html",
                "https://xa.example/b?id=1",
                "https://www.xa.example/c.pdf",
                "https://maps.example/"
            ]
        );
        assert_eq!(
            facts.links.iter().map(|l| l.internal).collect::<Vec<_>>(),
            [true, true, true, false]
        );
        assert!(facts.links[2].file);
        assert_eq!(
            (facts.total, facts.refresh.as_deref()),
            (5, Some("https://www.xa.example/moi"))
        );
    }

    #[test]
    fn traps_are_known() {
        for (url, wanted) in [
            ("https://a.example/en/vi/en/vi/tin", Some(Trap::RepeatedSegments)),
            ("https://a.example/en/vi/en", Some(Trap::RepeatedSegments)),
            ("https://a.example/en/en/news", Some(Trap::RepeatedSegments)),
            (
                "https://a.example/calendar?month=11&year=2231",
                Some(Trap::Calendar),
            ),
            ("https://a.example/lich-su-kien/1971/01", Some(Trap::Calendar)),
            ("https://a.example/tin?page=99999", Some(Trap::Pagination)),
            ("https://a.example/tin;x?PHPSESSID=1", Some(Trap::Session)),
            ("https://a.example/user/logout", Some(Trap::Action)),
            (
                "https://a.example/a/b/c/d/e/f/g/h/i/j/k/l/m",
                Some(Trap::Oversized),
            ),
            ("https://a.example/tin-tuc/2026/10/bai.html", None),
            ("https://a.example/tin?page=12", None),
            ("https://a.example/van-ban/van-ban-moi", None),
        ] {
            assert_eq!(trap_of(url), wanted, "{url}");
        }
    }

    #[test]
    fn fifty_thousand_links_are_bounded() {
        let page: String = (0..50_000).map(|n| format!("<a href=/t/{n}>x</a>")).collect();
        let facts = read(&page);
        assert_eq!(
            (facts.links.len(), facts.total, facts.left_out),
            (MAX_LINKS, 50_000, 45_000)
        );
    }
}
