//! Checks whose measurement has no shape of its own: found or not, so many of so many, elements present.

use ems_contract::diagnostic::Message;

use crate::judge::case::Case;
use crate::judge::facts::Measure;
use crate::judge::grade::{Gap, Grade, Graded, Look, TEN_MINUTES};
use crate::judge::reason::Reason;

/// How a plain measurement is read.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// `found`: must be.
    Found,
    /// `found`: should be (policy).
    Wanted,
    /// `found`: a thing that must not be.
    Forbidden,
    /// `found`: suspicion that a person or a second network must confirm.
    Suspicion,
    /// `found` passes; its absence proves nothing.
    Proof(Reason),
    /// `found` and `value` at least the default of this name.
    FoundMin(&'static str),
    /// `found` and `value` at most the default of this name.
    FoundMax(&'static str),
    /// `value` at most the default of this name (policy).
    Max(&'static str),
    /// `value` at least the default, else warns; where only `found` was measured it proves, and its absence does not.
    MinSeen(&'static str),
    /// `fields`: all that the row or the check lists; those that may be lacking warn.
    Fields(&'static [&'static str]),
    /// `fields`: some lacking warns (policy), none at all fails.
    SomeFields(&'static [&'static str]),
    /// `fields`: lacking ones warn, an attestation decides.
    FieldsWanted(&'static [&'static str]),
    /// `good` of `of`: all; at least this share warns; less fails.
    Share(f64),
    /// `good` of `of`: this share passes; some warns; none fails.
    ShareFrom(&'static str, f64),
    /// `good` of `of`: all, else warns.
    ShareWanted,
    /// `good` at least the first default; at least the second warns.
    Count(&'static str, &'static str),
    /// `found`: a change that wants an attestation; without one there is nothing to judge.
    Change,
    /// Listed as information.
    Info,
}

const RULES: &[(&str, Rule)] = &[
    (
        "layout-header",
        Rule::Fields(&[
            "emblem",
            "full_name",
            "menu_home",
            "menu_intro",
            "menu_dvc",
            "menu_sitemap",
        ]),
    ),
    (
        "layout-footer",
        Rule::Fields(&["copyright", "unit", "responsible", "address", "phone", "email"]),
    ),
    ("sitemap-html", Rule::FoundMin("min_menu_cover")),
    ("sitemap-xml", Rule::FoundMax("max_lastmod_age")),
    ("rss", Rule::Found),
    ("mobile-friendly", Rule::Found),
    (
        "metadata-dublin-core",
        Rule::FieldsWanted(&[
            "title",
            "creator",
            "date",
            "description",
            "publisher",
            "identifier",
        ]),
    ),
    ("machine-readable-api", Rule::Proof(Reason::OfficialDecides)),
    ("english-section-org", Rule::FoundMin("min_words")),
    (
        "english-section-contacts",
        Rule::Fields(&["name", "title", "unit", "phone", "email"]),
    ),
    ("english-section-dvc", Rule::Found),
    ("english-freshness", Rule::Max("after_vi_change")),
    ("a11y-contrast", Rule::ShareWanted),
    ("a11y-no-blink", Rule::Forbidden),
    ("a11y-text-alternatives", Rule::Share(0.95)),
    ("a11y-link-purpose", Rule::Share(0.95)),
    ("a11y-tables", Rule::Share(0.95)),
    ("privacy-policy", Rule::Proof(Reason::OfficialDecides)),
    ("forms-https", Rule::Forbidden),
    ("consent-not-preticked", Rule::Forbidden),
    ("personal-data-leak", Rule::Suspicion),
    ("defacement", Rule::Suspicion),
    ("malicious-content", Rule::Suspicion),
    ("search-function", Rule::Found),
    ("search-accuracy", Rule::Count("pass_hits", "warn_hits")),
    ("document-search", Rule::Found),
    ("print-save", Rule::SomeFields(&["print", "save"])),
    ("qa-function", Rule::Found),
    ("feedback-form", Rule::Found),
    ("interaction-published", Rule::Proof(Reason::OfficialDecides)),
    (
        "rating-portal",
        Rule::SomeFields(&["interface", "content", "quality", "support"]),
    ),
    ("social-media", Rule::Found),
    ("channels-linked", Rule::Wanted),
    ("links-agencies", Rule::Share(0.95)),
    ("link-chinhphu", Rule::Found),
    ("portal-links-components", Rule::Share(0.95)),
    ("component-links-portal", Rule::Found),
    (
        "component-of-province-portal",
        Rule::Fields(&["domain", "link_to_portal", "link_from_portal"]),
    ),
    (
        "portal-aggregates-components",
        Rule::MinSeen("min_items_per_quarter"),
    ),
    ("ems-connection", Rule::Proof(Reason::AttestationMissing)),
    ("dvc-integration", Rule::Found),
    (
        "dvc-classification",
        Rule::FieldsWanted(&["audience", "topic", "level", "agency"]),
    ),
    ("dvc-level-stated", Rule::Wanted),
    (
        "dvc-guidance-stats",
        Rule::FieldsWanted(&["guide", "frequency", "progress", "count"]),
    ),
    ("dvc-forms-download", Rule::Share(1.0)),
    ("dvc-rating", Rule::Proof(Reason::AttestationMissing)),
    ("attribution-source", Rule::ShareFrom("min_ratio", 0.95)),
    ("attribution-original-link", Rule::Share(1.0)),
    (
        "document-fields",
        Rule::Fields(&[
            "form",
            "authority",
            "symbol",
            "issued",
            "effective",
            "abstract",
            "file",
        ]),
    ),
    (
        "gazette-fields",
        Rule::Fields(&["number", "issued", "list", "abstract"]),
    ),
    ("project-fields", Rule::FieldsWanted(&[])),
    (
        "draft-consultation-fields",
        Rule::Fields(&["full_text", "deadline", "address", "email"]),
    ),
    ("draft-consultation-synthesis", Rule::Wanted),
    ("support-contact", Rule::SomeFields(&["email", "phone"])),
    ("tctt-list-published", Rule::Wanted),
    ("procedure-responsible-person", Rule::Wanted),
    ("fresh-lich-cong-tac", Rule::Wanted),
    ("archive-permanent", Rule::Share(1.0)),
    ("archive-continuity", Rule::Max("max_rot_percent_per_year")),
    ("repealed-content-takedown", Rule::Forbidden),
    ("document-missing", Rule::Forbidden),
    ("remote-admin-encrypted", Rule::Forbidden),
    ("hosting-change-attested", Rule::Change),
    ("hsts-headers", Rule::Info),
    ("html-conformance", Rule::Info),
    ("docs-text-layer", Rule::Info),
    ("a11y-aids", Rule::Info),
    ("english-extra", Rule::Info),
    ("ads-inventory", Rule::Info),
    ("archive-max-5y", Rule::Info),
];

/// Below this a negative finding is a heuristic.
const SURE: f64 = 0.8;

/// The looks of a plain check; none for a check that no rule reads.
pub(super) fn looks(case: &Case<'_>) -> Vec<Look> {
    let Some((_, rule)) = RULES.iter().find(|(id, _)| *id == &*case.check.id) else {
        return Vec::new();
    };
    // A dead link is dead after two checks a day apart.
    let gap = match &*case.check.id {
        "links-agencies" | "archive-permanent" | "archive-continuity" => Gap::Days(1),
        _ => TEN_MINUTES,
    };
    case.looks(gap, |seen| {
        let measure = seen.checks.get(&*case.check.id)?;
        if measure.blocked {
            return Some(Graded::unclear(Reason::Blocked));
        }
        let graded = grade(case, *rule, measure)?;
        let unsure = measure.confidence.is_some_and(|sure| sure < SURE);
        Some(if unsure && graded.grade == Grade::Bad {
            Graded {
                measured: graded.measured,
                reason: Reason::Heuristic,
                ..Graded::policy()
            }
        } else {
            graded
        })
    })
}

fn grade(case: &Case<'_>, rule: Rule, measure: &Measure) -> Option<Graded> {
    let found = |yes: Graded, no: Graded| measure.found.map(|found| if found { yes } else { no });
    let note = measure.note.clone();
    let graded = match rule {
        Rule::Found => found(Graded::good(), Graded::bad()),
        Rule::Wanted => found(Graded::good(), Graded::policy()),
        Rule::Forbidden => found(Graded::bad(), Graded::good()),
        Rule::Change => found(Graded::policy(), Graded::new(Grade::Moot, Reason::NothingToJudge)),
        Rule::Suspicion => {
            let doubt = Graded {
                reason: Reason::Suspicion,
                ..Graded::policy()
            };
            found(
                if measure.confirmed { Graded::bad() } else { doubt },
                Graded::good(),
            )
        }
        Rule::Proof(reason) => found(Graded::good(), Graded::unclear(reason)),
        Rule::FoundMin(name) => found(Graded::good(), Graded::bad()).map(|graded| {
            bounded(
                graded,
                measure.value.is_some_and(|value| value < case.number(name, 0.0)),
            )
        }),
        Rule::FoundMax(name) => found(Graded::good(), Graded::bad()).map(|graded| {
            bounded(
                graded,
                measure
                    .value
                    .is_some_and(|value| value > case.number(name, f64::MAX)),
            )
        }),
        Rule::Max(name) => measure
            .value
            .map(|value| number(value, value <= case.number(name, f64::MAX))),
        Rule::MinSeen(name) => match measure.value {
            Some(value) => Some(number(value, value >= case.number(name, 0.0))),
            None => found(Graded::good(), Graded::unclear(Reason::OfficialDecides)),
        },
        Rule::Fields(list) => fields(case, list, measure, Graded::bad(), Graded::bad()),
        Rule::SomeFields(list) => fields(case, list, measure, Graded::policy(), Graded::bad()),
        Rule::FieldsWanted(list) => fields(case, list, measure, Graded::policy(), Graded::policy()),
        Rule::Share(least) => share(measure, 1.0, least),
        Rule::ShareFrom(name, otherwise) => share(measure, case.number(name, otherwise), f64::MIN_POSITIVE),
        Rule::ShareWanted => share(measure, 1.0, 0.0),
        Rule::Count(pass, warn) => measure.good.map(|good| {
            let good = f64::from(good);
            match (good >= case.number(pass, 1.0), good >= case.number(warn, 1.0)) {
                (true, _) => Graded::good(),
                (false, true) => Graded::policy(),
                (false, false) => Graded::bad(),
            }
            .measured(
                Message::new("judge.m.of")
                    .with("good", good)
                    .with("of", measure.of.unwrap_or_default()),
            )
        }),
        Rule::Info => Some(Graded::new(Grade::Moot, Reason::InfoOnly)),
    }?;
    let said = graded.measured.is_some();
    Some(match note {
        Some(note) if !said => graded.measured(Message::new("judge.m.outcome").with("outcome", note)),
        _ => graded,
    })
}

fn bounded(graded: Graded, missed: bool) -> Graded {
    if missed && graded.grade == Grade::Good {
        Graded::policy()
    } else {
        graded
    }
}

fn number(value: f64, met: bool) -> Graded {
    let graded = if met { Graded::good() } else { Graded::policy() };
    graded.measured(Message::new("judge.m.outcome").with("outcome", value))
}

/// `good` of `of`: `pass` or more passes, `warn` or more warns. Nothing looked at says nothing.
fn share(measure: &Measure, pass: f64, warn: f64) -> Option<Graded> {
    let (good, of) = (measure.good?, measure.of?);
    if of == 0 {
        return Some(Graded::new(Grade::Moot, Reason::NothingToJudge));
    }
    let ratio = f64::from(good.min(of)) / f64::from(of);
    let graded = if ratio >= pass {
        Graded::good()
    } else if ratio >= warn {
        Graded::policy()
    } else {
        Graded::bad()
    };
    Some(graded.measured(Message::new("judge.m.of").with("good", good).with("of", of)))
}

/// All elements; some lacking; all lacking. `of = 0` says that there is nothing to look at (no open draft).
fn fields(
    case: &Case<'_>,
    list: &[&str],
    measure: &Measure,
    some_lacking: Graded,
    all_lacking: Graded,
) -> Option<Graded> {
    if measure.of == Some(0) {
        return Some(Graded::new(Grade::Moot, Reason::NothingToJudge));
    }
    if measure.found == Some(false) {
        return Some(all_lacking);
    }
    let Some(there) = &measure.fields else {
        // Something was found, and nobody looked what is in it.
        return measure.found.map(|_| Graded {
            reason: Reason::Heuristic,
            ..Graded::policy()
        });
    };
    let row = &case.row.params.fields;
    let wanted: Vec<String> = if row.is_empty() {
        list.iter().map(|f| (*f).to_owned()).collect()
    } else {
        row.clone()
    };
    let lacking = missing(&wanted, there);
    let measured = Message::new("judge.m.lacking").with("fields", lacking.join(", "));
    if lacking.is_empty() {
        return Some(Graded::good());
    }
    let graded = if lacking.len() == wanted.len() {
        all_lacking
    } else if lacking.iter().all(|field| soft(field)) {
        Graded::policy()
    } else {
        some_lacking
    };
    Some(
        Graded {
            reason: Reason::Partly,
            ..graded
        }
        .measured(measured),
    )
}

/// What of `wanted` is not in `there`. A phone or a fax serves `phone_or_fax`; a phone serves `hotline`.
pub(super) fn missing(wanted: &[String], there: &[String]) -> Vec<String> {
    let has = |name: &str| there.iter().any(|field| field == name);
    wanted
        .iter()
        .filter(|field| match field.as_str() {
            "phone_or_fax" => !(has("phone_or_fax") || has("phone") || has("fax")),
            "hotline" => !(has("hotline") || has("phone")),
            "phone" => !(has("phone") || has("hotline")),
            other => !has(other),
        })
        .cloned()
        .collect()
}

/// Elements whose absence warns at most: a fax (E-05), and the day of effect, which not every document has.
pub(super) fn soft(field: &str) -> bool {
    matches!(field, "fax" | "effective")
}
