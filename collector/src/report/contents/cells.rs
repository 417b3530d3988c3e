//! Figures as cells: printed once, with the exact quantity behind.

use ems_contract::document::{Cell, Column, ColumnKind, Tone, Value};
use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;

use super::said;
use crate::ledger::{Ratio, Seconds, Track};
use crate::locale;
use crate::report::model::TrackReport;

pub(super) fn count(number: u64) -> Cell {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    Cell::of(Value::Integer(number), locale::count(number, Lang::Vi))
}

pub(super) fn seconds(seconds: i64) -> Cell {
    Cell::of(Value::Seconds(seconds), locale::duration(seconds, Lang::Vi))
}

pub(super) fn instant(at: UnixTime) -> Cell {
    Cell::of(Value::Instant(at), locale::instant(at, Lang::Vi))
}

/// A share, floored to two places; words where there is none.
pub(super) fn share(ratio: Ratio, none: &str) -> Cell {
    if ratio.denominator <= 0 {
        return Cell::text(get(Lang::Vi, none)).toned(Tone::Unknown);
    }
    let value = Value::Share {
        part: ratio.numerator,
        whole: ratio.denominator,
        places: 2,
    };
    Cell::of(value, ratio.percent(Lang::Vi))
}

/// Availability of a track, statutory account: a family that does not exist has none.
pub(super) fn availability(track: &TrackReport) -> Cell {
    available(track.track, &track.statutory.0)
}

/// Availability of one account of a track.
pub(super) fn available(track: Track, account: &Seconds) -> Cell {
    if account.is_absent() {
        return Cell::text(account.availability_text(track, Lang::Vi)).toned(Tone::Absent);
    }
    share(account.availability(), "ledger.not_enough_data")
}

/// Share of the time that was seen; a family that does not exist has no time.
pub(super) fn coverage(account: &Seconds) -> Cell {
    if account.is_absent() {
        return Cell::text(said("edition.none")).toned(Tone::Absent);
    }
    share(account.coverage(), "edition.none")
}

/// Mean time to repair; a dash where no outage ended.
pub(super) fn repair(track: &TrackReport) -> Cell {
    track.mttr_s.map_or_else(|| Cell::text("–"), seconds)
}

pub(super) fn column(key: &str, kind: ColumnKind) -> Column {
    Column::new(said(key), kind)
}

/// A cause in words; "không rõ" where none is known.
pub(super) fn cause(key: Option<&str>) -> Cell {
    Cell::text(said(key.unwrap_or("edition.cause.unknown")))
}
