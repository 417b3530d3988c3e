//! Accessibility as far as markup shows it (TT 32/2017 Đ18, WCAG 2.0 level A in parts).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{MAX_PIECES, Seen};
use crate::page::document::Document;
use crate::page::dom::{Names, NodeId, Tag, holds};
use crate::page::plain::fold_words;
use crate::page::region::{Region, Regions};

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    /// Those that are as they should be.
    pub good: u32,
    /// All.
    pub all: u32,
}

impl Share {
    fn count(&mut self, good: bool) {
        self.all = self.all.saturating_add(1);
        self.good = self.good.saturating_add(u32::from(good));
    }
}

/// What the markup shows of accessibility.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AccessFacts {
    /// Pictures with a text alternative (an empty one counts: it says "decoration").
    pub text_alternatives: Share,
    /// Links whose words or title say where they lead.
    pub link_purpose: Share,
    /// Tables of data with heading cells.
    pub tables: Share,
    /// Fields with a label.
    pub labels: Share,
    /// Headings by level, h1 to h6.
    pub headings: [u32; 6],
    /// `<marquee>`, `<blink>` and styles that blink.
    pub moving: Vec<Seen>,
    /// Access keys.
    pub access_keys: u32,
    /// Buttons for the size of letters.
    pub font_size: bool,
    /// A reader of the text.
    pub text_to_speech: bool,
}

/// Links judged of one page.
const MAX_LINKS: u32 = 3_000;

/// Words of links that say nothing by themselves, folded.
const EMPTY_WORDS: &[&str] = &[
    "xem them",
    "chi tiet",
    "tai day",
    "day",
    "xem",
    "click here",
    "here",
    "more",
    "read more",
    "xem chi tiet",
    "doc tiep",
    "bam vao day",
];

pub(super) fn read(document: &Document<'_>, regions: &Regions) -> AccessFacts {
    let dom = &document.dom;
    let mut facts = AccessFacts::default();
    let mut names = Names::new(&[FONT_SIZE, SPEECH]);
    let labels: BTreeSet<&str> = dom
        .all()
        .filter(|&n| dom.tag(n) == Tag::Label)
        .filter_map(|n| dom.attr(n, "for"))
        .collect();
    for node in dom.all().filter(|&n| dom.is_element(n)) {
        if dom.attr(node, "accesskey").is_some() {
            facts.access_keys += 1;
        }
        match dom.tag(node) {
            Tag::Img | Tag::Area => facts.text_alternatives.count(dom.attr(node, "alt").is_some()),
            Tag::A if facts.link_purpose.all < MAX_LINKS && dom.attr(node, "href").is_some() => {
                facts.link_purpose.count(has_purpose(document, node));
            }
            Tag::Table if is_data(document, node) => {
                let headed = dom
                    .descendants(node)
                    .take(400)
                    .any(|n| dom.tag(n) == Tag::Th || dom.attr(n, "scope").is_some());
                facts.tables.count(headed);
            }
            Tag::Input | Tag::Textarea | Tag::Select => field(document, node, &labels, &mut facts),
            Tag::Marquee | Tag::Blink if facts.moving.len() < MAX_PIECES => {
                facts.moving.push(Seen::at(document, node));
            }
            Tag::Style => {
                let style = dom.script(node);
                if (style.contains("text-decoration:blink") || style.contains("text-decoration: blink"))
                    && facts.moving.len() < MAX_PIECES
                {
                    facts.moving.push(Seen::at(document, node));
                }
            }
            tag if tag.is_heading() && regions.of(node) != Region::Hidden => {
                let level = match tag {
                    Tag::H1 => 0,
                    Tag::H2 => 1,
                    Tag::H3 => 2,
                    Tag::H4 => 3,
                    Tag::H5 => 4,
                    _ => 5,
                };
                facts.headings[level] += 1;
            }
            _ => {}
        }
        aids(document, node, &mut names, &mut facts);
    }
    facts
}

fn has_purpose(document: &Document<'_>, node: NodeId) -> bool {
    let dom = &document.dom;
    if ["title", "aria-label"]
        .iter()
        .any(|a| dom.attr(node, a).is_some_and(|t| t.trim().len() > 3))
    {
        return true;
    }
    let text = dom.text(node, 60);
    if text.is_empty() {
        return dom
            .descendants(node)
            .any(|n| dom.tag(n) == Tag::Img && dom.attr(n, "alt").is_some_and(|alt| alt.trim().len() > 1));
    }
    !EMPTY_WORDS.contains(&fold_words(&text).as_str())
}

/// A table that shows data and does not arrange the page: no table within, at least two rows of two cells.
fn is_data(document: &Document<'_>, table: NodeId) -> bool {
    let dom = &document.dom;
    let (mut rows, mut cells) = (0, 0);
    for node in dom.descendants(table).take(2_000) {
        match dom.tag(node) {
            Tag::Table | Tag::Form | Tag::H1 => return false,
            Tag::Tr => rows += 1,
            Tag::Td | Tag::Th => cells += 1,
            _ => {}
        }
    }
    rows >= 2 && cells >= 2 * rows
}

fn field(document: &Document<'_>, node: NodeId, labels: &BTreeSet<&str>, facts: &mut AccessFacts) {
    let dom = &document.dom;
    let kind = dom.attr(node, "type").unwrap_or_default().to_ascii_lowercase();
    if matches!(kind.as_str(), "hidden" | "submit" | "button" | "image" | "reset") {
        return;
    }
    let named = ["aria-label", "aria-labelledby", "title", "placeholder"]
        .iter()
        .any(|a| dom.attr(node, a).is_some_and(|v| !v.is_empty()));
    let wrapped = dom.ancestors(node).take(3).any(|n| dom.tag(n) == Tag::Label);
    let labelled = dom
        .attr(node, "id")
        .is_some_and(|id| !id.is_empty() && labels.contains(id));
    facts.labels.count(named || wrapped || labelled);
}

/// Words of controls for the size of letters.
const FONT_SIZE: &[&str] = &[
    "font-size",
    "fontsize",
    "zoomtext",
    "textsize",
    "cochu",
    "co-chu",
    "resizetext",
    "increasefont",
];
/// Words of readers of the text.
const SPEECH: &[&str] = &[
    "texttospeech",
    "text-to-speech",
    "responsivevoice",
    "docbai",
    "doc-bai",
    "nghe-bai",
    "vnspeech",
    "audio-news",
    "vbee",
];

fn aids<'a>(document: &Document<'a>, node: NodeId, names: &mut Names<'a>, facts: &mut AccessFacts) {
    let dom = &document.dom;
    let bits = names.of(dom, node);
    facts.font_size |= bits & 1 != 0;
    facts.text_to_speech |= bits & 2 != 0;
    let handler = match dom.tag(node) {
        Tag::Script => dom.attr(node, "src"),
        _ => dom.attr(node, "onclick"),
    };
    if let Some(value) = handler.filter(|v| v.len() <= 200) {
        facts.font_size |= FONT_SIZE.iter().any(|w| holds(value, w));
        facts.text_to_speech |= SPEECH.iter().any(|w| holds(value, w));
    }
}
