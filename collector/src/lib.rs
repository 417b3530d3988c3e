//! Keeps the facts, accounts the time, opens incidents, shows and reports.
//!
//! Data flows one way: ingest → [`store`] → [`ledger`] → [`incident`] → metrics, console, report.

pub mod assembly;
pub mod cli;
pub mod console;
pub mod context;
pub mod http;
pub mod incident;
pub mod ingest;
pub mod inventory;
pub mod jobs;
pub mod keeper;
pub mod ledger;
pub mod locale;
pub mod metrics;
pub mod notify;
pub mod plans;
pub mod report;
pub mod serve;
pub mod settings;
pub mod store;
pub mod supervise;
pub mod suspect;
pub mod template;
#[cfg(test)]
mod testing;
pub mod timeline;
pub mod up;
