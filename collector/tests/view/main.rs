//! What people and Prometheus see, over a seeded store: report, console, metrics.

mod fixture;
mod report;
