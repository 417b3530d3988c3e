//! From the spool to the collector: batches, in order, until each is acknowledged.
//!
//! Nothing leaves the spool before the collector has said that it is durable. What an answer means stands in one
//! table ([`verdict`]); how long to wait is a pure function ([`full_jitter`]).

mod alarm;
mod backoff;
mod client;
mod evidence;
mod shipper;
mod status;
mod token;
mod verdict;

pub use alarm::{Alarm, AlarmConfig};
pub use backoff::full_jitter;
pub use client::{Answer, Client, ClientError, Target};
pub use evidence::EvidenceShipper;
pub use shipper::{Random, Shipper};
pub use status::{Failure, Status};
pub use token::Token;
pub use verdict::{Verdict, verdict};
