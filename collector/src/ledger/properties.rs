//! Evaluation = full recomputation = the oracle, however the data arrives.

use std::collections::BTreeMap;

use ems_contract::cause::DegradedCause;
use ems_contract::time::{UnixTime, Window};
use proptest::prelude::*;

use super::oracle::{self, Second};
use super::story::{Story, at, posts, stories, stories_with_moves};
use super::*;

/// The naive way to outages: walk the seconds.
fn naive_outages(
    track: Track,
    line: &[Second],
    overall: &[Second],
) -> Vec<(i64, i64, Option<i64>, i64, i64)> {
    let mut found: Vec<(i64, i64, Option<i64>, i64, i64)> = Vec::new();
    let mut open = false;
    for (t, second) in line.iter().enumerate() {
        let t = i64::try_from(t).unwrap();
        let alone = track != Track::Overall && overall[usize::try_from(t).unwrap()].state != State::Down;
        let unconfirmed = second.cause
            == Some(SpanCause::Defect {
                cause: DegradedCause::Unconfirmed,
            });
        match second.state {
            State::Down if open => {
                let last = found.last_mut().unwrap();
                last.1 = t + 1;
                last.3 += 1;
                last.4 += i64::from(alone);
            }
            State::Down => {
                found.push((t, t + 1, None, 1, i64::from(alone)));
                open = true;
            }
            State::Up | State::Absent if open => {
                found.last_mut().unwrap().2 = Some(t);
                open = false;
            }
            State::Degraded if open && !unconfirmed => {
                found.last_mut().unwrap().2 = Some(t);
                open = false;
            }
            _ => {}
        }
    }
    found
}

fn same_as_the_oracle(story: &Story, told: &Evaluation) -> Result<(), TestCaseError> {
    let seconds = oracle::seconds(&story.inputs(), at(0), story.end());
    for (track, line) in Track::ALL.into_iter().zip(&seconds) {
        let expected = oracle::spans(line, at(0));
        let spans: Vec<Span> = told.track(track).cloned().collect();
        prop_assert_eq!(spans, expected, "{}", track);
        let outages: Vec<_> = told
            .outages
            .iter()
            .filter(|outage| outage.track == track)
            .map(|o| {
                (
                    o.from - at(0),
                    o.to - at(0),
                    o.seen_working_at.map(|w| w - at(0)),
                    o.down_s,
                    o.alone_s,
                )
            })
            .collect();
        prop_assert_eq!(outages, naive_outages(track, line, &seconds[2]), "{}", track);
    }
    for (track, line) in [Track::V4, Track::V6].into_iter().zip(&seconds) {
        let mut expected: Vec<(i64, i64, String)> = Vec::new();
        for (t, second) in line.iter().enumerate() {
            let t = i64::try_from(t).unwrap();
            let Some(network) = second.path.as_ref().map(ToString::to_string) else {
                continue;
            };
            match expected.last_mut() {
                Some(last) if last.1 == t && last.2 == network => last.1 += 1,
                _ => expected.push((t, t + 1, network)),
            }
        }
        let paths: Vec<_> = told
            .paths
            .iter()
            .filter(|path| path.track == track)
            .map(|path| (path.from - at(0), path.to - at(0), path.network.to_string()))
            .collect();
        prop_assert_eq!(paths, expected, "{}", track);
    }
    Ok(())
}

/// What a store does with an update: everything from `from` on is replaced, a span that crosses is cut there or
/// replaced by its successor of the same beginning.
fn write(kept: &mut BTreeMap<(Track, UnixTime), Span>, from: UnixTime, spans: Vec<(Track, Span)>) {
    kept.retain(|(_, start), _| *start < from);
    for span in kept.values_mut() {
        span.to = span.to.min(from);
    }
    for (track, span) in spans {
        kept.insert((track, span.from), span);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_pass_is_the_oracle(story in stories_with_moves()) {
        same_as_the_oracle(&story, &story.in_one_pass())?;
    }

    /// Stopping at any instants and resuming from the carries, through JSON, changes nothing.
    #[test]
    fn splitting_changes_nothing(story in stories_with_moves(), cuts in prop::collection::vec(1i64..1_500, 0..12)) {
        let whole = story.in_one_pass();
        let mut cuts: Vec<UnixTime> = cuts.into_iter().map(at).filter(|cut| *cut < story.end()).collect();
        cuts.sort();
        let mut carry = Carry::start(at(0));
        let mut kept = BTreeMap::new();
        for now in cuts.into_iter().chain([story.end()]) {
            let told = evaluate(&carry, &story.inputs(), now, &[now]);
            write(&mut kept, carry.at, told.spans);
            if let Some(next) = told.carries.last() {
                prop_assert!(next.at <= now && carry.at < next.at);
                carry = serde_json::from_str(&serde_json::to_string(next).unwrap()).unwrap();
            }
        }
        let kept: Vec<(Track, Span)> = kept.into_iter().map(|((track, _), span)| (track, span)).collect();
        prop_assert_eq!(kept, whole.spans);
    }

    /// What lies before the settled horizon stays as it is, whatever comes, as long as it comes in time.
    #[test]
    fn what_is_settled_changes_only_by_late_data(
        story in stories_with_moves(),
        looks in prop::collection::vec(1i64..1_500, 1..6),
        two_attempts in any::<bool>(),
    ) {
        let mut story = story;
        if two_attempts {
            story.records.iter_mut().for_each(|family| family.retain(|record| record.interval_s > 30));
        }
        let delays = Delays { interval_s: 100, deadlines_s: 30, one_attempt: !two_attempts };
        let told_at = |now: UnixTime| {
            let known = story.known_by(now, i64::from(delays.deadlines_s) + 15);
            evaluate(&Carry::start(at(0)), &known.inputs(), now, &[])
        };
        let last = story.in_one_pass();
        for now in looks.into_iter().map(at).filter(|now| *now < story.end()) {
            let told = told_at(now);
            let families = [Track::V4, Track::V6].map(|track| told.track(track).cloned().collect::<Vec<_>>());
            let horizon = settled_horizon(now, delays);
            let settled = decided(horizon, delays, families.iter().map(Vec::as_slice));
            prop_assert!(horizon - delays.patience_s() <= settled && settled <= horizon);
            let window = Window::new(at(0), settled);
            for track in Track::ALL {
                // The agents of a span are all who ever saw it; they may grow with it.
                let seen = |told: &Evaluation| -> Vec<(UnixTime, UnixTime, State, Option<SpanCause>)> {
                    let spans = clip(told.track(track), window);
                    spans.iter().map(|span| (span.from, span.to, span.state, span.cause)).collect()
                };
                prop_assert_eq!(seen(&told), seen(&last), "{} at {}", track, now - at(0));
            }
        }
    }

    /// Data comes late, twice and in any order; evaluations resume from the newest checkpoint that it leaves
    /// standing. In the end everything is as if all had been known from the beginning.
    #[test]
    fn late_doubled_and_shuffled_data_ends_the_same(story in stories(), post in posts()) {
        let mut kept = BTreeMap::new();
        post.deliver(&story, |carry, _, told| write(&mut kept, carry.at, told.spans));
        let kept: Vec<(Track, Span)> = kept.into_iter().map(|((track, _), span)| (track, span)).collect();
        prop_assert_eq!(kept, story.in_one_pass().spans);
    }

    /// Any permutation of the input is the same input.
    #[test]
    fn order_does_not_matter(story in stories(), seed in any::<u64>()) {
        let mut shuffled = story.clone();
        let mut state = seed | 1;
        let mut next = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below.max(1)
        };
        for list in &mut shuffled.records {
            for index in (1..list.len()).rev() {
                list.swap(index, next(index + 1));
            }
        }
        shuffled.gaps.iter_mut().for_each(|gaps| gaps.reverse());
        prop_assert_eq!(shuffled.in_one_pass(), story.in_one_pass());
    }

    /// The six kinds of seconds fill the window to the second, on every track, with any maintenance.
    #[test]
    fn accounts_fill_the_window(
        story in stories(),
        window in (-100i64..1_600, 0i64..1_700),
        maintenance in prop::collection::vec((-100i64..1_600, 0i64..600, -200i64..1_600), 0..5),
        horizon in -100i64..1_700,
    ) {
        let told = story.in_one_pass();
        let window = Window::new(at(window.0), at(window.0 + window.1));
        let maintenance: Vec<_> = maintenance.into_iter().map(|(from, length, announced)| {
            ems_contract::inventory::Maintenance {
                from: at(from),
                to: at(from + length),
                author: "a".into(),
                reason: "b".into(),
                announced_at: at(announced),
                excluded_at: None,
            }
        }).collect();
        for track in Track::ALL {
            let spans: Vec<Span> = told.track(track).cloned().collect();
            let states: Vec<State> = spans.iter().flat_map(|span| {
                std::iter::repeat_n(span.state, usize::try_from(span.window().secs()).unwrap())
            }).collect();
            let account = account(&spans, window, &maintenance, at(horizon));
            prop_assert_eq!(account.statutory.total(), window.secs());
            prop_assert_eq!(account.adjusted.total(), window.secs());
            let late = Window::new(at(horizon), window.to).intersect(window).secs();
            prop_assert_eq!(account.provisional.total(), late);
            prop_assert_eq!(account.statutory.excluded, 0);
            // Second by second.
            let mut down = (0, 0);
            let mut excluded = 0;
            for t in (window.from - at(0))..(window.to - at(0)) {
                let state = usize::try_from(t).ok().and_then(|t| states.get(t));
                let state = *state.unwrap_or(&State::Unknown);
                let excused = maintenance.iter().any(|m| {
                    m.from <= at(t) && at(t) < m.to && m.announced_at <= at(t)
                }) && state != State::Absent;
                excluded += i64::from(excused);
                down.0 += i64::from(state == State::Down);
                down.1 += i64::from(state == State::Down && !excused);
            }
            prop_assert_eq!((account.statutory.down, account.adjusted.down), down);
            prop_assert_eq!(account.adjusted.excluded, excluded);
            let outages = summarise_outages(track, &spans, window);
            prop_assert_eq!(outages.down_s, account.statutory.down);
            prop_assert!(outages.longest_s <= outages.down_s);
        }
    }

    /// Floored, never rounded up: 100 % only when nothing is missing.
    #[test]
    fn a_percentage_is_never_flattering(down in 0i64..200_000, up in 0i64..40_000_000) {
        let ratio = Ratio { numerator: up, denominator: up + down };
        if let Some(points) = ratio.basis_points() {
            prop_assert!(points * (up + down) <= up * 10_000);
            prop_assert!((points + 1) * (up + down) > up * 10_000);
            prop_assert_eq!(points == 10_000, down == 0);
        } else {
            prop_assert_eq!(up + down, 0);
        }
    }
}
