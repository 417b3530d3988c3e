//! A sheet as CSV (RFC 4180): UTF-8 with BOM, commas, CRLF. Figures are exact and without dressing.

use ems_contract::document::{Cell, Sheet, Value};
use ems_contract::text::{Lang, get};

/// The sheet as CSV. Texts that a spreadsheet would take for a formula begin with an apostrophe. `mark` (`DỰ THẢO`)
/// stands in a last column of every row: rows are copied out of tables without what stands around them.
#[must_use]
pub fn csv(sheet: &Sheet, mark: Option<&str>) -> String {
    let mut text = String::from('\u{feff}');
    let titles = sheet.columns.iter().map(|column| match &column.group {
        Some(group) => format!("{group}: {}", column.title),
        None => column.title.clone(),
    });
    let remark = mark.map(|_| get(Lang::Vi, "edition.col.mark").to_owned());
    line(&mut text, titles.chain(remark));
    for row in &sheet.rows {
        line(&mut text, row.iter().map(plain).chain(mark.map(str::to_owned)));
    }
    text
}

fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (place, field) in fields.enumerate() {
        if place > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push_str("\r\n");
}

/// A quantity as a machine reads it; a text made harmless.
fn plain(cell: &Cell) -> String {
    match cell.value {
        Some(Value::Integer(number) | Value::Seconds(number)) => number.to_string(),
        Some(Value::Date(day)) => day.to_string(),
        Some(Value::Instant(at)) => at.zoned().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Some(Value::Decimal { units, places }) => {
            let (digits, places) = (units.unsigned_abs().to_string(), usize::from(places));
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, rest) = padded.split_at(padded.len() - places);
            let sign = if units < 0 { "-" } else { "" };
            if rest.is_empty() {
                format!("{sign}{whole}")
            } else {
                format!("{sign}{whole}.{rest}")
            }
        }
        Some(share @ Value::Share { places, .. }) => match share.floored_percent() {
            Some(floored) => {
                let scale = 10_i128.pow(u32::from(places.min(6)));
                let width = usize::from(places.min(6));
                format!(
                    "{}.{:0width$}",
                    floored.div_euclid(scale),
                    floored.rem_euclid(scale)
                )
            }
            None => String::new(),
        },
        None if cell.text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{}", cell.text),
        None => cell.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::document::{Column, ColumnKind};

    fn sheet(cells: Vec<Cell>) -> Sheet {
        let columns = cells
            .iter()
            .map(|_| Column::new("Cột", ColumnKind::Text))
            .collect();
        Sheet {
            name: "s".into(),
            columns,
            rows: vec![cells],
            totals: vec![],
            notes: vec![],
        }
    }

    #[test]
    fn figures_are_exact_and_formulas_are_words() {
        let share = Value::Share {
            part: 994_996,
            whole: 1_000_000,
            places: 2,
        };
        let sheet = sheet(vec![
            Cell::of(share, "99,49%"),
            Cell::of(Value::Integer(-3), "↓ 3"),
            Cell::of(Value::Decimal { units: -5, places: 2 }, "-0,05"),
            Cell::text("=HYPERLINK(\"http://x\",\"y\")"),
            Cell::text("-2+3"),
            Cell::text("Sở \"Mẫu\", tỉnh\nX"),
        ]);
        let written = csv(&sheet, None);
        let body = written.lines().skip(1).collect::<Vec<_>>().join("\n");
        assert!(written.starts_with("\u{feff}Cột,"));
        assert_eq!(
            body,
            "99.49,-3,-0.05,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",'-2+3,\"Sở \"\"Mẫu\"\", tỉnh\nX\""
        );
    }

    #[test]
    fn every_row_says_what_it_must_not_be_taken_for() {
        let written = csv(&sheet(vec![Cell::text("An Giang")]), Some("DỰ THẢO"));
        assert_eq!(written, "\u{feff}Cột,Lưu ý\r\nAn Giang,DỰ THẢO\r\n");
    }
}
