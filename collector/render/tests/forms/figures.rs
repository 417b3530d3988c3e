//! The same figure in every form.

use ems_contract::document::{
    Block, Cell, Column, ColumnKind, Row, RowKind, Run, Sheet, Table, Total, Value,
};
use ems_contract::time::UnixTime;
use jiff::civil::date;

use crate::bench::{Made, document, flat};
use crate::sample;

fn columns() -> Vec<Column> {
    vec![
        Column::new("Cổng", ColumnKind::Text),
        Column::new("Sẵn sàng", ColumnKind::Percent),
        Column::new("Số lần", ColumnKind::Number),
        Column::new("Gián đoạn", ColumnKind::Duration),
        Column::new("Ngày", ColumnKind::Date),
        Column::new("Lúc", ColumnKind::Instant),
        Column::new("Trung bình", ColumnKind::Number),
    ]
}

fn cells() -> Vec<Cell> {
    let share = Value::Share {
        part: 999_999,
        whole: 1_000_000,
        places: 2,
    };
    let at: UnixTime = "2026-11-22T14:57:09Z".parse().unwrap();
    vec![
        Cell::text("Sở Y tế"),
        Cell::of(share, "99,99%"),
        Cell::of(Value::Integer(1_234), "1.234"),
        Cell::of(Value::Seconds(12_245), "3 giờ 24 phút 05 giây"),
        Cell::of(Value::Date(date(2026, 2, 5)), "05/02/2026"),
        Cell::of(Value::Instant(at), "22/11/2026 21:57:09"),
        Cell::of(
            Value::Decimal {
                units: 125,
                places: 1,
            },
            "12,5",
        ),
    ]
}

#[test]
fn a_figure_is_the_same_in_docx_pdf_and_xlsx() {
    let mut document = document(vec![Block::Table(Table {
        columns: columns(),
        rows: vec![Row::data(cells())],
        ..Table::default()
    })]);
    document.sheets = vec![Sheet {
        name: "Số liệu".to_owned(),
        columns: columns(),
        rows: vec![cells()],
        totals: Vec::new(),
        notes: Vec::new(),
    }];
    let made = Made::of(&document);
    let wanted: Vec<String> = cells().into_iter().map(|cell| cell.text).collect();
    assert_eq!(
        made.docx()["tables"][0][1]["cells"],
        serde_json::json!(wanted),
        "DOCX"
    );
    // A cell's words stay in their order, wherever its lines break.
    let printed = flat(&made.pdf_text());
    for text in &wanted {
        for word in text.split(' ') {
            assert!(
                printed.contains(word),
                "{word} of {text} is not in the PDF: {printed}"
            );
        }
    }
    let sheet = &made.xlsx()["sheets"][0]["cells"];
    let number = |cell: &str| sheet[cell]["value"].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!(sheet["A2"]["value"], "Sở Y tế");
    assert!(
        (number("B2") - 0.9999).abs() < 1e-12,
        "floored, not rounded to 100%"
    );
    assert!((number("C2") - 1_234.0).abs() < 1e-12);
    assert!((number("D2") * 86_400.0 - 12_245.0).abs() < 1e-6);
    assert!((number("G2") - 12.5).abs() < 1e-12);
    // LibreOffice shows what its own reading of the number formats gives.
    let csv =
        std::fs::read_to_string(made.converted("report.xlsx", "csv:Text - txt - csv (StarCalc):59,34,76"))
            .unwrap();
    let shown = csv.lines().nth(1).unwrap();
    for text in [
        "Sở Y tế",
        "99.99%",
        "3:24:05",
        "05/02/2026",
        "22/11/2026 21:57:09",
        "12.5",
    ] {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
}

/// The tenth item is the tenth: Latin letters are not those of the Vietnamese alphabet, which has đ and no f, j, w, z.
#[test]
fn items_of_a_list_are_counted() {
    let items = (1..=10).map(|number| vec![Run::plain(format!("mục thứ {number}"))]);
    let list = Block::List {
        ordered: true,
        items: items.collect(),
    };
    let made = Made::of(&document(vec![list]));
    let written = std::fs::read_to_string(made.converted("report.docx", "txt:Text (encoded):UTF8")).unwrap();
    for text in [flat(&made.pdf_text()), flat(&written)] {
        assert!(text.contains("1. mục thứ 1 "), "{text}");
        assert!(text.contains("10. mục thứ 10"), "{text}");
    }
}

#[test]
fn totals_are_formulas_with_their_results() {
    let rows = [(86_399, 86_400, 3), (86_400, 86_400, 0)].map(|(up, seen, outages)| {
        vec![
            Cell::text("Cổng"),
            Cell::of(Value::Seconds(up), ""),
            Cell::of(Value::Seconds(seen), ""),
            Cell::text(""),
            Cell::of(Value::Integer(outages), outages.to_string()),
        ]
    });
    let mut document = document(Vec::new());
    document.sheets = vec![Sheet {
        name: "Tổng".to_owned(),
        columns: ["Cổng", "Sẵn sàng", "Quan sát", "Tỷ lệ", "Số lần"]
            .map(|title| Column::new(title, ColumnKind::Text))
            .to_vec(),
        rows: rows.to_vec(),
        totals: vec![
            Some(Total::Label("Tổng cộng".to_owned())),
            Some(Total::Sum),
            Some(Total::Count),
            Some(Total::Share {
                part: 1,
                whole: 2,
                places: 2,
            }),
            Some(Total::Sum),
        ],
        notes: vec!["Ghi chú".to_owned()],
    }];
    let made = Made::of(&document);
    let sheet = &made.xlsx()["sheets"][0];
    assert_eq!(sheet["frozen"], true);
    assert_eq!(sheet["filter"], "A1:E3");
    let cells = &sheet["cells"];
    assert_eq!(cells["E4"]["formula"], "SUBTOTAL(9,E2:E3)");
    assert_eq!(cells["E4"]["value"], "3");
    // 172,799 of 172,800 seconds: 99,9994 %, which must not read 100,00 %.
    assert_eq!(cells["D4"]["value"], "0.9999");
    // LibreOffice counts the formulas anew and comes to the same.
    let csv =
        std::fs::read_to_string(made.converted("report.xlsx", "csv:Text - txt - csv (StarCalc):59,34,76"))
            .unwrap();
    let totals = csv.lines().nth(3).unwrap();
    assert!(totals.contains("99.99%") && totals.ends_with(";3"), "{totals}");
}

#[test]
fn every_cell_of_the_sample_is_in_docx_and_pdf() {
    let document = sample::report(sample::Size {
        portals: 20,
        slips: 3,
    });
    let made = Made::of(&document);
    let found = made.docx();
    let in_docx: Vec<String> = found["tables"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|table| table.as_array().unwrap().clone())
        .map(|row| row["cells"].to_string())
        .collect();
    let printed = flat(&made.pdf_text());
    let blocks = document
        .body
        .iter()
        .chain(document.appendices.iter().flat_map(|appendix| &appendix.body));
    let mut seen = 0;
    for block in blocks {
        let Block::Table(table) = block else { continue };
        for row in table.rows.iter().filter(|row| row.kind != RowKind::Group) {
            let texts: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
            let row_json = serde_json::to_string(&texts).unwrap();
            assert!(in_docx.contains(&row_json), "{row_json} is not in the DOCX");
            for cell in row.cells.iter().filter(|cell| cell.value.is_some()) {
                let first = cell.text.split(' ').next().unwrap();
                assert!(printed.contains(first), "{} is not in the PDF", cell.text);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = sample::report(sample::Size {
        portals: 15,
        slips: 2,
    });
    let (first, second) = (Made::of(&document), Made::of(&document));
    for name in ["report.docx", "report.pdf", "report.xlsx"] {
        assert!(
            std::fs::read(first.path(name)).unwrap() == std::fs::read(second.path(name)).unwrap(),
            "{name} differs"
        );
    }
}

#[test]
fn vietnamese_letters_are_there_in_each_style() {
    let letters = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ";
    let all = format!("{letters} {}", letters.to_uppercase());
    let style = |bold, italic| Run {
        bold,
        italic,
        ..Run::plain(all.clone())
    };
    let styles = [(false, false), (true, false), (false, true), (true, true)];
    let made = Made::of(&document(
        styles
            .iter()
            .map(|(bold, italic)| Block::Paragraph(vec![style(*bold, *italic)]))
            .collect(),
    ));
    let count = |text: &str| {
        let squeezed: String = text
            .chars()
            .filter(|character| !character.is_whitespace() && *character != '\u{200b}')
            .collect();
        let wanted: String = all.chars().filter(|character| *character != ' ').collect();
        squeezed.matches(&wanted).count()
    };
    assert_eq!(count(&made.pdf_text()), 4, "PDF: {}", made.pdf_text());
    let office = made.converted("report.docx", "pdf");
    assert_eq!(
        count(&crate::bench::pdf_text(&office)),
        4,
        "DOCX through LibreOffice"
    );
    // Embedded, as subsets, with their way back to Unicode; no font besides the four.
    let fonts = crate::bench::said(std::process::Command::new("pdffonts").arg(made.path("report.pdf")));
    let lines: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(lines.len(), 4, "{fonts}");
    for line in lines {
        assert!(
            line.contains("LiberationSerif") && line.contains("yes yes yes"),
            "{line}"
        );
    }
}
