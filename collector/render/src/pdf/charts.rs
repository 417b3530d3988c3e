//! Charts as the layout reads them: places as shares of the drawing.

use ems_contract::document::{Axis, Chart, Drawing};
use serde_json::{Value, json};

use super::view::View;
use crate::{chart, palette};

/// Points of the words in a chart.
const SIZE_PT: f64 = 10.0;
/// Width of the names, millimetres.
const LABEL_MM: f64 = 62.0;
/// Width of the figures behind the drawing, millimetres.
const FIGURE_MM: f64 = 24.0;
/// Room between the three, millimetres.
const BETWEEN_MM: f64 = 2.0;

impl View<'_> {
    pub(super) fn chart(&mut self, chart: &Chart) -> Value {
        let drawing_mm = self.width_mm - LABEL_MM - FIGURE_MM - 2.0 * BETWEEN_MM;
        let mut json = match &chart.drawing {
            Drawing::Strips { from, legend, rows } => {
                // Where there is no day, the drawing is empty and its scale one day long.
                let days = rows.first().map_or(0, |row| row.days.len()).max(1);
                json!({
                    "is": "strips",
                    "days": days,
                    "legend": legend.iter().map(|entry| json!({
                        "fill": palette::hex(palette::solid(entry.tone)), "text": self.text(&entry.text),
                    })).collect::<Vec<_>>(),
                    "ticks": chart::ticks(*from, days).iter().map(|(day, name)| json!({
                        "day": day, "text": name,
                    })).collect::<Vec<_>>(),
                    "rows": rows.iter().map(|row| json!({
                        "label": self.fitted(&row.label, LABEL_MM, SIZE_PT),
                        "text": self.fitted(&row.text, FIGURE_MM, SIZE_PT),
                        "stretches": chart::stretches(&row.days).into_iter().map(|(tone, days)| json!({
                            "fill": palette::hex(palette::solid(tone)), "days": days,
                        })).collect::<Vec<_>>(),
                    })).collect::<Vec<_>>(),
                })
            }
            Drawing::Bars { axis, rows } => json!({
                "is": "bars",
                "axis": self.axis(axis),
                "rows": rows.iter().map(|row| json!({
                    "label": self.fitted(&row.label, LABEL_MM, SIZE_PT),
                    "text": self.fitted(&row.text, FIGURE_MM, SIZE_PT),
                    "share": row.value.map(|value| chart::share(axis, value)),
                    "fill": palette::hex(palette::solid(row.tone)),
                })).collect::<Vec<_>>(),
            }),
            Drawing::Lines { axis, points, series } => json!({
                "is": "lines",
                "axis": self.axis(axis),
                "points": points.iter().map(|point| self.text(point)).collect::<Vec<_>>(),
                "series": series.iter().map(|line| json!({
                    "label": self.text(&line.label),
                    "text": self.text(line.last()),
                    "shares": line.values.iter().map(|value| {
                        value.map(|value| chart::share(axis, value))
                    }).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            }),
        };
        json["title"] = self.text(&chart.title).into();
        json["notes"] = chart.notes.iter().map(|note| self.text(note)).collect();
        json["size"] = SIZE_PT.into();
        json["widths"] = json!([LABEL_MM, drawing_mm, FIGURE_MM]);
        json["between"] = BETWEEN_MM.into();
        json
    }

    fn axis(&mut self, axis: &Axis) -> Value {
        json!({
            "from": self.text(&axis.from_text),
            "to": self.text(&axis.to_text),
            "threshold": axis.threshold.as_ref().map(|(value, name)| json!({
                "share": chart::share(axis, *value), "text": self.text(name),
            })),
        })
    }
}
