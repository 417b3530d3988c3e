//! Counts and shares.

use ems_contract::text::Lang;

/// A count with its thousands parted: `1.234` in Vietnamese, `1,234` in English.
#[must_use]
pub fn count(number: impl Into<i128>, lang: Lang) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(match lang {
                Lang::Vi => '.',
                Lang::En => ',',
            });
        }
        text.push(digit);
    }
    text
}

/// `part` of `whole` in percent, floored to `decimals` places (at most 6): `99,95%`.
///
/// `None` when `whole` is nothing: there is no share then.
#[must_use]
pub fn percent(part: i64, whole: i64, decimals: u32, lang: Lang) -> Option<String> {
    let scale = 10_i128.pow(decimals.min(6));
    let floored = (i128::from(part) * 100 * scale).checked_div_euclid(i128::from(whole))?;
    let (units, rest) = (floored.div_euclid(scale), floored.rem_euclid(scale));
    if decimals == 0 {
        return Some(format!("{units}%"));
    }
    let point = match lang {
        Lang::Vi => ',',
        Lang::En => '.',
    };
    let width = usize::try_from(decimals.min(6)).unwrap_or(6);
    Some(format!("{units}{point}{rest:0width$}%"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thousands_are_parted() {
        assert_eq!(count(0, Lang::Vi), "0");
        assert_eq!(count(999, Lang::Vi), "999");
        assert_eq!(count(1_234, Lang::Vi), "1.234");
        assert_eq!(count(7_948_800, Lang::En), "7,948,800");
    }

    #[test]
    fn a_share_is_never_rounded_up_to_a_passed_threshold() {
        assert_eq!(percent(994_996, 1_000_000, 2, Lang::Vi).unwrap(), "99,49%");
        assert_eq!(percent(7_948_799, 7_948_800, 2, Lang::Vi).unwrap(), "99,99%");
        assert_eq!(percent(1, 1, 2, Lang::Vi).unwrap(), "100,00%");
        assert_eq!(percent(1, 3, 4, Lang::En).unwrap(), "33.3333%");
        assert_eq!(percent(1, 3, 0, Lang::En).unwrap(), "33%");
        assert_eq!(percent(0, 0, 2, Lang::Vi), None);
    }

    proptest! {
        #[test]
        fn only_a_whole_reads_one_hundred(whole in 1_i64..i64::MAX, missing in 1_i64..1_000) {
            let part = (whole - missing).max(0);
            prop_assert!(!percent(part, whole, 2, Lang::Vi).unwrap().starts_with("100"));
        }
    }
}
