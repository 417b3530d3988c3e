//! Working days, terms and report periods of Vietnamese administration. Pure: no clock, no files.

pub mod civil;
mod days;
mod load;
pub mod lunar;
mod period;
mod term;
mod year;

pub use days::{Calendar, Swaps};
pub use load::read_year;
pub use period::{MonthDay, Part, Window, Windows};
pub use term::{Due, Roll, Term, TermError, Unit};
pub use year::{DayKind, SpecialDay, Year};
