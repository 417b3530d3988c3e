//! A provincial portal of twelve sections with an English side, each section written as another content system writes its
//! lists, with the traps of real ones: a clock, years in the foot, a pinned old item, dates of issue, a dead page.

use ems_contract::time::UnixTime;
use jiff::civil::Date;
use jiff::{Span, tz::TimeZone};

/// The sections: path and label in the menu.
pub const SECTIONS: [(&str, &str); 12] = [
    ("gioi-thieu", "Giới thiệu"),
    ("tin-tuc", "Tin tức - Sự kiện"),
    ("chi-dao-dieu-hanh", "Thông tin chỉ đạo, điều hành"),
    ("pho-bien-phap-luat", "Tuyên truyền, phổ biến pháp luật"),
    ("quy-hoach", "Chiến lược, quy hoạch, kế hoạch"),
    ("van-ban", "Hệ thống văn bản"),
    ("dau-tu-mua-sam-cong", "Dự án, đấu thầu, mua sắm công"),
    ("dat-dai", "Giá đất, thu hồi đất"),
    ("hoi-dap", "Hỏi đáp"),
    ("de-tai-khoa-hoc", "Chương trình, đề tài khoa học"),
    ("thong-ke", "Thông tin, báo cáo thống kê"),
    ("cong-bao", "Công báo"),
];

/// The civil day in Viet Nam `back` days before `now`.
#[must_use]
pub fn day(now: UnixTime, back: i64) -> Date {
    let zone = TimeZone::fixed(jiff::tz::offset(7));
    let moment = jiff::Timestamp::from_second(now.secs()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = moment.to_zoned(zone).date();
    today.saturating_sub(Span::new().days(back))
}

fn dmy(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

/// A page with the portal's head, menu and foot.
fn page(now: UnixTime, title: &str, lang: &str, content: &str) -> String {
    let menu: String = SECTIONS
        .iter()
        .map(|(path, label)| format!("<li><a href=\"/{path}/\">{label}</a></li>"))
        .collect();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=utf-8><title>{title} - Cổng thông tin điện tử tỉnh Mẫu</title></head><body>\
         <header><img src=/logo.png alt=\"Quốc huy\"><b>Cổng thông tin điện tử tỉnh Mẫu</b> \
         <span class=clock>Hôm nay, {}</span> <a href=/en/ hreflang=en>English</a></header>\
         <nav><ul class=menu><li><a href=/>Trang chủ</a></li>{menu}</ul></nav><main>{content}</main>\
         <footer>© 2018-{} Cơ quan chủ quản: Ủy ban nhân dân tỉnh Mẫu. Địa chỉ: số 1 đường Trung Tâm. Điện thoại: 0299 3999 000. \
         Email: <a href=mailto:cong@mau.example>cong@mau.example</a></footer></body></html>",
        dmy(day(now, 0)),
        day(now, 0).year(),
    )
}

fn title(n: usize) -> String {
    let what = [
        "triển khai nhiệm vụ trọng tâm",
        "kiểm tra tiến độ các công trình",
        "họp bàn công tác phòng chống thiên tai",
    ];
    format!("Ủy ban nhân dân tỉnh {} đợt {}", what[n % what.len()], n + 1)
}

/// A list whose items are made by `item` from path, title and day.
fn list(path: &str, days: &[Date], item: impl Fn(&str, &str, Date) -> String) -> String {
    let each = days.iter().enumerate();
    each.map(|(n, day)| item(&format!("/{path}/bai-{n}/"), &title(n), *day))
        .collect()
}

const PROSE: &str = "<p>Tỉnh Mẫu nằm ở phía nam của đất nước, có đồng bằng rộng và bờ biển dài, nhân dân trong tỉnh luôn đoàn kết, cần cù \
    lao động, xây dựng quê hương ngày càng giàu đẹp, văn minh, góp phần vào sự phát triển chung của cả vùng và của cả nước trong \
    thời kỳ đổi mới và hội nhập quốc tế sâu rộng.</p>";

/// Every page by its path, as it stands at `now`.
#[must_use]
pub fn pages(now: UnixTime) -> Vec<(String, String)> {
    let days = |back: &[i64]| -> Vec<Date> { back.iter().map(|back| day(now, *back)).collect() };
    let content = |path: &str| -> Option<String> {
        Some(match path {
            "gioi-thieu" => PROSE.repeat(2),
            // Liferay's publisher; the first item is pinned and old.
            "tin-tuc" => list(path, &days(&[400, 1, 3, 6]), |url, title, day| {
                format!(
                    "<div class=asset-abstract><h3 class=asset-title><a href={url}>{title}</a></h3><div class=metadata-publish-date>{}</div></div>",
                    dmy(day)
                )
            }),
            // WordPress.
            "chi-dao-dieu-hanh" => list(path, &days(&[2, 9, 16]), |url, title, day| {
                format!("<article class=post><h2 class=entry-title><a href={url}>{title}</a></h2><time class=entry-date datetime=\"{day}T08:00:00+07:00\">{}</time></article>", dmy(day))
            }),
            // Drupal, abandoned.
            "pho-bien-phap-luat" => list(path, &days(&[200, 230, 260]), |url, title, day| {
                format!("<div class=views-row><span class=field-content><a href={url}>{title}</a></span><span class=views-field-created>Ngày đăng: {}</span></div>", dmy(day))
            }),
            "quy-hoach" => "<p>Nội dung đang được cập nhật</p>".to_owned(),
            // SharePoint: dates of issue only.
            "van-ban" => {
                let rows = list(path, &days(&[4, 11, 18]), |url, title, day| {
                    format!("<tr class=ms-itmhover><td>15/QĐ-UBND</td><td><a href={url}>Quyết định về việc {title}</a></td><td>{}</td></tr>", dmy(day))
                });
                format!("<table class=ms-listviewtable><tr><th>Số, ký hiệu</th><th>Trích yếu</th><th>Ngày ban hành</th></tr>{rows}</table>")
            }
            // Joomla.
            "dau-tu-mua-sam-cong" => list(path, &days(&[12, 20, 33]), |url, title, day| {
                format!("<div class=blog-item><h2 itemprop=name><a href={url}>{title}</a></h2><dd class=published>Đăng ngày {}</dd></div>", dmy(day))
            }),
            "dat-dai" => return None,
            "hoi-dap" => list(path, &days(&[5, 15, 25]), |url, title, day| {
                format!("<div class=qa><h3><a href={url}>Thủ tục nào cần làm khi {title}?</a></h3><p>Ngày hỏi: {}</p><p>Ngày trả lời: {}</p></div>", dmy(day.saturating_sub(Span::new().days(7))), dmy(day))
            }),
            // DNN.
            "de-tai-khoa-hoc" => list(path, &days(&[40, 70, 100]), |url, title, day| {
                format!("<div class=EDN_article><a class=EDN_title href={url}>{title}</a> <span class=EDN_date>({})</span></div>", dmy(day))
            }),
            // VNPT-Portal.
            "thong-ke" => list(path, &days(&[8, 38, 68]), |url, title, day| {
                format!("<li class=news-item><a href={url} title=\"{title}\">{title}</a> <i class=date>{} 09:30</i></li>", dmy(day))
            }),
            // By hand.
            _ => list(path, &days(&[10, 25, 40]), |url, title, day| {
                format!("<tr><td><font color=navy><a href={url}>{title}</a></font></td><td align=right>{}</td></tr>", dmy(day))
            })
            .split_inclusive("</tr>")
            .fold(String::from("<table width=100%>"), |table, row| table + row)
                + "</table>",
        })
    };
    let mut all = vec![(
        "/".to_owned(),
        page(
            now,
            "Trang chủ",
            "vi",
            &format!("<h2>Giới thiệu chung</h2>{PROSE}"),
        ),
    )];
    for (path, label) in SECTIONS {
        if let Some(content) = content(path) {
            let content = format!("<h1>{label}</h1>{content}");
            all.push((format!("/{path}/"), page(now, label, "vi", &content)));
        }
    }
    all.extend(english(now));
    all
}

fn english(now: UnixTime) -> Vec<(String, String)> {
    let officials: String = [("Chairman", "001"), ("Vice Chairwoman", "002"), ("Chief of Office", "003")]
        .iter()
        .zip(["Nguyen Van A", "Tran Thi B", "Le Van C"])
        .map(|((title, number), name)| {
            format!(
                "<tr><td>{name}</td><td>{title}</td><td>People's Committee</td><td>0299 3999 {number}</td><td>office{number}@mau.example</td></tr>"
            )
        })
        .collect();
    let home = "<p>The People's Committee of the province welcomes visitors to its portal, where news about the work of the \
        province, its public services and its investment opportunities are published for the people and for foreign partners.</p>\
        <ul><li><a href=/en/organization/>Organization structure, functions and duties</a></li>\
        <li><a href=/en/contacts/>Contacts of officials</a></li></ul>";
    let organisation = "<h1>Organization structure, functions and duties</h1><p>The People's Committee of the province is the executive body \
        of the People's Council. It manages the state administration in the province, carries out the decisions of the higher \
        authorities, prepares the budget, and reports to the People's Council on its work every six months and every year.</p>";
    let contacts = format!(
        "<h1>Contacts of officials</h1><p>People and foreign partners may contact the officials of the province during office hours by \
         telephone or by electronic mail at the following addresses of the committee.</p><table><tr><th>Full name</th><th>Position</th>\
         <th>Unit</th><th>Phone</th><th>Email</th></tr>{officials}</table>"
    );
    [
        ("/en/", "Home", home),
        ("/en/organization/", "Organization structure", organisation),
        ("/en/contacts/", "Contacts of officials", contacts.as_str()),
    ]
    .into_iter()
    .map(|(path, title, content)| (path.to_owned(), page(now, title, "en", content)))
    .collect()
}
