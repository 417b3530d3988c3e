//! From texts (of the file, of flags) to the agent's settings. Everything wrong is found at once.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ems_contract::diagnostic::{Diagnostic, Diagnostics, Message, Place};
use ems_contract::id::AgentId;
use url::Url;

use crate::run::{AgentConfig, is_private_enough};
use crate::ship::{AlarmConfig, Token};

const MIB: u64 = 1024 * 1024;

/// One key as written.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) texts: Vec<String>,
    pub(super) place: Option<Place>,
}

/// All keys as written; later ones replace earlier ones, so flags come after the file.
#[derive(Debug, Default)]
pub(super) struct Settings(BTreeMap<String, Setting>);

impl Settings {
    /// Sets a key.
    pub(super) fn set(&mut self, key: &str, setting: Setting) {
        self.0.insert(key.to_owned(), setting);
    }

    /// Sets a key from flags, when there are any.
    pub(super) fn flag(&mut self, key: &str, texts: Vec<String>) {
        if !texts.is_empty() {
            self.set(key, Setting { texts, place: None });
        }
    }

    /// The agent's settings, or everything that is wrong: what reading found, then what the values lack.
    pub(super) fn build(self, found: Diagnostics) -> Result<AgentConfig, Vec<Diagnostic>> {
        let check = Check {
            settings: self,
            found,
        };
        let agent: Option<AgentId> = check.one("agent", "agent.config.want_id");
        check.require("agent", "agent.config.example_agent");
        let collectors = check.collectors();
        let token = check.token();
        let data_dir: Option<PathBuf> = check.one("data_dir", "agent.config.want_path");
        let admin_listen = check.admin_listen();
        let ca_file = check.one("ca_file", "agent.config.want_path");
        let portal_ca_file = check.one("portal_ca_file", "agent.config.want_path");
        let resolvers = check.resolvers();
        let renderer = check.texts("renderer");
        let max_mib = check.number("spool_max_mib", 16..=1_048_576);
        let max_age_days = check.number("spool_max_age_days", 3..=3_650);
        let keep_mib = check.number("spool_keep_mib", 16..=1_048_576);
        let evidence_mib = check.number("evidence_max_mib", 16..=1_048_576);
        let deadline_s = check.number("shutdown_deadline_s", 1..=300);
        let webhook = check.web("fallback_webhook");
        let minutes = check.number("fallback_after_minutes", 1..=1_440);
        if minutes.is_some() {
            check.require("fallback_webhook", "agent.config.example_fallback");
        }
        let wrong = check.found.into_vec();
        let (Some(agent), Some(token), []) = (agent, token, &wrong[..]) else {
            return Err(wrong);
        };
        let data_dir = data_dir.unwrap_or_else(|| PathBuf::from("/var/lib/ems-agent"));
        let mut config = AgentConfig::new(agent, collectors, token, data_dir);
        config.admin_listen = admin_listen;
        config.ca_file = ca_file;
        config.portal_ca_file = portal_ca_file;
        config.resolvers = resolvers;
        config.renderer = renderer;
        config.alarm = webhook.map(|webhook| AlarmConfig {
            webhook,
            after: Duration::from_secs(minutes.unwrap_or(10) * 60),
        });
        if let Some(mib) = max_mib {
            config.spool.max_bytes = mib * MIB;
        }
        if let Some(days) = max_age_days {
            config.spool.max_age_s = i64::try_from(days).unwrap_or(30) * 86_400;
        }
        if let Some(mib) = keep_mib {
            config.spool.keep_acked_bytes = mib * MIB;
        }
        if let Some(mib) = evidence_mib {
            config.evidence_max_bytes = mib * MIB;
        }
        if let Some(seconds) = deadline_s {
            config.shutdown_deadline = Duration::from_secs(seconds);
        }
        Ok(config)
    }
}

struct Check {
    settings: Settings,
    found: Diagnostics,
}

impl Check {
    fn texts(&self, key: &str) -> Vec<String> {
        self.settings
            .0
            .get(key)
            .map(|setting| setting.texts.clone())
            .unwrap_or_default()
    }

    fn error(&self, key: &str, message: Message, hint: Option<&'static str>) {
        let place = self.settings.0.get(key).and_then(|setting| setting.place.clone());
        self.found
            .push(Diagnostic::error(place, key, message).hint(hint.map(Message::new)));
    }

    /// Notes that a value is not what is wanted; `want` is the key of a text that says what is.
    fn bad(&self, key: &str, value: &str, want: &'static str) {
        let message = Message::new("agent.config.bad_value")
            .with("value", value)
            .with_text("want", Message::new(want));
        self.error(key, message, None);
    }

    fn require(&self, key: &str, hint: &'static str) {
        if self.texts(key).is_empty() {
            let message = Message::new("agent.config.missing").with("key", key);
            self.error(key, message, Some(hint));
        }
    }

    fn one<T: FromStr>(&self, key: &str, want: &'static str) -> Option<T> {
        match &self.texts(key)[..] {
            [] => None,
            [value] => {
                let parsed = value.parse().ok().filter(|_| !value.trim().is_empty());
                if parsed.is_none() {
                    self.bad(key, value, want);
                }
                parsed
            }
            [_, second, ..] => {
                let message = Message::new("agent.config.one_value")
                    .with("key", key)
                    .with("value", second);
                self.error(key, message, None);
                None
            }
        }
    }

    fn flag(&self, key: &str) -> bool {
        self.one(key, "agent.config.want_flag").unwrap_or(false)
    }

    fn number(&self, key: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let texts = self.texts(key);
        let value = texts.first()?;
        let number = value.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let message = Message::new("agent.config.out_of_range")
                .with("value", value)
                .with("from", range.start())
                .with("to", range.end());
            self.error(key, message, None);
        }
        number
    }

    fn web(&self, key: &str) -> Option<Url> {
        let url: Url = self.one(key, "agent.config.want_url")?;
        if matches!(url.scheme(), "http" | "https") && url.has_host() {
            return Some(url);
        }
        self.bad(key, url.as_str(), "agent.config.want_url");
        None
    }

    fn collectors(&self) -> Vec<Url> {
        self.require("collectors", "agent.config.example_collectors");
        let plain = self.flag("allow_plain_http");
        let mut addresses = Vec::new();
        for value in self.texts("collectors") {
            let parsed = Url::parse(&value)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            match parsed {
                None => self.bad("collectors", &value, "agent.config.want_url"),
                Some(url)
                    if !url.username().is_empty() || url.query().is_some() || url.fragment().is_some() =>
                {
                    self.bad("collectors", &value, "agent.config.want_bare_url");
                }
                Some(url) if !plain && !is_private_enough(&url) => {
                    let message = Message::new("agent.config.plain_http").with("value", &value);
                    self.error("collectors", message, Some("agent.config.plain_http_hint"));
                }
                Some(url) => addresses.push(url),
            }
        }
        addresses
    }

    fn token(&self) -> Option<Token> {
        let token: Option<String> = self.one("token", "agent.config.want_token");
        let file: Option<PathBuf> = self.one("token_file", "agent.config.want_path");
        match (token, file) {
            (Some(_), Some(_)) => {
                let message = Message::new("agent.config.two_tokens");
                self.error("token_file", message, None);
                None
            }
            (Some(token), None) if !token.trim().bytes().all(|byte| byte.is_ascii_graphic()) => {
                // Not shown: it is a secret.
                self.bad("token", "…", "agent.config.want_token");
                None
            }
            (Some(token), None) => Some(Token::Literal(token)),
            (None, Some(file)) => Some(Token::File(file)),
            (None, None) => {
                if self.texts("token").is_empty() && self.texts("token_file").is_empty() {
                    self.require("token_file", "agent.config.example_token");
                }
                None
            }
        }
    }

    fn admin_listen(&self) -> Option<SocketAddr> {
        let remote = self.flag("admin_allow_remote");
        let address: SocketAddr = self.one("admin_listen", "agent.config.want_listen")?;
        if !remote && !address.ip().is_loopback() {
            let message = Message::new("agent.config.not_loopback").with("value", address);
            self.error("admin_listen", message, Some("agent.config.not_loopback_hint"));
        }
        Some(address)
    }

    fn resolvers(&self) -> Vec<SocketAddr> {
        let mut found = Vec::new();
        for value in self.texts("resolvers") {
            let address = value.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
            match address.or_else(|_| value.parse::<SocketAddr>()) {
                Ok(address) => found.push(address),
                Err(_) => self.bad("resolvers", &value, "agent.config.want_resolver"),
            }
        }
        found
    }
}
