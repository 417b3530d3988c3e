//! The hand-over sheet: what a shift leaves to the next one, in words. And the page of those on call, made of the same.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::inventory::Inventory;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use crate::incident::IncidentKind;
use crate::locale;
use crate::notify::book::Thread;
use crate::notify::decide::compose;
use crate::notify::message::message;
use crate::notify::notice::Stage;
use crate::notify::round::{incident_of, read};
use crate::oncall::{Act, ActKind, OnCallSettings};
use crate::register::{Duty, Rota};
use crate::sight;
use crate::store::{Store, StoreError};

/// An agent without a batch for so long, in seconds, is named as silent.
const SILENT_S: i64 = 180;
/// Maintenance so far ahead, in seconds, is named.
const AHEAD_S: i64 = 86_400;
/// A shift whose beginning the rota does not tell is taken to be so long, in seconds.
const SHIFT_S: i64 = 86_400;

/// An alarm that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenAlarm {
    /// The thread, by which it is answered.
    pub thread: String,
    /// What it says.
    pub title: String,
    /// When it was told.
    pub since: String,
    /// Who was called, in order, with the time.
    pub called: Vec<String>,
    /// What people did, in order.
    pub acts: Vec<String>,
    /// Somebody took it on. Whoever was given it has not yet.
    pub answered: bool,
}

/// An incident of the shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShiftIncident {
    /// Its number.
    pub id: i64,
    /// The portal's name.
    pub name: String,
    /// What kind, and why.
    pub what: String,
    /// When it began.
    pub from: String,
    /// How long it lasted; absent while it does.
    pub length: Option<String>,
    /// How fast it was answered and over.
    pub answer: Option<String>,
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// From when to when it reaches.
    pub window: String,
    /// Who hands over; absent where nobody was on duty.
    pub from: Option<String>,
    /// Who takes over.
    pub to: Option<String>,
    /// Alarms that are not over.
    pub open: Vec<OpenAlarm>,
    /// Incidents that touched the shift, newest first.
    pub incidents: Vec<ShiftIncident>,
    /// What people did, in order.
    pub acts: Vec<String>,
    /// Maintenance ahead.
    pub maintenance: Vec<String>,
    /// Agents that are silent or blind.
    pub agents: Vec<String>,
    /// How many notices wait for delivery, in words.
    pub waiting: String,
}

/// A stretch of the rota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RotaRow {
    /// Its beginning.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Who, with the next to be called; absent for a gap.
    pub who: Option<String>,
    /// Which accounts `ems.yaml` does not know how to reach.
    pub unreachable: Option<String>,
}

/// The name of an account for readers.
#[must_use]
pub fn name_of(on_call: Option<&OnCallSettings>, login: &str) -> String {
    let person = on_call.and_then(|on_call| on_call.person(login));
    person.map_or_else(|| login.to_owned(), |person| person.name.clone())
}

/// Who is on duty, with the next to be called.
#[must_use]
pub fn duty_text(on_call: Option<&OnCallSettings>, duty: &Duty, lang: Lang) -> String {
    let person = name_of(on_call, &duty.person);
    let backup = duty.backup.as_ref().map(|login| {
        let name = name_of(on_call, login);
        format!(" ({})", fill(lang, "oncall.duty.backup", &[("name", &name)]))
    });
    person + &backup.unwrap_or_default()
}

/// The rota through `within` as rows.
#[must_use]
pub fn rota_rows(
    on_call: Option<&OnCallSettings>,
    rota: &Rota,
    calendar: &crate::calendar::Calendar,
    within: Window,
    lang: Lang,
) -> Vec<RotaRow> {
    let line = rota.through(calendar, within);
    line.into_iter()
        .map(|(window, duty)| RotaRow {
            from: locale::instant(window.from, lang),
            to: locale::instant(window.to, lang),
            who: duty.as_ref().map(|duty| duty_text(on_call, duty, lang)),
            unreachable: on_call.and_then(|on_call| {
                let named = on_call.unreachable(duty.as_ref());
                let names = named.join(", ");
                (!named.is_empty()).then(|| fill(lang, "oncall.rota.unreachable", &[("names", &names)]))
            }),
        })
        .collect()
}

/// What somebody did, in words.
#[must_use]
pub fn act_text(act: &Act, on_call: Option<&OnCallSettings>, lang: Lang) -> String {
    let detail = match act.kind {
        ActKind::Assign => name_of(on_call, &act.detail),
        ActKind::Acknowledge | ActKind::Note => act.detail.clone(),
    };
    let at = locale::instant(act.at, lang);
    let values = [("name", act.shown.as_str()), ("at", &at), ("detail", &detail)];
    let key = match act.kind {
        ActKind::Acknowledge if !act.detail.is_empty() => "oncall.said.acknowledge.words".to_owned(),
        kind => format!("oncall.said.{kind}"),
    };
    fill(lang, &key, &values)
}

/// What people did in a stretch of time, each with the alarm that it is about.
fn done(
    store: &dyn Store,
    on_call: Option<&OnCallSettings>,
    within: Window,
    (now, lang): (UnixTime, Lang),
) -> Result<Vec<String>, StoreError> {
    let book = read(store, now)?;
    let acts = store.acts(within.from)?;
    let told = acts.iter().filter(|act| within.contains(act.at)).map(|act| {
        let words = act_text(act, on_call, lang);
        match book.threads.get(&act.thread) {
            Some(thread) => {
                let title = message(&compose(&book, thread, Stage::Opened, now), None, lang).title;
                format!("{title}: {words}")
            }
            None => words,
        }
    });
    Ok(told.collect())
}

/// The alarms that are not over, the oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn open_alarms(
    store: &dyn Store,
    on_call: Option<&OnCallSettings>,
    now: UnixTime,
    lang: Lang,
) -> Result<Vec<OpenAlarm>, StoreError> {
    let book = read(store, now)?;
    let mut open: Vec<&Thread> = book.threads.values().filter(|thread| !thread.closed).collect();
    open.sort_by_key(|thread| (thread.raised_at, &thread.key));
    let since = open
        .iter()
        .filter_map(|thread| thread.raised_at)
        .min()
        .unwrap_or(now);
    let acts = store.acts(since)?;
    let row = |thread: &&Thread| {
        let raised = thread.raised_at.unwrap_or(thread.posted_at);
        let own: Vec<&Act> = acts
            .iter()
            .filter(|act| act.thread == thread.key && act.at >= raised)
            .collect();
        let called = thread.calls.iter().map(|call| {
            format!(
                "{} ({})",
                name_of(on_call, &call.login),
                locale::instant(call.at, lang)
            )
        });
        OpenAlarm {
            thread: thread.key.clone(),
            title: message(&compose(&book, thread, Stage::Opened, now), None, lang).title,
            since: locale::instant(raised, lang),
            called: called.collect(),
            answered: own
                .iter()
                .rev()
                .find_map(|act| act.takes_it_on())
                .unwrap_or(false),
            acts: own.into_iter().map(|act| act_text(act, on_call, lang)).collect(),
        }
    };
    Ok(open.iter().map(row).collect())
}

/// What a thread of notices says, and the incidents that it is about; `None` where there is no such thread.
///
/// # Errors
/// When the store cannot be read.
pub fn incidents_of(
    store: &dyn Store,
    thread: &str,
    (now, lang): (UnixTime, Lang),
) -> Result<Option<(String, Vec<i64>)>, StoreError> {
    let book = read(store, now)?;
    Ok(book.threads.get(thread).map(|thread| {
        let members = thread.members.iter().filter_map(|key| book.alarms.get(key));
        let title = message(&compose(&book, thread, Stage::Opened, now), None, lang).title;
        (title, members.filter_map(incident_of).collect())
    }))
}

/// What a sheet is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The shift that is on.
    Shift,
    /// The shift that ended last: at the change, what there is to hand over.
    Before,
    /// The last so many hours.
    Hours(u16),
}

/// The sheet of a shift as seen from `now`.
///
/// # Errors
/// When the store cannot be read.
pub fn sheet(
    store: &dyn Store,
    inventory: &Inventory,
    on_call: Option<&OnCallSettings>,
    rota: &Rota,
    calendar: &crate::calendar::Calendar,
    reach: Reach,
    (now, lang): (UnixTime, Lang),
) -> Result<Sheet, StoreError> {
    let line = rota.through(calendar, Window::new(now - 8 * SHIFT_S, now + 8 * SHIFT_S));
    let place = line
        .iter()
        .position(|(window, _)| window.from <= now && now < window.to)
        .and_then(|place| place.checked_sub(usize::from(reach == Reach::Before)));
    let shift = place
        .and_then(|place| line.get(place))
        .filter(|(_, duty)| duty.is_some());
    let after = place
        .and_then(|place| line.get(place + 1))
        .and_then(|(_, duty)| duty.as_ref());
    let (from, to) = match (reach, shift) {
        (Reach::Hours(hours), _) => (now - i64::from(hours) * 3_600, now),
        (_, Some((window, _))) => (window.from, window.to.min(now)),
        (_, None) => (now - SHIFT_S, now),
    };
    let window = Window::new(from, to + 1);
    let names: BTreeMap<&str, &str> = inventory
        .portals
        .iter()
        .map(|portal| (portal.id.as_str(), portal.name.as_str()))
        .collect();
    let answers = store.responses(Window::new(from - 30 * 86_400, now + 1))?;
    let mut incidents: Vec<_> = store.incidents(None, window)?;
    incidents.retain(|incident| !incident.withdrawn);
    incidents.reverse();
    let incidents = incidents.iter().map(|incident| {
        let kind = match incident.kind {
            IncidentKind::Outage => "console.incident.outage",
            IncidentKind::Path => "console.incident.path",
        };
        let cause = incident
            .cause
            .map(|cause| get(lang, &crate::report::cause_key(cause)).to_owned());
        let answer = answers
            .iter()
            .find(|answer| answer.incident == incident.id)
            .map(|answer| {
                let words = |seconds: Option<i64>, some: &str, none: &str| match seconds {
                    None => get(lang, none).to_owned(),
                    Some(seconds) => fill(lang, some, &[("length", &locale::duration(seconds, lang))]),
                };
                let answered = words(
                    answer.to_acknowledge_s(),
                    "oncall.handover.answered",
                    "oncall.unanswered",
                );
                let over = words(
                    answer.to_recover_s(),
                    "oncall.handover.recovered",
                    "oncall.handover.lasts",
                );
                format!("{answered}; {over}")
            });
        ShiftIncident {
            id: incident.id,
            name: names
                .get(incident.portal.as_str())
                .map_or_else(|| incident.portal.to_string(), |name| (*name).to_owned()),
            what: [Some(get(lang, kind).to_owned()), cause]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" – "),
            from: locale::instant(incident.opened_at, lang),
            length: incident
                .closed_at
                .map(|end| locale::duration(end - incident.opened_at, lang)),
            answer,
        }
    });
    let incidents = incidents.collect();
    let ahead = Window::new(now, now + AHEAD_S);
    let plans = store.plans(ahead)?;
    let mut maintenance = BTreeSet::new();
    for portal in &plans.laid_over(inventory).portals {
        for stop in &portal.maintenance {
            if !Window::new(stop.from, stop.to).intersect(ahead).is_empty() {
                let (from, to) = (locale::instant(stop.from, lang), locale::instant(stop.to, lang));
                maintenance.insert((
                    stop.from,
                    format!("{from} – {to}: {} – {}", portal.name, stop.reason),
                ));
            }
        }
    }
    let heard = store.agents()?;
    let blind = sight::blind(store.glances()?, now);
    let faulty = inventory.agents.iter().filter_map(|agent| {
        let last = heard
            .iter()
            .find(|status| status.agent == agent.id)
            .map(|status| status.last_batch_at);
        let name = agent.name.clone().unwrap_or_else(|| agent.id.to_string());
        match last {
            Some(at) if now - at < SILENT_S => blind
                .contains(&agent.id)
                .then(|| format!("{name} ({})", get(lang, "console.agent.blind").to_lowercase())),
            Some(at) => Some(format!("{name} ({})", locale::instant(at, lang))),
            None => Some(name),
        }
    });
    let waiting: u64 = store.outbox_statistics()?.iter().map(|line| line.waiting).sum();
    let bounds = [
        ("from", locale::instant(from, lang)),
        ("to", locale::instant(to, lang)),
    ];
    Ok(Sheet {
        window: fill(
            lang,
            "oncall.handover.window",
            &bounds.each_ref().map(|(name, value)| (*name, value.as_str())),
        ),
        from: shift
            .and_then(|(_, duty)| duty.as_ref())
            .map(|duty| duty_text(on_call, duty, lang)),
        to: after.map(|duty| duty_text(on_call, duty, lang)),
        open: open_alarms(store, on_call, now, lang)?,
        incidents,
        acts: done(store, on_call, window, (now, lang))?,
        maintenance: maintenance.into_iter().map(|(_, words)| words).collect(),
        agents: faulty.collect(),
        waiting: fill(
            lang,
            "oncall.handover.waiting",
            &[("count", &waiting.to_string())],
        ),
    })
}

impl Sheet {
    /// The sheet as lines of text, to be printed and signed.
    #[must_use]
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let nobody = || get(lang, "oncall.duty.nobody").to_owned();
        let mut lines = vec![
            get(lang, "oncall.handover").to_uppercase(),
            self.window.clone(),
            String::new(),
        ];
        for (key, who) in [
            ("oncall.handover.from", &self.from),
            ("oncall.handover.to", &self.to),
        ] {
            lines.push(format!(
                "{}: {}",
                get(lang, key),
                who.clone().unwrap_or_else(nobody)
            ));
        }
        let mut part = |key: &str, none: &str, rows: Vec<String>| {
            lines.extend([String::new(), get(lang, key).to_owned()]);
            if rows.is_empty() {
                lines.push(format!("  {}", get(lang, none)));
            }
            lines.extend(rows.into_iter().map(|row| format!("  - {row}")));
        };
        let open = self.open.iter().map(|alarm| {
            let acts = if alarm.acts.is_empty() {
                get(lang, "oncall.unanswered").to_owned()
            } else {
                alarm.acts.join("; ")
            };
            format!("{} ({}): {acts}", alarm.title, alarm.since)
        });
        part("oncall.open", "oncall.open.none", open.collect());
        let incidents = self.incidents.iter().map(|incident| {
            let length = incident
                .length
                .as_deref()
                .unwrap_or(get(lang, "oncall.handover.lasts"));
            let answer = incident
                .answer
                .as_ref()
                .map(|answer| format!(" ({answer})"))
                .unwrap_or_default();
            format!(
                "{} {}: {}, {length}{answer}",
                incident.from, incident.name, incident.what
            )
        });
        part(
            "oncall.handover.incidents",
            "oncall.handover.incidents.none",
            incidents.collect(),
        );
        part(
            "oncall.handover.acts",
            "oncall.handover.acts.none",
            self.acts.clone(),
        );
        part(
            "oncall.handover.maintenance",
            "oncall.handover.maintenance.none",
            self.maintenance.clone(),
        );
        part(
            "oncall.handover.agents",
            "oncall.handover.agents.none",
            self.agents.clone(),
        );
        lines.push(String::new());
        lines.push(self.waiting.clone());
        lines.extend([String::new(), get(lang, "oncall.handover.sign").to_owned()]);
        lines
    }
}
