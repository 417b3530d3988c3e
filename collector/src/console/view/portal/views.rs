//! What each agent saw last, side by side, with the phases on one scale.

use ems_contract::cause::Cause;
use ems_contract::family::Family;
use ems_contract::observation::Timings;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use crate::console::view::{Badge, badge};
use crate::ledger::State;
use crate::locale;
use crate::store::Latest;

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

fn found_no_address(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Down {
            cause: Cause::DnsNodata,
            ..
        }
    )
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

/// `no_ipv6`: the portal has no IPv6, so a record over it that found no address says no more than that.
pub(super) fn views(latest: &[Latest], no_ipv6: bool, now: UnixTime, lang: Lang) -> Vec<ViewRow> {
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
        .map(|(record, family)| {
            let absent = no_ipv6 && family == Family::V6 && found_no_address(record.outcome);
            (record, family, absent)
        })
        .map(|(record, family, absent)| ViewRow {
            agent: record.agent.to_string(),
            family: family.to_string(),
            badge: if absent {
                badge(State::Absent, lang)
            } else {
                outcome_badge(record.outcome, lang)
            },
            cause: outcome_cause(record.outcome, lang).filter(|_| !absent),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_without_ipv6_is_not_shown_as_failing_over_it() {
        let record = Latest {
            portal: "p1".parse().unwrap(),
            probe: ProbeKind::Reach,
            family: Some(Family::V6),
            agent: "a".parse().unwrap(),
            slot: UnixTime::from_secs(1_000),
            interval_s: 60,
            outcome: Outcome::Down {
                stage: ems_contract::cause::Stage::Dns,
                cause: Cause::DnsNodata,
            },
            address: None,
            timings: Timings::default(),
            facts: ems_contract::facts::Facts::default(),
        };
        let now = UnixTime::from_secs(1_060);
        let shown = |no_ipv6| {
            let rows = views(std::slice::from_ref(&record), no_ipv6, now, Lang::Vi);
            (rows[0].badge.state, rows[0].cause.is_some())
        };
        assert_eq!(shown(true), ("absent", false));
        // It had IPv6 a few days ago: then it is missing.
        assert_eq!(shown(false), ("down", true));
    }

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
