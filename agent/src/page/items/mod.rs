//! The list of a section: its items, their dates by role, and the newest posting with its evidence.
//!
//! A list is what repeats: containers with one title link each, side by side. Which list is the section's is told by
//! its heading, by the page's own title, path and address. A date counts as posting only where the page says so or where it
//! stands alone beside a title; dates in titles and sentences are of laws, deadlines and events.

mod blocks;
mod detail;
mod follow;
mod gaps;
mod identity;
mod label;
mod lines;
mod newest;
mod rows;
mod select;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dates::{Form, Order};
use super::document::Document;
use super::region::Regions;
use super::sections::{Lexicon, MenuFacts};

pub use blocks::is_file;
pub use identity::{ItemKey, is_reindexed};
pub use label::Role;

/// What became of looking for a section on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Items with posting dates.
    Listed,
    /// The section is there, but no posting date can be had: see [`SectionFacts::because`].
    Undated,
    /// The section is there and says that it is empty.
    Empty,
    /// Neither menu nor page has the section.
    Missing,
}

/// Why a section has no posting date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The menu has the section, this page has not.
    Elsewhere,
    /// The page is made by scripts in the browser.
    JsOnly,
    /// The list shows dates of issue only.
    OnlyIssueDates,
    /// Questions have dates, answers have none.
    OnlyQuestionDates,
    /// The list shows no dates.
    NoDates,
    /// Too few of the items have a date that stands alone.
    FewDates,
    /// `4/5/2026` may be April or May, and nothing in the list tells.
    AmbiguousOrder,
    /// All dates lie after the fetch.
    OnlyFuture,
    /// Every item calls the day of the fetch its last change, as templates do that print the present.
    OnlyToday,
    /// A page of text without a list.
    NoList,
    /// A block page, an error text or a maintenance notice stands in the page's place.
    NotThePortal,
}

/// One item of a list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// Where it leads.
    pub url: Option<String>,
    /// Its title.
    pub title: String,
    /// When it was posted, as the list shows it (ngày đăng).
    pub shown: Option<Date>,
    /// When the document was issued (ngày ban hành), also from its title.
    pub issued: Option<Date>,
    /// From when it is in force (ngày hiệu lực).
    pub effective: Option<Date>,
    /// Until when something is open or in force (thời hạn, hết hiệu lực).
    pub until: Option<Date>,
    /// When it was approved (phê duyệt).
    pub approved: Option<Date>,
    /// When it was accepted (nghiệm thu).
    pub accepted: Option<Date>,
    /// When the event took or takes place.
    pub event: Option<Date>,
    /// When the question was asked.
    pub asked_at: Option<Date>,
    /// When it was answered.
    pub answered_at: Option<Date>,
    /// The days a schedule covers.
    pub week: Option<(Date, Date)>,
    /// Number and symbol of a document (`643/QĐ-UBND`).
    pub symbol: Option<String>,
    /// The body that issued it, as far as the item names it.
    pub issuer: Option<String>,
    /// Legal (`qppl`) or administrative (`hanh_chinh`), by its symbol.
    pub kind: Option<DocumentKind>,
    /// Marked urgent (khẩn, hỏa tốc).
    pub urgent: bool,
    /// Marked as no longer in force.
    pub repealed: bool,
    /// Links to files.
    pub files: Vec<String>,
}

/// The two kinds of documents that Tuyên Quang's regulation tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Văn bản quy phạm pháp luật: the year stands in the number.
    Qppl,
    /// Văn bản hành chính.
    HanhChinh,
}

/// What proves the newest posting date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The text read, shortened.
    pub text: String,
    /// The element it stands in.
    pub selector: String,
    /// The form of the date.
    pub form: Form,
    /// The role that made it a posting date.
    pub role: Role,
    /// The order of the list's numbers.
    pub order: Order,
    /// The item's title.
    pub title: String,
}

/// The facts about one section on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionFacts {
    /// The section asked for; none for the page's own main list.
    pub id: Option<String>,
    /// What became of it.
    pub state: State,
    /// Why there is no posting date.
    pub because: Option<Because>,
    /// The heading of the list.
    pub heading: Option<String>,
    /// The newest posting date not after the day of the fetch.
    pub newest_item_date: Option<Date>,
    /// What proves it.
    pub evidence: Option<Evidence>,
    /// The newest date of issue.
    pub newest_issue_date: Option<Date>,
    /// Items dated after the fetch: typing errors or schedules.
    pub future_items: u32,
    /// The items in the order of the page.
    pub items: Vec<Item>,
}

/// Items kept of one list.
pub(super) const MAX_ITEMS: usize = 300;

/// Finds the list of `wanted` on the page (its own page or a block of the home page) and reads it. Without `wanted` the page's
/// own main list.
#[must_use]
pub fn section(
    document: &Document<'_>,
    regions: &Regions,
    lexicon: &Lexicon,
    menu: &MenuFacts,
    wanted: Option<&str>,
) -> SectionFacts {
    let blocks = blocks::find(document, regions, lexicon);
    let rows = rows::find(document, regions, &blocks);
    let choice = select::choose(document, regions, lexicon, menu, wanted, &blocks, &rows);
    newest::read(document, lexicon, wanted, choice)
}

#[cfg(test)]
mod tests;
