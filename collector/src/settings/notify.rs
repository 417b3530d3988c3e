//! `notify:` channels, routes, heartbeat and bridge.

use std::path::Path;

use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;
use ems_contract::inventory::network;
use ems_contract::text::Lang;
use ems_contract::yaml::{Item, Map};
use url::Url;

use crate::notify::policy::Policy;
use crate::notify::secret::SecretSource;
use crate::notify::settings::{
    AlertmanagerSettings, ChannelKind, ChannelSettings, EmailSettings, HeartbeatSettings, LogTarget, MailTls,
    NotifySettings, ProxySettings, Reach, RouteSettings, SmsSettings, TelegramSettings, WebhookSettings,
    ZaloSettings,
};
use crate::severity::Severity;

const KINDS: [&str; 8] = [
    "stdout",
    "syslog",
    "webhook",
    "email",
    "alertmanager",
    "telegram",
    "zalo",
    "sms",
];
/// Deliveries a minute, unless the operator says otherwise.
const PER_MINUTE: usize = 20;

/// The tree under `notify`.
pub(super) fn read(item: &Item<'_>, folder: &Path) -> Option<NotifySettings> {
    let mut map = item.map()?;
    let mut channels: Vec<ChannelSettings> = Vec::new();
    let mut silent: Vec<(Item<'_>, String)> = Vec::new();
    if let Some(list) = map.get("channels") {
        for item in list.list().unwrap_or_default() {
            let Some(channel) = channel(&item, folder) else {
                continue;
            };
            if channels.iter().any(|known| known.name == channel.name) {
                item.error(Message::new("settings.channel_twice").with("name", channel.name));
            } else {
                if !channel.kind.has_recipients() {
                    silent.push((item, channel.name.clone()));
                }
                channels.push(channel);
            }
        }
    }
    let routes = map.optional("routes", |list| {
        Some(list.list_of(|item| route(&item, &channels)))
    });
    let default = Policy::default();
    let mut seconds = |key, least: i64, or: i64| {
        map.optional(key, |item: &Item<'_>| item.integer(least..=86_400))
            .unwrap_or(or)
    };
    let policy = Policy {
        group_wait_s: seconds("group_wait_s", 0, default.group_wait_s),
        critical_wait_s: seconds("critical_wait_s", 0, default.critical_wait_s),
        agent_silent_s: seconds("agent_silent_s", 60, default.agent_silent_s),
        update_every_s: seconds("update_every_s", 60, default.update_every_s),
        ..default
    };
    let digest = map.optional("digest", |item| super::on_call::digest(item, &channels));
    let on_call = map.optional("on_call", |item| super::on_call::read(item, &channels));
    // Whoever sends notices by such a channel has been told where it is named.
    let named = |name: &String| {
        let routes = routes.iter().flatten().map(|route| &route.channels);
        let people = on_call.iter().flat_map(|on_call| &on_call.people);
        let mut named = routes.chain(people.map(|person| &person.channels));
        named.any(|channels| channels.contains(name))
            || digest.as_ref().is_some_and(|digest| digest.channel == *name)
    };
    for (item, name) in silent {
        if !named(&name) {
            item.error(Message::new("settings.recipients_empty"));
        }
    }
    let settings = NotifySettings {
        lang: map
            .optional("lang", |item| item.choice(&[Lang::Vi, Lang::En], Lang::as_str))
            .unwrap_or_default(),
        console_url: map.optional("console_url", base),
        routes: routes.unwrap_or_else(|| everything(&channels)),
        digest,
        on_call,
        channels,
        policy,
        heartbeat: map.optional("heartbeat", |item| heartbeat(item, folder)),
        alertmanager_tokens: map
            .optional("alertmanager_tokens", |list| {
                Some(list.list_of(|item| token(&item, folder)))
            })
            .unwrap_or_default(),
    };
    map.finish();
    Some(settings)
}

/// Without routes every channel that tells somebody is told everything.
fn everything(channels: &[ChannelSettings]) -> Vec<RouteSettings> {
    let route = |channel: &ChannelSettings| RouteSettings {
        channels: vec![channel.name.clone()],
        at_least: Severity::Low,
    };
    let told = channels.iter().filter(|channel| channel.kind.has_recipients());
    told.map(route).collect()
}

/// By which channels notices are sent: they are there, and tell somebody.
pub(super) fn tellers(list: &Item<'_>, known: &[ChannelSettings]) -> Option<Vec<String>> {
    let names = list.texts()?;
    for name in &names {
        match known.iter().find(|channel| channel.name == *name) {
            None => list.error(Message::new("settings.route_channel").with("name", name)),
            Some(channel) if !channel.kind.has_recipients() => list.error_with(
                Message::new("settings.route_recipients").with("name", name),
                Message::new("settings.route_recipients.hint"),
            ),
            Some(_) => {}
        }
    }
    if names.is_empty() {
        list.error(Message::new("settings.route_empty"));
    }
    Some(names)
}

fn route(item: &Item<'_>, known: &[ChannelSettings]) -> Option<RouteSettings> {
    let mut map = item.map()?;
    let channels = map.required("channels", |list| tellers(list, known));
    let at_least = map.optional("at_least", |item| item.choice(&Severity::ALL, Severity::as_str));
    map.finish();
    Some(RouteSettings {
        channels: channels?,
        at_least: at_least.unwrap_or(Severity::Low),
    })
}

fn heartbeat(item: &Item<'_>, folder: &Path) -> Option<HeartbeatSettings> {
    let mut map = item.map()?;
    let url = map.required("url", url);
    let every_s = map.optional("every_s", |item| item.integer(5_u32..=3_600));
    let reach = reach(&mut map, folder);
    map.finish();
    Some(HeartbeatSettings {
        url: url?,
        every_s: every_s.unwrap_or(60),
        reach,
    })
}

/// By which way a receiver of HTTP is reached.
fn reach(map: &mut Map<'_>, folder: &Path) -> Reach {
    let allow = map.optional("allow_addresses", |list| {
        Some(list.list_of(|item| network(&item)))
    });
    Reach {
        allow_addresses: allow.unwrap_or_default(),
        proxy: map.optional("proxy", |item| proxy(item, folder)),
    }
}

/// Whatever is wrong with its address is told without it: somebody may have written a password there.
fn proxy(item: &Item<'_>, folder: &Path) -> Option<ProxySettings> {
    let mut map = item.map()?;
    let url = map.required("url", |item| {
        let url = item.text()?.parse::<Url>().ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match url {
            None => item.error(Message::new("settings.proxy_url")),
            Some(url) if url.username().is_empty() && url.password().is_none() => return Some(url),
            Some(_) => item.error(Message::new("settings.proxy_login")),
        }
        None
    });
    let user = map.optional("user", Item::text);
    let password = map.optional("password", |item| secret(item, folder));
    if user.is_some() != password.is_some() {
        map.item().error(Message::new("settings.proxy_both"));
    }
    map.finish();
    Some(ProxySettings {
        url: url?,
        login: user.zip(password),
    })
}

fn token(item: &Item<'_>, folder: &Path) -> Option<Sha256> {
    let mut map = item.map()?;
    let file = map.get("file");
    let sha256 = map.get("sha256");
    let digest = match (&file, &sha256) {
        (Some(file), None) => super::tokens::from_file(file, folder),
        (None, Some(sha256)) => sha256.parse("settings.want.sha256"),
        _ => {
            map.item().error(Message::new("settings.token_one_of"));
            None
        }
    };
    map.finish();
    digest
}

fn channel(item: &Item<'_>, folder: &Path) -> Option<ChannelSettings> {
    let mut map = item.map()?;
    let name = map.required("name", |item| {
        item.parse_with("settings.want.channel_name", channel_name)
    });
    let per_minute = map.optional("per_minute", |item| item.integer(1_u16..=6_000));
    let kind = map.required("kind", |item| {
        let kinds: Vec<usize> = (0..KINDS.len()).collect();
        item.choice(&kinds, |n| KINDS[n])
    });
    let known = kind.is_some();
    let by_http = kind.is_some_and(|kind| !matches!(KINDS[kind], "stdout" | "syslog" | "email"));
    let reach = if by_http {
        reach(&mut map, folder)
    } else {
        Reach::default()
    };
    let kind = kind.and_then(|kind| form(KINDS[kind], &mut map, folder));
    // Unknown keys of a kind that is not known would be noise.
    if known {
        map.finish();
    }
    Some(ChannelSettings {
        name: name?,
        per_minute: per_minute.map_or(PER_MINUTE, usize::from),
        reach,
        kind: kind?,
    })
}

fn form(kind: &str, map: &mut Map<'_>, folder: &Path) -> Option<ChannelKind> {
    let secret_of = |item: &Item<'_>| secret(item, folder);
    let path = |item: &Item<'_>| item.text().map(|text| folder.join(text));
    Some(match kind {
        "stdout" => ChannelKind::Log(LogTarget::Stdout),
        "syslog" => ChannelKind::Log(LogTarget::Syslog),
        "webhook" => {
            let (url, secret) = (map.required("url", url), map.optional("secret", secret_of));
            ChannelKind::Webhook(WebhookSettings { url: url?, secret })
        }
        "alertmanager" => {
            let (url, token) = (map.required("url", url), map.optional("token", secret_of));
            ChannelKind::Alertmanager(AlertmanagerSettings { url: url?, token })
        }
        "telegram" => {
            let base = map
                .optional("url", url)
                .or_else(|| "https://api.telegram.org/".parse().ok());
            let (token, chat) = (map.required("token", secret_of), map.required("chat", Item::text));
            ChannelKind::Telegram(TelegramSettings {
                url: base?,
                token: token?,
                chat: chat?,
            })
        }
        "email" => ChannelKind::Email(email(map, folder)?),
        "zalo" => {
            let to = map
                .optional("url", url)
                .or_else(|| "https://business.openapi.zalo.me/message/template".parse().ok());
            let oauth = map
                .optional("oauth_url", url)
                .or_else(|| "https://oauth.zaloapp.com/v4/oa/access_token".parse().ok());
            let (app, secret) = (map.required("app", Item::text), map.required("secret", secret_of));
            let (state, template) = (
                map.required("state_file", path),
                map.required("template", Item::text),
            );
            let phones = map.required("phones", phones);
            ChannelKind::Zalo(ZaloSettings {
                url: to?,
                oauth_url: oauth?,
                app: app?,
                secret: secret?,
                state_file: state?,
                template: template?,
                phones: phones?.iter().map(|phone| with_country_code(phone)).collect(),
            })
        }
        _ => {
            let (to, phones) = (map.required("url", url), map.required("phones", phones));
            let template = map.required("template", |item| {
                let text = item.text()?;
                if text.contains("{text}") && text.contains("{phone}") {
                    return Some(text);
                }
                item.error(Message::new("settings.sms_template"));
                None
            });
            let (success, secret) = (
                map.optional("success", Item::text),
                map.optional("secret", secret_of),
            );
            ChannelKind::Sms(SmsSettings {
                url: to?,
                template: template?,
                phones: phones?,
                success,
                secret,
            })
        }
    })
}

fn email(map: &mut Map<'_>, folder: &Path) -> Option<EmailSettings> {
    let (host, port) = (
        map.required("host", Item::text),
        map.optional("port", |item| item.integer(1..=u16::MAX)),
    );
    let tls = map.optional("tls", |item| {
        item.choice(
            &[MailTls::Starttls, MailTls::Implicit, MailTls::None],
            |tls| match tls {
                MailTls::Starttls => "starttls",
                MailTls::Implicit => "implicit",
                MailTls::None => "none",
            },
        )
    });
    let user = map.optional("user", Item::text);
    let password = map.optional("password", |item| secret(item, folder));
    let mailbox = |item: &Item<'_>| {
        item.parse_with("settings.want.mailbox", |text| {
            text.parse::<lettre::Address>()
                .ok()
                .map(|address| address.to_string())
        })
    };
    let from = map.required("from", mailbox);
    let to = map.optional("to", |list| Some(list.list_of(|item| mailbox(&item))));
    let ca_file = map.optional("ca_file", |item| item.text().map(|text| folder.join(text)));
    Some(EmailSettings {
        host: host?,
        port: port.unwrap_or(587),
        tls: tls.unwrap_or(MailTls::Starttls),
        ca_file,
        login: user.zip(password),
        from: from?,
        to: to.unwrap_or_default(),
    })
}

/// At least one, or the channel would take every notice and tell nobody.
fn recipients<T>(item: &Item<'_>, decode: impl FnMut(Item<'_>) -> Option<T>) -> Option<Vec<T>> {
    if item.list()?.is_empty() {
        item.error(Message::new("settings.recipients_empty"));
        return None;
    }
    Some(item.list_of(decode))
}

fn phones(item: &Item<'_>) -> Option<Vec<String>> {
    recipients(item, |item| {
        item.parse_with("settings.want.phone", |text| {
            is_phone(text).then(|| text.to_owned())
        })
    })
}

/// A Vietnamese number: nine digits for a mobile, ten for a fixed line, behind `0`, `84` or `+84`.
fn is_phone(text: &str) -> bool {
    let number = text.strip_prefix("+84").or_else(|| text.strip_prefix("84"));
    let number = number.or_else(|| text.strip_prefix('0')).unwrap_or_default();
    (9..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// `0912…`, `+84912…` → `84912…`, as Zalo wants it.
fn with_country_code(phone: &str) -> String {
    match phone.strip_prefix('0') {
        Some(number) => format!("84{number}"),
        None => phone.trim_start_matches('+').to_owned(),
    }
}

fn secret(item: &Item<'_>, folder: &Path) -> Option<SecretSource> {
    let mut map = item.map()?;
    let file = map.optional("file", |item| item.text().map(|text| folder.join(text)));
    let env = map.optional("env", |item| {
        item.parse_with("settings.want.environment", |text| {
            let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            (!text.is_empty() && text.chars().all(good)).then(|| text.to_owned())
        })
    });
    let source = match (file, env) {
        (Some(file), None) => Some(SecretSource::File(file)),
        (None, Some(name)) => Some(SecretSource::Environment(name)),
        _ => {
            map.item().error(Message::new("settings.secret_one_of"));
            None
        }
    };
    map.finish();
    source
}

fn channel_name(text: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!text.is_empty() && text.len() <= 64 && text.chars().all(good)).then(|| text.to_owned())
}

fn url(item: &Item<'_>) -> Option<Url> {
    item.parse_with("settings.want.http_url", |text| {
        let url: Url = text.parse().ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
    })
}

/// An address that pages are joined to.
fn base(item: &Item<'_>) -> Option<Url> {
    let mut base = url(item)?;
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    Some(base)
}
