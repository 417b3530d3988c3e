//! What was tried out: searches, feeds, the sitemap, files, old items.

use ems_contract::facts::page::{EvidenceKind, EvidenceRef, Measure};
use jiff::civil::Date;

use super::{Checks, Survey, is, share};

/// So many attempts, so many successes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// Successes.
    pub good: u32,
    /// Attempts.
    pub of: u32,
}

impl Tried {
    /// Counts one attempt.
    pub fn count(&mut self, good: bool) {
        self.of += 1;
        self.good += u32::from(good);
    }
}

/// Old items that were asked for again, by how long they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aged {
    /// Those still there and those gone.
    pub tried: Tried,
    /// How long all of them together have been known, seconds.
    pub known_s: i64,
}

/// An item that is known for less has not shown yet whether it stays.
const YOUNG_S: i64 = 90 * 86_400;
/// A year of 365 days.
const YEAR_S: i64 = 365 * 86_400;

impl Aged {
    /// Counts one item that has been known for `age_s`; a young one says nothing.
    pub fn count(&mut self, there: bool, age_s: i64) {
        if age_s >= YOUNG_S {
            self.tried.count(there);
            self.known_s += age_s;
        }
    }

    /// Percent of items that are lost in a year of their life; none before the items together were known for a year.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "seconds of some years")]
    pub fn lost_percent_a_year(self) -> Option<f64> {
        let lost = f64::from(self.tried.of - self.tried.good);
        (self.known_s >= YEAR_S).then(|| 100.0 * lost * YEAR_S as f64 / self.known_s as f64)
    }
}

/// Everything that was tried.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tries {
    /// The operator gave patterns of measuring systems.
    pub measurement_patterns: bool,
    /// Known titles looked for by the portal's own search; none where it cannot be asked by address.
    pub search: Option<Tried>,
    /// The search answered nonsense with hits: what it finds proves nothing.
    pub search_finds_anything: bool,
    /// The search needs scripts or a form that is posted: it was not tried.
    pub search_by_post: bool,
    /// The search stood behind a firewall or captcha.
    pub search_blocked: bool,
    /// A feed that could be read: address and newest day.
    pub feed: Option<(String, Option<Date>)>,
    /// Feeds were linked and none could be read.
    pub feeds_broken: bool,
    /// The XML sitemap: whether it is one, its entries, its newest change.
    pub sitemap_xml: Option<(u32, Option<Date>)>,
    /// Nobody could say whether there is an XML sitemap.
    pub sitemap_unknown: bool,
    /// Links of the menu that the HTML sitemap has, in per cent; none where there is no such page.
    pub sitemap_html: Option<u32>,
    /// Files of procedures that could be fetched.
    pub forms: Tried,
    /// PDF files with text in them.
    pub text_layer: Tried,
    /// Items that lists no longer show and whose pages are still there.
    pub archive: Tried,
    /// Those of them that have been known for months.
    pub aged: Aged,
}

pub(super) fn measure(survey: &Survey<'_>, checks: &mut Checks) {
    let tries = survey.tries;
    search(survey, checks);
    let measure = Measure {
        found: Some(tries.feed.is_some()),
        note: match &tries.feed {
            Some((url, _)) => Some(url.clone()),
            None if tries.feeds_broken => Some("feeds are linked, and none can be read".to_owned()),
            None => None,
        },
        evidence: tries.feed.as_ref().map(|(url, newest)| EvidenceRef {
            // The newest day is among what the feed proves: with another one it is kept anew.
            text: newest.map(|day| day.to_string()),
            url: Some(url.clone()),
            kind: Some(EvidenceKind::Feed),
            ..EvidenceRef::default()
        }),
        ..Measure::default()
    };
    checks.insert("rss".to_owned(), measure);
    if !tries.sitemap_unknown {
        let age = tries
            .sitemap_xml
            .and_then(|(_, newest)| newest)
            .map(|newest| f64::from((survey.today - newest).get_days()));
        let measure = Measure {
            found: Some(tries.sitemap_xml.is_some()),
            value: age,
            note: tries.sitemap_xml.map(|(entries, _)| format!("{entries} entries")),
            ..Measure::default()
        };
        checks.insert("sitemap-xml".to_owned(), measure);
    }
    let measure = Measure {
        found: Some(tries.sitemap_html.is_some()),
        value: tries.sitemap_html.map(f64::from),
        ..Measure::default()
    };
    checks.insert("sitemap-html".to_owned(), measure);
    if tries.feed.is_some() || tries.sitemap_xml.is_some() {
        checks
            .entry("machine-readable-api".to_owned())
            .or_insert(Measure {
                found: Some(true),
                ..Measure::default()
            });
    } else if !checks.contains_key("machine-readable-api") && !tries.sitemap_unknown {
        is(checks, "machine-readable-api", false, None);
    }
    share(checks, "dvc-forms-download", tries.forms.good, tries.forms.of);
    share(
        checks,
        "docs-text-layer",
        tries.text_layer.good,
        tries.text_layer.of,
    );
    share(checks, "archive-permanent", tries.archive.good, tries.archive.of);
    if let Some(percent) = tries.aged.lost_percent_a_year() {
        let measure = Measure {
            value: Some((percent * 10.0).round() / 10.0),
            good: Some(tries.aged.tried.good),
            of: Some(tries.aged.tried.of),
            ..Measure::default()
        };
        checks.insert("archive-continuity".to_owned(), measure);
    }
}

fn search(survey: &Survey<'_>, checks: &mut Checks) {
    let tries = survey.tries;
    let measure = if tries.search_blocked {
        Measure {
            blocked: true,
            ..Measure::default()
        }
    } else if let Some(tried) = tries.search.filter(|tried| tried.of > 0) {
        Measure {
            good: Some(tried.good),
            of: Some(tried.of),
            // A search that finds everything has found nothing.
            confidence: tries.search_finds_anything.then_some(0.5),
            note: tries
                .search_finds_anything
                .then(|| "the search answers nonsense with hits".to_owned()),
            ..Measure::default()
        }
    } else if tries.search_by_post {
        Measure {
            blocked: true,
            note: Some("the search cannot be asked by address; forms are never posted".to_owned()),
            ..Measure::default()
        }
    } else {
        return;
    };
    checks.insert("search-accuracy".to_owned(), measure);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aged(items: &[(bool, i64)]) -> Aged {
        let mut aged = Aged::default();
        for (there, days) in items {
            aged.count(*there, days * 86_400);
        }
        aged
    }

    #[test]
    fn what_is_lost_is_counted_for_the_years_that_items_were_known() {
        assert_eq!(aged(&[(true, 365), (true, 365)]).lost_percent_a_year(), Some(0.0));
        assert_eq!(
            aged(&[(true, 365), (false, 365)]).lost_percent_a_year(),
            Some(50.0)
        );
        // The same loss in twice the time is half the rate.
        assert_eq!(
            aged(&[(true, 730), (false, 730)]).lost_percent_a_year(),
            Some(25.0)
        );
    }

    #[test]
    fn young_items_and_little_time_say_nothing() {
        assert_eq!(
            aged(&[(false, 89), (false, 89), (false, 89), (false, 89), (false, 89)]),
            Aged::default()
        );
        assert_eq!(aged(&[(false, 90), (true, 274)]).lost_percent_a_year(), None);
        assert!(aged(&[(false, 90), (true, 275)]).lost_percent_a_year().is_some());
    }
}
