//! Entries that another program writes into the registers beside the running collector (`ems-collector attest`): their
//! portals are judged again at once, not only in the next whole round.

use std::time::Duration;

use ems_contract::id::PortalId;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::store::StoreError;

/// How often the registers are looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Looks for new entries.
pub struct Elsewhere {
    context: Context,
    /// The last entry that was seen.
    last: i64,
}

impl Elsewhere {
    /// Begins after the entries that there are: the first round judges by them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn new(context: &Context) -> Result<Self, StoreError> {
        let known = context.store.entered_after(0)?;
        Ok(Self {
            context: context.clone(),
            last: known.last().map_or(0, |(id, _)| *id),
        })
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let (context, last) = (self.context.clone(), self.last);
            match tokio::task::spawn_blocking(move || look(&context, last)).await {
                Ok(Ok(last)) => self.last = last,
                Ok(Err(error)) => tracing::warn!(%error, "new entries of registers could not be looked for"),
                Err(error) => tracing::error!(%error, "looking for new entries of registers panicked"),
            }
        }
    }
}

/// Asks for new judgements of the portals of the entries after `last`; returns the last there is.
fn look(context: &Context, last: i64) -> Result<i64, StoreError> {
    let new = context.store.entered_after(last)?;
    let Some((newest, _)) = new.last() else {
        return Ok(last);
    };
    let newest = *newest;
    // What is said of the province as a whole concerns every portal.
    let portals: Vec<PortalId> = if new.iter().any(|(_, portal)| portal.is_none()) {
        let inventory = context.inventory.current();
        inventory.portals.iter().map(|portal| portal.id.clone()).collect()
    } else {
        new.into_iter().filter_map(|(_, portal)| portal).collect()
    };
    context.docket.ask(portals);
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Author;
    use crate::register::{Entry, ReportReceipt};
    use crate::store::NewEntry;
    use crate::testing::{self, at, portal};

    fn enter(context: &Context, of: Option<&str>) {
        let receipt: ReportReceipt = serde_json::from_value(serde_json::json!({
            "entry": {"report": "ag-q", "period": "Q3", "year": 2026, "received": "2026-09-10"},
        }))
        .unwrap();
        let author = Author::of_machine("can.bo");
        let note = author.note(at(1), "register.enter", "report", "");
        let entry = NewEntry {
            portal: of.map(portal),
            replaces: None,
            withdrawn: false,
            entry: Entry::Report(receipt),
            file: None,
        };
        context.store.enter(vec![entry], &author, note).unwrap();
    }

    #[test]
    fn portals_of_new_entries_are_judged_again_and_those_of_old_ones_are_not() {
        let dir = tempfile::TempDir::new().unwrap();
        let context = testing::context(dir.path(), at(0));
        enter(&context, Some("p1"));
        let elsewhere = Elsewhere::new(&context).unwrap();
        assert_eq!(look(&context, elsewhere.last).unwrap(), elsewhere.last);
        assert!(context.docket.take().is_empty());
        enter(&context, Some("p2"));
        let last = look(&context, elsewhere.last).unwrap();
        assert!(last > elsewhere.last);
        assert_eq!(context.docket.take(), [portal("p2")]);
        assert_eq!(look(&context, last).unwrap(), last);
        enter(&context, None);
        look(&context, last).unwrap();
        assert_eq!(context.docket.take(), [portal("p1"), portal("p2")]);
    }
}
