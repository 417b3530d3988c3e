//! The pair of tokens of the Zalo notification service. The access token lives a day, and each refresh token is good for
//! one use: a renewal that was begun ends, whoever stops waiting for it, and the new pair is on disk before it is used, or
//! in memory where the disk does not take it. Programs that share a state file renew it in turn, under a lock beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex as Shared, PoisonError};

use ems_contract::diagnostic::Message;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tokio::task::JoinSet;
use url::Url;

use crate::locale::unreadable;
use crate::notify::outgoing::{Failure, send};
use crate::notify::secret::Secret;
use crate::notify::settings::ZaloSettings;

/// The pair as it stands in the state file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

/// The pair in use.
pub(super) struct Held {
    tokens: Tokens,
    /// What the state file held when it was last read or written: another pair there now is another program's, and newer.
    on_disk: Tokens,
}

impl Held {
    /// The token with which messages are sent.
    pub(super) fn access_token(&self) -> &str {
        &self.tokens.access_token
    }
}

/// Where a new pair came from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewal {
    /// Another program had put it into the state file.
    Elsewhere,
    /// The service gave it.
    Here,
}

/// The pair, and the renewals that were begun.
pub(super) struct Pair {
    source: Arc<Source>,
    held: Arc<Mutex<Held>>,
    begun: Shared<JoinSet<()>>,
}

/// Where pairs come from, and where they are kept.
struct Source {
    oauth: Url,
    app: String,
    secret: Secret,
    state: PathBuf,
}

impl Pair {
    pub(super) fn open(settings: &ZaloSettings) -> Result<Self, Message> {
        let state = &settings.state_file;
        let text = std::fs::read(state).map_err(|error| unreadable(state, &error))?;
        // What serde says of a value could show it.
        let tokens: Tokens = serde_json::from_slice(&text)
            .map_err(|_secret| Message::new("notify.setup.zalo_state").with("path", state.display()))?;
        Ok(Self {
            source: Arc::new(Source {
                oauth: settings.oauth_url.clone(),
                app: settings.app.clone(),
                secret: settings.secret.read()?,
                state: state.clone(),
            }),
            held: Arc::new(Mutex::new(Held {
                on_disk: tokens.clone(),
                tokens,
            })),
            begun: Shared::default(),
        })
    }

    /// The pair, for one delivery.
    pub(super) async fn hold(&self) -> Result<OwnedMutexGuard<Held>, Failure> {
        let mut held = Arc::clone(&self.held).lock_owned().await;
        if held.tokens != held.on_disk {
            let _lock = self.source.lock()?;
            self.source.write(&mut held);
        }
        Ok(held)
    }

    /// The same with a new pair.
    pub(super) async fn renew(
        &self,
        http: &reqwest::Client,
        mut held: OwnedMutexGuard<Held>,
    ) -> Result<(OwnedMutexGuard<Held>, Renewal), Failure> {
        let (done, told) = oneshot::channel();
        let (source, http) = (Arc::clone(&self.source), http.clone());
        let renewal = async move {
            let renewal = source.renew(&http, &mut held).await;
            // Nobody may wait for it any more.
            drop(done.send(renewal.map(|renewal| (held, renewal))));
        };
        {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            while begun.try_join_next().is_some() {}
            begun.spawn(renewal);
        }
        told.await
            .unwrap_or_else(|broken| Err(Failure::technical(broken)))
    }

    /// Until every renewal that was begun has ended: each is one exchange.
    pub(super) async fn settle(&self) {
        let mut begun = std::mem::take(&mut *self.begun.lock().unwrap_or_else(PoisonError::into_inner));
        while begun.join_next().await.is_some() {}
    }
}

impl Source {
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
            why: Message::new("notify.failure.zalo_token"),
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
            Err(TryLockError::WouldBlock) => Err(Failure::later(Message::new("notify.failure.zalo_lock"))),
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
