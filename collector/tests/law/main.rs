//! The law as data, held against its golden vectors and its source texts.

mod calendar;
mod fixture;
