//! Reading on after a syntax error: the list item in which it happened is taken out, the rest is read again.
//!
//! Six hundred portals stand in one list; a forgotten quote in the third must not hide what is wrong with the
//! others. Lines are emptied, not removed, so that every place stays true.

use std::borrow::Cow;

use super::tree::Mark;

/// The most parts taken out of one file: more, and it is no list with a slip but another kind of file.
pub(super) const MAX_ROUNDS: usize = 20;

/// A text under repair.
pub(super) struct Repair<'t> {
    text: Cow<'t, str>,
    /// The text before the last repair, and the error that the repair was for.
    last: Option<(Cow<'t, str>, Mark)>,
}

impl<'t> Repair<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            last: None,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) const fn is_untouched(&self) -> bool {
        self.last.is_none()
    }

    /// Takes away the list `item` that was being read when the error came `at` a place (an unclosed quote is often
    /// noticed far behind its item). If that did not help, or there is no item, the block around the place goes.
    /// False when there is nothing to take away.
    pub(super) fn take_away(&mut self, at: Mark, item: Option<Mark>) -> bool {
        let text = match self.last.take() {
            Some((before, error)) if error == at => Err(before),
            _ => Ok(self.text.clone()),
        };
        let (text, repaired) = match text {
            Ok(text) => {
                let by_item = item.and_then(|item| blank_item(&text, item));
                let repaired = by_item.or_else(|| blank_around(&text, at));
                (text, repaired)
            }
            Err(before) => {
                let repaired = blank_around(&before, at);
                (before, repaired)
            }
        };
        let Some(repaired) = repaired else { return false };
        self.last = Some((text, at));
        self.text = Cow::Owned(repaired);
        true
    }
}

/// The text without the list item whose content begins at `item`.
fn blank_item(text: &str, item: Mark) -> Option<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let content = usize::try_from(item.line).ok()?.checked_sub(1)?;
    // The dash stands on the line of the content or, seldom, alone on a line before it.
    let head = (0..=content).rev().take(4);
    let first = head
        .into_iter()
        .find(|n| lines.get(*n).is_some_and(|l| is_dash(l)))?;
    blank(&lines, first)
}

/// The text without the block around a place: the nearest list item, else the nearest top-level key.
fn blank_around(text: &str, at: Mark) -> Option<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let last = usize::try_from(at.line).ok()?.min(lines.len()).checked_sub(1)?;
    let first = (0..=last).rev().find(|n| {
        let line = lines[*n];
        is_dash(line) || (indent(line) == 0 && !line.trim().is_empty() && !line.starts_with('#'))
    })?;
    blank(&lines, first)
}

/// Empties line `first` and the lines that belong to it.
fn blank(lines: &[&str], first: usize) -> Option<String> {
    let edge = indent(lines.get(first)?);
    let mut inside = false;
    let mut emptied = false;
    let kept: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            inside = number == first || (inside && belongs(line, edge));
            emptied |= inside && !line.trim().is_empty();
            if inside { "" } else { line }
        })
        .collect();
    emptied.then(|| kept.join("\n"))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_dash(line: &str) -> bool {
    let rest = line.trim_start_matches(' ').trim_end();
    rest == "-" || rest.starts_with("- ")
}

/// Whether a line after the first still belongs to its block: further right, or empty, or indented by tabs (which
/// YAML forbids, and which is then the very error).
fn belongs(line: &str, edge: usize) -> bool {
    line.trim().is_empty() || line.starts_with('\t') || indent(line) > edge
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "portals:\n  - id: a\n    url: 'x\n  -\n    id: b\nagents: []\n";

    fn mark(line: u32) -> Mark {
        Mark { line, column: 5 }
    }

    #[test]
    fn only_the_item_goes_and_lines_keep_their_numbers() {
        let rest = "portals:\n\n\n  -\n    id: b\nagents: []\n";
        assert_eq!(blank_item(TEXT, mark(2)).unwrap(), rest);
        let rest = "portals:\n  - id: a\n    url: 'x\n\n\nagents: []\n";
        assert_eq!(blank_item(TEXT, mark(5)).unwrap(), rest);
        assert_eq!(blank_item(TEXT, mark(1)), None);
        assert_eq!(blank_item(TEXT, mark(99)), None);
    }

    #[test]
    fn an_error_outside_a_list_takes_its_key_away() {
        assert!(blank_around(TEXT, mark(6)).unwrap().ends_with("id: b\n\n"));
        assert_eq!(blank_around("", mark(1)), None);
    }

    #[test]
    fn a_repair_that_did_not_help_is_undone() {
        let mut repair = Repair::new(TEXT);
        assert!(repair.take_away(mark(6), Some(mark(2))));
        assert!(!repair.text().contains("id: a"));
        assert!(repair.take_away(mark(6), Some(mark(5))));
        assert!(repair.text().contains("id: a") && repair.text().contains("id: b"));
        assert!(!repair.text().contains("agents"));
    }
}
