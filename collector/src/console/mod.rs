//! What people look at in a browser: server-rendered, read-only, nothing from elsewhere.
//!
//! Each page is a view-model ([`view`], pure) and a thin template. The only state is the readers' copy of the
//! spans ([`crate::timeline`]).

pub mod bars;
pub mod certificate;
mod law;
mod page;
pub mod ribbon;
mod router;
mod templates;
pub mod view;

pub use page::{Console, PageError};
pub use router::router;
