//! Tables with typed columns.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use crate::cause::named_enum;

/// A table. Its header is repeated on every page it reaches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Printed above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Its columns. Their widths follow from what stands in them.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Printed in place of rows where there are none ("Không có sự cố"); a table without rows and without this
    /// text is a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<String>,
    /// Remarks below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Head.
    pub title: String,
    /// A head above it that it shares with neighbours of the same group ("Tỷ lệ sẵn sàng" over IPv4, IPv6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What stands in it.
    #[serde(default, skip_serializing_if = "ColumnKind::is_text")]
    pub kind: ColumnKind,
}

impl Column {
    /// A column of a kind.
    #[must_use]
    pub fn new(title: impl Into<String>, kind: ColumnKind) -> Self {
        Self {
            title: title.into(),
            group: None,
            kind,
        }
    }

    /// The same column below a shared head.
    #[must_use]
    pub fn under(self, group: impl Into<String>) -> Self {
        Self {
            group: Some(group.into()),
            ..self
        }
    }
}

named_enum! {
    /// What stands in a column: decides its alignment and, in a spreadsheet, its number format.
    #[derive(Default)]
    ColumnKind {
        /// Words, left.
        #[default]
        Text = "text",
        /// Counts and decimals, right.
        Number = "number",
        /// Shares in percent, right.
        Percent = "percent",
        /// Lengths of time, right.
        Duration = "duration",
        /// Days, centred.
        Date = "date",
        /// Instants, centred.
        Instant = "instant",
        /// A verdict or state in words, centred.
        Status = "status",
    }
}

impl ColumnKind {
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What kind of row it is.
    #[serde(default, skip_serializing_if = "RowKind::is_data")]
    pub kind: RowKind,
    /// One cell per column; a [`RowKind::Group`] row has exactly one, which spans all columns.
    pub cells: Vec<Cell>,
}

impl Row {
    /// A row of data.
    #[must_use]
    pub fn data(cells: Vec<Cell>) -> Self {
        Self {
            kind: RowKind::Data,
            cells,
        }
    }

    /// A head over the rows that follow.
    #[must_use]
    pub fn group(title: impl Into<String>) -> Self {
        Self {
            kind: RowKind::Group,
            cells: vec![Cell::text(title)],
        }
    }

    /// A row of sums.
    #[must_use]
    pub fn total(cells: Vec<Cell>) -> Self {
        Self {
            kind: RowKind::Total,
            cells,
        }
    }
}

named_enum! {
    /// Kinds of rows.
    #[derive(Default)]
    RowKind {
        /// Data.
        #[default]
        Data = "data",
        /// A head over the rows that follow.
        Group = "group",
        /// Sums, bold.
        Total = "total",
    }
}

impl RowKind {
    fn is_data(&self) -> bool {
        *self == Self::Data
    }
}
