//! The ledger's outages cut to the window of a report. Their seconds add up to the `down` seconds of the account,
//! because both come from the same spans.

use ems_contract::id::AgentId;
use ems_contract::time::{UnixTime, Window};
use serde::Serialize;

use crate::ledger::{self, Span, SpanCause, Track};

/// One outage of one portal on one track, cut to the window of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outage {
    /// Which track.
    pub track: Track,
    /// First second within the window.
    pub from: UnixTime,
    /// First second after the last one down within the window.
    pub to: UnixTime,
    /// Seconds down within the window. Time that nobody saw inside an outage is not among them.
    pub seconds: i64,
    /// When it really began, where that is before the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_before: Option<UnixTime>,
    /// Nobody was seen to succeed again before the end of the window's data.
    pub continues: bool,
    /// Seconds down of the whole outage, also before the window, as far as it is known.
    pub whole_s: i64,
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
    /// Seconds down of those that ended, also before the window.
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
            self.ended_s += outage.whole_s;
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

/// The outages of one track with seconds of `down` in `window`, in order. `spans` are in order, not clipped, and
/// hold the neighbours of the window, so that its borders are told from the borders of outages.
#[must_use]
pub fn outages(track: Track, spans: &[Span], window: Window) -> Vec<Outage> {
    let whole = ledger::outages(track, spans);
    // Cut first: causes, witnesses and seconds are those of the window.
    let inside = ledger::outages(track, &ledger::clip(spans, window));
    inside
        .into_iter()
        .map(|part| outage(part, &whole, window))
        .collect()
}

fn outage(part: ledger::Outage, whole: &[ledger::Outage], window: Window) -> Outage {
    // The one it is a part of; failing that (there is none without neighbours) itself.
    let whole = whole
        .iter()
        .find(|outage| outage.from <= part.from && part.from < outage.to)
        .unwrap_or(&part);
    let stage = match part.cause {
        Some(SpanCause::Failure { stage, .. }) => Some(stage.as_str()),
        _ => None,
    };
    let ended = whole.seen_working_at.is_some_and(|at| at <= window.to);
    Outage {
        track: part.track,
        from: part.from,
        to: part.to,
        seconds: part.down_s,
        began_before: (whole.from < window.from).then_some(whole.from),
        continues: !ended,
        whole_s: whole.down_s,
        cause: part.cause.map(SpanCause::as_str),
        cause_key: part.cause.map(cause_key),
        stage,
        agents: part.agents,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::State;
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
            span(510, 900, State::Up, None, &[]),
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
        let spans = [
            span(-500, 2_000, State::Down, Some(REFUSED), &["a"]),
            span(2_000, 9_000, State::Up, None, &["a"]),
        ];
        let found = outages(Track::Overall, &spans, Window::new(at(0), at(1_000)));
        assert_eq!(found[0].seconds, 1_000);
        assert_eq!(found[0].began_before, Some(at(-500)));
        assert!(found[0].continues);
        assert_eq!(OutageSummary::of(&found).mttr_s(), None);
        let ended = outages(Track::Overall, &spans, Window::new(at(0), at(3_000)));
        assert_eq!(OutageSummary::of(&ended).mttr_s(), Some(2_500));
        // It ends with the window, to the second.
        let exact = outages(Track::Overall, &spans, Window::new(at(0), at(2_000)));
        assert!(!exact[0].continues);
    }

    #[test]
    fn time_that_nobody_saw_neither_ends_nor_lengthens_an_outage() {
        let spans = [
            span(0, 100, State::Down, Some(REFUSED), &["a"]),
            span(100, 400, State::Unknown, None, &[]),
            span(400, 500, State::Down, Some(REFUSED), &["a"]),
            span(500, 900, State::Up, None, &["a"]),
        ];
        let found = outages(Track::V4, &spans, Window::new(at(0), at(900)));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].from, found[0].to, found[0].seconds),
            (at(0), at(500), 200)
        );
        // A window that ends while nobody sees does not say that it is over.
        assert!(outages(Track::V4, &spans, Window::new(at(0), at(300)))[0].continues);
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
            prop_assert!(found.windows(2).all(|pair| pair[0].to <= pair[1].from));
        }
    }
}
