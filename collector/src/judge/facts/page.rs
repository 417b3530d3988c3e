//! From what a visit read on the pages to what the judge reads.

use std::sync::Arc;

use ems_contract::facts::page::{
    EnglishFacts, EnglishMissing, EnglishVerdict, EvidenceRef, Language, Measure as Measured, NotSaid,
    PageFacts, SectionFacts, SectionState,
};
use ems_contract::facts::{Identity, LinksFacts, PageKind};

use super::seen::{EnglishSeen, Measure, Observed, PageSeen, SectionSeen};

impl Observed {
    /// Adds what a visit read. What was not read stays absent: a page that did not answer, or for which the budget did
    /// not last, says nothing of its section.
    pub fn note_page(&mut self, facts: &PageFacts) {
        if let Some(page) = kept(facts.evidence.as_ref()) {
            self.kept = Some(page);
        }
        self.page = Some(page(facts));
        for section in &facts.sections {
            if let Some(seen) = section_seen(section) {
                self.sections.insert(section.id.clone(), seen);
            }
        }
        self.english = facts.english.as_ref().and_then(english);
        self.published.clone_from(&facts.published);
        for (check, measured) in &facts.checks {
            self.checks.insert(check.clone(), measure(measured));
        }
        if let Some(facts) = &facts.english {
            for (check, measured) in english_parts(facts) {
                self.checks.entry(check.to_owned()).or_insert(measured);
            }
        }
    }
}

impl Observed {
    /// Adds what the links lead to.
    pub fn note_links(&mut self, facts: &LinksFacts) {
        if let Some(measured) = facts.agencies() {
            self.checks
                .insert("links-agencies".to_owned(), measure(&measured));
        }
    }
}

fn page(facts: &PageFacts) -> PageSeen {
    let blocked = facts.kind == Some(PageKind::Blocked);
    let charset = facts.charset.as_ref();
    PageSeen {
        // Where a firewall answered, the address it redirected to says nothing of the portal's.
        final_url: facts
            .final_url
            .as_deref()
            .filter(|_| !blocked)
            .and_then(|url| url.parse().ok()),
        kind: facts.kind,
        blocked,
        scripts_only: facts.js_only || facts.kind == Some(PageKind::EmptyShell),
        names_agency: match facts.identity {
            Some(Identity::Ok) => Some(true),
            Some(Identity::Missing | Identity::Foreign) => Some(false),
            Some(Identity::Unknown) | None => None,
        },
        language: match facts.language {
            Some(Language::Vi) => Some("vi".to_owned()),
            Some(Language::En) => Some("en".to_owned()),
            Some(Language::None) | None => None,
        },
        language_confidence: facts.language_confidence.map(f64::from),
        html_lang: facts.html_lang.clone(),
        charset: charset.map(|charset| charset.declared.clone().unwrap_or_else(|| charset.used.clone())),
        unicode: charset
            .map(|charset| charset.used.starts_with("utf-") && !charset.replaced && charset.legacy.is_none()),
        nfd_share: charset.map(|charset| f64::from(charset.decomposed_percent) / 100.0),
        ..PageSeen::default()
    }
}

/// `None` where the section's page was not really read.
fn section_seen(facts: &SectionFacts) -> Option<SectionSeen> {
    let read = match facts.state {
        SectionState::Listed | SectionState::Empty | SectionState::Missing => true,
        SectionState::Undated => facts.because != Some(NotSaid::Elsewhere),
        SectionState::JsOnly | SectionState::Blocked | SectionState::NotRead => false,
    };
    read.then(|| SectionSeen {
        found: facts.found,
        filled: facts.filled,
        score: facts.score.map(f64::from),
        url: facts.url.clone(),
        fields: facts.fields.clone(),
        kept: kept(facts.evidence.as_ref()),
    })
}

fn kept(evidence: Option<&EvidenceRef>) -> Option<Arc<str>> {
    Some(evidence?.sha256?.to_string().into())
}

fn english(facts: &EnglishFacts) -> Option<EnglishSeen> {
    let found = match facts.verdict {
        EnglishVerdict::Unknown => return None,
        EnglishVerdict::Absent => false,
        EnglishVerdict::Pass
        | EnglishVerdict::MissingItems
        | EnglishVerdict::NotEnglish
        | EnglishVerdict::Empty => true,
    };
    // How sure it is that the page is English, not how sure its language is.
    let confidence = match (facts.verdict, facts.language) {
        (EnglishVerdict::NotEnglish | EnglishVerdict::Empty, _) | (_, Some(Language::Vi)) => Some(0.0),
        _ => facts.confidence.map(f64::from),
    };
    Some(EnglishSeen {
        found,
        url: facts.entry.as_deref().and_then(|url| url.parse().ok()),
        confidence,
        copy_of_vietnamese: facts.copy_of_vietnamese,
        newest: facts.newest,
        kept: kept(facts.evidence.as_ref()),
    })
}

/// The parts of an English side that is there: of one that is not, its own check tells.
fn english_parts(facts: &EnglishFacts) -> Vec<(&'static str, Measure)> {
    if !matches!(facts.verdict, EnglishVerdict::Pass | EnglishVerdict::MissingItems) {
        return Vec::new();
    }
    let lacks = |what| facts.missing.contains(&what);
    let organisation = Measure {
        found: Some(!lacks(EnglishMissing::OrgStructure)),
        value: facts.organisation_words.map(f64::from),
        ..Measure::default()
    };
    let parts = [
        (EnglishMissing::Name, "name"),
        (EnglishMissing::Title, "title"),
        (EnglishMissing::Unit, "unit"),
        (EnglishMissing::Phone, "phone"),
        (EnglishMissing::Fax, "fax"),
        (EnglishMissing::Email, "email"),
    ];
    let none = lacks(EnglishMissing::Officials);
    let there = parts
        .into_iter()
        .filter(|(missing, _)| !none && !lacks(*missing))
        .map(|(_, name)| name.to_owned());
    let contacts = Measure {
        fields: Some(there.collect()),
        ..Measure::default()
    };
    vec![
        ("english-section-org", organisation),
        ("english-section-contacts", contacts),
    ]
}

fn measure(facts: &Measured) -> Measure {
    Measure {
        found: facts.found,
        fields: facts.fields.clone(),
        good: facts.good,
        of: facts.of,
        value: facts.value,
        confidence: facts.confidence,
        blocked: facts.blocked,
        confirmed: false,
        note: facts.note.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::facts::page::CharsetFacts;

    fn seen(facts: &PageFacts) -> Observed {
        let mut seen = Observed::new(
            "2026-11-22T00:00:00Z".parse().unwrap(),
            "a1".parse().unwrap(),
            "viettel".parse().unwrap(),
        );
        seen.note_page(facts);
        seen
    }

    #[test]
    fn what_was_not_read_stays_absent() {
        let section = |id: &str, state, because| SectionFacts {
            found: true,
            because,
            ..SectionFacts::new(id, state)
        };
        let facts = PageFacts {
            sections: vec![
                section("tin-tuc", SectionState::Listed, None),
                section("van-ban", SectionState::NotRead, Some(NotSaid::Budget)),
                section("hoi-dap", SectionState::Undated, Some(NotSaid::Elsewhere)),
                section("lien-he", SectionState::Blocked, None),
            ],
            ..PageFacts::default()
        };
        let seen = seen(&facts);
        assert_eq!(seen.sections.keys().collect::<Vec<_>>(), ["tin-tuc"]);
        assert!(seen.english.is_none() && seen.checks.is_empty());
    }

    #[test]
    fn a_legacy_encoding_is_no_unicode_and_a_firewall_hides_the_address() {
        let facts = PageFacts {
            kind: Some(PageKind::Blocked),
            final_url: Some("https://waf.example.com/".to_owned()),
            charset: Some(CharsetFacts {
                used: "windows-1258".to_owned(),
                ..CharsetFacts::default()
            }),
            ..PageFacts::default()
        };
        let page = seen(&facts).page.unwrap();
        assert!(page.blocked && page.final_url.is_none());
        assert_eq!(
            (page.unicode, page.charset.as_deref()),
            (Some(false), Some("windows-1258"))
        );
    }

    #[test]
    fn an_english_side_in_vietnamese_is_surely_not_english() {
        let english = |verdict, language| PageFacts {
            english: Some(EnglishFacts {
                verdict,
                missing: vec![EnglishMissing::Fax],
                entry: Some("https://a.gov.vn/en".to_owned()),
                found_by: None,
                language: Some(language),
                confidence: Some(0.97),
                copy_of_vietnamese: false,
                words: None,
                organisation: None,
                organisation_words: Some(350),
                contacts: None,
                officials: 3,
                newest: None,
                evidence: None,
            }),
            ..PageFacts::default()
        };
        let vi = seen(&english(EnglishVerdict::NotEnglish, Language::Vi));
        assert_eq!(vi.english.unwrap().confidence, Some(0.0));
        let en = seen(&english(EnglishVerdict::MissingItems, Language::En));
        assert!(en.english.unwrap().confidence.unwrap() > 0.9);
        let fields = en.checks["english-section-contacts"].fields.clone().unwrap();
        assert!(fields.contains(&"email".to_owned()) && !fields.contains(&"fax".to_owned()));
        assert_eq!(en.checks["english-section-org"].value, Some(350.0));
        let none = seen(&english(EnglishVerdict::Unknown, Language::None));
        assert!(none.english.is_none() && none.checks.is_empty());
    }
}
