//! One item read: title, dates with their roles, symbol, files.

use std::ops::Range;

use jiff::civil::Date;

use super::blocks::{Container, is_file};
use super::label::{self, Role};
use super::lines::{self, Line};
use super::{DocumentKind, Item};
use crate::page::dates::{Fetched, Form, Found, Order, Written, scan, stamp};
use crate::page::document::Document;
use crate::page::dom::{NodeId, Tag};
use crate::page::plain::fold;

/// Dates kept of one item.
const MAX_DATES: usize = 24;
/// Files kept of one item.
const MAX_FILES: usize = 10;
/// Bytes of a title.
const MAX_TITLE: usize = 600;

/// A date of an item and what it is for.
#[derive(Debug, Clone)]
pub(super) struct RoleDate {
    pub(super) found: Found,
    pub(super) role: Role,
    pub(super) node: NodeId,
    pub(super) text: String,
    /// It stands at the end of the title in brackets.
    pub(super) bracketed: bool,
    /// Letters beside it that are none of its company: of two dates without a label the lonelier is the posting's.
    pub(super) residue: usize,
}

/// An item before its dates are resolved.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) item: Item,
    pub(super) dates: Vec<RoleDate>,
}

pub(super) fn read(document: &Document<'_>, container: Container) -> Detail {
    let dom = &document.dom;
    let lines = lines::of(document, container);
    let mut item = Item {
        title: title(document, container, &lines),
        ..Item::default()
    };
    item.url = container
        .title
        .and_then(|t| dom.attr(t, "href"))
        .and_then(|href| document.resolve(href))
        .map(String::from);
    let mut whole = String::new();
    for line in &lines {
        whole.push_str(&line.text);
        whole.push('\n');
    }
    item.symbol = symbol(&whole);
    item.kind = item.symbol.as_deref().map(kind);
    let folded = fold(&whole);
    item.urgent = ["hoa toc", "thuong khan", "khan cap", "(khan)"]
        .iter()
        .any(|w| folded.contains(w));
    item.repealed = ["het hieu luc", "bi bai bo", "ngung hieu luc"]
        .iter()
        .any(|w| folded.contains(w))
        && !folded.contains("het hieu luc ngay");
    item.issuer = after_label(
        &whole,
        &["Cơ quan ban hành", "Đơn vị ban hành", "Nơi ban hành", "CQBH"],
    );
    for link in std::iter::once(container.element)
        .chain(dom.descendants(container.element))
        .filter(|&n| dom.tag(n) == Tag::A)
    {
        let href = dom.attr(link, "href").unwrap_or_default();
        if item.files.len() < MAX_FILES
            && is_file(href)
            && let Some(url) = document.resolve(href)
            && !item.files.iter().any(|f| f == url.as_str())
        {
            item.files.push(url.into());
        }
    }
    let symbol_alone = lines
        .iter()
        .any(|l| l.text.len() <= 48 && symbol(&l.text).is_some());
    let in_row = dom.tag(container.element) == Tag::Tr;
    let mut dates = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        read_line(document, &lines, at, line, &mut dates);
    }
    if !dates.iter().any(|d| matches!(d.role, Role::Plain | Role::Posted)) {
        boxed(&lines, &mut dates);
    }
    if in_row && symbol_alone {
        // A date in a row with a document's symbol, under no heading, is the document's.
        for date in dates.iter_mut().filter(|d| d.role == Role::Plain) {
            date.role = Role::Issued;
        }
    }
    dates.truncate(MAX_DATES);
    Detail { item, dates }
}

fn title(document: &Document<'_>, container: Container, lines: &[Line]) -> String {
    let dom = &document.dom;
    let text = container.title.map(|link| {
        let mut text = dom.text(link, MAX_TITLE);
        // A card that is one link: its date is no part of the title.
        let own: Vec<&str> = lines
            .iter()
            .filter(|l| l.title)
            .map(|l| l.text.as_str())
            .collect();
        if lines.iter().any(|l| !l.title && dom.contains(link, l.node)) && !own.is_empty() {
            text = own.join(" ");
        }
        // A shortened text has its whole in the attribute.
        match dom.attr_text(link, "title") {
            Some(whole) if (text.ends_with("...") || text.ends_with('…')) && whole.len() > text.len() => {
                whole.into_owned()
            }
            _ => text,
        }
    });
    text.filter(|t| !t.is_empty())
        .or_else(|| {
            lines
                .iter()
                .map(|l| &l.text)
                .find(|t| t.len() >= 12 && scan(t).is_empty())
                .cloned()
        })
        .unwrap_or_default()
        .chars()
        .take(400)
        .collect()
}

fn read_line(document: &Document<'_>, lines: &[Line], at: usize, line: &Line, out: &mut Vec<RoleDate>) {
    let found = scan(&line.text);
    if found.is_empty() {
        if let Some(date) = stamped(document, line) {
            out.push(date);
        }
        return;
    }
    let whole = company(&line.text, &found, 0..line.text.len());
    let range = is_range(&line.text, &found);
    let mut end = 0;
    for (n, date) in found.iter().enumerate() {
        let before = line.text.get(end..date.span.start).unwrap_or_default();
        let after = line.text.get(date.span.end..).unwrap_or_default();
        end = date.span.end;
        let labelled = label::after(after).or_else(|| label::before(before)).or_else(|| {
            (n == 0 && before.chars().filter(|c| c.is_alphabetic()).count() == 0)
                .then(|| neighbour_label(lines, at, line))
                .flatten()
        });
        let column = line.column.as_deref().and_then(label::column);
        // A part between strong separators is a line of its own: `Người đăng: … | 12/05/2026 07:05 | 1.024 lượt đọc`.
        let residue = whole.or_else(|| company(&line.text, &found, part(&line.text, date)));
        let alone = residue.is_some();
        let bracketed = line.title && ends_in_brackets(&line.text, date);
        let role = if line.title {
            title_role(&line.text, date, labelled, range)
        } else if range {
            labelled.filter(|r| *r != Role::Posted).unwrap_or(Role::Event)
        } else {
            match (labelled, column) {
                (Some(role), _) if alone || before.chars().count() <= 60 => role,
                (_, Some(role)) if alone => role,
                (Some(role), _) => role,
                (None, _) if alone => Role::Plain,
                (None, _) => Role::Mention,
            }
        };
        out.push(RoleDate {
            found: date.clone(),
            role,
            node: line.node,
            text: line.text.chars().take(160).collect(),
            bracketed,
            residue: if role == Role::Plain {
                residue.unwrap_or_default()
            } else {
                0
            },
        });
    }
    // A stamp beside a relative time is the better word.
    if found
        .iter()
        .all(|f| matches!(f.written, Written::Ago { .. } | Written::NoYear { .. }))
        && let Some(date) = stamped(document, line)
        && let Some(last) = out.last_mut()
    {
        last.found = date.found;
    }
}

/// What stands beside the dates of a part of a line: see [`label::residue`].
fn company(text: &str, found: &[Found], part: Range<usize>) -> Option<usize> {
    let mut rest = String::new();
    let mut end = part.start;
    for date in found
        .iter()
        .filter(|date| part.start <= date.span.start && date.span.end <= part.end)
    {
        rest.push_str(text.get(end..date.span.start).unwrap_or_default());
        rest.push(' ');
        end = date.span.end;
    }
    rest.push_str(text.get(end..part.end).unwrap_or_default());
    label::residue(&rest)
}

/// The part of a line, between strong separators, that a date stands in.
fn part(text: &str, date: &Found) -> Range<usize> {
    let strong = |c: char| matches!(c, '|' | '•' | '·');
    let (before, after) = (text.get(..date.span.start), text.get(date.span.end..));
    let from = before.and_then(|before| before.rfind(strong)).unwrap_or_default();
    let until = after
        .and_then(|after| after.find(strong))
        .map(|at| date.span.end + at);
    from..until.unwrap_or(text.len())
}

/// `<time datetime="…">`: its stamp as a whole date.
fn stamped(document: &Document<'_>, line: &Line) -> Option<RoleDate> {
    let text = line.stamp.as_deref()?;
    let day = stamp(text, document.fetched, Order::DayFirst, document.zone())?;
    Some(RoleDate {
        found: Found {
            span: 0..text.len(),
            written: Written::Day(day),
            form: Form::Iso,
            time: None,
            offset: None,
            meridiem: false,
        },
        role: Role::Plain,
        node: line.node,
        text: text.to_owned(),
        bracketed: false,
        residue: 0,
    })
}

/// The text before a line that is only its label: `<td>Ngày ban hành</td><td>13/09/2026</td>`.
fn neighbour_label(lines: &[Line], at: usize, line: &Line) -> Option<Role> {
    if line.column.is_some() {
        return None;
    }
    let before = lines.get(at.checked_sub(1)?)?;
    (!before.title && before.text.chars().count() <= 40 && scan(&before.text).is_empty())
        .then(|| label::before(&before.text))
        .flatten()
}

/// Dates in a title: of the document it names, of the days it covers, of a deadline; never of the posting.
fn title_role(text: &str, date: &Found, labelled: Option<Role>, range: bool) -> Role {
    if range {
        return Role::Event;
    }
    match labelled {
        Some(Role::Posted | Role::Plain) | None => {
            let before = text.get(..date.span.start).unwrap_or_default();
            if symbol(before).is_some() {
                Role::Issued
            } else {
                Role::Mention
            }
        }
        Some(role) => role,
    }
}

/// `từ 21/09 đến 27/09/2026`, `21/09/2026 - 27/09/2026`.
fn is_range(text: &str, found: &[Found]) -> bool {
    found.windows(2).any(|pair| {
        let between = text
            .get(pair[0].span.end..pair[1].span.start)
            .map(fold)
            .unwrap_or_default();
        matches!(
            between.trim().trim_matches([':', ')', '(', ',']).trim(),
            "den" | "-" | "den ngay" | "to" | "->" | "den het ngay" | "~" | "den het"
        )
    })
}

fn ends_in_brackets(text: &str, date: &Found) -> bool {
    let before = text.get(..date.span.start).unwrap_or_default().trim_end();
    let after = text.get(date.span.end..).unwrap_or_default().trim();
    (before.ends_with('(') && after == ")") || (before.ends_with('[') && after == "]")
}

/// Dates set in boxes: day, month and year in elements of their own (`05` above `11/2026`, `05` above `Th11`).
fn boxed(lines: &[Line], out: &mut Vec<RoleDate>) {
    let pieces: Vec<(&str, NodeId)> = lines
        .iter()
        .filter(|l| !l.title && l.text.len() <= 16)
        .flat_map(|l| {
            l.text
                .split_whitespace()
                .map(move |piece| (piece.trim_matches(['/', '-', ',']), l.node))
        })
        .take(40)
        .collect();
    let is_number = |piece: &str| (1..=2).contains(&piece.len()) && piece.bytes().all(|b| b.is_ascii_digit());
    for width in [4, 3, 2] {
        for window in pieces.windows(width) {
            if !window.iter().any(|(piece, _)| is_number(piece))
                || window.iter().any(|(piece, _)| piece.contains(':'))
            {
                continue;
            }
            let texts: Vec<&str> = window.iter().map(|(piece, _)| *piece).collect();
            let turned: Vec<&str> = texts.iter().rev().copied().collect();
            for order in [texts, turned] {
                for joined in [order.join(" "), order.join("/")] {
                    if let Some(found) = scan(&joined).into_iter().find(|f| f.span.len() == joined.len()) {
                        out.push(RoleDate {
                            found,
                            role: Role::Plain,
                            node: window[0].1,
                            text: joined,
                            bracketed: false,
                            residue: 0,
                        });
                        return;
                    }
                }
            }
        }
    }
}

/// The symbol of a document: `643/QĐ-UBND`, `12/2026/NQ-HĐND`, `88/2026/TT-BXD`.
pub(super) fn symbol(text: &str) -> Option<String> {
    for (at, _) in text.match_indices('/') {
        let before = text.get(..at).unwrap_or_default();
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 5 {
            continue;
        }
        let start = at - digits;
        if before
            .get(..start)?
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '/')
        {
            continue;
        }
        let mut rest = text.get(at + 1..)?;
        let mut length = at + 1;
        let year = rest.bytes().take(5).take_while(u8::is_ascii_digit).count();
        if year == 4 && rest.as_bytes().get(4) == Some(&b'/') {
            rest = rest.get(5..)?;
            length += 5;
        } else if year > 0 {
            continue;
        }
        let tail: usize = rest
            .chars()
            .take(24)
            .take_while(|c| {
                (c.is_alphabetic() && (c.is_uppercase() || matches!(c, 'y' | 'r')))
                    || matches!(c, '-' | '&' | '.')
            })
            .map(char::len_utf8)
            .sum();
        let symbol = rest.get(..tail)?.trim_end_matches(['.', '-']);
        // Laws carry the number of the National Assembly: `31/2024/QH15`.
        let term = match symbol {
            "QH" => rest
                .bytes()
                .skip(tail)
                .take(2)
                .take_while(u8::is_ascii_digit)
                .count(),
            _ => 0,
        };
        let known = symbol.contains('-')
            || term > 0
            || matches!(
                symbol,
                "QĐ" | "NQ" | "CT" | "KH" | "TB" | "BC" | "CV" | "TTr" | "GM" | "HD" | "CĐ"
            );
        if known && symbol.chars().count() >= 2 {
            return text.get(start..length + symbol.len() + term).map(str::to_owned);
        }
    }
    None
}

/// Legal documents carry the year in their number: `12/2026/QĐ-UBND`.
fn kind(symbol: &str) -> DocumentKind {
    let has_year = symbol
        .split('/')
        .nth(1)
        .is_some_and(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit()));
    if has_year {
        DocumentKind::Qppl
    } else {
        DocumentKind::HanhChinh
    }
}

fn after_label(text: &str, labels: &[&str]) -> Option<String> {
    labels.iter().find_map(|label| {
        let at = text.find(label)?;
        let rest = text.get(at + label.len()..)?.trim_start_matches([':', ' ', '\n']);
        let value = rest.split(['\n', ';', '|']).next()?.split(" - ").next()?.trim();
        (!value.is_empty() && value.len() <= 160).then(|| value.to_owned())
    })
}

/// The day of a date, resolved.
pub(super) fn day(date: &RoleDate, fetched: Fetched, order: Order) -> Option<Date> {
    date.found.day(fetched, order)
}
