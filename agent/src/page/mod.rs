//! What a page is, from its bytes alone. Pure: no network, no clock.

mod fold;
pub mod kind;
mod phrases;
mod sketch;
