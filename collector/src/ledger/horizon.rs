//! Rule 8: from when on a figure may still change in the ordinary course of things.

use ems_contract::cause::DegradedCause;
use ems_contract::plan::Limits;
use ems_contract::time::UnixTime;

use super::runs;
use super::types::{Span, SpanCause, State};

/// Seconds for batches on their way: agents flush within 5 s, and the rest is for retries.
const DELIVERY_S: i64 = 15;

/// How late the record of a slot may arrive in the ordinary course of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// Seconds between slots.
    pub interval_s: u32,
    /// Seconds that all attempts of a slot may take together.
    pub deadlines_s: u32,
    /// A slot has room for one attempt only: a failure waits for the next slot to be confirmed.
    pub one_attempt: bool,
}

impl Delays {
    /// The delays of slots `interval_s` apart under these limits: two attempts where they fit, otherwise one.
    #[must_use]
    pub fn of(interval_s: u32, limits: &Limits) -> Self {
        let both = limits.total_ms.saturating_mul(2);
        let fits = u64::from(both) <= u64::from(interval_s.saturating_sub(1)) * 1_000;
        let deadlines_ms = if fits { both } else { limits.total_ms };
        Self {
            interval_s,
            deadlines_s: deadlines_ms.div_ceil(1_000),
            one_attempt: !fits,
        }
    }

    /// The longest, in seconds, that a failure seen from one network waits for its confirmation (rule 2).
    #[must_use]
    pub fn patience_s(self) -> i64 {
        runs::SECONDS.max(i64::from(runs::SLOTS) * i64::from(self.interval_s))
    }

    /// All of it in seconds.
    #[must_use]
    pub fn total_s(self) -> i64 {
        i64::from(self.interval_s) + i64::from(self.deadlines_s) + DELIVERY_S
    }
}

/// `now − (interval + deadlines + 15 s)`: spans after it are provisional.
#[must_use]
pub fn settled_horizon(now: UnixTime, delays: Delays) -> UnixTime {
    now - delays.total_s()
}

/// The settled horizon of a portal: the given one, held back to the beginning of trouble that lies across it, by no
/// more than rule 2 may take. What lies before it cannot change without late data.
///
/// A failure that one network sees is an outage from its beginning once it has lasted long enough: until then, and
/// as long as what confirmed it is itself provisional, its beginning is open too. `families` are the spans of each
/// family that touch `[horizon - patience, horizon)`; more does no harm.
#[must_use]
pub fn decided<'a>(
    horizon: UnixTime,
    delays: Delays,
    families: impl IntoIterator<Item = &'a [Span]>,
) -> UnixTime {
    let earliest = horizon - delays.patience_s();
    let begun = families
        .into_iter()
        .map(|spans| trouble(spans, horizon, delays).max(earliest));
    begun.min().unwrap_or(horizon)
}

/// As [`decided`], but an outage that has lasted longer than any failure waits is taken at its word. Only a failure that
/// passed within minutes from one agent to another of the same network, the first falling silent, could still change
/// it. For figures of the present, whose corrections are told: they would else lie minutes behind in every long outage.
#[must_use]
pub fn confirmed<'a>(
    horizon: UnixTime,
    delays: Delays,
    families: impl IntoIterator<Item = &'a [Span]>,
) -> UnixTime {
    let earliest = horizon - delays.patience_s();
    let begun = families.into_iter().map(|spans| {
        let last = spans.iter().rev().find(|span| span.from < horizon);
        match trouble(spans, horizon, delays) {
            from if from <= earliest && last.is_some_and(|span| span.state == State::Down) => horizon,
            from => from.max(earliest),
        }
    });
    begun.min().unwrap_or(horizon)
}

/// Where the trouble begins that lies across the horizon; the horizon itself where there is none. Not looked for further
/// back than it can matter.
fn trouble(spans: &[Span], horizon: UnixTime, delays: Delays) -> UnixTime {
    let earliest = horizon - delays.patience_s();
    let across = spans.partition_point(|span| span.from < horizon);
    let mut from = horizon;
    for span in spans[..across].iter().rev() {
        if span.to < from || from <= earliest || !is_open(span, delays) {
            break;
        }
        from = span.from;
    }
    from
}

/// Whether what comes after may make something else of this span.
fn is_open(span: &Span, delays: Delays) -> bool {
    let Some(SpanCause::Defect { cause }) = span.cause else {
        return span.state == State::Down;
    };
    match cause {
        DegradedCause::Unconfirmed => true,
        DegradedCause::Flaky | DegradedCause::Minority => delays.one_attempt,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_across_the_horizon_holds_it_back_for_as_long_as_it_may_wait() {
        let at = UnixTime::from_secs;
        let span = |from, to, state, cause| Span {
            from: at(from),
            to: at(to),
            state,
            cause: Some(SpanCause::Defect { cause }),
            agents: Vec::new(),
        };
        let plain = |from, to, state| Span {
            cause: None,
            ..span(from, to, state, DegradedCause::Flaky)
        };
        let delays = Delays::of(60, &Limits::default());
        let settled = |delays, v4: &[Span], v6: &[Span]| decided(at(1_000), delays, [v4, v6]).secs();
        let up = [plain(0, 1_100, State::Up)];
        let waiting = span(950, 1_100, State::Degraded, DegradedCause::Unconfirmed);
        assert_eq!(settled(delays, &up, &[]), 1_000);
        assert_eq!(settled(delays, &up, &[plain(0, 950, State::Up), waiting]), 950);
        // Confirmed, but by what is itself provisional.
        assert_eq!(
            settled(
                delays,
                &[plain(0, 900, State::Up), plain(900, 1_100, State::Down)],
                &up
            ),
            900
        );
        // A long outage: no run that is open at the horizon is older than 180 s.
        assert_eq!(settled(delays, &[plain(0, 1_100, State::Down)], &up), 820);
        let long = [plain(0, 1_100, State::Down)];
        assert_eq!(confirmed(at(1_000), delays, [&long[..], &up]).secs(), 1_000);
        let short = [plain(0, 900, State::Up), plain(900, 1_100, State::Down)];
        assert_eq!(confirmed(at(1_000), delays, [&short[..], &up]).secs(), 900);
        // Ended before, or begun after: nothing is open.
        assert_eq!(
            settled(
                delays,
                &[plain(0, 950, State::Down), plain(950, 1_100, State::Up)],
                &up
            ),
            1_000
        );
        assert_eq!(
            settled(
                delays,
                &[plain(0, 1_000, State::Up), plain(1_000, 1_100, State::Down)],
                &up
            ),
            1_000
        );
        // One attempt: a single failure waits for the next slot.
        let flaky = [
            plain(0, 995, State::Up),
            span(995, 1_005, State::Degraded, DegradedCause::Flaky),
        ];
        assert_eq!(settled(delays, &flaky, &up), 1_000);
        assert_eq!(settled(Delays::of(10, &Limits::default()), &flaky, &up), 995);
        // Slots far apart: three of them are longer than 180 s.
        assert_eq!(
            settled(
                Delays::of(300, &Limits::default()),
                &[plain(0, 1_100, State::Down)],
                &up
            ),
            100
        );
    }

    #[test]
    fn interval_deadlines_and_delivery() {
        let limits = Limits::default();
        let now = UnixTime::from_secs(1_000);
        // 60 s + 2 × 15 s + 15 s = 105 s
        assert_eq!(
            settled_horizon(now, Delays::of(60, &limits)),
            UnixTime::from_secs(895)
        );
        // Two attempts of 15 s do not fit 10 s: 10 s + 15 s + 15 s = 40 s
        assert_eq!(
            settled_horizon(now, Delays::of(10, &limits)),
            UnixTime::from_secs(960)
        );
        // 2 × 15 s = 31 s − 1 s: they just fit
        assert_eq!(Delays::of(31, &limits).deadlines_s, 30);
        assert_eq!(Delays::of(30, &limits).deadlines_s, 15);
    }

    #[test]
    fn the_rules_and_the_delays_agree_on_when_two_attempts_fit() {
        for total_ms in [1, 499, 500, 501, 14_999, 15_000, 15_001] {
            let limits = Limits {
                total_ms,
                ..Limits::default()
            };
            let rules = super::super::Rules::of(&limits);
            for interval_s in 1..70 {
                let fits = u64::from(total_ms) * 2 <= u64::from(interval_s - 1) * 1_000;
                assert_eq!(
                    interval_s >= rules.two_attempts_from_s,
                    fits,
                    "{total_ms} ms in {interval_s} s"
                );
            }
        }
    }
}
