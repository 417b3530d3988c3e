//! One section of a portal: found or not, where, and what its list holds.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{EvidenceRef, ItemFacts};
use crate::cause::named_enum;

/// The most items of a section that are reported, newest first as the page has them.
pub const MAX_ITEMS: usize = 60;

named_enum! {
    /// What became of looking for a section.
    SectionState {
        /// Its list has items with posting dates.
        Listed = "listed",
        /// It is there, but no posting date can be had: see [`SectionFacts::because`].
        Undated = "undated",
        /// It is there and says that it is empty.
        Empty = "empty",
        /// No menu, footer, sitemap or page has it.
        Missing = "missing",
        /// The portal shows itself to scripts only.
        JsOnly = "js_only",
        /// A firewall or captcha stood in the way.
        Blocked = "blocked",
        /// Its page was not read in this visit: see [`SectionFacts::because`].
        NotRead = "not_read",
    }
}

named_enum! {
    /// Why a section has no posting date, or was not read.
    NotSaid {
        /// The menu has the section, the page that was read has not.
        Elsewhere = "elsewhere",
        /// The list shows dates of issue only.
        OnlyIssueDates = "only_issue_dates",
        /// Questions have dates, answers have none.
        OnlyQuestionDates = "only_question_dates",
        /// The list shows no dates.
        NoDates = "no_dates",
        /// Too few of the items have a date that stands alone.
        FewDates = "few_dates",
        /// `4/5/2026` may be April or May, and nothing in the list tells.
        AmbiguousOrder = "ambiguous_order",
        /// All dates lie after the visit.
        OnlyFuture = "only_future",
        /// Every item calls the day of the visit its last change, as templates do that print the present.
        OnlyToday = "only_today",
        /// A page of text without a list.
        NoList = "no_list",
        /// An error text, a maintenance notice or a foreign page stood in its place.
        NotThePortal = "not_the_portal",
        /// `robots.txt` asks not to be read there.
        Robots = "robots",
        /// The visit's budget of pages or time was used up.
        Budget = "budget",
        /// The page did not answer.
        Unreachable = "unreachable",
    }
}

named_enum! {
    /// Where the link to a section was found.
    FoundIn {
        /// Written by the operator in the inventory.
        Operator = "operator",
        /// The main menu.
        MainMenu = "main_menu",
        /// A menu below an entry of the main menu.
        MegaMenu = "mega_menu",
        /// A menu in a side column.
        SideMenu = "side_menu",
        /// The foot of the page.
        Footer = "footer",
        /// A choice of a `<select>`.
        Select = "select",
        /// A data attribute or a click handler.
        Attribute = "attribute",
        /// The path to the page.
        Breadcrumb = "breadcrumb",
        /// A link or heading of the content: a block of the home page.
        Block = "block",
        /// The page with the portal's map.
        SitemapPage = "sitemap_page",
        /// `sitemap.xml`.
        SitemapXml = "sitemap_xml",
    }
}

/// The newest posting date of a section, and what proves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewestDate {
    /// The day.
    pub day: Date,
    /// The rule by which it is a posting date, such as `posted` (called so on the page), `plain` (stands alone
    /// beside the title), `structured`, `modified` (called the last change), `item_page`, `feed`.
    pub rule: String,
    /// The title of the item that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text that was read, its element and page.
    pub evidence: EvidenceRef,
}

/// The facts about one section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionFacts {
    /// Its id in the lexicon.
    pub id: String,
    /// A menu, map, page or the operator has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    /// Its page holds real content: an item, a file, or 300 characters of text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filled: bool,
    /// Where its link was found.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "where")]
    pub found_in: Option<FoundIn>,
    /// The label as the page writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How sure the match of the label is, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// What became of it.
    pub state: SectionState,
    /// Why there is no posting date, or nothing was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<NotSaid>,
    /// The newest posting date not after the day of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<NewestDate>,
    /// The newest date of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_issue: Option<Date>,
    /// Items dated after the visit: typing errors or schedules.
    #[serde(default, skip_serializing_if = "is_zero_count")]
    pub future_items: u32,
    /// The items in the order of the page, at most [`MAX_ITEMS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemFacts>,
    /// The list that was read has more items than are reported: what is not among them may yet be there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capped: bool,
    /// Elements found on its page or items, by the names that packs use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// The page that was read, kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRef>,
}

impl SectionFacts {
    /// A section of which nothing more is known.
    #[must_use]
    pub fn new(id: impl Into<String>, state: SectionState) -> Self {
        Self {
            id: id.into(),
            found: false,
            filled: false,
            found_in: None,
            label: None,
            url: None,
            score: None,
            state,
            because: None,
            newest: None,
            newest_issue: None,
            future_items: 0,
            items: Vec::new(),
            capped: false,
            fields: None,
            evidence: None,
        }
    }

    /// Whether the section's list was really read, so that an item that is not in it was not on the page. An empty list
    /// counts, a capped one does not.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let read = match self.state {
            SectionState::Listed | SectionState::Undated => !self.items.is_empty(),
            SectionState::Empty => true,
            SectionState::Missing | SectionState::JsOnly | SectionState::Blocked | SectionState::NotRead => {
                false
            }
        };
        read && !self.capped
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero_count(count: &u32) -> bool {
    *count == 0
}
