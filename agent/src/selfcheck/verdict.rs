//! From what a probe found to what the slot's record may say.

use ems_contract::cause::{DegradedCause, UnknownWhy};
use ems_contract::outcome::Outcome;

/// Whether this outcome blames the portal, so that it needs proof that the agent could see.
#[must_use]
pub const fn needs_proof(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Down { .. } => true,
        Outcome::Degraded { cause } => blames_an_attempt(cause),
        Outcome::Up | Outcome::Unknown { .. } => false,
    }
}

/// Defects that rest on a failed attempt beside a successful one.
const fn blames_an_attempt(cause: DegradedCause) -> bool {
    matches!(cause, DegradedCause::Flaky | DegradedCause::SomeAddressesDead)
}

/// The slot's outcome, given whether sight was proven (asked only when [`needs_proof`]) and whether the clock is
/// suspect. A slot labelled by a wrong clock says nothing, whatever was found. A failure without proof says nothing
/// either; a success beside an unproven failed attempt is a plain success: the page was there.
#[must_use]
pub const fn judge(found: Outcome, sight_proven: bool, clock_suspect: bool) -> Outcome {
    if clock_suspect {
        return Outcome::Unknown {
            why: UnknownWhy::ClockSuspect,
        };
    }
    match found {
        Outcome::Down { .. } if !sight_proven => Outcome::Unknown {
            why: UnknownWhy::AgentBlind,
        },
        Outcome::Degraded { cause } if !sight_proven && blames_an_attempt(cause) => Outcome::Up,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::cause::{Cause, Stage};

    #[test]
    fn only_proof_lets_a_failure_stand() {
        let down = Outcome::Down {
            stage: Stage::Connect,
            cause: Cause::TcpTimeout,
        };
        let blind = Outcome::Unknown {
            why: UnknownWhy::AgentBlind,
        };
        let degraded = |cause| Outcome::Degraded { cause };
        assert_eq!(judge(down, true, false), down);
        assert_eq!(judge(down, false, false), blind);
        assert_eq!(judge(Outcome::Up, false, false), Outcome::Up);
        assert_eq!(judge(degraded(DegradedCause::Flaky), false, false), Outcome::Up);
        let slow = degraded(DegradedCause::SlowFirstByte);
        assert_eq!(judge(slow, false, false), slow);
        assert!(needs_proof(down) && needs_proof(degraded(DegradedCause::Flaky)) && !needs_proof(slow));
        assert!(judge(Outcome::Up, true, true).is_unknown());
    }
}
