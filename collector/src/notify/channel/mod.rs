//! The channels: each turns a dispatch into its own form and hands it to the receiver.

mod alertmanager;
mod email;
mod log;
mod recipients;
mod sms;
mod telegram;
mod webhook;
mod zalo;

use ems_contract::time::UnixTime;

use super::message::Message;
use super::notice::Notice;
use super::outgoing::Failure;
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
    /// Reads the channel's secrets and sets it up.
    ///
    /// # Errors
    /// In words: a secret that is not there, an address that cannot be used.
    pub fn open(settings: &ChannelSettings, http: reqwest::Client) -> Result<Self, String> {
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
            http,
            form,
        })
    }

    /// Delivers. On `Ok` the receiver has it.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send(&self, dispatch: &Dispatch) -> Result<(), Failure> {
        match &self.form {
            Form::Log(log) => log.send(dispatch),
            Form::Webhook(webhook) => webhook.send(&self.http, dispatch).await,
            Form::Email(email) => email.send(dispatch).await,
            Form::Alertmanager(am) => am.send(&self.http, dispatch).await,
            Form::Telegram(telegram) => telegram.send(&self.http, dispatch).await,
            Form::Zalo(zalo) => zalo.send(&self.http, dispatch).await,
            Form::Sms(sms) => sms.send(&self.http, dispatch).await,
        }
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
