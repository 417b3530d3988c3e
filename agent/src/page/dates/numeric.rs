//! Dates in numbers, and what stands beside a date: time of day, offset, AM and PM.

use super::words::Cursor;
use super::{Form, Found, Written, date};

fn is_separator(c: char) -> bool {
    matches!(c, '/' | '-' | '.' | '‑' | '–')
}

/// A separator with optional blanks around it.
fn separator(cursor: &mut Cursor<'_>) -> Option<char> {
    let mut probe = *cursor;
    probe.spaces();
    let found = probe.peek().filter(|c| is_separator(*c))?;
    probe.at += found.len_utf8();
    probe.spaces();
    *cursor = probe;
    Some(found)
}

/// Whether the number before the cursor goes on: `2026.3335`, `12/11/2026/x`, `1,000`.
fn goes_on(cursor: &Cursor<'_>) -> bool {
    let mut chars = cursor.rest().chars();
    match chars.next() {
        Some(c) if c.is_ascii_digit() => true,
        Some('/' | '.' | '-' | ',') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

fn certain(cursor: Cursor<'_>, start: usize, written: Written, form: Form) -> Found {
    Found {
        span: start..cursor.at,
        written,
        form,
        time: None,
        offset: None,
        meridiem: false,
    }
}

/// `2026-02-05`, `2026/2/5`, `2026.02.05`, `2026年2月5日`, `20260205`; the cursor stands at the number.
pub(super) fn year_first(cursor: &mut Cursor<'_>) -> Option<Found> {
    let start = cursor.at;
    let mut probe = *cursor;
    let (value, length) = probe.number(14)?;
    if length == 8 {
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
        let day = date(i32::try_from(year).ok()?, month, day)?;
        if goes_on(&probe) || probe.peek().is_some_and(char::is_alphabetic) {
            return None;
        }
        *cursor = probe;
        return Some(certain(probe, start, Written::Day(day), Form::Compact));
    }
    if length != 4 {
        return None;
    }
    let year = i32::try_from(value).ok()?;
    let ideographic = probe.eat('年');
    let first = if ideographic {
        None
    } else {
        Some(separator(&mut probe)?)
    };
    let (month, _) = probe.number(2)?;
    if ideographic {
        probe.eat('月').then_some(())?;
    } else if separator(&mut probe) != first {
        return None;
    }
    let (day, _) = probe.number(2)?;
    if ideographic {
        probe.eat('日');
    } else if first != Some('.') && goes_on(&probe) && !probe.rest().starts_with('.') {
        return None;
    }
    let found = certain(probe, start, Written::Day(date(year, month, day)?), Form::Iso);
    *cursor = probe;
    Some(found)
}

/// `05/02/2026`, `5-2-26`, `30/12`; the cursor stands at the first number.
pub(super) fn day_or_month_first(cursor: &mut Cursor<'_>) -> Option<Found> {
    let start = cursor.at;
    let mut probe = *cursor;
    let (first, _) = probe.number(2)?;
    let mark = separator(&mut probe)?;
    let (second, _) = probe.number(2)?;
    let before_third = probe;
    let third = (separator(&mut probe) == Some(mark))
        .then(|| probe.number(4))
        .flatten();
    let found = match third {
        Some((year, 4)) if !goes_on(&probe) => {
            let written = two_orders(first, second, i32::try_from(year).ok()?)?;
            certain(probe, start, written, Form::Numeric)
        }
        Some((year, 2)) if !goes_on(&probe) && probe.peek().is_none_or(|c| !c.is_alphabetic()) => {
            let written = two_orders(first, second, 2000 + i32::try_from(year).ok()?)?;
            certain(probe, start, written, Form::ShortYear)
        }
        Some(_) => return None,
        None => {
            probe = before_third;
            let next = probe.peek();
            if goes_on(&probe)
                || next.is_some_and(|c| c.is_alphabetic() || c == '/' || c == '%')
                || mark == '.'
                || before_third.text.get(start..probe.at)?.contains(' ')
            {
                return None;
            }
            let (day, month) = (i8::try_from(first).ok()?, i8::try_from(second).ok()?);
            if !(1..=31).contains(&day) || !(1..=31).contains(&month) || (day > 12 && month > 12) {
                return None;
            }
            certain(
                probe,
                start,
                Written::NoYear {
                    first: day,
                    second: month,
                },
                Form::NoYear,
            )
        }
    };
    *cursor = probe;
    Some(found)
}

fn two_orders(first: u32, second: u32, year: i32) -> Option<Written> {
    match (date(year, second, first), date(year, first, second)) {
        (Some(day), None) => Some(Written::DayFirst(day)),
        (None, Some(day)) => Some(Written::MonthFirst(day)),
        (Some(day_first), Some(month_first)) if day_first == month_first => Some(Written::Day(day_first)),
        (Some(day_first), Some(month_first)) => Some(Written::Either {
            day_first,
            month_first,
        }),
        (None, None) => None,
    }
}

/// Reads the time of day behind a date into it: `T10:24:00+07:00`, ` 10:24 AM`, `, lúc 10h24`.
pub(super) fn time_behind(cursor: &mut Cursor<'_>, found: &mut Found) {
    let mut probe = *cursor;
    probe.skip(|c| c.is_whitespace() || matches!(c, ',' | '-' | '|' | 'T' | '(' | '–'));
    let word_start = probe;
    if probe
        .word()
        .is_none_or(|w| !matches!(w.as_str(), "luc" | "at" | "um" | "vao"))
    {
        probe = word_start;
    }
    probe.spaces();
    let Some((hour, minute)) = clock(&mut probe) else {
        return;
    };
    found.time = Some((hour, minute));
    let after_time = probe;
    probe.spaces();
    if probe.eat('Z') {
        found.offset = Some(0);
    } else if let Some(offset) = offset(&mut probe) {
        found.offset = Some(offset);
    } else {
        probe = after_time;
        probe.spaces();
        let word = probe.word();
        match word.as_ref().map_or("", |w| w.as_str()) {
            "am" | "a" => found.meridiem = true,
            "pm" | "p" => {
                found.meridiem = true;
                found.time = Some((hour % 12 + 12, minute));
            }
            "ch" => found.time = Some((hour % 12 + 12, minute)),
            "sa" => {}
            _ => probe = after_time,
        }
    }
    found.span.end = probe.at;
    *cursor = probe;
}

/// `10:24`, `10:24:05.123`, `10h24`, `10 giờ 24`.
fn clock(cursor: &mut Cursor<'_>) -> Option<(u8, u8)> {
    let mut probe = *cursor;
    let (hour, _) = probe.number(2)?;
    if !(probe.eat(':') || probe.eat('h') || probe.eat('g')) {
        return None;
    }
    let (minute, _) = probe.number(2)?;
    let (hour, minute) = (u8::try_from(hour).ok()?, u8::try_from(minute).ok()?);
    if hour > 24 || minute > 59 {
        return None;
    }
    if probe.eat(':') {
        probe.number(2);
        if probe.eat('.') {
            probe.number(9);
        }
    }
    *cursor = probe;
    Some((hour, minute))
}

/// `+07:00`, `-0500`, `+7` in minutes.
fn offset(cursor: &mut Cursor<'_>) -> Option<i32> {
    let mut probe = *cursor;
    let sign = if probe.eat('+') {
        1
    } else if probe.eat('-') {
        -1
    } else {
        return None;
    };
    let (value, length) = probe.number(4)?;
    let (hours, minutes) = if length <= 2 {
        let minutes = if probe.eat(':') { probe.number(2)?.0 } else { 0 };
        (value, minutes)
    } else {
        (value / 100, value % 100)
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    *cursor = probe;
    Some(sign * i32::try_from(hours * 60 + minutes).ok()?)
}
