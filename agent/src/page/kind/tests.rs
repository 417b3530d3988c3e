//! Pages of every kind, and portals that only look like one.

use proptest::prelude::*;

use super::*;

fn kind(page: &str) -> PageKind {
    scan(page.as_bytes()).kind
}

/// A home page with a menu, news and a footer.
fn portal(headline: &str) -> String {
    let menu = "<li><a href='/gioi-thieu'>Giới thiệu</a></li>".repeat(20);
    let news = format!(
        "<div><a href='/tin/1'>{headline}</a><p>{}</p></div>",
        "Nội dung tin bài. ".repeat(12)
    )
    .repeat(20);
    format!(
        "<!DOCTYPE html><html lang=vi><head><title>Cổng thông tin điện tử tỉnh An Giang</title></head>\
         <body><ul>{menu}</ul>{news}<footer>Cơ quan chủ quản: UBND tỉnh. Điện thoại: 0296 3852 000</footer></body></html>"
    )
}

fn message(title: &str, text: &str) -> String {
    format!(
        "<html><head><title>{title}</title></head><body><div class=box><h1>{text}</h1></div></body></html>"
    )
}

#[test]
fn messages_are_known_by_their_words() {
    use PageKind as K;
    for (title, text, want) in [
        (
            "Thông báo",
            "Hệ thống đang bảo trì, mời quý vị quay lại sau.",
            K::Maintenance,
        ),
        ("Thông báo", "HỆ THỐNG ĐANG ĐƯỢC NÂNG CẤP", K::Maintenance),
        (
            "Thông báo",
            "H&#7879; th&#7889;ng &#273;ang b&#7843;o tr&igrave;",
            K::Maintenance,
        ),
        ("Bảo trì hệ thống", "Xin cảm ơn", K::Maintenance),
        (
            "",
            "Cổng thông tin tạm ngừng hoạt động để nâng cấp máy chủ",
            K::Maintenance,
        ),
        ("Site maintenance", "We'll be back soon!", K::Maintenance),
        ("Coming Soon", "Our new site is coming soon", K::Maintenance),
        ("Lỗi", "Đã xảy ra lỗi trong quá trình xử lý", K::Error),
        ("", "Lỗi hệ thống. Vui lòng liên hệ quản trị.", K::Error),
        (
            "Không tìm thấy trang",
            "Trang bạn yêu cầu không tồn tại.",
            K::Error,
        ),
        ("404 Not Found", "404 Not Found", K::Error),
        ("Runtime Error", "Server Error in '/' Application.", K::Error),
        (
            "HTTP Status 500 – Internal Server Error",
            "Type Exception Report",
            K::Error,
        ),
        ("", "Fatal error: Uncaught Error in /var/www/index.php", K::Error),
        ("Account Suspended", "This Account has been suspended.", K::Error),
        ("", "Lỗi kết nối cơ sở dữ liệu", K::DatabaseError),
        (
            "Database Error",
            "Error establishing a database connection",
            K::DatabaseError,
        ),
        ("", "SQLSTATE[HY000] [2002] Connection refused", K::DatabaseError),
        (
            "",
            "A network-related or instance-specific error occurred while establishing a connection to SQL Server.",
            K::DatabaseError,
        ),
        ("Welcome to nginx!", "Welcome to nginx!", K::DefaultPage),
        (
            "Apache2 Debian Default Page: It works",
            "It works!",
            K::DefaultPage,
        ),
        ("", "It works!", K::DefaultPage),
        ("IIS Windows Server", "", K::DefaultPage),
        (
            "Apache Tomcat/9.0.65",
            "If you're seeing this, you've successfully installed Tomcat. Congratulations!",
            K::DefaultPage,
        ),
        ("Test Page for the Apache HTTP Server", "", K::DefaultPage),
        (
            "Index of /",
            "Index of / Name Last modified Size Parent Directory",
            K::DirectoryListing,
        ),
        ("angiang.gov.vn - /", "[To Parent Directory]", K::DirectoryListing),
        ("Directory listing for /", "", K::DirectoryListing),
        ("", "This domain is for sale! Buy this domain.", K::Parked),
        ("", "Tên miền này đang được rao bán", K::Parked),
        ("", "Tên miền này đã được đăng ký tại P.A Việt Nam", K::Parked),
        (
            "Just a moment...",
            "Checking your browser before accessing the site.",
            K::Blocked,
        ),
        ("", "Vui lòng xác minh bạn không phải là robot", K::Blocked),
        (
            "Request Rejected",
            "The requested URL was rejected. Please consult with your administrator.",
            K::Blocked,
        ),
        ("", "Truy cập của bạn đã bị chặn bởi tường lửa", K::Blocked),
        (
            "Access Denied",
            "Access Denied You don't have permission to access this server. Reference #18.2f",
            K::Blocked,
        ),
        ("Hacked by X", "Hacked by X team", K::Hijacked),
        ("", "", K::EmptyShell),
        ("Cổng TTĐT", "Đang tải...", K::EmptyShell),
    ] {
        assert_eq!(kind(&message(title, text)), want, "{title} / {text}");
    }
}

#[test]
fn a_portal_that_reports_on_such_things_is_a_portal() {
    for headline in [
        "Thông báo bảo trì hệ thống dịch vụ công từ 22h ngày 21/11",
        "Cổng thông tin điện tử tạm ngừng hoạt động để bảo trì",
        "Hệ thống gặp lỗi 404 Not Found: nguyên nhân và cách xử lý",
        "Triệt phá đường dây cá cược, nhà cái tài xỉu và xóc đĩa qua mạng",
        "Phòng chống tấn công: trang bị hacked by ai?",
        "Cảnh báo truy cập của bạn bị chặn, xác minh bạn là con người",
        "Index of / và Welcome to nginx là gì",
        "Bán đấu giá tên miền: buy this domain",
    ] {
        assert_eq!(kind(&portal(headline)), PageKind::Portal, "{headline}");
    }
}

#[test]
fn a_small_home_page_is_a_portal() {
    for page in [
        "<h1>ok</h1>".to_owned(),
        "Cổng thông tin".to_owned(),
        "<html><body><a href=/vi><img src=splash.jpg></a></body></html>".to_owned(),
        "<html><frameset><frame src=main.asp></frameset></html>".to_owned(),
        message(
            "Trang TTĐT xã Tư Nghĩa",
            "Chào mừng quý vị đến với trang thông tin điện tử xã",
        ),
        // A short page of a commune with a notice among its links is still its own page.
        format!(
            "<title>UBND xã</title>{}<p>Thông báo: đang bảo trì một số dịch vụ</p>",
            "<a href=/x>Chuyên mục của trang</a> ".repeat(20)
        ),
    ] {
        assert_eq!(kind(&page), PageKind::Portal, "{page}");
    }
}

#[test]
fn the_title_of_a_full_page_may_convict_it() {
    let soft_404 = portal("Tin").replace("<title>Cổng", "<title>Không tìm thấy trang - Cổng");
    assert_eq!(kind(&soft_404), PageKind::Error);
    let listing = format!(
        "<title>Index of /uploads</title>{}",
        "<a href=file.pdf>file.pdf</a> 2024-01-01 10:00 120K ".repeat(400)
    );
    assert_eq!(kind(&listing), PageKind::DirectoryListing);
}

#[test]
fn injected_gambling_is_found_in_a_full_page() {
    let injected = "<div style='position:absolute;left:-9999px'><a href=//a>slot gacor</a> <a href=//b>sbobet</a> \
                    <a href=//c>Casino</a> <a href=//d>togel</a></div>";
    let page = portal("Tin").replace("<footer>", &format!("{injected}<footer>"));
    assert_eq!(kind(&page), PageKind::Hijacked);
    let vietnamese = "<a href=//a>soi kèo</a> <a href=//b>nhà cái uy tín</a> <a href=//c>nổ hũ</a>";
    let page = portal("Tin").replace("<footer>", &format!("{vietnamese}<footer>"));
    assert_eq!(kind(&page), PageKind::Hijacked);
    let title = portal("Tin").replace("<title>Cổng", "<title>Kubet - nhà cái số 1 | Cổng");
    assert_eq!(kind(&title), PageKind::Hijacked);
    // Chance letters in embedded data are no words.
    let chance = format!(
        "<img src='data:image/png;base64,{}'>",
        "xkubetx9sunwinQsbobetZ".repeat(50)
    );
    assert_eq!(kind(&portal(&chance)), PageKind::Portal);
}

#[test]
fn a_captcha_counts_only_where_there_is_nothing_else() {
    let script = "<script src='https://www.google.com/recaptcha/api.js'></script>";
    assert_eq!(kind(&message("", script)), PageKind::Blocked);
    assert_eq!(kind(&portal(script)), PageKind::Portal);
}

#[test]
fn shells_and_emptiness() {
    assert_eq!(kind(""), PageKind::Empty);
    assert_eq!(kind(" \r\n\t"), PageKind::Empty);
    let shell = scan(b"<html><head><title>Cong</title></head><body><div id=app></div></body></html>");
    assert_eq!((shell.kind, shell.scripted), (PageKind::EmptyShell, false));
    let app = scan(b"<html><body><div id=root></div><script src=/main.js></script></body></html>");
    assert_eq!((app.kind, app.scripted), (PageKind::EmptyShell, true));
}

#[test]
fn a_page_that_only_sends_on_says_where() {
    let sent = scan(b"<html><head><meta http-equiv=refresh content='0; url=/vi/home'></head></html>");
    assert_eq!(sent.refresh.as_deref(), Some("/vi/home"));
    // A ticking news page that reloads itself stays.
    let news = portal("Tin").replace("<title>", "<meta http-equiv=refresh content='0;url=/'><title>");
    assert_eq!(scan(news.as_bytes()).refresh, None);
}

#[test]
fn an_unchanged_page_is_remembered_and_a_changed_one_scanned() {
    let memory = KindMemory::default();
    let id: PortalId = "an-giang".parse().unwrap();
    for _ in 0..2 {
        assert_eq!(memory.scan(&id, portal("Tin").as_bytes()).kind, PageKind::Portal);
    }
    let down = message("", "Hệ thống đang bảo trì");
    assert_eq!(memory.scan(&id, down.as_bytes()).kind, PageKind::Maintenance);
}

proptest! {
    #[test]
    fn any_bytes_have_a_kind(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        let _kind = scan(&bytes);
    }

    #[test]
    fn a_headline_of_any_words_leaves_a_portal_a_portal(headline in "[a-zà-ỹ ]{0,120}") {
        prop_assume!(!headline.contains("slot"));
        prop_assert_eq!(kind(&portal(&headline)), PageKind::Portal);
    }
}
