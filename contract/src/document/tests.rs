use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn place(month: Option<u8>, day: Option<u8>) -> String {
    PlaceDate {
        place: "An Giang".to_owned(),
        year: 2026,
        month,
        day,
    }
    .line(Lang::Vi)
}

#[test]
fn days_and_the_first_two_months_have_a_leading_zero() {
    assert_eq!(place(Some(2), Some(5)), "An Giang, ngày 05 tháng 02 năm 2026");
    assert_eq!(place(Some(1), Some(31)), "An Giang, ngày 31 tháng 01 năm 2026");
    assert_eq!(place(Some(3), Some(9)), "An Giang, ngày 09 tháng 3 năm 2026");
    assert_eq!(place(Some(12), Some(14)), "An Giang, ngày 14 tháng 12 năm 2026");
    let blank = "\u{a0}".repeat(6);
    assert_eq!(
        place(Some(12), None),
        format!("An Giang, ngày {blank} tháng 12 năm 2026")
    );
}

fn letterhead(number: Option<u32>) -> Letterhead {
    Letterhead {
        superior: Some("ỦY BAN NHÂN DÂN TỈNH AN GIANG".to_owned()),
        issuer: "SỞ KHOA HỌC VÀ CÔNG NGHỆ".to_owned(),
        number,
        symbol: "BC-SKHCN".to_owned(),
        place_date: PlaceDate {
            place: "An Giang".to_owned(),
            year: 2026,
            month: Some(12),
            day: None,
        },
        kind: "BÁO CÁO".to_owned(),
        subject: "Tình hình hoạt động của Cổng thông tin điện tử quý IV năm 2026".to_owned(),
        addressees: vec!["Ủy ban nhân dân tỉnh".to_owned()],
    }
}

#[test]
fn a_number_below_ten_has_a_leading_zero_and_a_draft_leaves_room() {
    assert_eq!(letterhead(Some(5)).number_line(Lang::Vi), "Số: 05/BC-SKHCN");
    assert_eq!(letterhead(Some(112)).number_line(Lang::Vi), "Số: 112/BC-SKHCN");
    let room = "\u{a0}".repeat(6);
    assert_eq!(
        letterhead(None).number_line(Lang::Vi),
        format!("Số: {room}/BC-SKHCN")
    );
}

fn share(part: i64, whole: i64) -> Value {
    Value::Share {
        part,
        whole,
        places: 2,
    }
}

fn full() -> Document {
    let columns = vec![
        Column::new("Cổng", ColumnKind::Text),
        Column::new("IPv4", ColumnKind::Percent).under("Tỷ lệ sẵn sàng"),
        Column::new("Gián đoạn", ColumnKind::Duration),
        Column::new("Ngày", ColumnKind::Date),
    ];
    let cells = vec![
        Cell::text("Sở Y tế & \"Dân số\"").linked("https://syt.angiang.gov.vn/"),
        Cell::of(share(9_995, 10_000), "99,95%").toned(Tone::Good),
        Cell::of(Value::Seconds(12_240), "3 giờ 24 phút 00 giây"),
        Cell::of(Value::Date(date(2026, 2, 5)), "05/02/2026"),
    ];
    let axis = Axis {
        from: 9_000,
        to: 10_000,
        from_text: "90%".to_owned(),
        to_text: "100%".to_owned(),
        threshold: Some((9_950, "99,5%".to_owned())),
    };
    let drawings = [
        Drawing::Strips {
            from: date(2026, 9, 15),
            legend: vec![Legend {
                tone: Tone::Good,
                text: "sẵn sàng".to_owned(),
            }],
            rows: vec![Strip {
                label: "Sở Y tế".to_owned(),
                days: vec![Tone::Good, Tone::Unknown, Tone::Bad],
                text: "99,95%".to_owned(),
            }],
        },
        Drawing::Bars {
            axis: axis.clone(),
            rows: vec![Bar {
                label: "Cấp tỉnh".to_owned(),
                value: Some(9_995),
                text: "99,95%".to_owned(),
                tone: Tone::Good,
            }],
        },
        Drawing::Lines {
            axis,
            points: vec!["Quý III".to_owned(), "Quý IV".to_owned()],
            series: vec![Series {
                label: "Cấp tỉnh".to_owned(),
                values: vec![None, Some(9_995)],
                texts: vec!["–".to_owned(), "99,95%".to_owned()],
            }],
        },
    ];
    let mut body = vec![
        Block::Contents,
        Block::heading(1, "I. TÌNH HÌNH CHUNG"),
        Block::Paragraph(vec![
            Run::plain("Tỷ lệ sẵn sàng là "),
            Run::bold("99,95%"),
            Run::italic(" (làm tròn xuống)"),
            Run::link("bằng chứng", "https://ems.angiang.gov.vn/e/1"),
        ]),
        Block::List {
            ordered: true,
            items: vec![vec![Run::plain("Một")]],
        },
        Block::Figures(vec![Figure {
            label: "Sẵn sàng".to_owned(),
            figure: Cell::of(share(9_995, 10_000), "99,95%"),
            remark: Some("kỳ trước 99,90%".to_owned()),
        }]),
        Block::Table(Table {
            caption: Some("Bảng 1".to_owned()),
            columns: columns.clone(),
            rows: vec![
                Row::group("Sở, ngành"),
                Row::data(cells.clone()),
                Row::total(cells.clone()),
            ],
            empty: None,
            notes: vec!["Làm tròn xuống.".to_owned()],
        }),
        Block::note("Nguồn: số liệu đo."),
        Block::Placeholder("(đơn vị bổ sung)".to_owned()),
        Block::PageBreak,
    ];
    body.extend(drawings.into_iter().map(|drawing| {
        Block::Chart(Chart {
            title: "Biểu đồ".to_owned(),
            alt: "Tỷ lệ sẵn sàng theo cấp".to_owned(),
            drawing,
            notes: Vec::new(),
        })
    }));
    Document {
        schema: SCHEMA,
        lang: Lang::Vi,
        made_at: UnixTime::from_secs(1_797_000_000),
        title: "Báo cáo quý IV năm 2026".to_owned(),
        author: "Sở Khoa học và Công nghệ".to_owned(),
        mark: Some("SỐ LIỆU MẪU".to_owned()),
        footer: Some("Bản số 1".to_owned()),
        letterhead: Some(letterhead(None)),
        body,
        signature: Some(Signature {
            office: vec!["KT. GIÁM ĐỐC".to_owned(), "PHÓ GIÁM ĐỐC".to_owned()],
            name: String::new(),
        }),
        recipients: vec!["Như trên".to_owned(), "Lưu: VT".to_owned()],
        appendices: vec![Appendix {
            label: "PHỤ LỤC I".to_owned(),
            title: "Danh sách cổng".to_owned(),
            note: None,
            landscape: true,
            body: vec![Block::Table(Table {
                columns: vec![Column::new("Cổng", ColumnKind::Text)],
                empty: Some("Không có cổng".to_owned()),
                ..Table::default()
            })],
        }],
        sheets: vec![Sheet {
            name: "Cổng".to_owned(),
            columns,
            rows: vec![cells],
            totals: vec![
                Some(Total::Label("Tổng cộng".to_owned())),
                None,
                Some(Total::Sum),
                None,
            ],
            notes: Vec::new(),
        }],
    }
}

#[test]
fn the_whole_model_as_json() {
    let document = full();
    assert_eq!(check(&document), Ok(()));
    let json = serde_json::to_string_pretty(&document).unwrap();
    insta::assert_snapshot!("document", json);
    assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
}

#[test]
fn every_fault_is_found_at_once() {
    let mut document = full();
    document.schema = 9;
    document.title.clear();
    document.sheets.push(document.sheets[0].clone());
    document.sheets[1].name = "CỔNG".to_owned();
    document.sheets.push(document.sheets[0].clone());
    document.sheets[2].name = "Quý 1/2026".to_owned();
    document.sheets[2].totals = vec![Some(Total::Share {
        part: 9,
        whole: 0,
        places: 2,
    })];
    if let Some(letterhead) = &mut document.letterhead {
        letterhead.place_date.month = Some(13);
        letterhead.issuer = " ".to_owned();
    }
    document.body = vec![
        Block::heading(5, "Sâu quá"),
        Block::Paragraph(vec![Run::link("bấm", "javascript:alert(1)")]),
        Block::paragraph("a".repeat(30_001)),
        Block::Table(Table {
            columns: vec![Column::new("Một", ColumnKind::Text)],
            rows: vec![
                Row::data(vec![]),
                Row::data(vec![Cell::of(share(1, 0), "100,00%")]),
            ],
            ..Table::default()
        }),
        Block::Table(Table::default()),
        Block::Chart(Chart {
            title: String::new(),
            alt: String::new(),
            drawing: Drawing::Bars {
                axis: Axis {
                    from: 1,
                    to: 1,
                    from_text: String::new(),
                    to_text: String::new(),
                    threshold: None,
                },
                rows: Vec::new(),
            },
            notes: Vec::new(),
        }),
    ];
    let told: Vec<String> = check(&document)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!("faults", told.join("\n"));
}

#[test]
fn an_unknown_field_is_refused_rather_than_left_out_of_the_print() {
    let mut json = serde_json::to_value(full()).unwrap();
    json["watermark"] = "x".into();
    let error = serde_json::from_value::<Document>(json).unwrap_err().to_string();
    assert!(error.contains("watermark"), "{error}");
}

proptest! {
    #[test]
    fn garbage_is_an_error_and_never_a_panic(text in ".{0,300}") {
        prop_assert!(serde_json::from_str::<Document>(&text).is_err());
    }

    #[test]
    fn a_share_is_never_rounded_up(part in 0_i64..1_000_000_000, more in 1_i64..1_000_000_000) {
        let floored = share(part, part + more).floored_percent().unwrap();
        prop_assert!(floored < 10_000);
        prop_assert!(floored * i128::from(part + more) <= i128::from(part) * 10_000);
    }
}
