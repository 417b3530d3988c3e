//! From the pages of a visit to the measures of OBLIGATIONS B1 to B5, in the form that `docs/FACTS.md` reads. A measure that
//! could not be taken is absent. Nothing is judged here.

mod content;
mod functions;
mod linked;
mod presentation;
mod tried;

use std::collections::BTreeMap;

use ems_contract::facts::page::{EnglishFacts, EvidenceKind, EvidenceRef, Measure, SectionFacts};
use jiff::civil::Date;
use url::Url;

use super::reader::Page;
use crate::page::features::{Seen, Share};

pub use linked::{linked, sources};
pub use tried::{Aged, Tried, Tries};

/// Measures by id of the check.
pub type Checks = BTreeMap<String, Measure>;

/// What a visit saw, as far as the measures need it.
#[derive(Debug)]
pub struct Survey<'a> {
    /// The home page.
    pub home: &'a Page,
    /// Every other page of the Vietnamese side that was read.
    pub pages: &'a [&'a Page],
    /// Of them pages of articles and documents, with their section.
    pub items: &'a [(&'a str, &'a Page)],
    /// Pages of the English side.
    pub english_pages: &'a [&'a Page],
    /// The sections.
    pub sections: &'a [SectionFacts],
    /// The page of each section, as read.
    pub section_pages: &'a BTreeMap<String, &'a Page>,
    /// The English side, where it was looked at.
    pub english: Option<&'a EnglishFacts>,
    /// What was tried out: search, feeds, sitemap, files, archive.
    pub tries: &'a Tries,
    /// The home page of the parent portal, if there is one.
    pub parent: Option<&'a Url>,
    /// The day of the visit in Việt Nam.
    pub today: Date,
}

impl<'a> Survey<'a> {
    /// Every page of the Vietnamese side, the home page first.
    fn all(&self) -> impl Iterator<Item = &'a Page> + '_ {
        std::iter::once(self.home).chain(self.pages.iter().copied())
    }

    fn section(&self, id: &str) -> Option<&'a SectionFacts> {
        self.sections.iter().find(|section| section.id == id)
    }
}

/// All measures of a visit.
#[must_use]
pub fn all(survey: &Survey<'_>) -> Checks {
    let mut checks = Checks::new();
    presentation::measure(survey, &mut checks);
    functions::measure(survey, &mut checks);
    content::measure(survey, &mut checks);
    tried::measure(survey, &mut checks);
    checks
}

/// Whether something was found, with the place that shows it.
fn found(checks: &mut Checks, id: &str, seen: Option<(&Seen, &Page)>) {
    let measure = Measure {
        found: Some(seen.is_some()),
        evidence: seen.map(|(seen, page)| proof(seen, page)),
        ..Measure::default()
    };
    checks.insert(id.to_owned(), measure);
}

/// Whether something is so, without a place.
fn is(checks: &mut Checks, id: &str, so: bool, note: Option<String>) {
    let measure = Measure {
        found: Some(so),
        note,
        ..Measure::default()
    };
    checks.insert(id.to_owned(), measure);
}

/// Which of the named elements are there.
fn fields(checks: &mut Checks, id: &str, named: &[(&str, bool)]) {
    let there = super::plan::wire::sorted(named);
    let measure = Measure {
        found: Some(!there.is_empty()),
        fields: Some(there),
        ..Measure::default()
    };
    checks.insert(id.to_owned(), measure);
}

/// So many of so many; nothing where there are none.
fn share(checks: &mut Checks, id: &str, good: u32, of: u32) {
    if of > 0 {
        let measure = Measure {
            good: Some(good),
            of: Some(of),
            ..Measure::default()
        };
        checks.insert(id.to_owned(), measure);
    }
}

fn proof(seen: &Seen, page: &Page) -> EvidenceRef {
    EvidenceRef {
        text: Some(seen.text.clone()),
        selector: Some(seen.selector.clone()),
        url: Some(page.url.to_string()),
        sha256: None,
        kind: Some(EvidenceKind::Page),
    }
}

/// The first place on any of the pages.
fn first<'a>(
    mut pages: impl Iterator<Item = &'a Page>,
    place: impl Fn(&'a Page) -> Option<&'a Seen>,
) -> Option<(&'a Seen, &'a Page)> {
    pages.find_map(|page| Some((place(page)?, page)))
}

/// The shares of several pages added up.
fn sum(shares: impl Iterator<Item = Share>) -> (u32, u32) {
    shares.fold((0, 0), |(good, all), share| {
        (good.saturating_add(share.good), all.saturating_add(share.all))
    })
}

#[cfg(test)]
mod tests;
