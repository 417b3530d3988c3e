//! One item of a section's list: a document, an article, a question.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::cause::named_enum;

/// The longest title kept, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest address kept, in bytes: a longer one is left out.
pub const MAX_URL: usize = 1_024;

named_enum! {
    /// The two kinds of documents, as far as the symbol or the page tells them apart.
    DocumentKind {
        /// Normative (`văn bản quy phạm pháp luật`).
        Qppl = "qppl",
        /// Administrative (`văn bản hành chính`).
        Administrative = "hanh-chinh",
    }
}

/// One item. Days are Vietnamese civil days as the page shows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct ItemFacts {
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its title, at most [`MAX_TITLE`] characters.
    pub title: String,
    /// Number and symbol of a document (`số, ký hiệu`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// The body that issued it (`cơ quan ban hành`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Normative or administrative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DocumentKind>,
    /// Marked urgent (`khẩn`, `hỏa tốc`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// Marked as no longer in force (`hết hiệu lực`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repealed: bool,
    /// When it was posted (`ngày đăng`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Date>,
    /// When the document was issued (`ngày ban hành`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
    /// From when it is in force (`ngày hiệu lực`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// Until when something is open or in force (`thời hạn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// When it was approved (`phê duyệt`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Date>,
    /// When it was accepted (`nghiệm thu`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Date>,
    /// When the event took or takes place; the last day of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Date>,
    /// When the question was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Date>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Date>,
    /// The first and last day that a schedule covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<(Date, Date)>,
    /// Addresses of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}
