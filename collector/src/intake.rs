//! Taking entries of a spreadsheet in, by whichever way the file came: console, API or command line.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::time::UnixTime;

use crate::account::{Author, Person};
use crate::context::Context;
use crate::oncall::{OnCallSettings, shift_doubts};
use crate::register::import::{GoodRow, Imported, RowFault};
use crate::register::{Entry, RegisterKind};
use crate::store::{Entered, HandedFile, NewEntry, PeopleStore, StoreError};

/// Portals by id with their names, as rows may name them.
#[must_use]
pub fn portals(inventory: &Inventory) -> BTreeMap<PortalId, String> {
    let named = inventory
        .portals
        .iter()
        .map(|portal| (portal.id.clone(), portal.name.clone()));
    named.collect()
}

/// Tells of shifts in which somebody is on duty who cannot be called or may not answer, as their form does.
pub fn doubt_shifts(imported: &mut Imported, people: &[Person], settings: Option<&OnCallSettings>) {
    let doubts = imported.good.iter().flat_map(|row| {
        let found = match &row.entry {
            Entry::Shift(shift) => shift_doubts(shift, people, settings),
            _ => Vec::new(),
        };
        found.into_iter().map(|message| RowFault {
            place: row.place.clone(),
            message,
            warning: true,
        })
    });
    let doubts: Vec<RowFault> = doubts.collect();
    imported.faults.extend(doubts);
}

/// Enters rows with the file that they stand in, all or none; returns how many.
///
/// # Errors
/// When the store cannot be written.
pub fn enter_rows(
    store: &dyn PeopleStore,
    author: &Author,
    kind: RegisterKind,
    rows: Vec<GoodRow>,
    file: &HandedFile,
    now: UnixTime,
) -> Result<usize, StoreError> {
    let mut first = Some(file.clone());
    let entries: Vec<NewEntry> = rows
        .into_iter()
        .map(|row| NewEntry {
            portal: Some(row.portal),
            replaces: None,
            withdrawn: false,
            entry: row.entry,
            // The spreadsheet itself is kept once, as evidence of where the rows came from.
            file: first.take(),
        })
        .collect();
    if entries.is_empty() {
        return Ok(0);
    }
    let digest = ems_contract::digest::Sha256::of(&file.bytes);
    let detail = format!("{} ({}), {}", file.name, digest.short(), entries.len());
    let note = author.note(now, "register.import", kind.as_str(), detail);
    match store.enter(entries, author, note)? {
        Entered::All(ids) => Ok(ids.len()),
        // New entries correct nothing: nothing can be outdated.
        Entered::Outdated(_) => Ok(0),
    }
}

/// [`enter_rows`] in a running collector, which is asked to judge their portals again.
///
/// # Errors
/// When the store cannot be written.
pub fn enter_and_judge(
    context: &Context,
    author: &Author,
    kind: RegisterKind,
    rows: Vec<GoodRow>,
    file: &HandedFile,
    now: UnixTime,
) -> Result<usize, StoreError> {
    let portals: Vec<PortalId> = rows.iter().map(|row| row.portal.clone()).collect();
    let entered = enter_rows(&*context.store, author, kind, rows, file, now)?;
    context.docket.ask(portals);
    Ok(entered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Values, read};

    #[test]
    fn a_shift_of_a_stranger_is_told_with_its_row_and_taken_all_the_same() {
        let values = [
            ("person", "khong.co"),
            ("from", "2026-12-20 08:00"),
            ("to", "2026-12-21 08:00"),
            ("repeats", "once"),
        ];
        let values: Values = values
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        let mut imported = Imported::default();
        imported.good.push(GoodRow {
            place: "Sheet1!5".into(),
            portal: crate::testing::portal("p"),
            entry: read(RegisterKind::Shift, &values).unwrap(),
        });
        doubt_shifts(&mut imported, &[], None);
        let [fault] = imported.faults.as_slice() else {
            panic!("{:?}", imported.faults)
        };
        assert_eq!((fault.place.as_str(), fault.warning), ("Sheet1!5", true));
        assert_eq!(fault.message.key(), "oncall.doubt.shift_no_account");
        assert_eq!(imported.good.len(), 1);
    }
}
