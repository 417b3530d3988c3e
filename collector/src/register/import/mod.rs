//! Entries from a spreadsheet, as units send them. Pure: the bytes of the file in, good rows and every fault out.

mod columns;
mod sheet;
mod unpacked;

use std::collections::BTreeMap;

use ems_contract::diagnostic::Message;
use ems_contract::id::PortalId;
use ems_contract::inventory::slug;
use ems_contract::time::UnixTime;

use super::entry::{Entry, RegisterKind};
use super::fault::faults;
use super::form::{Values, read};
use crate::regulation::Regulations;
use columns::{Columns, PORTAL};
pub use sheet::MAX_BYTES;
use sheet::{Sheet, sheets};

/// A row that can be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodRow {
    /// `Sheet1!5`.
    pub place: String,
    /// The portal it is about.
    pub portal: PortalId,
    /// What it says.
    pub entry: Entry,
}

/// Something wrong, or that looks wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// `Sheet1!C5`; the file as a whole when empty.
    pub place: String,
    /// What.
    pub message: Message,
    /// The row is taken all the same.
    pub warning: bool,
}

/// What reading a file came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Rows in order.
    pub good: Vec<GoodRow>,
    /// Rows that cannot be taken.
    pub bad: usize,
    /// Everything that stands against rows or file, in the order of the file.
    pub faults: Vec<RowFault>,
}

/// Reads entries of a register; `portals` are ids and names by which rows may name their portal.
#[must_use]
pub fn import(
    rules: &Regulations,
    kind: RegisterKind,
    portals: &BTreeMap<PortalId, String>,
    bytes: &[u8],
    now: UnixTime,
) -> Imported {
    let mut imported = Imported::default();
    let whole = |message| RowFault {
        place: String::new(),
        message,
        warning: false,
    };
    let sheets = match sheets(bytes) {
        Ok(sheets) => sheets,
        Err(message) => {
            imported.faults.push(whole(message));
            return imported;
        }
    };
    let known = Portals::new(portals);
    let mut headed = false;
    for sheet in &sheets {
        let header = sheet
            .rows
            .iter()
            .find_map(|(number, cells)| Columns::of(kind, cells).map(|columns| (*number, columns)));
        let Some((number, columns)) = header else { continue };
        headed = true;
        for (column, name) in columns.unknown() {
            imported.faults.push(RowFault {
                place: place(sheet, Some(*column), number),
                message: Message::new("register.import.column").with("name", name),
                warning: true,
            });
        }
        for (number, cells) in sheet.rows.range(number + 1..) {
            take(
                rules,
                &mut imported,
                sheet,
                &columns,
                (*number, cells),
                &known,
                now,
            );
        }
    }
    if !headed {
        imported
            .faults
            .push(whole(Message::new("register.import.no_header")));
    } else if imported.good.is_empty() && imported.bad == 0 {
        imported
            .faults
            .push(whole(Message::new("register.import.no_rows")));
    }
    imported
}

fn take(
    rules: &Regulations,
    imported: &mut Imported,
    sheet: &Sheet,
    columns: &Columns,
    (number, cells): (u32, &BTreeMap<u32, String>),
    known: &Portals<'_>,
    now: UnixTime,
) {
    let values: Values = columns.values(cells);
    // A row with a running number only, or with nothing at all, is no row.
    if values.is_empty() {
        return;
    }
    let mut found = Vec::new();
    let mut wrong = |column: Option<u32>, message: Message, warning: bool| {
        found.push(RowFault {
            place: place(sheet, column, number),
            message,
            warning,
        });
    };
    let column = |field: &str| columns.of_field(field);
    let portal = match values.get(PORTAL) {
        None => {
            wrong(column(PORTAL), Message::new("register.import.no_portal"), false);
            None
        }
        Some(text) => match known.find(text) {
            Ok(portal) => Some(portal),
            Err(message) => {
                wrong(column(PORTAL), message, false);
                None
            }
        },
    };
    let entry = match read(columns.kind, &values) {
        Ok(entry) => {
            let doubts = faults(rules, &entry, None, now);
            // What wants a right of its own is entered one by one, by a person.
            let alone = entry.action() != columns.kind.action();
            if alone {
                wrong(None, Message::new("register.import.alone"), false);
            }
            let fine = doubts.errors.is_empty() && !alone;
            for (messages, warning) in [(doubts.errors, false), (doubts.warnings, true)] {
                messages
                    .into_iter()
                    .for_each(|message| wrong(None, message, warning));
            }
            fine.then_some(entry)
        }
        Err(all) => {
            all.into_iter()
                .for_each(|(field, message)| wrong(column(field), message, false));
            None
        }
    };
    match (portal, entry) {
        (Some(portal), Some(entry)) => imported.good.push(GoodRow {
            place: place(sheet, None, number),
            portal,
            entry,
        }),
        _ => imported.bad += 1,
    }
    imported.faults.extend(found);
}

/// `Sheet1!C5`, `Sheet1!5`, `C5`, `5`.
fn place(sheet: &Sheet, column: Option<u32>, row: u32) -> String {
    let letters = column.map(letters).unwrap_or_default();
    if sheet.name.is_empty() {
        format!("{letters}{row}")
    } else {
        format!("{}!{letters}{row}", sheet.name)
    }
}

/// A column as spreadsheets name it: `A`, `Z`, `AA`.
fn letters(column: u32) -> String {
    let mut rest = column;
    let mut text = String::new();
    loop {
        let letter = u8::try_from(rest % 26).map_or('?', |digit| char::from(b'A' + digit));
        text.insert(0, letter);
        if rest < 26 {
            return text;
        }
        rest = rest / 26 - 1;
    }
}

/// Portals by id and by name, however it is accented.
struct Portals<'p> {
    ids: &'p BTreeMap<PortalId, String>,
    names: BTreeMap<String, Vec<&'p PortalId>>,
}

impl<'p> Portals<'p> {
    fn new(ids: &'p BTreeMap<PortalId, String>) -> Self {
        let mut names: BTreeMap<String, Vec<&PortalId>> = BTreeMap::new();
        for (id, name) in ids {
            names.entry(slug(name)).or_default().push(id);
        }
        Self { ids, names }
    }

    fn find(&self, text: &str) -> Result<PortalId, Message> {
        if let Some(id) = text
            .parse::<PortalId>()
            .ok()
            .filter(|id| self.ids.contains_key(id))
        {
            return Ok(id);
        }
        match self.names.get(&slug(text)).map(Vec::as_slice) {
            Some([only]) => Ok((*only).clone()),
            Some(several) => {
                let ids: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
                let message = Message::new("register.import.portal_many").with("name", text);
                Err(message.with("ids", ids.join(", ")))
            }
            None => Err(Message::new("register.import.portal").with("name", text)),
        }
    }
}

#[cfg(test)]
mod tests;
