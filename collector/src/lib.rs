//! Keeps the facts, accounts the time, opens incidents, shows and reports.
//!
//! Data flows one way: ingest → [`store`] → [`ledger`] → [`incident`] → metrics, console, report.

pub mod attest;
pub mod calendar;
pub mod cli;
pub mod context;
pub mod incident;
pub mod judge;
pub mod ledger;
pub mod regulation;
pub mod store;
mod vocabulary;
