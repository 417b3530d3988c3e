//! Lengths of time, to the second.

use ems_contract::text::Lang;

/// A length in days, hours, minutes and seconds: `3 giờ 24 phút 05 giây`, `3 h 24 min 05 s`.
///
/// Leading zero units are left out; every unit after the first has two digits. A negative length reads as nothing.
#[must_use]
pub fn duration(seconds: i64, lang: Lang) -> String {
    let names = match lang {
        Lang::Vi => ["ngày", "giờ", "phút", "giây"],
        Lang::En => ["d", "h", "min", "s"],
    };
    let seconds = seconds.max(0);
    let amounts = [
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    ];
    let first = amounts.iter().position(|amount| *amount > 0).unwrap_or(3);
    let mut text = format!("{} {}", amounts[first], names[first]);
    for (amount, name) in amounts.iter().zip(names).skip(first + 1) {
        text.push_str(&format!(" {amount:02} {name}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_begin_at_the_first_that_counts() {
        let vi = |seconds| duration(seconds, Lang::Vi);
        assert_eq!(vi(0), "0 giây");
        assert_eq!(vi(59), "59 giây");
        assert_eq!(vi(60), "1 phút 00 giây");
        assert_eq!(vi(3 * 3600 + 24 * 60 + 5), "3 giờ 24 phút 05 giây");
        assert_eq!(vi(2 * 86_400 + 3), "2 ngày 00 giờ 00 phút 03 giây");
        assert_eq!(vi(-5), "0 giây");
        assert_eq!(duration(65, Lang::En), "1 min 05 s");
    }
}
