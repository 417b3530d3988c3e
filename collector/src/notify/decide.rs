//! Who has to be told what now: a function of what is wrong, what was told before, and the policy. Pure.
//!
//! Telling that something began can be held back (maintenance, a fault of ours, flapping) or joined with others; telling
//! that it is over never is. The keys follow from what was told before, so that a round repeated after a crash posts
//! the same notices again and the store keeps them once.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::time::UnixTime;

use super::book::{Alarm, Book, Thread};
use super::condition::{Condition, Kind, Subject};
use super::notice::{Notice, Scope, Stage};
use super::policy::Policy;
use crate::severity::Severity;

/// What a round came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Alarms to keep.
    pub alarms: Vec<Alarm>,
    /// Threads to keep.
    pub threads: Vec<Thread>,
    /// Notices to post.
    pub notices: Vec<Notice>,
}

/// Decides, and brings `book` up to date. `conditions` are all that stand now or have changed of late; an alarm of ours
/// that is not among them any more is over.
pub fn decide(book: &mut Book, conditions: Vec<Condition>, policy: &Policy, now: UnixTime) -> Decision {
    let before = book.clone();
    merge(book, conditions, now);
    let mut notices = Vec::new();
    tell_hosting(book, policy, now, &mut notices);
    tell_rest(book, policy, now, &mut notices);
    follow_up(book, policy, now, &mut notices);
    let changed = |alarm: &&Alarm| before.alarms.get(&alarm.condition.key) != Some(alarm);
    let moved = |thread: &&Thread| before.threads.get(&thread.key) != Some(thread);
    Decision {
        alarms: book.alarms.values().filter(changed).cloned().collect(),
        threads: book.threads.values().filter(moved).cloned().collect(),
        notices,
    }
}

fn merge(book: &mut Book, conditions: Vec<Condition>, now: UnixTime) {
    let standing: BTreeSet<String> = conditions.iter().map(|condition| condition.key.clone()).collect();
    for condition in conditions {
        match book.alarms.get_mut(&condition.key) {
            Some(alarm) => {
                if alarm.condition != condition {
                    alarm.condition = condition;
                    alarm.changed_at = now;
                }
            }
            // Over before anybody looked: nobody is woken for it.
            None if condition.over_at.is_some() => {}
            None => {
                let alarm = Alarm {
                    condition,
                    ready_since: None,
                    thread: None,
                    closed: false,
                    changed_at: now,
                };
                book.alarms.insert(alarm.condition.key.clone(), alarm);
            }
        }
    }
    for alarm in book.alarms.values_mut() {
        let condition = &mut alarm.condition;
        let vanished = condition.kind != Kind::External && !standing.contains(&condition.key);
        if vanished && condition.over_at.is_none() {
            condition.over_at = Some(now);
            alarm.changed_at = now;
        }
        let over = condition.over_at.is_some();
        if alarm.thread.is_none() {
            let ready = !over && condition.hold.is_none();
            // A clock that was set back must not make news wait for ever.
            let since = alarm.ready_since.filter(|_| ready).map(|since| since.min(now));
            alarm.ready_since = since.or(ready.then_some(now));
            alarm.closed = over;
        }
    }
}

fn wait(condition: &Condition, policy: &Policy) -> i64 {
    match condition.kind {
        Kind::Agent => policy.agent_wait_s,
        _ if condition.critical => policy.critical_wait_s,
        _ => policy.group_wait_s,
    }
}

fn is_due(alarm: &Alarm, policy: &Policy, now: UnixTime) -> bool {
    let due = |since: UnixTime| now - since >= wait(&alarm.condition, policy);
    alarm.ready_since.is_some_and(due)
}

fn untold(alarm: &Alarm) -> bool {
    alarm.thread.is_none() && alarm.ready_since.is_some()
}

/// Portals of one hosting group that fall together are one notice, and those that follow belong to it.
fn tell_hosting(book: &mut Book, policy: &Policy, now: UnixTime, notices: &mut Vec<Notice>) {
    let mut groups: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for (key, alarm) in &book.alarms {
        let condition = &alarm.condition;
        let down = condition.kind == Kind::Outage && condition.over_at.is_none() && condition.hold.is_none();
        if let Some((hosting, size)) = condition.hosting.as_ref().filter(|_| down) {
            let group = groups
                .entry(hosting.clone())
                .or_insert_with(|| (*size, Vec::new()));
            group.1.push(key.clone());
        }
    }
    for (hosting, (size, down)) in groups {
        let scope = Scope::Hosting(hosting);
        let fresh: Vec<String> = down
            .iter()
            .filter(|key| book.alarms.get(*key).is_some_and(untold))
            .cloned()
            .collect();
        let open = book
            .threads
            .values_mut()
            .find(|thread| !thread.closed && thread.scope == scope);
        if let Some(thread) = open {
            for key in &fresh {
                if let Some(alarm) = book.alarms.get_mut(key) {
                    alarm.thread = Some(thread.key.clone());
                    alarm.changed_at = now;
                }
            }
            thread.members.extend(fresh);
            thread.members.sort();
            continue;
        }
        let common = down.len() >= policy.hosting_min && down.len() * 2 >= size;
        let due = fresh.iter().any(|key| {
            book.alarms
                .get(key)
                .is_some_and(|alarm| is_due(alarm, policy, now))
        });
        if common && due {
            open_thread(book, scope, &fresh, now, notices);
        }
    }
}

/// What has no common hosting: alone, or together when there are many.
fn tell_rest(book: &mut Book, policy: &Policy, now: UnixTime, notices: &mut Vec<Notice>) {
    // What is urgent is not hidden among what is not.
    let mut alike: BTreeMap<(Kind, Severity), Vec<String>> = BTreeMap::new();
    for (key, alarm) in book.alarms.iter().filter(|(_, alarm)| untold(alarm)) {
        let condition = &alarm.condition;
        let group = alike.entry((condition.kind, condition.severity)).or_default();
        group.push(key.clone());
    }
    for ((kind, _), waiting) in alike {
        let due: Vec<String> = waiting
            .iter()
            .filter(|key| {
                book.alarms
                    .get(*key)
                    .is_some_and(|alarm| is_due(alarm, policy, now))
            })
            .cloned()
            .collect();
        if due.is_empty() {
            continue;
        }
        let many = if kind == Kind::Agent { 2 } else { policy.batch_min };
        if waiting.len() >= many {
            open_thread(book, Scope::Batch, &waiting, now, notices);
        } else {
            for key in due {
                open_thread(book, Scope::Single, &[key], now, notices);
            }
        }
    }
}

fn open_thread(book: &mut Book, scope: Scope, members: &[String], now: UnixTime, notices: &mut Vec<Notice>) {
    let mut members = members.to_vec();
    members.sort();
    let Some(first) = members.first().and_then(|key| book.alarms.get(key)) else {
        return;
    };
    let name = match &scope {
        Scope::Single => "one",
        Scope::Hosting(_) => "hosting",
        Scope::Batch => "batch",
    };
    let severity = members
        .iter()
        .filter_map(|key| book.alarms.get(key))
        .map(|alarm| alarm.condition.severity)
        .max()
        .unwrap_or(first.condition.severity);
    let mut thread = Thread {
        key: format!("{name}/{}", first.condition.key),
        kind: first.condition.kind,
        scope,
        severity,
        members,
        posted: 0,
        posted_at: now,
        said: (0, 0, None),
        closed: false,
        raised_at: None,
        calls: Vec::new(),
    };
    for key in &thread.members {
        if let Some(alarm) = book.alarms.get_mut(key) {
            alarm.thread = Some(thread.key.clone());
            alarm.changed_at = now;
        }
    }
    say(book, &mut thread, Stage::Opened, now, notices);
    book.threads.insert(thread.key.clone(), thread);
}

/// Threads go on: over, come back, changed, or told wrongly.
fn follow_up(book: &mut Book, policy: &Policy, now: UnixTime, notices: &mut Vec<Notice>) {
    let keys: Vec<String> = book.threads.keys().cloned().collect();
    for key in keys {
        let Some(mut thread) = book.threads.get(&key).cloned() else {
            continue;
        };
        let members: Vec<&Condition> = members(book, &thread).collect();
        let (total, remaining, cause) = standing(&members);
        let over = remaining == 0;
        let standing = members.iter().filter(|condition| condition.over_at.is_none());
        let severity = standing.map(|condition| condition.severity).max();
        let graver = severity.filter(|severity| *severity > thread.severity);
        let nothing = members.iter().all(|condition| condition.withdrawn);
        let quiet = now - thread.posted_at >= policy.update_every_s || thread.posted_at > now;
        let stage = match (thread.closed, over) {
            (false, true) if nothing => Some(Stage::Amended),
            (false, true) => Some(Stage::Recovered),
            (true, false) => Some(Stage::Updated),
            (false, false) if graver.is_some() => Some(Stage::Updated),
            // `said` of a closed thread counts what was true trouble.
            (true, true) if nothing && thread.said.0 > 0 => Some(Stage::Amended),
            (false, false) if quiet && thread.said != (total, remaining, cause) => Some(Stage::Updated),
            _ => None,
        };
        if let Some(stage) = stage {
            thread.closed = over;
            if let Some(severity) = graver {
                // News for those who are told of grave things only, whoever took the lighter one on.
                thread.severity = severity;
                thread.raised_at = Some(now);
                thread.calls.clear();
            }
            say(book, &mut thread, stage, now, notices);
            if stage == Stage::Amended {
                thread.said = (0, 0, None);
            }
            for member in &thread.members {
                if let Some(alarm) = book.alarms.get_mut(member) {
                    alarm.closed = over;
                    alarm.changed_at = now;
                }
            }
        }
        book.threads.insert(key, thread);
    }
}

fn members<'a>(book: &'a Book, thread: &'a Thread) -> impl Iterator<Item = &'a Condition> {
    let alarms = thread.members.iter().filter_map(|key| book.alarms.get(key));
    alarms.map(|alarm| &alarm.condition)
}

/// How many in all, how many still in trouble, and the most frequent cause.
fn standing(members: &[&Condition]) -> (usize, usize, Option<String>) {
    let remaining = members.iter().filter(|condition| condition.over_at.is_none());
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for cause in members.iter().filter_map(|condition| condition.cause.as_deref()) {
        *causes.entry(cause).or_default() += 1;
    }
    // What other programs say of each is about that one alone.
    let own_words = members.iter().any(|condition| condition.kind == Kind::External);
    let shared = !own_words || causes.values().all(|count| *count == members.len());
    let cause = causes
        .into_iter()
        .filter(|_| shared)
        .max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
    (
        members.len(),
        remaining.count(),
        cause.map(|(cause, _)| cause.to_owned()),
    )
}

fn say(book: &Book, thread: &mut Thread, stage: Stage, now: UnixTime, notices: &mut Vec<Notice>) {
    let notice = compose(book, thread, stage, now);
    // What was over and is back is news: whoever answered before may be at home again.
    let back = stage == Stage::Updated && thread.said.1 == 0;
    if stage == Stage::Opened || back {
        thread.raised_at = Some(now);
        thread.calls.clear();
    }
    thread.posted += 1;
    thread.posted_at = now;
    thread.said = (notice.total, notice.remaining, notice.cause.clone());
    notices.push(notice);
}

/// The notice of a thread as it stands, the next one of its line.
pub(crate) fn compose(book: &Book, thread: &Thread, stage: Stage, now: UnixTime) -> Notice {
    let members: Vec<&Condition> = members(book, thread).collect();
    let (total, remaining, cause) = standing(&members);
    let seen: BTreeSet<&String> = members.iter().flat_map(|c| &c.seen_from).collect();
    // Those still in trouble are named first: they are what somebody has to do something about.
    let mut named: Vec<&&Condition> = members.iter().collect();
    named.sort_by_key(|condition| (condition.over_at.is_some(), &condition.subject.id));
    let over = stage != Stage::Opened && remaining == 0;
    Notice {
        key: format!("{}/{}", thread.key, thread.posted),
        thread: thread.key.clone(),
        stage,
        kind: thread.kind,
        scope: thread.scope.clone(),
        severity: thread.severity,
        subjects: named
            .iter()
            .take(Notice::NAMED)
            .map(|condition| Subject::clone(&condition.subject))
            .collect(),
        total,
        remaining,
        since: members.iter().map(|c| c.since).min().unwrap_or(now),
        until: members.iter().filter_map(|c| c.over_at).max().filter(|_| over),
        seen_from: seen.into_iter().cloned().collect(),
        link: members
            .first()
            .and_then(|c| c.link.clone())
            .filter(|_| total == 1),
        cause,
        call: None,
    }
}
