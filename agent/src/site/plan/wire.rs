//! From what the pages say to the facts that travel.

use std::collections::BTreeMap;

use ems_contract::facts::page::{
    CharsetFacts, DocumentKind, EnglishMissing, EvidenceKind, EvidenceRef, FoundIn, ItemFacts, Language,
    NewestDate, NotSaid, SectionFacts, SectionState,
};

use crate::page::decode;
use crate::page::english::Missing;
use crate::page::items::{self, Because, Role, State};
use crate::page::language;
use crate::page::sections;

/// The wire's word for a language.
#[must_use]
pub const fn language(language: language::Language) -> Language {
    match language {
        language::Language::Vi => Language::Vi,
        language::Language::En => Language::En,
        language::Language::None => Language::None,
    }
}

/// How sure the language of a page is: the share of the words that are in it.
#[must_use]
pub fn confidence(facts: &language::LanguageFacts) -> Option<f32> {
    let percent = match facts.content {
        language::Language::Vi => facts.vi_percent,
        language::Language::En => facts.en_percent,
        language::Language::None => return None,
    };
    Some(f32::from(u8::try_from(percent.min(100)).unwrap_or(100)) / 100.0)
}

/// The wire's word for a place.
#[must_use]
pub const fn found_in(place: sections::FoundIn) -> FoundIn {
    match place {
        sections::FoundIn::Operator => FoundIn::Operator,
        sections::FoundIn::MainMenu => FoundIn::MainMenu,
        sections::FoundIn::MegaMenu => FoundIn::MegaMenu,
        sections::FoundIn::SideMenu => FoundIn::SideMenu,
        sections::FoundIn::Footer => FoundIn::Footer,
        sections::FoundIn::Select => FoundIn::Select,
        sections::FoundIn::Attribute => FoundIn::Attribute,
        sections::FoundIn::Breadcrumb => FoundIn::Breadcrumb,
        sections::FoundIn::Block => FoundIn::Block,
    }
}

/// How the bytes became text.
#[must_use]
pub fn charset(facts: &decode::CharsetFacts) -> CharsetFacts {
    let legacy = facts
        .legacy
        .as_ref()
        .and_then(|legacy| serde_json::to_value(legacy).ok());
    CharsetFacts {
        used: facts.used.clone(),
        declared: facts.header.clone().or_else(|| facts.meta.clone()),
        conflict: facts.conflict,
        replaced: facts.replaced > 0,
        legacy: legacy.and_then(|legacy| legacy.as_str().map(str::to_owned)),
        decomposed_percent: u8::try_from(facts.decomposed_percent.min(255)).unwrap_or(u8::MAX),
    }
}

/// What is missing on the English side.
#[must_use]
pub const fn missing(missing: Missing) -> EnglishMissing {
    match missing {
        Missing::EnPage => EnglishMissing::EnPage,
        Missing::Content => EnglishMissing::Content,
        Missing::Language => EnglishMissing::Language,
        Missing::ItemsLanguage => EnglishMissing::ItemsLanguage,
        Missing::OrgStructure => EnglishMissing::OrgStructure,
        Missing::Officials => EnglishMissing::Officials,
        Missing::Name => EnglishMissing::Name,
        Missing::Title => EnglishMissing::Title,
        Missing::Unit => EnglishMissing::Unit,
        Missing::Phone => EnglishMissing::Phone,
        Missing::Fax => EnglishMissing::Fax,
        Missing::Email => EnglishMissing::Email,
    }
}

fn item(item: &items::Item) -> ItemFacts {
    ItemFacts {
        url: item.url.clone(),
        title: item.title.clone(),
        symbol: item.symbol.clone(),
        issuer: item.issuer.clone(),
        kind: item.kind.map(|kind| match kind {
            items::DocumentKind::Qppl => DocumentKind::Qppl,
            items::DocumentKind::HanhChinh => DocumentKind::Administrative,
        }),
        urgent: item.urgent,
        repealed: item.repealed,
        shown: item.shown,
        issued: item.issued,
        effective: item.effective,
        until: item.until,
        approved: item.approved,
        accepted: item.accepted,
        event: item.event,
        asked: item.asked_at,
        answered: item.answered_at,
        week: item.week,
        files: item.files.clone(),
    }
}

/// The rule by which a date is one of posting.
const fn rule(role: Role) -> &'static str {
    match role {
        Role::Posted => "posted",
        Role::Plain => "plain",
        Role::Modified => "modified",
        Role::Structured => "structured",
        Role::Answered => "answered",
        _ => "other",
    }
}

/// Takes over what a page says of a section. `rule_of_pages` names the source where the dates came from elsewhere.
pub fn read_section(
    into: &mut SectionFacts,
    page: &items::SectionFacts,
    url: &str,
    rule_of_pages: Option<&str>,
) {
    (into.state, into.because) = match (page.state, page.because) {
        (State::Listed, _) => (SectionState::Listed, None),
        (State::Empty, _) => (SectionState::Empty, None),
        (State::Missing, _) => (SectionState::Missing, None),
        (State::Undated, Some(Because::JsOnly)) => (SectionState::JsOnly, None),
        (State::Undated, Some(Because::NotThePortal)) => (SectionState::Blocked, None),
        (State::Undated, because) => (SectionState::Undated, because.and_then(not_said)),
    };
    into.newest = match (page.newest_item_date, &page.evidence) {
        (Some(day), Some(evidence)) => Some(NewestDate {
            day,
            rule: rule_of_pages.unwrap_or_else(|| rule(evidence.role)).to_owned(),
            title: Some(evidence.title.clone()).filter(|title| !title.is_empty()),
            evidence: EvidenceRef {
                text: Some(evidence.text.clone()),
                selector: Some(evidence.selector.clone()),
                url: Some(url.to_owned()),
                sha256: None,
                kind: Some(EvidenceKind::Page),
            },
        }),
        _ => None,
    };
    into.newest_issue = page.newest_issue_date;
    into.future_items = page.future_items;
    into.items = page.items.iter().map(item).collect();
}

const fn not_said(because: Because) -> Option<NotSaid> {
    Some(match because {
        Because::Elsewhere => NotSaid::Elsewhere,
        Because::OnlyIssueDates => NotSaid::OnlyIssueDates,
        Because::OnlyQuestionDates => NotSaid::OnlyQuestionDates,
        Because::NoDates => NotSaid::NoDates,
        Because::FewDates => NotSaid::FewDates,
        Because::AmbiguousOrder => NotSaid::AmbiguousOrder,
        Because::OnlyFuture => NotSaid::OnlyFuture,
        Because::OnlyToday => NotSaid::OnlyToday,
        Because::NoList => NotSaid::NoList,
        Because::JsOnly | Because::NotThePortal => return None,
    })
}

/// Names in an order that does not depend on the page.
#[must_use]
pub fn sorted(fields: &[(&str, bool)]) -> Vec<String> {
    let there: BTreeMap<&str, ()> = fields
        .iter()
        .filter(|(_, there)| *there)
        .map(|(name, _)| (*name, ()))
        .collect();
    there.into_keys().map(str::to_owned).collect()
}
