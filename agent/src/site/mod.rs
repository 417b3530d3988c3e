//! A visit of a whole portal: home page, sections, English side, functions, links.
//!
//! `plan` and `measure` decide without effects; `fetcher` asks, politely and within a budget, over `net::browse` alone;
//! `reader` reads, on threads of its own; the others put the three together, one subject each.

mod english;
mod fetcher;
pub mod kept;
pub mod links;
pub mod measure;
mod pairs;
pub mod plan;
mod published;
pub mod reader;
mod sections;
mod trials;
mod visit;

pub use fetcher::{Fetched, Fetcher, Miss};
pub use visit::{Part, Settings, Step, Visited, Watch, visit};
