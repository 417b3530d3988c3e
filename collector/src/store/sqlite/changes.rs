//! Which portals' spans were rewritten while this store is open, for readers that keep a copy.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;

use crate::store::SpanChanges;

/// Rewrites remembered per portal; older ones are told together, from the earliest instant of them.
const KEPT: usize = 16;

/// What was rewritten, by version. Version 0 is a reader that never looked.
pub(super) struct Changes(Mutex<Log>);

struct Log {
    version: u64,
    /// Per portal: (version, from), both rising. A later rewrite that reaches further back covers earlier ones.
    portals: BTreeMap<PortalId, Vec<(u64, UnixTime)>>,
}

impl Default for Changes {
    fn default() -> Self {
        // The first version handed out must differ from "never looked".
        Self(Mutex::new(Log {
            version: 1,
            portals: BTreeMap::new(),
        }))
    }
}

impl Changes {
    /// Notes that a portal's spans were rewritten from an instant on. Called after the commit.
    pub(super) fn note(&self, portal: PortalId, from: UnixTime) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.version += 1;
        let version = log.version;
        let rewrites = log.portals.entry(portal).or_default();
        rewrites.retain(|(_, earlier)| *earlier < from);
        rewrites.push((version, from));
        if rewrites.len() > KEPT {
            let (_, earliest) = rewrites.remove(0);
            rewrites[0].1 = earliest;
        }
    }

    /// What was rewritten after `version`. Version 0 knows nothing: everything may have changed.
    pub(super) fn since(&self, version: u64) -> SpanChanges {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let portals = log.portals.iter().filter_map(|(portal, rewrites)| {
            let (_, from) = rewrites.iter().find(|(changed, _)| *changed > version)?;
            Some((portal.clone(), *from))
        });
        SpanChanges {
            version: log.version,
            portals: (version > 0).then(|| portals.collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_secs(seconds)
    }

    #[test]
    fn a_first_look_knows_nothing_and_a_second_only_what_came_between() {
        let changes = Changes::default();
        let first = changes.since(0);
        assert_eq!(first.portals, None);
        changes.note("a".parse().unwrap(), at(100));
        changes.note("a".parse().unwrap(), at(50));
        changes.note("b".parse().unwrap(), at(70));
        let second = changes.since(first.version);
        assert_eq!(
            second.portals.unwrap(),
            [("a".parse().unwrap(), at(50)), ("b".parse().unwrap(), at(70))]
        );
        assert_eq!(changes.since(second.version).portals.unwrap(), []);
    }

    proptest! {
        #[test]
        fn a_look_never_misses_a_rewrite(rewrites in prop::collection::vec(0_i64..100, 1..60), look in 0_usize..60) {
            let changes = Changes::default();
            let mut version = changes.since(0).version;
            for (index, from) in rewrites.iter().enumerate() {
                if index == look {
                    version = changes.since(version).version;
                }
                changes.note("a".parse().unwrap(), at(*from));
            }
            let missed = rewrites.iter().skip(if look < rewrites.len() { look } else { 0 }).min().unwrap();
            let told = changes.since(version).portals.unwrap();
            prop_assert!(told[0].1 <= at(*missed));
        }
    }
}
