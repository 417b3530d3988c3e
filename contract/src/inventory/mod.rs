//! The inventory: which portals there are, who answers for them, who measures them.

mod model;

pub use model::*;
