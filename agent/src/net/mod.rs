//! The only door to portals: names, connections, TLS and HTTP, each stage bounded, timed and typed.
//!
//! Data flows resolve → [`ems_contract::destination`] → [`budget`] → [`connect`] → [`tls`] → [`http`]; every stage answers with what it
//! learnt or with a [`fault::Fault`]. [`browse`] puts them together for the pages behind the home page.

pub mod browse;
pub mod budget;
pub mod connect;
pub mod fault;
pub mod http;
pub mod resolve;
pub mod tls;
