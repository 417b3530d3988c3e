//! How much there is to do everywhere, counted again only after somebody was judged: counting reads every verdict that
//! fails or warns, and portals are judged once an hour.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::id::PortalId;
use jiff::civil::Date;

use crate::digest::{Load, loads};
use crate::store::{Judging, Store, StoreError};

/// What the newest judgings of all portals come to.
#[derive(Debug, PartialEq)]
pub(super) struct Workload {
    /// What there is to do, where there is anything.
    pub(super) loads: BTreeMap<PortalId, Load>,
    /// The portals of which anything was decided.
    pub(super) decided: BTreeSet<PortalId>,
}

/// Keeps the count with the judgings that it was made of.
#[derive(Default)]
pub(super) struct Workloads(Mutex<Option<(Vec<Judging>, Arc<Workload>)>>);

impl Workloads {
    /// The count over portals that were judged for `from` or later.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn current(&self, store: &dyn Store, from: Date) -> Result<Arc<Workload>, StoreError> {
        // Read first: what is judged while the rest is read makes the next one count again.
        let judgings = store.newest_judgings(None, from)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, workload)) = &*kept
            && *of == judgings
        {
            return Ok(Arc::clone(workload));
        }
        let workload = Arc::new(Workload {
            loads: loads(&store.open_checks(from)?),
            decided: store.decided_portals(from)?,
        });
        *kept = Some((judgings, Arc::clone(&workload)));
        Ok(workload)
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::digest::Sha256;
    use tempfile::TempDir;

    use super::*;
    use crate::calendar::civil;
    use crate::judge::Verdict;
    use crate::store::{Judged, VerdictStore, Versions};
    use crate::testing;

    const DAY: Date = Date::constant(2026, 11, 23);

    fn verdict(value: &str) -> Verdict {
        serde_json::from_value(serde_json::json!({
            "portal": "p1", "pack": "an-giang-2023", "pack_version": "1", "obligation": "AG-12", "value": value,
            "reason": "late", "severity": "major", "at": civil::start_of(DAY), "checks": [{
                "check": "fresh-tin-tuc", "value": value, "reason": "late", "kind": "statutory",
                "threshold_kind": "statutory", "finding": "none",
            }],
        }))
        .unwrap()
    }

    #[test]
    fn it_is_counted_again_when_somebody_was_judged() {
        let dir = TempDir::new().unwrap();
        let store = testing::store(dir.path());
        let judge = |hour: i64, verdicts: Vec<Verdict>| {
            let nothing = Sha256::of(b"");
            let judged = Judged {
                portal: testing::portal("p1"),
                day: DAY,
                at: civil::start_of(DAY) + hour * 3_600,
                versions: Versions {
                    rules: nothing,
                    calendar: Vec::new(),
                    inventory: nothing,
                    method: 1,
                },
                verdicts,
            };
            store.write_verdicts(vec![judged]).unwrap();
        };
        let workloads = Workloads::default();
        let current = || workloads.current(&store, DAY).unwrap();
        assert!(current().decided.is_empty());
        judge(1, vec![verdict("unknown")]);
        assert!(current().decided.is_empty(), "unknown decides nothing");
        judge(2, vec![verdict("fail")]);
        let failing = current();
        let load = failing.loads[&testing::portal("p1")];
        assert_eq!((load.fails, load.oldest), (1, Some(DAY)));
        assert!(Arc::ptr_eq(&failing, &current()), "nobody was judged meanwhile");
        judge(3, vec![verdict("pass")]);
        let passing = current();
        assert!(passing.loads.is_empty() && passing.decided.contains(&testing::portal("p1")));
        let later = workloads.current(&store, civil::plus_days(DAY, 1)).unwrap();
        assert!(later.decided.is_empty(), "too long ago");
    }
}
