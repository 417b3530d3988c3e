//! Lengths of phases as they are reported: whole microseconds.

use std::time::Duration;

use ems_contract::observation::Timings;

/// Microseconds, at most those of 71 minutes.
pub(super) fn micros(length: Duration) -> u32 {
    clamp(u64::try_from(length.as_micros()).unwrap_or(u64::MAX))
}

/// The same from a wider number.
pub(super) fn clamp(us: u64) -> u32 {
    u32::try_from(us).unwrap_or(u32::MAX)
}

/// Phases of two steps, added up; absent only where absent in both.
pub(super) fn add(one: Timings, other: Timings) -> Timings {
    let sum = |a: Option<u32>, b: Option<u32>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, other) => one.or(other),
    };
    Timings {
        dns_us: sum(one.dns_us, other.dns_us),
        connect_us: sum(one.connect_us, other.connect_us),
        tls_us: sum(one.tls_us, other.tls_us),
        first_byte_us: sum(one.first_byte_us, other.first_byte_us),
        body_us: sum(one.body_us, other.body_us),
    }
}
