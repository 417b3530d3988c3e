//! Input that nobody wishes for.

use ems_contract::document::{
    Axis, Bar, Block, Cell, Chart, Column, ColumnKind, Drawing, Row, Sheet, Strip, Table, Tone,
};
use ems_render::{Fonts, Template, pdf, read};
use jiff::civil::date;
use proptest::prelude::*;

use crate::bench::{Made, document, flat};

const NAMES: [&str; 9] = [
    "Sở \"Y tế\" & 'Dân số' <b>",
    "#set text(red) *đậm* _nghiêng_ $x^2$ @nhãn \\ // ghi chú",
    "=HYPERLINK(\"http://xau.example\")",
    "+84 296 123",
    "-1",
    "@SUM(A1:A9)",
    "שלום עולם",
    "Vui 😀 國 vẻ",
    "a\u{0}b\u{1b}[31m\u{202e}gpj.exe",
];

fn one_column(names: &[String]) -> Table {
    Table {
        columns: vec![Column::new("Tên", ColumnKind::Text)],
        rows: names
            .iter()
            .map(|name| Row::data(vec![Cell::text(name)]))
            .collect(),
        empty: Some("Không có".to_owned()),
        ..Table::default()
    }
}

#[test]
fn hard_names_are_data_in_every_form() {
    let mut names: Vec<String> = NAMES.map(str::to_owned).to_vec();
    names.push("Trung tâm ".repeat(30));
    names.push("x".repeat(300));
    let table = one_column(&names);
    let mut document = document(vec![Block::heading(1, NAMES[1]), Block::Table(table.clone())]);
    document.sheets = vec![Sheet {
        name: "Tên".to_owned(),
        columns: table.columns.clone(),
        rows: table.rows.into_iter().map(|row| row.cells).collect(),
        totals: Vec::new(),
        notes: Vec::new(),
    }];
    let made = Made::of(&document);
    let rows = made.docx()["tables"][0].clone();
    let cells = made.xlsx()["sheets"][0]["cells"].clone();
    let printed = flat(&made.pdf_text());
    for (index, name) in names.iter().enumerate() {
        let kept = name.replace(['\u{0}', '\u{1b}', '\u{202e}'], "□");
        assert_eq!(rows[index + 1]["cells"][0], kept.as_str(), "DOCX");
        let cell = &cells[format!("A{}", index + 2)];
        assert_eq!(cell["value"], kept.as_str(), "XLSX");
        assert_eq!(cell["text"], true, "a formula: {name}");
        assert!(cell["formula"].is_null());
    }
    for shown in [
        "Sở \"Y tế\" & 'Dân số' <b>",
        "*đậm* _nghiêng_ $x^2$ @nhãn \\ // ghi chú",
        "Vui □ □ vẻ",
        "a□b□[31m□gpj.exe",
    ] {
        assert!(printed.contains(shown), "{shown} is not in the PDF: {printed}");
    }
    // Nothing vanishes at the end of a line that is too long.
    let xs = made
        .pdf_text()
        .chars()
        .filter(|character| *character == 'x')
        .count();
    assert!(xs >= 300, "{xs} of 300");
}

#[test]
fn what_the_fonts_lack_is_told() {
    let (document, cleaned) =
        read(&serde_json::to_vec(&document(vec![Block::paragraph("😀 \u{7} 國")])).unwrap()).unwrap();
    assert_eq!(cleaned.keys().collect::<Vec<_>>(), [&'\u{7}']);
    let made = pdf(&document, &Fonts::embedded().unwrap(), None).unwrap();
    assert_eq!(made.replaced.keys().collect::<Vec<_>>(), [&'國', &'😀']);
}

#[test]
fn nothing_at_all_is_a_document_too() {
    let mut nothing = document(vec![
        Block::Contents,
        Block::Table(one_column(&[])),
        Block::Paragraph(Vec::new()),
        Block::List {
            ordered: true,
            items: Vec::new(),
        },
        Block::PageBreak,
    ]);
    for drawing in [
        Drawing::Strips {
            from: date(2026, 1, 1),
            legend: Vec::new(),
            rows: Vec::new(),
        },
        Drawing::Strips {
            from: date(2026, 1, 1),
            legend: Vec::new(),
            rows: vec![Strip {
                label: "Không ngày".to_owned(),
                days: Vec::new(),
                text: String::new(),
            }],
        },
        Drawing::Bars {
            axis: axis(),
            rows: vec![Bar {
                label: "Không đo".to_owned(),
                value: None,
                text: "chưa đủ dữ liệu".to_owned(),
                tone: Tone::Unknown,
            }],
        },
        Drawing::Lines {
            axis: axis(),
            points: Vec::new(),
            series: Vec::new(),
        },
    ] {
        nothing.body.push(Block::Chart(Chart {
            title: "Trống".to_owned(),
            alt: "Trống".to_owned(),
            drawing,
            notes: Vec::new(),
        }));
    }
    nothing.sheets = vec![Sheet {
        name: "Trống".to_owned(),
        columns: vec![Column::new("Tên", ColumnKind::Text)],
        rows: Vec::new(),
        totals: vec![Some(ems_contract::document::Total::Sum)],
        notes: Vec::new(),
    }];
    let made = Made::of(&nothing);
    assert_eq!(made.docx()["tables"][0][1]["cells"][0], "Không có");
    assert!(made.pdf_text().contains("Không có"));
    assert_eq!(made.xlsx()["sheets"][0]["cells"]["A2"]["value"], "0");
    Made::of(&document(Vec::new())).docx();
}

fn axis() -> Axis {
    Axis {
        from: 0,
        to: 1,
        from_text: "0".to_owned(),
        to_text: "1".to_owned(),
        threshold: None,
    }
}

#[test]
fn three_thousand_rows_keep_their_header_on_every_page() {
    let names: Vec<String> = (1..=3_000).map(|number| format!("Cổng số {number}")).collect();
    let made = Made::of(&document(vec![Block::Table(one_column(&names))]));
    assert_eq!(made.docx()["tables"][0].as_array().unwrap().len(), 3_001);
    let text = made.pdf_text();
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    assert!(pages.len() > 40, "{}", pages.len());
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains("Tên"), "page {} has no header", index + 1);
        assert!(page.contains("SỐ LIỆU MẪU"), "page {} has no mark", index + 1);
    }
    assert!(pages[pages.len() - 1].contains("Cổng số 3000"));
    assert!(
        !pages[0].lines().any(|line| line.trim() == "1"),
        "page 1 has a number"
    );
    assert!(pages[1].lines().any(|line| line.trim() == "2"));
}

#[test]
fn a_cell_longer_than_a_page_is_printed_to_its_end() {
    let long = format!("{} HẾT", "Nội dung rất dài. ".repeat(600));
    let made = Made::of(&document(vec![Block::Table(one_column(&[long]))]));
    assert!(made.pdf_text().contains("HẾT"));
}

#[test]
fn a_layout_of_ones_own_is_told_its_faults_with_file_and_line() {
    let fonts = Fonts::embedded().unwrap();
    let tried = |text: &str| {
        let template = Template {
            name: "rieng.typ".to_owned(),
            text: text.to_owned(),
        };
        pdf(&document(vec![Block::paragraph("Chào")]), &fonts, Some(&template))
    };
    let own = "#import \"ems.typ\": *\n#set text(font: doc.page.font)\n#parts(doc.body)\n";
    assert_eq!(tried(own).unwrap().pages, 1);
    let error = tried("#import \"ems.typ\": *\n\n#khongco\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("rieng.typ:3:2: unknown variable: khongco"),
        "{error}"
    );
    // A font that is not there is only a warning to typst, and the text would vanish.
    let error = tried("#set text(font: \"Arial\")\nChào\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("rieng.typ:1:") && error.contains("arial"),
        "{error}"
    );
    let error = tried("#read(\"/etc/passwd\")").unwrap_err().to_string();
    assert!(
        error.contains("rieng.typ:1:") && error.contains("not found"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_is_rendered(name in ".{0,60}", heading in "\\PC{0,30}") {
        let mut document = document(vec![Block::heading(1, heading), Block::Table(one_column(&[name]))]);
        document.body.push(Block::Contents);
        let (document, _) = read(&serde_json::to_vec(&document).unwrap()).unwrap();
        let fonts = Fonts::embedded().unwrap();
        prop_assert!(pdf(&document, &fonts, None).is_ok());
        prop_assert!(ems_render::docx(&document, &fonts).is_ok());
    }

    #[test]
    fn garbage_is_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&bytes).is_err());
    }
}
