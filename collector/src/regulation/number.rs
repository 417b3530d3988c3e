//! Whether a number of law stands in the words it is quoted from (README, rule 2).

use crate::calendar::{Term, Unit};

/// Whether `quotation` names the number with its unit in words: `02 (hai) ngày làm việc`, `24 giờ`, `03 tháng`.
#[must_use]
pub(super) fn names(quotation: &str, term: Term) -> bool {
    let text = super::quote::normalised(quotation).to_lowercase();
    let words: Vec<&str> = text.split(' ').collect();
    (0..words.len()).any(|at| {
        let number = words[at].trim_matches(|c: char| !c.is_ascii_digit());
        number.parse() == Ok(term.n) && unit_follows(&words[at + 1..], words[at], term.unit)
    })
}

/// Whether the unit's words follow a number, an explanation in parentheses left aside (`02 (hai) ngày`).
fn unit_follows(rest: &[&str], number: &str, unit: Unit) -> bool {
    let mut rest = rest;
    if rest.first().is_some_and(|word| word.starts_with('(')) && !number.ends_with(')') {
        let close = rest.iter().position(|word| word.ends_with(')'));
        rest = close.map_or(rest, |close| &rest[close + 1..]);
    }
    let clean = |n: usize| {
        rest.get(n)
            .map_or("", |word| word.trim_matches(|c: char| !c.is_alphabetic()))
    };
    let worked = clean(1) == "làm" && clean(2) == "việc";
    match unit {
        Unit::WorkingDay => clean(0) == "ngày" && worked,
        Unit::CalendarDay => clean(0) == "ngày" && !worked,
        Unit::Hour => clean(0) == "giờ" || clean(0) == "h",
        Unit::Month => clean(0) == "tháng",
        Unit::Year => clean(0) == "năm",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_is_found_with_its_unit_only() {
        let names = |quotation: &str, term: &str| super::names(quotation, term.parse().unwrap());
        assert!(names("không quá 02 (hai) ngày làm việc kể từ khi", "2wd"));
        assert!(names("Chậm nhất 15 (mười lăm) ngày làm việc", "15wd"));
        assert!(names("trong thời hạn **24 giờ** kể từ", "24h"));
        assert!(names("trong vòng 02 năm, kể từ", "2year"));
        assert!(names("không quá 5 năm", "5year"));
        assert!(
            !names("không quá 02 (hai) ngày làm việc", "2cd"),
            "working days are not calendar days"
        );
        assert!(!names("15 ngày kể từ", "15wd"));
        assert!(!names("không quá 12 ngày làm việc", "2wd"));
        assert!(!names("điểm 2 ngày hội", "2wd"));
    }
}
