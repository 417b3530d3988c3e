//! Appendices and sheets of the made-up report.

use ems_contract::document::{
    Appendix, Block, Cell, Chart, Column, ColumnKind, Drawing, Legend, Row, Run, Sheet, Tone, Total, Value,
};
use jiff::civil::date;

use super::figures::{Portal, count, duration, noise};
use super::table;

const NOTE: &str =
    "(Kèm theo Báo cáo số      /BC-SKHCN ngày    tháng 12 năm 2026 của Sở Khoa học và Công nghệ)";

pub(crate) fn all(portals: &[Portal], slips: usize) -> Vec<Appendix> {
    vec![list(portals), sheets_of(portals, slips), articles(), method()]
}

fn appendix(number: &str, title: &str, landscape: bool, body: Vec<Block>) -> Appendix {
    Appendix {
        label: format!("PHỤ LỤC {number}"),
        title: title.to_owned(),
        note: Some(NOTE.to_owned()),
        landscape,
        body,
    }
}

fn list(portals: &[Portal]) -> Appendix {
    let columns = vec![
        Column::new("TT", ColumnKind::Number),
        Column::new("Cổng, trang thông tin điện tử", ColumnKind::Text),
        Column::new("Địa chỉ", ColumnKind::Text),
        Column::new("Chung", ColumnKind::Percent).under("Sẵn sàng"),
        Column::new("IPv6", ColumnKind::Percent).under("Sẵn sàng"),
        Column::new("Độ phủ", ColumnKind::Percent),
        Column::new("Gián đoạn", ColumnKind::Duration),
        Column::new("Chứng thư số còn (ngày)", ColumnKind::Number),
        Column::new("Hết hạn", ColumnKind::Date),
        Column::new("Kết luận", ColumnKind::Status),
    ];
    let rows = portals
        .iter()
        .map(|portal| {
            let expiry = date(2026, 12, 14)
                .checked_add(jiff::Span::new().days(portal.days_left))
                .expect("a near day");
            let (verdict, tone) = match portal.index % 5 {
                0 => ("Không đạt", Tone::Bad),
                1 => ("Cần lưu ý", Tone::Warn),
                2 => ("Chưa đủ dữ liệu", Tone::Unknown),
                _ => ("Đạt", Tone::Good),
            };
            Row::data(vec![
                count(portal.index as i64 + 1),
                Cell::text(&portal.name),
                Cell::text(
                    portal
                        .address
                        .trim_start_matches("https://")
                        .trim_end_matches('/'),
                )
                .linked(&portal.address),
                portal.availability(),
                portal.availability_v6(),
                portal.coverage(),
                duration(portal.down_s),
                count(portal.days_left),
                Cell::of(Value::Date(expiry), expiry.strftime("%d/%m/%Y").to_string()),
                Cell::text(verdict).toned(tone),
            ])
        })
        .collect();
    let table = table("Danh sách cổng và kết quả tổng hợp", columns, rows);
    appendix(
        "I",
        "DANH SÁCH CỔNG VÀ KẾT QUẢ TỔNG HỢP",
        true,
        vec![Block::Table(table)],
    )
}

fn sheets_of(portals: &[Portal], slips: usize) -> Appendix {
    let mut body = Vec::new();
    for portal in portals.iter().take(slips) {
        body.push(Block::heading(
            2,
            format!("{}. {}", portal.index + 1, portal.name),
        ));
        body.push(Block::Paragraph(vec![
            Run::plain("Địa chỉ: "),
            Run::link(&portal.address, &portal.address),
            Run::plain(". Tỷ lệ sẵn sàng "),
            Run::bold(portal.availability().text),
            Run::plain(format!(", độ phủ đo {}.", portal.coverage().text)),
        ]));
        body.push(Block::Chart(Chart {
            title: "Trạng thái từng ngày, từ ngày 15/9/2026".to_owned(),
            alt: format!("Trạng thái 91 ngày của {}", portal.name),
            drawing: Drawing::Strips {
                from: date(2026, 9, 15),
                legend: vec![
                    Legend {
                        tone: Tone::Good,
                        text: "sẵn sàng".to_owned(),
                    },
                    Legend {
                        tone: Tone::Bad,
                        text: "gián đoạn".to_owned(),
                    },
                ],
                rows: vec![portal.strip()],
            },
            notes: Vec::new(),
        }));
        body.push(Block::Table(todo_list(portal)));
    }
    appendix("II", "PHIẾU TỪNG CỔNG", false, body)
}

fn todo_list(portal: &Portal) -> ems_contract::document::Table {
    let columns = vec![
        Column::new("Việc cần làm", ColumnKind::Text),
        Column::new("Hạn", ColumnKind::Date),
        Column::new("Căn cứ", ColumnKind::Text),
        Column::new("Bằng chứng", ColumnKind::Text),
    ];
    let works = [
        (
            "Cập nhật chuyên mục “Văn bản chỉ đạo, điều hành”: bản mới nhất đăng chậm 6 ngày làm việc",
            "Điều 9 khoản 1",
        ),
        ("Khai báo bản ghi AAAA và mở cổng 443 qua IPv6", "Điều 5 khoản 2"),
        (
            "Gia hạn chứng thư số, bổ sung chứng thư trung gian",
            "ngưỡng nội bộ",
        ),
    ];
    let rows = works
        .iter()
        .take(1 + portal.index % 3)
        .enumerate()
        .map(|(index, (work, article))| {
            let due = date(2027, 1, 5 + i8::try_from(index * 7).expect("small"));
            let evidence = format!("{:08x}", noise(portal.index * 7 + index));
            Row::data(vec![
                Cell::text(*work),
                Cell::of(Value::Date(due), due.strftime("%d/%m/%Y").to_string()),
                Cell::text(*article),
                Cell::text(&evidence).linked(format!("https://ems.tinhmau.example/bang-chung/{evidence}")),
            ])
        })
        .collect();
    table("Việc cần làm", columns, rows)
}

fn articles() -> Appendix {
    let columns = vec![
        Column::new("Điều, khoản", ColumnKind::Text),
        Column::new("Yêu cầu", ColumnKind::Text),
        Column::new("Đạt", ColumnKind::Number).under("Số cổng"),
        Column::new("Không đạt", ColumnKind::Number).under("Số cổng"),
        Column::new("Chưa đủ dữ liệu", ColumnKind::Number).under("Số cổng"),
        Column::new("Tính chất", ColumnKind::Status),
    ];
    let demands = [
        "Hoạt động liên tục 24 giờ trong tất cả các ngày",
        "Truy cập được qua giao thức IPv6",
        "Tên miền đúng quy định, dùng tên miền cấp ba dưới tên miền của tỉnh",
        "Trang chủ có đủ các chuyên mục bắt buộc",
        "Tin tức, sự kiện được cập nhật trong thời hạn",
        "Văn bản quy phạm pháp luật được đăng trong thời hạn kể từ ngày ký ban hành",
        "Có phiên bản tiếng Anh với các thông tin tối thiểu",
        "Câu hỏi của tổ chức, cá nhân được trả lời đúng hạn",
    ];
    let rows = (0..40_usize)
        .map(|index| {
            let random = noise(index + 9_000);
            Row::data(vec![
                Cell::text(format!("Điều {} khoản {}", 5 + index / 4, 1 + index % 4)),
                Cell::text(demands[index % demands.len()]),
                count(i64::from(random % 80)),
                count(i64::from(random % 9)),
                count(i64::from(random % 4)),
                Cell::text(if index % 3 == 0 {
                    "ngưỡng nội bộ"
                } else {
                    "theo quy chế"
                }),
            ])
        })
        .collect();
    let table = table("Kết quả theo từng điều, khoản", columns, rows);
    appendix(
        "III",
        "KẾT QUẢ THEO TỪNG ĐIỀU, KHOẢN CỦA QUY CHẾ",
        false,
        vec![Block::Table(table)],
    )
}

fn method() -> Appendix {
    let rules = [
        "Mỗi cổng được đo 60 giây một lần qua IPv4 và IPv6 từ nhiều điểm đo; hai họ địa chỉ luôn tách riêng.",
        "Gián đoạn khi quá nửa số điểm đo đang quan sát được đều thất bại và chúng thuộc ít nhất hai mạng khác nhau.",
        "Thời gian điểm đo không tự kiểm tra được đường truyền của mình là “không quan sát được”.",
        "Tỷ lệ sẵn sàng = (sẵn sàng + suy giảm) / (sẵn sàng + suy giảm + gián đoạn), làm tròn xuống.",
        "Xếp hạng theo tỷ lệ chính xác; bằng nhau thì đồng hạng (1, 2, 2, 4).",
    ];
    let body = vec![
        Block::List {
            ordered: false,
            items: rules.map(|rule| vec![Run::plain(rule)]).to_vec(),
        },
        Block::note("Mã băm của bộ số liệu và của từng tệp nằm trong tệp SHA256SUMS kèm theo."),
    ];
    appendix("IV", "PHƯƠNG PHÁP, CÔNG THỨC, LÀM TRÒN", false, body)
}

pub(crate) fn sheets(portals: &[Portal]) -> Vec<Sheet> {
    let columns = vec![
        Column::new("Cổng", ColumnKind::Text),
        Column::new("Nhóm", ColumnKind::Text),
        Column::new("Sẵn sàng", ColumnKind::Duration).under("Thời gian"),
        Column::new("Quan sát được", ColumnKind::Duration).under("Thời gian"),
        Column::new("Tỷ lệ sẵn sàng", ColumnKind::Percent),
        Column::new("Số lần gián đoạn", ColumnKind::Number),
    ];
    let rows = portals
        .iter()
        .map(|portal| {
            vec![
                Cell::text(&portal.name).linked(&portal.address),
                Cell::text(portal.level),
                duration(portal.seen_s() - portal.down_s),
                duration(portal.seen_s()),
                portal.availability(),
                count(portal.outages),
            ]
        })
        .collect();
    vec![Sheet {
        name: "Kết quả".to_owned(),
        columns,
        rows,
        totals: vec![
            Some(Total::Label("Tổng cộng".to_owned())),
            None,
            Some(Total::Sum),
            Some(Total::Sum),
            Some(Total::Share {
                part: 2,
                whole: 3,
                places: 2,
            }),
            Some(Total::Sum),
        ],
        notes: vec!["Số liệu mẫu, không có giá trị báo cáo.".to_owned()],
    }]
}
