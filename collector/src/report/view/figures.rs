//! Shares and lengths as texts.

use ems_contract::text::{Lang, get};

use crate::ledger::Track;
use crate::locale;
use crate::report::{Figures, OutageSummary};

pub(super) fn track_name(track: Track, lang: Lang) -> &'static str {
    match track {
        Track::V4 => get(lang, "track.v4"),
        Track::V6 => get(lang, "track.v6"),
        Track::Overall => get(lang, "track.overall"),
    }
}

pub(super) fn coverage(figures: &Figures, lang: Lang) -> String {
    let coverage = figures.0.coverage();
    if figures.0.is_absent() || coverage.denominator == 0 {
        return "–".to_owned();
    }
    coverage.percent(lang)
}

pub(super) fn length(summary: &OutageSummary, seconds: i64, lang: Lang) -> String {
    if summary.count == 0 {
        return "–".to_owned();
    }
    locale::duration(seconds, lang)
}
