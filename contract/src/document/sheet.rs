//! Sheets of the workbook: plain tables that filter, sort and compute.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::table::Column;

/// A sheet: one header row, data rows without any merged cell, a row of totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Name: 1 to 31 characters without `[ ] : * ? / \`, no apostrophe at either end, unlike every other whatever
    /// the case.
    pub name: String,
    /// Its columns; a column's group is written before its title.
    pub columns: Vec<Column>,
    /// Its rows, one cell per column.
    pub rows: Vec<Vec<Cell>>,
    /// One entry per column, or empty for no row of totals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<Option<Total>>,
    /// Printed below the table, apart from the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What stands in the row of totals. Written as a formula over the rows that a filter leaves, with its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Total {
    /// Words, such as `Tổng cộng`.
    Label(String),
    /// The sum of the column.
    Sum,
    /// Number of cells that are not empty.
    Count,
    /// The share of two columns' sums, floored.
    Share {
        /// Index of the column of numerators.
        part: usize,
        /// Index of the column of denominators.
        whole: usize,
        /// Places of the percentage, at most 2: so the arithmetic of a spreadsheet, 53 bits, is exact for sums of up
        /// to 9 × 10¹¹.
        places: u8,
    },
}
