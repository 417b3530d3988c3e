//! What stands on the home page and on its English sister.

use std::sync::Arc;

use ems_contract::diagnostic::Message;
use ems_contract::facts::PageKind;

use crate::calendar::civil;
use crate::judge::case::Case;
use crate::judge::facts::{Canonical, EnglishSeen, Observed, PageSeen};
use crate::judge::grade::{Graded, Look, TEN_MINUTES};
use crate::judge::reason::Reason;
use crate::judge::words;

/// The looks of a page check; `None` when it is none.
pub(super) fn looks(case: &Case<'_>) -> Option<Vec<Look>> {
    let by = |grade: &dyn Fn(&PageSeen) -> Option<Graded>| {
        Some(case.looks(TEN_MINUTES, |seen| {
            let page = seen.page.as_ref()?;
            let graded = grade(page);
            if page.blocked {
                graded
                    .map(|_| Graded::unclear(Reason::Blocked))
                    .or(Some(Graded::unclear(Reason::Blocked)))
            } else {
                graded
            }
        }))
    };
    match &*case.check.id {
        "home-identity" => by(&identity),
        "canonical-host" => by(&|page| {
            Some(match page.canonical? {
                Canonical::Same => Graded::good(),
                Canonical::WwwOnly => Graded::policy(),
                Canonical::Different => Graded::bad(),
            })
        }),
        "unicode-tcvn6909" => by(&|page| unicode(case, page)),
        "html-lang-vi" => by(&|page| vietnamese(case, page)),
        "english-version" => Some(case.looks_at(TEN_MINUTES, english_kept, |seen| english(case, seen))),
        "english-freshness" => english_age(case),
        _ => None,
    }
}

fn identity(page: &PageSeen) -> Option<Graded> {
    if let Some(kind @ (PageKind::Parked | PageKind::DefaultPage | PageKind::Hijacked)) = page.kind {
        return Some(Graded::bad().measured(Message::new("judge.m.outcome").with("outcome", kind)));
    }
    if page.foreign {
        let mismatch = ems_contract::cause::Cause::ContentMismatch;
        return Some(Graded::bad().measured(Message::new("judge.m.outcome").with("outcome", mismatch)));
    }
    Some(if page.names_agency? {
        Graded::good()
    } else {
        Graded {
            reason: Reason::Heuristic,
            ..Graded::policy()
        }
    })
}

fn unicode(case: &Case<'_>, page: &PageSeen) -> Option<Graded> {
    let measured = page.charset.as_deref().map_or_else(
        || Message::new("judge.m.no_charset"),
        |charset| Message::new("judge.m.charset").with("charset", charset),
    );
    if !page.unicode? {
        return Some(Graded::bad().measured(measured));
    }
    let declared = page
        .charset
        .as_deref()
        .is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"));
    let composed = page
        .nfd_share
        .is_none_or(|share| share * 100.0 <= case.number("max_nfd_percent", 5.0));
    Some(
        if declared && composed {
            Graded::good()
        } else {
            Graded::policy()
        }
        .measured(measured),
    )
}

fn vietnamese(case: &Case<'_>, page: &PageSeen) -> Option<Graded> {
    if page.scripts_only {
        return Some(Graded::unclear(Reason::ScriptsOnly));
    }
    let language = page.language.as_deref()?;
    let measured = Message::new("judge.m.outcome").with("outcome", language);
    let sure = page.language_confidence.is_none_or(|sure| sure >= least(case));
    let attribute = page
        .html_lang
        .as_deref()
        .is_some_and(|lang| lang.eq_ignore_ascii_case("vi") || lang.to_lowercase().starts_with("vi-"));
    let graded = match (language == "vi", sure) {
        (true, _) if attribute => Graded::good(),
        (true, _) => Graded::policy(),
        (false, true) => Graded::bad(),
        (false, false) => Graded {
            reason: Reason::Heuristic,
            ..Graded::policy()
        },
    };
    Some(graded.measured(measured))
}

fn least(case: &Case<'_>) -> f64 {
    let row = case
        .row
        .params
        .language
        .as_ref()
        .map(|language| language.min_confidence);
    row.or_else(|| case.check.number("min_confidence")).unwrap_or(0.8)
}

/// The entry page of the English version.
fn english_kept(seen: &Observed) -> Option<&Arc<str>> {
    seen.english.as_ref()?.kept.as_ref()
}

fn english(case: &Case<'_>, seen: &Observed) -> Option<Graded> {
    if seen.page.as_ref().is_some_and(|page| page.blocked) {
        return Some(Graded::unclear(Reason::Blocked));
    }
    let english = seen.english.as_ref()?;
    let graded = english_page(case, english);
    // A row that asks for Vietnamese only encourages English (E-04): its absence is never a breach there.
    let encouraged = case
        .row
        .params
        .language
        .as_ref()
        .is_some_and(|language| language.lang == "vi");
    Some(if encouraged && graded.grade == Graded::bad().grade {
        Graded {
            measured: graded.measured,
            ..Graded::policy()
        }
    } else {
        graded
    })
}

fn english_page(case: &Case<'_>, english: &EnglishSeen) -> Graded {
    let measured = words::place(english.url.as_ref().map(url::Url::as_str));
    if !english.found || english.copy_of_vietnamese {
        return Graded::bad().measured(measured);
    }
    if english.confidence.is_some_and(|sure| sure < least(case)) {
        return Graded::bad().measured(measured);
    }
    let wanted = case
        .row
        .params
        .language
        .as_ref()
        .filter(|language| language.exact_path);
    if let Some(path) = wanted.and_then(|language| language.path.as_deref()) {
        let there = english.url.as_ref().is_some_and(|url| {
            let rest = url.path().strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && same_host(case, url)
        });
        if !there {
            return Graded::bad().measured(measured);
        }
    }
    if english.confidence.is_none() {
        return Graded {
            reason: Reason::Heuristic,
            ..Graded::policy()
        }
        .measured(measured);
    }
    Graded::good().measured(measured)
}

/// How far the English side lies behind the newest change of the Vietnamese one, in working days. `None` where either
/// shows no date: then a measure by other means counts.
fn english_age(case: &Case<'_>) -> Option<Vec<Look>> {
    let lists = case.facts.items.values().flat_map(|list| &list.list);
    let shown = lists.filter_map(|item| Some(civil::day_of(item.shown?.from)));
    let vietnamese = shown.filter(|day| *day <= case.day).max()?;
    let looks = case.looks_at(TEN_MINUTES, english_kept, |seen| {
        let english = seen.english.as_ref()?.newest?;
        let behind = case.rules.calendar.working_between(english, vietnamese);
        let late = f64::from(behind) > case.number("after_vi_change", 15.0);
        let graded = if late { Graded::policy() } else { Graded::good() };
        Some(graded.measured(Message::new("judge.m.newest").with("day", english)))
    });
    (!looks.is_empty()).then_some(looks)
}

fn same_host(case: &Case<'_>, url: &url::Url) -> bool {
    let host = |url: &url::Url| url.host_str().map(|host| crate::regulation::Host::new(host).name);
    host(url) == host(&case.unit.url)
}
