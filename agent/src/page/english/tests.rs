//! Small English sides, all of them fictional.

use ems_contract::time::UnixTime;
use url::Url;

use super::*;

fn visit<'a>(path: &str, html: &'a str) -> Visited<'a> {
    let url = Url::parse("https://so.example").unwrap().join(path).unwrap();
    Visited::new(200, Document::new(html, &url, UnixTime::from_secs(1_793_927_700)))
}

const ENTRY: &str = r#"<html lang=en><title>Home</title><body><nav><a href=/en/org>Organizational structure</a></nav>
    <div class=main><h2>Latest news</h2><p>The Department held a conference with the business community in order to review the difficulties that remain
    after the first half of the year and to agree on measures for the coming months.</p><a href=/en/n/1>Forum on clean energy held in the province</a></div></body></html>"#;
const ORG: &str = r#"<html lang=en><title>Organizational structure</title><body><div class=main><h1>Organizational structure and functions</h1><p>The Department is a
    specialised agency that advises the Provincial People's Committee on state management in its sector. It consists of the Board of Directors, the Office, the
    Inspectorate and four divisions, each of which has its own functions, duties and powers as set out in the decision of the Committee.</p></div></body></html>"#;

fn contacts(table: &str) -> String {
    format!(
        "<html lang=en><title>Contacts</title><body><div class=main><h1>Contacts of officials</h1>{table}</div></body></html>"
    )
}

fn missing(contact_page: &str) -> Vec<Missing> {
    let entry = visit("/en", ENTRY);
    let pages = [visit("/en/org", ORG), visit("/en/contact", contact_page)];
    let facts = judge(Some(&entry), &pages);
    assert_eq!(facts.verdict == Verdict::Pass, facts.missing.is_empty());
    facts.missing
}

#[test]
fn officials_in_tables_and_cards_pass() {
    let table = contacts(
        "<table><tr><th>No.<th>Name<th>Position<th>Division<th>Tel<th>Fax<th>Email</tr>
         <tr><td>1<td>Nguyễn Thị Lan<td>Director<td>Board of Directors<td>0299 3888 111<td>0299 3888 112<td>lan [at] so.example</tr>
         <tr><td>2<td>Trần Văn Bình<td>Head<td>Planning Division<td>0299 3888 113<td>0299 3888 114<td><a href='mailto:binh@so.example'>mail</a></tr></table>",
    );
    assert_eq!(missing(&table), []);
    let cards = contacts(
        "<div class=card><h3>Mr. Nguyễn Văn An</h3><p>Director, Board of Directors</p><p>Phone: 0299.3888.111</p><p>Fax: 0299.3888.112</p><p>Email: an(at)so.example</p></div>
         <div class=card><h3>Ms. Trần Thị Bích</h3><p>Head of Planning Division</p><p>Phone: 0299.3888.113</p><p>Fax: 0299.3888.114</p><p>Email: bich@so.example</p></div>",
    );
    assert_eq!(missing(&cards), []);
}

#[test]
fn every_missing_field_is_named() {
    let table = contacts(
        "<table><tr><td>Full name</td><td>Title</td><td>Phone</td><td>Fax</td></tr>
         <tr><td>Nguyễn Thị Lan</td><td>Director</td><td>0299 3888 111</td><td></td></tr><tr><td>Trần Văn Bình</td><td>Head</td><td>0299 3888 113</td><td>-</td></tr></table>",
    );
    assert_eq!(missing(&table), [Missing::Unit, Missing::Fax, Missing::Email]);
}

#[test]
fn an_offices_own_contact_is_no_official() {
    let office = contacts(
        "<p>Address: 12 Hùng Vương Street</p><p>Phone: 0299.3888.111</p><p>Fax: 0299.3888.112</p><p>Email: office@so.example</p>",
    );
    assert_eq!(missing(&office), [Missing::Officials]);
}

#[test]
fn vietnamese_behind_english_is_not_english() {
    let vietnamese = "<html lang=en><body><nav><a href=/en>Home</a><a>News</a><a>Contact</a></nav><div class=main><p>Sở tổ chức hội nghị gặp mặt doanh nghiệp nhằm nắm bắt khó khăn,
        vướng mắc và thống nhất các giải pháp tháo gỡ trong thời gian tới trên địa bàn tỉnh.</p></div></body></html>";
    let facts = judge(Some(&visit("/en", vietnamese)), &[]);
    assert_eq!(facts.verdict, Verdict::NotEnglish);
    assert_eq!(
        facts.missing,
        [Missing::Language, Missing::OrgStructure, Missing::Officials]
    );
    let entry = visit("/en", ENTRY);
    let facts = judge(Some(&entry), &[visit("/en/n/1", vietnamese)]);
    assert!(facts.missing.contains(&Missing::ItemsLanguage));
}

#[test]
fn absent_and_empty_are_told_apart() {
    assert_eq!(judge(None, &[]).verdict, Verdict::Absent);
    let lost = "<html><title>Thông báo</title><body><div class=main><h1>Lỗi 404</h1><p>Trang bạn tìm không tồn tại</p></div></body></html>";
    assert_eq!(judge(Some(&visit("/en", lost)), &[]).verdict, Verdict::Absent);
    let empty = "<html lang=en><body><nav><a>Home</a></nav><div class=main><p>Updating...</p></div><footer>PORTAL OF THE DEPARTMENT OF CONSTRUCTION Address</footer></body></html>";
    let facts = judge(Some(&visit("/en", empty)), &[]);
    assert_eq!((facts.verdict, facts.language), (Verdict::Empty, Language::None));
    assert_eq!(facts.missing, [Missing::Content]);
}

#[test]
fn the_entry_is_found_in_every_way() {
    let home = "<link rel=alternate hreflang=en-US href=/eng/><a href='?lang=en'><img src=uk.png alt='English'></a><a href=/x>Tiếng Việt</a>";
    let url = Url::parse("https://so.example/").unwrap();
    let document = Document::new(home, &url, UnixTime::from_secs(1_793_927_700));
    let found: Vec<(String, EntryBy)> = entries(&document, None)
        .into_iter()
        .map(|e| (e.url, e.by))
        .collect();
    assert_eq!(
        found,
        [
            ("https://so.example/eng/".to_owned(), EntryBy::Hreflang),
            ("https://so.example/?lang=en".to_owned(), EntryBy::Switch),
            ("https://so.example/en".to_owned(), EntryBy::Path),
        ]
    );
    let links = links_to_visit(&visit("/en", ENTRY).document, &visit("/en", ENTRY).regions, 3);
    assert_eq!(
        links.iter().map(Url::path).collect::<Vec<_>>(),
        ["/en/org", "/en/n/1"]
    );
}
