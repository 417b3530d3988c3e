//! Whom to call by name: the person on duty, then the next, then the lead, until somebody answers. Pure.

use std::collections::BTreeMap;

use ems_contract::time::UnixTime;

use super::book::{Book, Called, Thread};
use super::decide::compose;
use super::notice::{Call, Notice, Stage};
use crate::oncall::{OnCallSettings, PersonSettings};
use crate::register::Duty;
use crate::severity::Severity;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// As what somebody is called.
    Step {
        /// On duty.
        First = "first",
        /// Next to be called.
        Next = "next",
        /// The lead.
        Lead = "lead",
        /// Somebody gave it to them.
        Given = "given",
    }
}

/// How an alarm was last answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When.
    pub at: UnixTime,
    /// By which account.
    pub author: String,
    /// The account that it was given to, if it was given to somebody.
    pub given_to: Option<String>,
}

/// What is known when calls are decided.
pub struct Situation<'a> {
    /// What the operator wrote.
    pub settings: &'a OnCallSettings,
    /// Who is on duty now.
    pub duty: Option<&'a Duty>,
    /// How each thread was last answered.
    pub answered: &'a BTreeMap<String, Answer>,
    /// Quiet hours are on.
    pub quiet: bool,
}

/// The calls that are due now; the threads of `book` remember them.
#[must_use]
pub fn calls(book: &mut Book, situation: &Situation<'_>, now: UnixTime) -> Vec<Notice> {
    let keys: Vec<String> = book.threads.keys().cloned().collect();
    let mut due = Vec::new();
    for key in keys {
        let Some(mut thread) = book.threads.get(&key).cloned() else {
            continue;
        };
        let Some((step, person, nobody)) = next(&thread, situation, now) else {
            continue;
        };
        let number = thread.calls.len();
        thread.calls.push(Called {
            login: person.login.clone(),
            at: now,
        });
        let mut notice = compose(book, &thread, Stage::Opened, now);
        notice.key = format!("{key}/call/{}/{number}", thread.raised_at.unwrap_or(now).secs());
        notice.call = Some(Call {
            login: person.login.clone(),
            name: person.name.clone(),
            step,
            nobody,
        });
        due.push(notice);
        book.threads.insert(key, thread);
    }
    due
}

impl Answer {
    /// Whether somebody took the alarm on: what was given to another waits for that other's word.
    #[must_use]
    pub fn takes_it_on(&self) -> bool {
        self.given_to.as_ref().is_none_or(|login| *login == self.author)
    }
}

impl Situation<'_> {
    /// How a thread was answered since it was raised, if it was.
    pub(super) fn answer_to(&self, thread: &Thread) -> Option<&Answer> {
        let raised = thread.raised_at?;
        self.answered
            .get(&thread.key)
            .filter(|answer| answer.at >= raised)
    }
}

/// Whoever a thread was given to and does not know it yet. That somebody gave it outweighs quiet hours and urgency.
fn given<'a>(thread: &Thread, answer: &Answer, settings: &'a OnCallSettings) -> Option<&'a PersonSettings> {
    let login = answer.given_to.as_ref()?;
    let told = |call: &Called| call.login == *login && call.at >= answer.at;
    settings.person(login).filter(|_| !thread.calls.iter().any(told))
}

/// Who is called about a thread now, if anybody.
fn next<'a>(
    thread: &Thread,
    situation: &Situation<'a>,
    now: UnixTime,
) -> Option<(Step, &'a PersonSettings, bool)> {
    let settings = situation.settings;
    if thread.closed {
        return None;
    }
    let answer = situation.answer_to(thread);
    if answer.is_some_and(Answer::takes_it_on) {
        return None;
    }
    if let Some(person) = answer.and_then(|answer| given(thread, answer, settings)) {
        return Some((Step::Given, person, false));
    }
    let waits = situation.quiet && thread.severity < Severity::Urgent;
    if thread.raised_at.is_none() || thread.severity < settings.at_least || waits {
        return None;
    }
    // Whoever gave it to somebody began the calls anew.
    let anew = |call: &&Called| answer.is_none_or(|answer| call.at >= answer.at);
    let calls: Vec<&Called> = thread.calls.iter().filter(anew).collect();
    // Counted from the last call, not from the alarm: what waited for the end of the quiet hours goes on from there.
    if calls
        .last()
        .is_some_and(|call| now - call.at < settings.escalate_s)
    {
        return None;
    }
    let nobody = situation.duty.is_none_or(|duty| !settings.reaches(duty));
    let duty = situation.duty.into_iter();
    let chain = duty
        .flat_map(|duty| {
            [
                (Step::First, Some(duty.person.as_str())),
                (Step::Next, duty.backup.as_deref()),
            ]
        })
        .chain([(Step::Lead, Some(settings.lead.as_str()))]);
    let called = |login: &str| calls.iter().any(|call| call.login == login);
    let waiting: Vec<(Step, &PersonSettings)> = chain
        .filter_map(|(step, login)| Some((step, settings.person(login?)?)))
        .filter(|(_, person)| !called(&person.login))
        .collect();
    // Whoever gave it away hears last that nobody took it.
    let gave = |login: &str| answer.is_some_and(|answer| answer.author == login);
    let other = waiting.iter().find(|(_, person)| !gave(&person.login));
    let (step, person) = other.or(waiting.first())?;
    Some((*step, person, nobody))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::condition::Kind;
    use crate::notify::notice::Scope;
    use crate::testing::at;

    fn settings() -> OnCallSettings {
        let person = |login: &str| PersonSettings {
            login: login.into(),
            name: login.to_uppercase(),
            channels: vec![format!("mail-{login}")],
        };
        OnCallSettings {
            lead: "lead".into(),
            escalate_s: 300,
            at_least: Severity::High,
            quiet: None,
            people: ["an", "binh", "lead"].map(person).into(),
        }
    }

    fn book(severity: Severity) -> Book {
        let mut book = Book::default();
        let thread = Thread {
            key: "t".into(),
            kind: Kind::Outage,
            scope: Scope::Single,
            severity,
            members: Vec::new(),
            posted: 1,
            posted_at: at(0),
            said: (1, 1, None),
            closed: false,
            raised_at: Some(at(0)),
            calls: Vec::new(),
        };
        book.threads.insert("t".into(), thread);
        book
    }

    /// Who is called when, in a quarter of an hour looked at every ten seconds.
    fn story(
        book: &mut Book,
        duty: Option<&Duty>,
        answered: Option<(i64, Option<&str>)>,
        quiet_s: i64,
    ) -> Vec<(i64, String, Step, bool)> {
        let settings = settings();
        let mut told = Vec::new();
        for second in (0..1_200).step_by(10) {
            let answered = answered
                .filter(|(when, _)| *when <= second)
                .map(|(when, given_to)| {
                    let answer = Answer {
                        at: at(when),
                        author: "an".into(),
                        given_to: given_to.map(str::to_owned),
                    };
                    ("t".to_owned(), answer)
                });
            let situation = Situation {
                settings: &settings,
                duty,
                answered: &answered.into_iter().collect(),
                quiet: second < quiet_s,
            };
            for notice in calls(book, &situation, at(second)) {
                let call = notice.call.unwrap();
                told.push((second, call.login, call.step, call.nobody));
            }
        }
        told
    }

    fn duty() -> Duty {
        Duty {
            person: "an".into(),
            backup: Some("binh".into()),
        }
    }

    fn said(call: (i64, &str, Step, bool)) -> (i64, String, Step, bool) {
        (call.0, call.1.to_owned(), call.2, call.3)
    }

    #[test]
    fn every_five_minutes_the_next_is_called_and_the_lead_is_the_last() {
        let told = story(&mut book(Severity::Urgent), Some(&duty()), None, 0);
        let wanted = [
            (0, "an", Step::First, false),
            (300, "binh", Step::Next, false),
            (600, "lead", Step::Lead, false),
        ];
        assert_eq!(told, wanted.map(said));
    }

    #[test]
    fn an_answer_ends_the_calls_and_an_old_answer_does_not() {
        let told = story(&mut book(Severity::Urgent), Some(&duty()), Some((200, None)), 0);
        assert_eq!(told, [said((0, "an", Step::First, false))]);
        let mut again = book(Severity::Urgent);
        again.threads.get_mut("t").unwrap().raised_at = Some(at(100));
        assert_eq!(
            story(&mut again, Some(&duty()), Some((50, None)), 0).len(),
            3,
            "it came back after the answer"
        );
    }

    #[test]
    fn only_an_acknowledgement_ends_the_calls() {
        let mut book = book(Severity::Urgent);
        let (settings, duty) = (settings(), duty());
        let mut told = Vec::new();
        for second in (0..2_000).step_by(10) {
            let answer = |at_s: i64, author: &str, given_to: Option<&str>| Answer {
                at: at(at_s),
                author: author.into(),
                given_to: given_to.map(str::to_owned),
            };
            // The lead gives it to somebody who does not answer; then that person does.
            let answer = match second {
                0..700 => None,
                700..1_400 => Some(answer(700, "lead", Some("binh"))),
                _ => Some(answer(1_400, "binh", None)),
            };
            let situation = Situation {
                settings: &settings,
                duty: Some(&duty),
                answered: &answer
                    .map(|answer| ("t".to_owned(), answer))
                    .into_iter()
                    .collect(),
                quiet: false,
            };
            let calls = calls(&mut book, &situation, at(second));
            told.extend(
                calls
                    .into_iter()
                    .filter_map(|notice| Some((second, notice.call?))),
            );
        }
        let told: Vec<_> = told
            .into_iter()
            .map(|(second, call)| (second, call.login, call.step))
            .collect();
        let wanted = [
            (0, "an", Step::First),
            (300, "binh", Step::Next),
            (600, "lead", Step::Lead),
            (700, "binh", Step::Given),
            (1_000, "an", Step::First),
            (1_300, "lead", Step::Lead),
        ];
        assert_eq!(
            told,
            wanted.map(|(second, login, step)| (second, login.to_owned(), step))
        );
    }

    #[test]
    fn whoever_is_given_an_alarm_is_told_once_and_at_any_hour() {
        let first = said((0, "an", Step::First, false));
        let given = |to| {
            story(
                &mut book(Severity::Urgent),
                Some(&duty()),
                Some((200, Some(to))),
                0,
            )
        };
        let rest = [
            said((500, "lead", Step::Lead, false)),
            said((800, "an", Step::First, false)),
        ];
        assert_eq!(
            given("binh"),
            [
                vec![first.clone(), said((200, "binh", Step::Given, false))],
                rest.to_vec()
            ]
            .concat(),
            "without an answer the next is called after the usual time"
        );
        assert_eq!(given("an"), std::slice::from_ref(&first), "who takes it on knows");
        assert_eq!(
            given("stranger"),
            [vec![first, said((200, "binh", Step::Next, false))], rest.to_vec()].concat(),
            "nobody can reach them: the calls go on at once"
        );
        let low = story(&mut book(Severity::Low), None, Some((200, Some("binh"))), 1_000);
        assert_eq!(low, [said((200, "binh", Step::Given, false))]);
    }

    #[test]
    fn with_nobody_on_duty_the_lead_is_told_at_once_and_told_so() {
        let told = story(&mut book(Severity::Urgent), None, None, 0);
        assert_eq!(told, [said((0, "lead", Step::Lead, true))]);
        // A name that nobody can reach is passed over.
        let stranger = Duty {
            person: "x".into(),
            backup: None,
        };
        let told = story(&mut book(Severity::Urgent), Some(&stranger), None, 0);
        assert_eq!(told, [said((0, "lead", Step::Lead, true))]);
    }

    #[test]
    fn what_is_not_urgent_waits_for_the_end_of_the_quiet_hours() {
        let told = story(&mut book(Severity::High), Some(&duty()), None, 500);
        assert_eq!(
            told.iter().map(|call| call.0).collect::<Vec<_>>(),
            [500, 800, 1_100]
        );
        assert_eq!(
            story(&mut book(Severity::Urgent), Some(&duty()), None, 500)[0].0,
            0
        );
        assert!(story(&mut book(Severity::Low), Some(&duty()), None, 0).is_empty());
    }
}
