//! The figures of a report on the page of its edition: those of all, and those of the reader's own portals.

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, get};
use serde::Serialize;
use serde_json::Value;

use crate::locale;

/// One line: the whole report, or one portal of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureRow {
    /// Whose.
    pub name: String,
    /// Statutory availability.
    pub availability: String,
    /// Availability with announced maintenance left out.
    pub adjusted: String,
    /// Coverage.
    pub coverage: String,
    /// Outages.
    pub outages: String,
    /// Time down.
    pub down: String,
}

/// The lines that a file of figures (docs/REPORT.md) gives: the whole, and every portal that `own` says is the reader's.
/// What is not there is shown as missing.
#[must_use]
pub fn figure_rows(data: &Value, own: impl Fn(&PortalId) -> bool, lang: Lang) -> Vec<FigureRow> {
    if data["total"].is_null() {
        return Vec::new();
    }
    let whole = row(get(lang, "reports.figures.all").to_owned(), &data["total"], lang);
    let portals = data["portals"].as_array().into_iter().flatten();
    let owned = portals.filter(|portal| {
        let id = portal["id"].as_str().and_then(|id| id.parse().ok());
        id.is_some_and(|id| own(&id))
    });
    let named = owned.map(|portal| {
        let name = portal["name"].as_str().unwrap_or_default().to_owned();
        row(name, portal, lang)
    });
    std::iter::once(whole).chain(named).collect()
}

fn row(name: String, group: &Value, lang: Lang) -> FigureRow {
    let mut tracks = group["tracks"].as_array().into_iter().flatten();
    let overall = tracks
        .rfind(|track| track["track"] == "overall")
        .unwrap_or(&Value::Null);
    let share = |account: &str, figure: &str| {
        let found = &overall[account][figure];
        let (part, whole) = (found["part_s"].as_i64(), found["whole_s"].as_i64());
        let percent = part
            .zip(whole)
            .and_then(|(part, whole)| locale::percent(part, whole, 2, lang));
        percent.unwrap_or_else(|| "–".to_owned())
    };
    let outages = &overall["outages"];
    FigureRow {
        name,
        availability: share("statutory", "availability"),
        adjusted: share("adjusted", "availability"),
        coverage: share("statutory", "coverage"),
        outages: outages["count"]
            .as_u64()
            .map_or_else(|| "–".to_owned(), |count| locale::count(count, lang)),
        down: outages["seconds"]
            .as_i64()
            .map_or_else(|| "–".to_owned(), |seconds| locale::duration(seconds, lang)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_whole_comes_first_then_the_own_portals_and_shares_are_floored() {
        let group = |down: i64| {
            let account = json!({
                "availability": {"part_s": 99_999 - down, "whole_s": 99_999},
                "coverage": {"part_s": 99_999, "whole_s": 100_000},
            });
            json!([{"track": "v4"}, {
                "track": "overall", "statutory": account, "adjusted": {"availability": null},
                "outages": {"count": 1_200, "seconds": 3_600},
            }])
        };
        let data = json!({
            "total": {"tracks": group(1)},
            "portals": [
                {"id": "soyt", "name": "Sở Y tế", "tracks": group(0)},
                {"id": "sotc", "name": "Sở Tài chính", "tracks": group(0)},
            ],
        });
        let rows = figure_rows(&data, |id| id.as_str() == "soyt", Lang::Vi);
        let told: Vec<_> = rows.iter().map(|row| (&*row.name, &*row.availability)).collect();
        assert_eq!(told, [("Toàn báo cáo", "99,99%"), ("Sở Y tế", "100,00%")]);
        assert_eq!((&*rows[0].coverage, &*rows[0].adjusted), ("99,99%", "–"));
        assert_eq!(
            (&*rows[0].outages, &*rows[0].down),
            ("1.200", "1 giờ 00 phút 00 giây")
        );
        assert!(figure_rows(&Value::Null, |_| true, Lang::Vi).is_empty());
        assert_eq!(
            figure_rows(&json!({"total": 7}), |_| true, Lang::Vi)[0].outages,
            "–"
        );
    }
}
