//! What the store knows of a portal's sections.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;

use crate::calendar::civil::{day_of, plus_days};
use crate::store::{Asked, KeptVerdict, PageLook, SectionLook, Store, StoreError};

/// What is known of the sections of a portal.
#[derive(Debug, Default)]
pub struct Read {
    /// The newest look at every section that was ever looked for.
    pub sections: Vec<SectionLook>,
    /// The newest visit of its pages: the English side stands there.
    pub page: Option<PageLook>,
    /// The newest verdicts on the portal, of today or yesterday.
    pub verdicts: Vec<KeptVerdict>,
}

impl Read {
    /// The pages behind what is known, by their digests.
    #[must_use]
    pub fn pages(&self) -> BTreeSet<Sha256> {
        let english = self.page.as_ref().and_then(|page| page.facts.english.as_ref());
        let english = english.and_then(|facts| facts.evidence.as_ref());
        let sections = self
            .sections
            .iter()
            .filter_map(|look| look.facts.evidence.as_ref());
        sections
            .chain(english)
            .filter_map(|evidence| evidence.sha256)
            .collect()
    }
}

/// Reads what is known at `now`.
///
/// # Errors
/// When the store cannot be read.
pub fn read(store: &dyn Store, portal: &PortalId, now: UnixTime) -> Result<Read, StoreError> {
    let today = day_of(now);
    let mut verdicts = store.verdicts(&Asked {
        from: plus_days(today, -1),
        to: today,
        portal: Some(portal.clone()),
        pack: None,
    })?;
    let newest = verdicts.iter().map(|kept| kept.until).max();
    verdicts.retain(|kept| Some(kept.until) == newest);
    Ok(Read {
        sections: store.sections_at(portal, now)?,
        page: store.page_at(portal, now)?,
        verdicts,
    })
}
