//! The English side of a portal.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{EvidenceRef, Language, is_zero};
use crate::cause::named_enum;

named_enum! {
    /// What the English side comes to.
    EnglishVerdict {
        /// Everything that is looked for is there.
        Pass = "pass",
        /// It is English, and something is missing.
        MissingItems = "missing_items",
        /// Its content is not English.
        NotEnglish = "not_english",
        /// It has no content.
        Empty = "empty",
        /// There is none.
        Absent = "absent",
        /// It could not be looked at, or shows itself to scripts only.
        Unknown = "unknown",
    }
}

named_enum! {
    /// What may be missing on it.
    EnglishMissing {
        /// The English page itself.
        EnPage = "en_page",
        /// Any content.
        Content = "content",
        /// English as the language of the content.
        Language = "language",
        /// English items behind English titles.
        ItemsLanguage = "items_language",
        /// The page on structure, functions and duties.
        OrgStructure = "org_structure",
        /// Officials with their contacts.
        Officials = "officials",
        /// Officials' names.
        Name = "name",
        /// Officials' titles.
        Title = "title",
        /// Officials' units.
        Unit = "unit",
        /// Telephone numbers.
        Phone = "phone",
        /// Fax numbers.
        Fax = "fax",
        /// E-mail addresses.
        Email = "email",
    }
}

/// The facts about the English side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnglishFacts {
    /// What it comes to.
    pub verdict: EnglishVerdict,
    /// Everything that is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<EnglishMissing>,
    /// The entry page, where redirects ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// How it was found: `configured`, `hreflang`, `link`, `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_by: Option<String>,
    /// The language of its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How sure that is, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// It repeats the Vietnamese page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy_of_vietnamese: bool,
    /// Words of the entry page's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<u32>,
    /// The page on the organisation's structure, functions and duties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Words of that page's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_words: Option<u32>,
    /// The page with the officials' contacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<String>,
    /// Officials listed there, up to 255.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub officials: u8,
    /// The newest posting on the English side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Date>,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRef>,
}
