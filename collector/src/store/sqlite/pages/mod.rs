//! What visits found, taken apart: a section changes seldom, so each is kept once by content, and every look refers to it.

mod item;
mod keep;
mod part;
mod read;

pub(super) use keep::{expire, keep};
pub(super) use read::{attach, history, items, link_looks, looks, newest, sections_at};
