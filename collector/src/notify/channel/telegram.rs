//! Telegram's Bot API, `sendMessage`. Sent without `parse_mode`: no markup in a name means anything.

use ems_contract::diagnostic::Message as Words;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use url::Url;

use super::Dispatch;
use crate::notify::outgoing::{Failure, send};
use crate::notify::secret::Secret;
use crate::notify::settings::TelegramSettings;

/// The longest text, in characters.
const LONGEST: usize = 4_096;

pub(super) struct Telegram {
    base: Url,
    token: Secret,
    chat: String,
}

impl Telegram {
    pub(super) fn open(settings: &TelegramSettings) -> Result<Self, Words> {
        Ok(Self {
            base: settings.url.clone(),
            token: settings.token.read()?,
            chat: settings.chat.clone(),
        })
    }

    pub(super) async fn send(&self, http: &reqwest::Client, dispatch: &Dispatch) -> Result<(), Failure> {
        let path = format!("bot{}/sendMessage", self.token.reveal());
        let url = self.base.as_str().trim_end_matches('/');
        let text: String = dispatch.message.personal_text().chars().take(LONGEST).collect();
        let body = json!({"chat_id": self.chat, "text": text, "link_preview_options": {"is_disabled": true}});
        let request = http
            .post(format!("{url}/{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
        send(request).await.map(drop)
    }
}
