//! Contacts of the owner: the foot of the page and its contact blocks.

use serde::{Deserialize, Serialize};

use super::Seen;
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::plain::fold;
use crate::page::region::{Region, Regions};

/// The parts of the foot that TT 32/2017 Đ16.3.c asks for, and the fax of the transaction information.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContactFacts {
    /// The line of the copyright or the licence.
    pub copyright: Option<Seen>,
    /// The owner's name.
    pub owner: Option<Seen>,
    /// The person answerable.
    pub responsible: Option<Seen>,
    /// The address.
    pub address: Option<Seen>,
    /// A telephone number.
    pub phone: Option<Seen>,
    /// A fax number.
    pub fax: Option<Seen>,
    /// An e-mail address.
    pub email: Option<Seen>,
}

/// Texts read in search of contacts.
const MAX_TEXTS: usize = 4_000;

pub(super) fn read(document: &Document<'_>, regions: &Regions) -> ContactFacts {
    let dom = &document.dom;
    let mut facts = ContactFacts::default();
    let texts: Vec<NodeId> = dom.all().filter(|&n| dom.is_text(n)).take(MAX_TEXTS).collect();
    // The foot first, then the rest of the page.
    for in_foot in [true, false] {
        for &node in &texts {
            if (regions.of(node) == Region::Footer) == in_foot && regions.of(node) != Region::Hidden {
                line(document, node, in_foot, &mut facts);
            }
        }
    }
    if facts.email.is_none() {
        facts.email = dom
            .all()
            .find(|&n| dom.tag(n) == Tag::A && dom.attr(n, "href").is_some_and(|h| h.starts_with("mailto:")))
            .map(|n| Seen::at(document, n));
    }
    facts
}

fn digits_after(text: &str, word: &str) -> bool {
    text.find(word).is_some_and(|at| {
        let rest: String = text.get(at..).unwrap_or_default().chars().take(40).collect();
        rest.bytes().filter(u8::is_ascii_digit).count() >= 6
    })
}

fn line(document: &Document<'_>, node: NodeId, in_foot: bool, facts: &mut ContactFacts) {
    let dom = &document.dom;
    let raw = dom.raw(node);
    // Outside the foot only numbers and addresses count.
    let plain = !in_foot
        && !raw
            .bytes()
            .any(|b| b.is_ascii_digit() || matches!(b, b'@' | b'[' | b'('));
    if raw.len() < 4 || raw.len() > 2_000 || plain {
        return;
    }
    let around = dom
        .ancestors(node)
        .find(|&n| !dom.tag(n).is_inline())
        .unwrap_or(node);
    let text = if dom.end(around).distance(around) <= 30 {
        dom.text(around, 400)
    } else {
        dom.own_text(node)
    };
    let folded = fold(&text);
    let seen = || {
        Some(Seen {
            text: text.chars().take(200).collect(),
            selector: dom.selector(node),
            url: None,
        })
    };
    let has = |words: &[&str]| words.iter().any(|w| folded.contains(w));
    if facts.phone.is_none()
        && [
            "dien thoai",
            "tel",
            "dt:",
            "sdt",
            "phone",
            "hotline",
            "duong day nong",
        ]
        .iter()
        .any(|w| digits_after(&folded, w))
    {
        facts.phone = seen();
    }
    if facts.fax.is_none() && digits_after(&folded, "fax") {
        facts.fax = seen();
    }
    if facts.email.is_none()
        && (folded.contains("@") || folded.contains("[at]") || folded.contains("(at)"))
        && folded.contains('.')
    {
        facts.email = seen();
    }
    if facts.address.is_none() && has(&["dia chi", "tru so", "address:", "so nha"]) && text.len() > 14 {
        facts.address = seen();
    }
    if !in_foot {
        return;
    }
    if facts.copyright.is_none() && (text.contains('©') || has(&["ban quyen", "copyright", "giay phep"])) {
        facts.copyright = seen();
    }
    if facts.responsible.is_none()
        && has(&[
            "chiu trach nhiem",
            "truong ban bien tap",
            "tong bien tap",
            "nguoi chiu trach nhiem",
        ])
    {
        facts.responsible = seen();
    }
    if facts.owner.is_none()
        && has(&[
            "co quan chu quan",
            "cong thong tin dien tu",
            "trang thong tin dien tu",
            "uy ban nhan dan",
            "ubnd",
            "so ",
            "co quan:",
        ])
        && text.len() > 10
    {
        facts.owner = seen();
    }
}
