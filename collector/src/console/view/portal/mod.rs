//! One portal: its state per family, ribbons, phases, certificate, agents' views, incidents, account.

mod account;
mod certificate;
mod ribbons;
mod sections;
mod views;

use std::collections::BTreeSet;

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::incidents::{IncidentRow, incident_row};
use super::overview::name;
use super::{Badge, Look, badge, cause_text, since, track_name};
use crate::incident::Incident;
use crate::ledger::{Span, State, Track};
use crate::locale;
use crate::regulation::Regulations;
use crate::sections::Read;
use crate::store::Latest;
use crate::timeline::{Member, current};
use account::account;
pub use account::{AccountCell, AccountRow};
use certificate::certificate;
pub use certificate::{CertificateCard, newest_tls};
use ribbons::ribbons;
pub use ribbons::{PieceRow, RibbonRow, RibbonRows};
use sections::sections;
pub use sections::{EnglishCard, NewestCell, SectionRow, SectionVerdict, SectionsPart};
use views::views;
pub use views::{Phase, ViewRow};

/// What the portal page is made from.
#[derive(Debug)]
pub struct PortalData<'a> {
    /// The portal.
    pub member: &'a Member,
    /// Spans of the last 90 days, per track in the order of [`Track::ALL`].
    pub spans: [&'a [Span]; 3],
    /// Newest records.
    pub latest: &'a [Latest],
    /// The certificate chain that the newest record with one refers to.
    pub chain: Option<&'a Chain>,
    /// Incidents of the last 90 days, by beginning.
    pub incidents: &'a [Incident],
    /// What is known of its sections.
    pub sections: &'a Read,
    /// The pages behind it that are kept whole.
    pub kept: &'a BTreeSet<Sha256>,
    /// The law as data: names of sections, articles, working days.
    pub rules: &'a Regulations,
}

impl PortalData<'_> {
    /// From when on its spans are provisional.
    pub(super) fn settled(&self, now: UnixTime) -> UnixTime {
        self.member.settled([self.spans[0], self.spans[1]], now)
    }
}

/// The portal page.
#[derive(Debug, Serialize)]
pub struct PortalPage {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Home page.
    pub url: String,
    /// Names and values: owner, level and so on.
    pub facts: Vec<(String, String)>,
    /// Per track.
    pub now: Vec<NowRow>,
    /// Ribbons of three lengths.
    pub ribbons: Vec<RibbonRows>,
    /// Newest records, an agent and family a row.
    pub views: Vec<ViewRow>,
    /// Sections and English side.
    pub sections: SectionsPart,
    /// The certificate.
    pub certificate: Option<CertificateCard>,
    /// Incidents, newest first.
    pub incidents: Vec<IncidentRow>,
    /// What the account covers.
    pub account_window: String,
    /// The account, a track a row.
    pub account: Vec<AccountRow>,
}

/// The present of one track.
#[derive(Debug, Serialize)]
pub struct NowRow {
    /// Which.
    pub track: String,
    /// State.
    pub badge: Badge,
    /// Since when.
    pub since: String,
    /// Why.
    pub cause: Option<String>,
}

/// Makes the portal page.
#[must_use]
pub fn portal(look: Look<'_>, data: &PortalData<'_>) -> PortalPage {
    let Look { lang, now, .. } = look;
    let member = data.member;
    let source = &member.portal;
    let horizon = member.horizon(now);
    let settled = data.settled(now);
    let month = member.counted(Window::new(settled - 30 * 86_400, settled));
    PortalPage {
        id: source.id.to_string(),
        name: name(member, lang),
        url: source.url.to_string(),
        facts: facts(member, lang),
        now: Track::ALL
            .into_iter()
            .zip(data.spans)
            .map(|(track, spans)| {
                let state = current(spans, horizon);
                NowRow {
                    track: track_name(track, lang),
                    badge: badge(state.state, lang),
                    since: state
                        .since
                        .map_or_else(|| "–".to_owned(), |at| since(at, now, lang)),
                    cause: cause_text(state.cause, lang),
                }
            })
            .collect(),
        ribbons: [
            ("console.ribbon.day", 1),
            ("console.ribbon.week", 7),
            ("console.ribbon.quarter", 90),
        ]
        .into_iter()
        .map(|(key, days)| ribbons(key, days, data, now, lang))
        .collect(),
        views: views(data.latest, lacks_ipv6(data, horizon), now, lang),
        sections: sections(look, data.sections, data.kept, data.rules),
        certificate: certificate(data, now, lang),
        incidents: data
            .incidents
            .iter()
            .rev()
            .map(|incident| incident_row(incident, &source.name, now, lang))
            .collect(),
        account_window: fill(
            lang,
            "console.account.window",
            &[
                ("from", &locale::instant(month.from, lang)),
                ("to", &locale::instant(month.to, lang)),
            ],
        ),
        account: Track::ALL
            .into_iter()
            .zip(data.spans)
            .map(|(track, spans)| account(track, spans, month, member, lang))
            .collect(),
    }
}

/// Whether the portal has no IPv6 at present: then that no address is found is no failure.
fn lacks_ipv6(data: &PortalData<'_>, horizon: UnixTime) -> bool {
    current(data.spans[1], horizon).state == State::Absent
}

fn facts(member: &Member, lang: Lang) -> Vec<(String, String)> {
    let portal = &member.portal;
    let fact = |key: &str, value: String| (get(lang, key).to_owned(), value);
    let mut facts = vec![
        fact("console.portal.owner", portal.owner.clone()),
        fact(
            "console.portal.level",
            get(lang, &format!("level.{}", portal.level)).to_owned(),
        ),
        fact(
            "console.portal.interval",
            fill(
                lang,
                "console.portal.interval.value",
                &[("seconds", &portal.reach_interval_s.to_string())],
            ),
        ),
    ];
    if let Some(hosting) = &portal.hosting {
        facts.push(fact("console.portal.hosting", hosting.clone()));
    }
    if !portal.regulations.is_empty() {
        facts.push(fact("console.portal.regulations", portal.regulations.join(", ")));
    }
    if let Some(on_call) = &portal.on_call {
        facts.push(fact("console.portal.on_call", on_call.clone()));
    }
    if let Some(from) = member.counts_from {
        facts.push(fact("console.portal.counts_from", locale::instant(from, lang)));
    }
    if let Some(note) = &portal.note {
        facts.push(fact("console.portal.note", note.clone()));
    }
    facts
}
