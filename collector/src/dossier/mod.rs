//! The dossier of a case: from the store to the facts that the judge reads, in bounded form.
//!
//! Everything is taken as of an instant: a day that is over gives the same dossier however often it is made, unless
//! results arrived later. Reads only, and blocks.

mod account;
mod chronicle;
mod former;
mod gather;
mod kin;

pub use chronicle::{Chronicle, Era};
pub use gather::Gatherer;
