//! Seconds by state of the last thirty days.

use ems_contract::text::Lang;
use ems_contract::time::Window;
use serde::Serialize;

use crate::console::view::{coverage, track_name};
use crate::ledger::{self, Span, Track};
use crate::locale;
use crate::timeline::Member;

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

pub(super) fn account(
    track: Track,
    spans: &[Span],
    month: Window,
    member: &Member,
    lang: Lang,
) -> AccountRow {
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
        statutory: statutory.availability_text(track, lang),
        adjusted: adjusted.availability_text(track, lang),
        coverage: coverage(&statutory, lang),
    }
}
