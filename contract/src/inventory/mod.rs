//! The inventory: which portals there are, who answers for them, who measures them.
//!
//! [`load`] reads `targets.yaml` and the files it includes; `docs/TARGETS.md` describes the format. The flow:
//! `yaml` (positioned tree) → `portal`, `vantage` (one entry each, taking over `defaults`) → `check`, `cadence`
//! (the whole) → [`Inventory`] (`model`, `version`) → [`Inventory::plan_for`] (`planning`).

mod address;
mod cadence;
mod check;
mod defaults;
pub mod import;
mod include;
mod load;
mod model;
mod moment;
mod parts;
mod planning;
mod portal;
mod registration;
mod slug;
mod succession;
mod vantage;
mod version;
mod vocabulary;

pub use address::network;
pub use cadence::{MOST_PER_ADDRESS, ONE_ATTEMPT_BELOW_S};
pub use load::{Loaded, WrittenStop, load};
pub use model::*;
pub use slug::{slug, slug_words};
pub use vocabulary::{PACKS, SECTIONS};
