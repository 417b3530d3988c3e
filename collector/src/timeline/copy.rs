//! The copy itself, and keeping it up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::id::PortalId;
use ems_contract::time::{UnixTime, Window};

use super::keep::keep_from;
use super::roster::Member;
use crate::ledger::{Span, Track};
use crate::store::{Store, StoreError};

/// A far end that every span touches.
const END: UnixTime = UnixTime::from_secs(i64::MAX);

/// Rewrites at least this old are read portal by portal; younger ones in one sweep over all of them.
const SWEEP_S: i64 = 3_600;

/// One portal's spans, per track in the order of [`Track::ALL`], without agents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracks([Vec<Span>; 3]);

const fn place(track: Track) -> usize {
    match track {
        Track::V4 => 0,
        Track::V6 => 1,
        Track::Overall => 2,
    }
}

impl Tracks {
    /// All kept spans of a track, in order.
    #[must_use]
    pub fn spans(&self, track: Track) -> &[Span] {
        &self.0[place(track)]
    }

    /// The kept spans of a track that touch `window`.
    #[must_use]
    pub fn within(&self, track: Track, window: Window) -> &[Span] {
        let spans = self.spans(track);
        let first = spans.partition_point(|span| span.to <= window.from);
        let last = spans.partition_point(|span| span.from < window.to);
        spans.get(first..last).unwrap_or_default()
    }

    /// Puts `new` in place of everything from `from` on.
    fn replace(&mut self, track: Track, from: UnixTime, new: Vec<Span>) {
        let spans = &mut self.0[place(track)];
        spans.truncate(spans.partition_point(|span| span.from < from));
        // The store answers with the span that holds `from` whole; the kept half of it gives way.
        if let (Some(last), Some(first)) = (spans.last(), new.first())
            && first.from <= last.from
        {
            spans.pop();
        } else if let Some(last) = spans.last_mut() {
            last.to = last.to.min(from);
        }
        spans.extend(new);
    }

    fn forget_before(&mut self, from: UnixTime) {
        for spans in &mut self.0 {
            let gone = spans.partition_point(|span| span.to <= from);
            spans.drain(..gone);
        }
    }
}

/// A portal's spans before and after they were rewritten.
#[derive(Debug)]
pub struct Rewrite {
    /// Which portal.
    pub portal: PortalId,
    /// From when on.
    pub from: UnixTime,
    /// What was kept of that stretch before.
    pub before: Tracks,
}

/// What is known at one look.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Spans per portal; a portal without any is missing.
    pub portals: BTreeMap<PortalId, Arc<Tracks>>,
}

impl Snapshot {
    /// A portal's spans of a track, in order; empty when there are none.
    #[must_use]
    pub fn spans(&self, portal: &PortalId, track: Track) -> &[Span] {
        self.portals.get(portal).map_or(&[], |tracks| tracks.spans(track))
    }

    /// The settled horizon of a portal at `now` ([`Member::settled`]).
    #[must_use]
    pub fn settled(&self, member: &Member, now: UnixTime) -> UnixTime {
        let families = [Track::V4, Track::V6].map(|track| self.spans(&member.portal.id, track));
        member.settled(families, now)
    }

    /// The spans of a track that touch `window`.
    #[must_use]
    pub fn within(&self, portal: &PortalId, track: Track, window: Window) -> &[Span] {
        self.portals
            .get(portal)
            .map_or(&[], |tracks| tracks.within(track, window))
    }
}

struct Kept {
    version: u64,
    from: UnixTime,
    portals: BTreeMap<PortalId, Arc<Tracks>>,
    /// Portals that were read, also those without spans.
    known: BTreeSet<PortalId>,
}

/// Somebody who has to know that spans which were kept have changed.
pub trait Watcher: Send + Sync + 'static {
    /// Told once for every rewrite, before anybody sees the new spans. `after` are the portal's spans now.
    fn rewritten(&self, rewrite: &Rewrite, after: &Tracks);
}

/// The copy, shared by all readers.
pub struct Timelines {
    store: Arc<dyn Store>,
    watcher: Option<Arc<dyn Watcher>>,
    kept: Mutex<Kept>,
}

impl Timelines {
    /// An empty copy; the first look fills it.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let kept = Kept {
            version: 0,
            from: UnixTime::from_secs(0),
            portals: BTreeMap::new(),
            known: BTreeSet::new(),
        };
        Self {
            store,
            watcher: None,
            kept: Mutex::new(kept),
        }
    }

    /// An empty copy whose rewrites are told to `watcher`.
    #[must_use]
    pub fn watched(store: Arc<dyn Store>, watcher: Arc<dyn Watcher>) -> Self {
        Self {
            watcher: Some(watcher),
            ..Self::new(store)
        }
    }

    /// Brings the copy of these portals up to date and returns it. Blocks while it reads.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn look(&self, portals: &[PortalId], now: UnixTime) -> Result<Snapshot, StoreError> {
        self.look_and(portals, now, Snapshot::clone)
    }

    /// The same, with something that has to be done before the next rewrite is told.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn look_and<T>(
        &self,
        portals: &[PortalId],
        now: UnixTime,
        then: impl FnOnce(&Snapshot) -> T,
    ) -> Result<T, StoreError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.update(&*self.store, portals, now, &mut |rewrite, after| {
            if let Some(watcher) = &self.watcher {
                watcher.rewritten(rewrite, after);
            }
        })?;
        Ok(then(&Snapshot {
            portals: kept.portals.clone(),
        }))
    }
}

impl Kept {
    fn update(
        &mut self,
        store: &dyn Store,
        wanted: &[PortalId],
        now: UnixTime,
        rewritten: &mut dyn FnMut(&Rewrite, &Tracks),
    ) -> Result<(), StoreError> {
        let changes = store.span_changes(self.version)?;
        let from = keep_from(now);
        let wanted_set: BTreeSet<&PortalId> = wanted.iter().collect();
        self.known.retain(|portal| wanted_set.contains(portal));
        self.portals.retain(|portal, _| wanted_set.contains(portal));
        let mut stale: Vec<(PortalId, UnixTime)> = match changes.portals {
            None => self.known.iter().map(|portal| (portal.clone(), from)).collect(),
            Some(changed) => changed
                .into_iter()
                .filter(|(portal, _)| self.known.contains(portal))
                .map(|(portal, since)| (portal, since.max(from)))
                .collect(),
        };
        let unread: Vec<PortalId> = wanted
            .iter()
            .filter(|portal| !self.known.contains(*portal))
            .cloned()
            .collect();
        let old = stale
            .extract_if(.., |(_, since)| *since < now - SWEEP_S)
            .collect::<Vec<_>>();
        for (portal, since) in old {
            self.read(store, &[portal], since, rewritten)?;
        }
        if let Some(since) = stale.iter().map(|(_, since)| *since).min() {
            let portals: Vec<PortalId> = stale.into_iter().map(|(portal, _)| portal).collect();
            self.read(store, &portals, since, rewritten)?;
        }
        // What is read for the first time was not kept before: it is no rewrite.
        self.read(store, &unread, from, &mut |_rewrite, _after| {})?;
        self.known.extend(unread);
        self.version = changes.version;
        if self.from < from {
            for tracks in self.portals.values_mut() {
                Arc::make_mut(tracks).forget_before(from);
            }
            self.from = from;
        }
        Ok(())
    }

    fn read(
        &mut self,
        store: &dyn Store,
        portals: &[PortalId],
        from: UnixTime,
        rewritten: &mut dyn FnMut(&Rewrite, &Tracks),
    ) -> Result<(), StoreError> {
        if portals.is_empty() {
            return Ok(());
        }
        let window = Window::new(from, END);
        let mut fresh: BTreeMap<PortalId, Tracks> = portals
            .iter()
            .map(|portal| (portal.clone(), Tracks::default()))
            .collect();
        for track in Track::ALL {
            for (portal, mut spans) in store.all_spans(portals, track, window)? {
                for span in &mut spans {
                    span.agents = Vec::new();
                }
                if let Some(tracks) = fresh.get_mut(&portal) {
                    tracks.0[place(track)] = spans;
                }
            }
        }
        for (portal, new) in fresh {
            let tracks = Arc::make_mut(self.portals.entry(portal.clone()).or_default());
            let before = Tracks(Track::ALL.map(|track| tracks.within(track, window).to_vec()));
            for (track, spans) in Track::ALL.into_iter().zip(new.0) {
                tracks.replace(track, from, spans);
            }
            rewritten(&Rewrite { portal, from, before }, tracks);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::State;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{InventoryRecord, SpanUpdate};
    use ems_contract::digest::Sha256;
    use proptest::prelude::*;

    const T0: i64 = 1_795_000_000;

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_secs(T0 + seconds)
    }

    fn span(from: i64, to: i64, state: State) -> Span {
        Span {
            from: at(from),
            to: at(to),
            state,
            cause: None,
            agents: Vec::new(),
        }
    }

    fn store() -> (tempfile::TempDir, Arc<SqliteStore>) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&dir.path().join("ems.db")).unwrap();
        store
            .record_inventory(&InventoryRecord {
                version: Sha256::of(b"v"),
                loaded_at: at(0),
                json: "{}".into(),
                portals: vec!["a".parse().unwrap(), "b".parse().unwrap()],
            })
            .unwrap();
        (dir, Arc::new(store))
    }

    fn write(store: &SqliteStore, portal: &str, from: i64, spans: &[Span]) {
        store
            .write_spans(SpanUpdate {
                portal: portal.parse().unwrap(),
                from: at(from),
                spans: Track::ALL
                    .into_iter()
                    .flat_map(|track| spans.iter().map(move |span| (track, span.clone())))
                    .collect(),
                checkpoints: Vec::new(),
                forget: Vec::new(),
                generation: 0,
            })
            .unwrap();
    }

    #[derive(Default)]
    struct Told(Mutex<Vec<(UnixTime, Vec<Span>)>>);

    impl Watcher for Told {
        fn rewritten(&self, rewrite: &Rewrite, _after: &Tracks) {
            self.0
                .lock()
                .unwrap()
                .push((rewrite.from, rewrite.before.spans(Track::V4).to_vec()));
        }
    }

    fn ids() -> Vec<PortalId> {
        vec!["a".parse().unwrap(), "b".parse().unwrap()]
    }

    #[test]
    fn a_rewrite_in_the_middle_of_a_span_is_followed_and_told() {
        let (_dir, store) = store();
        write(&store, "a", 0, &[span(0, 600, State::Up)]);
        let watcher = Arc::new(Told::default());
        let timelines = Timelines::watched(store.clone(), watcher.clone());
        let now = at(700);
        assert_eq!(
            timelines
                .look(&ids(), now)
                .unwrap()
                .spans(&ids()[0], Track::V4)
                .len(),
            1
        );
        write(
            &store,
            "a",
            300,
            &[span(300, 500, State::Down), span(500, 700, State::Up)],
        );
        let snapshot = timelines.look(&ids(), now).unwrap();
        let kept = snapshot.spans(&ids()[0], Track::V4);
        assert_eq!(
            kept,
            store
                .spans(&ids()[0], Track::V4, Window::new(at(0), at(900)))
                .unwrap()
        );
        let told = watcher.0.lock().unwrap();
        assert_eq!(*told, [(at(300), vec![span(0, 600, State::Up)])]);
        assert!(snapshot.spans(&ids()[1], Track::V4).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_copy_is_what_the_store_holds(
            rewrites in prop::collection::vec((0_usize..2, 0_i64..9_000, prop::collection::vec((1_i64..900, 0_u8..3), 0..4)), 1..14),
            look in prop::collection::vec(any::<bool>(), 14),
        ) {
            let (_dir, store) = store();
            let timelines = Timelines::new(store.clone());
            let now = at(9_000);
            for ((portal, from, pieces), look) in rewrites.into_iter().zip(look) {
                let mut position = from;
                let mut spans: Vec<Span> = Vec::new();
                for (length, kind) in pieces {
                    let state = [State::Up, State::Down, State::Unknown][usize::from(kind)];
                    spans.push(span(position, position + length, state));
                    position += length;
                }
                write(&store, ids()[portal].as_str(), from, &spans);
                if look {
                    timelines.look(&ids(), now).unwrap();
                }
            }
            let snapshot = timelines.look(&ids(), now).unwrap();
            for id in ids() {
                let held = store.spans(&id, Track::V6, Window::new(at(-9), at(99_999))).unwrap();
                prop_assert_eq!(snapshot.spans(&id, Track::V6), held);
            }
        }
    }
}
