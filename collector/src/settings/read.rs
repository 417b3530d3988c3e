//! From the tree of `ems.yaml` to [`Settings`]: wrong values are noted, and their defaults stand in so that reading
//! goes on.

use std::path::{Path, PathBuf};

use ems_contract::diagnostic::Message;
use ems_contract::yaml::{Item, Map};

use super::{Settings, TlsFiles, notify, retention, tokens};

/// Reads all keys; `folder` is where relative paths begin.
pub(super) fn settings(root: &Item<'_>, folder: &Path) -> Settings {
    let default = Settings {
        data: folder.join("data"),
        targets: folder.join("targets.yaml"),
        ..Settings::default()
    };
    let Some(mut map) = root.map() else {
        return default;
    };
    let address = |item: &Item<'_>| item.parse("yaml.want.socket_address");
    let path = |item: &Item<'_>| item.text().map(|text| folder.join(text));
    let settings = Settings {
        listen: map.optional("listen", address).unwrap_or(default.listen),
        tls: map.optional("tls", |item| tls(item, path)),
        allow_plain_tokens: map
            .optional("allow_plain_tokens", Item::boolean)
            .unwrap_or(default.allow_plain_tokens),
        console_listen: map
            .optional("console_listen", address)
            .unwrap_or(default.console_listen),
        console_needs_login: map
            .optional("console_needs_login", Item::boolean)
            .unwrap_or(default.console_needs_login),
        console_hosts: map
            .optional("console_hosts", |item| Some(item.list_of(|item| host(&item))))
            .unwrap_or_default(),
        data: map.optional("data", path).unwrap_or(default.data),
        targets: map.optional("targets", path).unwrap_or(default.targets),
        regulations: map.optional("regulations", path),
        policy: map.optional("policy", path),
        renderer: map.optional("renderer", path),
        templates: map.optional("templates", path),
        tokens: map
            .optional("tokens", |item| Some(tokens::read(item, folder)))
            .unwrap_or_default(),
        retention: map
            .optional("retention", retention::read)
            .unwrap_or(default.retention),
        notify: map
            .optional("notify", |item| notify::read(item, folder))
            .unwrap_or_default(),
    };
    look_over(&mut map, &settings);
    map.finish();
    settings
}

/// A name as it stands in a URL: no scheme, no port, no path.
fn host(item: &Item<'_>) -> Option<String> {
    item.parse_with("settings.want.host", |text| match url::Host::parse(text) {
        Ok(url::Host::Domain(name)) => Some(name),
        _ => None,
    })
}

fn tls<'t>(item: &Item<'t>, path: impl Fn(&Item<'t>) -> Option<PathBuf>) -> Option<TlsFiles> {
    let mut map = item.map()?;
    let certificate = map.required("certificate", &path);
    let key = map.required("key", &path);
    map.finish();
    Some(TlsFiles {
        certificate: certificate?,
        key: key?,
    })
}

/// Settings that are allowed and probably not meant.
fn look_over(map: &mut Map<'_>, settings: &Settings) {
    let shared = settings.listen == settings.console_listen;
    if let Some(item) = map
        .get("console_listen")
        .or_else(|| if shared { map.get("listen") } else { None })
        && !settings.console_listen.ip().is_loopback()
        && !settings.console_needs_login
    {
        item.warn(
            Message::new("settings.open_console").with("address", settings.console_listen),
            Message::new("settings.open_console.hint"),
        );
    }
    if let Some(item) = map.get("listen")
        && !settings.listen.ip().is_loopback()
        && settings.tls.is_none()
        && !settings.allow_plain_tokens
    {
        item.warn(
            Message::new("settings.no_tls").with("address", settings.listen),
            Message::new("settings.no_tls.hint"),
        );
    }
    if let Some(item) = map.get("allow_plain_tokens")
        && settings.allow_plain_tokens
        && settings.tls.is_none()
    {
        item.warn(
            Message::new("settings.plain_tokens"),
            Message::new("settings.plain_tokens.hint"),
        );
    }
}
