//! The parts a text is made of.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::chart::Chart;
use super::table::Table;

/// One part of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading, with its number in the text (`I. TÌNH HÌNH CHUNG`, `1. Cổng tỉnh`).
    Heading {
        /// 1 (chapter) to 4.
        level: u8,
        /// The text.
        text: String,
    },
    /// A justified paragraph with its first line indented.
    Paragraph(Vec<Run>),
    /// A list; each item is one paragraph.
    List {
        /// Numbered `a)`, `b)` … by the renderer; else with dashes.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ordered: bool,
        /// The items.
        items: Vec<Vec<Run>>,
    },
    /// A table.
    Table(Table),
    /// A chart, as data.
    Chart(Chart),
    /// The few figures of a summary, set large, side by side.
    Figures(Vec<Figure>),
    /// A remark in small type: source, method, why something is missing.
    Note(Vec<Run>),
    /// Something a person has to write, shown so that nobody overlooks it: `(đơn vị bổ sung)`.
    Placeholder(String),
    /// A table of contents over the headings and appendices.
    Contents,
    /// What follows begins a new page.
    PageBreak,
}

impl Block {
    /// A paragraph of plain text.
    #[must_use]
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Run::plain(text)])
    }

    /// A heading.
    #[must_use]
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading {
            level,
            text: text.into(),
        }
    }

    /// A remark of plain text.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self::Note(vec![Run::plain(text)])
    }
}

/// A stretch of text in one style. A line feed in it breaks the line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The text.
    pub text: String,
    /// Bold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
    /// Italic.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub italic: bool,
    /// Where it leads: `http`, `https` or `mailto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Run {
    /// Text in the style around it.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Bold text.
    #[must_use]
    pub fn bold(text: impl Into<String>) -> Self {
        Self {
            bold: true,
            ..Self::plain(text)
        }
    }

    /// Italic text.
    #[must_use]
    pub fn italic(text: impl Into<String>) -> Self {
        Self {
            italic: true,
            ..Self::plain(text)
        }
    }

    /// Text that leads somewhere.
    #[must_use]
    pub fn link(text: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            link: Some(address.into()),
            ..Self::plain(text)
        }
    }
}

/// One of the few figures of a summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it measures.
    pub label: String,
    /// The figure.
    pub figure: Cell,
    /// Change against the period before, or coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}
