//! Units from a spreadsheet: officials keep them in Excel, and nobody should type them again.
//!
//! [`read`] turns the bytes of a CSV file into [`Unit`]s, every error of every row at once; [`to_yaml`] writes them
//! as a file that `targets.yaml` can include. The flow: `sheet` (encoding, separator, rows) → `columns` (headers in
//! Vietnamese or English) → `unit` (one row) → `write`.

mod columns;
mod sheet;
mod unit;
mod write;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place};
use crate::id::PortalId;
use crate::inventory::address::Refusal;
use columns::{Column, Columns};
pub use unit::Unit;
pub use write::{Shared, to_yaml};

/// What reading a spreadsheet came to.
#[derive(Debug)]
pub struct Imported {
    /// The rows that are in order.
    pub units: Vec<Unit>,
    /// What is wrong with the others, and what looks wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the units of a CSV file. A key path such as `#5 Tên miền` names the row as the spreadsheet numbers it,
/// and the column by its header.
#[must_use]
pub fn read(file: &Arc<Path>, bytes: &[u8]) -> Imported {
    let found = Diagnostics::default();
    let units = units(file, bytes, &found).unwrap_or_default();
    Imported {
        units,
        diagnostics: found.into_vec(),
    }
}

fn units(file: &Arc<Path>, bytes: &[u8], found: &Diagnostics) -> Option<Vec<Unit>> {
    let whole_file = |refusal: Refusal| {
        let error = Diagnostic::error(Some(Place::head(file)), "", refusal.message);
        found.push(error.hint(refusal.hint));
    };
    let mut rows = match sheet::rows(bytes) {
        Ok(rows) => rows.into_iter(),
        Err(refusal) => {
            whole_file(refusal);
            return None;
        }
    };
    // Titles stand above the header in many sheets: the header is the first row that names an address column.
    let (header, columns) = rows
        .by_ref()
        .find_map(|row| Some((row.number, Columns::of(&row)?)))
        .or_else(|| {
            whole_file(Refusal {
                message: Message::new("inventory.import.no_header"),
                hint: Some(Message::new("inventory.import.no_header.hint")),
            });
            None
        })?;
    for (number, name) in columns.unknown() {
        let place = Place {
            line: header,
            ..Place::head(file)
        };
        let path = format!("#{number}");
        let message = Message::new("inventory.import.unknown_column").with("name", name);
        found.push(Diagnostic::warning(Some(place), path, message));
    }
    let mut units = Vec::new();
    for row in rows.filter(|row| columns.has_data(row)) {
        let reader = unit::Reader {
            file,
            row: &row,
            columns: &columns,
            found,
        };
        units.extend(reader.unit());
    }
    if units.is_empty() && found.errors() == 0 {
        whole_file(Message::new("inventory.import.no_rows").into());
    }
    Some(without_repeats(file, units, &columns, found))
}

/// Leaves out units whose address or id a row above has.
fn without_repeats(file: &Arc<Path>, units: Vec<Unit>, columns: &Columns, found: &Diagnostics) -> Vec<Unit> {
    let mut sites: HashMap<String, u32> = HashMap::new();
    let mut ids: HashMap<PortalId, u32> = HashMap::new();
    let mut kept = Vec::new();
    for unit in units {
        let site = sites.get(unit.url.as_str());
        let repeated = match (site, ids.get(&unit.id)) {
            (Some(first), _) => Some((
                Column::Url,
                "inventory.import.url_twice",
                unit.url.as_str(),
                first,
            )),
            (_, Some(first)) => Some((Column::Id, "inventory.import.id_twice", unit.id.as_str(), first)),
            _ => None,
        };
        if let Some((column, key, value, first)) = repeated {
            let (place, path) = columns.place(file, unit.row, unit.line, column);
            let message = Message::new(key).with("value", value).with("row", first);
            found.push(Diagnostic::error(Some(place), path, message));
            continue;
        }
        sites.insert(unit.url.as_str().to_owned(), unit.row);
        ids.insert(unit.id.clone(), unit.row);
        kept.push(unit);
    }
    kept
}
