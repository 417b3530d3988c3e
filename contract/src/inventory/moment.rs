//! Dates and times as people write them: in Vietnamese civil time unless they say otherwise.

use jiff::civil::{Date, DateTime};

use crate::time::{UnixTime, zone};
use crate::yaml::Item;

/// Which instant a bare date means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateMeans {
    /// Its first second: `valid_from: 2026-07-01` counts from midnight.
    Beginning,
    /// The first second after it: `valid_to: 2025-06-30` counts through the last day, as in regulations.
    End,
}

/// An instant: a date, a civil time (`2026-11-22 21:00`), or an instant with offset.
pub(super) fn moment(item: &Item<'_>, date: DateMeans) -> Option<UnixTime> {
    item.parse_with("inventory.want.moment", |text| parse(text, date))
}

fn parse(text: &str, date: DateMeans) -> Option<UnixTime> {
    if text.len() == "2026-07-01".len() {
        let day: Date = text.parse().ok()?;
        let day = match date {
            DateMeans::Beginning => day,
            DateMeans::End => day.tomorrow().ok()?,
        };
        return in_range(day.year()).then(|| civil(day.at(0, 0, 0, 0)))?;
    }
    if let Ok(instant) = text.parse::<UnixTime>() {
        return in_range(instant.zoned().year()).then_some(instant);
    }
    // A civil time has no offset; one that has (and was refused above) must not be read as if it had none.
    let bare = text
        .bytes()
        .skip(10)
        .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'T' | b':'));
    let time: DateTime = bare.then(|| text.parse().ok())??;
    in_range(time.year()).then(|| civil(time))?
}

fn in_range(year: i16) -> bool {
    (1990..=2199).contains(&year)
}

fn civil(time: DateTime) -> Option<UnixTime> {
    Some(UnixTime::floor(time.to_zoned(zone()).ok()?.timestamp()))
}

/// An instant as people here read it: `2026-11-22 21:00`.
pub(super) fn civil_text(at: UnixTime) -> String {
    at.zoned().strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_times_are_vietnamese_and_dates_know_their_end() {
        let at = |text: &str| text.parse::<UnixTime>().ok();
        let cases = [
            ("2026-07-01", DateMeans::Beginning, at("2026-06-30T17:00:00Z")),
            ("2025-06-30", DateMeans::End, at("2025-06-30T17:00:00Z")),
            ("2026-11-22 21:00", DateMeans::End, at("2026-11-22T14:00:00Z")),
            ("2026-11-22T21:00:30", DateMeans::End, at("2026-11-22T14:00:30Z")),
            (
                "2026-11-22T21:00:00+09:00",
                DateMeans::End,
                at("2026-11-22T12:00:00Z"),
            ),
            ("2026-02-30", DateMeans::End, None),
            ("1789-07-14", DateMeans::End, None),
            ("2026-11-22T21:00:00+99:00", DateMeans::End, None),
            ("01/07/2026", DateMeans::End, None),
            ("mai", DateMeans::End, None),
            ("", DateMeans::End, None),
        ];
        for (text, means, instant) in cases {
            assert_eq!(parse(text, means), instant, "{text}");
        }
    }
}
