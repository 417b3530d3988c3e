//! Keeps the facts, accounts the time, opens incidents, shows and reports.
//!
//! Data flows one way: ingest → [`store`] → [`ledger`] → [`incident`] → metrics, console, report.

pub mod account;
pub mod assembly;
pub mod attest;
pub mod calendar;
pub mod cli;
pub mod console;
pub mod context;
pub mod demo;
pub mod digest;
pub mod domains;
pub mod dossier;
pub mod edition;
pub mod handover;
pub mod http;
pub mod incident;
pub mod ingest;
pub mod intake;
pub mod inventory;
pub mod items;
pub mod jobs;
pub mod judge;
pub mod judging;
pub mod keeper;
pub mod leaves;
pub mod ledger;
pub mod locale;
pub mod metrics;
pub mod notify;
pub mod oncall;
pub mod plans;
pub mod register;
pub mod regulation;
pub mod report;
pub mod sections;
pub mod serve;
pub mod settings;
pub mod severity;
pub mod sight;
mod stamp;
pub mod store;
pub mod supervise;
pub mod suspect;
pub mod template;
pub mod term;
pub mod timeline;
pub mod up;
pub mod verify;
mod vocabulary;

#[cfg(test)]
mod testing;
