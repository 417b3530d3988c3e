//! Sections: found and filled, labelled and empty, or not found.

use ems_contract::diagnostic::Message;

use super::plain::{missing, soft};
use crate::judge::case::Case;
use crate::judge::facts::{Observed, SectionSeen};
use crate::judge::grade::{Gap, Grade, Graded, Look};
use crate::judge::reason::Reason;
use crate::judge::words;

/// The looks of a section check; `None` when it is none.
pub(super) fn looks(case: &Case<'_>) -> Option<Vec<Look>> {
    let section = case.check.section()?;
    // The only section of a row answers for the elements that the row lists.
    let alone = case
        .row
        .checks
        .iter()
        .filter(|id| id.starts_with("section-"))
        .count()
        == 1;
    let mut looks = case.looks_at(
        Gap::Days(1),
        |seen| seen.sections.get(section)?.kept.as_ref(),
        |seen| {
            let page = seen.page.as_ref();
            if page.is_some_and(|page| page.blocked) && !seen.sections.contains_key(section) {
                return Some(Graded::unclear(Reason::Blocked));
            }
            grade(case, seen, seen.sections.get(section)?, alone)
        },
    );
    for look in &mut looks {
        // An empty page may be being filled: it fails after two days.
        if look.graded.reason == Reason::Empty {
            look.gap = Gap::Days(i64::from(case.rules.matching.empty_days_to_fail));
        }
    }
    Some(looks)
}

fn grade(case: &Case<'_>, seen: &Observed, section: &SectionSeen, alone: bool) -> Option<Graded> {
    let place = words::place(section.url.as_deref());
    let weak = section
        .score
        .is_some_and(|score| score < case.number("min_score", 0.6));
    if !section.found || weak {
        let hidden = seen.page.as_ref().is_some_and(|page| page.scripts_only);
        return Some(if hidden {
            Graded::unclear(Reason::ScriptsOnly)
        } else {
            Graded::bad().measured(place)
        });
    }
    if !section.filled {
        return Some(Graded::new(Grade::Bad, Reason::Empty).measured(place));
    }
    let wanted = &case.row.params.fields;
    if let (true, Some(fields)) = (alone && !wanted.is_empty(), &section.fields) {
        let lacking = missing(wanted, fields);
        let measured = Message::new("judge.m.lacking").with("fields", lacking.join(", "));
        if lacking.iter().any(|field| !soft(field)) {
            return Some(
                Graded {
                    reason: Reason::Partly,
                    ..Graded::bad()
                }
                .measured(measured),
            );
        }
        if !lacking.is_empty() {
            return Some(
                Graded {
                    reason: Reason::Partly,
                    ..Graded::policy()
                }
                .measured(measured),
            );
        }
    }
    Some(Graded::good().measured(place))
}
