//! The inventory: which portals there are, who answers for them, who measures them.

mod model;
mod planning;

pub use model::*;
