//! `notify.on_call:` who is called by name, and how each person is reached; `notify.digest:` the letters to units.

use ems_contract::diagnostic::Message;
use ems_contract::yaml::Item;
use jiff::civil::Time;

use crate::account::LoginName;
use crate::notify::settings::{ChannelKind, ChannelSettings, DigestSettings};
use crate::oncall::{OnCallSettings, PersonSettings};
use crate::severity::Severity;

/// Seconds without an answer, unless the operator says otherwise.
const ESCALATE_S: i64 = 300;
/// When the letters to units go, unless the operator says otherwise.
const MORNING: Time = Time::constant(7, 30, 0, 0);

/// The tree under `notify.on_call`.
pub(super) fn read(item: &Item<'_>, channels: &[ChannelSettings]) -> Option<OnCallSettings> {
    let mut map = item.map()?;
    let lead = map.required("lead", login);
    let escalate_s = map.optional("escalate_s", |item| item.integer(30_i64..=86_400));
    let at_least = map.optional("at_least", |item| item.choice(&Severity::ALL, Severity::as_str));
    let quiet = map.optional("quiet_hours", |item| {
        item.parse_with("settings.want.hours", hours)
    });
    let people = map.required("people", |list| {
        let mut known: Vec<PersonSettings> = Vec::new();
        for item in list.list()? {
            let Some(person) = person(&item, channels) else {
                continue;
            };
            if known.iter().any(|there| there.login == person.login) {
                item.error(Message::new("settings.person_twice").with("login", person.login));
            } else {
                known.push(person);
            }
        }
        Some(known)
    });
    if let (Some(lead), Some(people)) = (&lead, &people)
        && people.iter().all(|person| person.login != *lead)
    {
        item.error(Message::new("settings.lead_unreachable").with("login", lead));
    }
    map.finish();
    Some(OnCallSettings {
        lead: lead?,
        escalate_s: escalate_s.unwrap_or(ESCALATE_S),
        at_least: at_least.unwrap_or(Severity::High),
        quiet,
        people: people?,
    })
}

fn person(item: &Item<'_>, known: &[ChannelSettings]) -> Option<PersonSettings> {
    let mut map = item.map()?;
    let login = map.required("login", login);
    let name = map.optional("name", Item::text);
    let channels = map.required("channels", |list| super::notify::tellers(list, known));
    map.finish();
    let login = login?;
    Some(PersonSettings {
        name: name.unwrap_or_else(|| login.clone()),
        login,
        channels: channels?,
    })
}

fn login(item: &Item<'_>) -> Option<String> {
    item.parse_with("settings.want.login", |text| {
        text.parse::<LoginName>().ok().map(|name| name.to_string())
    })
}

/// The tree under `notify.digest`.
pub(super) fn digest(item: &Item<'_>, channels: &[ChannelSettings]) -> Option<DigestSettings> {
    let mut map = item.map()?;
    let channel = map.required("channel", Item::text);
    let at = map.optional("at", |item| item.parse_with("settings.want.time", time));
    if let Some(name) = &channel {
        let mail = |channel: &&ChannelSettings| {
            channel.name == *name && matches!(channel.kind, ChannelKind::Email(_))
        };
        match channels.iter().find(mail) {
            None => item.error(Message::new("settings.digest_channel").with("name", name)),
            Some(mail) if !mail.kind.has_recipients() => item.warn(
                Message::new("settings.digest_operators").with("name", name),
                Message::new("settings.digest_operators.hint"),
            ),
            Some(_) => {}
        }
    }
    map.finish();
    Some(DigestSettings {
        channel: channel?,
        at: at.unwrap_or(MORNING),
    })
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// `22:00-06:00`.
fn hours(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once(['-', '–'])?;
    let (from, to) = (time(from)?, time(to)?);
    (from != to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_two_different_times_of_the_day() {
        let time = |hour, minute| Time::constant(hour, minute, 0, 0);
        assert_eq!(hours("22:00-06:30"), Some((time(22, 0), time(6, 30))));
        for bad in ["", "22-6", "25:00-06:00", "22:00", "06:00-06:00", "a:b-c:d"] {
            assert_eq!(hours(bad), None, "{bad}");
        }
    }
}
