//! The inventory: which portals there are, who answers for them, who measures them.

mod model;
mod slug;

pub use model::*;
pub use slug::{slug, slug_words};
