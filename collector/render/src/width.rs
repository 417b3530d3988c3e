//! How wide the columns of a table are, and how small its letters: told by what stands in it.
//!
//! Both printed forms take the widths from here, so that no program's guess can squeeze a column to a word a line.

use ems_contract::document::{ColumnKind, RowKind, Table};

use crate::fonts::{Fonts, Style};

/// Room left and right of a cell's text, millimetres, both sides together and the rule.
pub(crate) const PADDING_MM: f64 = 2.6;
/// Sizes tried, in points, from the usual one down.
const SIZES: [f64; 5] = [11.0, 10.0, 9.0, 8.0, 7.0];
/// No single word makes a column wider than this; it is broken instead.
const LONGEST_WORD_MM: f64 = 42.0;
/// Lines on which words are still read with ease.
const LINES: f64 = 2.0;
/// A column that could stand on one line asks for no more than this, millimetres.
const WIDEST_MM: f64 = 110.0;

/// Widths of a table's columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Widths {
    /// Millimetres per column; they add up to the width that was given.
    pub columns_mm: Vec<f64>,
    /// Size of the letters, points.
    pub size_pt: f64,
}

#[derive(Clone, Copy, Default)]
struct Need {
    /// The widest piece that must not be broken.
    least: f64,
    /// The widest line as written.
    whole: f64,
    /// The widest line of words, which may be broken once before it is a burden to read.
    words: f64,
}

impl Need {
    /// With as much as it takes to read the column with ease.
    fn eased(&self) -> Self {
        Self {
            least: self.least.max(self.words / LINES),
            ..*self
        }
    }
}

/// Lays the columns out over `available_mm`. Figures stay on one line if any size but the smallest allows it; letters
/// get smaller, and lengths of time are broken, before words stand in a column of one or two each.
pub(crate) fn layout(fonts: &Fonts, table: &Table, available_mm: f64) -> Widths {
    let fits = |needs: &[Need]| needs.iter().map(|need| need.least).sum::<f64>() <= available_mm;
    let (whole, broken) = (measure(fonts, table, true), measure(fonts, table, false));
    for needs in [&whole, &broken] {
        for size_pt in &SIZES[..3] {
            let easy: Vec<Need> = at(needs, *size_pt).iter().map(Need::eased).collect();
            if fits(&easy) {
                return Widths {
                    columns_mm: share_out(&easy, available_mm),
                    size_pt: *size_pt,
                };
            }
        }
    }
    let tries = SIZES[..3]
        .iter()
        .map(|size| (&whole, *size))
        .chain(SIZES.map(|size| (&broken, size)));
    let smallest = (&broken, SIZES[SIZES.len() - 1]);
    let (needs, size_pt) = tries
        .into_iter()
        .find(|(needs, size)| fits(&at(needs, *size)))
        .unwrap_or(smallest);
    Widths {
        columns_mm: share_out(&at(needs, size_pt), available_mm),
        size_pt,
    }
}

/// Needs at a size, padding included: widths grow with the size alone, so one measure serves all sizes.
fn at(needs: &[Need], size_pt: f64) -> Vec<Need> {
    needs
        .iter()
        .map(|need| Need {
            least: (need.least * size_pt).min(LONGEST_WORD_MM) + PADDING_MM,
            whole: (need.whole * size_pt).min(WIDEST_MM) + PADDING_MM,
            words: (need.words * size_pt).min(WIDEST_MM) + PADDING_MM,
        })
        .collect()
}

/// Gives every column its least width, then shares the rest by what each would still like to have, and what is left
/// after that in proportion.
fn share_out(needs: &[Need], available: f64) -> Vec<f64> {
    let least: f64 = needs.iter().map(|need| need.least).sum();
    let whole: f64 = needs.iter().map(|need| need.whole.max(need.least)).sum();
    needs
        .iter()
        .map(|need| {
            let wish = need.whole.max(need.least);
            if whole <= available {
                wish * available / whole
            } else if least <= available {
                need.least + (wish - need.least) * (available - least) / (whole - least)
            } else {
                need.least * available / least
            }
        })
        .collect()
}

/// Needs at a size of one point. Counts, shares and days never break; lengths, instants and verdicts only where
/// they are not `kept`.
fn measure(fonts: &Fonts, table: &Table, kept: bool) -> Vec<Need> {
    let mut needs: Vec<Need> = table
        .columns
        .iter()
        .map(|column| {
            let mut need = Need::default();
            need.take(fonts, &column.title, Style::Bold, false);
            need.whole = need.least;
            need.words = 0.0;
            need
        })
        .collect();
    for row in &table.rows {
        if row.kind == RowKind::Group {
            continue;
        }
        for ((cell, column), need) in row.cells.iter().zip(&table.columns).zip(&mut needs) {
            let bold = cell.bold || row.kind == RowKind::Total;
            let style = if bold { Style::Bold } else { Style::Regular };
            let solid = match column.kind {
                ColumnKind::Number | ColumnKind::Percent | ColumnKind::Date => true,
                ColumnKind::Duration | ColumnKind::Instant | ColumnKind::Status => kept,
                ColumnKind::Text => false,
            };
            need.take(fonts, &cell.text, style, solid);
        }
    }
    heads(fonts, table, &mut needs);
    needs
}

impl Need {
    fn take(&mut self, fonts: &Fonts, text: &str, style: Style, solid: bool) {
        for line in text.split('\n') {
            let whole = fonts.width_mm(line, style, 1.0);
            self.whole = self.whole.max(whole);
            if solid {
                self.least = self.least.max(whole);
            } else {
                self.words = self.words.max(whole);
            }
            if !solid && whole > self.least {
                for word in line.split([' ', '\t']) {
                    self.least = self.least.max(fonts.width_mm(word, style, 1.0));
                }
            }
        }
    }
}

/// Makes room for the words of heads that span several columns.
fn heads(fonts: &Fonts, table: &Table, needs: &mut [Need]) {
    for (from, to, title) in groups(table) {
        let mut need = Need::default();
        need.take(fonts, title, Style::Bold, false);
        let present: f64 = needs[from..to].iter().map(|need| need.least).sum();
        if need.least > present && present > 0.0 {
            for column in &mut needs[from..to] {
                column.least *= need.least / present;
            }
        }
    }
}

/// Stretches of neighbouring columns below one head, as half-open ranges of indexes.
pub(crate) fn groups(table: &Table) -> Vec<(usize, usize, &str)> {
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let Some(title) = column.group.as_deref() else {
            continue;
        };
        match found.last_mut() {
            Some((_, to, before)) if *to == index && *before == title => *to = index + 1,
            _ => found.push((index, index + 1, title)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::document::{Cell, Column, Row};

    fn table(columns: &[(&str, ColumnKind)], cells: &[&str]) -> Table {
        Table {
            columns: columns
                .iter()
                .map(|(title, kind)| Column::new(*title, *kind))
                .collect(),
            rows: vec![Row::data(cells.iter().map(|text| Cell::text(*text)).collect())],
            ..Table::default()
        }
    }

    fn widths(table: &Table, available: f64) -> Widths {
        let widths = layout(&Fonts::embedded().unwrap(), table, available);
        let sum: f64 = widths.columns_mm.iter().sum();
        assert!((sum - available).abs() < 1e-6, "{widths:?}");
        widths
    }

    #[test]
    fn a_long_text_beside_figures_leaves_them_on_one_line() {
        let columns = [
            ("Cổng", ColumnKind::Text),
            ("Gián đoạn", ColumnKind::Duration),
            ("Tỷ lệ", ColumnKind::Percent),
        ];
        let table = table(
            &columns,
            &[&"Tên rất dài ".repeat(40), "12 giờ 55 phút 12 giây", "99,95%"],
        );
        let found = widths(&table, 165.0);
        let fonts = Fonts::embedded().unwrap();
        let duration = fonts.width_mm("12 giờ 55 phút 12 giây", Style::Regular, found.size_pt);
        assert!(found.columns_mm[1] >= duration + PADDING_MM - 1e-9);
        assert!((found.size_pt - 11.0).abs() < 1e-9);
    }

    #[test]
    fn words_are_not_squeezed_by_lengths_of_time() {
        let columns = [
            ("Cổng, trang", ColumnKind::Text),
            ("Bắt đầu", ColumnKind::Instant),
            ("Kết thúc", ColumnKind::Instant),
            ("Thời gian", ColumnKind::Duration),
            ("Hiện tượng quan sát được", ColumnKind::Text),
        ];
        let name = "Trang thông tin điện tử Ủy ban nhân dân xã Mẫu 018, tỉnh An Giang";
        let table = table(
            &columns,
            &[
                name,
                "04/10/2026 15:50:06",
                "07/10/2026 07:33:06",
                "2 ngày 14 giờ 55 phút 46 giây",
                "Chứng thư số đã hết hạn",
            ],
        );
        let found = widths(&table, 165.0);
        let whole = Fonts::embedded()
            .unwrap()
            .width_mm(name, Style::Regular, found.size_pt);
        assert!(found.columns_mm[0] * LINES >= whole, "{found:?}");
    }

    #[test]
    fn many_columns_make_the_letters_smaller_before_words_break() {
        let columns: Vec<(&str, ColumnKind)> = (0..14).map(|_| ("Nghiêng", ColumnKind::Number)).collect();
        let cells = vec!["1.234.567"; 14];
        assert!(widths(&table(&columns, &cells), 165.0).size_pt < 9.0);
    }

    #[test]
    fn a_shared_head_makes_room_for_its_words() {
        let mut table = table(
            &[("a", ColumnKind::Number), ("b", ColumnKind::Text)],
            &["1", "x y"],
        );
        table.columns[0].group = Some("Nghiêngnghiêngnghiêng".to_owned());
        let found = widths(&table, 100.0);
        let fonts = Fonts::embedded().unwrap();
        assert!(found.columns_mm[0] >= fonts.width_mm("Nghiêngnghiêngnghiêng", Style::Bold, found.size_pt));
    }
}
