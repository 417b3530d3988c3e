//! What people and Prometheus see, over a seeded store: report, console, metrics.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compliance;
mod console;
mod fixture;
mod metrics;
mod people;
mod registers;
mod report;
mod reports;
mod work;
