//! Which portals are to be judged again, because something new is known of them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::id::PortalId;
use tokio::sync::Notify;

/// The list of portals that wait for a new judgement; shared by those who ask and the one who judges. A portal stands in
/// it once, so it is never longer than the inventories.
#[derive(Debug, Clone, Default)]
pub struct Docket {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<BTreeSet<PortalId>>,
    asked: Notify,
}

impl Docket {
    /// Asks for new judgements.
    pub fn ask(&self, portals: impl IntoIterator<Item = PortalId>) {
        let mut waiting = self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waiting.len();
        waiting.extend(portals);
        if waiting.len() > before {
            self.inner.asked.notify_one();
        }
    }

    /// Takes everything that waits.
    #[must_use]
    pub fn take(&self) -> Vec<PortalId> {
        let mut waiting = self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *waiting).into_iter().collect()
    }

    /// Waits until somebody has asked since the last wait.
    pub async fn asked(&self) {
        self.inner.asked.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_portal_waits_once_and_asking_wakes() {
        let docket = Docket::default();
        let ids = |names: &[&str]| {
            names
                .iter()
                .map(|name| name.parse().unwrap())
                .collect::<Vec<PortalId>>()
        };
        docket.ask(ids(&["b", "a"]));
        docket.ask(ids(&["a"]));
        docket.asked().await;
        assert_eq!(docket.take(), ids(&["a", "b"]));
        assert!(docket.take().is_empty());
    }
}
