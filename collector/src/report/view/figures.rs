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

pub(super) fn availability(figures: &Figures, lang: Lang) -> String {
    let seconds = &figures.0;
    if seconds.absent > 0 && seconds.observed() + seconds.unknown + seconds.excluded == 0 {
        return get(lang, "report.absent").to_owned();
    }
    seconds.availability().percent(lang)
}

pub(super) fn coverage(figures: &Figures, lang: Lang) -> String {
    figures
        .0
        .coverage()
        .basis_points()
        .map_or_else(|| "–".to_owned(), |_some| figures.0.coverage().percent(lang))
}

pub(super) fn length(summary: &OutageSummary, seconds: i64, lang: Lang) -> String {
    if summary.count == 0 {
        return "–".to_owned();
    }
    locale::duration(seconds, lang)
}
