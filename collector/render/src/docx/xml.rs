//! Escaped XML, and lengths as WordprocessingML counts them.

/// `text` with the five characters escaped that XML reserves. Control characters were replaced when it was read.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Millimetres in twentieths of a point, as margins and columns are given.
pub(super) fn twips(mm: f64) -> i64 {
    whole(mm * 1440.0 / 25.4)
}

/// Millimetres in English metric units, as drawings are given.
pub(super) fn emu(mm: f64) -> i64 {
    whole(mm * 36_000.0)
}

/// Points in half-points, as sizes of letters are given.
pub(super) fn half_points(points: f64) -> i64 {
    whole(points * 2.0)
}

fn whole(number: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "lengths on paper: some millions at most"
    )]
    let whole = number.round() as i64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_escaped_and_lengths_converted() {
        assert_eq!(escape("Sở <A> & \"B\""), "Sở &lt;A&gt; &amp; &quot;B&quot;");
        assert_eq!(twips(25.4), 1440);
        assert_eq!(emu(10.0), 360_000);
        assert_eq!(half_points(10.5), 21);
    }
}
