//! The statutory time account as the judge reads it.

use ems_contract::time::{UnixTime, Window};

use crate::judge::facts::{Availability, OutageSeen};
use crate::ledger::{Span, Track, account, clip, outages};

/// The account of `window` from the spans that touch it. An outage is open when the last second of the window is down:
/// time that nobody saw since then claims nothing.
pub(super) fn availability(spans: &[Span], window: Window) -> Availability {
    let statutory = account(spans, window, &[], window.to).statutory;
    let seen = |to: UnixTime| (to < window.to).then_some(to);
    Availability {
        window,
        up_s: statutory.up,
        degraded_s: statutory.degraded,
        down_s: statutory.down,
        outages: outages(Track::Overall, &clip(spans, window))
            .into_iter()
            .map(|outage| OutageSeen {
                from: outage.from,
                to: seen(outage.to),
                cause: outage.cause.map(|cause| cause.as_str().to_owned()),
                agents: outage.agents,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::State;

    fn span(from: i64, to: i64, state: State) -> Span {
        Span {
            from: UnixTime::from_secs(from),
            to: UnixTime::from_secs(to),
            state,
            cause: None,
            agents: Vec::new(),
        }
    }

    #[test]
    fn an_outage_is_open_while_its_last_second_is_down() {
        let window = Window::new(UnixTime::from_secs(1_000), UnixTime::from_secs(2_000));
        let line = [
            span(500, 1_200, State::Up),
            span(1_200, 1_300, State::Down),
            span(1_300, 1_500, State::Degraded),
            span(1_500, 2_400, State::Down),
        ];
        let told = availability(&line, window);
        assert_eq!((told.up_s, told.degraded_s, told.down_s), (200, 200, 600));
        let ends: Vec<_> = told
            .outages
            .iter()
            .map(|outage| outage.to.map(UnixTime::secs))
            .collect();
        assert_eq!(ends, [Some(1_300), None]);
        let unseen = [
            span(1_200, 1_300, State::Down),
            span(1_300, 2_400, State::Unknown),
        ];
        assert_eq!(
            availability(&unseen, window).outages[0].to,
            Some(UnixTime::from_secs(1_300))
        );
    }
}
