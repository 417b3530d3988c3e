//! What the notifier and the console share about calls.

use std::sync::Arc;

use ems_contract::time::{UnixTime, Window};
use url::Url;

use super::link::{Link, LinkKey};
use super::settings::OnCallSettings;
use crate::calendar::civil;
use crate::register::{Duty, Rota};
use crate::regulation::Regulations;

/// Gaps of the rota are told so far ahead, in seconds.
pub const AHEAD_S: i64 = 7 * 86_400;

/// The settings with what they need: the calendar of days off and the key of links.
pub struct Watch {
    /// What the operator wrote.
    pub settings: OnCallSettings,
    /// Seals links.
    pub key: LinkKey,
    /// Knows the days off.
    pub rules: Arc<Regulations>,
}

impl Watch {
    /// Who is on duty.
    #[must_use]
    pub fn duty(&self, rota: &Rota, now: UnixTime) -> Option<Duty> {
        rota.at(&self.rules.calendar, now)
    }

    /// Seconds of the days ahead in which nobody is on duty who can be called.
    #[must_use]
    pub fn uncovered_s(&self, rota: &Rota, now: UnixTime) -> i64 {
        let ahead = Window::new(now, now + AHEAD_S);
        let gaps = self.settings.gaps(rota, &self.rules.calendar, ahead);
        gaps.iter().map(|gap| gap.secs()).sum()
    }

    /// The end of the quiet hours that are on at `now`.
    #[must_use]
    pub fn quiet_until(&self, now: UnixTime) -> Option<UnixTime> {
        let local = civil::local(now);
        let (_, end) = self
            .settings
            .quiet
            .filter(|_| self.settings.is_quiet(local.time()))?;
        let today = civil::instant(local.date().to_datetime(end));
        Some(if today > now { today } else { today + 86_400 })
    }

    /// Where whoever is called by a letter answers, while that can be.
    #[must_use]
    pub fn answer_at(&self, link: &Link, console: &Url, now: UnixTime) -> Option<Url> {
        (now < link.expires())
            .then(|| self.key.url(console, link))
            .flatten()
    }
}
