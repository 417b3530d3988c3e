//! What the operator writes about notices: channels, routes, heartbeat, bridge.

use std::path::PathBuf;

use ems_contract::digest::Sha256;
use ems_contract::text::Lang;
use ipnet::IpNet;
use jiff::civil::Time;
use url::Url;

use super::policy::Policy;
use super::secret::SecretSource;
use crate::oncall::OnCallSettings;
use crate::severity::Severity;

/// `notify` in `ems.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotifySettings {
    /// Language of the notices.
    pub lang: Lang,
    /// Where the console is seen from outside, with a slash at the end.
    pub console_url: Option<Url>,
    /// The channels by name.
    pub channels: Vec<ChannelSettings>,
    /// Who is told what; every route gets every notice that is urgent enough.
    pub routes: Vec<RouteSettings>,
    /// When somebody is told.
    pub policy: Policy,
    /// Told at intervals that this collector lives.
    pub heartbeat: Option<HeartbeatSettings>,
    /// The daily letters to units, if they are wanted.
    pub digest: Option<DigestSettings>,
    /// Who is called by name, if anybody is.
    pub on_call: Option<OnCallSettings>,
    /// Digests of the tokens with which an Alertmanager may hand in alerts.
    pub alertmanager_tokens: Vec<Sha256>,
}

/// A route: its channels are tried in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSettings {
    /// Channels, the first one first.
    pub channels: Vec<String>,
    /// The least urgent that goes this route.
    pub at_least: Severity,
}

impl RouteSettings {
    /// Its name in the outbox.
    #[must_use]
    pub fn name(&self) -> String {
        self.channels.join(">")
    }
}

/// `notify.digest` in `ems.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestSettings {
    /// The e-mail channel by whose server the letters go.
    pub channel: String,
    /// From what civil time on.
    pub at: Time,
}

/// An address outside that is called at intervals, so that its silence is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// Called by GET.
    pub url: Url,
    /// Seconds between calls.
    pub every_s: u32,
    /// By which way.
    pub reach: Reach,
}

/// By which way a receiver of HTTP is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Networks that its name may lead to, besides the global ones.
    pub allow_addresses: Vec<IpNet>,
    /// Through which proxy; straight without.
    pub proxy: Option<ProxySettings>,
}

/// An HTTP proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySettings {
    /// Its address, without secrets.
    pub url: Url,
    /// User and password.
    pub login: Option<(String, SecretSource)>,
}

/// One channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSettings {
    /// Its name.
    pub name: String,
    /// Deliveries a minute.
    pub per_minute: usize,
    /// By which way it is reached, if it is by HTTP.
    pub reach: Reach,
    /// Its form.
    pub kind: ChannelKind,
}

/// The form of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelKind {
    /// Lines.
    Log(LogTarget),
    /// Signed JSON.
    Webhook(WebhookSettings),
    /// Mail.
    Email(EmailSettings),
    /// Alertmanager API v2.
    Alertmanager(AlertmanagerSettings),
    /// Telegram.
    Telegram(TelegramSettings),
    /// Zalo notification service.
    Zalo(ZaloSettings),
    /// Text messages by a gateway.
    Sms(SmsSettings),
}

impl ChannelKind {
    /// Whether it tells somebody by itself. A mail channel may be there for letters with recipients of their own alone.
    #[must_use]
    pub const fn has_recipients(&self) -> bool {
        match self {
            Self::Email(mail) => !mail.to.is_empty(),
            _ => true,
        }
    }
}

/// Where lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogTarget {
    /// Standard output.
    Stdout,
    /// The program's log.
    Syslog,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Where.
    pub url: Url,
    /// With which bodies are signed.
    pub secret: Option<SecretSource>,
}

/// How mail travels to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// STARTTLS, and nothing without it.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// Plain.
    None,
}

/// Mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailSettings {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How.
    pub tls: MailTls,
    /// A certificate authority (PEM) to trust besides the public ones.
    pub ca_file: Option<PathBuf>,
    /// User and password.
    pub login: Option<(String, SecretSource)>,
    /// Sender.
    pub from: String,
    /// Who gets the notices; nobody where it is for letters with recipients of their own.
    pub to: Vec<String>,
}

/// An Alertmanager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertmanagerSettings {
    /// Its base.
    pub url: Url,
    /// Bearer token.
    pub token: Option<SecretSource>,
}

/// A Telegram bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramSettings {
    /// The API's base.
    pub url: Url,
    /// The bot's token.
    pub token: SecretSource,
    /// The chat's id.
    pub chat: String,
}

/// Zalo notification service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZaloSettings {
    /// Where messages go.
    pub url: Url,
    /// Where tokens are renewed.
    pub oauth_url: Url,
    /// The application's id.
    pub app: String,
    /// Its secret.
    pub secret: SecretSource,
    /// File with the pair of tokens; rewritten at every renewal.
    pub state_file: PathBuf,
    /// The approved template, with the fields `title` and `detail`.
    pub template: String,
    /// Telephones as 84….
    pub phones: Vec<String>,
}

/// A text message gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsSettings {
    /// Where.
    pub url: Url,
    /// The body.
    pub template: String,
    /// Telephones.
    pub phones: Vec<String>,
    /// What a good answer contains.
    pub success: Option<String>,
    /// For `{secret}` in the body.
    pub secret: Option<SecretSource>,
}
