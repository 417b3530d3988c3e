//! What the operator writes about calls.

use ems_contract::time::Window;
use jiff::civil::Time;

use crate::calendar::Calendar;
use crate::register::{Duty, Rota};
use crate::severity::Severity;

/// `notify.on_call` in `ems.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCallSettings {
    /// The account that is called last, and at once where nobody is on duty.
    pub lead: String,
    /// Seconds without an answer after which the next person is called.
    pub escalate_s: i64,
    /// The least urgent for which anybody is called by name.
    pub at_least: Severity,
    /// From when to when what is not urgent waits, in Vietnamese civil time.
    pub quiet: Option<(Time, Time)>,
    /// How each person is reached.
    pub people: Vec<PersonSettings>,
}

/// How a person is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSettings {
    /// The account.
    pub login: String,
    /// The name for readers.
    pub name: String,
    /// Channels, tried in turn.
    pub channels: Vec<String>,
}

impl OnCallSettings {
    /// How an account is reached.
    #[must_use]
    pub fn person(&self, login: &str) -> Option<&PersonSettings> {
        self.people.iter().find(|person| person.login == login)
    }

    /// Whether anybody on duty can be called.
    #[must_use]
    pub fn reaches(&self, duty: &Duty) -> bool {
        let named = std::iter::once(&duty.person).chain(&duty.backup);
        named.into_iter().any(|login| self.person(login).is_some())
    }

    /// Those on duty whom these settings do not know how to call.
    #[must_use]
    pub fn unreachable<'d>(&self, duty: Option<&'d Duty>) -> Vec<&'d str> {
        let named = duty
            .into_iter()
            .flat_map(|duty| std::iter::once(&duty.person).chain(&duty.backup));
        named
            .map(String::as_str)
            .filter(|login| self.person(login).is_none())
            .collect()
    }

    /// The stretches of `within` in which nobody is on duty who can be called.
    #[must_use]
    pub fn gaps(&self, rota: &Rota, calendar: &Calendar, within: Window) -> Vec<Window> {
        let line = rota.through(calendar, within).into_iter();
        line.filter(|(_, duty)| duty.as_ref().is_none_or(|duty| !self.reaches(duty)))
            .map(|(window, _)| window)
            .collect()
    }

    /// Whether quiet hours are on at this civil time.
    #[must_use]
    pub fn is_quiet(&self, time: Time) -> bool {
        match self.quiet {
            None => false,
            Some((from, to)) if from <= to => from <= time && time < to,
            Some((from, to)) => from <= time || time < to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_pass_midnight() {
        let time = |hour| Time::constant(hour, 0, 0, 0);
        let settings = |quiet| OnCallSettings {
            lead: "l".into(),
            escalate_s: 300,
            at_least: Severity::High,
            quiet,
            people: Vec::new(),
        };
        let night = settings(Some((time(22), time(6))));
        assert!(night.is_quiet(time(23)) && night.is_quiet(time(0)) && night.is_quiet(time(5)));
        assert!(!night.is_quiet(time(6)) && !night.is_quiet(time(21)));
        let noon = settings(Some((time(12), time(13))));
        assert!(noon.is_quiet(time(12)) && !noon.is_quiet(time(13)));
        assert!(!settings(None).is_quiet(time(0)));
    }
}
