//! Section pages in the styles of several systems, with the traps of real ones; all of them fictional.

use ems_contract::time::UnixTime;
use url::Url;

use super::*;
use crate::page::sections;

fn lexicon() -> &'static Lexicon {
    static LEXICON: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(|| {
        Lexicon::from_yaml(include_str!("../../../../regulations/sections.yaml")).unwrap()
    });
    &LEXICON
}

/// Reads a page as fetched on Friday 6 November 2026 at 08:15.
fn read(url: &str, wanted: &str, page: &str) -> SectionFacts {
    let fetched = UnixTime::from_secs(1_793_927_700);
    let document = Document::new(page, &Url::parse(url).unwrap(), fetched);
    let regions = Regions::new(&document.dom);
    let lexicon = lexicon();
    let menu = sections::menu(&document, &regions, lexicon);
    let wanted = (!wanted.is_empty()).then_some(wanted);
    section(&document, &regions, lexicon, &menu, wanted)
}

fn newest(facts: &SectionFacts) -> Option<String> {
    facts.newest_item_date.map(|d| d.to_string())
}

const MENU: &str = r#"<div class="clock">Hôm nay: Thứ Sáu, 06/11/2026</div><ul class="menu"><li><a href="/">Trang chủ</a><li><a href="/gioi-thieu">Giới thiệu</a>
<li><a href="/tin-tuc">Tin tức</a><li><a href="/van-ban">Văn bản</a><li><a href="/hoi-dap">Hỏi đáp</a><li><a href="/lich-cong-tac">Lịch công tác</a></ul>"#;
const FOOT: &str = r#"<div class="thoi-tiet">Thời tiết 06/11/2026</div><div id="footer">Giấy phép số 12/GP-TTĐT cấp ngày 05/11/2026. © 2026</div>"#;

const TITLES: [&str; 4] = [
    "Khánh thành nhà văn hóa thôn Đông Hải sau một năm xây dựng",
    "Hội nghị triển khai nhiệm vụ phát triển kinh tế biển năm 2026",
    "Ra quân làm vệ sinh môi trường các tuyến đường liên xã",
    "Trao tặng học bổng cho học sinh vượt khó học giỏi toàn tỉnh",
];

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=vi><head><title>{title}</title></head><body>{MENU}<div class=noi-dung>{body}</div>{FOOT}</body></html>"
    )
}

fn each(item: impl Fn(usize, &str) -> String) -> String {
    TITLES.iter().enumerate().map(|(n, t)| item(n, t)).collect()
}

#[test]
fn lists_of_several_systems_are_read() {
    let days = ["28/10/2026", "20/10/2026", "12/10/2026", "01/10/2026"];
    let systems: Vec<(&str, String)> = vec![
        (
            "wordpress",
            each(|n, t| {
                format!(
                    r#"<article id="post-{n}" class="post type-post"><header class="entry-header"><h2 class="entry-title"><a href="/tin-tuc/{n}/" rel="bookmark">{t}</a></h2><div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="{d}T08:00:00+07:00">{v}</time></span></div></header><div class="entry-summary"><p>Sáng ngày 02/11/2026, đoàn công tác đã đến thăm và làm việc với địa phương về các nội dung liên quan.</p></div></article>"#,
                    d = iso(days[n]),
                    v = days[n]
                )
            }),
        ),
        (
            "liferay",
            format!(
                r#"<div class="portlet-body"><div class="asset-publisher">{}</div></div>"#,
                each(|n, t| format!(
                    r#"<div class="asset-abstract"><h3 class="asset-title"><a href="/web/guest/-/tin-{n}"><img alt="" src="icon.png"/>{t}</a></h3><div class="asset-content"><div class="asset-summary">Tóm tắt của bài viết số {n}. <a href="/web/guest/-/tin-{n}">Xem thêm <span class="hide-accessible">Giới thiệu về {t}</span> »</a></div></div><div class="asset-metadata"><span class="metadata-entry metadata-publish-date">{}</span></div></div>"#,
                    days[n]
                ))
            ),
        ),
        (
            "sharepoint",
            format!(
                r#"<div class="ms-webpart-zone"><table class="ms-listviewtable"><tr><td>{}</td></tr></table></div>"#,
                each(|n, t| format!(
                    r#"<div class="dfwp-item"><div class="link-item"><a href="/Pages/chi-tiet.aspx?ItemID={n}" title="{t}" target="_self">{t}</a></div><div class="description"><span class="ngaydang">({} 8:05:00 SA)</span></div></div>"#,
                    days[n]
                ))
            ),
        ),
        (
            "dnn",
            format!(
                r#"<table id="dnn_ctr453_ListArticle" cellpadding=2>{}</table>"#,
                each(|n, t| format!(
                    r#"<tr><td valign=top><img src=x{n}.jpg></td><td><a class="Head" href="/Default.aspx?tabid=100&ndid={n}">{t}</a><br><span class="Normal">{}</span><br>Nội dung tóm tắt</td></tr>"#,
                    days[n]
                ))
            ),
        ),
        (
            "vnpt",
            format!(
                r#"<div class="row list-news">{}</div>"#,
                each(|n, t| format!(
                    r#"<div class="col-md-12 item-news"><div class="row"><div class="col-sm-4"><a href="/portal/chi-tiet/{n}"><img src=a.jpg alt="{t}"></a></div><div class="col-sm-8"><a class="title-news" href="/portal/chi-tiet/{n}">{t}</a><p class="date-news"><i class="fa fa-calendar"></i> {} | <i class="fa fa-eye"></i> 15{n} lượt xem</p></div></div></div>"#,
                    days[n]
                ))
            ),
        ),
        (
            "drupal",
            each(|n, t| {
                format!(
                    r#"<div class="views-row"><div class="views-field-title"><span class="field-content"><a href="/node/{n}">{t}</a></span></div><div class="views-field-created"><span class="views-label">Ngày đăng: </span><span class="field-content">{}</span></div></div>"#,
                    days[n]
                )
            }),
        ),
        (
            "joomla",
            format!(
                r#"<table class="category"><thead><tr><th>Tiêu đề</th><th>Ngày đăng</th><th>Tác giả</th></tr></thead><tbody>{}</tbody></table>"#,
                each(|n, t| format!(
                    r#"<tr class="cat-list-row{n}"><td class="list-title"><a href="/tin/{n}">{t}</a></td><td class="list-date small">{}</td><td>Ban Biên tập</td></tr>"#,
                    days[n]
                ))
            ),
        ),
        (
            "aspnet",
            format!(
                r#"<table width=100%>{}</table>"#,
                each(|n, t| format!(
                    r#"<tr><td class=tin><font color=blue><b><a href="chitiet.aspx?id={n}">{t}</a></b></font> <font size=1>({})</font></td></tr><tr><td height=1 bgcolor=gray></td></tr>"#,
                    days[n]
                ))
            ),
        ),
        (
            "plain list",
            format!(
                "<ul class=ds>{}</ul>",
                each(|n, t| format!("<li>{} - <a href=/tin/{n}.html>{t}</a>", days[n]))
            ),
        ),
        (
            "words",
            each(|n, t| {
                let p: Vec<&str> = days[n].split('/').collect();
                format!(
                    "<div class=bai><h4><a href=/tin/{n}>{t}</a></h4><p>Thứ Tư, ngày {} tháng {} năm {}</p></div>",
                    p[0], p[1], p[2]
                )
            }),
        ),
        (
            "boxed",
            each(|n, t| {
                let p: Vec<&str> = days[n].split('/').collect();
                format!(
                    "<div class=tin><div class=lich-nho><span class=ng>{}</span><span class=th>{}/{}</span></div><a href=/tin/{n}>{t}</a></div>",
                    p[0], p[1], p[2]
                )
            }),
        ),
        (
            "in the title",
            format!(
                "<ul>{}</ul>",
                each(|n, t| format!("<li><a href=/tin/{n}>{t} ({})</a></li>", days[n]))
            ),
        ),
        (
            "featured first",
            format!(
                "<div class=noi-bat><a href=/tin/0><h3>{}</h3></a><span>{}</span></div><ul>{}</ul>",
                TITLES[0],
                days[0],
                TITLES[1..]
                    .iter()
                    .enumerate()
                    .map(|(n, t)| format!(
                        "<li><a href=/tin/1{n}>{t}</a><span class=ngay>{}</span></li>",
                        days[n + 1]
                    ))
                    .collect::<String>()
            ),
        ),
    ];
    for (system, list) in systems {
        let facts = read(
            "https://xa.example/tin-tuc",
            "tin-tuc",
            &page(
                "Tin tức",
                &format!("<h2 class=title>Tin tức - Sự kiện</h2>{list}"),
            ),
        );
        assert_eq!(
            newest(&facts).as_deref(),
            Some("2026-10-28"),
            "{system}: {facts:#?}"
        );
        assert_eq!(facts.items.len(), 4, "{system}");
        assert_eq!(
            facts.items[0].title.trim_end_matches(" (28/10/2026)"),
            TITLES[0],
            "{system}"
        );
    }
}

fn iso(day: &str) -> String {
    let p: Vec<&str> = day.split('/').collect();
    format!("{}-{}-{}", p[2], p[1], p[0])
}

#[test]
fn pinned_and_unsorted_lists_give_the_newest_and_typing_errors_none() {
    let days = ["01/02/2020", "15/10/2026", "03/09/2026", "20/10/2062"];
    let list = each(|n, t| format!("<div class=item><a href=/t/{n}>{t}</a><i>{}</i></div>", days[n]));
    let facts = read(
        "https://xa.example/tin-tuc",
        "tin-tuc",
        &page("Tin tức", &format!("<h1>Tin tức</h1>{list}")),
    );
    assert_eq!(newest(&facts).as_deref(), Some("2026-10-15"));
    assert_eq!(facts.future_items, 1);
}

#[test]
fn side_boxes_and_other_sections_do_not_make_a_section_fresh() {
    let old = each(|n, t| {
        format!(
            "<div class=item><h3><a href=/t/{n}>{t}</a></h3><p class=date>0{}/03/2025</p></div>",
            n + 1
        )
    });
    let fresh = each(|n, t| {
        format!(
            "<li><a href=/moi/{n}>{t} mới</a> <i>(0{}/11/2026)</i></li>",
            n + 1
        )
    });
    for side in [
        format!("<div class=sidebar><h3>Tin mới nhận</h3><ul>{fresh}</ul></div>"),
        format!("<div class=box><div class=box-title>Văn bản mới</div><ul>{fresh}</ul></div>"),
        format!("<aside><h3>Tin tức</h3><ul>{fresh}</ul></aside>"),
        format!("<div id=phai><div class=tieude>Thông báo</div><ul>{fresh}</ul></div>"),
    ] {
        let body = format!("<div class=main><h2>Tin tức</h2>{old}</div>{side}");
        let facts = read("https://xa.example/tin-tuc", "tin-tuc", &page("Tin tức", &body));
        assert_eq!(newest(&facts).as_deref(), Some("2025-03-04"), "{side}");
        let body = format!("{side}<div class=main><h2>Tin tức</h2>{old}</div>");
        let facts = read("https://xa.example/tin-tuc", "tin-tuc", &page("Tin tức", &body));
        assert_eq!(newest(&facts).as_deref(), Some("2025-03-04"), "before: {side}");
        let body = format!("<div class=main><h2>Tin tức</h2><p>Đang cập nhật...</p></div>{side}");
        let facts = read("https://xa.example/tin-tuc", "tin-tuc", &page("Tin tức", &body));
        assert_eq!(facts.state, State::Empty, "{side}");
    }
}

#[test]
fn a_block_of_the_home_page_is_read_by_its_heading() {
    let block = |name: &str, link: &str, month: u32| {
        let list = each(|n, t| {
            format!("<li><a href=/{link}/{n}>{t} {link}</a><span>1{n}/{month:02}/2026</span></li>")
        });
        format!(
            "<div class=block><div class=block-title><a href=/{link}>{name}</a></div><ul>{list}</ul></div>"
        )
    };
    let body = format!(
        "{}{}{}",
        block("Tin tức – Sự kiện", "tin-tuc", 10),
        block("VĂN BẢN MỚI", "van-ban", 7),
        block("Phổ biến, giáo dục pháp luật", "pl", 9)
    );
    let home = page("Trang chủ - Cổng thông tin điện tử xã", &body);
    for (id, day) in [
        ("tin-tuc", "2026-10-13"),
        ("van-ban", "2026-07-13"),
        ("pho-bien-phap-luat", "2026-09-13"),
    ] {
        let facts = read("https://xa.example/", id, &home);
        assert_eq!(
            newest(&facts).as_deref(),
            Some(day),
            "{id}: {:?} {:?} {:?}",
            facts.state,
            facts.because,
            facts.heading
        );
    }
    let elsewhere = read("https://xa.example/", "hoi-dap", &home);
    assert_eq!(
        (elsewhere.state, elsewhere.because),
        (State::Undated, Some(Because::Elsewhere))
    );
    assert_eq!(
        read("https://xa.example/", "de-tai-khoa-hoc", &home).state,
        State::Missing
    );
}

#[test]
fn document_lists_with_dates_of_issue_only_say_so() {
    let rows = |head: &str| {
        let rows: String = (0..4)
            .map(|n| format!("<tr><td>{}</td><td>6{n}/QĐ-UBND</td><td>0{}/11/2026</td><td><a href=/vb/{n}>Về việc phê duyệt kế hoạch sử dụng đất năm thứ {n} của xã</a></td></tr>", n + 1, n + 1))
            .collect();
        format!("<h2>Văn bản</h2><table>{head}{rows}</table>")
    };
    for head in [
        "<tr><th>STT</th><th>Số ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th></tr>",
        "<tr><td>STT</td><td>Số ký hiệu</td><td>Ngày ký</td><td>Trích yếu</td></tr>",
        "",
    ] {
        let facts = read(
            "https://xa.example/van-ban",
            "van-ban",
            &page("Văn bản", &rows(head)),
        );
        assert_eq!(
            (facts.state, facts.because),
            (State::Undated, Some(Because::OnlyIssueDates)),
            "{head}"
        );
        assert_eq!(
            facts.newest_issue_date.unwrap().to_string(),
            "2026-11-04",
            "{head}"
        );
        assert_eq!(facts.items[0].symbol.as_deref(), Some("60/QĐ-UBND"));
        assert_eq!(facts.items[0].kind, Some(DocumentKind::HanhChinh));
    }
    let posted = rows("<tr><th>STT</th><th>Số ký hiệu</th><th>Ngày đăng</th><th>Trích yếu</th></tr>");
    let facts = read("https://xa.example/van-ban", "van-ban", &page("Văn bản", &posted));
    assert_eq!(newest(&facts).as_deref(), Some("2026-11-04"));
}

#[test]
fn dates_of_laws_deadlines_and_events_are_no_postings() {
    let titles = [
        "Triển khai Nghị định số 15/2026/NĐ-CP ngày 04/11/2026 về quản lý tài nguyên nước",
        "Giới thiệu Luật Thủ đô có hiệu lực từ ngày 01/11/2026 với nhiều điểm mới",
        "Thông báo tuyển dụng viên chức, hạn nộp hồ sơ đến hết ngày 05/11/2026",
        "Kế hoạch tổ chức hội thi từ ngày 01/11/2026 đến ngày 03/11/2026",
    ];
    let list: String = titles.iter().enumerate().map(|(n, t)| format!("<div class=bai><a href=/t/{n}>{t}</a><p>Thời hạn góp ý: đến ngày 05/11/2026. Mọi ý kiến gửi về Văn phòng.</p></div>")).collect();
    let facts = read(
        "https://xa.example/tin-tuc",
        "tin-tuc",
        &page("Tin tức", &format!("<h1>Tin tức</h1>{list}")),
    );
    assert_eq!(facts.state, State::Undated, "{facts:#?}");
    let dated: String = titles
        .iter()
        .enumerate()
        .map(|(n, t)| {
            format!(
                "<div class=bai><a href=/t/{n}>{t}</a><p class=ngay>0{}/08/2026</p></div>",
                n + 1
            )
        })
        .collect();
    let facts = read(
        "https://xa.example/tin-tuc",
        "tin-tuc",
        &page("Tin tức", &format!("<h1>Tin tức</h1>{dated}")),
    );
    assert_eq!(newest(&facts).as_deref(), Some("2026-08-04"));
    assert_eq!(
        facts.items[3].week.map(|w| w.1.to_string()).as_deref(),
        Some("2026-11-03")
    );
}

#[test]
fn the_newest_answer_counts_and_not_the_newest_question() {
    let list: String = (1..5)
        .map(|n| format!("<div class=qa><a href=/hd/{n}>Xin hỏi thủ tục cấp lại giấy chứng nhận quyền sử dụng đất {n}</a><div>Người gửi: Trần Văn {n} - Ngày hỏi: 0{n}/11/2026</div><div>Ngày trả lời: 0{n}/10/2026</div></div>"))
        .collect();
    let facts = read(
        "https://xa.example/hoi-dap",
        "hoi-dap",
        &page("Hỏi đáp", &format!("<h2>Hỏi đáp</h2>{list}")),
    );
    assert_eq!(newest(&facts).as_deref(), Some("2026-10-04"));
    assert_eq!(facts.items[0].asked_at.unwrap().to_string(), "2026-11-01");
    let open: String = (1..5)
        .map(|n| format!("<div class=qa><a href=/hd/{n}>Xin hỏi thủ tục cấp lại giấy chứng nhận quyền sử dụng đất {n}</a><div>Ngày hỏi: 0{n}/11/2026</div></div>"))
        .collect();
    let facts = read(
        "https://xa.example/hoi-dap",
        "hoi-dap",
        &page("Hỏi đáp", &format!("<h2>Hỏi đáp</h2>{open}")),
    );
    assert_eq!(
        (facts.state, facts.because),
        (State::Undated, Some(Because::OnlyQuestionDates))
    );
}

#[test]
fn a_schedule_is_dated_by_its_posting_and_keeps_its_week() {
    let list: String = (0..3)
        .map(|n| format!("<li><a href=/l/{n}>Lịch công tác tuần của Thường trực UBND (từ ngày {0}/11/2026 đến ngày {1}/11/2026)</a> <span>Ngày đăng: 0{2}/09/2026</span></li>", 9 + 7 * n, 13 + 7 * n, n + 1))
        .collect();
    let facts = read(
        "https://xa.example/lich-cong-tac",
        "lich-cong-tac",
        &page("Lịch công tác", &format!("<h2>Lịch công tác</h2><ul>{list}</ul>")),
    );
    assert_eq!(newest(&facts).as_deref(), Some("2026-09-03"));
    assert_eq!(facts.items[0].week.unwrap().0.to_string(), "2026-11-09");
    // A table of the days of a week has no posting at all.
    let table: String = (2..7).map(|n| format!("<tr><td>Thứ {n}</td><td>0{n}/11/2026</td><td>Chủ tịch họp giao ban với các phòng chuyên môn tại hội trường</td></tr>")).collect();
    let facts = read(
        "https://xa.example/lich-cong-tac",
        "lich-cong-tac",
        &page(
            "Lịch công tác",
            &format!(
                "<h2>Lịch công tác</h2><p>Từ ngày 02/11/2026 đến ngày 08/11/2026</p><table><tr><th>Thứ</th><th>Ngày</th><th>Nội dung</th></tr>{table}</table>"
            ),
        ),
    );
    assert_eq!(facts.state, State::Undated, "{facts:#?}");
}

#[test]
fn orders_relative_times_and_missing_years() {
    let list = |days: [&str; 4]| {
        let list = each(|n, t| {
            format!(
                "<div class=item><a href=/t/{n}>{t}</a><span class=ngay>{}</span></div>",
                days[n]
            )
        });
        read(
            "https://xa.example/tin-tuc",
            "tin-tuc",
            &page("Tin tức", &format!("<h1>Tin tức</h1>{list}")),
        )
    };
    assert_eq!(
        newest(&list([
            "11/5/2026 3:05 PM",
            "10/28/2026 9:00 AM",
            "10/2/2026 9:00 AM",
            "9/30/2026 8:00 AM"
        ]))
        .as_deref(),
        Some("2026-11-05")
    );
    assert_eq!(
        newest(&list(["3 giờ trước", "Hôm qua", "4 ngày trước", "28/10/2026"])).as_deref(),
        Some("2026-11-06")
    );
    assert_eq!(
        newest(&list(["30/12", "28/12", "25/12", "20/12"])).as_deref(),
        Some("2025-12-30")
    );
    let unreadable = list([
        "4/5/2026 10:53 AM",
        "3/4/2026 9:55 AM",
        "2/3/2026 9:55 AM",
        "1/2/2026 9:55 AM",
    ]);
    assert_eq!(
        (unreadable.state, unreadable.because),
        (State::Undated, Some(Because::AmbiguousOrder))
    );
    let impossible = list(["16/72/2020", "31/02/2026", "45/10/2026", "00/00/0000"]);
    assert_eq!(
        (impossible.state, impossible.because),
        (State::Undated, Some(Because::NoDates))
    );
    let short = list(["05/11/26", "04/11/26", "03/11/26", "02/11/26"]);
    assert_eq!(short.state, State::Undated);
}

#[test]
fn an_accidental_date_in_a_list_dates_no_item() {
    let items: String = (0..6)
        .map(|n| {
            let day = if n == 2 { "<p>05/11/2026</p>" } else { "" };
            format!("<li><a href=/tin-tuc/{n}>Tin thứ {n} của xã về công tác chuyển đổi số</a>{day}</li>")
        })
        .collect();
    let facts = read(
        "https://xa.example/tin-tuc",
        "tin-tuc",
        &page("Tin tức", &format!("<h1>Tin tức</h1><ul>{items}</ul>")),
    );
    assert_eq!(
        (facts.state, facts.because),
        (State::Undated, Some(Because::FewDates))
    );
    assert!(facts.items.len() == 6 && facts.items.iter().all(|item| item.shown.is_none()));
}

#[test]
fn a_list_in_which_all_changed_today_says_so_and_dates_no_item() {
    let list = |days: [&str; 4]| {
        let items = each(|n, t| {
            format!(
                "<li><a href=/tin-tuc/{n}>{t}</a> <i>Cập nhật: {}</i></li>",
                days[n]
            )
        });
        let facts = read(
            "https://xa.example/tin-tuc",
            "tin-tuc",
            &page("Tin tức", &format!("<h1>Tin tức</h1><ul>{items}</ul>")),
        );
        let dated = facts.items.iter().filter(|item| item.shown.is_some()).count();
        (facts.state, facts.because, dated, facts.to_follow(2).len())
    };
    let today = "06/11/2026";
    assert_eq!(list([today; 4]), (State::Undated, Some(Because::OnlyToday), 0, 2));
    // One that did not: the others were really changed.
    assert_eq!(
        list([today, today, today, "05/11/2026"]),
        (State::Listed, None, 4, 0)
    );
}

#[test]
fn empty_sections_say_so_in_many_words() {
    for text in [
        "Đang cập nhật",
        "Nội dung đang được cập nhật...",
        "Không tìm thấy kết quả nào!",
        "Chưa có bài viết nào.",
        "Không có dữ liệu",
        "Tổng số: 0 bản ghi",
    ] {
        let facts = read(
            "https://xa.example/van-ban",
            "van-ban",
            &page("Văn bản", &format!("<h2>Văn bản</h2><p>{text}</p>")),
        );
        assert_eq!(facts.state, State::Empty, "{text}");
    }
}

#[test]
fn structured_data_dates_a_list_without_visible_dates() {
    let list = each(|n, t| format!("<div class=item><a href=/t/{n}>{t}</a></div>"));
    let data: Vec<String> = TITLES
        .iter()
        .enumerate()
        .map(|(n, t)| format!(r#"{{"@type":"ListItem","item":{{"@type":"NewsArticle","headline":"{t}","datePublished":"2026-08-1{n}T20:00:00Z","dateModified":"2026-11-06T01:00:00Z"}}}}"#))
        .collect();
    let body = format!(
        r#"<script type="application/ld+json">{{"@type":"ItemList","itemListElement":[{}]}}</script><h1>Tin tức</h1>{list}"#,
        data.join(",")
    );
    let facts = read("https://xa.example/tin-tuc", "tin-tuc", &page("Tin tức", &body));
    assert_eq!(newest(&facts).as_deref(), Some("2026-08-14"));
    assert_eq!(facts.evidence.unwrap().role, Role::Structured);
}

#[test]
fn evidence_names_the_place_and_the_rule() {
    let list = each(|n, t| {
        format!("<div class=item><a href=/t/{n}>{t}</a><span class=ngay>Ngày đăng: 1{n}/10/2026</span></div>")
    });
    let facts = read(
        "https://xa.example/tin-tuc",
        "tin-tuc",
        &page("Tin tức", &format!("<h1>Tin tức</h1>{list}")),
    );
    let evidence = facts.evidence.unwrap();
    assert_eq!(evidence.text, "Ngày đăng: 13/10/2026");
    assert!(evidence.selector.ends_with("span.ngay"), "{}", evidence.selector);
    assert_eq!((evidence.role, evidence.form), (Role::Posted, Form::Numeric));
}

#[test]
fn symbols_of_documents() {
    for (text, wanted) in [
        ("Quyết định số 643/QĐ-UBND về", Some("643/QĐ-UBND")),
        ("12/2026/NQ-HĐND ngày", Some("12/2026/NQ-HĐND")),
        ("Thông tư 88/2026/TT-BTTTT.", Some("88/2026/TT-BTTTT")),
        ("Luật Đất đai số 31/2024/QH15 ngày", Some("31/2024/QH15")),
        ("Phiên họp 12/QH", None),
        ("05/11/2026", None),
        ("24/7", None),
        ("Trang 1/8", None),
    ] {
        assert_eq!(detail::symbol(text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn hostile_pages_end_in_time_and_bounds() {
    for page in [
        "<a href=/x>bốn chữ trong tiêu đề 05/11/2026</a>".repeat(20_000),
        "<table><tr><td>".repeat(20_000),
        "<li>05/11/2026 ".repeat(30_000),
        "<h2>Tin tức</h2>".repeat(20_000),
    ] {
        let facts = read("https://xa.example/tin-tuc", "tin-tuc", &page);
        assert!(facts.items.len() <= MAX_ITEMS);
    }
}

proptest::proptest! {
    #[test]
    fn garbage_is_no_panic(page in r#"(<(h2|a href=/x|li|td|tr|div class=date)>|Tin tức|[0-9/ ]{0,12}|Ngày đăng: |</[a-z]{1,3}>|bốn chữ một câu dài){0,40}"#) {
        let facts = read("https://xa.example/tin-tuc", "tin-tuc", &page);
        proptest::prop_assert!(facts.items.len() <= MAX_ITEMS);
    }
}
