//! Past days judged once more from what the store holds, and what came out otherwise.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ems_contract::id::PortalId;
use jiff::civil::Date;

use super::day::Bench;
use super::spread::spread;
use crate::calendar::civil::{end_of, plus_days};
use crate::judge::{Reason, Value};
use crate::store::{Asked, StoreError, VerdictLine};

/// Value, reason and pack version of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Past {
    /// The verdict.
    pub value: Value,
    /// Why.
    pub reason: Reason,
}

/// An obligation that came out otherwise over a run of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The portal.
    pub portal: PortalId,
    /// The obligation.
    pub obligation: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// As kept; absent when the obligation was not judged.
    pub kept: Option<Past>,
    /// As it comes out now; absent when the obligation is not there any more.
    pub now: Option<Past>,
}

/// What rejudging came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejudged {
    /// Days of portals judged again.
    pub days: u64,
    /// Of these, days for which nothing is kept: they are compared with nothing.
    pub not_kept: u64,
    /// Verdicts that came out as they were.
    pub equal: u64,
    /// By portal, obligation and day.
    pub differences: Vec<Difference>,
}

/// Judges the days from `from` to `to` again, each at its end and with its own inventory, and compares with what is
/// kept. Nothing is written: a verdict stays as it was given. `done` is told after every portal.
///
/// # Errors
/// When the store cannot be read.
pub fn rejudge(
    bench: &Bench<'_>,
    only: Option<&PortalId>,
    (from, to): (Date, Date),
    done: &(dyn Fn(usize, usize) + Sync),
) -> Result<Rejudged, StoreError> {
    let mut kept_days: BTreeMap<PortalId, BTreeMap<Date, ems_contract::time::UnixTime>> = BTreeMap::new();
    for judging in bench.store.judgings(from, to)? {
        kept_days
            .entry(judging.portal)
            .or_default()
            .insert(judging.day, judging.at);
    }
    let mut portals: Vec<PortalId> = bench.store.portals()?;
    portals.retain(|portal| only.is_none_or(|only| only == portal));
    let sum: Mutex<(usize, Rejudged)> = Mutex::default();
    spread(&portals, |portal| {
        let empty = BTreeMap::new();
        let told = one(bench, portal, (from, to), kept_days.get(portal).unwrap_or(&empty))?;
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.0 += 1;
        sum.1.days += told.days;
        sum.1.not_kept += told.not_kept;
        sum.1.equal += told.equal;
        sum.1.differences.extend(told.differences);
        done(sum.0, portals.len());
        Ok(())
    })?;
    let (_, mut told) = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    told.differences
        .sort_by(|a, b| (&a.portal, &a.obligation, a.from).cmp(&(&b.portal, &b.obligation, b.from)));
    Ok(told)
}

/// One portal over the days.
fn one(
    bench: &Bench<'_>,
    portal: &PortalId,
    (from, to): (Date, Date),
    kept_days: &BTreeMap<Date, ems_contract::time::UnixTime>,
) -> Result<Rejudged, StoreError> {
    let mut told = Rejudged::default();
    let lines = bench.store.verdict_lines(&Asked {
        from,
        to,
        portal: Some(portal.clone()),
        pack: None,
    })?;
    let mut day = from;
    while day <= to {
        // A day that is not over was judged at an instant of its own.
        let at = kept_days.get(&day).copied().unwrap_or_else(|| end_of(day));
        let era = bench.chronicle.at(at);
        let found = era.and_then(|era| {
            let portal = era.inventory.portals.iter().find(|known| known.id == *portal)?;
            (!portal.regulations.is_empty()).then_some((era, portal))
        });
        if let Some((era, portal)) = found.filter(|_| at <= bench.now) {
            told.days += 1;
            let judged = bench.judge(era, portal, at)?;
            if kept_days.contains_key(&day) {
                let now = judged.verdicts.iter().map(|verdict| {
                    let past = Past {
                        value: verdict.value,
                        reason: verdict.reason,
                    };
                    (&*verdict.obligation, past)
                });
                compare(&mut told, &portal.id, day, &lines, now.collect());
            } else {
                told.not_kept += 1;
            }
        }
        day = plus_days(day, 1);
    }
    Ok(told)
}

/// Compares one day of one portal; a difference that goes on lengthens the one of the day before.
fn compare(
    told: &mut Rejudged,
    portal: &PortalId,
    day: Date,
    lines: &[VerdictLine],
    mut now: BTreeMap<&str, Past>,
) {
    let mut differ = |obligation: &str, kept: Option<Past>, now: Option<Past>| {
        let before = plus_days(day, -1);
        let going_on = told.differences.iter_mut().find(|difference| {
            difference.to == before
                && difference.obligation == obligation
                && difference.kept == kept
                && difference.now == now
        });
        match going_on {
            Some(difference) => difference.to = day,
            None => told.differences.push(Difference {
                portal: portal.clone(),
                obligation: obligation.to_owned(),
                from: day,
                to: day,
                kept,
                now,
            }),
        }
    };
    for line in lines.iter().filter(|line| line.since <= day && day <= line.until) {
        let kept = Past {
            value: line.value,
            reason: line.reason,
        };
        match now.remove(line.obligation.as_str()) {
            Some(past) if past == kept => told.equal += 1,
            past => differ(&line.obligation, Some(kept), past),
        }
    }
    for (obligation, past) in now {
        differ(obligation, None, Some(past));
    }
}
