//! JSON to any address, signed.
//!
//! `X-Ems-Signature: sha256=<hex of HMAC-SHA256 over the body>` with the shared secret; `Idempotency-Key` is the dedupe key,
//! the same however often it is delivered. A digest lists its notices, each with its own key.

use ems_contract::diagnostic::Message as Words;
use reqwest::header::CONTENT_TYPE;
use ring::hmac;
use serde::Serialize;
use url::Url;

use super::Dispatch;
use crate::notify::notice::Notice;
use crate::notify::outgoing::{Failure, send};
use crate::notify::settings::WebhookSettings;

pub(super) struct Webhook {
    url: Url,
    key: Option<hmac::Key>,
}

#[derive(Serialize)]
struct Body<'a> {
    schema: u32,
    key: &'a str,
    title: &'a str,
    text: &'a str,
    link: Option<&'a str>,
    notices: &'a [Notice],
}

impl Webhook {
    pub(super) fn open(settings: &WebhookSettings) -> Result<Self, Words> {
        let secret = settings.secret.as_ref().map(|source| source.read()).transpose()?;
        Ok(Self {
            url: settings.url.clone(),
            key: secret.map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes())),
        })
    }

    pub(super) async fn send(&self, http: &reqwest::Client, dispatch: &Dispatch) -> Result<(), Failure> {
        let body = Body {
            schema: 1,
            key: &dispatch.key,
            title: &dispatch.message.title,
            text: &dispatch.message.personal_text(),
            link: dispatch.message.link.as_deref(),
            notices: &dispatch.notices,
        };
        let body = serde_json::to_vec(&body).map_err(Failure::technical)?;
        let mut request = http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", &dispatch.key);
        if let Some(key) = &self.key {
            let tag = hmac::sign(key, &body);
            request = request.header("X-Ems-Signature", format!("sha256={}", super::hex(tag.as_ref())));
        }
        send(request.body(body)).await.map(drop)
    }
}
