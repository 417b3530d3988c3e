//! What a period came to: a pure model and its renderings.

mod period;

pub use period::{Period, PeriodError, has_begun};
