//! Documents that were said to be published: told by the bytes that came, whatever their names.

use ems_contract::digest::Sha256;
use serde_json::{Value, json};

use crate::portal::{Answer, Asked, Portal};

/// A page of the portal with these links.
fn page(links: &str) -> String {
    format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Báo cáo đánh giá - Cổng thông tin điện tử tỉnh</title></head>\
         <body><header>Ủy ban nhân dân tỉnh</header><nav><a href=/>Trang chủ</a> <a href=/tin-tuc>Tin tức</a></nav><main>\
         <h1>Báo cáo đánh giá cổng thông tin điện tử thành phần</h1><p>Ủy ban nhân dân tỉnh đăng tải báo cáo đánh giá hoạt động \
         của các cổng thông tin điện tử thành phần để cơ quan, tổ chức, cá nhân theo dõi.</p>{links}</main></body></html>"
    )
}

fn answer(asked: &Asked<'_>) -> Answer {
    let many: String = (0..20)
        .map(|n| format!("<a href=/tep/{n}.pdf>Tệp {n}</a> "))
        .collect();
    match asked.path {
        "/" => Answer::of("/", 200, page("")),
        "/bao-cao" => Answer::of(
            "/",
            200,
            page("<a href='/tep/x7f3.pdf'>Toàn văn</a> <a href='/tep/mat.docx'>Word</a>"),
        ),
        "/bao-cao-hong" => Answer::of(
            "/",
            200,
            page("<a href='/tep/x7f3.pdf'>Toàn văn</a> <a href='/tep/ban.pdf'>B</a>"),
        ),
        "/bao-cao-nhieu" => Answer::of("/", 200, page(&many)),
        // A folder as it is exported: what browsers show themselves lies beside its page.
        "/bao-cao-quy/" => Answer::of(
            "/",
            200,
            page(
                "<a href=bao-cao.html>Xem</a> <a href=bao-cao.json>Dữ liệu</a> <a href=/tin.html>Tin</a> <a href=con/x.html>Con</a>",
            ),
        ),
        "/bao-cao-quy/bao-cao.html" | "/bao-cao-quy/bao-cao.json" => Answer::of("/", 200, asked.path),
        "/tep/x7f3.pdf" => Answer {
            status: 200,
            headers: "Content-Type: application/pdf\r\n".into(),
            body: b"%PDF-1.7 x".to_vec(),
        },
        "/tep/ban.pdf" => Answer::of("/x.txt", 503, "busy"),
        "/loi" => Answer::of("/", 503, "busy"),
        path if path.starts_with("/tep/") && path != "/tep/mat.docx" => Answer {
            status: 200,
            headers: "Content-Type: application/pdf\r\n".into(),
            body: path.as_bytes().to_vec(),
        },
        path => Answer::of(path, 404, "<title>404</title><h1>Không tìm thấy trang</h1>"),
    }
}

fn digest(bytes: &[u8]) -> Value {
    json!(Sha256::of(bytes))
}

#[test]
fn a_document_and_the_files_of_its_page_are_told_by_their_bytes() {
    let portal = Portal::start(answer);
    let asked = [
        "/tep/x7f3.pdf",
        "/bao-cao",
        "/bao-cao-hong",
        "/bao-cao-nhieu",
        "/bao-cao-quy/",
        "/khong-co",
        "/loi",
    ];
    let mut args = vec!["--max-links", "0", "--crawl", "0", "--section", "tin-tuc"];
    args.extend(asked.iter().flat_map(|path| ["--published", path]));
    let told = portal.visited(&args);
    let of = |path: &str| {
        let all = told["published"].as_array().unwrap();
        let url = format!("http://{}{path}", portal.address);
        all.iter()
            .find(|one| one["url"] == *url)
            .unwrap_or_else(|| panic!("{path}: {told}"))
    };
    let file = digest(b"%PDF-1.7 x");
    assert_eq!(
        (&of("/tep/x7f3.pdf")["sha256"], &of("/tep/x7f3.pdf")["whole"]),
        (&json!([file]), &json!(true))
    );
    // A file that is gone is nothing; the page itself and the file that is there are told.
    let page = of("/bao-cao");
    assert!(page["sha256"].as_array().unwrap().contains(&file), "{page}");
    assert_eq!(
        (page["sha256"].as_array().unwrap().len(), &page["whole"]),
        (2, &json!(true))
    );
    // One of its files cannot be had now: what is missing says nothing.
    let broken = of("/bao-cao-hong");
    assert!(broken["sha256"].as_array().unwrap().contains(&file), "{broken}");
    assert!(broken["whole"].is_null(), "{broken}");
    let many = of("/bao-cao-nhieu");
    assert!(
        many["whole"].is_null() && many["sha256"].as_array().unwrap().len() == 13,
        "{many}"
    );
    let folder = of("/bao-cao-quy/");
    let told = folder["sha256"].as_array().unwrap();
    assert_eq!((told.len(), &folder["whole"]), (3, &json!(true)), "{folder}");
    for path in ["/bao-cao-quy/bao-cao.html", "/bao-cao-quy/bao-cao.json"] {
        assert!(told.contains(&digest(path.as_bytes())), "{folder}");
    }
    let gone = of("/khong-co");
    assert_eq!(
        (&gone["status"], &gone["whole"], &gone["sha256"]),
        (&json!(404), &json!(true), &Value::Null)
    );
    let busy = of("/loi");
    assert_eq!((&busy["status"], &busy["whole"]), (&json!(503), &Value::Null));
}
