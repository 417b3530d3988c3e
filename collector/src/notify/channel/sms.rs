//! Text messages by an HTTP gateway: whatever the carrier's gateway wants, the operator writes as a template.
//!
//! In the body `{phone}`, `{text}`, `{key}` and `{secret}` are replaced, escaped for JSON where the body is JSON and for forms
//! otherwise. The text has no accents and at most 160 characters: one message. An address that does not fit is left out.

use ems_contract::diagnostic::Message as Words;
use reqwest::header::CONTENT_TYPE;
use tokio::time::Instant;
use url::Url;

use super::recipients::{Told, each};
use super::{Dispatch, short_key};
use crate::notify::message::Message;
use crate::notify::neutral::unaccented;
use crate::notify::outgoing::{Failure, send};
use crate::notify::secret::Secret;
use crate::notify::settings::SmsSettings;

/// One message without accents.
const LONGEST: usize = 160;
/// So much of it may be taken by the address at which to answer: what it is about must still be told.
const LONGEST_ANSWER: usize = 100;

/// What fits: the last line is cut, but a part of an address leads nowhere. Where the person called answers goes before
/// any other line.
fn one_message(message: &Message) -> String {
    let short = message.answer.as_ref().and_then(|answer| answer.short.as_ref());
    let answer = short
        .map(|answer| format!(". {}", unaccented(answer, usize::MAX)))
        .filter(|answer| answer.len() <= LONGEST_ANSWER)
        .unwrap_or_default();
    let room = LONGEST - answer.len();
    let mut text = message.title.clone();
    for line in &message.lines {
        let longer = format!("{text}. {line}");
        if !line.contains("://") || unaccented(&longer, usize::MAX).len() <= room {
            text = longer;
        }
    }
    unaccented(&text, room) + &answer
}

pub(super) struct Sms {
    url: Url,
    template: String,
    phones: Vec<String>,
    success: Option<String>,
    secret: Option<Secret>,
    told: Told,
}

impl Sms {
    pub(super) fn open(settings: &SmsSettings) -> Result<Self, Words> {
        Ok(Self {
            url: settings.url.clone(),
            template: settings.template.clone(),
            phones: settings.phones.clone(),
            success: settings.success.clone(),
            secret: settings.secret.as_ref().map(|source| source.read()).transpose()?,
            told: Told::default(),
        })
    }

    pub(super) async fn send(
        &self,
        http: &reqwest::Client,
        dispatch: &Dispatch,
        until: Instant,
    ) -> Result<u64, Failure> {
        let text = one_message(&dispatch.message);
        let json = self.template.trim_start().starts_with('{');
        let kind = if json {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let mut tally = self.told.begin(dispatch);
        let delivery = |phone: String| {
            let key = short_key(&format!("{}/{phone}", dispatch.key));
            let secret = self.secret.as_ref().map_or("", Secret::reveal);
            let values = [
                ("phone", phone.as_str()),
                ("text", &text),
                ("key", &key),
                ("secret", secret),
            ];
            let request = http
                .post(self.url.clone())
                .header(CONTENT_TYPE, kind)
                .body(filled(&self.template, &values, json));
            let wanted = self.success.clone();
            let delivery = async move { judge(&send(request).await?, wanted.as_deref()) };
            (phone, delivery)
        };
        let left = tally.left(self.phones.iter().cloned());
        for (phone, taken) in each(until, left.into_iter().map(delivery).collect()).await {
            tally.note(&phone, taken);
        }
        tally.end()
    }
}

/// Gateways say no with a 200 too.
fn judge(answer: &[u8], wanted: Option<&str>) -> Result<(), Failure> {
    match wanted {
        Some(wanted) if !String::from_utf8_lossy(answer).contains(wanted) => Err(Failure::Refused {
            why: Words::new("notify.failure.gateway"),
        }),
        _ => Ok(()),
    }
}

fn filled(template: &str, values: &[(&str, &str)], json: bool) -> String {
    let escape = |value: &str| {
        if json {
            let quoted = serde_json::Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        } else {
            url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
        }
    };
    let mut text = String::new();
    let mut rest = template;
    // One pass: braces inside a value are the value's own.
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let found = values.iter().find(|(name, _)| {
            rest[1..]
                .strip_prefix(name)
                .is_some_and(|after| after.starts_with('}'))
        });
        let taken = match found {
            Some((name, value)) => {
                text.push_str(&escape(value));
                name.len() + 2
            }
            None => {
                text.push('{');
                1
            }
        };
        rest = &rest[taken..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::message::Answer;

    #[test]
    fn the_address_to_answer_at_is_whole_or_not_there() {
        let message = |address: &str| Message {
            title: "GỌI TRỰC – Khẩn: Sở Y tế gián đoạn".into(),
            lines: vec![
                "Gọi người trực: An".into(),
                "Xem: https://ems.vn/portals/soyt".into(),
                "b".repeat(200),
            ],
            link: None,
            answer: Some(Answer {
                line: String::new(),
                short: Some(format!("Trả lời: {address}")),
            }),
        };
        let address = format!("https://ems.angiang.gov.vn/act/123456-{}", "0".repeat(24));
        let short = one_message(&message(&address));
        assert_eq!(short.len(), LONGEST);
        assert!(
            short.starts_with("GOI TRUC - Khan: So Y te gian doan. Goi nguoi truc: An. bbb")
                && short.ends_with(&format!(". Tra loi: {address}")),
            "{short}"
        );
        let long = one_message(&message(&format!("https://ems.vn/{}", "0".repeat(100))));
        assert!(
            long.starts_with(
                "GOI TRUC - Khan: So Y te gian doan. Goi nguoi truc: An. Xem: https://ems.vn/portals/soyt. bb"
            ) && long.ends_with('b'),
            "{long}"
        );
        let wordy = Message {
            title: "a".repeat(300),
            ..message(&address)
        };
        assert!(one_message(&wordy).ends_with(&format!("a. Tra loi: {address}")));
        assert_eq!(one_message(&wordy).len(), LONGEST);
    }
}
