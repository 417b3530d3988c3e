//! On call: who is told by name, in which order, and what they say to it.
//!
//! The rota is a register ([`crate::register::Rota`]); the notifier decides who is called and when, [`link`] makes the
//! address with which one person answers once without logging in, and [`Act`] is such an answer.

mod act;
pub mod link;
mod reach;
mod record;
mod settings;
mod watch;

pub use act::{Act, ActKind, NewAct};
pub use reach::{may_answer, people_doubts, shift_doubts};
pub use record::begun;
pub use settings::{OnCallSettings, PersonSettings};
pub use watch::{AHEAD_S, Watch};
