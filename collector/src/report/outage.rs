//! From spans to outages: every maximal stretch of `down` within a window, told with its cause and witnesses.
//!
//! The outages of a track add up to its `down` seconds, because both come from the same spans.

use std::collections::BTreeMap;

use ems_contract::id::AgentId;
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use crate::ledger::{Span, SpanCause, State, Track};

/// One outage of one portal on one track, cut to the window of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outage {
    /// Which track.
    pub track: Track,
    /// First second within the window.
    pub from: UnixTime,
    /// First second after it, or the end of the window's data.
    pub to: UnixTime,
    /// Seconds within the window.
    pub seconds: i64,
    /// When it really began, where that is before the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_before: Option<UnixTime>,
    /// It lasts beyond the window's data.
    pub continues: bool,
    /// The binding name of the cause that lasted longest within the window.
    pub cause: Option<&'static str>,
    /// Key of the cause's sentence in the text catalogue.
    #[serde(skip)]
    pub cause_key: Option<String>,
    /// Where the exchange ended, for that cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<&'static str>,
    /// The vantage points that saw it, sorted.
    pub agents: Vec<AgentId>,
}

/// What a set of outages comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct OutageSummary {
    /// How many touch the window.
    pub count: u64,
    /// Their seconds within the window.
    pub seconds: i64,
    /// The longest, seconds within the window.
    pub longest_s: i64,
    /// How many ended within the window.
    pub ended: u64,
    /// Seconds from beginning to end of those that ended, also before the window.
    pub ended_s: i64,
}

impl OutageSummary {
    /// Mean time to repair of the outages that ended within the window, in whole seconds, floored.
    #[must_use]
    pub fn mttr_s(&self) -> Option<i64> {
        let ended = i64::try_from(self.ended).ok().filter(|ended| *ended > 0)?;
        Some(self.ended_s / ended)
    }

    /// Adds one outage.
    pub fn add(&mut self, outage: &Outage) {
        self.count += 1;
        self.seconds += outage.seconds;
        self.longest_s = self.longest_s.max(outage.seconds);
        if !outage.continues {
            self.ended += 1;
            self.ended_s += outage.to - outage.began_before.unwrap_or(outage.from);
        }
    }

    /// The summary of these outages.
    #[must_use]
    pub fn of<'a>(outages: impl IntoIterator<Item = &'a Outage>) -> Self {
        let mut summary = Self::default();
        for outage in outages {
            summary.add(outage);
        }
        summary
    }
}

/// The outages of one track that touch `window`, in order. `spans` are in order and not clipped.
#[must_use]
pub fn outages(track: Track, spans: &[Span], window: Window) -> Vec<Outage> {
    let mut found = Vec::new();
    let mut run: Vec<&Span> = Vec::new();
    for span in spans {
        let joins = run.last().is_some_and(|last| last.to == span.from);
        if span.state == State::Down && joins {
            run.push(span);
            continue;
        }
        found.extend(outage(track, &run, window));
        run.clear();
        if span.state == State::Down {
            run.push(span);
        }
    }
    found.extend(outage(track, &run, window));
    found
}

fn outage(track: Track, run: &[&Span], window: Window) -> Option<Outage> {
    let whole = Window::new(run.first()?.from, run.last()?.to);
    let inside = whole.intersect(window);
    if inside.is_empty() {
        return None;
    }
    let cause = longest_cause(run, window);
    let stage = match cause {
        Some(SpanCause::Failure { stage, .. }) => Some(stage.as_str()),
        _ => None,
    };
    let mut agents: Vec<AgentId> = run
        .iter()
        .filter(|span| !span.window().intersect(window).is_empty())
        .flat_map(|span| span.agents.iter().cloned())
        .collect();
    agents.sort();
    agents.dedup();
    Some(Outage {
        track,
        from: inside.from,
        to: inside.to,
        seconds: inside.secs(),
        began_before: (whole.from < inside.from).then_some(whole.from),
        continues: whole.to > window.to,
        cause: cause.map(SpanCause::as_str),
        cause_key: cause.map(cause_key),
        stage,
        agents,
    })
}

/// Key of a span's cause in the text catalogue.
#[must_use]
pub fn cause_key(cause: SpanCause) -> String {
    match cause {
        SpanCause::Failure { cause, .. } => cause.text_key(),
        SpanCause::Defect { cause } => cause.text_key(),
        SpanCause::Mixed => "report.cause.mixed_families".to_owned(),
    }
}

/// The cause with most seconds inside the window; of equals, the one that came first.
fn longest_cause(run: &[&Span], window: Window) -> Option<SpanCause> {
    let mut seconds: BTreeMap<SpanCause, (i64, std::cmp::Reverse<UnixTime>)> = BTreeMap::new();
    for span in run {
        if let Some(cause) = span.cause {
            let entry = seconds.entry(cause).or_insert((0, std::cmp::Reverse(span.from)));
            entry.0 += span.window().intersect(window).secs();
        }
    }
    seconds
        .into_iter()
        .filter(|(_, (length, _))| *length > 0)
        .max_by_key(|(_, weight)| *weight)
        .map(|(cause, _)| cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::cause::{Cause, Stage};
    use proptest::prelude::*;

    const REFUSED: SpanCause = SpanCause::Failure {
        stage: Stage::Connect,
        cause: Cause::TcpRefused,
    };
    const TIMEOUT: SpanCause = SpanCause::Failure {
        stage: Stage::Connect,
        cause: Cause::TcpTimeout,
    };

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_secs(1_000_000 + seconds)
    }

    fn span(from: i64, to: i64, state: State, cause: Option<SpanCause>, agents: &[&str]) -> Span {
        let agents = agents.iter().map(|agent| agent.parse().unwrap()).collect();
        Span {
            from: at(from),
            to: at(to),
            state,
            cause,
            agents,
        }
    }

    #[test]
    fn adjacent_down_spans_are_one_outage_with_the_longest_cause_and_all_witnesses() {
        let spans = [
            span(0, 100, State::Up, None, &["a", "b"]),
            span(100, 160, State::Down, Some(REFUSED), &["b"]),
            span(160, 400, State::Down, Some(TIMEOUT), &["a"]),
            span(400, 500, State::Up, None, &[]),
            span(500, 510, State::Down, Some(REFUSED), &["a"]),
        ];
        let found = outages(Track::V4, &spans, Window::new(at(0), at(1_000)));
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].from, found[0].to, found[0].seconds),
            (at(100), at(400), 300)
        );
        assert_eq!(found[0].cause, Some("tcp_timeout"));
        assert_eq!(found[0].agents.len(), 2);
        assert!(!found[0].continues && found[0].began_before.is_none());
        let summary = OutageSummary::of(&found);
        assert_eq!((summary.count, summary.seconds, summary.longest_s), (2, 310, 300));
        assert_eq!(summary.mttr_s(), Some(155));
    }

    #[test]
    fn an_outage_over_the_border_is_cut_and_says_so() {
        let spans = [span(-500, 2_000, State::Down, Some(REFUSED), &["a"])];
        let found = outages(Track::Overall, &spans, Window::new(at(0), at(1_000)));
        assert_eq!(found[0].seconds, 1_000);
        assert_eq!(found[0].began_before, Some(at(-500)));
        assert!(found[0].continues);
        assert_eq!(OutageSummary::of(&found).mttr_s(), None);
        let ended = outages(Track::Overall, &spans, Window::new(at(0), at(3_000)));
        assert_eq!(OutageSummary::of(&ended).mttr_s(), Some(2_500));
    }

    proptest! {
        #[test]
        fn outages_add_up_to_the_down_seconds(
            lengths in prop::collection::vec((1_i64..500, 0_u8..4), 0..40),
            from in -200_i64..2_000,
            length in 0_i64..4_000,
        ) {
            let mut spans = Vec::new();
            let mut position = 0;
            for (length, kind) in lengths {
                let (state, cause) = match kind {
                    0 => (State::Down, Some(REFUSED)),
                    1 => (State::Down, Some(TIMEOUT)),
                    2 => (State::Up, None),
                    _ => (State::Unknown, None),
                };
                spans.push(span(position, position + length, state, cause, &["a"]));
                position += length;
            }
            let window = Window::new(at(from), at(from + length));
            let expected: i64 = spans
                .iter()
                .filter(|span| span.state == State::Down)
                .map(|span| span.window().intersect(window).secs())
                .sum();
            let found = outages(Track::V4, &spans, window);
            prop_assert_eq!(found.iter().map(|outage| outage.seconds).sum::<i64>(), expected);
            prop_assert!(found.windows(2).all(|pair| pair[0].to < pair[1].from));
        }
    }
}
