//! What a unit has to do (`việc cần làm`), from stored verdicts: pages that are always up to date, and a letter a day to
//! the unit's contact officers, with a letter of its own for attestations that are about to end. Never to those on call:
//! nobody is woken for a stale section.

mod job;
mod letter;
mod load;
mod owner;
mod reminders;
mod tasks;

pub use job::Digest;
pub(crate) use letter::area_key;
pub use letter::{Addressed, letter};
pub use load::{Load, loads};
pub use owner::{Owner, owner_of, owners};
pub use reminders::{Ending, Reminding, endings, reminders};
pub use tasks::{Area, Task, tasks};
