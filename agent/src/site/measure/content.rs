//! What documents, drafts, projects, procedures and schedules show of themselves.

use ems_contract::facts::page::{ItemFacts, Measure, SectionState};

use super::{Checks, Survey, fields, is};
use crate::site::reader::Page;

pub(super) fn measure(survey: &Survey<'_>, checks: &mut Checks) {
    documents(survey, checks);
    drafts(survey, checks);
    listings(survey, checks);
    services(survey, checks);
    schedule(survey, checks);
}

fn says(page: &Page, words: &[&str]) -> bool {
    words.iter().any(|word| page.words.contains(word))
}

fn says_any(pages: &[&Page], words: &[&str]) -> bool {
    pages.iter().any(|page| says(page, words))
}

/// Pages of a section's items, the section's own page first.
fn pages_of<'a>(survey: &Survey<'a>, section: &str) -> Vec<&'a Page> {
    let own = survey.section_pages.get(section).copied();
    let items = survey
        .items
        .iter()
        .filter(|(of, _)| *of == section)
        .map(|(_, page)| *page);
    own.into_iter().chain(items).collect()
}

/// The seven fields of a document (NĐ 43/2011 Đ10.1.e): those that most of the sampled ones show, in the list or on their pages.
fn documents(survey: &Survey<'_>, checks: &mut Checks) {
    for id in ["van-ban", "van-ban-hanh-chinh"] {
        let Some(section) = survey.section(id).filter(|section| !section.items.is_empty()) else {
            continue;
        };
        let pages = pages_of(survey, id);
        let sample: Vec<&ItemFacts> = section.items.iter().take(10).collect();
        let most =
            |has: fn(&ItemFacts) -> bool| sample.iter().filter(|item| has(item)).count() * 2 > sample.len();
        const FORMS: &[&str] = &[
            "loai van ban",
            "hinh thuc van ban",
            "the loai van ban",
            "hinh thuc",
        ];
        fields(
            checks,
            "document-fields",
            &[
                (
                    "form",
                    most(|item| item.kind.is_some()) || says_any(&pages, FORMS),
                ),
                (
                    "authority",
                    most(|item| item.issuer.is_some())
                        || says_any(
                            &pages,
                            &[
                                "co quan ban hanh",
                                "don vi ban hanh",
                                "noi ban hanh",
                                "tham quyen ban hanh",
                            ],
                        ),
                ),
                (
                    "symbol",
                    most(|item| item.symbol.is_some()) || says_any(&pages, &["so ky hieu", "so hieu"]),
                ),
                (
                    "issued",
                    most(|item| item.issued.is_some()) || says_any(&pages, &["ngay ban hanh"]),
                ),
                (
                    "effective",
                    most(|item| item.effective.is_some())
                        || says_any(&pages, &["ngay hieu luc", "ngay co hieu luc", "hieu luc tu"]),
                ),
                (
                    "abstract",
                    most(|item| item.title.split_whitespace().count() >= 4)
                        || says_any(&pages, &["trich yeu"]),
                ),
                (
                    "file",
                    most(|item| !item.files.is_empty())
                        || pages
                            .iter()
                            .any(|page| page.facts.links.links.iter().any(|link| link.file)),
                ),
            ],
        );
        return;
    }
}

fn drafts(survey: &Survey<'_>, checks: &mut Checks) {
    let Some(section) = survey.section("gop-y-du-thao") else {
        return;
    };
    if section.state == SectionState::Empty {
        // The section says so itself: no draft is open.
        let none = Measure {
            of: Some(0),
            ..Measure::default()
        };
        checks.insert("draft-consultation-fields".to_owned(), none);
        return;
    }
    let pages: Vec<&Page> = pages_of(survey, "gop-y-du-thao");
    if section.items.is_empty() || pages.is_empty() {
        return;
    }
    let file = section.items.iter().any(|item| !item.files.is_empty())
        || pages
            .iter()
            .any(|page| page.facts.links.links.iter().any(|link| link.file));
    let until = section.items.iter().any(|item| item.until.is_some());
    let comments = says_any(
        &pages,
        &[
            "y kien gop y",
            "danh sach y kien",
            "y kien da gui",
            "noi dung gop y",
            "cac y kien",
        ],
    );
    fields(
        checks,
        "draft-consultation-fields",
        &[
            (
                "full_text",
                file || says_any(&pages, &["toan van", "noi dung du thao"]),
            ),
            (
                "deadline",
                until || says_any(&pages, &["thoi han", "het han", "ngay ket thuc", "den ngay"]),
            ),
            ("view_comments", comments),
            ("comments", comments),
            (
                "new_comment",
                pages
                    .iter()
                    .any(|page| page.facts.features.forms.feedback.is_some()),
            ),
            ("address", says_any(&pages, &["dia chi"])),
            ("email", says_any(&pages, &["email", "thu dien tu", "e mail"])),
        ],
    );
    let closed = says_any(
        &pages,
        &[
            "tong hop y kien",
            "tiep thu giai trinh",
            "bao cao tiep thu",
            "ket qua lay y kien",
        ],
    );
    is(checks, "draft-consultation-synthesis", closed, None);
}

fn listings(survey: &Survey<'_>, checks: &mut Checks) {
    if let Some(section) = survey.section("cong-bao").filter(|section| section.filled) {
        let pages = pages_of(survey, "cong-bao");
        fields(
            checks,
            "gazette-fields",
            &[
                ("number", says_any(&pages, &["so cong bao", "cong bao so"])),
                (
                    "issued",
                    section
                        .items
                        .iter()
                        .any(|item| item.issued.is_some() || item.shown.is_some())
                        || says_any(&pages, &["ngay ban hanh", "ngay xuat ban"]),
                ),
                ("list", !section.items.is_empty()),
                ("abstract", says_any(&pages, &["trich yeu", "noi dung"])),
            ],
        );
    }
    if survey
        .section("dau-tu-mua-sam-cong")
        .is_some_and(|section| section.filled)
    {
        let pages = pages_of(survey, "dau-tu-mua-sam-cong");
        let said = |words: &[&str]| says_any(&pages, words);
        fields(
            checks,
            "project-fields",
            &[
                ("name", said(&["ten du an"])),
                ("objective", said(&["muc tieu", "muc dich"])),
                ("sector", said(&["linh vuc"])),
                ("type", said(&["loai du an", "nhom du an", "loai hinh"])),
                (
                    "duration",
                    said(&["thoi gian thuc hien", "tien do thuc hien", "thoi han"]),
                ),
                ("budget", said(&["kinh phi", "tong muc dau tu", "von dau tu"])),
                (
                    "funding_type",
                    said(&["loai nguon von", "hinh thuc tai tro", "nguon von"]),
                ),
                ("funder", said(&["nha tai tro", "don vi tai tro", "chu dau tu"])),
                ("status", said(&["tinh trang", "trang thai"])),
                ("preparing", said(&["dang chuan bi", "chuan bi dau tu"])),
                ("running", said(&["dang trien khai", "dang thuc hien"])),
                ("finished", said(&["da hoan tat", "da hoan thanh", "hoan thanh"])),
            ],
        );
    }
    if let Some(section) = survey
        .section("hoi-dap")
        .filter(|section| !section.items.is_empty())
    {
        let answered = section
            .items
            .iter()
            .any(|item| item.answered.is_some() || item.asked.is_some());
        if answered {
            is(checks, "interaction-published", true, None);
        }
    }
    if let Some(section) = survey.section("tiep-can-thong-tin") {
        let known = !matches!(
            section.state,
            SectionState::NotRead | SectionState::Blocked | SectionState::JsOnly
        );
        if known {
            is(checks, "tctt-list-published", section.filled, None);
        }
    }
}

fn services(survey: &Survey<'_>, checks: &mut Checks) {
    let Some(page) = survey.section_pages.get("dich-vu-cong").copied() else {
        return;
    };
    let audience = says(page, &["doi tuong", "ca nhan", "doanh nghiep"]);
    fields(
        checks,
        "dvc-classification",
        &[
            ("audience", audience),
            ("topic", says(page, &["linh vuc", "chu de"])),
            ("field", says(page, &["linh vuc"])),
            ("level", says(page, &["muc do", "toan trinh"])),
            ("agency", says(page, &["co quan", "don vi"])),
        ],
    );
    let levels = [
        "muc do 1",
        "muc do 2",
        "muc do 3",
        "muc do 4",
        "toan trinh",
        "mot phan",
    ];
    is(checks, "dvc-level-stated", says(page, &levels), None);
    fields(
        checks,
        "dvc-guidance-stats",
        &[
            ("guide", says(page, &["huong dan"])),
            (
                "frequency",
                says(page, &["tan suat", "luot truy cap", "luot su dung"]),
            ),
            (
                "progress",
                says(page, &["tien do", "tinh hinh giai quyet", "tra cuu ho so"]),
            ),
            ("count", says(page, &["so ho so", "tong so ho so", "ho so da"])),
        ],
    );
    if let Some(page) = survey.section_pages.get("thu-tuc-hanh-chinh") {
        let named = says(
            page,
            &["nguoi chiu trach nhiem", "can bo tiep nhan", "nguoi thuc hien"],
        );
        is(checks, "procedure-responsible-person", named, None);
    }
}

/// Whether the schedule that is shown covers today.
fn schedule(survey: &Survey<'_>, checks: &mut Checks) {
    let Some(section) = survey.section("lich-cong-tac").filter(|section| section.filled) else {
        return;
    };
    let weeks = || section.items.iter().filter_map(|item| item.week);
    let covers = weeks().any(|(from, to)| (from..=to).contains(&survey.today))
        || section.items.iter().any(|item| item.event == Some(survey.today));
    let dated = weeks().next().is_some() || section.items.iter().any(|item| item.event.is_some());
    if dated {
        is(checks, "fresh-lich-cong-tac", covers, None);
    }
}
