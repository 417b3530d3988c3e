//! The audit log: who did what when, each entry sealed with the one before it, so that nothing can be taken out or
//! changed without breaking the chain from there on.

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;

use crate::vocabulary::vocabulary;

vocabulary! {
    /// By which way something was done.
    Via {
        /// The console.
        Console = "console",
        /// The command line.
        CommandLine = "command-line",
        /// The API, by token.
        Api = "api",
        /// A signed link.
        Link = "link",
        /// The collector itself.
        System = "system",
    }
}

/// What is to be written down beside a change, in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: UnixTime,
    /// Who, as [`super::Author::name`] writes it.
    pub actor: String,
    /// By which way.
    pub via: Via,
    /// What was done, as a key under `audit.` in the text catalogue.
    pub action: &'static str,
    /// What it was done to.
    pub subject: String,
    /// Further words; never a secret.
    pub detail: String,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; without holes.
    pub seq: u64,
    /// When.
    pub at: UnixTime,
    /// Who.
    pub actor: String,
    /// By which way ([`Via`]).
    pub via: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Further words.
    pub detail: String,
    /// The seal.
    pub digest: Sha256,
}

/// What stands before the first entry.
pub const ORIGIN: Sha256 = Sha256::from_bytes([0; 32]);

impl AuditEntry {
    /// The entry number `seq` that follows the one sealed `before`.
    #[must_use]
    pub fn seal(note: &Note, seq: u64, before: &Sha256) -> Self {
        let mut entry = Self {
            seq,
            at: note.at,
            actor: note.actor.clone(),
            via: note.via.as_str().to_owned(),
            action: note.action.to_owned(),
            subject: note.subject.clone(),
            detail: note.detail.clone(),
            digest: ORIGIN,
        };
        entry.digest = entry.sealed(before);
        entry
    }

    fn sealed(&self, before: &Sha256) -> Sha256 {
        Sha256::of_list(&[
            before.as_bytes(),
            &self.seq.to_be_bytes(),
            &self.at.secs().to_be_bytes(),
            self.actor.as_bytes(),
            self.via.as_bytes(),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            self.detail.as_bytes(),
        ])
    }
}

/// Goes along the chain: hand it every entry in order, beginning with number 1.
#[derive(Debug, Clone)]
pub struct Chain {
    next: u64,
    seal: Sha256,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            next: 1,
            seal: ORIGIN,
        }
    }
}

impl Chain {
    /// Whether `entry` is the next one and unchanged.
    pub fn follows(&mut self, entry: &AuditEntry) -> bool {
        let fits = entry.seq == self.next && entry.digest == entry.sealed(&self.seal);
        self.next = entry.seq + 1;
        self.seal = entry.digest;
        fits
    }

    /// How many entries were handed in, and the seal of the last.
    #[must_use]
    pub const fn end(&self) -> (u64, Sha256) {
        (self.next - 1, self.seal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain(texts: &[(String, String)]) -> Vec<AuditEntry> {
        let mut before = ORIGIN;
        let mut all = Vec::new();
        for (seq, (subject, detail)) in (1..).zip(texts) {
            let note = Note {
                at: UnixTime::from_secs(1_795_000_000),
                actor: "a".into(),
                via: Via::Console,
                action: "user.add",
                subject: subject.clone(),
                detail: detail.clone(),
            };
            let entry = AuditEntry::seal(&note, seq, &before);
            before = entry.digest;
            all.push(entry);
        }
        all
    }

    fn whole(entries: &[AuditEntry]) -> bool {
        let mut chain = Chain::default();
        entries.iter().all(|entry| chain.follows(entry))
    }

    proptest! {
        #[test]
        fn no_entry_can_be_changed_moved_or_taken_out(
            texts in proptest::collection::vec((".{0,8}", ".{0,8}"), 2..8), which in 0usize..8, with in ".{1,4}",
        ) {
            let entries = chain(&texts);
            prop_assert!(whole(&entries));
            let which = which % entries.len();
            let mut changed = entries.clone();
            changed[which].detail.push_str(&with);
            prop_assert!(!whole(&changed));
            // Moving a border between two texts is a change, too.
            let mut shifted = entries.clone();
            if let Some(last) = shifted[which].subject.pop() {
                shifted[which].detail.insert(0, last);
                prop_assert!(!whole(&shifted));
            }
            let mut shorter = entries.clone();
            shorter.remove(which);
            // The end cannot be seen to be missing from the chain alone: its length and last seal are printed.
            prop_assert_eq!(whole(&shorter), which == entries.len() - 1);
        }
    }
}
