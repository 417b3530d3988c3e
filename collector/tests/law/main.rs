//! The law as data, held against its golden vectors and its source texts.

mod broken;
mod calendar;
mod cli;
mod document;
mod domains;
mod fixture;
mod judging;
mod regulations;
mod reports;
mod seeded;
