//! The job that posts the day's letters to the outbox, once a working day.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::id::PortalId;
use ems_contract::inventory::Portal;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use tokio_util::sync::CancellationToken;

use super::letter::{Addressed, letter};
use super::owner::owners;
use super::reminders::{Reminding, reminders};
use super::tasks::{Task, tasks};
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
        let judgings = store.newest_judgings(None, civil::plus_days(day, -LOOK_BACK))?;
        let judged: BTreeMap<&PortalId, Date> = judgings
            .iter()
            .map(|judging| (&judging.portal, judging.day))
            .collect();
        let of_portal = |portal: &Portal| match judged.get(&portal.id) {
            None => Ok(Vec::new()),
            Some(day) => self.tasks(portal, *day),
        };
        let mut letters = Vec::new();
        for owner in owners(&inventory, now) {
            for addressed in Addressed::of(&owner, of_portal)? {
                let console = self.notify.console_url.as_ref();
                let paper = letter(&addressed, console, day, self.notify.lang);
                let thread = addressed.head().map_or("", PortalId::as_str);
                letters.extend(paper.and_then(|paper| self.posted(paper, thread, now)));
            }
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

    /// What there is to do on a portal by the verdicts of a day.
    fn tasks(&self, portal: &Portal, day: Date) -> Result<Vec<Task>, StoreError> {
        let verdicts = self.context.store.verdicts(&Asked {
            portal: Some(portal.id.clone()),
            ..Asked::on(day)
        })?;
        Ok(tasks(&self.rules, &verdicts, self.notify.lang))
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
    use ems_contract::digest::Sha256;
    use ems_contract::inventory::{Contact, Inventory};
    use ems_contract::text::Lang;
    use ems_contract::time::UnixTime;
    use jiff::civil::Time;

    use super::*;
    use crate::account::Author;
    use crate::attest::{Attestation, Statement};
    use crate::context::LiveInventory;
    use crate::register::Entry;
    use crate::store::{Entered, Judged, NewEntry, Versions};
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

    /// What somebody has who has not kept a section up to date.
    fn stale(id: &str, day: Date) -> Judged {
        let check = serde_json::json!({
            "check": "fresh-tin-tuc", "value": "fail", "reason": "late", "kind": "statutory",
            "threshold_kind": "statutory", "finding": "none",
        });
        let verdict = serde_json::json!({
            "portal": id, "pack": "an-giang-2023", "pack_version": "1", "obligation": "AG-12", "value": "fail",
            "reason": "late", "severity": "major", "at": civil::end_of(day), "checks": [check],
        });
        let nothing = Sha256::of(b"");
        Judged {
            portal: testing::portal(id),
            day,
            at: civil::end_of(day),
            versions: Versions {
                rules: nothing,
                calendar: Vec::new(),
                inventory: nothing,
                method: 1,
            },
            verdicts: vec![serde_json::from_value(verdict).unwrap()],
        }
    }

    /// The officer of two portals of one unit has one letter a day, whatever restarts, joins or is mended in between;
    /// other officers have their own, about their own portals.
    #[test]
    fn an_officer_of_several_portals_has_one_letter_a_day() {
        let dir = tempfile::TempDir::new().unwrap();
        let monday = Date::constant(2026, 11, 23);
        let noon = |day: Date| civil::start_of(day) + 43_200;
        let mut all = testing::inventory(&["p2", "p1", "p3", "p4"]);
        for (portal, (owner, to)) in all.portals.iter_mut().zip([
            ("Sở Y tế", "a@b.vn"),
            ("Sở Y tế", "A@b.vn"),
            ("Sở Y tế", "c@b.vn"),
            ("Sở Nội vụ", "a@b.vn"),
        ]) {
            portal.owner = owner.into();
            portal.contact = Some(Contact {
                name: "Cán bộ".into(),
                email: Some(to.into()),
                phone: None,
            });
        }
        let begin = |all: &Inventory| {
            let mut context = testing::context(dir.path(), noon(monday));
            context.inventory = LiveInventory::new(all.clone(), noon(monday));
            context
        };
        let context = begin(&all);
        testing::know(&*context.store, &["p1", "p2", "p3", "p4"]);
        let stale_on = |context: &Context, ids: &[&str], day: Date| {
            let judged = ids.iter().map(|id| stale(id, day)).collect();
            context.store.write_verdicts(judged).unwrap();
        };
        stale_on(&context, &["p2", "p3", "p4"], monday);
        let post = |context: &Context, day: Date| digest(context).post(day, noon(day)).unwrap();
        assert_eq!(post(&context, monday), 3);
        drop(context);
        // The inventory is written in another order, and the other portal falls behind as well.
        all.portals.reverse();
        let again = begin(&all);
        stale_on(&again, &["p1"], monday);
        assert_eq!(post(&again, monday), 0, "posted before");
        let tuesday = civil::plus_days(monday, 1);
        stale_on(&again, &["p1", "p2", "p3", "p4"], tuesday);
        assert_eq!((post(&again, tuesday), post(&again, tuesday)), (3, 0));
        let letters = again.store.waiting_letters(10).unwrap();
        let papers: Vec<Paper> = letters
            .iter()
            .map(|letter| serde_json::from_str(&letter.letter.body).unwrap())
            .collect();
        let told: Vec<(&str, &str, &str)> = papers
            .iter()
            .map(|paper| (&*paper.key, &*paper.to[0], &*paper.title))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "digest/p1/2026-11-23",
                    "a@b.vn",
                    "1 việc cần làm của Sở Y tế trên 1 cổng"
                ),
                ("digest/p3/2026-11-23", "c@b.vn", "1 việc cần làm trên Cổng p3"),
                ("digest/p4/2026-11-23", "a@b.vn", "1 việc cần làm trên Cổng p4"),
                ("digest/p4/2026-11-24", "a@b.vn", "1 việc cần làm trên Cổng p4"),
                ("digest/p3/2026-11-24", "c@b.vn", "1 việc cần làm trên Cổng p3"),
                (
                    "digest/p1/2026-11-24",
                    "A@b.vn",
                    "2 việc cần làm của Sở Y tế trên 2 cổng"
                ),
            ]
        );
    }
}
