//! From looks to a grade: two witnesses before a failure, two good looks before its end.

use std::sync::Arc;

use ems_contract::diagnostic::Message;
use ems_contract::id::{AgentId, NetworkId};
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

use super::reason::Reason;
use super::verdict::{Computation, EvidenceRef, Finding, Statistics};
use crate::calendar::civil::{day_of, days_between};
use crate::regulation::{Evidence, Id, Kind};

/// How one look, or a whole check, came out before ceilings are laid over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// Nothing to judge.
    Moot,
    /// Met.
    Good,
    /// Cannot be said.
    Unclear,
    /// Not met, by a policy number, a heuristic or in part.
    Poor,
    /// Not met.
    Bad,
}

/// How far apart two bad looks must be to count as two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// So many seconds, or two networks.
    Seconds(i64),
    /// So many civil days; where it was seen from does not matter.
    Days(i64),
}

/// B0: two observations ten minutes apart, or two vantage points.
pub(super) const TEN_MINUTES: Gap = Gap::Seconds(600);

/// One look, graded for one check.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Look {
    pub(super) at: UnixTime,
    pub(super) agent: AgentId,
    pub(super) network: NetworkId,
    pub(super) kept: Option<Arc<str>>,
    pub(super) graded: Graded,
    pub(super) gap: Gap,
}

/// A grade with its reason and what was measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Graded {
    pub(super) grade: Grade,
    pub(super) reason: Reason,
    pub(super) kind: Kind,
    pub(super) measured: Option<Message>,
}

impl Graded {
    pub(super) const fn new(grade: Grade, reason: Reason) -> Self {
        Self {
            grade,
            reason,
            kind: Kind::Statutory,
            measured: None,
        }
    }

    pub(super) const fn good() -> Self {
        Self::new(Grade::Good, Reason::Met)
    }

    pub(super) const fn bad() -> Self {
        Self::new(Grade::Bad, Reason::NotMet)
    }

    /// By a number of the operator's.
    pub(super) fn policy() -> Self {
        Self {
            kind: Kind::Policy,
            ..Self::new(Grade::Poor, Reason::PolicyMissed)
        }
    }

    pub(super) const fn unclear(reason: Reason) -> Self {
        Self::new(Grade::Unclear, reason)
    }

    pub(super) fn measured(mut self, measured: Message) -> Self {
        self.measured = Some(measured);
        self
    }
}

/// A check before ceilings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    pub(super) graded: Graded,
    pub(super) threshold: Option<Message>,
    pub(super) threshold_kind: Kind,
    pub(super) finding: Finding,
    pub(super) evidence: Vec<EvidenceRef>,
    pub(super) statistics: Option<Statistics>,
    pub(super) computations: Vec<Computation>,
    pub(super) coverage: Option<f64>,
    pub(super) provisional: bool,
    pub(super) chain: Option<Id>,
}

impl Raw {
    pub(super) const fn new(graded: Graded) -> Self {
        Self {
            graded,
            threshold: None,
            threshold_kind: Kind::Statutory,
            finding: Finding::None,
            evidence: Vec::new(),
            statistics: None,
            computations: Vec::new(),
            coverage: None,
            provisional: false,
            chain: None,
        }
    }

    pub(super) const fn unclear(reason: Reason) -> Self {
        Self::new(Graded::unclear(reason))
    }

    pub(super) const fn moot(reason: Reason) -> Self {
        Self::new(Graded::new(Grade::Moot, reason))
    }
}

/// The most looks pointed at as evidence.
const MAX_EVIDENCE: usize = 4;

/// Puts looks together, whatever their order. `None` when there are none.
pub(super) fn settle(mut looks: Vec<Look>, kind: Evidence) -> Option<Raw> {
    // Everything that a verdict may show is part of the key: two looks of one second must not depend on their order.
    looks.sort_by_cached_key(|look| {
        let measured = look
            .graded
            .measured
            .as_ref()
            .map(|measured| measured.render(Lang::En));
        (
            look.at,
            look.agent.clone(),
            look.network.clone(),
            look.graded.grade,
            look.graded.reason,
            measured,
            look.kept.clone(),
        )
    });
    let last_any = looks.last()?.clone();
    let decided: Vec<&Look> = looks
        .iter()
        .filter(|look| !matches!(look.graded.grade, Grade::Unclear | Grade::Moot))
        .collect();
    let Some(last) = decided.last() else {
        return Some(with_evidence(
            Raw::new(last_any.graded.clone()),
            &[&last_any],
            kind,
        ));
    };
    let mut open = false;
    let mut good = 0;
    // Bad looks since the finding was last closed.
    let mut run: Vec<&Look> = Vec::new();
    for look in &decided {
        if look.graded.grade == Grade::Good {
            good += 1;
            if !open || good >= 2 {
                open = false;
                run.clear();
            }
        } else {
            good = 0;
            run.push(look);
            open = open || is_confirmed(&run);
        }
    }
    let failing: Vec<&Look> = run
        .iter()
        .copied()
        .filter(|look| look.graded.grade == Grade::Bad)
        .collect();
    let mut graded = last.graded.clone();
    let finding = match (graded.grade, open) {
        (Grade::Good, true) => {
            graded.grade = Grade::Poor;
            graded.reason = Reason::Recovering;
            Finding::Closing
        }
        (Grade::Good, false) => Finding::None,
        (_, true) => Finding::Open,
        (_, false) => Finding::Opening,
    };
    if graded.grade == Grade::Bad && !is_confirmed(&failing) {
        // A label without content is itself something seen; anything else seen once may be the looker's fault.
        graded.grade = if graded.reason == Reason::Empty {
            Grade::Poor
        } else {
            Grade::Unclear
        };
        if graded.reason != Reason::Empty {
            graded.reason = Reason::Unconfirmed;
        }
    }
    let shown: Vec<&Look> = if run.is_empty() { vec![last] } else { run };
    let mut raw = with_evidence(Raw::new(graded), &shown, kind);
    raw.finding = finding;
    Some(raw)
}

/// Whether two of the looks are two witnesses.
fn is_confirmed(looks: &[&Look]) -> bool {
    looks.iter().enumerate().any(|(n, later)| {
        looks[..n].iter().any(|earlier| match later.gap {
            Gap::Seconds(seconds) => later.at - earlier.at >= seconds || later.network != earlier.network,
            Gap::Days(days) => days_between(day_of(earlier.at), day_of(later.at)) >= days,
        })
    })
}

fn with_evidence(mut raw: Raw, looks: &[&Look], kind: Evidence) -> Raw {
    let from = looks.len().saturating_sub(MAX_EVIDENCE);
    raw.evidence = looks[from..]
        .iter()
        .map(|look| EvidenceRef {
            kind,
            at: look.at,
            agent: Some(look.agent.clone()),
            what: look.network.to_string(),
            key: look.kept.clone(),
        })
        .collect();
    raw
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn look(at: i64, network: &str, graded: Graded) -> Look {
        Look {
            at: UnixTime::from_secs(1_790_000_000 + at),
            agent: format!("agent-{network}").parse().unwrap(),
            network: network.parse().unwrap(),
            kept: None,
            graded,
            gap: TEN_MINUTES,
        }
    }

    fn grade(looks: Vec<Look>) -> (Grade, Reason, Finding) {
        let raw = settle(looks, Evidence::Http).unwrap();
        (raw.graded.grade, raw.graded.reason, raw.finding)
    }

    #[test]
    fn a_failure_wants_two_witnesses() {
        let bad = |at, network| look(at, network, Graded::bad());
        assert_eq!(
            grade(vec![bad(0, "a")]),
            (Grade::Unclear, Reason::Unconfirmed, Finding::Opening)
        );
        assert_eq!(grade(vec![bad(0, "a"), bad(599, "a")]).0, Grade::Unclear);
        assert_eq!(
            grade(vec![bad(0, "a"), bad(600, "a")]),
            (Grade::Bad, Reason::NotMet, Finding::Open)
        );
        assert_eq!(grade(vec![bad(0, "a"), bad(5, "b")]).0, Grade::Bad);
    }

    #[test]
    fn a_finding_closes_after_two_good_looks() {
        let bad = |at| look(at, "a", Graded::bad());
        let good = |at| look(at, "a", Graded::good());
        let open = vec![bad(0), bad(700)];
        let with = |more: &[Look]| grade([open.as_slice(), more].concat());
        assert_eq!(
            with(&[good(800)]),
            (Grade::Poor, Reason::Recovering, Finding::Closing)
        );
        assert_eq!(
            with(&[good(800), good(900)]),
            (Grade::Good, Reason::Met, Finding::None)
        );
        assert_eq!(
            with(&[good(800), bad(900)]).0,
            Grade::Bad,
            "the finding was never closed"
        );
        assert_eq!(
            with(&[good(800), good(900), bad(1_000)]).0,
            Grade::Unclear,
            "a new one wants two again"
        );
    }

    #[test]
    fn looks_that_could_not_see_neither_break_nor_make_a_run() {
        let blind = look(650, "b", Graded::unclear(Reason::AgentBlind));
        let bad = |at| look(at, "a", Graded::bad());
        assert_eq!(grade(vec![bad(0), blind.clone(), bad(700)]).0, Grade::Bad);
        assert_eq!(grade(vec![blind]).1, Reason::AgentBlind);
        assert!(settle(Vec::new(), Evidence::Http).is_none());
    }

    fn any_look() -> impl Strategy<Value = Look> {
        (0_i64..5_000, 0_usize..3, 0_usize..4).prop_map(|(at, network, kind)| {
            let graded = match kind {
                0 => Graded::good(),
                1 => Graded::policy(),
                2 => Graded::unclear(Reason::Blocked),
                _ => Graded::bad(),
            };
            look(at, ["a", "b", "c"][network], graded)
        })
    }

    proptest! {
        #[test]
        fn the_order_of_looks_does_not_matter(looks in prop::collection::vec(any_look(), 1..20), turn in 0_usize..20) {
            let mut turned = looks.clone();
            turned.rotate_left(turn % looks.len());
            turned.reverse();
            prop_assert_eq!(settle(looks, Evidence::Http), settle(turned, Evidence::Http));
        }

        #[test]
        fn one_more_look_never_turns_certain_into_its_opposite(
            looks in prop::collection::vec(any_look(), 1..20), more in any_look()
        ) {
            let before = grade(looks.clone()).0;
            let mut all = looks;
            all.push(more);
            let after = grade(all).0;
            prop_assert!(!(before == Grade::Good && after == Grade::Bad));
            prop_assert!(!(before == Grade::Bad && after == Grade::Good));
        }
    }
}
