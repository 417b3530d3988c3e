//! Telling people: from incidents and agents' faults to notices, by a transactional outbox to channels.
//!
//! facts → [`gather`] → conditions → [`decide`] → notices, kept with what was told in one transaction → letters →
//! [`parcel`] → [`channel`]. Deciding is pure; [`round`] reads and keeps, [`sender`] delivers: each channel
//! at its own pace. Delivery is at least once, and
//! the dedupe key of a notice follows from what was told before it: a receiver may be told twice, with the same key.

pub mod answer;
pub mod backoff;
pub mod book;
pub mod bridge;
pub mod channel;
pub mod condition;
pub mod decide;
mod ending;
pub mod escalate;
pub mod fallback;
pub mod gather;
pub mod heartbeat;
mod lapse;
mod line;
pub mod message;
mod metrics;
pub mod neutral;
pub mod notice;
pub mod outgoing;
pub mod paper;
pub mod parcel;
pub mod policy;
mod reach;
pub mod retry_after;
pub mod round;
pub mod secret;
pub mod sender;
pub mod settings;

#[cfg(test)]
mod tests;
