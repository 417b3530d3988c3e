//! What people look at in a browser: server-rendered, nothing from elsewhere. Reading needs no log-in unless the settings
//! say so; what is written passes the [`door`].
//!
//! Each page is a view-model ([`view`], pure) and a thin template. The only state is the readers' copy of the
//! spans ([`crate::timeline`]).

pub mod bars;
pub mod certificate;
mod desk;
mod door;
mod evidence;
mod form;
mod law;
mod page;
pub mod ribbon;
mod router;
mod runbook;
mod templates;
pub mod view;
mod work;
mod workload;

pub use desk::Access;
pub use page::{Console, PageError};
pub use router::router;
