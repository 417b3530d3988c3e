//! A record of an incident, begun from what is known of an outage.

use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::text::Lang;
use ems_contract::time::{UnixTime, Window};

use crate::register::{IncidentForm, draft};
use crate::store::{Store, StoreError};

/// Outages so far back, in seconds, are looked for.
const LOOK_BACK_S: i64 = 400 * 86_400;

/// The record with its portal; none where there is no such outage of a portal of the inventory.
///
/// # Errors
/// When the store cannot be read.
pub fn begun(
    store: &dyn Store,
    inventory: &Inventory,
    outage: i64,
    (now, lang): (UnixTime, Lang),
) -> Result<Option<(PortalId, IncidentForm)>, StoreError> {
    let window = Window::new(now - LOOK_BACK_S, now + 1);
    let incidents = store.incidents(None, window)?;
    let Some(incident) = incidents.iter().find(|incident| incident.id == outage) else {
        return Ok(None);
    };
    let Some(portal) = inventory.portal(&incident.portal) else {
        return Ok(None);
    };
    let responses = store.responses(window)?;
    let response = responses.iter().find(|response| response.incident == outage);
    let form = draft(incident, portal, response, lang);
    Ok(Some((portal.id.clone(), form)))
}
