//! Zalo notification service: a template message to each telephone. The access token lives a day, and each refresh token
//! is good for one use: the new pair is on disk before it is used.

use std::io::Write;
use std::path::{Path, PathBuf};

use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::{Dispatch, short_key};
use crate::notify::outgoing::{Failure, send};
use crate::notify::secret::Secret;
use crate::notify::settings::ZaloSettings;

/// Answers that say the access token is not good any more.
const EXPIRED: [i64; 2] = [-124, -216];
/// The longest value of a template's field, in characters.
const LONGEST: usize = 100;

/// The pair of tokens as it stands in the state file.
#[derive(Clone, Serialize, Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

pub(super) struct Zalo {
    url: Url,
    oauth: Url,
    app: String,
    secret: Secret,
    state: PathBuf,
    template: String,
    phones: Vec<String>,
    tokens: Mutex<Tokens>,
}

impl Zalo {
    pub(super) fn open(settings: &ZaloSettings) -> Result<Self, String> {
        let at = |why: String| format!("{}: {why}", settings.state_file.display());
        let text = std::fs::read(&settings.state_file).map_err(|error| at(error.to_string()))?;
        // What serde says of a value could show it.
        let tokens = serde_json::from_slice(&text)
            .map_err(|_secret| at("wants {\"access_token\": …, \"refresh_token\": …}".to_owned()))?;
        Ok(Self {
            url: settings.url.clone(),
            oauth: settings.oauth_url.clone(),
            app: settings.app.clone(),
            secret: settings.secret.read()?,
            state: settings.state_file.clone(),
            template: settings.template.clone(),
            phones: settings.phones.clone(),
            tokens: Mutex::new(tokens),
        })
    }

    pub(super) async fn send(&self, http: &reqwest::Client, dispatch: &Dispatch) -> Result<(), Failure> {
        let mut tokens = self.tokens.lock().await;
        let mut failed = None;
        for phone in &self.phones {
            let mut code = self.deliver(http, dispatch, phone, &tokens).await;
            if matches!(code, Ok(code) if EXPIRED.contains(&code)) {
                *tokens = self.refreshed(http, &tokens).await?;
                code = self.deliver(http, dispatch, phone, &tokens).await;
            }
            match code {
                Ok(0) => {}
                Ok(code) => {
                    failed = Some(Failure::Refused {
                        why: format!("the service answered error {code}"),
                    });
                }
                Err(failure) => failed = Some(failure),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn deliver(
        &self,
        http: &reqwest::Client,
        dispatch: &Dispatch,
        phone: &str,
        tokens: &Tokens,
    ) -> Result<i64, Failure> {
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
            .header("access_token", &tokens.access_token)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let answer = send(request).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let code = answer.get("error").and_then(Value::as_i64);
        code.ok_or_else(|| Failure::later("the service's answer cannot be read"))
    }

    async fn refreshed(&self, http: &reqwest::Client, tokens: &Tokens) -> Result<Tokens, Failure> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("refresh_token", &tokens.refresh_token)
            .append_pair("app_id", &self.app)
            .append_pair("grant_type", "refresh_token")
            .finish();
        let request = http
            .post(self.oauth.clone())
            .header("secret_key", self.secret.reveal())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let answer = send(request).await?;
        let fresh: Tokens = serde_json::from_slice(&answer).map_err(|_secret| Failure::Refused {
            why: "the token cannot be renewed: authorise the application again".to_owned(),
        })?;
        keep(&self.state, &fresh).map_err(|error| Failure::later(format!("keep the new token: {error}")))?;
        Ok(fresh)
    }
}

/// Old or new, never half: written beside, synced, renamed over.
fn keep(path: &Path, tokens: &Tokens) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(&serde_json::to_vec(tokens)?)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    std::fs::File::open(folder)?.sync_all()
}
