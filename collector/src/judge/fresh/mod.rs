//! Freshness: items against their clocks, and the age of the newest.

mod age;
mod clock;
mod sum;
mod words;

use ems_contract::inventory::Level;

use self::age::{newest, unanswered, yearly};
use self::clock::{by_clock, urgent};
use super::case::Case;
use super::deadline::{Published, published};
use super::facts::{DocumentType, Item, ItemList};
use super::grade::Raw;
use crate::calendar::{Unit, civil};

pub(super) use words::{start_key, term_text};

/// Judges a freshness check; `None` when it is none.
pub(super) fn judge(case: &Case<'_>) -> Option<Raw> {
    Some(match &*case.check.id {
        "fresh-van-ban-issuer" => by_clock(case, &["van-ban"], "van-ban-issuer", |item| {
            item.by_owner != Some(false)
        }),
        "fresh-van-ban-scope" => by_clock(case, &["van-ban"], "van-ban-scope", |item| {
            item.by_owner == Some(false)
        }),
        "fresh-van-ban-qppl" => by_clock(case, &["van-ban"], "van-ban-qppl", |item| {
            !item.urgent && item.document_type() == Some(DocumentType::Qppl)
        }),
        "fresh-van-ban-hanh-chinh" => by_clock(
            case,
            &["van-ban", "van-ban-hanh-chinh"],
            "van-ban-hanh-chinh",
            |item| !item.urgent && item.document_type() == Some(DocumentType::Administrative),
        ),
        "fresh-van-ban-khan" => urgent(case),
        "fresh-pho-bien-phap-luat" => by_clock(case, &["pho-bien-phap-luat"], "pho-bien-phap-luat", |item| {
            item.cites.is_some() || item.cited_issued.is_some()
        }),
        "fresh-quy-hoach" => by_clock(case, &["quy-hoach"], "quy-hoach", |_| true),
        "fresh-dau-tu-mua-sam-cong" => {
            by_clock(case, &["dau-tu-mua-sam-cong"], "dau-tu-mua-sam-cong", |_| true)
        }
        "fresh-dat-dai" => by_clock(case, &["dat-dai"], "dat-dai", |_| true),
        "fresh-de-tai-khoa-hoc" => by_clock(case, &["de-tai-khoa-hoc"], "de-tai-khoa-hoc", |_| true),
        "fresh-thong-ke" => by_clock(case, &["thong-ke"], "thong-ke", |_| true),
        "fresh-other" => by_clock(case, &["other"], "other", |_| true),
        "fresh-su-kien-24h" => by_clock(case, &["su-kien", "tin-tuc"], "su-kien-dang", reports_event),
        "supply-deadline" => by_clock(case, &[], "supply", |item| item.supplied.is_some()),
        "qa-answer-deadline" => by_clock(case, &["hoi-dap"], "question", |item| item.asked.is_some()),
        "fresh-hoi-dap" => unanswered(case),
        "fresh-tin-tuc" => newest(
            case,
            &["tin-tuc"],
            age_of_level(case.unit.level),
            Unit::WorkingDay,
        ),
        "fresh-chi-dao-dieu-hanh" => newest(case, &["chi-dao-dieu-hanh"], "max_age", Unit::WorkingDay),
        "fresh-any-update" => newest(case, &[], "max_age", Unit::WorkingDay),
        "fresh-cong-bao" => newest(case, &["cong-bao"], "max_age", Unit::CalendarDay),
        "fresh-gioi-thieu" => newest(case, &["gioi-thieu"], "review_max_age", Unit::Month),
        "fresh-lien-he" => newest(case, &["lien-he-can-bo"], "review_max_age", Unit::Month),
        "fresh-bao-cao-tai-chinh" => yearly(case),
        _ => return None,
    })
}

/// An article that tells of an older event than this mentions it.
const REPORT_S: i64 = 31 * 86_400;

/// Whether an item reports an event that its text dates: not one that announces what is still to come, nor one that looks
/// back at something long past.
fn reports_event(item: &Item) -> bool {
    let Some(ended) = item.event_ended else {
        return false;
    };
    let Published { from, to, .. } = published(item);
    let announced = to.is_some_and(|to| civil::day_of(ended) > civil::day_of(to));
    let recalled = from.is_some_and(|from| from - ended > REPORT_S);
    !announced && !recalled
}

const fn age_of_level(level: Level) -> &'static str {
    match level {
        Level::Province => "max_age_province",
        Level::Department | Level::Other => "max_age_department",
        Level::District => "max_age_district",
        Level::Commune => "max_age_commune",
    }
}

/// The lists of the classes; all lists for none. `None` when none of them was measured.
fn lists<'c>(case: &'c Case<'_>, classes: &[&str]) -> Option<Vec<(&'c str, &'c ItemList)>> {
    let all: Vec<(&str, &ItemList)> = case
        .facts
        .items
        .iter()
        .filter(|(class, _)| classes.is_empty() || classes.contains(&class.as_str()))
        .map(|(class, list)| (class.as_str(), list))
        .collect();
    (!all.is_empty()).then_some(all)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounds are checked first"
)]
fn whole(number: f64) -> Option<u32> {
    (0.0..=10_000.0).contains(&number).then_some(number as u32)
}
