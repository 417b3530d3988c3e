//! Zalo notification service: a template message to each telephone. The access token lives a day, and each refresh token
//! is good for one use: the new pair is on disk before it is used, or in memory where the disk does not take it. Programs that
//! share a state file renew it in turn, under a lock beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::recipients::Told;
use super::{Dispatch, short_key};
use crate::notify::outgoing::{Failure, send};
use crate::notify::secret::Secret;
use crate::notify::settings::ZaloSettings;

/// Answers that say the access token is not good any more.
const EXPIRED: [i64; 2] = [-124, -216];
/// The longest value of a template's field, in characters.
const LONGEST: usize = 100;

/// The pair of tokens as it stands in the state file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

/// The pair in use.
struct Held {
    tokens: Tokens,
    /// What the state file held when it was last read or written: another pair there now is another program's, and newer.
    on_disk: Tokens,
}

/// Where a new pair came from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renewal {
    /// Another program had put it into the state file.
    Elsewhere,
    /// The service gave it.
    Here,
}

pub(super) struct Zalo {
    url: Url,
    oauth: Url,
    app: String,
    secret: Secret,
    state: PathBuf,
    template: String,
    phones: Vec<String>,
    held: Mutex<Held>,
    told: Told,
}

impl Zalo {
    pub(super) fn open(settings: &ZaloSettings) -> Result<Self, String> {
        let at = |why: String| format!("{}: {why}", settings.state_file.display());
        let text = std::fs::read(&settings.state_file).map_err(|error| at(error.to_string()))?;
        // What serde says of a value could show it.
        let tokens: Tokens = serde_json::from_slice(&text)
            .map_err(|_secret| at("wants {\"access_token\": …, \"refresh_token\": …}".to_owned()))?;
        Ok(Self {
            url: settings.url.clone(),
            oauth: settings.oauth_url.clone(),
            app: settings.app.clone(),
            secret: settings.secret.read()?,
            state: settings.state_file.clone(),
            template: settings.template.clone(),
            phones: settings.phones.clone(),
            held: Mutex::new(Held {
                on_disk: tokens.clone(),
                tokens,
            }),
            told: Told::default(),
        })
    }

    pub(super) async fn send(&self, http: &reqwest::Client, dispatch: &Dispatch) -> Result<(), Failure> {
        let mut held = self.held.lock().await;
        if held.tokens != held.on_disk {
            let _lock = self.lock()?;
            self.write(&mut held);
        }
        let mut tally = self.told.begin(dispatch);
        for phone in &self.phones {
            if tally.has(phone) {
                continue;
            }
            let mut code = self.deliver(http, dispatch, phone, &held.tokens).await;
            while matches!(code, Ok(code) if EXPIRED.contains(&code)) {
                let renewal = self.renew(http, &mut held).await?;
                code = self.deliver(http, dispatch, phone, &held.tokens).await;
                // A pair from elsewhere may have expired since; one that the service just gave is asked for once.
                if renewal == Renewal::Here {
                    break;
                }
            }
            let taken = match code {
                Ok(0) => Ok(()),
                Ok(code) => Err(Failure::Refused {
                    why: format!("the service answered error {code}"),
                }),
                Err(failure) => Err(failure),
            };
            tally.note(phone, taken);
        }
        tally.end()
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

    /// Puts a new pair into `held`: another program's, if there is one, or else one from the service.
    async fn renew(&self, http: &reqwest::Client, held: &mut Held) -> Result<Renewal, Failure> {
        let _lock = self.lock()?;
        if let Some(there) = self.there().filter(|there| *there != held.on_disk) {
            held.tokens = there.clone();
            held.on_disk = there;
            return Ok(Renewal::Elsewhere);
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("refresh_token", &held.tokens.refresh_token)
            .append_pair("app_id", &self.app)
            .append_pair("grant_type", "refresh_token")
            .finish();
        let request = http
            .post(self.oauth.clone())
            .header("secret_key", self.secret.reveal())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let answer = send(request).await?;
        held.tokens = serde_json::from_slice(&answer).map_err(|_secret| Failure::Refused {
            why: "the token cannot be renewed: authorise the application again".to_owned(),
        })?;
        self.write(held);
        Ok(Renewal::Here)
    }

    /// The pair in the state file, if it can be read.
    fn there(&self) -> Option<Tokens> {
        serde_json::from_slice(&std::fs::read(&self.state).ok()?).ok()
    }

    /// Writes the pair in use, unless another program has written one. The old refresh token is spent, so a pair that cannot
    /// be written is used all the same, and written before the next letter if that can be done then.
    fn write(&self, held: &mut Held) {
        if let Some(there) = self.there().filter(|there| *there != held.on_disk) {
            held.tokens = there.clone();
            held.on_disk = there;
            return;
        }
        match keep(&self.state, &held.tokens) {
            Ok(()) => held.on_disk = held.tokens.clone(),
            Err(error) => tracing::error!(
                file = %self.state.display(),
                %error,
                "the new pair of tokens cannot be written: it is lost when this program ends"
            ),
        }
    }

    /// Keeps other programs from renewing the pair until it is dropped. Where no lock can be made it goes without.
    fn lock(&self) -> Result<Option<File>, Failure> {
        let path = self.state.with_extension("lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = match options.open(&path) {
            Ok(file) => file,
            Err(error) => {
                tracing::warn!(file = %path.display(), %error, "the pair of tokens cannot be locked");
                return Ok(None);
            }
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::later("another program renews the token just now")),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(file = %path.display(), %error, "the pair of tokens cannot be locked");
                Ok(None)
            }
        }
    }
}

/// Old or new, never half: written beside, synced, renamed over.
fn keep(path: &Path, tokens: &Tokens) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(&serde_json::to_vec(tokens)?)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}
