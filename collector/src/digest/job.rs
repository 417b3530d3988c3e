//! The job that posts the day's letters to the outbox, once a working day.

use std::sync::Arc;
use std::time::Duration;

use ems_contract::time::UnixTime;
use jiff::civil::Date;
use tokio_util::sync::CancellationToken;

use super::letter::letter;
use super::reminders::{Reminding, reminders};
use super::tasks::tasks;
use crate::calendar::civil;
use crate::context::Context;
use crate::notify::paper::{PAPER, Paper};
use crate::notify::settings::{ChannelKind, DigestSettings, NotifySettings};
use crate::register::RegisterKind;
use crate::regulation::Regulations;
use crate::store::{Asked, NewLetter, StoreError};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(60);
/// Verdicts older than so many days are nobody's task any more.
const LOOK_BACK: i64 = 3;

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
            letters.extend(paper.and_then(|paper| self.posted(paper, portal.id.as_str(), now)));
        }
        let entries = store.entries(Some(RegisterKind::Attestation), None)?;
        let endings = reminders(
            &Reminding {
                rules: &self.rules,
                inventory: &inventory,
                entries: &entries,
                operators: self.operators(),
                console: self.notify.console_url.as_ref(),
                lang: self.notify.lang,
            },
            day,
            now,
        );
        for paper in endings {
            letters.extend(self.posted(paper, "attestations", now));
        }
        if letters.is_empty() {
            return Ok(0);
        }
        store.post(Vec::new(), letters)
    }

    /// A letter for the outbox.
    fn posted(&self, paper: Paper, thread: &str, now: UnixTime) -> Option<NewLetter> {
        let body = serde_json::to_string(&paper)
            .inspect_err(|error| tracing::error!(%error, "a letter cannot be written"))
            .ok()?;
        Some(NewLetter {
            thread: format!("{PAPER}{thread}"),
            key: paper.key,
            route: self.settings.channel.clone(),
            channel: self.settings.channel.clone(),
            body,
            posted_at: now,
            not_before: now,
        })
    }

    /// The operators' addresses: those that the letters' channel writes to by itself.
    fn operators(&self) -> &[String] {
        let channel = self
            .notify
            .channels
            .iter()
            .find(|channel| channel.name == self.settings.channel);
        match channel.map(|channel| &channel.kind) {
            Some(ChannelKind::Email(mail)) => &mail.to,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::Contact;
    use ems_contract::text::Lang;
    use ems_contract::time::UnixTime;
    use jiff::civil::Time;

    use super::*;
    use crate::account::Author;
    use crate::attest::{Attestation, Statement};
    use crate::context::LiveInventory;
    use crate::register::Entry;
    use crate::store::{Entered, NewEntry};
    use crate::testing;

    fn digest(context: &Context) -> Digest {
        Digest {
            context: context.clone(),
            rules: Arc::new(Regulations::embedded().unwrap()),
            notify: Arc::new(NotifySettings {
                lang: Lang::Vi,
                ..NotifySettings::default()
            }),
            settings: DigestSettings {
                channel: "mail".into(),
                at: Time::midnight(),
            },
        }
    }

    /// A collector that stops and begins again on the same folder reminds of the same end once at each step.
    #[test]
    fn each_step_is_posted_once_whatever_restarts_in_between() {
        let dir = tempfile::TempDir::new().unwrap();
        let noon = |day: &str| -> UnixTime { civil::start_of(day.parse().unwrap()) + 43_200 };
        let mut all = testing::inventory(&["p1"]);
        all.portals[0].regulations = vec!["an-giang-2023".to_owned()];
        all.portals[0].contact = Some(Contact {
            name: "Phòng Thông tin".into(),
            email: Some("a@example.gov.vn".into()),
            phone: None,
        });
        let begin = || {
            let mut context = testing::context(dir.path(), noon("2026-10-30"));
            context.inventory = LiveInventory::new(all.clone(), noon("2026-10-01"));
            context
        };
        let context = begin();
        let said = Attestation {
            obligation: "AG-12".into(),
            check: None,
            statement: Statement::Yes,
            by_name: "Nguyễn Văn A".into(),
            by_role: "Chánh Văn phòng".into(),
            signed_on: "2026-10-01".parse().unwrap(),
            valid_until: Some("2026-11-30".parse().unwrap()),
            file_sha256: None,
            note: None,
        };
        let author = Author::of_machine("can.bo");
        let note = author.note(noon("2026-10-01"), "register.enter", "attestation p1", "AG-12");
        let entry = NewEntry {
            portal: Some(testing::portal("p1")),
            replaces: None,
            withdrawn: false,
            entry: Entry::Attestation(said),
            file: None,
        };
        let entered = context.store.enter(vec![entry], &author, note).unwrap();
        assert!(matches!(entered, Entered::All(_)));
        let post = |context: &Context, day: &str| {
            let day: Date = day.parse().unwrap();
            digest(context).post(day, civil::start_of(day) + 43_200).unwrap()
        };
        assert_eq!(
            (post(&context, "2026-10-30"), post(&context, "2026-11-02")),
            (1, 0)
        );
        drop(context);
        let again = begin();
        assert_eq!((post(&again, "2026-11-03"), post(&again, "2026-11-23")), (0, 1));
        assert_eq!((post(&again, "2026-11-27"), post(&again, "2026-11-30")), (1, 0));
        let letters = again.store.waiting_letters(10).unwrap();
        let keys: Vec<&str> = letters.iter().map(|letter| &*letter.letter.key).collect();
        assert_eq!(
            keys,
            [30, 7, 1].map(|step| format!("attestation/p1/2026-11-30/{step}"))
        );
    }
}
