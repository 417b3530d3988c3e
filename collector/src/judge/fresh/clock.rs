//! Items against the clocks of the row.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ems_contract::diagnostic::Message;
use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::sum::summed;
use super::words::{start_key, term_text};
use super::{lists, whole};
use crate::calendar::{Roll, Term, Unit, civil};
use crate::judge::case::Case;
use crate::judge::deadline::{self, Published, done_at, published};
use crate::judge::facts::{DocumentType, Item, When};
use crate::judge::grade::{Grade, Graded, Raw};
use crate::judge::reason::Reason;
use crate::judge::verdict::{Computation, Timeliness};
use crate::regulation::{Deadline, Id, Kind, Rule, Start};

/// The clocks of the row for a class, else the check's own number as policy.
fn clocks(case: &Case<'_>, class: &str) -> Vec<Deadline> {
    let of = |class: &str| -> Vec<Deadline> {
        case.row
            .params
            .deadlines
            .iter()
            .filter(|clock| &*clock.item_class == class)
            .cloned()
            .collect()
    };
    let own = of(class);
    if !own.is_empty() {
        return own;
    }
    let (name, start) = match class {
        "pho-bien-phap-luat" | "van-ban-issuer" | "van-ban-scope" => ("after_issue", Start::Issue),
        "quy-hoach" | "dau-tu-mua-sam-cong" | "de-tai-khoa-hoc" => {
            ("after_approval", Start::ApprovalOrAcceptance)
        }
        "thong-ke" => ("after_publication_decision", Start::PublicationDecision),
        "other" => ("after_receipt", Start::Creation),
        "question" => ("answer", Start::QuestionReceipt),
        "su-kien-dang" => ("publish_after_event", Start::EventEnd),
        "supply" => ("after_signing", Start::Signing),
        _ => ("after_receipt", Start::Issue),
    };
    let Some(n) = case.check.number(name).and_then(whole) else {
        return Vec::new();
    };
    let unit = if class == "su-kien-dang" {
        Unit::Hour
    } else {
        Unit::WorkingDay
    };
    vec![Deadline {
        label: name.to_owned(),
        rule: Rule::Within,
        term: Some(Term { n, unit }),
        start,
        start_date: None,
        item_class: Id::from(class),
        e_min: start,
        e_max: start,
        chain: None,
        kind: Kind::Policy,
        roll: Roll::None,
    }]
}

/// Judges every item of a class by its clocks.
pub(super) fn by_clock(
    case: &Case<'_>,
    classes: &[&str],
    class: &str,
    of_class: impl Fn(&Item) -> bool,
) -> Raw {
    let Some(lists) = lists(case, classes) else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let clocks = clocks(case, class);
    let Some(first) = clocks.first() else {
        return Raw::unclear(Reason::NotMeasured);
    };
    if lists.iter().any(|(_, list)| list.reindexed) {
        return Raw::unclear(Reason::Reindexed);
    }
    let items: Vec<&Item> = lists
        .iter()
        .flat_map(|(_, list)| &list.list)
        .filter(|item| of_class(item))
        .collect();
    if items.is_empty()
        && class == "pho-bien-phap-luat"
        && lists.iter().any(|(_, list)| !list.list.is_empty())
    {
        // Articles are there, and nobody read what instruments they are about.
        return Raw::unclear(Reason::NotMeasured);
    }
    let items: Vec<Cow<'_, Item>> = if class == "pho-bien-phap-luat" {
        let first = first_mentions(&items);
        first.into_iter().map(|item| with_issue(case, item)).collect()
    } else {
        items.into_iter().map(Cow::Borrowed).collect()
    };
    let told: Vec<Computation> = items.iter().map(|item| one(case, class, &clocks, item)).collect();
    let mut raw = summed(case, class, told);
    raw.threshold_kind = first.kind;
    raw.threshold = first.term.map(|term| {
        Message::new("judge.t.term")
            .with_text("term", term_text(term))
            .with_text("start", Message::new(start_key(first.start)))
    });
    raw.graded.kind = first.kind;
    raw.chain.clone_from(&first.chain);
    if first.kind != Kind::Statutory && raw.graded.grade == Grade::Bad {
        raw.graded = Graded {
            measured: raw.graded.measured,
            ..Graded::policy()
        };
    }
    raw
}

/// One item. Of several clocks (approval, acceptance) those count whose start is known; late only if late by all.
fn one(case: &Case<'_>, class: &str, clocks: &[Deadline], item: &Item) -> Computation {
    let done = match class {
        "question" => done_at(item.answered),
        "supply" => done_at(item.supplied.map(When::day)),
        _ => published(item),
    };
    let mut told: Vec<Computation> = clocks
        .iter()
        .map(|clock| deadline::judge(case.rules, clock, item, done, case.now))
        .collect();
    let issuer_unknown = class == "van-ban-issuer" && item.by_owner.is_none();
    told.sort_by_key(|told| (told.due_max.is_none(), std::cmp::Reverse(told.due_max)));
    let mut told = told.swap_remove(0);
    if issuer_unknown && told.outcome == Timeliness::Late {
        told.outcome = Timeliness::Undecidable;
        told.reason = Reason::OfficialDecides;
        told.late_wd = None;
    }
    // An article seen when the watch began may not be the first about its instrument.
    let watched = case.facts.monitored_since;
    if class == "pho-bien-phap-luat"
        && told.outcome == Timeliness::Late
        && told.due_max.zip(watched).is_some_and(|(due, since)| due < since)
    {
        told.outcome = Timeliness::Undecidable;
        told.reason = Reason::PublicationUnobservable;
        told.late_wd = None;
    }
    told
}

/// The article with the day of issue of its instrument: where it does not tell it, the portal's own list of documents may.
/// Only a normative act is known by its symbol alone, which holds the year.
fn with_issue<'i>(case: &Case<'_>, article: &'i Item) -> Cow<'i, Item> {
    let same = |symbol: &str, other: &str| symbol.split_whitespace().eq(other.split_whitespace());
    let documents = case.facts.items.get("van-ban").map(|list| list.list.as_slice());
    let issued = article
        .cites
        .as_deref()
        .filter(|_| article.cited_issued.is_none())
        .and_then(|cited| {
            let acts = documents.unwrap_or_default().iter().filter(|document| {
                document.document_type() == Some(DocumentType::Qppl)
                    && document
                        .symbol
                        .as_deref()
                        .is_some_and(|symbol| same(symbol, cited))
            });
            let days: BTreeSet<Date> = acts.filter_map(|act| act.issued).collect();
            days.first().copied().filter(|_| days.len() == 1)
        });
    match issued {
        Some(issued) => Cow::Owned(Item {
            cited_issued: Some(issued),
            ..article.clone()
        }),
        None => Cow::Borrowed(article),
    }
}

/// The first article about each instrument: later ones that mention an old law are not late (0.8 (3)).
fn first_mentions<'i>(items: &[&'i Item]) -> Vec<&'i Item> {
    let mut first: BTreeMap<String, &Item> = BTreeMap::new();
    for item in items {
        let name = item.cites.clone().unwrap_or_else(|| item.id.clone());
        let when = |item: &Item| {
            (
                published(item).to.unwrap_or(UnixTime::from_secs(i64::MAX)),
                item.id.clone(),
            )
        };
        first
            .entry(name)
            .and_modify(|known| {
                if when(item) < when(known) {
                    *known = item;
                }
            })
            .or_insert(item);
    }
    first.into_values().collect()
}

/// Emergency documents: class and receipt are a person's to say. Without a receipt a document published on the day of its
/// issue is in time, for nobody receives it earlier; one published after the day that follows its issue warns, and
/// nothing fails.
pub(super) fn urgent(case: &Case<'_>) -> Raw {
    let received = by_clock(case, &["van-ban"], "van-ban-khan", |item| {
        item.urgent && item.received.is_some()
    });
    if received.graded.grade == Grade::Bad
        || matches!(received.graded.reason, Reason::NotMeasured | Reason::Reindexed)
    {
        return received;
    }
    let list = case.facts.items.get("van-ban").map(|list| list.list.as_slice());
    let mut slow = 0;
    let mut prompt = 0;
    let mut waiting = 0;
    for item in list
        .unwrap_or_default()
        .iter()
        .filter(|item| item.urgent && item.received.is_none())
    {
        let Published { from, to, .. } = published(item);
        let ends = |days: i64| {
            item.issued
                .map(|issued| civil::end_of(civil::plus_days(issued, days)))
        };
        if to.zip(ends(0)).is_some_and(|(to, end)| to <= end) {
            prompt += 1;
        } else if from.zip(ends(1)).is_some_and(|(from, end)| from > end) {
            slow += 1;
        } else {
            waiting += 1;
        }
    }
    let graded = if slow > 0 {
        Graded {
            reason: Reason::StartUnobservable,
            ..Graded::policy()
        }
    } else if waiting > 0 && received.graded.grade != Grade::Unclear {
        Graded::unclear(Reason::StartUnobservable)
    } else if prompt > 0 && received.graded.grade == Grade::Moot {
        Graded::good()
    } else {
        return received;
    };
    let measured = Message::new("judge.m.items")
        .with("on_time", prompt)
        .with("late", slow)
        .with("unknown", waiting);
    Raw {
        graded: graded.measured(measured),
        ..received
    }
}
