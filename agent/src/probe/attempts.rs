//! Two attempts, one outcome: what a slot comes to. Pure.

use std::net::IpAddr;

use ems_contract::cause::{DegradedCause, Stage, UnknownWhy};
use ems_contract::observation::Attempt;
use ems_contract::outcome::Outcome;

/// Whether a first attempt calls for a second one: a failure does; a refusal is not pressed.
pub(super) const fn calls_for_another(first: Outcome) -> bool {
    match first {
        Outcome::Up | Outcome::Degraded { .. } => false,
        Outcome::Unknown { why } => !matches!(why, UnknownWhy::Refused),
        Outcome::Down { .. } => true,
    }
}

/// What one or two attempts come to together.
///
/// `Down` only if both fail, with the failure that got further. A success after a failure is degraded: some
/// addresses are dead when another address answered, otherwise it is flaky. Where our own fault is in it, nothing is
/// said against the portal.
pub(super) fn together(attempts: &[Attempt]) -> Outcome {
    let (first, second) = match attempts {
        [] => {
            return Outcome::Unknown {
                why: UnknownWhy::Overload,
            };
        }
        [only] => return only.outcome,
        [first, second, ..] => (first, second),
    };
    match (first.outcome, second.outcome) {
        (Outcome::Down { stage, .. }, success) if success.is_success() => Outcome::Degraded {
            cause: degraded(stage, first.address, second.address),
        },
        (Outcome::Down { stage, .. }, Outcome::Down { stage: further, .. }) if further <= stage => {
            first.outcome
        }
        (Outcome::Unknown { .. }, Outcome::Down { .. }) => first.outcome,
        (_, second) => second,
    }
}

fn degraded(stage: Stage, first: Option<IpAddr>, second: Option<IpAddr>) -> DegradedCause {
    let another = first.is_some() && second.is_some() && first != second;
    if another && matches!(stage, Stage::Connect | Stage::Tls) {
        DegradedCause::SomeAddressesDead
    } else {
        DegradedCause::Flaky
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::cause::Cause;
    use ems_contract::observation::Timings;
    use jiff::Timestamp;

    use super::*;

    fn attempt(last: u8, outcome: Outcome) -> Attempt {
        Attempt {
            started_at: Timestamp::UNIX_EPOCH,
            address: Some([203, 162, 0, last].into()),
            timings: Timings::default(),
            body_bytes: None,
            shared: false,
            outcome,
        }
    }

    const REFUSED_PORT: Outcome = Outcome::Down {
        stage: Stage::Connect,
        cause: Cause::TcpRefused,
    };
    const STATUS: Outcome = Outcome::Down {
        stage: Stage::Content,
        cause: Cause::HttpStatus,
    };
    const BLIND: Outcome = Outcome::Unknown {
        why: UnknownWhy::AgentBlind,
    };
    const CAPTCHA: Outcome = Outcome::Unknown {
        why: UnknownWhy::Refused,
    };
    const SLOW: Outcome = Outcome::Degraded {
        cause: DegradedCause::SlowFirstByte,
    };
    const FLAKY: Outcome = Outcome::Degraded {
        cause: DegradedCause::Flaky,
    };
    const SOME_DEAD: Outcome = Outcome::Degraded {
        cause: DegradedCause::SomeAddressesDead,
    };

    #[test]
    fn every_pair_has_one_outcome() {
        for (first, second, want) in [
            (attempt(1, REFUSED_PORT), attempt(1, REFUSED_PORT), REFUSED_PORT),
            (attempt(1, REFUSED_PORT), attempt(2, STATUS), STATUS),
            (attempt(1, STATUS), attempt(2, REFUSED_PORT), STATUS),
            (attempt(1, REFUSED_PORT), attempt(1, Outcome::Up), FLAKY),
            (attempt(1, REFUSED_PORT), attempt(2, Outcome::Up), SOME_DEAD),
            (attempt(1, REFUSED_PORT), attempt(2, SLOW), SOME_DEAD),
            (attempt(1, STATUS), attempt(2, Outcome::Up), FLAKY),
            (attempt(1, BLIND), attempt(1, Outcome::Up), Outcome::Up),
            (attempt(1, BLIND), attempt(1, STATUS), BLIND),
            (attempt(1, STATUS), attempt(1, BLIND), BLIND),
            (attempt(1, STATUS), attempt(1, CAPTCHA), CAPTCHA),
        ] {
            assert_eq!(
                together(&[first.clone(), second.clone()]),
                want,
                "{first:?} {second:?}"
            );
        }
        assert_eq!(together(&[attempt(1, SLOW)]), SLOW);
        assert_eq!(together(&[attempt(1, STATUS)]), STATUS);
    }

    #[test]
    fn only_failures_are_tried_again() {
        assert!(calls_for_another(STATUS) && calls_for_another(BLIND));
        assert!(!calls_for_another(CAPTCHA) && !calls_for_another(Outcome::Up) && !calls_for_another(SLOW));
    }
}
