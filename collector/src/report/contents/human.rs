//! Passages that only people can write.

use ems_contract::document::Block;

use super::{Material, said};

/// Names of the passages that people write, in the order of the text.
pub(super) const PASSAGES: [&str; 6] = [
    "dich-vu-cong",
    "khac-phuc",
    "nhan-luc",
    "che-do-bao-cao",
    "danh-gia",
    "phuong-huong",
];

/// Characters of one passage: some pages.
pub const LONGEST_PASSAGE: usize = 20_000;

/// Every name under which a person may write something: the passages, and the office of who signs.
pub fn names() -> impl Iterator<Item = &'static str> {
    PASSAGES.into_iter().chain(["chuc-vu"])
}

/// The passage as it was written, or a gap that nobody overlooks.
pub(super) fn passage(material: &Material<'_>, name: &str) -> Block {
    match material.passages.get(name).map(|text| text.trim()) {
        Some(text) if !text.is_empty() => Block::paragraph(text),
        _ => Block::Placeholder(said(&format!("edition.passage.{name}"))),
    }
}
