//! What a page is, from its bytes alone. Pure: no network, no clock.

mod fold;
pub mod identity;
pub mod kind;
pub mod likeness;
mod phrases;
pub mod scripts;
pub mod security_txt;
mod sketch;
