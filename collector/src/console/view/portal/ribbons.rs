//! Ribbons of a day, a week and ninety days.

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use super::PortalData;
use crate::console::ribbon::ribbon;
use crate::console::view::{cause_text, coverage, said, track_name};
use crate::ledger::{self, Track};
use crate::locale;

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

pub(super) fn ribbons(key: &str, days: i64, data: &PortalData<'_>, now: UnixTime, lang: Lang) -> RibbonRows {
    let window = Window::new(now - days * 86_400, now);
    let end = |at: UnixTime| {
        if days == 1 {
            locale::time_of_day(at)
        } else {
            locale::day_month(at, lang)
        }
    };
    let member = data.member;
    let counted = member.counted(Window::new(window.from, data.settled(now)));
    let tracks = Track::ALL.into_iter().zip(data.spans).map(|(track, spans)| {
        let statutory = ledger::account(spans, counted, &[], counted.to).statutory;
        RibbonRow {
            track: track_name(track, lang),
            // Time without a span was not observed; time in which the portal does not count is left blank.
            pieces: ribbon(&ledger::clip(spans, member.counted(window)), window)
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
            // Without an address there is nothing to be available or covered.
            summary: if statutory.is_absent() {
                statutory.availability_text(track, lang)
            } else {
                fill(
                    lang,
                    "console.ribbon.summary",
                    &[
                        ("availability", &statutory.availability_text(track, lang)),
                        ("coverage", &coverage(&statutory, lang)),
                    ],
                )
            },
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
