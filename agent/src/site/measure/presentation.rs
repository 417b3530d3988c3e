//! Presentation, language, accessibility (OBLIGATIONS B2).

use ems_contract::facts::page::Measure;

use super::{Checks, Survey, fields, first, found, is, share, sum};
use crate::page::features::{MetadataFacts, Share};
use crate::site::reader::Page;

pub(super) fn measure(survey: &Survey<'_>, checks: &mut Checks) {
    head_and_foot(survey, checks);
    access(survey, checks);
    metadata(survey, checks);
    forms(survey, checks);
    english(survey, checks);
}

fn head_and_foot(survey: &Survey<'_>, checks: &mut Checks) {
    let features = &survey.home.facts.features;
    let (layout, contact) = (&features.layout, &features.contact);
    fields(
        checks,
        "layout-header",
        &[
            ("emblem", layout.emblem.is_some()),
            ("full_name", layout.name.is_some()),
            ("menu_home", layout.menu_home),
            ("menu_intro", layout.menu_about),
            ("menu_dvc", layout.menu_services),
            ("menu_sitemap", layout.menu_sitemap),
        ],
    );
    fields(
        checks,
        "layout-footer",
        &[
            ("copyright", contact.copyright.is_some()),
            ("unit", contact.owner.is_some()),
            ("responsible", contact.responsible.is_some()),
            ("address", contact.address.is_some()),
            ("phone", contact.phone.is_some()),
            ("email", contact.email.is_some()),
        ],
    );
    fields(
        checks,
        "support-contact",
        &[
            ("email", contact.email.is_some()),
            ("hotline", contact.phone.is_some()),
        ],
    );
    let narrow = layout.viewport.is_some() && layout.fixed_width.is_none();
    let why = match (&layout.viewport, layout.fixed_width) {
        (None, _) => Some("no viewport for small screens".to_owned()),
        (_, Some(pixels)) => Some(format!("a fixed width of {pixels} px")),
        _ => None,
    };
    is(checks, "mobile-friendly", narrow, why);
    let conformance = Measure {
        fields: Some(super::super::plan::wire::sorted(&[
            ("doctype", layout.doctype),
            ("lang", layout.lang.is_some()),
            (
                "charset_declared",
                survey.home.facts.charset.header.is_some() || survey.home.facts.charset.meta.is_some(),
            ),
        ])),
        ..Measure::default()
    };
    checks.insert("html-conformance".to_owned(), conformance);
}

fn access(survey: &Survey<'_>, checks: &mut Checks) {
    let shares = |pick: fn(&Page) -> Share| sum(survey.all().map(pick));
    let (good, of) = shares(|page| page.facts.features.access.text_alternatives);
    share(checks, "a11y-text-alternatives", good, of);
    let (good, of) = shares(|page| page.facts.features.access.link_purpose);
    share(checks, "a11y-link-purpose", good, of);
    let (good, of) = shares(|page| page.facts.features.access.tables);
    share(checks, "a11y-tables", good, of);
    found(
        checks,
        "a11y-no-blink",
        first(survey.all(), |page| page.facts.features.access.moving.first()),
    );
    let aids = &survey.home.facts.features.access;
    fields(
        checks,
        "a11y-aids",
        &[
            ("access_keys", aids.access_keys > 0),
            ("font_size", aids.font_size),
            ("text_to_speech", aids.text_to_speech),
        ],
    );
}

/// The fields that every sampled article has; of the home page where no article was read.
fn metadata(survey: &Survey<'_>, checks: &mut Checks) {
    let sample: Vec<&MetadataFacts> = if survey.items.is_empty() {
        vec![&survey.home.facts.features.metadata]
    } else {
        survey
            .items
            .iter()
            .map(|(_, page)| &page.facts.features.metadata)
            .collect()
    };
    let on_all = |has: fn(&MetadataFacts) -> bool| sample.iter().all(|facts| has(facts));
    fields(
        checks,
        "metadata-dublin-core",
        &[
            ("title", on_all(|m| m.title.is_some())),
            ("creator", on_all(|m| m.creator.is_some())),
            ("date", on_all(|m| m.date.is_some())),
            ("description", on_all(|m| m.description.is_some())),
            ("publisher", on_all(|m| m.publisher.is_some())),
            ("identifier", on_all(|m| m.identifier.is_some())),
        ],
    );
}

fn forms(survey: &Survey<'_>, checks: &mut Checks) {
    let notice = first(survey.all(), |page| {
        page.facts.features.forms.privacy_notice.as_ref()
    });
    let asks = survey.all().any(|page| page.facts.features.forms.personal > 0);
    // Where nobody is asked for anything no notice is due.
    if asks || notice.is_some() {
        found(checks, "privacy-policy", notice);
    }
    found(
        checks,
        "forms-https",
        first(survey.all(), |page| page.facts.features.forms.insecure.first()),
    );
    found(
        checks,
        "consent-not-preticked",
        first(survey.all(), |page| page.facts.features.forms.preticked.first()),
    );
    let leak = survey.all().find(|page| page.identity_numbers >= 5);
    is(
        checks,
        "personal-data-leak",
        leak.is_some(),
        leak.map(|page| {
            format!(
                "{} numbers with the form of a citizen's identity number on {}",
                page.identity_numbers, page.url
            )
        }),
    );
}

fn english(survey: &Survey<'_>, checks: &mut Checks) {
    let Some(english) = survey.english else { return };
    let organisation = Measure {
        found: Some(english.organisation.is_some()),
        value: english.organisation_words.map(f64::from),
        ..Measure::default()
    };
    checks.insert("english-section-org".to_owned(), organisation);
    if !survey.english_pages.is_empty() {
        found(
            checks,
            "english-section-dvc",
            first(survey.english_pages.iter().copied(), |page| {
                page.facts.features.outward.public_services.first()
            }),
        );
    }
}
