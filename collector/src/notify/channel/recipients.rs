//! One dispatch to several recipients: one that is refused keeps nobody else from being told, and whoever has it is not told
//! again while others are still to get it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use ems_contract::time::UnixTime;

use super::Dispatch;
use crate::notify::outgoing::Failure;

/// What nobody asks for after so long, in seconds, is forgotten: a letter is not tried for longer.
const KEPT_S: i64 = 86_400;

/// Who has which notice that others are still to get. A new start knows nothing of it: then whoever has it gets it again,
/// with the same key.
#[derive(Default)]
pub(super) struct Told(Mutex<BTreeMap<String, Entry>>);

struct Entry {
    since: UnixTime,
    who: BTreeSet<String>,
}

/// How far one dispatch has come.
pub(super) struct Tally<'a> {
    told: &'a Told,
    keys: Vec<&'a str>,
    now: UnixTime,
    taken: usize,
    later: Option<Failure>,
    refused: Option<Failure>,
}

impl Told {
    /// Begins to hand over a dispatch.
    pub(super) fn begin<'a>(&'a self, dispatch: &'a Dispatch) -> Tally<'a> {
        // By notice: a digest that is tried again may be made of other letters.
        let notices = dispatch.notices.iter().map(|notice| notice.key.as_str());
        let keys = if dispatch.notices.is_empty() {
            vec![dispatch.key.as_str()]
        } else {
            notices.collect()
        };
        Tally {
            told: self,
            keys,
            now: dispatch.now,
            taken: 0,
            later: None,
            refused: None,
        }
    }
}

impl Tally<'_> {
    /// Whether `recipient` has it already; if so, it counts as taken.
    pub(super) fn has(&mut self, recipient: &str) -> bool {
        let told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        let knows = |key: &&str| told.get(*key).is_some_and(|entry| entry.who.contains(recipient));
        let has = self.keys.iter().all(knows);
        self.taken += usize::from(has);
        has
    }

    /// Notes what `recipient` said.
    pub(super) fn note(&mut self, recipient: &str, outcome: Result<(), Failure>) {
        match outcome {
            Ok(()) => {
                self.taken += 1;
                let mut told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
                told.retain(|_, entry| self.now - entry.since < KEPT_S);
                for key in &self.keys {
                    let entry = told.entry((*key).to_owned()).or_insert_with(|| Entry {
                        since: self.now,
                        who: BTreeSet::new(),
                    });
                    entry.who.insert(recipient.to_owned());
                }
            }
            Err(failure) => {
                tracing::warn!(
                    recipient,
                    why = failure.why(),
                    "a recipient did not take a notice"
                );
                match failure {
                    Failure::Later { .. } => self.later = self.later.take().or(Some(failure)),
                    Failure::Refused { .. } => self.refused = self.refused.take().or(Some(failure)),
                }
            }
        }
    }

    /// It is sent when somebody has it and nobody may take it later. Nobody to tell is not told.
    pub(super) fn end(self) -> Result<(), Failure> {
        if let Some(later) = self.later {
            return Err(later);
        }
        let mut told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            told.remove(*key);
        }
        if self.taken > 0 {
            return Ok(());
        }
        Err(self.refused.unwrap_or_else(|| Failure::Refused {
            why: "the channel has no recipients".to_owned(),
        }))
    }
}
