//! Functions and links of the pages (OBLIGATIONS B3).

use ems_contract::facts::PageKind;
use ems_contract::facts::page::Measure;

use super::{Checks, Survey, fields, first, found, is, proof, share};
use crate::page::features::Seen;
use crate::site::reader::Page;

pub(super) fn measure(survey: &Survey<'_>, checks: &mut Checks) {
    forms(survey, checks);
    outward(survey, checks);
    articles(survey, checks);
    harm(survey, checks);
}

fn any<'a>(
    survey: &Survey<'a>,
    place: impl Fn(&'a Page) -> Option<&'a Seen>,
) -> Option<(&'a Seen, &'a Page)> {
    first(survey.all(), place)
}

fn forms(survey: &Survey<'_>, checks: &mut Checks) {
    found(
        checks,
        "search-function",
        any(survey, |p| p.facts.features.forms.search.as_ref()),
    );
    found(
        checks,
        "document-search",
        any(survey, |p| p.facts.features.forms.document_search.as_ref()),
    );
    found(
        checks,
        "qa-function",
        any(survey, |p| p.facts.features.forms.question.as_ref()),
    );
    let feedback = any(survey, |p| {
        let forms = &p.facts.features.forms;
        forms.feedback.as_ref().or(forms.question.as_ref())
    });
    found(checks, "feedback-form", feedback);
    let rating = any(survey, |p| p.facts.features.forms.rating.as_ref());
    let aspects = survey
        .all()
        .map(|p| p.facts.features.forms.rating_aspects)
        .max()
        .unwrap_or(0);
    let words =
        |wanted: &[&str]| rating.is_some_and(|(_, page)| wanted.iter().any(|word| page.words.contains(word)));
    let named = super::super::plan::wire::sorted(&[
        ("interface", words(&["giao dien"])),
        ("content", words(&["noi dung"])),
        ("quality", words(&["chat luong"])),
        ("support", words(&["ho tro"])),
    ]);
    let measure = Measure {
        found: Some(rating.is_some()),
        fields: rating.is_some().then_some(named),
        value: Some(f64::from(aspects)),
        evidence: rating.map(|(seen, page)| proof(seen, page)),
        ..Measure::default()
    };
    checks.insert("rating-portal".to_owned(), measure);
    let services = survey.section_pages.get("dich-vu-cong");
    let rated = services.and_then(|page| Some((page.facts.features.forms.rating.as_ref()?, *page)));
    if rated.is_some() {
        found(checks, "dvc-rating", rated);
    }
}

fn outward(survey: &Survey<'_>, checks: &mut Checks) {
    found(
        checks,
        "social-media",
        any(survey, |p| p.facts.features.outward.social.first()),
    );
    let own_channel = any(survey, |p| {
        p.facts.features.outward.social.iter().find(|seen| {
            seen.url
                .as_ref()
                .is_some_and(|url| !url.contains("share") && !url.contains("intent"))
        })
    });
    found(checks, "channels-linked", own_channel);
    found(
        checks,
        "link-chinhphu",
        any(survey, |p| p.facts.features.outward.government.as_ref()),
    );
    found(
        checks,
        "dvc-integration",
        any(survey, |p| p.facts.features.outward.public_services.first()),
    );
    let feed = any(survey, |p| p.facts.features.outward.feeds.first());
    let data = any(survey, |p| p.facts.features.outward.data.first());
    if let Some(seen) = feed.or(data) {
        found(checks, "machine-readable-api", Some(seen));
    }
    if survey.tries.measurement_patterns {
        let hit = survey
            .all()
            .find_map(|page| Some((page.facts.features.measurement.first()?, page)));
        let note = hit.map(|((pattern, selector), page)| format!("{pattern} at {selector} on {}", page.url));
        if note.is_some() {
            is(checks, "ems-connection", true, note);
        }
    }
    let ads: usize = survey.all().map(|p| p.facts.features.outward.ads.len()).sum();
    let measure = Measure {
        found: Some(ads > 0),
        value: u32::try_from(ads).ok().map(f64::from),
        evidence: any(survey, |p| p.facts.features.outward.ads.first()).map(|(seen, page)| proof(seen, page)),
        ..Measure::default()
    };
    checks.insert("ads-inventory".to_owned(), measure);
    let Some(parent) = survey.parent.and_then(|url| url.host_str()) else {
        return;
    };
    let bare = parent.strip_prefix("www.").unwrap_or(parent);
    let links_up = survey.all().any(|page| {
        page.facts.links.links.iter().any(|link| {
            url::Url::parse(&link.url).is_ok_and(|url| {
                url.host_str()
                    .is_some_and(|host| host.strip_prefix("www.").unwrap_or(host) == bare)
            })
        })
    });
    is(checks, "component-links-portal", links_up, None);
    let host = survey.home.url.host_str().unwrap_or_default();
    let under = host.strip_suffix(bare).is_some_and(|rest| rest.ends_with('.'));
    fields(
        checks,
        "component-of-province-portal",
        &[("domain", under), ("link_to_portal", links_up)],
    );
}

fn articles(survey: &Survey<'_>, checks: &mut Checks) {
    let articles: Vec<&Page> = survey
        .items
        .iter()
        .filter(|(section, _)| !matches!(*section, "van-ban" | "van-ban-hanh-chinh" | "gop-y-du-thao"))
        .map(|(_, page)| *page)
        .take(10)
        .collect();
    if articles.is_empty() {
        return;
    }
    let most = |has: fn(&Page) -> bool| {
        let count = articles.iter().take(5).filter(|page| has(page)).count();
        count * 2 > articles.len().min(5)
    };
    fields(
        checks,
        "print-save",
        &[
            ("print", most(|p| p.facts.features.outward.print.is_some())),
            ("save", most(|p| p.facts.features.outward.save.is_some())),
        ],
    );
    let count = |has: &dyn Fn(&Page) -> bool| {
        u32::try_from(articles.iter().filter(|page| has(page)).count()).unwrap_or(0)
    };
    let of = u32::try_from(articles.len()).unwrap_or(0);
    let layout = |page: &Page| {
        let layout = &page.facts.features.layout;
        layout.author.is_some() || layout.source.is_some()
    };
    share(checks, "attribution-source", count(&layout), of);
    let republished = |page: &Page| page.facts.features.layout.source.is_some();
    let linked = |page: &Page| {
        page.facts
            .features
            .layout
            .source
            .as_ref()
            .is_some_and(|seen| seen.url.is_some())
            && page.facts.published.is_some()
    };
    share(
        checks,
        "attribution-original-link",
        count(&linked),
        count(&republished),
    );
}

/// Content that strangers put in.
fn harm(survey: &Survey<'_>, checks: &mut Checks) {
    is(checks, "defacement", survey.home.kind == PageKind::Hijacked, None);
    let spam = survey.all().find(|page| page.kind == PageKind::Hijacked);
    is(
        checks,
        "malicious-content",
        spam.is_some(),
        spam.map(|page| page.url.to_string()),
    );
}
