//! Which list of the page is the section's.

use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::plain::{fold_words, fold_words_into, has_phrase};
use crate::page::region::{Region, Regions};
use crate::page::sections::{Lexicon, MenuFacts};

use super::blocks::{Block, Blocks, Container, Heading};

/// What was found for a section.
#[derive(Debug)]
pub(super) enum Choice {
    /// Its list.
    List {
        /// The heading, if the list has one.
        heading: Option<String>,
        /// Its items.
        items: Vec<Container>,
    },
    /// It is on this page and says that it is empty.
    Empty(Option<String>),
    /// It is on this page, without a list.
    NoList(Option<String>),
    /// The menu has it, this page has not.
    Elsewhere,
    /// The page is made by scripts.
    JsOnly,
    /// Neither menu nor page has it.
    Missing,
}

/// Headings of boxes that show items of other sections, folded.
const OTHERS: &[&str] = &[
    "tin moi",
    "tin moi nhan",
    "tin moi nhat",
    "tin lien quan",
    "tin khac",
    "cac tin khac",
    "tin cu hon",
    "tin moi hon",
    "xem nhieu",
    "doc nhieu",
    "tin noi bat",
    "bai viet lien quan",
    "tin xem nhieu",
    "tin doc nhieu",
    "thong bao",
    "lien ket",
    "quang cao",
    "video",
    "hinh anh",
    "thu vien",
    "su kien sap",
    "tham do",
    "binh chon",
    "thong ke truy cap",
    "thoi tiet",
    "ty gia",
    "gia vang",
    "latest",
    "related",
    "most read",
    "popular",
];

/// Chooses the list of `wanted`, or the page's own main list.
pub(super) fn choose(
    document: &Document<'_>,
    regions: &Regions,
    lexicon: &Lexicon,
    menu: &MenuFacts,
    wanted: Option<&str>,
    blocks: &Blocks,
    rows: &[Block],
) -> Choice {
    let page = Page {
        document,
        regions,
        lexicon,
        blocks,
        rows,
    };
    let choice = match wanted {
        None => page.main_list(None),
        Some(id) => page.of_section(id),
    };
    match choice {
        Some(choice) => choice,
        None if menu.js_only => Choice::JsOnly,
        None if wanted.is_none() => Choice::NoList(None),
        None if menu.links.iter().any(|l| wanted == Some(l.section.as_str())) => Choice::Elsewhere,
        None => Choice::Missing,
    }
}

struct Page<'a> {
    document: &'a Document<'a>,
    regions: &'a Regions,
    lexicon: &'a Lexicon,
    blocks: &'a Blocks,
    rows: &'a [Block],
}

impl Page<'_> {
    fn names(&self, label: &str, id: &str) -> bool {
        self.lexicon
            .label(label, true)
            .iter()
            .any(|(section, _)| *section == id)
    }

    fn heading(&self, block: &Block) -> Option<&Heading> {
        block.heading.and_then(|h| self.blocks.headings.get(h))
    }

    fn list(&self, block: &Block) -> Choice {
        Choice::List {
            heading: self.heading(block).map(|h| h.text.clone()),
            items: block.items.clone(),
        }
    }

    fn is_home(&self) -> bool {
        let url = &self.document.url;
        let title = fold_words(&self.document.title());
        // `Default.aspx` is the home page, `Default.aspx?mod=tt` is not.
        let by_path = url.path().len() <= 1
            || matches!(
                url.path().trim_matches('/').to_ascii_lowercase().as_str(),
                "home"
                    | "index.html"
                    | "default.aspx"
                    | "trang-chu"
                    | "web/guest/home"
                    | "vi"
                    | "index.php"
                    | "pages/default.aspx"
            );
        (by_path && url.query().is_none()) || has_phrase(&title, "trang chu")
    }

    /// Whether the page is the section's own: by title, path or address.
    fn is_own_page(&self, id: &str) -> bool {
        if self.is_home() {
            return false;
        }
        let title = self.document.title().replace(['|', '–', '—', '»', ':'], "-");
        let parts: Vec<&str> = title.split(" - ").map(str::trim).collect();
        if (1..=parts.len().min(3)).any(|n| parts.get(..n).is_some_and(|p| self.names(&p.join(" - "), id))) {
            return true;
        }
        let dom = &self.document.dom;
        let crumb = dom
            .all()
            .filter(|&n| dom.is_text(n) && self.regions.of(n) == Region::Breadcrumb)
            .map(|n| dom.own_text(n))
            .filter(|t| t.chars().any(char::is_alphabetic))
            .last();
        if crumb.is_some_and(|c| self.names(&c, id)) {
            return true;
        }
        self.lexicon
            .slug(self.document.url.path())
            .is_some_and(|(section, _)| section == id)
    }

    /// Whether a heading is of another section or of a box that shows others' items.
    fn is_foreign(&self, heading: &Heading, id: &str) -> bool {
        let sections = self.lexicon.label(&heading.text, true);
        if sections.iter().any(|(section, _)| *section == id) {
            return false;
        }
        let folded = fold_words(&heading.text);
        !sections.is_empty() || OTHERS.iter().any(|other| folded.starts_with(other))
    }

    fn of_section(&self, id: &str) -> Option<Choice> {
        let own = self.is_own_page(id);
        let headed = |block: &&Block| self.heading(block).is_some_and(|h| self.names(&h.text, id));
        let allowed = |block: &&Block| block.region == Region::Main || (!own && block.region == Region::Side);
        let rank = |block: &&Block| {
            let real = self.heading(block).is_some_and(|h| h.real);
            (block.region == Region::Main, real, block.items.len())
        };
        let lists = || self.blocks.blocks.iter().filter(allowed);
        if let Some(block) = lists().filter(headed).max_by_key(rank) {
            return Some(self.list(block));
        }
        let rows = self.rows.iter().filter(|b| !self.are_boxes(b));
        if let Some(block) = rows.filter(headed).max_by_key(rank) {
            return Some(self.list(block));
        }
        let heading = self
            .blocks
            .headings
            .iter()
            .find(|h| self.names(&h.text, id) && self.regions.of(h.node) != Region::Widget);
        // A side box of another page may be called like the section; only the content's own heading speaks for it.
        let heading = heading.filter(|h| own || self.regions.of(h.node) == Region::Main);
        if !own && heading.is_none() {
            return None;
        }
        if self.says_empty(heading) {
            return Some(Choice::Empty(heading.map(|h| h.text.clone())));
        }
        if own && let Some(choice) = self.main_list(Some(id)) {
            return Some(choice);
        }
        Some(Choice::NoList(heading.map(|h| h.text.clone())))
    }

    /// The largest list of the content that is not another section's.
    fn main_list(&self, id: Option<&str>) -> Option<Choice> {
        let fits = |block: &&Block| {
            block.region == Region::Main
                && self.heading(block).is_none_or(|h| match id {
                    Some(id) => !self.is_foreign(h, id),
                    None => !OTHERS.iter().any(|other| fold_words(&h.text).starts_with(other)),
                })
        };
        let size = |block: &&Block| {
            let dom = &self.document.dom;
            let width: u32 = block
                .items
                .iter()
                .map(|c| dom.end(c.element).distance(c.element).min(60))
                .sum();
            (block.items.len().min(5), width)
        };
        self.blocks
            .blocks
            .iter()
            .filter(fits)
            .filter(|b| b.items.len() >= 2)
            .max_by_key(size)
            .or_else(|| {
                let rows = self.rows.iter().filter(|b| !self.are_boxes(b));
                rows.filter(fits).max_by_key(size)
            })
            .or_else(|| self.blocks.blocks.iter().find(|b| fits(b) && id.is_some()))
            .map(|block| self.list(block))
    }

    /// Whether the rows are boxes of a column, each under a heading of its own.
    fn are_boxes(&self, rows: &Block) -> bool {
        let dom = &self.document.dom;
        let named = |h: &&Heading| {
            let folded = fold_words(&h.text);
            self.is_section(&h.text) || OTHERS.iter().any(|other| folded.starts_with(other))
        };
        self.blocks
            .headings
            .iter()
            .filter(|h| rows.items.iter().any(|row| dom.contains(row.element, h.node)))
            .any(|h| named(&h))
    }

    /// Whether the content (below the heading, if there is one) says that there is nothing.
    fn says_empty(&self, heading: Option<&Heading>) -> bool {
        let dom = &self.document.dom;
        let (from, scope) = heading.map_or((NodeId::ROOT, NodeId::ROOT), |h| (dom.end(h.node), h.scope));
        let until = heading.map_or_else(
            || dom.end(NodeId::ROOT),
            |h| {
                self.blocks
                    .headings
                    .iter()
                    .find(|next| next.node > h.node && next.real && self.is_section(&next.text))
                    .map_or_else(|| dom.end(scope), |next| next.node)
            },
        );
        let (mut text, mut words) = (String::new(), String::new());
        dom.range(from, until)
            .filter(|&n| {
                // A side box that is empty says nothing about the page.
                let here = match heading {
                    Some(_) => self.regions.is_content(n),
                    None => self.regions.of(n) == Region::Main,
                };
                dom.is_text(n) && here && !matches!(dom.tag(dom.parent(n)), Tag::Title)
            })
            .any(|n| {
                text.clear();
                dom.text_into(n, 161, &mut text);
                text.len() <= 160 && {
                    fold_words_into(&text, &mut words);
                    self.lexicon.says_empty(&words) || counts_nothing(&words)
                }
            })
    }

    fn is_section(&self, label: &str) -> bool {
        !self.lexicon.label(label, false).is_empty()
    }
}

/// `Hiển thị 1 - 0 of 0 kết quả`, `Tổng số: 0 bản ghi`.
fn counts_nothing(words: &str) -> bool {
    words.contains('0')
        && [
            "0 ket qua",
            "0 ban ghi",
            "0 bai viet",
            "0 van ban",
            "0 results",
            "0 tin bai",
        ]
        .iter()
        .any(|phrase| has_phrase(words, phrase) && !has_phrase(words, "trang"))
}
