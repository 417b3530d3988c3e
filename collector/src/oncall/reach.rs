//! Who may answer and can be called. Pure.

use ems_contract::diagnostic::Message;

use super::settings::OnCallSettings;
use crate::account::{Action, Person};
use crate::register::Shift;

/// Whether an account may answer alarms.
#[must_use]
pub fn may_answer(person: &Person) -> bool {
    !person.disabled && person.may(Action::Acknowledge, None)
}

/// What stands against those whom the settings call: an account that is missing, or may not answer.
#[must_use]
pub fn people_doubts(settings: &OnCallSettings, people: &[Person]) -> Vec<Message> {
    let keys = ("oncall.doubt.no_account", "oncall.doubt.may_not");
    let logins = settings.people.iter().map(|person| person.login.as_str());
    logins.filter_map(|login| doubt(login, people, keys)).collect()
}

/// What stands against a shift: somebody on duty who may not answer or, where anybody is called by name, cannot be called.
#[must_use]
pub fn shift_doubts(shift: &Shift, people: &[Person], settings: Option<&OnCallSettings>) -> Vec<Message> {
    let keys = ("oncall.doubt.shift_no_account", "oncall.doubt.shift_may_not");
    let mut doubts = Vec::new();
    for login in std::iter::once(&shift.person).chain(&shift.backup) {
        doubts.extend(doubt(login, people, keys));
        if settings.is_some_and(|settings| settings.person(login).is_none()) {
            doubts.push(Message::new("oncall.doubt.shift_unreachable").with("login", login));
        }
    }
    doubts
}

fn doubt(
    login: &str,
    people: &[Person],
    (missing, may_not): (&'static str, &'static str),
) -> Option<Message> {
    let key = match people.iter().find(|person| person.login.as_str() == login) {
        None => missing,
        Some(person) if !may_answer(person) => may_not,
        Some(_) => return None,
    };
    Some(Message::new(key).with("login", login))
}
