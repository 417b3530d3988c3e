//! What is due, drafted, signed, sent and late: editions and receipts laid over the calendar of duties. Pure.

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Level, Portal, Status};
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::Serialize;

use super::key::EditionKey;
use super::model::{Edition, EditionState};
use crate::calendar::civil::{day_of, days_between, end_of, start_of};
use crate::register::{Entry, Kept, standing};
use crate::regulation::{Kind, Regulations, ReportDue, ReportDuty, ReportKind};
use crate::vocabulary::vocabulary;

/// Reports due within so many days from now, or so many days ago, are shown; what is late is shown longer.
const NEAR_DAYS: i64 = 100;
/// A report that is late is shown this long: until the same report of the next year.
const LATE_DAYS: i64 = 366;

vocabulary! {
    /// How a report stands against its day.
    Standing {
        /// Nobody has to do anything yet.
        Ahead = "ahead",
        /// It is being prepared.
        Open = "open",
        /// Its last day.
        Today = "today",
        /// The day has passed and nobody noted that it was sent.
        Late = "late",
        /// It was sent in time.
        Sent = "sent",
        /// It was sent after its day.
        SentLate = "sent-late",
        /// Neither text nor policy gives a day.
        NoDay = "no-day",
    }
}

/// The text of a standing.
#[must_use]
pub const fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Ahead => "edition.standing.ahead",
        Standing::Open => "edition.standing.open",
        Standing::Today => "edition.standing.today",
        Standing::Late => "edition.standing.late",
        Standing::Sent => "edition.standing.sent",
        Standing::SentLate => "edition.standing.sent-late",
        Standing::NoDay => "edition.standing.no-day",
    }
}

/// What the overview is made of.
#[derive(Clone, Copy)]
pub struct DueFacts<'a> {
    /// The calendar of duties.
    pub rules: &'a Regulations,
    /// Who owes.
    pub inventory: &'a Inventory,
    /// Every edition.
    pub editions: &'a [Edition],
    /// The register of received reports, in the order in which entries were made.
    pub receipts: &'a [Kept],
    /// When this collector began to know: what was due before is not its matter.
    pub since: UnixTime,
}

/// One report of one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DueLine {
    /// `ag-q/2026-Q4`.
    pub key: String,
    /// The duty.
    pub duty: String,
    /// The period.
    pub period: String,
    /// The regulation.
    pub pack: String,
    /// Whether the day is the regulation's (`statutory`) or the operator's (`policy`).
    pub day_by: &'static str,
    /// The first instant whose data it does not cover.
    pub as_of: UnixTime,
    /// The last second in time.
    pub due: Option<UnixTime>,
    /// Working days left until the last day; none when it has passed.
    pub working_days_left: Option<u32>,
    /// The last day depends on a calendar without official notice.
    pub provisional: bool,
    /// How it stands.
    pub standing: Standing,
    /// The newest edition of the whole report: its number and state. Where units owe it and there is none of the whole,
    /// that of the unit that is least far; none as long as any unit has none.
    pub edition: Option<(u32, EditionState)>,
    /// How many units owe it; 1 for a consolidated report.
    pub owed: usize,
    /// For how many of them somebody noted that it was sent or received.
    pub sent: usize,
    /// Who owes it and has nothing noted.
    pub missing: Vec<PortalId>,
    /// The stage of the reminders that was reached, such as `T-5wd`.
    pub stage: Option<String>,
}

impl DueLine {
    /// The reports that it stands for: one of every unit that owes it and has nothing noted, else the whole.
    #[must_use]
    pub fn reports(&self) -> Vec<EditionKey> {
        let key = |unit: Option<PortalId>| EditionKey {
            duty: self.duty.clone(),
            period: self.period.clone(),
            unit,
        };
        if self.missing.is_empty() {
            return vec![key(None)];
        }
        self.missing.iter().map(|unit| key(Some(unit.clone()))).collect()
    }
}

/// The reports that matter at `now`, by their last day.
#[must_use]
pub fn due(facts: DueFacts<'_>, now: UnixTime) -> Vec<DueLine> {
    let year = day_of(now).year();
    let mut all: Vec<DueLine> = (year - 1..=year + 1)
        .flat_map(|year| facts.rules.reports_of_year(year))
        .filter(|report| matters(facts, report, now))
        .filter_map(|report| line(facts, &report, now))
        .filter(|line| {
            let last = day_of(line.due.unwrap_or(line.as_of));
            let age = days_between(last, day_of(now));
            let reach = if line.standing == Standing::Late {
                LATE_DAYS
            } else {
                NEAR_DAYS
            };
            (-NEAR_DAYS..=reach).contains(&age)
        })
        .collect();
    all.sort_by(|a, b| (a.due.unwrap_or(a.as_of), &a.key).cmp(&(b.due.unwrap_or(b.as_of), &b.key)));
    all
}

/// A periodic duty of a regulation in force that binds a portal here, due since this collector knows.
fn matters(facts: DueFacts<'_>, report: &ReportDue, now: UnixTime) -> bool {
    let duty = &report.duty;
    let periodic = !matches!(
        duty.kind,
        ReportKind::AdHoc | ReportKind::Event | ReportKind::Publication
    );
    let pack = facts.rules.packs.get(&duty.pack);
    let last = report.due.map_or(report.as_of, |due| due.instant());
    periodic
        && pack.is_some_and(|pack| pack.enforceable && pack.validity.holds(day_of(now)))
        && last >= facts.since
        && bound(facts.inventory, duty).next().is_some()
}

/// The portals that the duty's regulation binds.
fn bound<'a>(inventory: &'a Inventory, duty: &'a ReportDuty) -> impl Iterator<Item = &'a Portal> {
    inventory
        .portals
        .iter()
        .filter(|portal| portal.status == Status::Active)
        .filter(|portal| portal.regulations.iter().any(|pack| **pack == *duty.pack))
}

/// The units that owe a report due on `day`; none where a body owes it by its role.
fn units<'a>(inventory: &'a Inventory, duty: &'a ReportDuty, day: Date) -> Vec<&'a Portal> {
    let owes = |portal: &&Portal| {
        let level = portal.level_at(start_of(day));
        let gone = level == Level::District && duty.district_valid_to.is_some_and(|last| day > last);
        duty.from_levels.contains(&level) && !gone
    };
    bound(inventory, duty).filter(owes).collect()
}

fn line(facts: DueFacts<'_>, report: &ReportDue, now: UnixTime) -> Option<DueLine> {
    let duty = &report.duty;
    let key = EditionKey {
        duty: duty.id.to_string(),
        period: report.period(),
        unit: None,
    };
    let day = report.due.map_or(report.window.to, |due| due.day());
    let units = units(facts.inventory, duty, day);
    // Owed by units alone, and there are none: nobody owes it.
    if units.is_empty() && !duty.from_levels.is_empty() && duty.from_roles.is_empty() {
        return None;
    }
    let edition = newest(facts.editions, &key).or_else(|| least(facts.editions, &key, &units));
    let (arrivals, missing): (Vec<UnixTime>, Vec<PortalId>) = if units.is_empty() {
        let arrival = sent(facts.editions, &key).or_else(|| received(facts.receipts, report, None, now));
        (arrival.into_iter().collect(), Vec::new())
    } else {
        let mut arrivals = Vec::new();
        let mut missing = Vec::new();
        for unit in &units {
            let own = EditionKey {
                unit: Some(unit.id.clone()),
                ..key.clone()
            };
            let arrival =
                sent(facts.editions, &own).or_else(|| received(facts.receipts, report, Some(&unit.id), now));
            match arrival {
                Some(arrival) => arrivals.push(arrival),
                None => missing.push(unit.id.clone()),
            }
        }
        (arrivals, missing)
    };
    let owed = units.len().max(1);
    let today = day_of(now);
    let in_time = report.due.is_none_or(|due| due.is_met_at(now));
    Some(DueLine {
        key: key.to_string(),
        duty: key.duty,
        period: key.period,
        pack: duty.pack.to_string(),
        day_by: match report.kind {
            Kind::Statutory => "statutory",
            _ => "policy",
        },
        as_of: report.as_of,
        due: report.due.map(|due| due.instant()),
        working_days_left: report
            .due
            .filter(|_| in_time)
            .map(|due| facts.rules.calendar.working_between(today, due.day())),
        provisional: report.due.is_some_and(|due| due.provisional),
        standing: standing_of(facts, report, &arrivals, owed, now),
        edition: edition.map(|edition| (edition.number, edition.state())),
        owed,
        sent: arrivals.len(),
        missing,
        stage: reached(facts.rules, report, now),
    })
}

/// The newest edition of a report; editions are ordered by number.
fn newest<'a>(editions: &'a [Edition], key: &EditionKey) -> Option<&'a Edition> {
    editions.iter().rev().find(|edition| edition.key == *key)
}

/// Of the newest editions of all units the one that is least far in its life.
fn least<'a>(editions: &'a [Edition], key: &EditionKey, units: &[&Portal]) -> Option<&'a Edition> {
    let of_unit = |unit: &&Portal| {
        let own = EditionKey {
            unit: Some(unit.id.clone()),
            ..key.clone()
        };
        newest(editions, &own)
    };
    let all: Option<Vec<&Edition>> = units.iter().map(of_unit).collect();
    all?.into_iter().min_by_key(|edition| edition.state())
}

/// When an edition of this report was sent, the first of them.
fn sent(editions: &[Edition], key: &EditionKey) -> Option<UnixTime> {
    let of_key = editions.iter().filter(|edition| edition.key == *key);
    let steps = of_key.filter_map(|edition| edition.step(EditionState::Sent));
    steps.map(|step| step.on.map_or(step.at, start_of)).min()
}

/// When the register says that this report was received.
fn received(
    receipts: &[Kept],
    report: &ReportDue,
    unit: Option<&PortalId>,
    now: UnixTime,
) -> Option<UnixTime> {
    standing(receipts, now)
        .filter(|kept| kept.portal.as_ref() == unit)
        .filter_map(|kept| match &kept.entry {
            Entry::Report(receipt) => Some(&receipt.entry),
            _ => None,
        })
        .filter(|entry| {
            *entry.report == *report.duty.id
                && entry.period == report.window.label
                && entry.year == report.window.year
        })
        .filter_map(|entry| Some(entry.received?.from))
        .min()
}

fn standing_of(
    facts: DueFacts<'_>,
    report: &ReportDue,
    arrivals: &[UnixTime],
    owed: usize,
    now: UnixTime,
) -> Standing {
    let whole = arrivals.len() >= owed;
    let Some(due) = report.due else {
        return if whole { Standing::Sent } else { Standing::NoDay };
    };
    if whole {
        let late = arrivals.iter().any(|at| !due.is_met_at(*at));
        return if late { Standing::SentLate } else { Standing::Sent };
    }
    if !due.is_met_at(now) {
        return Standing::Late;
    }
    if day_of(now) == due.day() {
        return Standing::Today;
    }
    match reached(facts.rules, report, now) {
        Some(_) => Standing::Open,
        None => Standing::Ahead,
    }
}

/// The last stage of the reminders that has begun: `T-15wd`, `T-5wd`, `T-2wd`, `T-0`, `T+1cd`.
fn reached(rules: &Regulations, report: &ReportDue, now: UnixTime) -> Option<String> {
    rules
        .reminders
        .iter()
        .filter_map(|reminder| Some((begins(rules, report, &reminder.at)?, &reminder.at)))
        .filter(|(begins, _)| *begins <= now)
        .max_by_key(|(begins, _)| *begins)
        .map(|(_, at)| at.clone())
}

/// When a stage (`T-5wd`, `T-0`, `T+1cd`) of a report begins: the first second of its day. `None` where the report has
/// no day, or the stage is none.
#[must_use]
pub fn begins(rules: &Regulations, report: &ReportDue, stage: &str) -> Option<UnixTime> {
    let due = report.due?.day();
    let offset = stage.strip_prefix('T')?;
    let (before, rest) = match offset.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, offset.strip_prefix('+')?),
    };
    let number = rest.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &rest[number.len()..];
    let n: u32 = number.parse().ok()?;
    let day = match (before, unit) {
        (_, "") if n == 0 => due,
        (true, "wd") => rules.calendar.minus_working(due, n),
        (false, "wd") => rules.calendar.plus_working(due, n),
        (true, "cd") => crate::calendar::civil::plus_days(due, -i64::from(n)),
        (false, "cd") => crate::calendar::civil::plus_days(due, i64::from(n)),
        _ => return None,
    };
    Some(start_of(day))
}

/// The last instant at which units may contest a draft: the end of the day before an unsigned report is warned of; at
/// least five working days after the draft was made where it was made late or corrects an edition that was sent.
#[must_use]
pub fn objections_until(rules: &Regulations, report: Option<&ReportDue>, made_at: UnixTime) -> UnixTime {
    let planned = report
        .and_then(|report| begins(rules, report, "T-2wd"))
        .map(|begins| begins - 1);
    match planned.filter(|until| made_at < *until) {
        Some(until) => until,
        None => end_of(rules.calendar.plus_working(day_of(made_at), 5)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rules: &Regulations, id: &str, period: &str) -> ReportDue {
        let duty = rules.reports.iter().find(|duty| *duty.id == *id).unwrap();
        rules.report_of_period(duty, period).unwrap()
    }

    fn at(text: &str) -> UnixTime {
        text.parse().unwrap()
    }

    fn lines(now: &str, editions: &[Edition]) -> Vec<DueLine> {
        let rules = Regulations::embedded().unwrap();
        let mut inventory = crate::testing::inventory(&["angiang", "so-khcn"]);
        for portal in &mut inventory.portals {
            portal.regulations = vec!["an-giang-2023".into()];
        }
        inventory.portals[0].level = Level::Province;
        inventory.portals[1].level = Level::Department;
        let facts = DueFacts {
            rules: &rules,
            inventory: &inventory,
            editions,
            receipts: &[],
            since: at("2026-09-01T00:00:00Z"),
        };
        due(facts, at(now))
    }

    fn line_of<'a>(all: &'a [DueLine], key: &str) -> &'a DueLine {
        all.iter().find(|line| line.key == key).unwrap()
    }

    #[test]
    fn stages_begin_on_working_days_before_and_the_day_after() {
        let rules = Regulations::embedded().unwrap();
        // Due on Monday 14 December 2026; 24 November is a public holiday.
        let report = report(&rules, "ag-q", "2026-Q4");
        for (stage, begun) in [
            ("T-15wd", "2026-11-19T17:00:00Z"),
            ("T-5wd", "2026-12-06T17:00:00Z"),
            ("T-2wd", "2026-12-09T17:00:00Z"),
            ("T-0", "2026-12-13T17:00:00Z"),
            ("T+1cd", "2026-12-14T17:00:00Z"),
        ] {
            assert_eq!(
                begins(&rules, &report, stage).unwrap().to_string(),
                begun,
                "{stage}"
            );
        }
        for none in [
            "",
            "T",
            "T-",
            "T-5",
            "T-wd",
            "T-5mo",
            "-5wd",
            "T-99999999999wd",
            "Tờ-1wd",
        ] {
            assert_eq!(begins(&rules, &report, none), None, "{none}");
        }
    }

    #[test]
    fn a_report_goes_from_ahead_to_late_and_the_annual_one_ends_before_the_year() {
        for (now, standing) in [
            ("2026-11-19T03:00:00Z", Standing::Ahead),
            ("2026-11-20T03:00:00Z", Standing::Open),
            ("2026-12-14T03:00:00Z", Standing::Today),
            ("2026-12-14T16:59:59Z", Standing::Today),
            ("2026-12-14T17:00:00Z", Standing::Late),
        ] {
            assert_eq!(
                line_of(&lines(now, &[]), "ag-q/2026-Q4").standing,
                standing,
                "{now}"
            );
        }
        let all = lines("2026-11-29T03:00:00Z", &[]);
        let year = line_of(&all, "ag-y/2026");
        // Before 20 November: due on the 19th although the year goes on, with data to the 14th.
        assert_eq!(year.due, Some(at("2026-11-19T16:59:59Z")));
        assert_eq!(year.as_of, at("2026-11-14T17:00:00Z"));
        assert_eq!((year.standing, year.owed, year.sent), (Standing::Late, 1, 0));
        assert_eq!(year.missing, ["so-khcn".parse().unwrap()]);
        assert_eq!(year.day_by, "statutory");
        assert_eq!(line_of(&all, "ag-yc/2026").owed, 1);
        assert!(line_of(&all, "ag-yc/2026").missing.is_empty());
    }

    #[test]
    fn objections_end_before_the_warning_or_five_working_days_after_a_late_draft() {
        let rules = Regulations::embedded().unwrap();
        let report = report(&rules, "ag-q", "2026-Q4");
        let until = |made: &str| objections_until(&rules, Some(&report), at(made)).to_string();
        for early in [
            "2026-11-01T00:00:00Z",
            "2026-12-07T02:00:00Z",
            "2026-12-09T16:59:58Z",
        ] {
            assert_eq!(until(early), "2026-12-09T16:59:59Z", "{early}");
        }
        // Thursday 10 December, and the Thursday after.
        assert_eq!(until("2026-12-09T17:00:00Z"), "2026-12-17T16:59:59Z");
        let unknown = objections_until(&rules, None, at("2026-12-10T02:00:00Z"));
        assert_eq!(unknown.to_string(), "2026-12-17T16:59:59Z");
    }

    #[test]
    fn what_was_due_before_this_collector_knew_is_not_late() {
        let all = lines("2026-11-29T03:00:00Z", &[]);
        assert!(all.iter().all(|line| line.key != "ag-q/2026-Q2"), "{all:?}");
        assert!(all.iter().any(|line| line.key == "ag-q/2026-Q3"));
    }
}
