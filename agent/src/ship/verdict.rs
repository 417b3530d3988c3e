//! What an answer to a batch means: one table.

use std::time::Duration;

/// The longest wait that a collector may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(600);

/// What to do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Read the acknowledgement.
    Accepted,
    /// Try the same again later, at the next address.
    Retry,
    /// The same, but not before the time the collector names.
    RetryAfter(Duration),
    /// The collector holds other content under these numbers: number what waits anew.
    NewEpoch,
    /// Send less at once.
    Split,
    /// The batch is not understood: find the record to blame.
    Isolate,
    /// Something a person has to mend (token, address): measure and keep on, try only now and then.
    Stop,
}

/// The verdict on an HTTP status, with the value of `Retry-After` if there is one (seconds, RFC 9110 §10.2.3; a
/// date there is not understood and leaves the wait to us).
#[must_use]
pub fn verdict(status: u16, retry_after: Option<&str>) -> Verdict {
    match status {
        200..=299 => Verdict::Accepted,
        400 | 422 => Verdict::Isolate,
        409 => Verdict::NewEpoch,
        413 => Verdict::Split,
        429 | 503 => match retry_after.and_then(|value| value.trim().parse().ok()) {
            Some(seconds) => Verdict::RetryAfter(Duration::from_secs(seconds).min(MAX_RETRY_AFTER)),
            None => Verdict::Retry,
        },
        408 | 425 | 500..=599 => Verdict::Retry,
        // 401 and 403: the token. 3xx, 404 and the rest: that is not our collector. Nothing a repetition mends, and
        // nothing to be thrown away for.
        _ => Verdict::Stop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_by_row() {
        let seconds = |n| Verdict::RetryAfter(Duration::from_secs(n));
        let table: &[(u16, Option<&str>, Verdict)] = &[
            (200, None, Verdict::Accepted),
            (202, None, Verdict::Accepted),
            (204, None, Verdict::Accepted),
            (100, None, Verdict::Stop),
            (301, None, Verdict::Stop),
            (302, None, Verdict::Stop),
            (307, None, Verdict::Stop),
            (400, None, Verdict::Isolate),
            (401, None, Verdict::Stop),
            (403, None, Verdict::Stop),
            (404, None, Verdict::Stop),
            (405, None, Verdict::Stop),
            (408, None, Verdict::Retry),
            (409, None, Verdict::NewEpoch),
            (410, None, Verdict::Stop),
            (413, None, Verdict::Split),
            (415, None, Verdict::Stop),
            (422, None, Verdict::Isolate),
            (425, None, Verdict::Retry),
            (429, None, Verdict::Retry),
            (429, Some("7"), seconds(7)),
            (429, Some(" 7 "), seconds(7)),
            (429, Some("86400"), seconds(600)),
            (429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), Verdict::Retry),
            (429, Some("-1"), Verdict::Retry),
            (500, None, Verdict::Retry),
            (500, Some("7"), Verdict::Retry),
            (502, None, Verdict::Retry),
            (503, None, Verdict::Retry),
            (503, Some("30"), seconds(30)),
            (504, None, Verdict::Retry),
            (507, None, Verdict::Retry),
            (599, None, Verdict::Retry),
            (999, None, Verdict::Stop),
        ];
        for (status, retry_after, expected) in table {
            assert_eq!(
                verdict(*status, *retry_after),
                *expected,
                "{status} {retry_after:?}"
            );
        }
    }
}
