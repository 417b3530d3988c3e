//! Links outwards: other channels, public services, the Government, feeds, print and save, machine-readable data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{MAX_PIECES, Seen};
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::plain::fold;
use crate::page::region::Regions;

/// Links of a page that prove functions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OutwardFacts {
    /// Social networks: pages of the agency and share buttons.
    pub social: Vec<Seen>,
    /// Of them buttons that share this page.
    pub shares: u32,
    /// Links to portals of public services.
    pub public_services: Vec<Seen>,
    /// The link to the Government's portal (chinhphu.vn).
    pub government: Option<Seen>,
    /// Hosts under gov.vn that the page links to, for components and parents.
    pub gov_hosts: Vec<String>,
    /// A print button.
    pub print: Option<Seen>,
    /// A way to save: a file, an e-mail, a PDF of the page.
    pub save: Option<Seen>,
    /// RSS, Atom and JSON feeds.
    pub feeds: Vec<Seen>,
    /// The HTML sitemap.
    pub sitemap: Option<Seen>,
    /// Machine-readable data: CSV, XLSX, JSON, XML, open-data portals.
    pub data: Vec<Seen>,
    /// The label of the network of trust (tinnhiemmang.vn).
    pub trust_label: Option<Seen>,
    /// Frames, pictures and links of advertisements.
    pub ads: Vec<Seen>,
}

/// Links read of one page.
const MAX_LINKS: u32 = 3_000;

const SOCIAL: &[&str] = &[
    "facebook.com",
    "fb.com",
    "zalo.me",
    "youtube.com",
    "youtu.be",
    "twitter.com",
    "x.com",
    "tiktok.com",
    "instagram.com",
    "linkedin.com",
    "t.me",
    "viber.com",
];
const ADS: &[&str] = &[
    "doubleclick.net",
    "googlesyndication",
    "admicro",
    "adservice",
    "adnxs",
    "eclick.vn",
    "adtima",
    "novanet",
];

fn is_under(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

pub(super) fn read(document: &Document<'_>, regions: &Regions) -> OutwardFacts {
    let dom = &document.dom;
    let mut facts = OutwardFacts::default();
    let mut hosts: BTreeSet<String> = BTreeSet::new();
    let own = document.url.host_str().unwrap_or_default();
    let mut links = 0;
    for node in dom.all().filter(|&n| dom.is_element(n)) {
        match dom.tag(node) {
            Tag::A | Tag::Area | Tag::Option if links < MAX_LINKS => {
                links += 1;
                let href = dom
                    .attr(node, "href")
                    .or_else(|| dom.attr(node, "value"))
                    .unwrap_or_default();
                if dom.tag(node) == Tag::Option && !href.contains("//") {
                    continue;
                }
                if let Some(url) = document.resolve(href) {
                    link(document, node, &url, own, &mut facts, &mut hosts);
                }
                action(document, regions, node, &mut facts);
            }
            Tag::Link => {
                let feed = dom.attr(node, "type").is_some_and(|t| {
                    t.contains("rss+xml") || t.contains("atom+xml") || t.contains("feed+json")
                });
                if feed && facts.feeds.len() < MAX_PIECES {
                    facts.feeds.push(Seen::at(document, node));
                }
            }
            Tag::Button | Tag::Input | Tag::Span | Tag::I | Tag::Img | Tag::Div => {
                action(document, regions, node, &mut facts);
            }
            Tag::Iframe | Tag::Script => {
                let src = dom.attr(node, "src").unwrap_or_default();
                if ADS.iter().any(|ad| src.contains(ad)) && facts.ads.len() < MAX_PIECES {
                    facts.ads.push(Seen::at(document, node));
                }
                if src.contains("facebook.com/plugins") && facts.social.len() < MAX_PIECES {
                    facts.social.push(Seen::at(document, node));
                }
            }
            _ => {}
        }
    }
    facts.gov_hosts = hosts.into_iter().take(500).collect();
    facts
}

fn push(list: &mut Vec<Seen>, document: &Document<'_>, node: NodeId) {
    if list.len() < MAX_PIECES {
        list.push(Seen::at(document, node));
    }
}

fn link(
    document: &Document<'_>,
    node: NodeId,
    url: &Url,
    own: &str,
    facts: &mut OutwardFacts,
    hosts: &mut BTreeSet<String>,
) {
    let host = url.host_str().unwrap_or_default();
    let path = url.path().to_ascii_lowercase();
    if host != own && (is_under(host, "gov.vn") || is_under(host, "chinhphu.vn")) && hosts.len() < 600 {
        hosts.insert(host.to_owned());
    }
    if SOCIAL.iter().any(|s| is_under(host, s)) {
        push(&mut facts.social, document, node);
        facts.shares += u32::from(path.contains("share") || path.contains("intent"));
    }
    if host.starts_with("dichvucong.")
        || host.starts_with("dvc.")
        || host.starts_with("motcua.")
        || (host == own && path.contains("dich-vu-cong"))
    {
        push(&mut facts.public_services, document, node);
    }
    if is_under(host, "chinhphu.vn") && facts.government.is_none() {
        facts.government = Some(Seen::at(document, node));
    }
    if is_under(host, "tinnhiemmang.vn") && facts.trust_label.is_none() {
        facts.trust_label = Some(Seen::at(document, node));
    }
    if path.ends_with("/rss")
        || path.ends_with(".rss")
        || path.contains("/rss/")
        || path.ends_with("/feed")
        || path.ends_with("/feed/")
        || path.ends_with("rss.xml")
        || path.ends_with("atom.xml")
    {
        push(&mut facts.feeds, document, node);
    }
    if host.starts_with("opendata.")
        || host.starts_with("data.")
        || [".csv", ".json", ".xlsx", ".xml"]
            .iter()
            .any(|end| path.ends_with(end))
    {
        push(&mut facts.data, document, node);
    }
    if ADS.iter().any(|ad| host.contains(ad)) {
        push(&mut facts.ads, document, node);
    }
}

/// Buttons by their words or handlers: print, save, sitemap.
fn action(document: &Document<'_>, regions: &Regions, node: NodeId, facts: &mut OutwardFacts) {
    let dom = &document.dom;
    if regions.of(node) == crate::page::region::Region::Hidden {
        return;
    }
    let handler = ["onclick", "href"]
        .iter()
        .find_map(|a| dom.attr(node, a))
        .unwrap_or_default();
    let clickable =
        matches!(dom.tag(node), Tag::A | Tag::Button | Tag::Input) || dom.attr(node, "onclick").is_some();
    if !clickable {
        return;
    }
    let mut words: Vec<String> = Vec::new();
    if matches!(dom.tag(node), Tag::A | Tag::Button) && dom.end(node).distance(node) <= 12 {
        words.push(fold(&dom.text(node, 60)));
    }
    for name in ["title", "aria-label", "value", "alt"] {
        if let Some(value) = dom.attr_text(node, name).filter(|v| v.len() < 80) {
            words.push(fold(&value));
        }
    }
    let is = |wanted: &[&str]| {
        words.iter().any(|said| {
            wanted
                .iter()
                .any(|w| said == w || said.strip_prefix(w).is_some_and(|rest| rest.starts_with(' ')))
        })
    };
    if facts.print.is_none()
        && (handler.contains("window.print")
            || handler.contains("/print")
            || handler.contains("print=")
            || is(&[
                "in",
                "in an",
                "in bai",
                "in trang",
                "in tin",
                "ban in",
                "print",
                "in bai viet",
                "in noi dung",
            ]))
    {
        facts.print = Some(Seen::at(document, node));
    }
    if facts.save.is_none()
        && (is(&[
            "luu",
            "luu tru",
            "luu bai",
            "luu lai",
            "luu tin",
            "save",
            "tai ve",
            "download",
            "luu bai viet",
            "xuat pdf",
            "gui email",
            "gui mail",
        ]) || handler.contains("savenews")
            || handler.contains("topdf"))
    {
        facts.save = Some(Seen::at(document, node));
    }
    if facts.sitemap.is_none()
        && is(&[
            "so do cong",
            "so do trang",
            "so do site",
            "sitemap",
            "site map",
            "so do website",
            "so do cong thong tin",
        ])
    {
        facts.sitemap = Some(Seen::at(document, node));
    }
}
