//! One portal: its state per family, ribbons, phases, certificate, agents' views, incidents, account.

use ems_contract::certificate::Chain;
use ems_contract::family::Family;
use ems_contract::observation::Timings;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::incidents::{IncidentRow, incident_row};
use super::overview::name;
use super::{Badge, Look, availability, badge, cause_text, coverage, said, since, track_name};
use crate::console::certificate::certificates;
use crate::console::ribbon::ribbon;
use crate::incident::Incident;
use crate::ledger::{self, Span, Track};
use crate::locale;
use crate::store::Latest;
use crate::timeline::{Member, current};

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

/// The ribbons of one length of time.
#[derive(Debug, Serialize)]
pub struct RibbonRows {
    /// Such as "24 giờ qua".
    pub title: String,
    /// Left end.
    pub from: String,
    /// Middle.
    pub middle: String,
    /// Right end.
    pub to: String,
    /// Per track.
    pub tracks: Vec<RibbonRow>,
}

/// One ribbon.
#[derive(Debug, Serialize)]
pub struct RibbonRow {
    /// Which track.
    pub track: String,
    /// Its pieces in drawing order.
    pub pieces: Vec<PieceRow>,
    /// Availability and coverage in words.
    pub summary: String,
}

/// One piece.
#[derive(Debug, Serialize)]
pub struct PieceRow {
    /// Class.
    pub state: &'static str,
    /// Left edge.
    pub x: i64,
    /// Width.
    pub width: i64,
    /// What it is, when and why.
    pub title: String,
}

/// One agent's newest record over one family.
#[derive(Debug, Serialize)]
pub struct ViewRow {
    /// Agent.
    pub agent: String,
    /// Family.
    pub family: String,
    /// Its outcome.
    pub badge: Badge,
    /// Why.
    pub cause: Option<String>,
    /// Slot.
    pub slot: String,
    /// The record holds no more.
    pub stale: bool,
    /// Address.
    pub address: String,
    /// Final HTTP status.
    pub status: String,
    /// Phases: class, words, milliseconds.
    pub phases: Vec<Phase>,
    /// All phases together.
    pub total: String,
    /// Width of the phases' drawing.
    pub scale: u64,
}

/// One phase of an attempt.
#[derive(Debug, Serialize)]
pub struct Phase {
    /// Class.
    pub class: &'static str,
    /// Name in words.
    pub name: String,
    /// Such as `12,3 ms`; absent where the phase was not reached or not needed.
    pub length: Option<String>,
    /// Left edge in microseconds.
    pub x: u64,
    /// Microseconds.
    pub width: u64,
}

/// The certificate of the newest record with one.
#[derive(Debug, Serialize)]
pub struct CertificateCard {
    /// Names and values of the leaf.
    pub facts: Vec<(String, String)>,
    /// `up`, `degraded` or `down`.
    pub state: &'static str,
    /// Whether it verifies and how long it lasts.
    pub verdict: String,
    /// Everything that is wrong with it.
    pub faults: Vec<String>,
    /// The rest of the chain: subject, issuer, end.
    pub chain: Vec<String>,
    /// When and by whom it was seen.
    pub seen: String,
}

/// The account of one track.
#[derive(Debug, Serialize)]
pub struct AccountRow {
    /// Which.
    pub track: String,
    /// State, seconds, share of the counted time; the five states of the ledger.
    pub cells: Vec<AccountCell>,
    /// Statutory availability.
    pub statutory: String,
    /// Adjusted availability.
    pub adjusted: String,
    /// Coverage.
    pub coverage: String,
}

/// Seconds of one state.
#[derive(Debug, Serialize)]
pub struct AccountCell {
    /// Class.
    pub state: &'static str,
    /// Seconds.
    pub seconds: String,
    /// Share of the counted time.
    pub share: String,
}

/// Certificates that end within this many days are worth a sign.
const EXPIRY_WARN_DAYS: i64 = 30;

/// Makes the portal page.
#[must_use]
pub fn portal(look: Look<'_>, data: &PortalData<'_>) -> PortalPage {
    let Look { lang, now, .. } = look;
    let member = data.member;
    let source = &member.portal;
    let horizon = member.horizon(now);
    let month = member.counted(Window::new(horizon - 30 * 86_400, horizon));
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
        views: views(data.latest, now, lang),
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

fn ribbons(key: &str, days: i64, data: &PortalData<'_>, now: UnixTime, lang: Lang) -> RibbonRows {
    let window = Window::new(now - days * 86_400, now);
    let end = |at: UnixTime| {
        if days == 1 {
            locale::time_of_day(at)
        } else {
            locale::day_month(at, lang)
        }
    };
    let member = data.member;
    let counted = member.counted(Window::new(window.from, member.horizon(now)));
    let tracks = Track::ALL.into_iter().zip(data.spans).map(|(track, spans)| {
        let statutory = ledger::account(spans, counted, &[], counted.to).statutory;
        RibbonRow {
            track: track_name(track, lang),
            pieces: ribbon(spans, window)
                .into_iter()
                .map(|piece| {
                    let state = said(&format!("state.{}", piece.state.as_str()), lang);
                    let cause = cause_text(piece.cause, lang)
                        .map(|cause| format!(" – {cause}"))
                        .unwrap_or_default();
                    PieceRow {
                        state: piece.state.as_str(),
                        x: piece.x,
                        width: piece.width,
                        title: format!(
                            "{state}{cause}: {} – {} ({})",
                            locale::instant(piece.window.from, lang),
                            locale::instant(piece.window.to, lang),
                            locale::duration(piece.window.secs(), lang)
                        ),
                    }
                })
                .collect(),
            summary: fill(
                lang,
                "console.ribbon.summary",
                &[
                    ("availability", &availability(&statutory, lang)),
                    ("coverage", &coverage(&statutory, lang)),
                ],
            ),
        }
    });
    RibbonRows {
        title: get(lang, key).to_owned(),
        from: end(window.from),
        middle: end(window.from + window.secs() / 2),
        to: get(lang, "console.ribbon.now").to_owned(),
        tracks: tracks.collect(),
    }
}

/// A length in milliseconds with one decimal, floored: `12,3 ms`.
fn milliseconds(microseconds: u64, lang: Lang) -> String {
    let point = match lang {
        Lang::Vi => ',',
        Lang::En => '.',
    };
    format!(
        "{}{point}{} ms",
        locale::count(microseconds / 1_000, lang),
        microseconds / 100 % 10
    )
}

fn phases(timings: &Timings, lang: Lang) -> Vec<Phase> {
    let parts = [
        ("dns", "stage.dns", timings.dns_us),
        ("connect", "stage.connect", timings.connect_us),
        ("tls", "stage.tls", timings.tls_us),
        ("first-byte", "stage.first_byte", timings.first_byte_us),
        ("body", "stage.body", timings.body_us),
    ];
    let mut x = 0;
    parts
        .into_iter()
        .map(|(class, key, length)| {
            let width = u64::from(length.unwrap_or(0));
            let phase = Phase {
                class,
                name: get(lang, key).to_owned(),
                length: length.map(|length| milliseconds(u64::from(length), lang)),
                x,
                width,
            };
            x += width;
            phase
        })
        .collect()
}

fn outcome_badge(outcome: Outcome, lang: Lang) -> Badge {
    let state = outcome.state_name();
    Badge {
        state,
        text: get(lang, &format!("console.outcome.{state}")).to_owned(),
    }
}

fn outcome_cause(outcome: Outcome, lang: Lang) -> Option<String> {
    let key = match outcome {
        Outcome::Up => return None,
        Outcome::Degraded { cause } => cause.text_key(),
        Outcome::Down { cause, .. } => cause.text_key(),
        Outcome::Unknown { why } => why.text_key(),
    };
    Some(get(lang, &key).to_owned())
}

fn views(latest: &[Latest], now: UnixTime, lang: Lang) -> Vec<ViewRow> {
    let mut reach: Vec<(&Latest, Family)> = latest
        .iter()
        .filter(|record| record.probe == ProbeKind::Reach)
        .filter_map(|record| record.family.map(|family| (record, family)))
        .collect();
    reach.sort_by(|(a, af), (b, bf)| (af, &a.agent).cmp(&(bf, &b.agent)));
    // All drawings share one scale, so that agents can be compared.
    let scale = reach
        .iter()
        .map(|(record, _)| record.timings.total_us())
        .max()
        .unwrap_or(0)
        .max(1);
    reach
        .into_iter()
        .map(|(record, family)| ViewRow {
            agent: record.agent.to_string(),
            family: family.to_string(),
            badge: outcome_badge(record.outcome, lang),
            cause: outcome_cause(record.outcome, lang),
            slot: locale::instant(record.slot, lang),
            stale: record.slot + 3 * i64::from(record.interval_s) < now,
            address: record
                .address
                .map_or_else(|| "–".to_owned(), |address| address.to_string()),
            status: record
                .facts
                .http
                .as_ref()
                .and_then(|http| http.hops.last())
                .map_or_else(|| "–".to_owned(), |hop| hop.status.to_string()),
            phases: phases(&record.timings, lang),
            total: match record.timings.total_us() {
                0 => "–".to_owned(),
                total => milliseconds(total, lang),
            },
            scale,
        })
        .collect()
}

/// The newest record that saw a certificate.
#[must_use]
pub fn newest_tls(latest: &[Latest]) -> Option<&Latest> {
    latest
        .iter()
        .filter(|record| {
            record
                .facts
                .tls
                .as_ref()
                .is_some_and(|tls| tls.chain.is_some() || tls.not_after.is_some())
        })
        .max_by_key(|record| (record.slot, record.probe == ProbeKind::Tls))
}

fn certificate(data: &PortalData<'_>, now: UnixTime, lang: Lang) -> Option<CertificateCard> {
    let record = newest_tls(data.latest)?;
    let tls = record.facts.tls.as_ref()?;
    let told = data.chain.map(certificates).unwrap_or_default();
    let leaf = told.first().and_then(Option::as_ref);
    let not_after = leaf.map(|leaf| leaf.not_after).or(tls.not_after);
    let days = not_after.map(|end| (end - now).div_euclid(86_400));
    let fact = |key: &str, value: String| (get(lang, key).to_owned(), value);
    let mut facts = Vec::new();
    if let Some(leaf) = leaf {
        facts.push(fact("console.tls.subject", leaf.subject.clone()));
        facts.push(fact("console.tls.names", leaf.names.join(", ")));
        facts.push(fact("console.tls.issuer", leaf.issuer.clone()));
        facts.push(fact(
            "console.tls.not_before",
            locale::instant(leaf.not_before, lang),
        ));
    }
    if let Some(end) = not_after {
        facts.push(fact("console.tls.not_after", locale::instant(end, lang)));
    }
    if let Some(leaf) = leaf {
        facts.push(fact("console.tls.key", leaf.key.clone()));
        facts.push(fact("console.tls.serial", leaf.serial.clone()));
        facts.push(fact("console.tls.fingerprint", leaf.fingerprint.to_string()));
    }
    let session = [&tls.version, &tls.cipher, &tls.alpn]
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>();
    if !session.is_empty() {
        facts.push(fact("console.tls.session", session.join(", ")));
    }
    let left = days.map_or_else(String::new, |days| {
        let key = if days < 0 {
            "console.tls.ended"
        } else {
            "console.tls.left"
        };
        fill(lang, key, &[("days", &locale::count(days.unsigned_abs(), lang))])
    });
    let state = match days {
        _ if !tls.faults.is_empty() => "down",
        Some(days) if days < EXPIRY_WARN_DAYS => "degraded",
        _ => "up",
    };
    let verdict = if tls.faults.is_empty() {
        "console.tls.valid"
    } else {
        "console.tls.faulty"
    };
    Some(CertificateCard {
        facts,
        state,
        verdict: format!("{} {left}", get(lang, verdict)).trim_end().to_owned(),
        faults: tls
            .faults
            .iter()
            .map(|fault| get(lang, &fault.text_key()).to_owned())
            .collect(),
        chain: told
            .iter()
            .skip(1)
            .map(|certificate| chain_line(certificate.as_ref(), lang))
            .collect(),
        seen: fill(
            lang,
            "console.tls.seen",
            &[
                ("at", &locale::instant(record.slot, lang)),
                ("agent", record.agent.as_str()),
            ],
        ),
    })
}

fn chain_line(certificate: Option<&crate::console::certificate::Certificate>, lang: Lang) -> String {
    match certificate {
        None => get(lang, "console.tls.unreadable").to_owned(),
        Some(certificate) => fill(
            lang,
            "console.tls.link",
            &[
                ("subject", &certificate.subject),
                ("issuer", &certificate.issuer),
                ("end", &locale::date(certificate.not_after, lang)),
            ],
        ),
    }
}

fn account(track: Track, spans: &[Span], month: Window, member: &Member, lang: Lang) -> AccountRow {
    let account = ledger::account(spans, month, &member.portal.maintenance, month.to);
    let (statutory, adjusted) = (account.statutory, account.adjusted);
    let whole = statutory.observed() + statutory.unknown;
    let cell = |state: &'static str, seconds: i64| AccountCell {
        state,
        seconds: locale::count(seconds, lang),
        share: locale::percent(seconds, whole, 2, lang).unwrap_or_else(|| "–".to_owned()),
    };
    AccountRow {
        track: track_name(track, lang),
        cells: vec![
            cell("up", statutory.up),
            cell("degraded", statutory.degraded),
            cell("down", statutory.down),
            cell("unknown", statutory.unknown),
            cell("excluded", adjusted.excluded),
        ],
        statutory: availability(&statutory, lang),
        adjusted: availability(&adjusted, lang),
        coverage: coverage(&statutory, lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_laid_end_to_end_and_unreached_ones_say_so() {
        let timings = Timings {
            dns_us: Some(1_250),
            connect_us: Some(30_000),
            ..Timings::default()
        };
        let drawn = phases(&timings, Lang::Vi);
        assert_eq!(drawn[0].length.as_deref(), Some("1,2 ms"));
        assert_eq!((drawn[1].x, drawn[1].width), (1_250, 30_000));
        assert_eq!(
            (drawn[2].length.as_deref(), drawn[2].x, drawn[2].width),
            (None, 31_250, 0)
        );
        assert_eq!(milliseconds(12_345_678, Lang::Vi), "12.345,6 ms");
    }
}
