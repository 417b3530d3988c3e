//! Portals in old and wide charsets, as whole visits: menu, sections, items and dates are read as if the pages were UTF-8.

use encoding_rs::WINDOWS_1258;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{compose, is_combining_mark};

use super::portal::{Answer, Portal, section};

const NOW: &str = "2026-11-06T08:15:00+07:00";
const TITLE: &str = "Đảng ủy xã Tân Hòa tổ chức hội nghị về xây dựng nông thôn mới, chuyển đổi số";

/// How bytes are made of a page.
type Encode = fn(&str) -> Vec<u8>;

/// windows-1258 has letters with their own marks (ê, ơ, đ) and writes the five tones after them.
fn windows_1258(page: &str) -> Vec<u8> {
    let mut spelt = String::new();
    for letter in page.nfc() {
        let parts: Vec<char> = std::iter::once(letter).nfd().collect();
        let marks = |wanted: fn(char) -> bool| parts.iter().copied().filter(move |part| wanted(*part));
        let own = |mark| matches!(mark, '\u{302}' | '\u{306}' | '\u{31b}');
        let base = marks(own).fold(parts[0], |letter, mark| compose(letter, mark).unwrap());
        spelt.push(base);
        spelt.extend(marks(|part| {
            is_combining_mark(part) && !matches!(part, '\u{302}' | '\u{306}' | '\u{31b}')
        }));
    }
    let (bytes, _, lost) = WINDOWS_1258.encode(&spelt);
    assert!(!lost, "{spelt}");
    bytes.into_owned()
}

fn utf_16(page: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter()
        .chain(page.encode_utf16())
        .flat_map(bytes)
        .collect()
}

/// A page of a commune's portal; `declared` stands in its head.
fn page(declared: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=vi><head>{declared}<title>Cổng thông tin điện tử xã Tân Hòa</title></head><body>\
         <header>Ủy ban nhân dân xã Tân Hòa <span>Hôm nay: Thứ Sáu, 06/11/2026</span></header><nav><ul><li><a href=/>Trang chủ</a></li>\
         <li><a href=/gioi-thieu>Giới thiệu</a></li><li><a href=/muc-1>Tin tức - Sự kiện</a></li><li><a href=/muc-2>Văn bản chỉ đạo, \
         điều hành</a></li></ul></nav><main>{content}</main><footer>Bản quyền © 2026 của Ủy ban nhân dân xã Tân Hòa</footer></body></html>"
    )
}

fn news() -> String {
    let items: String = [
        (TITLE, "05/11/2026"),
        ("Khởi công tuyến đường liên ấp ở phía đông của xã", "03/11/2026"),
        ("Người dân phấn khởi vì vụ lúa được mùa, được giá", "28/10/2026"),
    ]
    .iter()
    .enumerate()
    .map(|(n, (title, day))| format!("<li><a href='/bai-{n}'>{title}</a> <span>Ngày đăng: {day}</span></li>"))
    .collect();
    format!("<h1>Tin tức - Sự kiện</h1><ul>{items}</ul>")
}

const WELCOME: &str = "<p>Chào mừng đến với Cổng thông tin điện tử của Ủy ban nhân dân xã Tân Hòa, nơi công bố thông tin chỉ đạo, \
    điều hành, văn bản quy phạm pháp luật và thủ tục hành chính cho nhân dân trên địa bàn.</p>";

/// Visits a portal whose every page is encoded so, and reads from it what one in UTF-8 would say.
fn is_read_rightly(kind: &'static str, declared: &'static str, encode: Encode) {
    let portal = Portal::start(move |asked| {
        let (status, content) = match asked.path {
            "/" => (200, WELCOME.to_owned()),
            "/muc-1" => (200, news()),
            "/muc-2" => (
                200,
                "<h1>Văn bản chỉ đạo, điều hành</h1><p>Nội dung đang cập nhật</p>".to_owned(),
            ),
            _ => (404, "<h1>Không tìm thấy trang</h1>".to_owned()),
        };
        Answer {
            status,
            headers: format!("Content-Type: {kind}\r\n"),
            body: encode(&page(declared, &content)),
        }
    });
    let answer = portal.visited(&[
        "--now",
        NOW,
        "--section",
        "tin-tuc",
        "--section",
        "chi-dao-dieu-hanh",
        "--max-links",
        "0",
        "--crawl",
        "0",
    ]);
    let how = format!("{kind} {declared}: {answer}");
    assert_eq!(answer["title"], "Cổng thông tin điện tử xã Tân Hòa", "{how}");
    let tin = section(&answer, "tin-tuc");
    assert_eq!(tin["state"], "listed", "{how}");
    assert_eq!(tin["newest_item_date"], "2026-11-05", "{how}");
    assert_eq!(tin["label"], "Tin tức - Sự kiện", "{how}");
    assert_eq!(tin["where"], "main_menu", "{how}");
    assert_eq!(tin["items"][0]["title"], TITLE, "{how}");
    let orders = section(&answer, "chi-dao-dieu-hanh");
    assert_eq!(orders["state"], "empty", "{how}");
}

#[test]
fn windows_1258_is_read_by_header_by_meta_and_by_its_bytes() {
    is_read_rightly("text/html; charset=windows-1258", "", windows_1258);
    is_read_rightly("text/html", "<meta charset=windows-1258>", windows_1258);
    is_read_rightly("text/html", "", windows_1258);
}

#[test]
fn windows_1258_that_calls_itself_something_else_is_read_by_its_bytes() {
    is_read_rightly("text/html; charset=utf-8", "<meta charset=utf-8>", windows_1258);
    is_read_rightly("text/html; charset=windows-1252", "", windows_1258);
}

#[test]
fn utf_16_is_read_by_its_mark_and_by_its_header_in_both_orders() {
    is_read_rightly("text/html", "", |page| utf_16(page, true, u16::to_le_bytes));
    is_read_rightly("text/html", "", |page| utf_16(page, true, u16::to_be_bytes));
    is_read_rightly("text/html; charset=utf-16le", "", |page| {
        utf_16(page, false, u16::to_le_bytes)
    });
    is_read_rightly("text/html; charset=utf-16be", "", |page| {
        utf_16(page, false, u16::to_be_bytes)
    });
}

#[test]
fn utf_16_is_read_against_a_header_that_says_utf_8() {
    // IIS adds its default to pages that editors of Windows saved as "Unicode".
    is_read_rightly("text/html; charset=utf-8", "<meta charset=utf-8>", |page| {
        utf_16(page, true, u16::to_le_bytes)
    });
}
