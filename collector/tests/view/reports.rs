//! Reports at the console: what is due, passages, giải trình, and who may do what.

use ems_collector::account::Author;
use ems_collector::dossier::Chronicle;
use ems_collector::edition::{Edition, EditionKey, EditionState, NewEdition, Step};
use ems_collector::judge::{Reason, Value};
use ems_collector::judging::Bench;
use ems_collector::regulation::Regulations;
use ems_collector::store::{AccountStore, EditionKept, EditionStore};
use ems_contract::digest::Sha256;
use ems_contract::facts::page::{PageFacts, PublishedFacts};
use ems_contract::record::Record;
use ems_contract::time::UnixTime;

use crate::fixture::{agent_id, now, page_record, portal_id, province};
use crate::people::{Answer, Browser, Served, logged_in, serve_with};

/// Every portal is bound by the regulation of An Giang.
fn served() -> Served {
    serve_with(false, |inventory| {
        for portal in &mut inventory.portals {
            portal.regulations = vec!["an-giang-2023".into()];
        }
    })
}

/// A report whose data are settled up to its cut.
const SETTLED: &str = "ag-qc/2026-Q3";

fn key(text: &str) -> EditionKey {
    text.parse().unwrap()
}

/// Has a draft made and returns its address.
fn drafted(browser: &Browser, csrf: &str, key: &str) -> String {
    let made = browser.post("/reports/draft", &[("csrf", csrf), ("key", key)]);
    assert_eq!(made.status, 303, "{}", made.body);
    made.header("location").unwrap().to_owned()
}

fn editions(served: &Served, of: &str) -> Vec<Edition> {
    served.seed.store.editions(Some(&key(of))).unwrap()
}

/// Keeps the newest edition of a report again, as if it had been made at `made_at`.
fn made_again(served: &Served, of: &str, made_at: UnixTime, frozen: bool) {
    let made = editions(served, of).pop().unwrap();
    let (store, author) = (&served.seed.store, Author::system());
    let names = made.manifest.files.iter().map(|file| file.name.as_str());
    let files = names
        .chain(["manifest.json"])
        .map(|name| store.edition_file(made.id, name).unwrap().unwrap())
        .collect();
    let new = NewEdition {
        key: made.key,
        number: made.number,
        made_at,
        manifest: made.manifest,
        reason: made.reason,
        changes: made.changes,
        files,
        frozen,
    };
    let note = author.note(made_at, "report.freeze", of, "");
    let kept = store.keep_edition(new, &author, note).unwrap();
    assert!(matches!(kept, EditionKept::Done(_)));
}

/// The mark that a form carries of a passage.
fn was(page: &Answer, name: &str) -> String {
    let rest = page.body.split(&format!("name=\"was-{name}\" value=\"")).nth(1);
    rest.unwrap().split('"').next().unwrap().to_owned()
}

fn audited(served: &Served) -> Vec<String> {
    let entries = served.seed.store.audit(None, 100).unwrap();
    let reports = entries
        .into_iter()
        .rev()
        .filter(|entry| entry.action.starts_with("report.") && entry.actor != "system");
    reports
        .map(|entry| format!("{} {} {}", entry.actor, entry.action, entry.subject))
        .collect()
}

#[test]
fn what_is_due_and_late_is_shown_with_its_clause_and_its_editions() {
    let served = served();
    let stranger = Browser::at(&served);
    assert_eq!(
        stranger.get("/reports").header("location"),
        Some("/login?next=%2Freports")
    );
    let (official, csrf) = logged_in(&served, "can.bo");
    let page = official.get("/reports").body;
    for wanted in [
        "ag-y/2026",
        "Báo cáo năm 2026",
        "khoản 2 Điều 24",
        "19/11/2026",
        "quá hạn 3 ngày",
        "quá hạn, chưa ghi nhận đã gửi",
        "0/3",
        "Sở Y tế",
        "chưa có ấn bản",
        "ngày do đơn vị vận hành đặt",
        "aria-current=\"page\">Báo cáo</a>",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let place = drafted(&official, &csrf, "ag-yc/2026");
    let edition = editions(&served, "ag-yc/2026").pop().unwrap();
    assert_eq!(place, format!("/reports/{}", edition.id));
    drafted(&official, &csrf, "ag-q/2026-Q4/soyt");
    let page = official.get("/reports").body;
    for wanted in [
        &format!("<a href=\"{place}\">#1"),
        &format!("{place}/files/bao-cao.html"),
        &edition.seal.short(),
        "Của từng đơn vị (1)",
        "Báo cáo Quý IV/2026 – Sở Y tế",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let page = official.get(&place).body;
    for wanted in [
        "ag-yc/2026#1",
        &edition.seal.to_string(),
        &edition.manifest.files[0].sha256.to_string(),
        "Toàn báo cáo",
        "Nhận giải trình về dự thảo này chậm nhất 25/11/2026 23:59:59",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let file = official.get(&format!("{place}/files/bao-cao.html"));
    let name = "attachment; filename*=UTF-8''ag-yc_2026_1-bao-cao.html";
    assert_eq!(
        (file.status, file.header("content-disposition")),
        (200, Some(name))
    );
    assert!(file.body.contains("DỰ THẢO"));
    for missing in [
        format!("{place}/files/..%2Fems.db"),
        "/reports/999".to_owned(),
        format!("{place}9/files/bao-cao.html"),
    ] {
        assert_eq!(official.get(&missing).status, 404, "{missing}");
    }
    for bad in ["", "ag-q", "ag-q/2026-Q9", "nobody/2026", "ag-q/2026-Q4/nobody"] {
        let refused = official.post("/reports/draft", &[("csrf", &csrf), ("key", bad)]);
        assert_eq!(refused.status, 404, "{bad}: {}", refused.body);
    }
}

#[test]
fn passages_are_written_before_freezing_and_nobody_writes_over_another_unseen() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let place = drafted(&official, &csrf, "ag-yc/2026");
    let path = format!("{place}/passages");
    let first = official.get(&place);
    let mark = was(&first, "danh-gia");
    let send = |browser: &Browser, csrf: &str, mark: &str, text: &str| {
        browser.upload(
            &path,
            &[("csrf", csrf), ("was-danh-gia", mark), ("danh-gia", text)],
            None,
        )
    };
    let long = "ă".repeat(20_001);
    let refused = send(&official, &csrf, &mark, &long);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("dài quá 20.000 ký tự") && refused.body.contains(&long));
    let kept = send(&official, &csrf, &mark, "Kết quả tốt <b>\r\nDòng hai\r\n");
    assert_eq!(
        (kept.status, kept.header("location")),
        (303, Some(&*format!("{place}#passages")))
    );
    // Another began with the empty text: what they wrote comes back with what stands there now.
    let (operator, other) = logged_in(&served, "van.hanh");
    let overtaken = send(&operator, &other, &mark, "Nội dung khác");
    assert_eq!(overtaken.status, 422);
    assert!(overtaken.body.contains("vừa được người khác sửa") && overtaken.body.contains("Nội dung khác"));
    let again = was(&overtaken, "danh-gia");
    assert_eq!(send(&operator, &other, &again, "Nội dung khác").status, 303);
    // Nothing changed, nothing kept.
    let page = operator.get(&place);
    assert_eq!(
        send(&operator, &other, &was(&page, "danh-gia"), "Nội dung khác").status,
        303
    );
    let passages = served.seed.store.passages(&key("ag-yc/2026")).unwrap();
    assert_eq!((passages.len(), &*passages[0].text), (1, "Nội dung khác"));
    made_again(&served, "ag-yc/2026", now() - 60, false);
    let page = operator.get(&place).body;
    assert!(page.contains("Hãy lập lại dự thảo"), "the files are behind");
    drafted(&official, &csrf, "ag-yc/2026");
    let file = official.get(&format!("{place}/files/bao-cao.html")).body;
    assert!(file.contains("Nội dung khác"));
    assert_eq!(
        audited(&served),
        [
            "can.bo report.draft ag-yc/2026#1",
            "can.bo report.passages ag-yc/2026",
            "van.hanh report.passages ag-yc/2026",
            "can.bo report.draft ag-yc/2026#1",
        ]
    );
    made_again(&served, "ag-yc/2026", now(), true);
    assert_eq!(send(&official, &csrf, "", "muộn").status, 409);
    let frozen = official.get(&place).body;
    assert!(
        frozen.contains("Nội dung khác") && !frozen.contains("<textarea"),
        "{frozen}"
    );
    // A correction is a draft of its own and wants its reason.
    let correct = |reason: &str| {
        let fields = [("csrf", &*csrf), ("key", "ag-yc/2026"), ("reason", reason)];
        official.post("/reports/draft", &fields).status
    };
    assert_eq!((correct(""), correct("số liệu đến muộn")), (422, 303));
    let second = editions(&served, "ag-yc/2026").pop().unwrap();
    assert_eq!((second.number, &*second.reason), (2, "số liệu đến muộn"));
    let page = official.get(&format!("/reports/{}", second.id)).body;
    assert!(page.contains("Số liệu khác với ấn bản #1") && page.contains("số liệu đến muộn"));
}

#[test]
fn a_unit_contests_its_figure_in_time_and_an_official_decides_once() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let place = drafted(&official, &csrf, "ag-yc/2026");
    let path = format!("{place}/objections");
    let (editor, own) = logged_in(&served, "bien.tap");
    let page = editor.get(&place).body;
    // The own portal's figures, and a form for the own portal alone.
    let table = page
        .split("id=\"figures\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    assert!(
        table.contains("Sở Y tế") && !table.contains("Sở Tài chính"),
        "{table}"
    );
    assert!(page.contains("value=\"soyt\"") && !page.contains("value=\"sotc\""));
    let send = |portal: &str, figure: &str, claim: &str, file| {
        let fields = [
            ("csrf", &*own),
            ("portal", portal),
            ("figure", figure),
            ("claim", claim),
        ];
        editor.upload(&path, &fields, file)
    };
    let wrong = send(
        "soyt",
        "",
        "mất điện toàn khu",
        Some(("bien-ban.pdf", &b"%PDF-1.7"[..])),
    );
    assert_eq!(wrong.status, 422);
    for wanted in ["Số liệu nào: chưa ghi", "mất điện toàn khu", "chọn lại"] {
        assert!(wrong.body.contains(wanted), "{wanted} in {}", wrong.body);
    }
    assert_eq!(send("sotc", "a", "b", None).status, 403);
    assert_eq!(send("nobody", "a", "b", None).status, 404);
    let sent = send(
        "soyt",
        "gián đoạn 13/10",
        "mất điện",
        Some(("bien-ban.pdf", b"%PDF-1.7")),
    );
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(send("soyt", "IPv6", "đã có AAAA", None).status, 303);
    let kept = served.seed.store.objections(Some(&key("ag-yc/2026"))).unwrap();
    assert_eq!(kept[0].file, Some(Sha256::of(b"%PDF-1.7")));
    assert_eq!((kept.len(), &*kept[0].shown), (2, "Người bien.tap"));
    let file = format!("/files/{}", Sha256::of(b"%PDF-1.7"));
    assert!(official.get(&place).body.contains(&file));
    assert_eq!(official.get(&file).status, 200);
    let decide = |number: i64, fields: &[(&str, &str)]| {
        let mut all = vec![("csrf", &*csrf)];
        all.extend_from_slice(fields);
        official.post(&format!("{path}/{number}"), &all)
    };
    for (fields, wanted) in [
        (&[][..], "chưa chọn chấp nhận"),
        (&[("outcome", "rejected")], "Lý do: chưa ghi"),
        (
            &[("outcome", "rejected"), ("reason", "x"), ("correction", "0")],
            "không loại trừ thời gian",
        ),
        (
            &[
                ("outcome", "accepted"),
                ("reason", "x"),
                ("from", "2026-10-13T08:00"),
            ],
            "cần cả lúc bắt đầu",
        ),
        (
            &[
                ("outcome", "accepted"),
                ("reason", "x"),
                ("from", "hôm qua"),
                ("to", "2026-10-13T08:00"),
            ],
            "không phải ngày giờ",
        ),
    ] {
        let refused = decide(kept[0].id, fields);
        assert_eq!(refused.status, 422, "{fields:?}");
        assert!(refused.body.contains(wanted), "{wanted} in {}", refused.body);
    }
    let accept = [
        ("outcome", "accepted"),
        ("reason", "có biên bản"),
        ("from", "2026-10-13T08:00"),
        ("to", "2026-10-13T09:30:00"),
    ];
    assert_eq!(decide(kept[0].id, &accept).status, 303);
    assert_eq!(decide(kept[0].id, &accept).status, 409, "once");
    assert_eq!(decide(99, &accept).status, 404);
    assert_eq!(
        decide(
            kept[1].id,
            &[("outcome", "rejected"), ("reason", "không có AAAA")]
        )
        .status,
        303
    );
    let decided = served.seed.store.objections(Some(&key("ag-yc/2026"))).unwrap();
    let window = decided[0].decision.as_ref().unwrap().exclude.unwrap();
    assert_eq!(
        (window.from.to_string(), window.secs()),
        ("2026-10-13T01:00:00Z".to_owned(), 5_400)
    );
    drafted(&official, &csrf, "ag-yc/2026");
    let file = official.get(&format!("{place}/files/bao-cao.html")).body;
    for wanted in ["mất điện", "chấp nhận: có biên bản", "không có AAAA"] {
        assert!(file.contains(wanted), "{wanted}");
    }
    assert_eq!(
        audited(&served),
        [
            "can.bo report.draft ag-yc/2026#1".to_owned(),
            "bien.tap report.object ag-yc/2026 soyt".to_owned(),
            "bien.tap report.object ag-yc/2026 soyt".to_owned(),
            format!("can.bo report.decide ag-yc/2026 soyt #{}", kept[0].id),
            format!("can.bo report.decide ag-yc/2026 soyt #{}", kept[1].id),
            "can.bo report.draft ag-yc/2026#1".to_owned(),
        ]
    );
    // Made in time, and due on the 19th: its term has passed.
    drafted(&official, &csrf, "ag-y/2026/soyt");
    made_again(&served, "ag-y/2026/soyt", now() - 40 * 86_400, false);
    let late = editions(&served, "ag-y/2026/soyt").pop().unwrap().id;
    let fields = [
        ("csrf", &*own),
        ("portal", "soyt"),
        ("figure", "a"),
        ("claim", "b"),
    ];
    let refused = editor.upload(&format!("/reports/{late}/objections"), &fields, None);
    assert_eq!(refused.status, 409);
    assert!(
        refused.body.contains("Đã hết thời hạn giải trình"),
        "{}",
        refused.body
    );
    let page = editor.get(&format!("/reports/{late}")).body;
    assert!(page.contains("Đã hết thời hạn giải trình") && !page.contains("f-claim"));
}

/// The bytes at the stated address prove that the report is published; before anybody looked nothing is known.
#[test]
fn the_address_of_a_published_report_is_stated_looked_at_and_judged() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let place = drafted(&official, &csrf, "ag-qc/2026-Q3");
    let path = format!("{place}/publication");
    let state = |url: &str| official.post(&path, &[("csrf", &csrf), ("url", url)]);
    let draft = state("https://angiang.angiang.gov.vn/bc");
    assert_eq!(draft.status, 422);
    assert!(draft.body.contains("còn là dự thảo"), "{}", draft.body);
    assert!(!official.get(&place).body.contains("id=\"publication\""));
    made_again(&served, "ag-qc/2026-Q3", now() - 60 * 86_400, true);
    let wrong = state("https://soyt.angiang.gov.vn/bc");
    assert_eq!(wrong.status, 422);
    for wanted in [
        "không nằm trên cổng thông tin điện tử tỉnh",
        "https://angiang.angiang.gov.vn/",
        "value=\"https://soyt.angiang.gov.vn/bc\"",
    ] {
        assert!(wrong.body.contains(wanted), "{wanted} in {}", wrong.body);
    }
    let (editor, own) = logged_in(&served, "bien.tap");
    let url = "https://angiang.angiang.gov.vn/bc/q3.html";
    assert_eq!(editor.post(&path, &[("csrf", &own), ("url", url)]).status, 403);
    assert_eq!(state(url).status, 303);
    assert!(official.get(&place).body.contains("chưa có điểm đo nào xem"));
    let mut inventory = province();
    for portal in &mut inventory.portals {
        portal.regulations = vec!["an-giang-2023".into()];
    }
    inventory.version = Sha256::of(b"bound by a regulation");
    served.seed.inventory(&inventory, now() - 1);
    let rules = Regulations::embedded().unwrap();
    let store = &*served.seed.store;
    let verdict = |at: UnixTime| {
        let chronicle = Chronicle::load(store, at).unwrap();
        let bench = Bench {
            store,
            rules: &rules,
            chronicle: &chronicle,
            now: at,
        };
        let era = chronicle.at(at).unwrap();
        let portal = era.inventory.portal(&portal_id("angiang")).unwrap();
        let judged = bench.judge(era, portal, at).unwrap();
        let row = judged
            .verdicts
            .iter()
            .find(|row| &*row.obligation == "AG-24.1")
            .unwrap();
        let check = row
            .checks
            .iter()
            .find(|check| &*check.check == "report-published")
            .unwrap();
        (check.value, check.reason)
    };
    assert_eq!(verdict(now() + 1), (Value::Unknown, Reason::NotMeasured));
    let files = editions(&served, "ag-qc/2026-Q3")[0].manifest.files.clone();
    let html = files
        .iter()
        .find(|file| file.name == "bao-cao.html")
        .unwrap()
        .sha256;
    let looked = |at: UnixTime, sha256: Vec<Sha256>| {
        let mut record = page_record("angiang", at);
        if let Record::Observation(observation) = &mut record {
            observation.facts.page = Some(Box::new(PageFacts {
                published: vec![PublishedFacts {
                    url: url.to_owned(),
                    status: Some(200),
                    sha256,
                    whole: true,
                }],
                ..PageFacts::default()
            }));
        }
        served.seed.batch(&agent_id("vnpt"), at + 1, 0, vec![record]);
    };
    looked(now() + 60, vec![Sha256::of(b"other")]);
    assert_eq!(verdict(now() + 100), (Value::Unknown, Reason::Unconfirmed));
    assert!(
        official
            .get(&place)
            .body
            .contains("không có tệp nào của ấn bản (mã HTTP 200)")
    );
    looked(now() + 3_660, vec![Sha256::of(b"other")]);
    assert_eq!(verdict(now() + 3_700), (Value::Warn, Reason::PolicyMissed));
    looked(now() + 7_260, vec![html]);
    looked(now() + 10_860, vec![html, Sha256::of(b"other")]);
    assert_eq!(verdict(now() + 10_900), (Value::Pass, Reason::Met));
    let page = official.get(&place).body;
    assert!(
        page.contains("đúng nội dung của ấn bản") && page.contains(url),
        "{page}"
    );
    // As of before, nothing of it was known.
    assert_eq!(verdict(now() - 1).0, Value::Unknown);
    let audit = audited(&served);
    assert_eq!(audit.last().unwrap(), "can.bo report.published ag-qc/2026-Q3#1");
}

/// Roles by what they may do with reports, cell by cell; `o` about the own unit only.
#[test]
fn every_role_does_what_the_table_says() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let whole = drafted(&official, &csrf, "ag-yc/2026");
    let own = drafted(&official, &csrf, "ag-q/2026-Q4/soyt");
    let other = drafted(&official, &csrf, "ag-q/2026-Q4/sotc");
    let (editor, token) = logged_in(&served, "bien.tap");
    let contest = [
        ("csrf", &*token),
        ("portal", "soyt"),
        ("figure", "a"),
        ("claim", "b"),
    ];
    let sent = editor.upload(&format!("{whole}/objections"), &contest, None);
    assert_eq!(sent.status, 303);
    let objection = served.seed.store.objections(None).unwrap()[0].id;
    let freezing = drafted(&official, &csrf, SETTLED);
    let seal = editions(&served, SETTLED).pop().unwrap().seal.to_string();
    // Read all, read the whole, read the own, read another's, write passages, draft, contest own, contest other, decide,
    // look at freezing, freeze, sign, send.
    for (login, cells) in [
        ("van.hanh", "++++++-------"),
        ("truc.ban", "-------------"),
        ("bien.tap", "+++---+------"),
        ("lanh.dao", "++++---------"),
        ("can.bo", "+++++++++++++"),
    ] {
        let (browser, csrf) = logged_in(&served, login);
        let cells: Vec<char> = cells.chars().collect();
        let token = ("csrf", &*csrf);
        let upload = |path: &str, fields: &[(&str, &str)]| {
            let all: Vec<_> = std::iter::once(token).chain(fields.iter().copied()).collect();
            browser.upload(path, &all, None).status
        };
        let contest = |portal| {
            let fields = [("portal", portal), ("figure", "a"), ("claim", "b")];
            upload(&format!("{whole}/objections"), &fields)
        };
        let statuses = [
            browser.get("/reports").status,
            browser.get(&whole).status,
            browser.get(&own).status,
            browser.get(&other).status,
            upload(&format!("{whole}/passages"), &[]),
            browser
                .post("/reports/draft", &[token, ("key", "ag-q/2026-Q3")])
                .status,
            contest("soyt"),
            contest("sotc"),
            upload(
                &format!("{whole}/objections/{objection}"),
                &[("outcome", "rejected"), ("reason", "x")],
            ),
            browser.get(&format!("{freezing}/freeze")).status,
            upload(
                &format!("{freezing}/freeze"),
                &[("seal", &*seal), ("confirm", "1"), ("form-json", "1")],
            ),
            upload(
                &format!("{freezing}/sign"),
                &[("number", "1"), ("on", ""), ("confirm", "1")],
            ),
            upload(
                &format!("{freezing}/send"),
                &[("who", "UBND"), ("on", ""), ("confirm", "1")],
            ),
        ];
        for (place, (cell, status)) in cells.iter().zip(statuses).enumerate() {
            let allowed = matches!(status, 200 | 303);
            assert!(allowed || status == 403, "{login}, column {place}: {status}");
            assert_eq!(*cell == '+', allowed, "{login}, column {place}: {status}");
        }
        assert_eq!(
            browser.get(&format!("{other}/files/bao-cao.json")).status,
            if cells[3] == '+' { 200 } else { 403 },
            "{login}: files as their page"
        );
    }
}

/// What an official fills in to freeze, over the draft that stands there.
fn freezing<'a>(csrf: &'a str, seal: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("csrf", csrf), ("seal", seal), ("confirm", "1")];
    all.extend_from_slice(more);
    all
}

const OWN_FORMS: [(&str, &str); 3] = [("form-csv", "1"), ("form-json", "1"), ("form-html", "1")];

#[test]
fn an_official_freezes_signs_and_sends_on_the_console_and_every_step_is_noted_once() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let (second, other) = logged_in(&served, "can.bo.hai");
    let place = drafted(&official, &csrf, SETTLED);
    let page = official.get(&place).body;
    assert!(page.contains(&format!("href=\"{place}/freeze\"")), "{page}");
    let seal = |served: &Served| editions(served, SETTLED).pop().unwrap().seal.to_string();
    let before = seal(&served);
    let confirm = official.get(&format!("{place}/freeze"));
    for wanted in [
        "không ai sửa hay xóa được",
        "Số liệu đã ổn định đến hết kỳ",
        "Phần chưa viết",
        &before,
        "name=\"form-docx\" value=\"1\" checked",
    ] {
        assert!(confirm.body.contains(wanted), "{wanted} in {}", confirm.body);
    }
    // A step is not taken before its time, and says so.
    let number = [("csrf", &*csrf), ("number", "12/BC-SKHCN"), ("confirm", "1")];
    let early = official.upload(&format!("{place}/sign"), &number, None);
    assert_eq!(early.status, 422);
    assert!(early.body.contains("chưa thể chuyển sang"), "{}", early.body);
    // Everything that is wrong at once.
    let wrong = [("csrf", &*csrf), ("seal", "cũ"), ("as_of", "hôm qua")];
    let refused = official.post(&format!("{place}/freeze"), &wrong);
    assert_eq!(refused.status, 422);
    for wanted in [
        "lập lại sau khi bạn mở trang này",
        "chưa đánh dấu",
        "chưa chọn dạng tệp nào",
        "“hôm qua” không phải ngày giờ",
    ] {
        assert!(refused.body.contains(wanted), "{wanted} in {}", refused.body);
    }
    assert_eq!(seal(&served), before, "nothing was made");
    let freeze = |browser: &Browser, csrf: &str| {
        let fields = freezing(csrf, &before, &OWN_FORMS);
        browser.post(&format!("{place}/freeze"), &fields)
    };
    let frozen = freeze(&official, &csrf);
    assert_eq!(
        (frozen.status, frozen.header("location")),
        (303, Some(&*format!("{place}#steps"))),
        "{}",
        frozen.body
    );
    // Sent twice: done for who did it, told to anybody else.
    assert_eq!(freeze(&official, &csrf).status, 303);
    let again = freeze(&second, &other);
    assert_eq!(again.status, 409);
    assert!(again.body.contains("đã được Người can.bo chốt"), "{}", again.body);
    assert_eq!(official.get(&format!("{place}/freeze")).status, 409);
    let edition = editions(&served, SETTLED).pop().unwrap();
    assert_eq!(edition.state(), EditionState::Frozen);
    assert_eq!(edition.steps[0].author, "can.bo");
    let page = official.get(&place).body;
    for file in edition
        .manifest
        .files
        .iter()
        .map(|file| &*file.name)
        .chain(["manifest.json"])
    {
        let path = format!("{place}/files/{file}");
        assert!(page.contains(&format!("href=\"{path}\"")), "{file}");
        assert_eq!(official.get(&path).status, 200, "{file}");
    }
    // Nothing is left where files are made.
    let drawing = served.seed.folder().join("drawing");
    let left: Vec<_> = std::fs::read_dir(drawing).unwrap().collect();
    assert!(
        left.iter().all(|entry| {
            let path = entry.as_ref().unwrap().path();
            path.extension().is_some_and(|ending| ending == "lock")
        }),
        "{left:?}"
    );
    let sign = |fields: &[(&str, &str)], file| {
        let mut all = vec![("csrf", &*csrf)];
        all.extend_from_slice(fields);
        official.upload(&format!("{place}/sign"), &all, file)
    };
    let paper = Some(("da-ky.pdf", &b"%PDF-1.7 signed"[..]));
    let wrong = sign(
        &[("number", ""), ("on", "31/02/2026"), ("who", "Giám đốc")],
        paper,
    );
    assert_eq!(wrong.status, 422);
    for wanted in [
        "“31/02/2026” không phải ngày",
        "chưa đánh dấu đã kiểm tra",
        "chưa ghi số, ký hiệu",
        "value=\"Giám đốc\"",
        "chọn lại",
    ] {
        assert!(wrong.body.contains(wanted), "{wanted} in {}", wrong.body);
    }
    let ahead = sign(&[("number", "12"), ("on", "2027-01-01"), ("confirm", "1")], None);
    assert!(ahead.body.contains("ngày 01/01/2027 chưa tới"), "{}", ahead.body);
    let good = [
        ("number", "12/BC-SKHCN"),
        ("on", "22/11/2026"),
        ("who", "Giám đốc Sở"),
        ("confirm", "1"),
    ];
    assert_eq!(sign(&good, paper).status, 303);
    assert_eq!(sign(&good, paper).status, 303, "twice the same");
    let changed = [("number", "13/BC-SKHCN"), ("on", "22/11/2026"), ("confirm", "1")];
    assert_eq!(sign(&changed, None).status, 422);
    let send = [
        ("csrf", &*csrf),
        ("who", "UBND tỉnh"),
        ("on", ""),
        ("confirm", "1"),
    ];
    assert_eq!(official.upload(&format!("{place}/send"), &send, None).status, 303);
    let page = official.get(&place).body;
    let paper = format!("/files/{}", Sha256::of(b"%PDF-1.7 signed"));
    for wanted in ["12/BC-SKHCN", "22/11/2026", "Giám đốc Sở", "UBND tỉnh", &paper] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    assert!(!page.contains("name=\"confirm\""), "nothing is left to be noted");
    // A correction is an edition of its own, with its reason, frozen the same way.
    let fields = [("csrf", &*csrf), ("key", SETTLED), ("reason", "số liệu đến muộn")];
    assert_eq!(official.post("/reports/draft", &fields).status, 303);
    let second = editions(&served, SETTLED).pop().unwrap();
    let next = format!("/reports/{}", second.id);
    let page = official.get(&format!("{next}/freeze")).body;
    assert!(page.contains("số liệu đến muộn"), "{page}");
    let seal = second.seal.to_string();
    let fields = freezing(&csrf, &seal, &OWN_FORMS);
    assert_eq!(official.post(&format!("{next}/freeze"), &fields).status, 303);
    let all = editions(&served, SETTLED);
    let states: Vec<_> = all
        .iter()
        .map(|edition| (edition.number, edition.state()))
        .collect();
    assert_eq!(states, [(1, EditionState::Sent), (2, EditionState::Frozen)]);
    assert_eq!(
        audited(&served),
        [
            "can.bo report.draft ag-qc/2026-Q3#1",
            "can.bo report.freeze ag-qc/2026-Q3#1",
            "can.bo report.sign ag-qc/2026-Q3#1",
            "can.bo report.send ag-qc/2026-Q3#1",
            "can.bo report.draft ag-qc/2026-Q3#2",
            "can.bo report.freeze ag-qc/2026-Q3#2",
        ]
    );
}

#[test]
fn what_cannot_be_frozen_stays_a_draft_and_says_why() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let place = drafted(&official, &csrf, SETTLED);
    let seal = editions(&served, SETTLED).pop().unwrap().seal.to_string();
    // No renderer beside the program that runs the tests: the page says how it is built, before and after.
    let page = official.get(&format!("{place}/freeze")).body;
    assert!(page.contains("cargo build --release -p ems-render"), "{page}");
    let all_forms = freezing(&csrf, &seal, &[("form-pdf", "1"), ("form-html", "1")]);
    let refused = official.post(&format!("{place}/freeze"), &all_forms);
    assert_eq!(refused.status, 503);
    assert!(
        refused.body.contains("cargo build --release -p ems-render")
            && !refused.body.contains("name=\"form-docx\" value=\"1\" checked"),
        "{}",
        refused.body
    );
    // A unit waits for an answer.
    let (editor, own) = logged_in(&served, "bien.tap");
    let fields = [
        ("csrf", &*own),
        ("portal", "soyt"),
        ("figure", "a"),
        ("claim", "b"),
    ];
    let sent = editor.upload(&format!("{place}/objections"), &fields, None);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let waiting = freezing(&csrf, &seal, &OWN_FORMS);
    let refused = official.post(&format!("{place}/freeze"), &waiting);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Còn 1 giải trình chưa quyết định"));
    // The data of a quarter that goes on are not settled up to its cut.
    let running = drafted(&official, &csrf, "ag-qc/2026-Q4");
    let its_seal = editions(&served, "ag-qc/2026-Q4").pop().unwrap().seal.to_string();
    let fields = freezing(&csrf, &its_seal, &OWN_FORMS);
    let refused = official.post(&format!("{running}/freeze"), &fields);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("mới ổn định đến"), "{}", refused.body);
    assert!(official.get(&place).body.contains("dự thảo"));
    let states = editions(&served, SETTLED);
    assert_eq!(states[0].state(), EditionState::Drafted);
    let with_open = [("with_open", "1")];
    let mut fields = freezing(&csrf, &seal, &OWN_FORMS);
    fields.extend(with_open);
    assert_eq!(official.post(&format!("{place}/freeze"), &fields).status, 303);
}

#[test]
fn nobody_decides_the_objection_that_they_wrote_down() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let place = drafted(&official, &csrf, "ag-yc/2026");
    let fields = [
        ("csrf", &*csrf),
        ("portal", "soyt"),
        ("figure", "a"),
        ("claim", "b"),
    ];
    let sent = official.upload(&format!("{place}/objections"), &fields, None);
    assert_eq!(sent.status, 303);
    let path = format!(
        "{place}/objections/{}",
        served.seed.store.objections(None).unwrap()[0].id
    );
    let page = official.get(&place).body;
    assert!(
        page.contains("phải do cán bộ khác quyết định") && !page.contains(&format!("action=\"{path}")),
        "{page}"
    );
    let fields = [("csrf", &*csrf), ("outcome", "accepted"), ("reason", "x")];
    let refused = official.post(&path, &fields);
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("--role official"), "{}", refused.body);
    let (second, csrf) = logged_in(&served, "can.bo.hai");
    let fields = [("csrf", &*csrf), ("outcome", "accepted"), ("reason", "x")];
    assert_eq!(second.post(&path, &fields).status, 303);
}

/// Where each unit owes a report, one of each is drafted, not one of all together.
#[test]
fn the_reports_of_units_are_drafted_one_by_one() {
    let served = served();
    let (official, csrf) = logged_in(&served, "can.bo");
    let page = official.get("/reports").body;
    assert!(
        page.contains("Lập dự thảo của từng đơn vị") && page.contains("3 đơn vị chưa có dự thảo"),
        "{page}"
    );
    drafted(&official, &csrf, "ag-y/2026/soyt");
    let fields = [("csrf", &*csrf), ("key", "ag-y/2026"), ("units", "each")];
    let made = official.post("/reports/draft", &fields);
    assert_eq!((made.status, made.header("location")), (303, Some("/reports")));
    let all = served.seed.store.editions(None).unwrap();
    let mut keys: Vec<String> = all.iter().map(|edition| edition.key.to_string()).collect();
    keys.sort();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with("ag-y/2026/")), "{keys:?}");
    // Once more makes none anew.
    assert_eq!(official.post("/reports/draft", &fields).status, 303);
    let again = served.seed.store.editions(None).unwrap();
    assert_eq!(again.len(), 3);
    assert_eq!(audited(&served).len(), 3);
    let fields = [("csrf", &*csrf), ("key", "ag-y/1999"), ("units", "each")];
    assert_eq!(official.post("/reports/draft", &fields).status, 404);
}

/// The pages of reports as files for a browser: `target/tmp/pages/reports`.
#[test]
fn reports_can_be_looked_at() {
    let served = served();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages/reports");
    std::fs::create_dir_all(&folder).unwrap();
    let (official, csrf) = logged_in(&served, "can.bo");
    let (editor, own) = logged_in(&served, "bien.tap");
    let place = drafted(&official, &csrf, "ag-yc/2026");
    let unit = drafted(&official, &csrf, "ag-q/2026-Q4/soyt");
    drafted(&official, &csrf, "ag-qc/2026-Q3");
    made_again(&served, "ag-qc/2026-Q3", now() - 50 * 86_400, true);
    let quarter = editions(&served, "ag-qc/2026-Q3").pop().unwrap();
    for (state, number, who) in [
        (EditionState::Signed, "12/BC-SKHCN", "Giám đốc Sở"),
        (EditionState::Sent, "345/SKHCN-VP", "UBND tỉnh"),
    ] {
        let from = if state == EditionState::Signed {
            EditionState::Frozen
        } else {
            EditionState::Signed
        };
        let step = Step {
            state,
            at: now() - 49 * 86_400,
            author: "can.bo".into(),
            shown: "Người can.bo".into(),
            number: Some(number.into()),
            on: Some("2026-10-04".parse().unwrap()),
            who: Some(who.into()),
            file: None,
        };
        let note = Author::system().note(now(), "report.sign", quarter.name(), "");
        served
            .seed
            .store
            .step_edition(quarter.id, from, step, None, note)
            .unwrap();
    }
    for (figure, claim) in [
        (
            "Gián đoạn 08:00–09:30 ngày 13/10/2026",
            "Mất điện toàn khu hành chính, có biên bản của Điện lực.",
        ),
        (
            "Tỷ lệ sẵn sàng qua IPv6",
            "Bản ghi AAAA đã được khai báo từ ngày 01/11/2026.",
        ),
    ] {
        let fields = [
            ("csrf", &*own),
            ("portal", "soyt"),
            ("figure", figure),
            ("claim", claim),
        ];
        let file = ("bien-ban.pdf", &b"%PDF-1.7"[..]);
        assert_eq!(
            editor
                .upload(&format!("{place}/objections"), &fields, Some(file))
                .status,
            303
        );
    }
    let frozen = drafted(&official, &csrf, "ag-qc/2026-Q2");
    made_again(&served, "ag-qc/2026-Q2", now() - 50 * 86_400, true);
    let objection = served.seed.store.objections(None).unwrap()[0].id;
    let fields = [
        ("csrf", &*csrf),
        ("outcome", "accepted"),
        ("reason", "Có biên bản của Điện lực An Giang."),
        ("from", "2026-10-13T08:00"),
        ("to", "2026-10-13T09:30"),
    ];
    let decided = official.post(&format!("{place}/objections/{objection}"), &fields);
    assert_eq!(decided.status, 303);
    let style = official.get("/console.css").body;
    std::fs::write(folder.join("console.css"), style).unwrap();
    for (name, browser, path) in [
        ("reports.html", &official, "/reports"),
        ("draft.html", &official, &*place),
        ("freeze.html", &official, &*format!("{place}/freeze")),
        ("frozen.html", &official, &*frozen),
        ("editor.html", &editor, &*place),
        ("unit.html", &editor, &*unit),
        ("sent.html", &official, &*format!("/reports/{}", quarter.id)),
        ("english.html", &official, "/reports?lang=en"),
    ] {
        let page = browser.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        std::fs::write(
            folder.join(name),
            page.body.replace("/console.css", "console.css"),
        )
        .unwrap();
    }
}
