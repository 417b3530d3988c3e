//! Listed documents, articles and questions.

use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::civil::{end_of, start_of};
use crate::vocabulary::vocabulary;

/// An instant or a whole day, as precisely as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// Earliest second.
    pub from: UnixTime,
    /// Latest second.
    pub to: UnixTime,
}

impl When {
    /// Some time on a day.
    #[must_use]
    pub fn day(day: Date) -> Self {
        Self {
            from: start_of(day),
            to: end_of(day),
        }
    }

    /// An instant.
    #[must_use]
    pub const fn at(instant: UnixTime) -> Self {
        Self {
            from: instant,
            to: instant,
        }
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.from == self.to {
            self.from.serialize(serializer)
        } else {
            serializer.collect_str(&crate::calendar::civil::day_of(self.from))
        }
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == "2026-11-22".len() {
            return text.parse().map(Self::day).map_err(serde::de::Error::custom);
        }
        text.parse().map(Self::at).map_err(serde::de::Error::custom)
    }
}

/// One list of items of one class.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ItemList {
    /// More than a fifth of the items reappeared at once under new addresses: their clocks say nothing (0.8 (17)).
    pub reindexed: bool,
    /// Last change of the content, for pages without dated items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<When>,
    /// The items.
    pub list: Vec<Item>,
}

vocabulary! {
    /// Type of a document.
    DocumentType {
        /// Normative (`quy phạm pháp luật`).
        Qppl = "qppl",
        /// Administrative.
        Administrative = "hanh-chinh",
    }
}

/// One document, article, question or report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Item {
    /// Identity: symbol or address.
    pub id: String,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `số, ký hiệu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Whether the owner of the portal issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_owner: Option<bool>,
    /// Its type; read from the symbol when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    /// Emergency document.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// `ngày ban hành`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
    /// `ngày phê duyệt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<Date>,
    /// `ngày nghiệm thu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Date>,
    /// `ngày quyết định công bố`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Date>,
    /// `ngày tạo ra`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Date>,
    /// End of the event reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_ended: Option<UnixTime>,
    /// Day of receipt, from the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Date>,
    /// Day of supply to the editorial board, from the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplied: Option<Date>,
    /// Day on which a question was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Date>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<When>,
    /// The instrument that an article spreads or explains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cites: Option<String>,
    /// Day of issue of that instrument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cited_issued: Option<Date>,
    /// The year that a report covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// The date of publication that the page shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<When>,
    /// The first look that saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<UnixTime>,
    /// The last look at the list that did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_absent: Option<UnixTime>,
}

impl Item {
    /// The type, from the symbol where nobody wrote it: normative acts of a province carry the year inside the
    /// number (`12/2026/QĐ-UBND`), administrative documents do not (`345/UBND-KGVX`).
    #[must_use]
    pub fn document_type(&self) -> Option<DocumentType> {
        self.document_type.or_else(|| {
            let symbol = self.symbol.as_deref()?;
            let mut parts = symbol.split('/');
            let number = parts.next()?;
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let (year, kind) = (parts.next()?, parts.next());
            let dated = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
            match kind {
                Some("QĐ-UBND" | "NQ-HĐND" | "CT-UBND") if dated => Some(DocumentType::Qppl),
                _ => Some(DocumentType::Administrative),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_tells_the_type() {
        let of = |symbol: &str| {
            Item {
                symbol: Some(symbol.to_owned()),
                ..Item::default()
            }
            .document_type()
        };
        assert_eq!(of("02/2023/QĐ-UBND"), Some(DocumentType::Qppl));
        assert_eq!(of("12/2026/NQ-HĐND"), Some(DocumentType::Qppl));
        assert_eq!(of("1347/QĐ-UBND"), Some(DocumentType::Administrative));
        assert_eq!(of("345/UBND-KGVX"), Some(DocumentType::Administrative));
        assert_eq!(of("Thông báo"), None);
    }

    #[test]
    fn days_and_instants_are_both_read() {
        let day: When = serde_json::from_str("\"2026-11-20\"").unwrap();
        assert_eq!(day.to - day.from, 86_399);
        let at: When = serde_json::from_str("\"2026-11-20T10:00:00+07:00\"").unwrap();
        assert_eq!(at.from, at.to);
        for when in [day, at] {
            let text = serde_json::to_string(&when).unwrap();
            assert_eq!(serde_json::from_str::<When>(&text).unwrap(), when);
        }
        assert!(serde_json::from_str::<When>("\"20/11/2026\"").is_err());
    }
}
