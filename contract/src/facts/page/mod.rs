//! What a visit of a portal read on its pages: the group of the `page` probe.
//!
//! A section or measure that is not in the list was not looked at in this visit. The group is a set of statements that
//! change only when the portal changes: visitor counters, clocks and timings have no place here, because a group is
//! stored anew whenever a byte of it differs.

mod bound;
mod english;
mod evidence;
mod item;
mod measure;
mod published;
mod section;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Identity, PageKind};
use crate::cause::named_enum;
use std::fmt;

pub use self::bound::MAX_BYTES;
pub use self::english::{EnglishFacts, EnglishMissing, EnglishVerdict};
pub use self::evidence::{EvidenceKind, EvidenceRef, MAX_EXTRACT};
pub use self::item::{DocumentKind, ItemFacts, MAX_TITLE, MAX_URL};
pub use self::measure::{MEASURED, Measure};
pub use self::published::{MAX_PUBLISHED, MAX_PUBLISHED_FILES, PublishedFacts};
pub use self::section::{FoundIn, MAX_ITEMS, NewestDate, NotSaid, SectionFacts, SectionState};

named_enum! {
    /// The language of a text, of the two that a portal has.
    Language {
        /// Vietnamese.
        Vi = "vi",
        /// English.
        En = "en",
        /// Too little text, or another language.
        None = "none",
    }
}

/// How the bytes of the home page became text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CharsetFacts {
    /// The charset by which it was read (WHATWG name, lower case).
    pub used: String,
    /// The charset declared in header or meta element, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// Header, meta and bytes do not agree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
    /// There were characters that could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaced: bool,
    /// The old Vietnamese encoding (`tcvn3`, `vni` …) that the text was typed in, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy: Option<String>,
    /// Combining marks for each hundred letters outside ASCII: over 5 the text is decomposed Unicode (NFD).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub decomposed_percent: u8,
}

/// The most hosts of other sites that are listed.
pub const MAX_LINKED: usize = 1_000;

/// The most sources that are listed.
pub const MAX_SOURCES: usize = 100;

/// The page group of facts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PageFacts {
    /// Where the home page was in the end, after redirects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_url: Option<String>,
    /// Its final status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What it is by its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PageKind>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The language of its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How sure that is, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_confidence: Option<f32>,
    /// The `lang` attribute of its root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html_lang: Option<String>,
    /// How its bytes were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<CharsetFacts>,
    /// Its menu is made by scripts: what is missing is unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub js_only: bool,
    /// It was read after its scripts had run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rendered: bool,
    /// Whether it carries its owner's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The home page, kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRef>,
    /// The sections that were looked for, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<SectionFacts>,
    /// The English side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub english: Option<EnglishFacts>,
    /// Functions and other measures, by id of the check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, Measure>,
    /// Hosts of other sites that its home page, its page of links and its map lead to, sorted; absent where they could
    /// not be told, because scripts make the menu or there are more than [`MAX_LINKED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<Vec<String>>,
    /// Whom its articles name as their source, as written, and hosts of other sites to which its articles' sources and
    /// its lists of items lead, sorted; absent where no item was read. Of articles only a sample is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
    /// Documents that were said to be published here, by the addresses of the plan; one that was not asked for is absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<PublishedFacts>,
    /// Items or measures were left out to keep the group within [`MAX_BYTES`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capped: bool,
}

impl PageFacts {
    /// The section of this id, if it was looked for.
    #[must_use]
    pub fn section(&self, id: &str) -> Option<&SectionFacts> {
        self.sections.iter().find(|section| section.id == id)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) const fn is_zero(value: &u8) -> bool {
    *value == 0
}
