//! What the store promises, tried on real files.

mod delivery;
mod durability;
mod ledger;
mod packing;
mod restoring;
