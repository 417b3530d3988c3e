//! What an office program makes of the files.

use ems_contract::document::Block;

use crate::bench::{Made, document, flat, pdf_text};
use crate::sample;

#[test]
fn libreoffice_opens_the_report_and_shows_all_of_its_parts() {
    let document = sample::report(sample::Size {
        portals: 16,
        slips: 2,
    });
    let made = Made::of(&document);
    let text = pdf_text(&made.converted("report.docx", "pdf"));
    let shown = flat(&text);
    for part in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN TỈNH MẪU",
        "BÁO CÁO",
        "Kính gửi: Ủy ban nhân dân tỉnh Mẫu",
        "III. TÍNH SẴN SÀNG 24/7",
        "Nơi nhận:",
        "- Lưu: VT, TTCNTT.",
        "PHÓ GIÁM ĐỐC",
        "PHỤ LỤC III",
        "(đơn vị bổ sung)",
    ] {
        assert!(shown.contains(part), "{part} is not shown: {shown}");
    }
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    for (index, page) in pages.iter().enumerate() {
        let numbered = page
            .lines()
            .take(3)
            .any(|line| line.trim() == (index + 1).to_string());
        assert_eq!(numbered, index > 0, "page {}: {page}", index + 1);
        assert!(page.contains("SỐ LIỆU MẪU"), "page {} has no mark", index + 1);
    }
    // Opened and written again, a workbook that needed repair would have lost its cells.
    let again = made.converted("report.xlsx", "csv:Text - txt - csv (StarCalc):59,34,76");
    let csv = std::fs::read_to_string(again).unwrap();
    assert!(
        csv.lines()
            .nth(1)
            .unwrap()
            .starts_with("Cổng thông tin điện tử tỉnh Mẫu;")
    );
    assert!(csv.contains("Tổng cộng"));
}

/// Nobody updates a table of contents before printing: its numbers are there as soon as the file is open.
#[test]
fn the_table_of_contents_has_the_numbers_of_its_pages() {
    let mut body = vec![Block::Contents];
    for chapter in 1..=5 {
        body.push(Block::heading(1, format!("{chapter}. CHƯƠNG {chapter}")));
        body.extend((0..6).map(|_| Block::paragraph("chữ ".repeat(120))));
    }
    let made = Made::of(&document(body));
    for text in [pdf_text(&made.converted("report.docx", "pdf")), made.pdf_text()] {
        let pages: Vec<&str> = text.split('\u{c}').collect();
        let mut numbers = Vec::new();
        for chapter in 1..=5 {
            let heading = format!("{chapter}. CHƯƠNG {chapter}");
            let line = pages[0].lines().find(|line| line.contains(&heading)).unwrap();
            let number = line.rsplit(['.', ' ', '\u{2060}']).next().unwrap().trim();
            let stands = |page: &&str| page.lines().any(|line| line.trim() == heading);
            let place = pages.iter().position(stands).unwrap() + 1;
            assert_eq!(number, place.to_string(), "{line}");
            numbers.push(place);
        }
        assert!(numbers[4] > 3, "{numbers:?}");
    }
}
