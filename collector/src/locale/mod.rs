//! How numbers, lengths and instants are written for people: Vietnamese first, English second.
//!
//! Shares are floored, never rounded up: 99,4996 % against a target of 99,5 % reads `99,49%`.

mod duration;
mod instant;
mod number;
mod trouble;

pub use duration::duration;
pub use instant::{date, day_month, instant, time_of_day};
pub use number::{count, percent};
pub use trouble::{io_told, unreadable};
