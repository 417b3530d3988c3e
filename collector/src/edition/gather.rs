//! Fetches what the overview of duties is made of.

use ems_contract::inventory::Inventory;
use ems_contract::time::{UnixTime, Window};

use super::due::{DueFacts, DueLine, due};
use crate::register::RegisterKind;
use crate::regulation::Regulations;
use crate::store::{Store, StoreError};

/// The reports that matter at `now`.
///
/// # Errors
/// When the store cannot be read.
pub fn due_now(
    store: &dyn Store,
    inventory: &Inventory,
    rules: &Regulations,
    now: UnixTime,
) -> Result<Vec<DueLine>, StoreError> {
    let ever = Window::new(UnixTime::from_secs(0), now + 1);
    let first = store.inventories(ever)?.first().map(|record| record.loaded_at);
    let facts = DueFacts {
        rules,
        inventory,
        editions: &store.editions(None)?,
        receipts: &store.entries(Some(RegisterKind::Report), None)?,
        since: first.unwrap_or(now),
    };
    Ok(due(facts, now))
}
