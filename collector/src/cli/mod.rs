//! Commands about the law: arguments and what they print. Reading files and choosing the language is done here;
//! everything decided is decided in the pure rooms.

pub mod calendar;
pub mod explain;
pub mod judge;
pub mod regulations;
mod rules;

pub use rules::RulesArgs;
