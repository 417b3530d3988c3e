//! What the store promises, tried on real files.

mod delivery;
mod durability;
mod killing;
mod ledger;
mod model;
mod outbox;
mod packing;
mod registers;
mod restoring;
