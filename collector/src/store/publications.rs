//! Where editions were published.

use ems_contract::id::PortalId;

use super::StoreError;
use crate::account::{Author, Note};
use crate::edition::{NewPublication, Publication};

/// Durable statements of where editions were published; each takes its entry of the audit log along and stays.
pub trait PublicationStore: Send + Sync + 'static {
    /// What was stated about a portal (about all, when `None`), in the order in which it was.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn publications(&self, portal: Option<&PortalId>) -> Result<Vec<Publication>, StoreError>;

    /// Keeps a statement.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn state_published(
        &self,
        publication: NewPublication,
        author: &Author,
        note: Note,
    ) -> Result<(), StoreError>;
}
