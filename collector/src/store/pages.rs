//! What visits of portals found on their pages.

use ems_contract::facts::LinksFacts;
use ems_contract::facts::page::{ItemFacts, PageFacts, SectionFacts};
use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;

use super::StoreError;
use crate::items::Key;

/// One visit.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLook {
    /// When.
    pub at: UnixTime,
    /// Who looked.
    pub agent: AgentId,
    /// What was found. Whether the items of the sections are there is said by the method.
    pub facts: PageFacts,
}

/// The newest look at one section.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionLook {
    /// When.
    pub at: UnixTime,
    /// Who looked.
    pub agent: AgentId,
    /// What was found, with its items.
    pub facts: SectionFacts,
}

/// One look at one section in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookRow {
    /// When.
    pub at: UnixTime,
    /// The list was really read: what was not in it was not there.
    pub whole: bool,
    /// More than a fifth of the items had new addresses since the look before.
    pub reindexed: bool,
    /// The newest posting date.
    pub newest: Option<Date>,
}

/// One item of a section, over all looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Its identity in the section.
    pub key: Key,
    /// The first look that saw it.
    pub first_seen: UnixTime,
    /// The last look that saw it.
    pub last_seen: UnixTime,
    /// The last look before `first_seen` at a list in which it would have stood; `None` where no look proves anything.
    pub last_absent: Option<UnixTime>,
    /// The posting date that was shown first.
    pub shown: Option<Date>,
    /// It came with a re-index of the section.
    pub reindexed: bool,
    /// Everything else, as the last look saw it.
    pub facts: ItemFacts,
}

/// One look at the links of a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinksLook {
    /// When.
    pub at: UnixTime,
    /// Who looked.
    pub agent: AgentId,
    /// What was found.
    pub facts: LinksFacts,
}

/// Pages, sections, items. They come in with the observations of batches; here they are read.
pub trait PageStore {
    /// The visits of a portal in `window`, oldest first; sections without their items.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn page_looks(&self, portal: &PortalId, window: Window) -> Result<Vec<PageLook>, StoreError>;

    /// The newest visit at or before `at`, without its sections.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn page_at(&self, portal: &PortalId, at: UnixTime) -> Result<Option<PageLook>, StoreError>;

    /// The newest look at or before `at` at every section of a portal that was ever looked for, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn sections_at(&self, portal: &PortalId, at: UnixTime) -> Result<Vec<SectionLook>, StoreError>;

    /// Looks at one section in `window`, oldest first: the history of its newest date, and re-indexing.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn section_history(
        &self,
        portal: &PortalId,
        section: &str,
        window: Window,
    ) -> Result<Vec<LookRow>, StoreError>;

    /// Every item ever seen in a section, by first sight.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn items(&self, portal: &PortalId, section: &str) -> Result<Vec<StoredItem>, StoreError>;

    /// Looks at a portal's links in `window`, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn link_looks(&self, portal: &PortalId, window: Window) -> Result<Vec<LinksLook>, StoreError>;
}
