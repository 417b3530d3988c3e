//! What visits read on a unit's pages: sections, functions, the English side. Most of it is there, something is lacking
//! nearly everywhere, and much in a few places. Lists have no items that were watched: what was posted in time stays
//! unknown.

use std::collections::BTreeMap;

use ems_contract::facts::page::{
    CharsetFacts, EnglishFacts, EnglishMissing, EnglishVerdict, EvidenceRef, FoundIn, Language, Measure,
    NewestDate, PageFacts, SectionFacts, SectionState,
};
use ems_contract::facts::{Facts, Identity, PageKind};
use ems_contract::family::Family;
use ems_contract::inventory::Portal;
use ems_contract::observation::Timings;
use ems_contract::probe::ProbeKind;

use super::chance::Chance;
use super::fate::fate;
use super::history::World;
use super::units::Unit;
use crate::calendar::civil::{day_of, plus_days};
use crate::regulation::Regulations;
use crate::store::{MadeResult, MadeSeries};

/// Seconds between visits.
const EVERY_S: u32 = 12 * 3_600;
/// Days of visits: a failure of a page wants two looks two days apart.
const DAYS: i64 = 4;

/// Functions that are there or not.
const THERE: [&str; 13] = [
    "rss",
    "mobile-friendly",
    "search-function",
    "document-search",
    "qa-function",
    "feedback-form",
    "social-media",
    "channels-linked",
    "link-chinhphu",
    "component-links-portal",
    "dvc-integration",
    "dvc-level-stated",
    "english-section-dvc",
];
/// Things that must not be, and are not.
const NOT_THERE: [&str; 6] = [
    "a11y-no-blink",
    "forms-https",
    "consent-not-preticked",
    "personal-data-leak",
    "defacement",
    "malicious-content",
];
/// Elements of a part of the page.
const PARTS: [(&str, &[&str]); 8] = [
    (
        "layout-header",
        &[
            "emblem",
            "full_name",
            "menu_home",
            "menu_intro",
            "menu_dvc",
            "menu_sitemap",
        ],
    ),
    (
        "layout-footer",
        &["copyright", "unit", "responsible", "address", "phone", "email"],
    ),
    (
        "metadata-dublin-core",
        &[
            "title",
            "creator",
            "date",
            "description",
            "publisher",
            "identifier",
        ],
    ),
    ("print-save", &["print", "save"]),
    ("rating-portal", &["interface", "content", "quality", "support"]),
    (
        "component-of-province-portal",
        &["domain", "link_to_portal", "link_from_portal"],
    ),
    ("dvc-classification", &["audience", "topic", "level", "agency"]),
    ("dvc-guidance-stats", &["guide", "frequency", "progress", "count"]),
];
/// So many of so many.
const SHARES: [&str; 6] = [
    "a11y-text-alternatives",
    "a11y-link-purpose",
    "a11y-tables",
    "dvc-forms-download",
    "attribution-source",
    "attribution-original-link",
];

/// The visits of a unit's pages in the last days, by the first vantage point.
pub(super) fn visits(world: &World, law: &Regulations, unit: &Unit, portal: &Portal) -> MadeSeries {
    let fate = fate(unit, world.window);
    let first = fate.window.from.max(world.window.to - DAYS * 86_400);
    let from = first + i64::from(Chance::of("visit", &unit.id).below(EVERY_S));
    let slots = (0..).map(|visit| from + visit * i64::from(EVERY_S));
    let results = slots
        .take_while(|slot| *slot < world.window.to)
        .map(|slot| (slot, fate.outcome(Family::V4, 0, slot)))
        .filter(|(_, outcome)| outcome.is_success());
    MadeSeries {
        portal: portal.id.clone(),
        probe: ProbeKind::Page,
        family: None,
        agent: world.agents[0].0.clone(),
        facts: vec![Facts {
            page: Some(Box::new(read(world, law, unit, portal))),
            ..Facts::default()
        }],
        results: results
            .map(|(slot, outcome)| MadeResult {
                slot,
                interval_s: EVERY_S,
                outcome,
                address: None,
                facts: Some(0),
                timings: Timings::default(),
                body_bytes: None,
            })
            .collect(),
    }
}

/// What one visit read; it does not change within these days.
fn read(world: &World, law: &Regulations, unit: &Unit, portal: &Portal) -> PageFacts {
    // Some care, some do not.
    let careless = Chance::of("careless", &unit.id).below(30);
    let lacks = |what: &str| Chance::of(what, &unit.id).below(100) < careless;
    let level = portal.level_at(world.window.to);
    let on_level = law
        .sections
        .iter()
        .filter(|section| section.levels.contains(&level));
    let sections = on_level.map(|section| {
        if lacks(&section.id) {
            return SectionFacts::new(section.id.to_string(), SectionState::Missing);
        }
        let age = i64::from(Chance::of(&section.id, portal.id.as_str()).below(9));
        SectionFacts {
            found: true,
            filled: true,
            found_in: Some(FoundIn::MainMenu),
            label: Some(section.label_vi.clone()),
            url: Some(format!("{}{}", portal.url, section.id)),
            newest: Some(NewestDate {
                day: plus_days(day_of(world.window.to), -age),
                rule: "demo".into(),
                title: None,
                evidence: EvidenceRef::default(),
            }),
            ..SectionFacts::new(section.id.to_string(), SectionState::Listed)
        }
    });
    PageFacts {
        final_url: Some(portal.url.to_string()),
        status: Some(200),
        kind: Some(PageKind::Portal),
        title: Some(portal.name.clone()),
        language: Some(Language::Vi),
        language_confidence: Some(0.99),
        html_lang: Some("vi".into()),
        charset: Some(CharsetFacts {
            used: "utf-8".into(),
            declared: Some("utf-8".into()),
            ..CharsetFacts::default()
        }),
        identity: Some(Identity::Ok),
        sections: sections.collect(),
        english: Some(english(portal, &lacks)),
        checks: checks(unit, &lacks),
        ..PageFacts::default()
    }
}

fn english(portal: &Portal, lacks: &impl Fn(&str) -> bool) -> EnglishFacts {
    let missing: Vec<EnglishMissing> = [
        ("english-fax", EnglishMissing::Fax),
        ("english-phone", EnglishMissing::Phone),
        ("english-email", EnglishMissing::Email),
    ]
    .into_iter()
    .filter(|(what, _)| lacks(what))
    .map(|(_, missing)| missing)
    .collect();
    let absent = lacks("english");
    EnglishFacts {
        verdict: match (absent, missing.is_empty()) {
            (true, _) => EnglishVerdict::Absent,
            (false, true) => EnglishVerdict::Pass,
            (false, false) => EnglishVerdict::MissingItems,
        },
        missing: if absent { Vec::new() } else { missing },
        entry: (!absent).then(|| format!("{}en", portal.url)),
        found_by: None,
        language: (!absent).then_some(Language::En),
        confidence: (!absent).then_some(0.98),
        copy_of_vietnamese: false,
        words: (!absent).then_some(900),
        organisation: (!absent).then(|| format!("{}en/organisation", portal.url)),
        organisation_words: (!absent).then_some(260),
        contacts: (!absent).then(|| format!("{}en/contacts", portal.url)),
        officials: if absent { 0 } else { 6 },
        newest: None,
        evidence: None,
    }
}

fn checks(unit: &Unit, lacks: &impl Fn(&str) -> bool) -> BTreeMap<String, Measure> {
    let found = |found| Measure {
        found: Some(found),
        ..Measure::default()
    };
    let mut all: BTreeMap<String, Measure> = BTreeMap::new();
    all.extend(THERE.map(|check| (check.to_owned(), found(!lacks(check)))));
    all.extend(NOT_THERE.map(|check| (check.to_owned(), found(false))));
    all.extend(PARTS.map(|(check, parts)| {
        let there = parts.iter().filter(|part| !lacks(&format!("{check}/{part}")));
        let measure = Measure {
            fields: Some(there.map(|part| (*part).to_owned()).collect()),
            ..Measure::default()
        };
        (check.to_owned(), measure)
    }));
    all.extend(SHARES.map(|check| {
        let of = 40 + Chance::of("of", &unit.id).below(60);
        let good = if lacks(check) { of * 4 / 5 } else { of };
        let measure = Measure {
            good: Some(good),
            of: Some(of),
            ..Measure::default()
        };
        (check.to_owned(), measure)
    }));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ems_contract::facts::page::MEASURED;

    use super::*;

    #[test]
    fn what_is_read_has_the_names_that_probes_use() {
        let checks = THERE.into_iter().chain(NOT_THERE).chain(SHARES);
        let checks: BTreeSet<&str> = checks.chain(PARTS.map(|(check, _)| check)).collect();
        assert_eq!(
            checks.len(),
            THERE.len() + NOT_THERE.len() + SHARES.len() + PARTS.len()
        );
        for check in checks {
            assert!(MEASURED.contains(&check), "{check}");
        }
    }
}
