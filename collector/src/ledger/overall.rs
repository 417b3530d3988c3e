//! Rule 5: the two families together.

use super::types::{SpanCause, State};

/// Which families' agents stand behind the overall state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overall {
    pub(super) state: State,
    pub(super) cause: Option<SpanCause>,
    pub(super) from_v4: bool,
    pub(super) from_v6: bool,
}

/// The overall state of an instant from the two families' states and causes.
///
/// Families that are unknown or absent are ignored while the other is known; if none is known, nobody knows.
/// Equal states stay and keep the cause of IPv4; different ones are `degraded(mixed_families)`, with the agents
/// of the families that are not up.
pub(super) fn overall(v4: (State, Option<SpanCause>), v6: (State, Option<SpanCause>)) -> Overall {
    let known = |state: State| matches!(state, State::Up | State::Degraded | State::Down);
    let (state, cause) = match (known(v4.0), known(v6.0)) {
        (true, true) if v4.0 == v6.0 => v4,
        (true, true) => (State::Degraded, Some(SpanCause::Mixed)),
        (true, false) => v4,
        (false, true) => v6,
        (false, false) => (State::Unknown, None),
    };
    let stands = |own: State| known(own) && (own != State::Up || state == State::Up);
    Overall {
        state,
        cause,
        from_v4: stands(v4.0),
        from_v6: stands(v6.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::cause::{Cause, DegradedCause, Stage};

    /// Rule 5, every pair of states.
    #[test]
    fn every_pair() {
        use State::{Absent, Degraded, Down, Unknown, Up};
        let table = [
            (Up, Up, Up),
            (Up, Degraded, Degraded),
            (Up, Down, Degraded),
            (Up, Unknown, Up),
            (Up, Absent, Up),
            (Degraded, Degraded, Degraded),
            (Degraded, Down, Degraded),
            (Degraded, Unknown, Degraded),
            (Degraded, Absent, Degraded),
            (Down, Down, Down),
            (Down, Unknown, Down),
            (Down, Absent, Down),
            (Unknown, Unknown, Unknown),
            (Unknown, Absent, Unknown),
            (Absent, Absent, Unknown),
        ];
        for (a, b, expected) in table {
            assert_eq!(overall((a, None), (b, None)).state, expected, "{a:?} and {b:?}");
            assert_eq!(overall((b, None), (a, None)).state, expected, "{b:?} and {a:?}");
        }
    }

    #[test]
    fn the_cause_and_the_agents_come_from_the_families_that_make_the_state() {
        let refused = Some(SpanCause::Failure {
            stage: Stage::Connect,
            cause: Cause::TcpRefused,
        });
        let flaky = Some(SpanCause::Defect {
            cause: DegradedCause::Flaky,
        });
        let mixed = overall((State::Up, None), (State::Down, refused));
        assert_eq!(mixed.cause, Some(SpanCause::Mixed));
        assert_eq!((mixed.from_v4, mixed.from_v6), (false, true));
        let both = overall((State::Down, refused), (State::Down, flaky));
        assert_eq!(both.cause, refused);
        assert_eq!((both.from_v4, both.from_v6), (true, true));
        let one = overall((State::Unknown, None), (State::Degraded, flaky));
        assert_eq!((one.cause, one.from_v4, one.from_v6), (flaky, false, true));
        let up = overall((State::Up, None), (State::Up, None));
        assert_eq!((up.from_v4, up.from_v6), (true, true));
    }
}
