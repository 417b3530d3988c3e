//! Where on its grid a series lies: a hash, so that restarts and reloads change nothing and agents do not all
//! knock at the same moment.

use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;

use super::SeriesKey;

/// The place of a series on the grid of its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Whole seconds, less than the interval.
    pub seconds: i64,
    /// Microseconds within the second at which its jobs begin, less than 1,000,000: spreads the jobs of one second.
    pub offset_us: i64,
}

/// The phase of a series at an agent for an interval of `interval_s` seconds (0 counts as 1).
#[must_use]
pub fn phase(agent: &AgentId, key: &SeriesKey, interval_s: u32) -> Phase {
    let family = key.family.map_or("", |family| family.as_str());
    let digest = Sha256::of_list(&[
        agent.as_str().as_bytes(),
        key.portal.as_str().as_bytes(),
        family.as_bytes(),
        key.probe.as_str().as_bytes(),
    ]);
    let bytes = digest.as_bytes();
    let word = |at: usize| {
        let mut word = [0; 8];
        word[1..].copy_from_slice(&bytes[at..at + 7]);
        i64::from_be_bytes(word)
    };
    Phase {
        seconds: word(0) % i64::from(interval_s.max(1)),
        offset_us: word(8) % 1_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::family::Family;
    use ems_contract::probe::ProbeKind;

    fn key(portal: &str, family: Family) -> SeriesKey {
        SeriesKey {
            portal: portal.parse().unwrap(),
            probe: ProbeKind::Reach,
            family: Some(family),
        }
    }

    #[test]
    fn the_phase_is_the_same_for_ever() {
        // A changed value here moves every slot of every agent in the field.
        let agent: AgentId = "tram-a".parse().unwrap();
        let place = phase(&agent, &key("angiang", Family::V4), 60);
        assert_eq!(
            place,
            Phase {
                seconds: 5,
                offset_us: 481_244
            }
        );
    }

    #[test]
    fn slots_spread_over_the_interval_and_over_the_second() {
        let agent: AgentId = "tram-a".parse().unwrap();
        let mut seconds = [0u32; 60];
        let mut tenths = [0u32; 10];
        for n in 0..6_000 {
            let place = phase(&agent, &key(&format!("p{n}"), Family::V4), 60);
            seconds[usize::try_from(place.seconds).unwrap()] += 1;
            tenths[usize::try_from(place.offset_us / 100_000).unwrap()] += 1;
        }
        assert!(seconds.iter().all(|n| (50..=160).contains(n)), "{seconds:?}");
        assert!(tenths.iter().all(|n| (480..=720).contains(n)), "{tenths:?}");
    }

    #[test]
    fn families_and_agents_do_not_knock_together() {
        let a: AgentId = "tram-a".parse().unwrap();
        let b: AgentId = "tram-b".parse().unwrap();
        let v4 = key("angiang", Family::V4);
        assert_ne!(phase(&a, &v4, 3600), phase(&a, &key("angiang", Family::V6), 3600));
        assert_ne!(phase(&a, &v4, 3600), phase(&b, &v4, 3600));
    }
}
