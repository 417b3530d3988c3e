//! The row of totals: formulas over the rows that a filter leaves, with the result over all rows beside them.

use ems_contract::document::{Cell, Sheet, Total, Value};
use rust_xlsxwriter::utility::column_number_to_name;
use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::format::{Formats, Kind};
use super::{DAY_S, float, number, quantity, scale};

/// `SUBTOTAL` with this function adds up the visible rows; with the other it counts cells that are not empty.
const SUM: u8 = 9;
const COUNT: u8 = 3;

/// Writes the totals of a sheet into row `row`, counted from 0.
pub(super) fn write(
    worksheet: &mut Worksheet,
    formats: &mut Formats,
    sheet: &Sheet,
    row: u32,
) -> Result<(), XlsxError> {
    // Rows of data, as a spreadsheet counts them: from 2, below the header. An empty sheet sums an empty row.
    let last = row.max(2);
    let range = |index: usize| {
        let name = column_number_to_name(number(index));
        format!("{name}2:{name}{last}")
    };
    for (index, total) in sheet.totals.iter().enumerate() {
        let Some(total) = total else {
            worksheet.write_blank(row, number(index), &formats.total(Kind::Text))?;
            continue;
        };
        let (formula, result, kind) = match total {
            Total::Label(text) => {
                worksheet.write_string_with_format(row, number(index), text, &formats.total(Kind::Quoted))?;
                continue;
            }
            Total::Sum => (
                format!("=SUBTOTAL({SUM},{})", range(index)),
                written(sum(sheet, index)),
                kind(sheet, index),
            ),
            Total::Count => (
                format!("=SUBTOTAL({COUNT},{})", range(index)),
                cells(sheet, index)
                    .filter(|cell| !cell.text.is_empty())
                    .count()
                    .to_string(),
                Kind::Integer,
            ),
            Total::Share { part, whole, places } => share(sheet, *part, *whole, *places, &range),
        };
        let formula = Formula::new(formula).set_result(result);
        worksheet.write_formula_with_format(row, number(index), formula, &formats.total(kind))?;
    }
    Ok(())
}

fn cells(sheet: &Sheet, index: usize) -> impl Iterator<Item = &Cell> {
    sheet.rows.iter().filter_map(move |row| row.get(index))
}

/// The share of two sums, floored as the collector floors it. Columns of durations hold days: their seconds are
/// whole again once they are multiplied and rounded.
fn share(
    sheet: &Sheet,
    part: usize,
    whole: usize,
    places: u8,
    range: &impl Fn(usize) -> String,
) -> (String, String, Kind) {
    let whole_units = |index: usize| {
        let sum = format!("SUBTOTAL({SUM},{})", range(index));
        if kind(sheet, index) == Kind::Duration {
            format!("ROUND({sum}*{DAY_S},0)")
        } else {
            sum
        }
    };
    let units = scale(places) * 100.0;
    let formula = format!(
        "=IF({whole}=0,\"\",INT({part}*{units}/{whole})/{units})",
        part = whole_units(part),
        whole = whole_units(whole),
    );
    let value = Value::Share {
        part: exact(sheet, part),
        whole: exact(sheet, whole),
        places,
    };
    let result = value
        .floored_percent()
        .map_or_else(String::new, |floored| written(float(floored) / units));
    (formula, result, Kind::Percent(places))
}

/// The sum of a column in its exact unit: counts or seconds.
fn exact(sheet: &Sheet, index: usize) -> i64 {
    cells(sheet, index)
        .map(|cell| match cell.value {
            Some(Value::Integer(number) | Value::Seconds(number)) => number,
            _ => 0,
        })
        .fold(0, i64::saturating_add)
}

fn sum(sheet: &Sheet, index: usize) -> f64 {
    match kind(sheet, index) {
        Kind::Integer => float(i128::from(exact(sheet, index))),
        Kind::Duration => float(i128::from(exact(sheet, index))) / DAY_S,
        _ => cells(sheet, index)
            .filter_map(|cell| cell.value)
            .map(|value| quantity(value).0)
            .sum(),
    }
}

/// The kind of a column's first quantity.
fn kind(sheet: &Sheet, index: usize) -> Kind {
    cells(sheet, index)
        .find_map(|cell| cell.value)
        .map_or(Kind::Integer, |value| quantity(value).1)
}

fn written(number: f64) -> String {
    // Shortest digits that read back as the same number.
    format!("{number}")
}
