//! Zalo notification service: a template message to each telephone, with the pair of tokens in [`super::zalo_pair`].

use std::collections::BTreeSet;

use ems_contract::diagnostic::Message;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::recipients::{Told, each};
use super::zalo_pair::{Pair, Renewal};
use super::{Dispatch, short_key};
use crate::notify::outgoing::{Failure, send};
use crate::notify::settings::ZaloSettings;

/// Answers that say the access token is not good any more.
const EXPIRED: [i64; 2] = [-124, -216];
/// The longest value of a template's field, in characters.
const LONGEST: usize = 100;

pub(super) struct Zalo {
    url: Url,
    template: String,
    phones: Vec<String>,
    pair: Pair,
    told: Told,
}

impl Zalo {
    pub(super) fn open(settings: &ZaloSettings) -> Result<Self, Message> {
        Ok(Self {
            url: settings.url.clone(),
            template: settings.template.clone(),
            phones: settings.phones.clone(),
            pair: Pair::open(settings)?,
            told: Told::default(),
        })
    }

    pub(super) async fn send(
        &self,
        http: &reqwest::Client,
        dispatch: &Dispatch,
        until: Instant,
    ) -> Result<u64, Failure> {
        let hung = |_elapsed| Failure::Hung;
        let mut held = timeout_at(until, self.pair.hold()).await.map_err(hung)??;
        let mut tally = self.told.begin(dispatch);
        let mut left = tally.left(self.phones.iter().cloned());
        let mut renewal = Renewal::Elsewhere;
        loop {
            let delivery = |phone| self.delivery(http, dispatch, phone, held.access_token());
            let mut expired = BTreeSet::new();
            for (phone, code) in each(until, left.into_iter().map(delivery).collect()).await {
                let taken = match code {
                    // A pair from elsewhere may have expired since; one that the service just gave is asked for once.
                    Ok(code) if EXPIRED.contains(&code) && renewal == Renewal::Elsewhere => {
                        expired.insert(phone);
                        continue;
                    }
                    Ok(0) => Ok(()),
                    Ok(code) => Err(Failure::Refused {
                        why: Message::new("notify.failure.zalo_code").with("code", code),
                    }),
                    Err(failure) => Err(failure),
                };
                tally.note(&phone, taken);
            }
            if expired.is_empty() {
                return tally.end();
            }
            left = expired;
            let renewed = timeout_at(until, self.pair.renew(http, held));
            (held, renewal) = renewed.await.map_err(hung)??;
        }
    }

    /// Waits for what must not be lost.
    pub(super) async fn settle(&self) {
        self.pair.settle().await;
    }

    fn delivery(
        &self,
        http: &reqwest::Client,
        dispatch: &Dispatch,
        phone: String,
        token: &str,
    ) -> (String, impl Future<Output = Result<i64, Failure>> + use<>) {
        let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let detail = dispatch.message.lines.first().map_or("", String::as_str);
        let body = json!({
            "phone": phone,
            "template_id": self.template,
            "template_data": {"title": short(&dispatch.message.title), "detail": short(detail)},
            "tracking_id": short_key(&format!("{}/{phone}", dispatch.key)),
        });
        let request = http
            .post(self.url.clone())
            .header("access_token", token)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let answer = async move {
            let answer: Value = serde_json::from_slice(&send(request).await?).unwrap_or_default();
            let code = answer.get("error").and_then(Value::as_i64);
            code.ok_or_else(|| Failure::later(Message::new("notify.failure.zalo_answer")))
        };
        (phone, answer)
    }
}
