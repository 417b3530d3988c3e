//! Reading on after a syntax error: the list item in which it happened is taken out, the rest is read again.
//!
//! Six hundred portals stand in one list; a forgotten quote in the third must not hide what is wrong with the
//! others. Lines are emptied, not removed, so that every place stays true.

use super::tree::Mark;

/// The most parts taken out of one file: more, and it is no list with a slip but another kind of file.
pub(super) const MAX_ROUNDS: u32 = 10;
/// Larger files are not repaired: each attempt reads the whole file again.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// The most items tried in one round.
const MAX_TRIES: usize = 6;

/// Texts without one list item each, the likelier later: the items from the one that was being read (`item`) to the
/// one the error is noticed `at`. A missing quote, say, is noticed where the next one stands.
pub(super) fn candidates(text: &str, item: Option<Mark>, at: Mark) -> Vec<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let last = index(&lines, at);
    let first = item.map_or(0, |item| index(&lines, item).saturating_sub(1));
    let top = |line: &str| indent(line) == 0 && !line.is_empty() && !is_dash(line);
    let above = (first..=last)
        .rev()
        .take_while(|n| item.is_some() || *n == last || !top(lines[*n]));
    let mut dashes: Vec<usize> = above.filter(|n| is_dash(lines[*n])).take(MAX_TRIES).collect();
    // The dash of the item being read stands on the line of its content or, seldom, alone on a line before it.
    if let Some(item) = item {
        let content = index(&lines, item);
        dashes.extend((0..=content).rev().take(4).find(|n| is_dash(lines[*n])));
    }
    dashes.dedup();
    dashes
        .into_iter()
        .rev()
        .filter_map(|n| blank(&lines, n))
        .collect()
}

/// The text without the top-level key around a place.
pub(super) fn without_key_around(text: &str, at: Mark) -> Option<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let top = |line: &str| indent(line) == 0 && !line.trim().is_empty() && !line.starts_with('#');
    let first = (0..=index(&lines, at)).rev().find(|n| top(lines[*n]))?;
    blank(&lines, first)
}

/// The index of the line of a mark, within the lines there are.
fn index(lines: &[&str], mark: Mark) -> usize {
    let line = usize::try_from(mark.line).unwrap_or(usize::MAX);
    line.min(lines.len()).saturating_sub(1)
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
    fn only_an_item_goes_and_lines_keep_their_numbers() {
        let without_a = "portals:\n\n\n  -\n    id: b\nagents: []\n";
        let without_b = "portals:\n  - id: a\n    url: 'x\n\n\nagents: []\n";
        assert_eq!(candidates(TEXT, Some(mark(2)), mark(3)), [without_a]);
        assert_eq!(candidates(TEXT, Some(mark(5)), mark(5)), [without_b]);
        assert_eq!(candidates(TEXT, None, mark(5)), [without_a, without_b]);
        assert_eq!(candidates(TEXT, Some(mark(2)), mark(99)), [without_a, without_b]);
        assert_eq!(candidates("", None, mark(1)), [""; 0]);
    }

    #[test]
    fn an_error_outside_a_list_takes_its_key_away() {
        assert!(without_key_around(TEXT, mark(6)).unwrap().ends_with("id: b\n\n"));
        assert_eq!(without_key_around("", mark(1)), None);
    }
}
