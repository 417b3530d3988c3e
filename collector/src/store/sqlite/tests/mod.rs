//! What the store promises, tried on real files.

mod delivery;
mod durability;
mod editions;
mod killing;
mod ledger;
mod model;
mod outbox;
mod packing;
mod pages;
mod registers;
mod restoring;
