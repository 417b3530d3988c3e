//! Editions of reports, what people write for them, and what units contest.

use super::StoreError;
use crate::account::{Author, Note};
use crate::edition::{
    Decision, Edition, EditionFile, EditionKey, EditionState, NewEdition, NewObjection, Objection, Passage,
    Step,
};
use crate::store::HandedFile;

/// What came of a change to editions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditionKept {
    /// It is kept, under this row number.
    Done(i64),
    /// Somebody else was faster: the edition is not what it was thought to be. Nothing was kept.
    Outdated,
}

/// Durable editions. A frozen edition and its files never change; every change takes the entry of the audit log along.
pub trait EditionStore: Send + Sync + 'static {
    /// Every edition of a report (of all, when `None`), by key and number; without the contents of files.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn editions(&self, key: Option<&EditionKey>) -> Result<Vec<Edition>, StoreError>;

    /// The edition of a row number, without the contents of its files.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn edition(&self, id: i64) -> Result<Option<Edition>, StoreError>;

    /// A file of an edition.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn edition_file(&self, edition: i64, name: &str) -> Result<Option<EditionFile>, StoreError>;

    /// Keeps an edition. Its number is that of the open draft, which it replaces, or the next one where there is no
    /// open draft.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn keep_edition(
        &self,
        edition: NewEdition,
        author: &Author,
        note: Note,
    ) -> Result<EditionKept, StoreError>;

    /// Notes a step of an edition that is in the state before it, with the file that proves it.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn step_edition(
        &self,
        edition: i64,
        from: EditionState,
        step: Step,
        file: Option<HandedFile>,
        note: Note,
    ) -> Result<EditionKept, StoreError>;

    /// The passages that stand for a report, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn passages(&self, key: &EditionKey) -> Result<Vec<Passage>, StoreError>;

    /// Keeps passages (name, text) as of the note; those of the same names before are history.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn write_passages(
        &self,
        key: &EditionKey,
        passages: Vec<(String, String)>,
        author: &Author,
        note: Note,
    ) -> Result<(), StoreError>;

    /// What units contest in a report (in all, when `None`), in the order in which they did.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn objections(&self, key: Option<&EditionKey>) -> Result<Vec<Objection>, StoreError>;

    /// Keeps an objection and the file that proves it; returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn object(
        &self,
        objection: NewObjection,
        file: Option<HandedFile>,
        author: &Author,
        note: Note,
    ) -> Result<i64, StoreError>;

    /// Decides an objection, once.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn decide(&self, objection: i64, decision: Decision, note: Note) -> Result<EditionKept, StoreError>;
}
