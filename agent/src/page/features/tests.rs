//! Functions on small fictional pages.

use ems_contract::time::UnixTime;
use url::Url;

use super::*;

fn read(page: &str) -> FeatureFacts {
    let url = Url::parse("https://soyte.tinh.gov.vn/tin").unwrap();
    let document = Document::new(page, &url, UnixTime::from_secs(1_793_927_700));
    let regions = Regions::new(&document.dom);
    features(&document, &regions, &["ems.gov.example".to_owned()])
}

const FULL: &str = r#"<!DOCTYPE html><html lang=vi><head><title>Cổng thông tin điện tử Sở Y tế</title><meta name=viewport content="width=device-width, initial-scale=1">
<meta name="DC.title" content="a"><meta name="DC.Creator" content="b"><meta name="dcterms.created" content="c"><meta name=description content="d"><meta property="og:site_name" content="e">
<link rel=canonical href="/tin"><link rel=alternate type="application/rss+xml" href="/rss"><script src="https://ems.gov.example/tag.js"></script></head><body>
<header><img src=/logo.png alt="Quốc huy"><a href=/>Trang chủ</a><a href=/gt>Giới thiệu</a><a href="https://dichvucong.gov.vn">Dịch vụ công</a><a href=/sd>Sơ đồ cổng</a>
<form action=/tim-kiem><input type=text name=q placeholder="Tìm kiếm"></form></header>
<main><h1>Bài</h1><p>Tác giả: An</p><p>Nguồn: Báo tỉnh</p><a href="javascript:window.print()"><i></i></a><a title="Lưu bài viết" href=/l>x</a>
<a href="https://www.facebook.com/sharer/sharer.php?u=x">Chia sẻ</a><a href="https://zalo.me/1">Zalo</a><a href="https://chinhphu.vn">Chính phủ</a><a href="https://tinh.gov.vn/">Tỉnh</a>
<form action="/hoi"><input name=hoten><textarea name=noidung></textarea><button>Gửi câu hỏi</button></form>
<form action="http://soyte.tinh.gov.vn/gy"><textarea></textarea>Góp ý, phản ánh<label><input type=checkbox checked> Tôi đồng ý nhận tin</label></form>
<form><p>Đánh giá mức độ hài lòng</p><input type=radio name=a><input type=radio name=a><input type=radio name=b><input type=radio name=b></form>
<img src=a.jpg><table><tr><th>a<th>b<tr><td>1<td>2</table><marquee>chữ chạy</marquee><a href=/x>Xem thêm</a></main>
<footer><p>© Bản quyền thuộc về Sở Y tế</p><p>Chịu trách nhiệm: Ông A, Giám đốc</p><p>Địa chỉ: số 1 đường X - Điện thoại: 0299.3888.111 - Fax: 0299.3888.112</p><p>Email: syt@tinh.gov.vn</p><a href=/bm>Chính sách bảo mật</a></footer></body></html>"#;

#[test]
fn a_full_page_shows_everything() {
    let facts = read(FULL);
    assert!(facts.forms.search.is_some() && facts.forms.question.is_some() && facts.forms.feedback.is_some());
    assert_eq!(facts.forms.search_field.as_deref(), Some("q"));
    assert_eq!(
        (facts.forms.rating.is_some(), facts.forms.rating_aspects),
        (true, 2)
    );
    assert_eq!(
        (
            facts.forms.insecure.len(),
            facts.forms.preticked.len(),
            facts.forms.personal
        ),
        (1, 1, 1)
    );
    assert!(facts.forms.privacy_notice.is_some());
    assert!(
        facts.outward.print.is_some() && facts.outward.save.is_some() && facts.outward.government.is_some()
    );
    assert_eq!((facts.outward.social.len(), facts.outward.shares), (2, 1));
    assert_eq!(
        facts.outward.gov_hosts,
        ["chinhphu.vn", "dichvucong.gov.vn", "tinh.gov.vn"]
    );
    assert_eq!(
        (facts.outward.public_services.len(), facts.outward.feeds.len()),
        (1, 1)
    );
    assert!(facts.outward.sitemap.is_some());
    assert_eq!(facts.metadata.counts(), (3, 6));
    assert_eq!(facts.access.text_alternatives, Share { good: 1, all: 2 });
    assert_eq!(facts.access.tables, Share { good: 1, all: 1 });
    assert_eq!((facts.access.moving.len(), facts.access.headings[0]), (1, 1));
    assert!(facts.access.link_purpose.good < facts.access.link_purpose.all);
    let contact = &facts.contact;
    assert!(contact.copyright.is_some() && contact.responsible.is_some() && contact.address.is_some());
    assert!(
        contact.phone.is_some()
            && contact.fax.is_some()
            && contact.email.is_some()
            && contact.owner.is_some()
    );
    let layout = &facts.layout;
    assert!(layout.doctype && layout.emblem.is_some() && layout.name.is_some() && layout.viewport.is_some());
    assert!(layout.menu_home && layout.menu_about && layout.menu_services && layout.menu_sitemap);
    assert!(layout.author.is_some() && layout.source.is_some());
    assert_eq!(facts.measurement.len(), 1);
}

#[test]
fn a_bare_page_shows_nothing() {
    let facts = read("<p>Chào mừng</p><table width=1000><tr><td>a</td></tr></table>");
    assert!(facts.forms.search.is_none() && facts.outward.print.is_none() && facts.contact.phone.is_none());
    assert!(facts.forms.rating.is_none() && facts.layout.viewport.is_none() && !facts.layout.doctype);
    assert_eq!(facts.layout.fixed_width, Some(1_000));
    assert_eq!(facts.metadata.counts(), (0, 0));
    assert!(facts.measurement.is_empty());
}

#[test]
fn a_page_that_is_one_form_has_a_search_field_and_no_forms_of_questions() {
    let page = format!(
        "<form id=aspnetForm><input type=hidden name=__VIEWSTATE><input id=txtTimKiem type=text><p>Hỏi đáp</p><textarea></textarea>{}</form>",
        "<p>chữ</p>".repeat(150)
    );
    let facts = read(&page);
    assert!(facts.forms.search.is_some());
    assert!(facts.forms.question.is_none());
}

#[test]
fn a_document_search_has_fields_of_documents() {
    let facts = read(
        "<form><input name=keyword><select name=loai><option>Loại văn bản</select><input placeholder='Số ký hiệu'></form>",
    );
    assert!(facts.forms.document_search.is_some());
}
