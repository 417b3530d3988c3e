//! The sections of a portal and its English side: found or not, newest posting with what proves it, age, verdicts.

use std::collections::BTreeSet;

use ems_contract::digest::Sha256;
use ems_contract::facts::page::{
    EnglishFacts, EnglishVerdict, EvidenceRef, NotSaid, SectionFacts, SectionState,
};
use ems_contract::text::{Lang, fill, get, lookup};
use jiff::civil::Date;
use serde::Serialize;

use super::super::compliance::verdict_badge;
use super::super::kept::{KeptPage, kept_page};
use super::super::{Badge, Look};
use crate::calendar::civil;
use crate::judge::Value;
use crate::locale;
use crate::regulation::{Regulations, Section};
use crate::sections::{JudgedSection, Read, Standing};

/// The part of the page.
#[derive(Debug, Serialize)]
pub struct SectionsPart {
    /// Sections that were found, could not be looked at, or that a rule asks for.
    pub rows: Vec<SectionRow>,
    /// The others, by name: neither there nor asked for.
    pub others: Option<String>,
    /// The English side.
    pub english: Option<EnglishCard>,
}

/// One section.
#[derive(Debug, Serialize)]
pub struct SectionRow {
    /// Its id.
    pub id: String,
    /// Its name in the lexicon.
    pub name: String,
    /// Where its link was found and how the page calls it.
    pub place: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// What became of it.
    pub badge: Badge,
    /// Why there is no date.
    pub because: Option<String>,
    /// Newest posting date.
    pub newest: Option<NewestCell>,
    /// The page that proves it.
    pub page: Option<KeptPage>,
    /// Working days since.
    pub age: String,
    /// Verdicts.
    pub verdicts: Vec<SectionVerdict>,
    /// When and by whom it was looked at.
    pub seen: String,
}

/// A newest posting date and what proves it.
#[derive(Debug, Serialize)]
pub struct NewestCell {
    /// The day.
    pub day: String,
    /// The rule by which it is a posting date.
    pub rule: String,
    /// The title of the item.
    pub title: Option<String>,
    /// The text that was read.
    pub text: Option<String>,
    /// Its element.
    pub selector: Option<String>,
}

/// A verdict about a section.
#[derive(Debug, Serialize)]
pub struct SectionVerdict {
    /// The verdict.
    pub badge: Badge,
    /// The obligation: an anchor of the compliance page.
    pub obligation: String,
    /// Article and number of the instrument.
    pub article: String,
    /// Measured against the term.
    pub told: String,
}

/// The English side.
#[derive(Debug, Serialize)]
pub struct EnglishCard {
    /// What it comes to.
    pub badge: Badge,
    /// What is missing.
    pub missing: Option<String>,
    /// Its entry page.
    pub entry: Option<String>,
    /// The page that proves it.
    pub page: Option<KeptPage>,
    /// When it was read.
    pub seen: String,
}

pub(super) fn sections(
    look: Look<'_>,
    read: &Read,
    kept: &BTreeSet<Sha256>,
    rules: &Regulations,
) -> SectionsPart {
    let lang = look.lang;
    let standings = read.standings(rules, civil::day_of(look.now));
    let (shown, others): (Vec<&Standing<'_>>, Vec<&Standing<'_>>) =
        standings.iter().partition(|standing| is_shown(standing));
    let names: Vec<String> = others
        .iter()
        .map(|standing| name(rules, &standing.look.facts.id, lang))
        .collect();
    let english = read
        .page
        .as_ref()
        .and_then(|page| Some((page, page.facts.english.as_ref()?)));
    SectionsPart {
        rows: shown
            .iter()
            .map(|standing| row(standing, kept, rules, lang))
            .collect(),
        others: (!names.is_empty())
            .then(|| fill(lang, "console.sections.others", &[("list", &names.join(", "))])),
        english: english
            .map(|(page, facts)| english_card(facts, kept, &seen(page.at, page.agent.as_str(), lang), lang)),
    }
}

fn is_shown(standing: &Standing<'_>) -> bool {
    let asked = |judged: &JudgedSection<'_>| judged.check.value != Value::NotApplicable;
    standing.look.facts.state != SectionState::Missing || standing.judged.iter().any(asked)
}

fn name(rules: &Regulations, id: &str, lang: Lang) -> String {
    let called = |section: &Section| match lang {
        Lang::Vi => section.label_vi.clone(),
        Lang::En => section.labels_en.first().unwrap_or(&section.label_vi).clone(),
    };
    rules.section(id).map_or_else(|| id.to_owned(), called)
}

fn row(standing: &Standing<'_>, kept: &BTreeSet<Sha256>, rules: &Regulations, lang: Lang) -> SectionRow {
    let (look, facts) = (standing.look, &standing.look.facts);
    let place = facts
        .found_in
        .map(|place| get(lang, &format!("site.where.{}", place.as_str())).to_owned());
    let label = facts.label.as_ref().map(|label| format!("“{label}”"));
    let place: Vec<String> = place.into_iter().chain(label).collect();
    SectionRow {
        id: facts.id.clone(),
        name: name(rules, &facts.id, lang),
        place: (!place.is_empty()).then(|| place.join(": ")),
        url: facts.url.clone(),
        badge: state_badge(facts.state, lang),
        because: because(facts, lang),
        newest: facts.newest.as_ref().map(|newest| NewestCell {
            day: date(newest.day, lang),
            rule: lookup(lang, &format!("console.sections.rule.{}", newest.rule))
                .unwrap_or(&newest.rule)
                .to_owned(),
            title: newest.title.clone(),
            text: newest.evidence.text.clone(),
            selector: newest.evidence.selector.clone(),
        }),
        page: proof(facts.evidence.as_ref(), kept),
        age: standing
            .age_wd
            .map_or_else(|| "–".to_owned(), |age| locale::count(age, lang)),
        verdicts: standing
            .judged
            .iter()
            .filter(|judged| judged.check.value != Value::NotApplicable)
            .map(|judged| verdict(judged, rules, lang))
            .collect(),
        seen: seen(look.at, look.agent.as_str(), lang),
    }
}

fn proof(evidence: Option<&EvidenceRef>, kept: &BTreeSet<Sha256>) -> Option<KeptPage> {
    Some(kept_page(&evidence?.sha256?, kept))
}

fn date(day: Date, lang: Lang) -> String {
    locale::date(civil::start_of(day), lang)
}

fn seen(at: ems_contract::time::UnixTime, agent: &str, lang: Lang) -> String {
    let at = locale::instant(at, lang);
    fill(lang, "console.sections.seen", &[("at", &at), ("agent", agent)])
}

/// Unknown is not missing: only what was really looked for and is not there says so.
fn state_badge(state: SectionState, lang: Lang) -> Badge {
    let (class, key) = match state {
        SectionState::Listed => ("up", "listed"),
        SectionState::Undated => ("unknown", "undated"),
        SectionState::Empty => ("degraded", "empty"),
        SectionState::Missing => ("absent", "missing"),
        SectionState::JsOnly | SectionState::Blocked | SectionState::NotRead => ("unknown", "not_measured"),
    };
    Badge {
        state: class,
        text: get(lang, &format!("console.sections.state.{key}")).to_owned(),
    }
}

/// Why there is no date, or nothing was read.
fn because(facts: &SectionFacts, lang: Lang) -> Option<String> {
    let why = match (facts.state, facts.because) {
        (SectionState::Listed | SectionState::Empty | SectionState::Missing, _)
        | (SectionState::Undated, None) => return None,
        (SectionState::JsOnly, _) => get(lang, "page.because.js_only").to_owned(),
        (SectionState::Blocked, _) => get(lang, "console.sections.because.blocked").to_owned(),
        (_, Some(because)) => not_said(because, lang),
        (_, None) => get(lang, "console.sections.because.own").to_owned(),
    };
    let why = fill(lang, "console.sections.because", &[("why", &why)]);
    Some(match (facts.because, facts.newest_issue) {
        (Some(NotSaid::OnlyIssueDates), Some(day)) => {
            let issued = fill(lang, "page.issued", &[("day", &date(day, lang))]);
            format!("{why}. {issued}")
        }
        _ => why,
    })
}

fn not_said(because: NotSaid, lang: Lang) -> String {
    let because = because.as_str();
    let site = lookup(lang, &format!("site.because.{because}"));
    match site {
        Some(text) => text.to_owned(),
        None => get(lang, &format!("page.because.{because}")).to_owned(),
    }
}

fn verdict(judged: &JudgedSection<'_>, rules: &Regulations, lang: Lang) -> SectionVerdict {
    let (verdict, check) = (judged.verdict, judged.check);
    let obligation = rules.packs.get(&verdict.pack).and_then(|pack| {
        let row = pack.obligations.iter().find(|row| row.id == verdict.obligation)?;
        Some(format!("{}, {}", row.article, pack.citation()))
    });
    let reason = get(lang, &format!("judge.reason.{}", check.reason)).to_owned();
    let measured = check.measured.as_ref().map(|measured| measured.render(lang));
    let term = check.threshold.as_ref().map(|term| {
        let term = term.render(lang);
        fill(lang, "console.sections.term", &[("term", &term)])
    });
    let told: Vec<String> = [Some(reason), measured, term].into_iter().flatten().collect();
    SectionVerdict {
        badge: verdict_badge(check.value, lang),
        obligation: verdict.obligation.to_string(),
        article: obligation.unwrap_or_else(|| verdict.pack.to_string()),
        told: told.join("; "),
    }
}

fn english_card(facts: &EnglishFacts, kept: &BTreeSet<Sha256>, seen: &str, lang: Lang) -> EnglishCard {
    let class = match facts.verdict {
        EnglishVerdict::Pass => "up",
        EnglishVerdict::MissingItems => "degraded",
        EnglishVerdict::NotEnglish | EnglishVerdict::Empty | EnglishVerdict::Absent => "down",
        EnglishVerdict::Unknown => "unknown",
    };
    let missing: Vec<String> = facts
        .missing
        .iter()
        .map(|what| get(lang, &format!("site.missing.{}", what.as_str())).to_owned())
        .collect();
    EnglishCard {
        badge: Badge {
            state: class,
            text: get(lang, &format!("site.english.{}", facts.verdict.as_str())).to_owned(),
        },
        missing: (!missing.is_empty()).then(|| fill(lang, "site.missing", &[("list", &missing.join(", "))])),
        entry: facts.entry.clone(),
        page: proof(facts.evidence.as_ref(), kept),
        seen: seen.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_says_why_and_is_never_missing() {
        let mut facts = SectionFacts::new("tin-tuc", SectionState::NotRead);
        facts.because = Some(NotSaid::Robots);
        assert_eq!(
            because(&facts, Lang::Vi).as_deref(),
            Some("chưa đo được, vì robots.txt không cho đọc")
        );
        assert_eq!(state_badge(facts.state, Lang::Vi).state, "unknown");
        facts.because = None;
        assert!(because(&facts, Lang::Vi).unwrap().contains("hệ thống đo"));
        facts.state = SectionState::Missing;
        assert_eq!(because(&facts, Lang::Vi), None);
    }

    #[test]
    fn a_list_that_prints_the_present_is_told_as_one() {
        let mut facts = SectionFacts::new("tin-tuc", SectionState::Undated);
        facts.because = Some(NotSaid::OnlyToday);
        let told = because(&facts, Lang::Vi).unwrap();
        assert!(told.contains("ngày cập nhật là đúng ngày đọc trang"), "{told}");
    }

    #[test]
    fn every_reason_state_and_place_has_words() {
        for why in NotSaid::ALL {
            assert!(!not_said(*why, Lang::Vi).is_empty());
        }
        for state in SectionState::ALL {
            assert!(!state_badge(*state, Lang::En).text.is_empty());
        }
        for rule in [
            "posted",
            "plain",
            "structured",
            "modified",
            "answered",
            "item_page",
        ] {
            let key = format!("console.sections.rule.{rule}");
            assert!(lookup(Lang::Vi, &key).is_some(), "{rule}");
        }
        for place in ems_contract::facts::page::FoundIn::ALL {
            assert!(
                lookup(Lang::Vi, &format!("site.where.{}", place.as_str())).is_some(),
                "{place}"
            );
        }
    }
}
