//! The job that posts the day's letters to the outbox, once a working day.

use std::sync::Arc;
use std::time::Duration;

use ems_contract::time::UnixTime;
use jiff::civil::{Date, Time};
use tokio_util::sync::CancellationToken;

use super::letter::letter;
use super::tasks::tasks;
use crate::calendar::civil;
use crate::context::Context;
use crate::notify::paper::PAPER;
use crate::notify::settings::NotifySettings;
use crate::regulation::Regulations;
use crate::store::{Asked, NewLetter, StoreError};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(60);
/// Verdicts older than so many days are nobody's task any more.
const LOOK_BACK: i64 = 3;

/// `notify.digest` in `ems.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestSettings {
    /// The e-mail channel by whose server the letters go.
    pub channel: String,
    /// From what civil time on.
    pub at: Time,
}

/// The job.
pub struct Digest {
    context: Context,
    rules: Arc<Regulations>,
    notify: Arc<NotifySettings>,
    settings: DigestSettings,
}

impl Digest {
    /// A job over `context`; none where the settings ask for none.
    #[must_use]
    pub fn new(context: &Context, rules: &Arc<Regulations>, notify: &Arc<NotifySettings>) -> Option<Self> {
        Some(Self {
            context: context.clone(),
            rules: Arc::clone(rules),
            settings: notify.digest.clone()?,
            notify: Arc::clone(notify),
        })
    }

    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let job = Arc::new(self);
        let mut done = None;
        while !stop.is_cancelled() {
            let now = job.context.clock.now();
            if let Some(day) = job.due(now).filter(|day| done != Some(*day)) {
                let one = Arc::clone(&job);
                match tokio::task::spawn_blocking(move || one.post(day, now)).await {
                    Ok(Ok(letters)) => {
                        tracing::info!(letters, %day, "letters to units were posted");
                        done = Some(day);
                    }
                    Ok(Err(error)) => tracing::warn!(%error, "letters to units could not be posted"),
                    Err(error) => tracing::error!(%error, "posting letters to units panicked"),
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// The day whose letters are due.
    fn due(&self, now: UnixTime) -> Option<Date> {
        let local = civil::local(now);
        let working = self.rules.calendar.is_working(local.date());
        (working && local.time() >= self.settings.at).then(|| local.date())
    }

    /// Posts the letters of a day; a letter that was posted before is not posted again. Returns how many are new.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn post(&self, day: Date, now: UnixTime) -> Result<usize, StoreError> {
        let store = &*self.context.store;
        let inventory = self.context.inventory.current();
        let judgings = store.judgings(civil::plus_days(day, -LOOK_BACK), day)?;
        let mut letters = Vec::new();
        for portal in &inventory.portals {
            if portal
                .contact
                .as_ref()
                .is_none_or(|contact| contact.email.is_none())
            {
                continue;
            }
            let Some(judged) = judgings.iter().rev().find(|judging| judging.portal == portal.id) else {
                continue;
            };
            let verdicts = store.verdicts(&Asked {
                portal: Some(portal.id.clone()),
                ..Asked::on(judged.day)
            })?;
            let tasks = tasks(&self.rules, &verdicts, self.notify.lang);
            let paper = letter(
                portal,
                &tasks,
                self.notify.console_url.as_ref(),
                day,
                self.notify.lang,
            );
            let Some(paper) = paper else { continue };
            let body = serde_json::to_string(&paper);
            let Ok(body) = body.inspect_err(|error| tracing::error!(%error, "a letter cannot be written"))
            else {
                continue;
            };
            letters.push(NewLetter {
                thread: format!("{PAPER}{}", portal.id),
                key: paper.key,
                route: self.settings.channel.clone(),
                channel: self.settings.channel.clone(),
                body,
                posted_at: now,
                not_before: now,
            });
        }
        if letters.is_empty() {
            return Ok(0);
        }
        store.post(Vec::new(), letters)
    }
}
