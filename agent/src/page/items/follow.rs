//! Lists that show no dates are dated by the pages of their items, as far as the caller fetches them.

use jiff::civil::Date;

use super::{Because, Evidence, Role, SectionFacts, State};
use crate::page::article::ArticleDates;
use crate::page::dates::{Form, Order};

impl SectionFacts {
    /// The item pages worth a fetch: the first `most` of a list whose items are there and whose posting dates are not.
    #[must_use]
    pub fn to_follow(&self, most: usize) -> Vec<&str> {
        let worth = matches!(
            self.because,
            Some(
                Because::NoDates
                    | Because::FewDates
                    | Because::OnlyIssueDates
                    | Because::OnlyToday
                    | Because::AmbiguousOrder
            )
        );
        if !worth {
            return Vec::new();
        }
        self.items
            .iter()
            .filter_map(|item| item.url.as_deref())
            .take(most)
            .collect()
    }

    /// Takes over the publication dates of followed pages (address, dates), as far as they prove a posting by `today`.
    pub fn date_by_pages(&mut self, pages: &[(String, ArticleDates)], today: Date) {
        for (url, dates) in pages {
            let Some(published) = dates.posting(today) else {
                continue;
            };
            let Some(item) = self.items.iter_mut().find(|i| i.url.as_deref() == Some(url)) else {
                continue;
            };
            item.shown = Some(published.day);
            if self.newest_item_date.is_none_or(|newest| published.day > newest) {
                self.newest_item_date = Some(published.day);
                self.state = State::Listed;
                self.because = None;
                self.evidence = Some(Evidence {
                    text: published.text.clone(),
                    selector: format!("{url} {}", published.selector),
                    form: Form::Iso,
                    role: Role::Structured,
                    order: Order::DayFirst,
                    title: item.title.clone(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::Item;
    use super::*;
    use crate::page::article::{Dated, Source};

    fn page(url: &str, day: Date, source: Source) -> (String, ArticleDates) {
        let published = Some(Dated {
            day,
            source,
            text: day.to_string(),
            selector: "x".to_owned(),
        });
        (
            url.to_owned(),
            ArticleDates {
                published,
                modified: None,
            },
        )
    }

    #[test]
    fn only_honest_dates_of_followed_pages_count() {
        let mut facts = SectionFacts {
            id: None,
            state: State::Undated,
            because: Some(Because::NoDates),
            heading: None,
            newest_item_date: None,
            evidence: None,
            newest_issue_date: None,
            future_items: 0,
            items: ["a", "b", "c"]
                .iter()
                .map(|u| Item {
                    url: Some((*u).to_owned()),
                    ..Item::default()
                })
                .collect(),
        };
        assert_eq!(facts.to_follow(2), ["a", "b"]);
        let today = date(2026, 11, 6);
        facts.date_by_pages(
            &[
                page("a", date(2026, 11, 5), Source::Text),
                page("a", today, Source::MetaGeneral),
                page("b", date(2026, 12, 1), Source::JsonLd),
                page("z", date(2026, 11, 4), Source::JsonLd),
            ],
            today,
        );
        assert_eq!(facts.state, State::Undated);
        facts.date_by_pages(&[page("c", date(2026, 10, 1), Source::Meta)], today);
        assert_eq!(
            (facts.state, facts.newest_item_date),
            (State::Listed, Some(date(2026, 10, 1)))
        );
        assert!(facts.to_follow(2).is_empty());
    }
}
