//! The scanner: every date of a text, in order.

use crate::page::plain::is_letter;

use super::words::Cursor;
use super::{Form, Found, Written, date, months, numeric};

/// Dates read from one text at most.
const MAX_FOUND: usize = 2_000;

/// Every date in `text`, in order, not overlapping.
#[must_use]
pub fn scan(text: &str) -> Vec<Found> {
    Scanner {
        cursor: Cursor { text, at: 0 },
    }
    .take(MAX_FOUND)
    .collect()
}

/// The first date in `text`.
#[must_use]
pub fn scan_first(text: &str) -> Option<Found> {
    Scanner {
        cursor: Cursor { text, at: 0 },
    }
    .next()
}

struct Scanner<'a> {
    cursor: Cursor<'a>,
}

impl Iterator for Scanner<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let c = self.cursor.peek()?;
            let start = self.cursor.at;
            let found = if c.is_ascii_digit() {
                at_number(&mut self.cursor)
            } else if is_letter(c) {
                at_word(&mut self.cursor)
            } else {
                self.cursor.at += c.len_utf8();
                None
            };
            if let Some(mut found) = found {
                numeric::time_behind(&mut self.cursor, &mut found);
                return Some(found);
            }
            if self.cursor.at == start {
                // Nothing read: pass the whole number or word, never a part of it.
                if c.is_ascii_digit() {
                    self.cursor.skip(|c| c.is_ascii_digit());
                } else {
                    self.cursor
                        .skip(|c| is_letter(c) || matches!(c, '\u{300}'..='\u{36F}'));
                    if self.cursor.at == start {
                        self.cursor.at += c.len_utf8();
                    }
                }
            }
        }
    }
}

/// Whether the number at the cursor is the tail of something longer: `0295.33`, `v2`, `88/2026`.
fn is_tail(cursor: &Cursor<'_>) -> bool {
    let mut before = cursor.text.get(..cursor.at).unwrap_or_default().chars().rev();
    match before.next() {
        Some(c) if is_letter(c) || c.is_ascii_digit() || matches!(c, '$' | '€' | '£' | '_') => {
            // `T` and `h` glue times to dates (`16h51`); a date after a letter is a part of a name.
            true
        }
        Some('/' | '.' | '-') => before.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

fn at_number(cursor: &mut Cursor<'_>) -> Option<Found> {
    if is_tail(cursor) {
        return None;
    }
    let digits = cursor
        .rest()
        .bytes()
        .take(15)
        .take_while(u8::is_ascii_digit)
        .count();
    match digits {
        4 | 8 => numeric::year_first(cursor).or_else(|| year_then_name(cursor)),
        1 | 2 => numeric::day_or_month_first(cursor)
            .or_else(|| day_then_name(cursor))
            .or_else(|| ago(cursor)),
        3 => ago(cursor),
        _ => None,
    }
}

fn found(start: usize, cursor: Cursor<'_>, written: Written, form: Form) -> Found {
    Found {
        span: start..cursor.at,
        written,
        form,
        time: None,
        offset: None,
        meridiem: false,
    }
}

/// A year of four digits, with what may stand before it.
fn year(cursor: &mut Cursor<'_>) -> Option<i32> {
    let mut probe = *cursor;
    probe.skip(|c| c.is_whitespace() || matches!(c, ',' | '.' | '-' | '/'));
    let before_word = probe;
    let joins = |w: &str| matches!(w, "de" | "del" | "do" | "nam" | "of" | "in");
    if probe.word().is_some_and(|w| joins(w.as_str())) {
        probe.spaces();
    } else {
        probe = before_word;
    }
    let (value, length) = probe.number(4)?;
    if length != 4 || !(1990..=2099).contains(&value) {
        return None;
    }
    *cursor = probe;
    i32::try_from(value).ok()
}

/// `tháng 2`, `thg 2`, `th2`, `Tháng Mười Một` behind the cursor, or a month's name.
fn month_name(cursor: &mut Cursor<'_>) -> Option<(u32, bool)> {
    let mut probe = *cursor;
    let word = probe.word()?;
    if matches!(word.as_str(), "thang" | "thg" | "th") {
        probe.eat('.');
        let spaced = probe.spaces();
        if let Some((month, _)) = probe.number(2) {
            *cursor = probe;
            return (1..=12).contains(&month).then_some((month, true));
        }
        if !spaced || word.as_str() == "th" {
            return None;
        }
        let first = probe.word()?;
        let mut further = probe;
        further.spaces();
        let second = further.word();
        let (month, two) =
            months::vietnamese_number(first.as_str(), second.as_ref().map(super::words::Word::as_str))?;
        *cursor = if two { further } else { probe };
        return Some((month, true));
    }
    let month = months::month(word.as_str())?;
    probe.eat('.');
    *cursor = probe;
    Some((month, false))
}

/// `05 tháng 02 năm 2026`, `5th of March, 2020`, `5. März 2020`, `12-Jan-2019`.
fn day_then_name(cursor: &mut Cursor<'_>) -> Option<Found> {
    let start = cursor.at;
    let mut probe = *cursor;
    let (day, _) = probe.number(2)?;
    for suffix in ["st", "nd", "rd", "th", "er", "º", "°", "."] {
        if let Some(rest) = probe.rest().strip_prefix(suffix)
            && rest.starts_with(|c: char| !c.is_alphanumeric())
        {
            probe.at += suffix.len();
            break;
        }
    }
    probe.skip(|c| c.is_whitespace() || matches!(c, '-' | '/' | ','));
    let before_word = probe;
    if probe
        .word()
        .is_some_and(|w| matches!(w.as_str(), "of" | "de" | "d"))
    {
        probe.skip(|c| c.is_whitespace() || c == '\'');
    } else {
        probe = before_word;
    }
    let (month, vietnamese) = month_name(&mut probe)?;
    let form = if vietnamese {
        Form::Vietnamese
    } else {
        Form::MonthName
    };
    let without_year = probe;
    if let Some(year) = year(&mut probe) {
        let day = date(year, month, day)?;
        *cursor = probe;
        return Some(found(start, probe, Written::Day(day), form));
    }
    let mut short = without_year;
    short.skip(|c| c.is_whitespace() || matches!(c, ',' | '-' | '\'' | '’'));
    if let Some((year, 2)) = short.number(2)
        && short
            .peek()
            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ':' | '.'))
        && !vietnamese
    {
        let day = date(2000 + i32::try_from(year).ok()?, month, day)?;
        *cursor = short;
        return Some(found(start, short, Written::Day(day), Form::ShortYear));
    }
    no_year(cursor, start, without_year, day, month)
}

fn no_year<'a>(
    cursor: &mut Cursor<'a>,
    start: usize,
    end: Cursor<'a>,
    day: u32,
    month: u32,
) -> Option<Found> {
    date(2000, month, day)?;
    *cursor = end;
    Some(found(
        start,
        end,
        Written::NoYear {
            first: i8::try_from(day).ok()?,
            second: i8::try_from(month).ok()?,
        },
        Form::NoYear,
    ))
}

/// `2020 March 5`, `2021. március 5.`.
fn year_then_name(cursor: &mut Cursor<'_>) -> Option<Found> {
    let start = cursor.at;
    let mut probe = *cursor;
    let (year, _) = probe.number(4)?;
    probe.skip(|c| c.is_whitespace() || matches!(c, '.' | ',' | '-'));
    let (month, _) = month_name(&mut probe)?;
    probe.skip(|c| c.is_whitespace() || matches!(c, '-' | '.'));
    let (day, _) = probe.number(2)?;
    let day = date(i32::try_from(year).ok()?, month, day)?;
    *cursor = probe;
    Some(found(start, probe, Written::Day(day), Form::MonthName))
}

/// Words that begin a date without a number behind them, folded: a month in words, a day by the present.
const WITHOUT_NUMBER: &[&str] = &["thang", "thg", "hom", "vua", "just", "today", "yesterday"];

/// `March 5th, 2020`, `Tháng 11 05, 2026`, `hôm qua`, `yesterday`.
fn at_word(cursor: &mut Cursor<'_>) -> Option<Found> {
    let start = cursor.at;
    // A cheap look before the real one: few words begin a date. A month's name has a number behind it.
    let first = cursor.peek()?;
    let by_itself = matches!(first, 'h' | 'H' | 'v' | 'V' | 'y' | 'Y' | 't' | 'T' | 'j' | 'J');
    let mut past = *cursor;
    past.skip(|c| is_letter(c) || matches!(c, '\u{300}'..='\u{36F}'));
    let word_end = past;
    past.skip(|c| c.is_whitespace() || matches!(c, '.' | '-' | ',' | '/'));
    if !past.peek().is_some_and(|c| c.is_ascii_digit()) {
        let mut probe = *cursor;
        let begins = by_itself
            && probe
                .word()
                .is_some_and(|word| WITHOUT_NUMBER.contains(&word.as_str()));
        if !begins {
            *cursor = word_end;
            return None;
        }
    }
    let mut probe = *cursor;
    if let Some((month, vietnamese)) = month_name(&mut probe) {
        probe.skip(|c| c.is_whitespace() || matches!(c, '-' | ',' | '/'));
        let (day, _) = probe.number(2)?;
        for suffix in ["st", "nd", "rd", "th"] {
            if probe.rest().starts_with(suffix) {
                probe.at += suffix.len();
            }
        }
        let without_year = probe;
        let form = if vietnamese {
            Form::Vietnamese
        } else {
            Form::MonthName
        };
        if let Some(year) = year(&mut probe) {
            let day = date(year, month, day)?;
            *cursor = probe;
            return Some(found(start, probe, Written::Day(day), form));
        }
        if vietnamese || without_year.peek().is_some_and(|c| matches!(c, ':' | '/')) {
            return None;
        }
        return no_year(cursor, start, without_year, day, month);
    }
    if !by_itself {
        return None;
    }
    let mut probe = *cursor;
    let word = probe.word()?;
    let mut second = probe;
    second.spaces();
    let next = second.word();
    let next = next.as_ref().map_or("", |w| w.as_str());
    let (days, end) = match (word.as_str(), next) {
        ("hom", "nay") | ("vua", "xong") | ("just", "now") => (0, second),
        ("hom", "qua") => (1, second),
        ("hom", "kia") => (2, second),
        ("today", _) => (0, probe),
        ("yesterday", _) => (1, probe),
        _ => return None,
    };
    // `Hôm nay: Thứ Sáu, 06/11/2026` is a clock and `Hôm nay: 407` a counter: neither says when.
    if end.rest().trim_start().starts_with(':') || end.rest().trim_start().starts_with(',') && days == 0 {
        *cursor = end;
        return None;
    }
    *cursor = end;
    Some(found(
        start,
        end,
        Written::Ago { days, minutes: 0 },
        Form::Relative,
    ))
}

/// `3 giờ trước`, `2 days ago`.
fn ago(cursor: &mut Cursor<'_>) -> Option<Found> {
    let start = cursor.at;
    let mut probe = *cursor;
    let (count, _) = probe.number(3)?;
    probe.spaces();
    let count = i32::try_from(count).ok()?;
    let unit = probe.word()?;
    let (days, minutes) = match unit.as_str() {
        "giay" | "second" | "seconds" | "sec" | "secs" => (0, 0),
        "phut" | "minute" | "minutes" | "min" | "mins" => (0, count),
        "gio" | "tieng" | "hour" | "hours" | "hr" | "hrs" | "h" => (0, count * 60),
        "ngay" | "day" | "days" | "d" => (count, 0),
        "tuan" | "week" | "weeks" | "w" => (count * 7, 0),
        "thang" | "month" | "months" => (count * 30, 0),
        "nam" | "year" | "years" => (count * 365, 0),
        _ => return None,
    };
    probe.spaces();
    let last = probe.word()?;
    if !matches!(last.as_str(), "truoc" | "ago") {
        return None;
    }
    *cursor = probe;
    Some(found(
        start,
        probe,
        Written::Ago { days, minutes },
        Form::Relative,
    ))
}
