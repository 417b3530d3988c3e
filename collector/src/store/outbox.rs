//! What the notifier keeps: alarms in its own JSON, and letters on their way out.

use ems_contract::time::UnixTime;

/// What the notifier knows of one alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRecord {
    /// Its name for ever.
    pub key: String,
    /// Whether it is still to be looked after.
    pub open: bool,
    /// When it last changed.
    pub at: UnixTime,
    /// The notifier's JSON.
    pub data: String,
}

/// A letter to one route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// Dedupe key: posted again with the same key and route it is not kept again.
    pub key: String,
    /// Which route it goes.
    pub route: String,
    /// The first channel of the route.
    pub channel: String,
    /// Letters of one thread on one channel are delivered in the order in which they were posted.
    pub thread: String,
    /// The notifier's JSON.
    pub body: String,
    /// When it was posted.
    pub posted_at: UnixTime,
    /// Not tried before.
    pub not_before: UnixTime,
}

/// A letter that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Row number.
    pub id: i64,
    /// As it was posted.
    pub letter: NewLetter,
    /// Not tried before, after the last try.
    pub not_before: UnixTime,
    /// How often its channel was tried.
    pub attempts: u32,
}

/// What became of a letter that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The receiver has it.
    Sent,
    /// It is tried again, perhaps by another channel.
    Again {
        /// By which channel.
        channel: String,
        /// Not before.
        not_before: UnixTime,
        /// How often this channel was tried.
        attempts: u32,
        /// Why it was not sent, without secrets.
        error: String,
    },
    /// Nobody takes it.
    GivenUp {
        /// Why, without secrets.
        error: String,
    },
}

/// The outbox by its channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxLine {
    /// The channel.
    pub channel: String,
    /// Letters that wait.
    pub waiting: u64,
    /// When the oldest of them was posted.
    pub oldest: Option<UnixTime>,
    /// Letters given up that are still kept.
    pub given_up: u64,
}
