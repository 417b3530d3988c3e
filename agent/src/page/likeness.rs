//! Whether two pages are the same site's (STANDARDS 1.2): title and words of the visible text, with the difference
//! between two visits over one family as the noise floor.

use std::collections::BTreeSet;

use super::sketch::sketch;

/// Shared words of two pages of one site, at least.
const ALIKE: f64 = 0.5;
/// By how much the difference between families must exceed that within one.
const MARGIN: f64 = 0.2;

/// What is compared of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The host that served it in the end.
    pub host: String,
    /// The first digit of the status.
    pub class: u16,
    /// The title, folded.
    pub title: String,
    words: BTreeSet<String>,
}

impl Likeness {
    /// The likeness of an answer.
    #[must_use]
    pub fn of(host: &str, status: u16, page: &[u8]) -> Self {
        let outline = sketch(page);
        Self {
            host: host.trim_end_matches('.').to_ascii_lowercase(),
            class: status / 100,
            title: outline.title.trim().to_owned(),
            words: outline
                .text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.len() > 1)
                .map(str::to_owned)
                .collect(),
        }
    }

    /// How much the words differ: 0 (the same) to 1 (none shared).
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        let shared = self.words.intersection(&other.words).count();
        let all = self.words.union(&other.words).count();
        if all == 0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "words of a page are far below 2^52")]
        let share = shared as f64 / all as f64;
        1.0 - share
    }

    /// Whether two answers are the same at first sight: no further visit is needed.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.host == other.host
            && self.class == other.class
            && self.title == other.title
            && self.distance(other) <= 1.0 - ALIKE
    }

    /// What a person is told of the difference.
    #[must_use]
    pub fn difference(&self, other: &Self) -> String {
        if self.host != other.host {
            format!("hosts {} and {}", self.host, other.host)
        } else if self.class != other.class {
            format!("status {}xx and {}xx", self.class, other.class)
        } else if self.title != other.title {
            format!("titles `{}` and `{}`", self.title, other.title)
        } else {
            format!("{:.0} % of the words differ", self.distance(other) * 100.0)
        }
    }
}

/// Whether the families serve the same site, given two visits over each.
///
/// A difference counts only where it clearly exceeds that between two visits over one family: counters, clocks and
/// rotating news alarm nobody.
#[must_use]
pub fn same_site(four: [&Likeness; 2], six: [&Likeness; 2]) -> bool {
    let steady = |of: &dyn Fn(&Likeness) -> String| of(four[0]) == of(four[1]) && of(six[0]) == of(six[1]);
    let differs = |of: &dyn Fn(&Likeness) -> String| {
        of(four[0]) != of(six[0]) && of(four[1]) != of(six[1]) && steady(of)
    };
    if differs(&|page| page.host.clone())
        || differs(&|page| page.class.to_string())
        || differs(&|page| page.title.clone())
    {
        return false;
    }
    let noise = four[0].distance(four[1]).max(six[0].distance(six[1]));
    let between = four[0].distance(six[0]).min(four[1].distance(six[1]));
    between <= 1.0 - ALIKE || between <= noise + MARGIN
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(title: &str, text: &str) -> Likeness {
        let html = format!("<title>{title}</title><p>{text}</p>");
        Likeness::of("a.gov.vn", 200, html.as_bytes())
    }

    #[test]
    fn dynamic_pages_are_the_same_and_siblings_are_not() {
        let home = page("Cổng tỉnh", "một hai ba bốn năm sáu bảy tám");
        let clock = page("Cổng tỉnh", "một hai ba bốn năm sáu bảy tám 16:01:22 a8f3");
        let sibling = page("Xã Láng", "một hai ba bốn năm sáu bảy tám");
        let other = page("Cổng tỉnh", "chín mười trăm nghìn vạn triệu tỷ");
        assert!(home.is_same(&clock) && !home.is_same(&sibling) && !home.is_same(&other));
        assert!(same_site([&home, &clock], [&clock, &home]));
        assert!(!same_site([&home, &home], [&sibling, &sibling]));
        assert!(!same_site([&home, &clock], [&other, &other]));
        // A title that changes with every visit says nothing.
        assert!(same_site([&home, &sibling], [&sibling, &home]));
        // A page of random text differs from itself as much.
        assert!(same_site([&home, &other], [&other, &home]));
        let moved = Likeness {
            host: "b.gov.vn".into(),
            ..home.clone()
        };
        assert!(!same_site([&home, &home], [&moved, &moved]));
        assert_eq!(home.difference(&moved), "hosts a.gov.vn and b.gov.vn");
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_bounded(a in any::<Vec<u8>>(), b in any::<Vec<u8>>()) {
            let (a, b) = (Likeness::of("a", 200, &a), Likeness::of("a", 200, &b));
            prop_assert!((0.0..=1.0).contains(&a.distance(&b)));
            prop_assert!((a.distance(&b) - b.distance(&a)).abs() < 1e-9);
            prop_assert!(a.distance(&a) < 1e-9 && same_site([&a, &b], [&a, &b]));
        }
    }
}
