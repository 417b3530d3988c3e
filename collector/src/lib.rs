//! Keeps the facts, accounts the time, opens incidents, shows and reports.
//!
//! Data flows one way: ingest → [`store`] → [`ledger`] → [`incident`] → metrics, console, report.

pub mod console;
pub mod context;
pub mod incident;
pub mod ledger;
pub mod locale;
pub mod report;
pub mod store;
pub mod timeline;
