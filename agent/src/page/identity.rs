//! Whether a page carries the name of the body that it should belong to. Marks are ignored: `SỞ TƯ PHÁP` is
//! `So Tu phap`.

use ems_contract::facts::Identity;

use super::fold;
use super::sketch::{Sketch, sketch};

/// Words that say what kind of body it is, not which one.
const GENERIC: &[&str] = &[
    "tinh", "thanh", "pho", "so", "xa", "phuong", "thi", "tran", "huyen", "quan", "ban", "dac", "khu", "uy",
    "nhan", "dan", "ubnd", "va", "cong", "trang", "thong", "tin", "dien", "tu", "cua", "the", "of",
];
/// Marks that any page of a state body has.
const STATE: &[&str] = &[
    "uy ban nhan dan",
    "ubnd",
    "cong thong tin dien tu",
    "trang thong tin dien tu",
    "gov.vn",
    "hoi dong nhan dan",
    "people's committee",
    "department of",
];
/// What only a business calls itself.
const BUSINESS: &[&str] = &[
    "cong ty",
    "tnhh",
    "company",
    "co., ltd",
    "cua hang",
    "bat dong san",
    "khuyen mai",
];
/// Visible bytes below which nothing is said.
const ENOUGH: usize = 400;

/// Judges the identity of `page`; `name` is the body's name where the inventory has it.
#[must_use]
pub fn identity(page: &[u8], name: Option<&str>) -> Identity {
    let outline = sketch(page);
    if outline.text_length < ENOUGH {
        return Identity::Unknown;
    }
    let named = name.map(|name| names(&outline, name));
    if named == Some(true) {
        return Identity::Ok;
    }
    let state = STATE
        .iter()
        .any(|mark| outline.text.contains(mark) || outline.title.contains(mark));
    let business = BUSINESS.iter().any(|mark| outline.title.contains(mark));
    match (state, business, named) {
        // Nothing of a state body, and a business in the title: somebody else's site.
        (false, true, _) => Identity::Foreign,
        (_, _, Some(false)) => Identity::Missing,
        (true, _, _) => Identity::Ok,
        (false, false, _) => Identity::Unknown,
    }
}

/// Whether every telling word of `name` stands in title or text.
fn names(outline: &Sketch, name: &str) -> bool {
    let mut folded = String::new();
    fold::append(&mut folded, name.as_bytes(), 512);
    let mut words = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !GENERIC.contains(word))
        .peekable();
    words.peek().is_some() && words.all(|word| outline.title.contains(word) || outline.text.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(title: &str, text: &str) -> Vec<u8> {
        let filler = "tin tức sự kiện trong ngày hôm nay ở địa phương ".repeat(12);
        format!("<title>{title}</title><p>{text}</p><p>{filler}</p>").into_bytes()
    }

    #[test]
    fn names_marks_and_strangers() {
        for (title, text, name, want) in [
            (
                "Cổng thông tin điện tử tỉnh An Giang",
                "",
                Some("UBND tỉnh An Giang"),
                Identity::Ok,
            ),
            (
                "TRANG TTĐT",
                "SỞ TƯ PHÁP TỈNH BẮC GIANG",
                Some("Sở Tư pháp Bắc Giang"),
                Identity::Ok,
            ),
            (
                "Cổng thông tin điện tử xã Láng",
                "",
                Some("Tỉnh An Giang"),
                Identity::Missing,
            ),
            (
                "Công ty Du lịch Biển Xanh",
                "Đặt tour mùa hè",
                None,
                Identity::Foreign,
            ),
            (
                "Công ty Du lịch Biển Xanh",
                "Đặt tour mùa hè",
                Some("Tỉnh An Giang"),
                Identity::Foreign,
            ),
            ("Sở Du lịch", "Trang thông tin điện tử", None, Identity::Ok),
            ("Trang chủ", "Nội dung", None, Identity::Unknown),
        ] {
            assert_eq!(identity(&page(title, text), name), want, "{title} {name:?}");
        }
        assert_eq!(identity(b"<p>ngan</p>", Some("An Giang")), Identity::Unknown);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(page in any::<Vec<u8>>(), name in any::<String>()) {
            std::hint::black_box(identity(&page, Some(&name)));
        }
    }
}
