//! Whether a quotation stands in its source (README, rule 1).

use unicode_normalization::UnicodeNormalization;

use super::model::Article;

/// Text ready for comparison: NFC, without `*`, `<` and `>`, single spaces, the scanning slip `Công` for `Cổng`
/// put right. Letter case counts.
#[must_use]
pub(super) fn normalised(text: &str) -> String {
    let kept: String = text.nfc().filter(|c| !matches!(c, '*' | '<' | '>')).collect();
    // A word broken at the end of a line keeps its hyphen and loses the break.
    let joined = kept.replace("-\n", "-");
    let spaced = joined.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = spaced;
    for (slip, word) in [
        ("Công thông tin", "Cổng thông tin"),
        ("Công Thông tin", "Cổng Thông tin"),
        ("Công, Trang", "Cổng, Trang"),
        ("Công TTĐT", "Cổng TTĐT"),
    ] {
        text = text.replace(slip, word);
    }
    text
}

/// Whether the parts of a quotation (`…` stands for an omission) occur in this order in a normalised text.
#[must_use]
pub(super) fn occurs(quotation: &str, source: &str) -> bool {
    let mut rest = source;
    for part in normalised(quotation)
        .split('…')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// The parts of a source text that hold an article, each from its heading `Điều N` to the next: two where a decision
/// and the regulation annexed to it share the number, the whole text where no heading is found.
#[must_use]
pub(super) fn article<'s>(source: &'s str, article: &Article) -> Vec<&'s str> {
    let starts = headings(source);
    let parts: Vec<&str> = starts
        .iter()
        .enumerate()
        .filter(|(_, (_, number))| *number == article.dieu)
        .map(|(n, (from, _))| &source[*from..starts.get(n + 1).map_or(source.len(), |(to, _)| *to)])
        .collect();
    if parts.is_empty() { vec![source] } else { parts }
}

/// Byte offsets of `Điều N` at the beginning of a line, with N.
fn headings(source: &str) -> Vec<(usize, u16)> {
    let mut offset = 0;
    let mut found = Vec::new();
    for line in source.split_inclusive('\n') {
        let text = line.trim_start_matches(['*', '#', ' ', '<', '>']);
        let number = text.strip_prefix("Điều ").map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        if let Some(Some(number)) = number {
            found.push((offset, number));
        }
        offset += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_rule_names_is_normalised() {
        let source = normalised("**1.** Công thông tin điện tử\n<tỉnh>  phải");
        assert_eq!(source, "1. Cổng thông tin điện tử tỉnh phải");
        assert!(occurs("Cổng thông tin … phải", &source));
        assert!(!occurs("phải … Cổng thông tin", &source), "the order counts");
        assert!(!occurs("cổng thông tin", &source), "letter case counts");
        assert!(
            !occurs("Cổng thông tin tỉnh", &source),
            "words left out must be marked"
        );
    }

    #[test]
    fn an_article_ends_where_the_next_begins() {
        let text = "Điều 1. Một\na\n**Điều 2.** Hai\nb\nĐiều 3. Ba\n";
        let clause = |dieu| Article {
            dieu,
            khoan: None,
            diem: None,
            gach: None,
            of_decision: false,
        };
        assert_eq!(article(text, &clause(2)), ["**Điều 2.** Hai\nb\n"]);
        assert_eq!(article(text, &clause(9)), [text]);
        assert_eq!(
            article("Điều 2. a\nĐiều 1. b\nĐiều 2. c", &clause(2)),
            ["Điều 2. a\n", "Điều 2. c"]
        );
    }
}
