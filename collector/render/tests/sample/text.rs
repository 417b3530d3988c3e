//! The chapters of the made-up report.

use ems_contract::document::{
    Axis, Bar, Block, Cell, Chart, Column, ColumnKind, Drawing, Figure, Legend, Row, Run, Series, Tone, Value,
};
use jiff::civil::date;

use super::figures::{Portal, count, duration, share};
use super::table;

const LEVELS: [&str; 3] = ["Cấp tỉnh", "Sở, ban, ngành", "Xã, phường"];

pub(crate) fn chapters(portals: &[Portal]) -> Vec<Block> {
    let mut blocks = summary(portals);
    blocks.extend(basis(portals));
    blocks.extend(availability(portals));
    blocks.extend(freshness(portals));
    blocks.extend(incidents(portals));
    blocks.extend(remainder());
    blocks
}

fn sums<'a>(portals: impl Iterator<Item = &'a Portal>) -> (i64, i64, i64) {
    portals.fold((0, 0, 0), |(up, seen, outages), portal| {
        (
            up + portal.seen_s() - portal.down_s,
            seen + portal.seen_s(),
            outages + portal.outages,
        )
    })
}

fn summary(portals: &[Portal]) -> Vec<Block> {
    let (up, seen, outages) = sums(portals.iter());
    vec![
        Block::heading(1, "I. TÓM TẮT ĐIỀU HÀNH"),
        Block::Figures(vec![
            Figure {
                label: "Tỷ lệ sẵn sàng".to_owned(),
                figure: share(up, seen).toned(Tone::Good),
                remark: Some("quý III: 99,71%".to_owned()),
            },
            Figure {
                label: "Số lần gián đoạn".to_owned(),
                figure: count(outages).toned(Tone::Warn),
                remark: Some("quý III: 1.204".to_owned()),
            },
            Figure {
                label: "Cổng có IPv6".to_owned(),
                figure: share(
                    portals.iter().filter(|portal| portal.v6.is_some()).count() as i64,
                    portals.len() as i64,
                ),
                remark: Some("chỉ tiêu: 100%".to_owned()),
            },
            Figure {
                label: "Chuyên mục quá hạn".to_owned(),
                figure: count(portals.iter().filter(|portal| portal.late > 0).count() as i64).toned(Tone::Bad),
                remark: None,
            },
        ]),
        Block::Paragraph(vec![
            Run::plain("Trong quý IV năm 2026 (số liệu từ ngày 15/9/2026 đến hết ngày 14/12/2026), hệ thống theo dõi "),
            Run::bold(format!("{} cổng, trang thông tin điện tử", portals.len())),
            Run::plain(
                " trên địa bàn tỉnh, đo liên tục 24/7 qua IPv4 và IPv6 từ ba điểm đo độc lập. Các con số dưới đây được \
                 làm tròn xuống, không bao giờ làm tròn lên vượt ngưỡng; ",
            ),
            Run::italic("thời gian không quan sát được không bị tính là gián đoạn"),
            Run::plain("."),
        ]),
        Block::List {
            ordered: true,
            items: [
                "Đề nghị các đơn vị chưa có IPv6 hoàn thành khai báo bản ghi AAAA trước ngày 31/01/2027.",
                "Gia hạn chứng thư số của các cổng hết hạn trong kỳ tới, ưu tiên các cổng còn dưới 30 ngày.",
                "Cập nhật các chuyên mục bắt buộc đã quá hạn; phân công người chịu trách nhiệm từng chuyên mục.",
            ]
            .map(|item| vec![Run::plain(item)])
            .to_vec(),
        },
    ]
}

fn basis(portals: &[Portal]) -> Vec<Block> {
    let rows = LEVELS
        .iter()
        .map(|level| {
            let members: Vec<&Portal> = portals.iter().filter(|portal| portal.level == *level).collect();
            Row::data(vec![
                Cell::text(*level),
                count(members.len() as i64),
                count(members.iter().filter(|portal| portal.v6.is_some()).count() as i64),
            ])
        })
        .chain([Row::total(vec![
            Cell::text("Tổng cộng"),
            count(portals.len() as i64),
            count(portals.iter().filter(|portal| portal.v6.is_some()).count() as i64),
        ])])
        .collect();
    let columns = vec![
        Column::new("Nhóm", ColumnKind::Text),
        Column::new("Số cổng", ColumnKind::Number),
        Column::new("Có IPv6", ColumnKind::Number),
    ];
    vec![
        Block::heading(1, "II. CĂN CỨ, PHẠM VI, KỲ SỐ LIỆU"),
        Block::paragraph(
            "Báo cáo lập theo Quy chế quản lý, vận hành Cổng thông tin điện tử tỉnh Mẫu (quy chế mẫu, chỉ dùng để \
             trình bày); bộ quy tắc, lịch ngày làm việc và danh mục cổng là bản có hiệu lực vào ngày chốt số liệu.",
        ),
        Block::Table(table("Bảng 1. Phạm vi theo dõi", columns, rows)),
        Block::Placeholder(
            "(đơn vị bổ sung) Nhân lực Ban Biên tập, đào tạo và kinh phí trong kỳ.".to_owned(),
        ),
    ]
}

fn availability(portals: &[Portal]) -> Vec<Block> {
    let axis = Axis {
        from: 9_900,
        to: 10_000,
        from_text: "99%".to_owned(),
        to_text: "100%".to_owned(),
        threshold: Some((
            9_950,
            "Mức phấn đấu nội bộ 99,50% (không phải quy định)".to_owned(),
        )),
    };
    let levels = LEVELS.iter().map(|level| {
        let (up, seen, _) = sums(portals.iter().filter(|portal| portal.level == *level));
        let cell = if seen == 0 {
            Cell::text("chưa đủ dữ liệu")
        } else {
            share(up, seen)
        };
        Bar {
            label: (*level).to_owned(),
            value: (seen > 0).then(|| up * 10_000 / seen.max(1)),
            text: cell.text,
            tone: Tone::Good,
        }
    });
    let legend = [
        (Tone::Good, "sẵn sàng"),
        (Tone::Warn, "suy giảm"),
        (Tone::Bad, "gián đoạn"),
        (Tone::Unknown, "không quan sát được"),
        (Tone::Excluded, "bảo trì"),
        (Tone::Absent, "chưa tính"),
    ];
    vec![
        Block::heading(1, "III. TÍNH SẴN SÀNG 24/7"),
        Block::heading(2, "1. Theo nhóm"),
        Block::paragraph(
            "Tỷ lệ sẵn sàng là thời gian phục vụ được chia cho thời gian quan sát được, tính đến từng giây. Bảo trì có \
             thông báo trước vẫn tính vào tỷ lệ theo quy chế.",
        ),
        Block::Chart(Chart {
            title: "Biểu đồ 1. Tỷ lệ sẵn sàng theo nhóm".to_owned(),
            alt: "Tỷ lệ sẵn sàng theo nhóm".to_owned(),
            drawing: Drawing::Bars {
                axis: axis.clone(),
                rows: levels.collect(),
            },
            notes: Vec::new(),
        }),
        Block::Chart(Chart {
            title: "Biểu đồ 2. Diễn biến năm quý gần nhất".to_owned(),
            alt: "Tỷ lệ sẵn sàng của ba nhóm qua năm quý".to_owned(),
            drawing: Drawing::Lines {
                axis,
                points: [
                    "Quý IV/2025",
                    "Quý I/2026",
                    "Quý II/2026",
                    "Quý III/2026",
                    "Quý IV/2026",
                ]
                .map(str::to_owned)
                .to_vec(),
                series: vec![
                    line(
                        "Cấp tỉnh",
                        [Some(9_962), Some(9_971), Some(9_958), Some(9_984), Some(9_991)],
                        "99,91%",
                    ),
                    line(
                        "Sở, ban, ngành",
                        [Some(9_941), Some(9_932), None, Some(9_955), Some(9_960)],
                        "99,60%",
                    ),
                    line(
                        "Xã, phường",
                        [None, None, Some(9_918), Some(9_927), Some(9_939)],
                        "99,39%",
                    ),
                ],
            },
            notes: vec!["Quý II/2026 của nhóm sở, ban, ngành chưa đủ dữ liệu.".to_owned()],
        }),
        Block::heading(2, "2. Từng cổng"),
        Block::Chart(Chart {
            title: "Biểu đồ 3. Trạng thái từng ngày".to_owned(),
            alt: "Trạng thái 91 ngày".to_owned(),
            drawing: Drawing::Strips {
                from: date(2026, 9, 15),
                legend: legend
                    .map(|(tone, text)| Legend {
                        tone,
                        text: text.to_owned(),
                    })
                    .to_vec(),
                rows: portals.iter().map(Portal::strip).collect(),
            },
            notes: Vec::new(),
        }),
        Block::Table(league(portals)),
    ]
}

fn line(label: &str, values: [Option<i64>; 5], text: &str) -> Series {
    Series {
        label: label.to_owned(),
        values: values.to_vec(),
        texts: ["–", "–", "–", "–", text].map(str::to_owned).to_vec(),
    }
}

fn league(portals: &[Portal]) -> ems_contract::document::Table {
    let columns = vec![
        Column::new("TT", ColumnKind::Number),
        Column::new("Cổng, trang", ColumnKind::Text),
        Column::new("Chung", ColumnKind::Percent).under("Tỷ lệ sẵn sàng"),
        Column::new("IPv6", ColumnKind::Percent).under("Tỷ lệ sẵn sàng"),
        Column::new("Số lần", ColumnKind::Number).under("Gián đoạn"),
        Column::new("Tổng thời gian", ColumnKind::Duration).under("Gián đoạn"),
        Column::new("Độ phủ đo", ColumnKind::Percent),
    ];
    let mut rows = Vec::new();
    for level in LEVELS {
        rows.push(Row::group(level));
        rows.extend(
            portals
                .iter()
                .filter(|portal| portal.level == level)
                .enumerate()
                .map(|(rank, portal)| {
                    Row::data(vec![
                        count(rank as i64 + 1),
                        Cell::text(&portal.name).linked(&portal.address),
                        portal.availability(),
                        portal.availability_v6(),
                        count(portal.outages),
                        duration(portal.down_s),
                        portal.coverage(),
                    ])
                }),
        );
    }
    let mut table = table("Bảng 2. Kết quả từng cổng", columns, rows);
    table.notes = vec!["Cổng có độ phủ dưới 95% không xếp hạng.".to_owned()];
    table
}

fn freshness(portals: &[Portal]) -> Vec<Block> {
    let late: Vec<&Portal> = portals.iter().filter(|portal| portal.late > 0).take(25).collect();
    vec![
        Block::heading(1, "IV. CẬP NHẬT THÔNG TIN BẮT BUỘC"),
        Block::paragraph(format!(
            "Có {} cổng để ít nhất một chuyên mục quá hạn cập nhật. Mỗi trường hợp nêu dưới đây có bằng chứng lưu \
             kèm mã băm; thời hạn tính theo ngày làm việc.",
            portals.iter().filter(|portal| portal.late > 0).count()
        )),
        Block::Chart(Chart {
            title: "Biểu đồ 4. Số ngày làm việc quá hạn, chuyên mục chậm nhất".to_owned(),
            alt: "Số ngày quá hạn".to_owned(),
            drawing: Drawing::Bars {
                axis: Axis {
                    from: 0,
                    to: 15,
                    from_text: "0".to_owned(),
                    to_text: "15 ngày".to_owned(),
                    threshold: None,
                },
                rows: late
                    .iter()
                    .map(|portal| Bar {
                        label: portal.name.clone(),
                        value: Some(portal.late),
                        text: format!("{} ngày", portal.late),
                        tone: if portal.late > 9 { Tone::Bad } else { Tone::Warn },
                    })
                    .collect(),
            },
            notes: Vec::new(),
        }),
    ]
}

fn incidents(portals: &[Portal]) -> Vec<Block> {
    let columns = vec![
        Column::new("Cổng, trang", ColumnKind::Text),
        Column::new("Bắt đầu", ColumnKind::Instant),
        Column::new("Thời gian", ColumnKind::Duration),
        Column::new("Nguyên nhân", ColumnKind::Text),
        Column::new("Khắc phục", ColumnKind::Text),
    ];
    let causes = [
        "Hết thời gian chờ kết nối (IPv4 và IPv6)",
        "Chứng thư số hết hạn",
        "Máy chủ trả lời lỗi 503",
        "Tên miền không phân giải được",
    ];
    let rows = portals
        .iter()
        .filter(|portal| portal.outages > 0)
        .take(30)
        .map(|portal| {
            let day = portal.index % 28 + 1;
            let at = format!("2026-11-{day:02}T02:{:02}:07Z", portal.index % 60);
            Row::data(vec![
                Cell::text(&portal.name),
                Cell::of(
                    Value::Instant(at.parse().expect("a valid instant")),
                    format!("{day:02}/11/2026 09:{:02}:07", portal.index % 60),
                ),
                duration(portal.down_s / portal.outages.max(1)),
                Cell::text(causes[portal.index % 4]),
                Cell::text("(đơn vị bổ sung)"),
            ])
        })
        .collect();
    vec![
        Block::heading(1, "V. SỰ CỐ, BẢO TRÌ"),
        Block::Table(table("Bảng 3. Các lần gián đoạn dài nhất", columns, rows)),
        Block::heading(3, "a) Bảo trì có thông báo"),
        Block::Table(table(
            "Bảng 4. Bảo trì",
            vec![
                Column::new("Cổng, trang", ColumnKind::Text),
                Column::new("Thời gian", ColumnKind::Duration),
                Column::new("Lý do", ColumnKind::Text),
            ],
            Vec::new(),
        )),
    ]
}

fn remainder() -> Vec<Block> {
    vec![
        Block::heading(1, "VI. ĐÁNH GIÁ CHUNG, KIẾN NGHỊ"),
        Block::heading(2, "1. Tồn tại, nguyên nhân"),
        Block::Placeholder("(đơn vị bổ sung)".to_owned()),
        Block::heading(2, "2. Phương hướng, kiến nghị"),
        Block::Placeholder("(đơn vị bổ sung)".to_owned()),
        Block::paragraph(
            "Trên đây là báo cáo tình hình hoạt động của Cổng, Trang thông tin điện tử quý IV năm 2026, Sở Khoa học \
             và Công nghệ kính báo cáo Ủy ban nhân dân tỉnh xem xét, chỉ đạo./.",
        ),
    ]
}
