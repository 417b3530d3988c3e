//! The channels: each turns a dispatch into its own form and hands it to the receiver.

mod alertmanager;
mod email;
mod log;
mod recipients;
mod sms;
mod telegram;
mod webhook;
mod zalo;
mod zalo_pair;

use std::time::Duration;

use ems_contract::diagnostic::Message as Words;
use ems_contract::time::UnixTime;
use tokio::time::{Instant, timeout_at};

use super::message::Message;
use super::notice::Notice;
use super::outgoing::{Failure, client};
use super::settings::{ChannelKind, ChannelSettings};

/// What one delivery carries: one notice, or the digest of several.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Dedupe key: of the notice, or made of all keys of a digest.
    pub key: String,
    /// Its notices; empty for a letter with recipients of its own.
    pub notices: Vec<Notice>,
    /// Them in words.
    pub message: Message,
    /// When it is sent.
    pub now: UnixTime,
    /// How long the delivery may take, however many recipients there are.
    pub within: Duration,
    /// Mail addresses in place of the channel's own.
    pub to: Option<Vec<String>>,
}

/// A channel ready to send.
pub struct Channel {
    /// Its name in the settings.
    pub name: String,
    /// Deliveries a minute.
    pub per_minute: usize,
    http: reqwest::Client,
    form: Form,
}

enum Form {
    Log(log::Log),
    Webhook(webhook::Webhook),
    Email(Box<email::Email>),
    Alertmanager(alertmanager::Alertmanager),
    Telegram(telegram::Telegram),
    Zalo(zalo::Zalo),
    Sms(sms::Sms),
}

impl Channel {
    /// Reads the channel's secrets and sets it up. An exchange by HTTP takes 15 s at most, unless `patience` says otherwise.
    ///
    /// # Errors
    /// In words: a secret that is not there, an address that cannot be used.
    pub fn open(settings: &ChannelSettings, patience: Option<Duration>) -> Result<Self, Words> {
        let form = match &settings.kind {
            ChannelKind::Log(to) => Form::Log(log::Log::new(*to)),
            ChannelKind::Webhook(webhook) => Form::Webhook(webhook::Webhook::open(webhook)?),
            ChannelKind::Email(email) => Form::Email(Box::new(email::Email::open(email)?)),
            ChannelKind::Alertmanager(am) => Form::Alertmanager(alertmanager::Alertmanager::open(am)?),
            ChannelKind::Telegram(telegram) => Form::Telegram(telegram::Telegram::open(telegram)?),
            ChannelKind::Zalo(zalo) => Form::Zalo(zalo::Zalo::open(zalo)?),
            ChannelKind::Sms(sms) => Form::Sms(sms::Sms::open(sms)?),
        };
        Ok(Self {
            name: settings.name.clone(),
            per_minute: settings.per_minute,
            http: client(&settings.reach, patience)?,
            form,
        })
    }

    /// Delivers. On `Ok` the receiver has it: of several recipients all but those who refused it, which are counted.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send(&self, dispatch: &Dispatch) -> Result<u64, Failure> {
        let until = Instant::now() + dispatch.within;
        match &self.form {
            Form::Log(log) => log.send(dispatch).map(|()| 0),
            Form::Webhook(webhook) => one(until, webhook.send(&self.http, dispatch)).await,
            Form::Email(email) => email.send(dispatch, until).await,
            Form::Alertmanager(am) => one(until, am.send(&self.http, dispatch)).await,
            Form::Telegram(telegram) => one(until, telegram.send(&self.http, dispatch)).await,
            Form::Zalo(zalo) => zalo.send(&self.http, dispatch, until).await,
            Form::Sms(sms) => sms.send(&self.http, dispatch, until).await,
        }
    }

    /// Waits for what deliveries began that must not be lost when they are cut off: no longer than an exchange takes.
    pub async fn settle(&self) {
        if let Form::Zalo(zalo) = &self.form {
            zalo.settle().await;
        }
    }
}

/// A delivery to one receiver.
async fn one(until: Instant, delivery: impl Future<Output = Result<(), Failure>>) -> Result<u64, Failure> {
    match timeout_at(until, delivery).await {
        Ok(taken) => taken.map(|()| 0),
        Err(_elapsed) => Err(Failure::Hung),
    }
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A short name for a key where the receiver takes few characters.
fn short_key(key: &str) -> String {
    ems_contract::digest::Sha256::of(key.as_bytes())
        .to_string()
        .chars()
        .take(32)
        .collect()
}
