//! Alerts to a Prometheus Alertmanager, API v2. A firing alert is given a far end, so that it need not be sent again;
//! the labels stay the same until the recovery, which ends it. [`bridge`](crate::notify::bridge) knows them by their label
//! `thread` and takes none back in.

use ems_contract::diagnostic::Message as Words;
use ems_contract::time::UnixTime;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::Url;

use super::Dispatch;
use crate::notify::notice::{Notice, Stage};
use crate::notify::outgoing::{Failure, send, technical};
use crate::notify::secret::Secret;
use crate::notify::settings::AlertmanagerSettings;

/// A firing alert that nobody ends is over after this many seconds.
const FAR_S: i64 = 30 * 86_400;

pub(super) struct Alertmanager {
    url: Url,
    token: Option<Secret>,
}

impl Alertmanager {
    pub(super) fn open(settings: &AlertmanagerSettings) -> Result<Self, Words> {
        let url = format!("{}/api/v2/alerts", settings.url.as_str().trim_end_matches('/'));
        Ok(Self {
            url: url.parse::<Url>().map_err(technical)?,
            token: settings.token.as_ref().map(|source| source.read()).transpose()?,
        })
    }

    pub(super) async fn send(&self, http: &reqwest::Client, dispatch: &Dispatch) -> Result<(), Failure> {
        let one = |notice: &Notice| alert(notice, dispatch);
        let alerts: Value = dispatch.notices.iter().map(one).collect();
        let mut request = http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(alerts.to_string());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.reveal());
        }
        send(request).await.map(drop)
    }
}

fn alert(notice: &Notice, dispatch: &Dispatch) -> Value {
    let subject = notice.subjects.first().map_or("", |subject| &subject.id);
    let over = matches!(notice.stage, Stage::Recovered | Stage::Amended) || notice.until.is_some();
    let end = if over {
        notice.until.unwrap_or(dispatch.now).max(notice.since)
    } else {
        dispatch.now + FAR_S
    };
    let mut labels = json!({
        "alertname": format!("Ems{}", capital(notice.kind.as_str())),
        "thread": notice.thread,
        "severity": notice.severity.label(),
    });
    // A label with an empty value counts as absent, and absent labels are equal to each other.
    if notice.total == 1 && !subject.is_empty() {
        let name = if notice.kind.as_str() == "agent" {
            "agent"
        } else {
            "portal"
        };
        labels[name] = json!(subject);
    }
    json!({
        "labels": labels,
        "annotations": {"summary": dispatch.message.title, "description": dispatch.message.lines.join("\n"),
                        "key": notice.key},
        "startsAt": UnixTime::to_string(&notice.since),
        "endsAt": UnixTime::to_string(&end),
        "generatorURL": dispatch.message.link.clone().unwrap_or_default(),
    })
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}
