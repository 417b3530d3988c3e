//! Freshness: items against their clocks, and the age of the newest.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::diagnostic::Message;
use ems_contract::inventory::Level;
use ems_contract::time::UnixTime;

use super::case::Case;
use super::deadline::{self, Published, done_at, published};
use super::facts::{DocumentType, Item, ItemList};
use super::grade::{Grade, Graded, Raw};
use super::reason::Reason;
use super::verdict::{Computation, EvidenceRef, Statistics, Timeliness};
use crate::calendar::{Roll, Term, Unit, civil};
use crate::regulation::{Deadline, Evidence, Id, Kind, Rule, Start};

/// Judges a freshness check; `None` when it is none.
pub(super) fn judge(case: &Case<'_>) -> Option<Raw> {
    Some(match &*case.check.id {
        "fresh-van-ban-issuer" => by_clock(case, &["van-ban"], "van-ban-issuer", |item| {
            item.by_owner != Some(false)
        }),
        "fresh-van-ban-scope" => by_clock(case, &["van-ban"], "van-ban-scope", |item| {
            item.by_owner == Some(false)
        }),
        "fresh-van-ban-qppl" => by_clock(case, &["van-ban"], "van-ban-qppl", |item| {
            !item.urgent && item.document_type() == Some(DocumentType::Qppl)
        }),
        "fresh-van-ban-hanh-chinh" => by_clock(
            case,
            &["van-ban", "van-ban-hanh-chinh"],
            "van-ban-hanh-chinh",
            |item| !item.urgent && item.document_type() == Some(DocumentType::Administrative),
        ),
        "fresh-van-ban-khan" => urgent(case),
        "fresh-pho-bien-phap-luat" => by_clock(case, &["pho-bien-phap-luat"], "pho-bien-phap-luat", |item| {
            item.cites.is_some() || item.cited_issued.is_some()
        }),
        "fresh-quy-hoach" => by_clock(case, &["quy-hoach"], "quy-hoach", |_| true),
        "fresh-dau-tu-mua-sam-cong" => {
            by_clock(case, &["dau-tu-mua-sam-cong"], "dau-tu-mua-sam-cong", |_| true)
        }
        "fresh-dat-dai" => by_clock(case, &["dat-dai"], "dat-dai", |_| true),
        "fresh-de-tai-khoa-hoc" => by_clock(case, &["de-tai-khoa-hoc"], "de-tai-khoa-hoc", |_| true),
        "fresh-thong-ke" => by_clock(case, &["thong-ke"], "thong-ke", |_| true),
        "fresh-other" => by_clock(case, &["other"], "other", |_| true),
        "fresh-su-kien-24h" => by_clock(case, &["su-kien"], "su-kien-dang", |item| {
            item.event_ended.is_some()
        }),
        "supply-deadline" => by_clock(case, &[], "supply", |item| item.supplied.is_some()),
        "qa-answer-deadline" => by_clock(case, &["hoi-dap"], "question", |item| item.asked.is_some()),
        "fresh-hoi-dap" => unanswered(case),
        "fresh-tin-tuc" => newest(
            case,
            &["tin-tuc"],
            age_of_level(case.unit.level),
            Unit::WorkingDay,
        ),
        "fresh-chi-dao-dieu-hanh" => newest(case, &["chi-dao-dieu-hanh"], "max_age", Unit::WorkingDay),
        "fresh-any-update" => newest(case, &[], "max_age", Unit::WorkingDay),
        "fresh-cong-bao" => newest(case, &["cong-bao"], "max_age", Unit::CalendarDay),
        "fresh-gioi-thieu" => newest(case, &["gioi-thieu"], "review_max_age", Unit::Month),
        "fresh-lien-he" => newest(case, &["lien-he-can-bo"], "review_max_age", Unit::Month),
        "fresh-bao-cao-tai-chinh" => yearly(case),
        _ => return None,
    })
}

const fn age_of_level(level: Level) -> &'static str {
    match level {
        Level::Province => "max_age_province",
        Level::Department | Level::Other => "max_age_department",
        Level::District => "max_age_district",
        Level::Commune => "max_age_commune",
    }
}

/// The lists of the classes; all lists for none. `None` when none of them was measured.
fn lists<'c>(case: &'c Case<'_>, classes: &[&str]) -> Option<Vec<(&'c str, &'c ItemList)>> {
    let all: Vec<(&str, &ItemList)> = case
        .facts
        .items
        .iter()
        .filter(|(class, _)| classes.is_empty() || classes.contains(&class.as_str()))
        .map(|(class, list)| (class.as_str(), list))
        .collect();
    (!all.is_empty()).then_some(all)
}

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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounds are checked first"
)]
fn whole(number: f64) -> Option<u32> {
    (0.0..=10_000.0).contains(&number).then_some(number as u32)
}

/// Judges every item of a class by its clocks.
fn by_clock(case: &Case<'_>, classes: &[&str], class: &str, of_class: impl Fn(&Item) -> bool) -> Raw {
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
    let items = if class == "pho-bien-phap-luat" {
        first_mentions(&items)
    } else {
        items
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
        "supply" => done_at(item.supplied.map(super::facts::When::day)),
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

/// The most computations kept with a verdict.
const MAX_SHOWN: usize = 20;

/// Counts, the verdict, and the computations that matter most.
fn summed(case: &Case<'_>, class: &str, mut told: Vec<Computation>) -> Raw {
    let count =
        |outcome| u32::try_from(told.iter().filter(|one| one.outcome == outcome).count()).unwrap_or(u32::MAX);
    let pending = told.iter().filter(|one| one.reason == Reason::NotDueYet).count();
    let (on_time, late) = (count(Timeliness::OnTime), count(Timeliness::Late));
    let undecidable =
        count(Timeliness::Undecidable).saturating_sub(u32::try_from(pending).unwrap_or_default());
    let statistics = Statistics {
        evaluated: on_time + late + undecidable,
        on_time,
        late,
        undecidable,
        worst_late_wd: told.iter().filter_map(|one| one.late_wd).max(),
        median_lag_wd: median_lag(case, &told),
    };
    told.sort_by(|a, b| {
        let key = |one: &Computation| {
            (
                rank(one.outcome),
                std::cmp::Reverse(one.late_wd),
                one.item.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let graded = if late > 0 {
        // A question may have been answered in private: an answer that is not shown is no proof (B3).
        let silent = class == "question"
            && told
                .iter()
                .all(|one| one.outcome != Timeliness::Late || one.published_to.is_none());
        if silent {
            Graded {
                reason: Reason::OfficialDecides,
                ..Graded::policy()
            }
        } else {
            Graded::new(Grade::Bad, Reason::Late)
        }
    } else if undecidable > 0 {
        let reasons: BTreeSet<Reason> = told
            .iter()
            .filter(|one| one.outcome == Timeliness::Undecidable)
            .map(|one| one.reason)
            .collect();
        Graded::unclear(
            reasons
                .into_iter()
                .find(|reason| *reason != Reason::NotDueYet)
                .unwrap_or(Reason::StartUnobservable),
        )
    } else if on_time > 0 {
        Graded::good()
    } else {
        Graded::new(Grade::Moot, Reason::NothingToJudge)
    };
    let measured = Message::new("judge.m.items")
        .with("on_time", on_time)
        .with("late", late)
        .with("unknown", undecidable);
    let mut raw = Raw::new(graded.measured(measured));
    raw.provisional = told.iter().any(|one| one.provisional);
    raw.evidence = told
        .iter()
        .take(4)
        .filter_map(|one| {
            Some(EvidenceRef {
                kind: Evidence::Computation,
                at: one.published_to.or(one.due_max)?,
                agent: None,
                what: one.item.clone(),
            })
        })
        .collect();
    told.truncate(MAX_SHOWN);
    raw.computations = told;
    raw.statistics = Some(statistics);
    raw
}

const fn rank(outcome: Timeliness) -> u8 {
    match outcome {
        Timeliness::Late => 0,
        Timeliness::Undecidable => 1,
        Timeliness::OnTime => 2,
    }
}

/// Median of the working days from start to publication over the decided, published items.
fn median_lag(case: &Case<'_>, told: &[Computation]) -> Option<f64> {
    let calendar = &case.rules.calendar;
    let mut lags: Vec<u32> = told
        .iter()
        .filter(|one| one.outcome != Timeliness::Undecidable)
        .filter_map(|one| Some(calendar.working_between(one.start_from?, civil::day_of(one.published_to?))))
        .collect();
    lags.sort_unstable();
    let middle = lags.len() / 2;
    let upper = f64::from(*lags.get(middle)?);
    Some(if lags.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(f64::from(lags[middle - 1]), upper)
    })
}

/// Emergency documents: class and receipt are a person's to say; without them a document published after the day
/// that follows its issue warns, and nothing fails.
fn urgent(case: &Case<'_>) -> Raw {
    let received = by_clock(case, &["van-ban"], "van-ban-khan", |item| {
        item.urgent && item.received.is_some()
    });
    if matches!(received.graded.grade, Grade::Bad) || received.graded.reason == Reason::NotMeasured {
        return received;
    }
    let next_day = |item: &Item| {
        item.issued
            .map(|issued| civil::end_of(civil::plus_days(issued, 1)))
    };
    let slow = |item: &&Item| {
        let Published { from, .. } = published(item);
        item.urgent
            && item.received.is_none()
            && from.zip(next_day(item)).is_some_and(|(from, due)| from > due)
    };
    let all = case
        .facts
        .items
        .get("van-ban")
        .map(|list| list.list.iter().collect::<Vec<_>>())
        .unwrap_or_default();
    if all.iter().any(slow) {
        return Raw {
            graded: Graded {
                reason: Reason::StartUnobservable,
                ..Graded::policy()
            },
            ..received
        };
    }
    let waiting = all.iter().any(|item| item.urgent && item.received.is_none());
    if waiting && received.graded.grade != Grade::Unclear {
        return Raw {
            graded: Graded::unclear(Reason::StartUnobservable),
            ..received
        };
    }
    received
}

/// Questions that have waited longer than the policy number.
fn unanswered(case: &Case<'_>) -> Raw {
    let Some(list) = case.facts.items.get("hoi-dap") else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let wait = case.check.number("max_wait").and_then(whole).unwrap_or(15);
    let calendar = &case.rules.calendar;
    let old = |item: &&Item| {
        let asked = item.asked.filter(|_| item.answered.is_none());
        asked.is_some_and(|asked| case.day > calendar.plus_working(asked, wait))
    };
    let count = list.list.iter().filter(old).count();
    let graded = if count > 0 {
        Graded::policy()
    } else {
        Graded::good()
    };
    Raw::new(graded.measured(Message::new("judge.m.outcome").with("outcome", count)))
}

/// The age of the newest item or change against a policy number.
fn newest(case: &Case<'_>, classes: &[&str], name: &str, unit: Unit) -> Raw {
    let Some(lists) = lists(case, classes) else {
        return Raw::unclear(Reason::NotMeasured);
    };
    if lists.iter().any(|(_, list)| list.reindexed) {
        return Raw::unclear(Reason::Reindexed);
    }
    let items = lists
        .iter()
        .flat_map(|(_, list)| &list.list)
        .filter_map(|item| published(item).to);
    let changes = lists
        .iter()
        .filter_map(|(_, list)| list.changed)
        .map(|changed| changed.to);
    let newest = items
        .chain(changes)
        .map(civil::day_of)
        .filter(|day| *day <= case.day)
        .max();
    let Some(newest) = newest else {
        return Raw::unclear(Reason::PublicationUnobservable);
    };
    let Some(n) = case.check.number(name).and_then(whole) else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let term = Term { n, unit };
    let due = case.rules.calendar.due_day(newest, term, Roll::None);
    let graded = if case.day > due.day() {
        Graded::policy()
    } else {
        Graded::good()
    };
    let mut raw = Raw::new(graded.measured(Message::new("judge.m.newest").with("day", newest)));
    raw.graded.kind = Kind::Policy;
    raw.threshold_kind = Kind::Policy;
    raw.threshold = Some(Message::new("judge.t.newest").with_text("term", term_text(term)));
    raw.provisional = due.provisional;
    raw
}

/// One report a year: that of last year by the end of this one (a policy day). Two years without one is a year
/// certainly missed.
fn yearly(case: &Case<'_>) -> Raw {
    let Some(list) = case.facts.items.get("bao-cao-tai-chinh") else {
        return Raw::unclear(Reason::NotMeasured);
    };
    let has = |year: i16| list.list.iter().any(|item| item.year == Some(year));
    let this = case.day.year();
    let newest: Option<i16> = list.list.iter().filter_map(|item| item.year).max();
    let measured = Message::new("judge.m.outcome")
        .with("outcome", newest.map_or("∅".to_owned(), |year| year.to_string()));
    let graded = if has(this - 1) {
        Graded::good()
    } else if has(this - 2) {
        Graded {
            reason: Reason::NotDueYet,
            ..Graded::good()
        }
    } else {
        Graded::bad()
    };
    Raw::new(graded.measured(measured))
}

/// `02 ngày làm việc`, as regulations write numbers.
pub(super) fn term_text(term: Term) -> Message {
    let key = match term.unit {
        Unit::WorkingDay => "law.unit.wd",
        Unit::CalendarDay => "law.unit.cd",
        Unit::Hour => "law.unit.h",
        Unit::Month => "law.unit.mo",
        Unit::Year => "law.unit.year",
    };
    Message::new(key).with("n", format!("{:02}", term.n))
}

/// The word for a start event, in the text catalogue.
pub(crate) const fn start_key(start: Start) -> &'static str {
    match start {
        Start::Issue => "judge.start.issue",
        Start::Approval => "judge.start.approval",
        Start::Acceptance => "judge.start.acceptance",
        Start::ApprovalOrAcceptance => "judge.start.approval_or_acceptance",
        Start::PublicationDecision => "judge.start.publication_decision",
        Start::Receipt => "judge.start.receipt",
        Start::Signing => "judge.start.signing",
        Start::Creation => "judge.start.creation",
        Start::EventEnd => "judge.start.event_end",
        Start::QuestionReceipt => "judge.start.question_receipt",
        Start::Detection => "judge.start.detection",
        Start::ResponseEnd => "judge.start.response_end",
        Start::BeyondCapacity => "judge.start.beyond_capacity",
        Start::PlannedStop => "judge.start.planned_stop",
        Start::Switch => "judge.start.switch",
        Start::Posting => "judge.start.posting",
        Start::Change => "judge.start.change",
        Start::ViChange => "judge.start.vi_change",
        Start::PeriodReport => "judge.start.period_report",
        Start::FixedDate => "judge.start.fixed_date",
    }
}
