//! What charts of every form have in common: places and stretches as shares of the drawing.

use ems_contract::document::{Axis, Tone};
use jiff::civil::Date;

/// Where `value` lies on the axis, 0 to 1; what lies outside is drawn at the border.
pub(crate) fn share(axis: &Axis, value: i64) -> f64 {
    // Differences in 128 bits cannot overflow; as shares of each other they need no more than a float.
    let span = i128::from(axis.to) - i128::from(axis.from);
    let at = (i128::from(value) - i128::from(axis.from)).clamp(0, span);
    #[expect(clippy::cast_precision_loss, reason = "a place on paper needs 4 digits")]
    let share = at as f64 / span.max(1) as f64;
    share
}

/// Neighbouring days of one tone, drawn as one.
pub(crate) fn stretches(days: &[Tone]) -> Vec<(Tone, usize)> {
    days.chunk_by(|a, b| a == b)
        .filter_map(|chunk| Some((*chunk.first()?, chunk.len())))
        .collect()
}

/// Days to name below a strip: the first, and each first of a month that is not too near to it.
pub(crate) fn ticks(from: Date, days: usize) -> Vec<(usize, String)> {
    const LEAST_APART: usize = 12;
    let mut found = Vec::new();
    let mut day = from;
    for index in 0..days {
        if index == 0 || (day.day() == 1 && index >= LEAST_APART) {
            found.push((index, format!("{:02}/{:02}", day.day(), day.month())));
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn values_outside_are_drawn_at_the_border() {
        let axis = Axis {
            from: 9_000,
            to: 10_000,
            from_text: String::new(),
            to_text: String::new(),
            threshold: None,
        };
        assert!((share(&axis, 9_500) - 0.5).abs() < 1e-9);
        assert!(share(&axis, i64::MIN).abs() < 1e-9);
        assert!((share(&axis, i64::MAX) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn equal_days_are_one_stretch() {
        use Tone::{Bad, Good};
        assert_eq!(
            stretches(&[Good, Good, Bad, Good]),
            [(Good, 2), (Bad, 1), (Good, 1)]
        );
        assert!(stretches(&[]).is_empty());
    }

    #[test]
    fn months_are_named_below_a_strip() {
        let names: Vec<String> = ticks(date(2026, 9, 25), 90)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(names, ["25/09", "01/11", "01/12"]);
        assert_eq!(ticks(date(9999, 12, 31), 5).len(), 1);
    }
}
