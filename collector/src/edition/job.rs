//! The job: watches the calendar of duties, makes drafts at their time, and tells officials what is due and late.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use prometheus::{IntCounterVec, IntGaugeVec, Opts, Registry};
use tokio_util::sync::CancellationToken;

use super::due::{DueLine, Standing, begins};
use super::gather::due_now;
use super::key::EditionKey;
use super::maker::{Drafts, Made, MakeError, Maker, Office};
use super::model::{EditionState, state_key};
use crate::account::Author;
use crate::context::Context;
use crate::locale;
use crate::notify::condition::{Condition, Kind, Subject};
use crate::notify::round::Desk;
use crate::regulation::{Regulations, ReportDue};
use crate::report::Source;
use crate::severity::Severity;
use crate::store::StoreError;

/// How often the calendar is looked at: the cut of An Giang is at noon, and the report due on the same day.
const EVERY: Duration = Duration::from_secs(600);
/// The stage at which the draft is made.
const DRAFT: &str = "T-5wd";
/// Data are settled so long after a cut, in seconds; the draft is made once more then.
const SETTLED_S: i64 = 900;

/// Reports of single units that are drafted in one round: what they have in common is read once, and each takes the
/// renderer's time.
const UNITS_AT_ONCE: usize = 200;

/// A draft that fails is tried again after [`EVERY`], after twice as long each time, and at least once a day.
const LONGEST_WAIT_S: i64 = 86_400;

/// What the job is given.
#[derive(Clone)]
pub struct Watch {
    /// Store, inventory, clock, metrics.
    pub context: Context,
    /// The calendar of duties.
    pub rules: Arc<Regulations>,
    /// Where notices are decided.
    pub desk: Arc<Desk>,
    /// Folder of the data.
    pub folder: PathBuf,
    /// Issuer and layout.
    pub office: Office,
    /// Language of notices.
    pub lang: Lang,
}

/// The job.
pub struct ReportJob {
    watch: Watch,
    metrics: Metrics,
    /// What was told last, by the condition's key: only what changed is told again.
    told: Mutex<BTreeMap<String, Condition>>,
    /// Units' reports that are drafted in one round at most.
    room: usize,
    /// Drafts that could not be made.
    failed: Mutex<BTreeMap<EditionKey, Failure>>,
}

/// A draft that could not be made: how often in a row, and when it is tried again.
#[derive(Debug, Clone, Copy)]
struct Failure {
    times: u32,
    again_at: UnixTime,
}

impl Failure {
    fn after(before: Option<Self>, now: UnixTime) -> Self {
        let times = before.map_or(0, |before| before.times);
        let every = i64::try_from(EVERY.as_secs()).unwrap_or(LONGEST_WAIT_S);
        let wait = every.saturating_mul(1 << times.min(16)).min(LONGEST_WAIT_S);
        Self {
            times: times.saturating_add(1),
            again_at: now + wait,
        }
    }
}

struct Metrics {
    due: IntGaugeVec,
    outstanding: IntGaugeVec,
    late: IntGaugeVec,
    drafts: IntCounterVec,
}

impl Metrics {
    fn register(registry: &Registry) -> prometheus::Result<Self> {
        let gauge = |name: &str, help: &str| {
            let gauge = IntGaugeVec::new(Opts::new(name, help), &["duty", "period"])?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let drafts = IntCounterVec::new(
            Opts::new(
                "ems_report_drafts_total",
                "Drafts of reports that the job made, by result",
            ),
            &["result"],
        )?;
        registry.register(Box::new(drafts.clone()))?;
        for result in ["made", "failed"] {
            drafts.with_label_values(&[result]).reset();
        }
        Ok(Self {
            due: gauge(
                "ems_report_due_timestamp_seconds",
                "The last second in which a report is in time, of reports not noted as sent",
            )?,
            outstanding: gauge(
                "ems_report_outstanding",
                "Reports being prepared or past their day that are not noted as sent",
            )?,
            late: gauge(
                "ems_report_late",
                "Reports past their day that are not noted as sent",
            )?,
            drafts,
        })
    }

    fn show(&self, lines: &[DueLine]) {
        for gauge in [&self.due, &self.outstanding, &self.late] {
            gauge.reset();
        }
        for line in lines {
            let labels = [line.duty.as_str(), line.period.as_str()];
            let left = i64::try_from(line.owed - line.sent.min(line.owed)).unwrap_or(i64::MAX);
            let (waits, late) = match line.standing {
                Standing::Open | Standing::Today => (left, 0),
                Standing::Late => (left, left),
                Standing::Ahead | Standing::Sent | Standing::SentLate | Standing::NoDay => (0, 0),
            };
            self.outstanding.with_label_values(&labels).set(waits);
            self.late.with_label_values(&labels).set(late);
            if let Some(due) = line.due.filter(|_| left > 0) {
                self.due.with_label_values(&labels).set(due.secs());
            }
        }
    }
}

impl ReportJob {
    /// A job.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn new(watch: Watch) -> prometheus::Result<Self> {
        Ok(Self {
            metrics: Metrics::register(&watch.context.registry)?,
            told: Mutex::default(),
            room: UNITS_AT_ONCE,
            failed: Mutex::default(),
            watch,
        })
    }

    /// Runs every ten minutes until `stop`; a round in hand is finished.
    pub async fn run(self, stop: CancellationToken) {
        let job = Arc::new(self);
        while !stop.is_cancelled() {
            let one = job.clone();
            let round = tokio::task::spawn_blocking(move || one.round()).await;
            match round {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!("the calendar of duties could not be looked at: {error}"),
                Err(error) => tracing::error!("the job of reports was not finished: {error}"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// One round: metrics, drafts whose time has come, notices.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn round(&self) -> Result<(), StoreError> {
        let Watch { context, rules, .. } = &self.watch;
        let now = context.clock.now();
        let inventory = context.inventory.current();
        let mut lines = due_now(&*context.store, &inventory, rules, now)?;
        let mut made = false;
        let mut room = self.room;
        let maker = Maker {
            source: Source {
                store: &*context.store,
                inventory: &inventory,
                rules,
            },
            editions: &*context.store,
            folder: &self.watch.folder,
            office: &self.watch.office,
        };
        let mut drafts = maker.drafts(now);
        for line in &lines {
            for key in line.reports() {
                // The others have their turn in the next rounds.
                if key.unit.is_some() && room == 0 {
                    break;
                }
                let drafted = self.draft(&mut drafts, line, &key, now);
                room -= usize::from(drafted && key.unit.is_some());
                made |= drafted;
            }
        }
        if made {
            lines = due_now(&*context.store, &inventory, rules, now)?;
        }
        self.metrics.show(&lines);
        self.tell(&lines)
    }

    /// Makes the draft of a report whose time has come. One that cannot be made keeps no other from being made or told
    /// of, and is not tried in every round: making it may take minutes.
    fn draft(&self, drafts: &mut Drafts<'_>, line: &DueLine, key: &EditionKey, now: UnixTime) -> bool {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failed.get(key).copied();
        if before.is_some_and(|before| now < before.again_at) {
            return false;
        }
        let count = |result| self.metrics.drafts.with_label_values(&[result]).inc();
        match self.made(drafts, line, key, now) {
            Ok(None) => false,
            Ok(Some(made)) => {
                count("made");
                tracing::info!(%key, number = made.number, "the draft of a report was made");
                failed.remove(key);
                true
            }
            Err(error) => {
                count("failed");
                let failure = Failure::after(before, now);
                let again = failure.again_at;
                tracing::error!(%key, %again, "the draft of a report was not made: {error}");
                failed.insert(key.clone(), failure);
                false
            }
        }
    }

    /// The draft of a report when its time has come, and once more when its data are settled. What somebody froze is
    /// left alone.
    fn made(
        &self,
        drafts: &mut Drafts<'_>,
        line: &DueLine,
        key: &EditionKey,
        now: UnixTime,
    ) -> Result<Option<Made>, MakeError> {
        let Watch { context, rules, .. } = &self.watch;
        let wanted = matches!(line.standing, Standing::Open | Standing::Today | Standing::Late);
        let Some(report) = report_of(rules, line).filter(|_| wanted) else {
            return Ok(None);
        };
        if begins(rules, &report, DRAFT).is_none_or(|begins| now < begins) {
            return Ok(None);
        }
        if let Some(newest) = context.store.editions(Some(key))?.last() {
            let settled = now >= report.as_of + SETTLED_S && newest.manifest.data_to < report.as_of;
            if newest.state() != EditionState::Drafted
                || !settled
                || newest.made_at >= report.as_of + SETTLED_S
            {
                return Ok(None);
            }
        }
        drafts.draft(key, "", &Author::system()).map(Some)
    }

    /// Hands what changed to the notifier: one alarm a report, from its first reminder until it is noted as sent.
    fn tell(&self, lines: &[DueLine]) -> Result<(), StoreError> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.watch.context.clock.now();
        let mut changed = Vec::new();
        for line in lines {
            let Some(condition) = condition(&self.watch.rules, line, self.watch.lang, now) else {
                continue;
            };
            let same = told.get(&condition.key).is_some_and(|known| {
                known.cause == condition.cause && known.over_at.is_some() == condition.over_at.is_some()
            });
            if !same {
                changed.push(condition);
            }
        }
        if !changed.is_empty() {
            self.watch.desk.take_in(changed.clone())?;
        }
        told.extend(
            changed
                .into_iter()
                .map(|condition| (condition.key.clone(), condition)),
        );
        Ok(())
    }
}

fn report_of(rules: &Regulations, line: &DueLine) -> Option<ReportDue> {
    let duty = rules.reports.iter().find(|duty| *duty.id == *line.duty)?;
    rules.report_of_period(duty, &line.period)
}

/// A stage before the last day as people say it: `T-5wd` → `còn không quá 5 ngày làm việc`.
fn left(stage: &str, lang: Lang) -> String {
    let before = stage.strip_prefix("T-");
    let told = before.and_then(|rest| {
        let (days, key) = match rest.strip_suffix("wd") {
            Some(days) => (days, "edition.told.left.wd"),
            None => (rest.strip_suffix("cd")?, "edition.told.left.cd"),
        };
        Some(fill(lang, key, &[("days", days)]))
    });
    told.unwrap_or_else(|| stage.to_owned())
}

/// What officials are told of a report; `None` before its first reminder.
fn condition(rules: &Regulations, line: &DueLine, lang: Lang, now: UnixTime) -> Option<Condition> {
    let report = report_of(rules, line)?;
    let stage = line.stage.as_deref()?;
    let first = rules
        .reminders
        .iter()
        .filter_map(|reminder| begins(rules, &report, &reminder.at))
        .min()?;
    let (severity, key) = match line.standing {
        Standing::Late => (Severity::High, "edition.told.late"),
        Standing::Today => (Severity::High, "edition.told.today"),
        _ => (Severity::Low, "edition.told.open"),
    };
    let unsigned = !matches!(line.edition, Some((_, EditionState::Signed | EditionState::Sent)));
    let severity = if stage == "T-2wd" && unsigned {
        Severity::High
    } else {
        severity
    };
    let due = line.due.map(|due| locale::date(due, lang)).unwrap_or_default();
    let state = line
        .edition
        .map_or("edition.due.no_edition", |(_, state)| state_key(state));
    let left = left(stage, lang);
    let values = [
        ("left", left.as_str()),
        ("state", get(lang, state)),
        ("sent", &line.sent.to_string()),
        ("owed", &line.owed.to_string()),
    ];
    let over = matches!(line.standing, Standing::Sent | Standing::SentLate);
    Some(Condition {
        key: format!("report/{}", line.key),
        kind: Kind::External,
        severity,
        subject: Subject {
            id: format!("report/{}", line.key),
            name: fill(lang, "edition.told.subject", &[("key", &line.key), ("due", &due)]),
        },
        since: first,
        over_at: over.then_some(now),
        withdrawn: false,
        cause: Some(fill(lang, key, &values)),
        seen_from: Vec::new(),
        hosting: None,
        critical: false,
        hold: None,
        link: None,
    })
}

#[cfg(test)]
mod tests;
