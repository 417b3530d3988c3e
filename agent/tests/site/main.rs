//! `ems-agent site` on a portal over loopback: twelve sections, an English side, traps, and links that lead nowhere.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

mod charset;
mod feeds;
mod hostile;
mod portal;
mod published;
mod rendered;

use std::collections::BTreeMap;

use portal::{Answer, Portal, feature, section};
use serde_json::Value;

/// What the portal answers: path → status and body.
type Pages = BTreeMap<String, (u16, String)>;

const SECTIONS: [(&str, &str); 12] = [
    ("gioi-thieu", "Giới thiệu"),
    ("co-cau-to-chuc", "Cơ cấu tổ chức"),
    ("tin-tuc", "Tin tức - Sự kiện"),
    ("chi-dao-dieu-hanh", "Thông tin chỉ đạo, điều hành"),
    ("van-ban", "Hệ thống văn bản"),
    ("gop-y-du-thao", "Góp ý dự thảo"),
    ("hoi-dap", "Hỏi đáp"),
    ("lich-cong-tac", "Lịch công tác"),
    ("pho-bien-phap-luat", "Tuyên truyền, phổ biến pháp luật"),
    ("quy-hoach", "Quy hoạch"),
    ("thong-ke", "Thống kê"),
    ("dich-vu-cong", "Dịch vụ công trực tuyến"),
];

/// A page with the portal's head (with a clock: a trap), menu and foot (with a year: another).
fn page(title: &str, lang: &str, content: &str) -> String {
    let menu: String = SECTIONS
        .iter()
        .map(|(slug, label)| format!("<li><a href=\"/{slug}\">{label}</a></li>"))
        .collect();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=utf-8><title>{title} - Xã Tân Hòa</title></head><body>\
         <header><img src=/logo.png alt=\"Quốc huy\"><b>Cổng thông tin điện tử xã Tân Hòa</b> \
         <span class=clock>Hôm nay: Thứ Sáu, 06/11/2026</span> <a href=/english hreflang=en>English</a>\
         <form action=/tim-kiem method=get><input type=search name=q placeholder=\"Tìm kiếm\"></form></header>\
         <nav><ul class=menu><li><a href=/>Trang chủ</a></li>{menu}<li><a href=/so-do-cong>Sơ đồ cổng</a></li></ul></nav>\
         <main>{content}</main>\
         <footer>© 2026 Bản quyền thuộc về UBND xã Tân Hòa. Chịu trách nhiệm: Chủ tịch UBND xã. Địa chỉ: ấp Trung, xã Tân Hòa. \
         Điện thoại: 0296 3999 000. Email: <a href=mailto:xa@xa.example>xa@xa.example</a></footer></body></html>"
    )
}

fn list(slug: &str, label: &str, dates: &[&str]) -> String {
    let items: String = dates
        .iter()
        .enumerate()
        .map(|(n, date)| {
            let shown = if date.is_empty() {
                String::new()
            } else {
                format!("<span class=date>{date}</span>")
            };
            format!(
                "<div class=item><h3><a href=/{slug}/bai-{n}.html>Xã Tân Hòa triển khai nhiệm vụ thứ {n} của chuyên mục</a></h3>{shown}</div>"
            )
        })
        .collect();
    page(
        label,
        "vi",
        &format!("<h1>{label}</h1><div class=list>{items}</div>"),
    )
}

fn article(n: usize, date: &str) -> String {
    page(
        "Bài viết",
        "vi",
        &format!(
            "<article><h1>Xã Tân Hòa triển khai nhiệm vụ thứ {n} của chuyên mục</h1><p class=meta>Ngày đăng: {date}</p>\
             <p>Sáng nay, Ủy ban nhân dân xã tổ chức hội nghị triển khai nhiệm vụ trọng tâm của quý, có sự tham dự của lãnh đạo các \
             ban, ngành, đoàn thể và đại diện nhân dân các ấp trên địa bàn toàn xã.</p><a href=javascript:window.print()>In trang</a></article>"
        ),
    )
}

const ENGLISH: &str = "<p>The People's Committee of Tan Hoa commune welcomes visitors to its portal, where news about the work of the \
    commune, its public services and its investment opportunities are published for the people and for foreign partners.</p>\
    <ul><li><a href=/english/organization>Organization structure, functions and duties</a></li><li><a href=/english/contacts>Contacts of officials</a></li></ul>";

fn pages() -> Pages {
    let mut pages = Pages::new();
    let mut put = |path: &str, body: String| {
        pages.insert(path.to_owned(), (200, body));
    };
    put(
        "/",
        page(
            "Trang chủ",
            "vi",
            "<h2>Giới thiệu chung về xã</h2><p>Xã Tân Hòa nằm ở phía đông của tỉnh, có diện tích tự nhiên hơn ba nghìn héc ta và hơn mười \
             nghìn dân, đời sống nhân dân ngày càng được nâng cao về vật chất và tinh thần.</p><a href=/hong>Liên kết hỏng</a> \
             <a href=/rieng/noi-bo>Nội bộ</a> <a href=/en/vi/en/vi/tin>Lặp</a>",
        ),
    );
    put(
        "/robots.txt",
        "User-agent: *\nDisallow: /rieng/\nDisallow: /quy-hoach\n".to_owned(),
    );
    let text = "<p>Xã Tân Hòa được thành lập từ lâu đời, trải qua nhiều giai đoạn phát triển, nhân dân trong xã luôn đoàn kết, cần cù \
         lao động, xây dựng quê hương ngày càng giàu đẹp, văn minh, góp phần vào sự phát triển chung của tỉnh và của cả nước trong \
         thời kỳ đổi mới và hội nhập.</p>";
    put(
        "/gioi-thieu",
        page("Giới thiệu", "vi", &format!("<h1>Giới thiệu</h1>{text}")),
    );
    put(
        "/co-cau-to-chuc",
        page("Cơ cấu tổ chức", "vi", &format!("<h1>Cơ cấu tổ chức</h1>{text}")),
    );
    put(
        "/tin-tuc",
        list(
            "tin-tuc",
            "Tin tức - Sự kiện",
            &["01/11/2026", "05/11/2026", "28/10/2026"],
        ),
    );
    put(
        "/chi-dao-dieu-hanh",
        list(
            "chi-dao-dieu-hanh",
            "Thông tin chỉ đạo, điều hành",
            &["02/03/2026", "01/03/2026", "20/02/2026"],
        ),
    );
    let documents: String = [("15/QĐ-UBND", "04/11/2026"), ("14/QĐ-UBND", "28/10/2026"), ("13/QĐ-UBND", "20/10/2026")]
        .iter()
        .map(|(symbol, issued)| {
            format!("<tr><td>{symbol}</td><td><a href=/van-ban/{}.html>Quyết định về việc ban hành quy chế làm việc của xã</a></td><td>{issued}</td></tr>", &symbol[..2])
        })
        .collect();
    put(
        "/van-ban",
        page(
            "Hệ thống văn bản",
            "vi",
            &format!(
                "<h1>Hệ thống văn bản</h1><table><tr><th>Số ký hiệu</th><th>Trích yếu</th><th>Ngày ban hành</th></tr>{documents}</table>"
            ),
        ),
    );
    put(
        "/gop-y-du-thao",
        page(
            "Góp ý dự thảo",
            "vi",
            "<h1>Góp ý dự thảo</h1><p>Đang cập nhật</p>",
        ),
    );
    let questions = "<h1>Hỏi đáp</h1><div class=qa><h3><a href=/hoi-dap/1>Thủ tục đăng ký khai sinh cho trẻ em như thế nào?</a></h3>\
        <p>Ngày hỏi: 01/10/2026</p><p>Ngày trả lời: 15/10/2026</p></div><div class=qa><h3><a href=/hoi-dap/2>Thời gian cấp giấy phép xây \
        dựng nhà ở là bao lâu?</a></h3><p>Ngày hỏi: 03/11/2026</p></div><div class=qa><h3><a href=/hoi-dap/3>Mức phí chứng thực bản sao \
        hiện nay là bao nhiêu?</a></h3><p>Ngày hỏi: 05/09/2026</p><p>Ngày trả lời: 12/09/2026</p></div>";
    put("/hoi-dap", page("Hỏi đáp", "vi", questions));
    put(
        "/lich-cong-tac",
        list(
            "lich-cong-tac",
            "Lịch công tác",
            &["02/11/2026", "26/10/2026", "19/10/2026"],
        ),
    );
    // A list without dates: its items are followed.
    put(
        "/pho-bien-phap-luat",
        list(
            "pho-bien-phap-luat",
            "Tuyên truyền, phổ biến pháp luật",
            &["", "", ""],
        ),
    );
    put("/pho-bien-phap-luat/bai-0.html", article(0, "30/10/2026"));
    put(
        "/thong-ke",
        page("Trang chủ", "vi", "<p>404 - Không tìm thấy trang</p>"),
    );
    put(
        "/dich-vu-cong",
        page(
            "Dịch vụ công trực tuyến",
            "vi",
            &format!("<h1>Dịch vụ công trực tuyến</h1>{text}"),
        ),
    );
    put("/tin-tuc/bai-0.html", article(0, "01/11/2026"));
    put("/english", page("English", "en", ENGLISH));
    put(
        "/english/organization",
        page(
            "Organization structure",
            "en",
            "<div class=top>Hôm nay, 06/11/2026</div><h1>Organization structure, functions and duties</h1><p>The People's Committee of the commune is the executive body of the \
             People's Council. It manages the state administration in the commune, carries out the decisions of the higher authorities, \
             prepares the budget, and reports to the People's Council on its work every six months and every year.</p>\
             <p>The commune was merged on 4 November 2026. The committee consists of a chairman, two vice chairmen and the heads of the specialised units of the commune.</p>",
        ),
    );
    put(
        "/english/contacts",
        page(
            "Contacts of officials",
            "en",
            "<h1>Contacts of officials</h1><div>Friday, 06/11/2026 08:15:22</div><p>People and foreign partners may contact the officials of the commune during office hours by \
             telephone or by electronic mail at the following addresses of the committee.</p><table><tr><th>Full name</th><th>Position</th>\
             <th>Unit</th><th>Phone</th><th>Email</th></tr><tr><td>Nguyễn Văn An</td><td>Chairman</td><td>People's Committee</td>\
             <td>0296 3999 001</td><td>an[at]xa.example</td></tr><tr><td>Trần Thị Bình</td><td>Vice Chairwoman</td><td>People's Committee</td>\
             <td>0296 3999 002</td><td>binh[at]xa.example</td></tr></table>",
        ),
    );
    pages
}

const NOW: &str = "2026-11-06T08:15:00+07:00";

fn start(pages: Pages) -> Portal {
    let missing = page("Không tìm thấy", "vi", "<h1>404</h1><p>Không tìm thấy trang</p>");
    Portal::start(move |asked| match pages.get(asked.path) {
        Some((status, body)) => Answer::of(asked.path, *status, body.clone()),
        None => Answer::of(asked.path, 404, missing.clone()),
    })
}

#[test]
fn a_portal_is_read_rightly() {
    let portal = start(pages());
    let answer = portal.visited(&["--now", NOW, "--max-links", "0", "--crawl", "0"]);
    assert_eq!((&answer["schema"], &answer["reached"]), (&1.into(), &true.into()));
    for (id, state, newest) in [
        ("tin-tuc", "listed", Value::from("2026-11-05")),
        ("chi-dao-dieu-hanh", "listed", Value::from("2026-03-02")),
        ("van-ban", "undated", Value::Null),
        ("gop-y-du-thao", "empty", Value::Null),
        ("hoi-dap", "listed", Value::from("2026-10-15")),
        ("pho-bien-phap-luat", "listed", Value::from("2026-10-30")),
        ("gioi-thieu", "undated", Value::Null),
        ("cong-bao", "missing", Value::Null),
        ("quy-hoach", "not_read", Value::Null),
        ("thong-ke", "not_read", Value::Null),
    ] {
        let section = section(&answer, id);
        assert_eq!(
            (&section["state"], &section["newest_item_date"]),
            (&state.into(), &newest),
            "{section}"
        );
    }
    assert_eq!(section(&answer, "van-ban")["because"], "only_issue_dates");
    assert_eq!(section(&answer, "van-ban")["newest_issue_date"], "2026-11-04");
    assert_eq!(section(&answer, "quy-hoach")["because"], "robots");
    assert_eq!(section(&answer, "thong-ke")["because"], "unreachable");
    assert_eq!(section(&answer, "tin-tuc")["where"], "main_menu");
    assert_eq!(section(&answer, "gioi-thieu")["filled"], true);
    assert_eq!(
        section(&answer, "pho-bien-phap-luat")["newest"]["rule"],
        "item_page"
    );
    let english = &answer["english"];
    assert_eq!(
        (&english["verdict"], &english["language"]),
        (&"missing_items".into(), &"en".into()),
        "{english}"
    );
    assert_eq!(english["missing"], serde_json::json!(["fax"]), "{english}");
    assert!(english["entry"].as_str().unwrap().ends_with("/english"));
    // Neither a clock nor a day in a sentence is news.
    assert_eq!(english["newest"], Value::Null, "{english}");
    let check = |id: &str| feature(&answer, id);
    assert_eq!(check("search-function")["found"], true);
    assert_eq!(check("sitemap-xml")["found"], false);
    assert_eq!(
        check("layout-footer")["fields"].as_array().unwrap().len(),
        6,
        "{}",
        check("layout-footer")
    );
    let asked = portal.asked();
    assert!(
        !asked.iter().any(|path| path.starts_with("/rieng")
            || path.starts_with("/quy-hoach")
            || path.contains("/vi/en"))
    );
    assert!(
        !asked.iter().any(|path| path == "/lien-he"),
        "nothing is guessed: {asked:?}"
    );
}

#[test]
fn a_dead_link_is_confirmed_a_day_later() {
    let portal = start(pages());
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let state = state.to_str().unwrap();
    let few = [
        "--section",
        "tin-tuc",
        "--max-links",
        "40",
        "--crawl",
        "2",
        "--state",
        state,
    ];
    let dead = |answer: &Value| {
        let dead = answer["links"]["dead"].as_array().cloned().unwrap_or_default();
        let link = dead
            .iter()
            .find(|link| link["url"].as_str().unwrap().ends_with("/hong"))
            .cloned();
        link.unwrap_or_else(|| panic!("{}", answer["links"]))
    };
    let first = portal.visited(&[&few[..], &["--now", NOW]].concat());
    assert_eq!(
        (&dead(&first)["status"], &dead(&first)["confirmed"]),
        (&404.into(), &Value::Null)
    );
    assert!(
        first["links"]["skipped"].as_u64().unwrap() >= 1,
        "robots.txt keeps us out of /rieng/"
    );
    let again = portal.visited(&[&few[..], &["--now", "2026-11-07T08:15:00+07:00"]].concat());
    assert_eq!(dead(&again)["confirmed"], true);
}
