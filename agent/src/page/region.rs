//! Parts of a page: content apart from menus, header, footer and widgets.

use serde::{Deserialize, Serialize};

use super::dom::{Dom, Names, NodeId, Tag, holds};

/// What a part of the page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The content.
    Main,
    /// The head of the page: banner, clock, language switch.
    Header,
    /// A menu.
    Menu,
    /// A side column.
    Side,
    /// A widget: clock, weather, counter, poll, calendar of events, banners.
    Widget,
    /// The foot of the page.
    Footer,
    /// The path to the page (`Trang chủ > Tin tức`).
    Breadcrumb,
    /// Not shown: scripts, templates.
    Hidden,
}

const MENU: &[&str] = &[
    "menu",
    "navbar",
    "nav-",
    "topnav",
    "mainnav",
    "navigation",
    "sitenav",
    "megamenu",
    "dropdown",
];
const FOOTER: &[&str] = &[
    "footer",
    "foot-",
    "chantrang",
    "chan-trang",
    "copyright",
    "bottom-bar",
];
const HEADER: &[&str] = &[
    "header",
    "banner",
    "topbar",
    "top-bar",
    "masthead",
    "dautrang",
    "dau-trang",
    "language",
];
const SIDE: &[&str] = &[
    "sidebar",
    "side-bar",
    "aside",
    "box-side",
    "left-col",
    "right-col",
    "col-left",
    "col-right",
    "cot-trai",
    "cot-phai",
];
const WIDGET: &[&str] = &[
    "weather",
    "thoitiet",
    "thoi-tiet",
    "thongke",
    "thong-ke-truy-cap",
    "truycap",
    "truy-cap",
    "counter",
    "visitor",
    "online",
    "clock",
    "dong-ho",
    "binhchon",
    "binh-chon",
    "poll",
    "thamdo",
    "tham-do",
    "vote",
    "survey",
    "su-kien-sap",
    "sukien-sap",
    "upcoming",
    "event-calendar",
    "calendar",
    "tygia",
    "ty-gia",
    "giavang",
    "gia-vang",
    "exchange",
    "currency",
    "lunar",
    "am-lich",
    "advert",
    "quangcao",
    "quang-cao",
    "marquee",
    "chat",
    "popup",
    "cookie",
    "lienketweb",
    "lien-ket-web",
    "weblink",
    "date-time",
    "datetime-now",
];
const BREADCRUMB: &[&str] = &["breadcrumb", "duong-dan", "duongdan", "you-are-here", "crumbs"];

const CARDS: &[&str] = &[
    "entry-",
    "card-",
    "panel-",
    "post-",
    "article-",
    "item-",
    "news-",
    "box-header",
    "block-header",
];

/// The sets of words in the order in which they decide, and the regions they name.
const SETS: &[&[&str]] = &[BREADCRUMB, WIDGET, FOOTER, MENU, HEADER, SIDE, CARDS];
const REGIONS: [Region; 6] = [
    Region::Breadcrumb,
    Region::Widget,
    Region::Footer,
    Region::Menu,
    Region::Header,
    Region::Side,
];
/// The place of [`CARDS`] among the sets.
const CARD: usize = 6;

/// Nodes from which on an element that holds half of the page is the page.
const LARGE: u32 = 150;

/// The region of every node, worked out once.
#[derive(Debug)]
pub struct Regions {
    of: Vec<Region>,
}

impl Regions {
    /// Sorts the nodes of a page into regions: what an element is called, unless it holds half of the page.
    #[must_use]
    pub fn new(dom: &Dom<'_>) -> Self {
        let mut of = vec![Region::Main; dom.len()];
        let mut names = Names::new(SETS);
        let total = dom.end(NodeId::ROOT).distance(NodeId::ROOT);
        for node in dom.all() {
            let parent = dom.parent(node);
            let inherited = if parent == NodeId::ROOT {
                Region::Main
            } else {
                of.get(parent.index()).copied().unwrap_or(Region::Main)
            };
            let own = if dom.is_element(node) {
                let size = dom.end(node).distance(node);
                named(dom, node, &mut names, size > LARGE && size * 2 > total)
            } else {
                None
            };
            let region = match (inherited, own) {
                (Region::Hidden, _) | (_, Some(Region::Hidden)) => Region::Hidden,
                (Region::Main | Region::Side, Some(own)) => own,
                // A menu in the header or the footer is a menu; the footer's text is the footer's.
                (
                    Region::Header | Region::Footer,
                    Some(own @ (Region::Menu | Region::Widget | Region::Breadcrumb)),
                ) => own,
                (inherited, _) => inherited,
            };
            if let Some(place) = of.get_mut(node.index()) {
                *place = region;
            }
        }
        let mut regions = Self { of };
        if let Some(foot) = foot_by_its_words(dom, &regions) {
            for node in std::iter::once(foot).chain(dom.descendants(foot)) {
                if let Some(place) = regions
                    .of
                    .get_mut(node.index())
                    .filter(|r| matches!(r, Region::Main | Region::Side))
                {
                    *place = Region::Footer;
                }
            }
        }
        regions
    }

    /// The region of a node.
    #[must_use]
    pub fn of(&self, node: NodeId) -> Region {
        self.of.get(node.index()).copied().unwrap_or(Region::Main)
    }

    /// Whether the node is content: the main part or an unnamed side.
    #[must_use]
    pub fn is_content(&self, node: NodeId) -> bool {
        matches!(self.of(node), Region::Main | Region::Side)
    }
}

/// Nodes of a foot without a name, at most.
const FOOT: u32 = 80;

/// The foot of a page that names none: the last element with a copyright or a licence, near the end of the page.
fn foot_by_its_words(dom: &Dom<'_>, regions: &Regions) -> Option<NodeId> {
    let end = dom.end(NodeId::ROOT);
    let text = dom
        .all()
        .filter(|&n| {
            dom.is_text(n) && matches!(regions.of(n), Region::Main | Region::Side) && end.distance(n) < 400
        })
        .filter(|&n| {
            let raw = dom.raw(n);
            raw.len() < 2_000
                && (raw.contains('©')
                    || raw.contains("&copy;")
                    || holds(raw, "copyright")
                    || holds(raw, "all rights reserved")
                    || raw.contains("Bản quyền thuộc")
                    || raw.contains("bản quyền thuộc")
                    || raw.contains("Giấy phép số"))
        })
        .last()?;
    let mut foot = None;
    for around in dom.ancestors(text) {
        let holds_content = dom
            .descendants(around)
            .take(FOOT as usize)
            .any(|n| matches!(dom.tag(n), Tag::H1 | Tag::H2 | Tag::Main | Tag::Article));
        if dom.end(around).distance(around) > FOOT
            || holds_content
            || matches!(dom.tag(around), Tag::Body | Tag::Main | Tag::Html)
        {
            break;
        }
        foot = Some(around);
    }
    foot
}

fn named<'a>(dom: &Dom<'a>, node: NodeId, names: &mut Names<'a>, large: bool) -> Option<Region> {
    let tag = dom.tag(node);
    if tag.is_hidden() {
        return Some(Region::Hidden);
    }
    if matches!(tag, Tag::Html | Tag::Body | Tag::Main | Tag::Article) || (large && tag != Tag::Nav) {
        return None;
    }
    let by_tag = match tag {
        Tag::Nav => Some(Region::Menu),
        Tag::Footer => Some(Region::Footer),
        Tag::Aside => Some(Region::Side),
        // A `<header>` within the content is the head of an article.
        Tag::Header
            if dom
                .ancestors(node)
                .take(4)
                .all(|n| !matches!(dom.tag(n), Tag::Article | Tag::Main | Tag::Section)) =>
        {
            Some(Region::Header)
        }
        Tag::Select | Tag::Button | Tag::Marquee => Some(Region::Widget),
        Tag::Other => by_name_of_element(dom.raw(node)),
        _ => None,
    };
    if by_tag.is_some() {
        return by_tag;
    }
    if !dom.has_attributes(node) {
        return None;
    }
    let role = dom.attr(node, "role").unwrap_or_default();
    match role {
        "navigation" | "menubar" | "menu" => return Some(Region::Menu),
        "contentinfo" => return Some(Region::Footer),
        "banner" => return Some(Region::Header),
        "complementary" => return Some(Region::Side),
        "main" => return None,
        _ => {}
    }
    let id = dom.attr(node, "id").unwrap_or_default();
    if dom.attr(node, "class").is_none() && id.is_empty() {
        return None;
    }
    match id {
        "dau" | "top" | "header" => return Some(Region::Header),
        "chan" | "foot" | "bottom" => return Some(Region::Footer),
        "trai" | "phai" | "left" | "right" => return Some(Region::Side),
        _ => {}
    }
    let class = dom.attr(node, "class").unwrap_or_default();
    if class
        .split_ascii_whitespace()
        .any(|c| matches!(c, "foot" | "chan" | "bottom"))
    {
        return Some(Region::Footer);
    }
    let bits = names.of(dom, node);
    let (place, region) = REGIONS
        .iter()
        .enumerate()
        .find(|(place, _)| bits & (1 << place) != 0)?;
    // Cards and panels have headers and footers of their own.
    let of_card = matches!(region, Region::Header | Region::Footer)
        && (bits & (1 << CARD) != 0
            || dom
                .ancestors(node)
                .take(12)
                .any(|n| matches!(dom.tag(n), Tag::Article | Tag::Li)));
    if !of_card {
        return Some(*region);
    }
    REGIONS
        .iter()
        .enumerate()
        .skip(place + 1)
        .find(|(place, region)| {
            bits & (1 << place) != 0 && !matches!(region, Region::Header | Region::Footer)
        })
        .map(|(_, region)| *region)
}

/// Custom elements say what they are in their names (`<app-header>`).
fn by_name_of_element(name: &str) -> Option<Region> {
    let name = name.to_ascii_lowercase();
    if !name.contains('-') {
        return None;
    }
    let ends = |words: &[&str]| words.iter().any(|w| name.ends_with(w));
    if ends(&["-header", "-banner", "-topbar"]) {
        Some(Region::Header)
    } else if ends(&["-footer"]) {
        Some(Region::Footer)
    } else if ends(&["-menu", "-nav", "-navbar", "-navigation"]) {
        Some(Region::Menu)
    } else if ends(&["-aside", "-sidebar", "-side"]) {
        Some(Region::Side)
    } else if ends(&["-clock", "-weather", "-counter", "-poll"]) {
        Some(Region::Widget)
    } else {
        None
    }
}
