//! Taking entries of a spreadsheet in, by whichever way the file came: console, API or command line.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::time::UnixTime;

use crate::account::Author;
use crate::context::Context;
use crate::register::RegisterKind;
use crate::register::import::GoodRow;
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
