//! `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in the preferred form (IMF-fixdate, 5.6.7). Pure.

use ems_contract::time::UnixTime;

use super::backoff::MAX_RETRY_AFTER_S;

/// The length of `Sun, 06 Nov 1994 08:49:37 GMT`.
const FIXDATE: usize = 29;

/// When a receiver wants to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many seconds after its answer.
    In(u64),
    /// At this time.
    At(UnixTime),
}

impl RetryAfter {
    /// Reads the value of the header; what is neither form is as good as no header.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::In);
        }
        if text.len() != FIXDATE || !text.ends_with(" GMT") {
            return None;
        }
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text);
        date.ok().map(|date| Self::At(UnixTime::floor(date)))
    }

    /// Seconds from `now`, no more than a receiver may ask for.
    #[must_use]
    pub fn seconds(self, now: UnixTime) -> u64 {
        let asked = match self {
            Self::In(seconds) => seconds,
            Self::At(at) => u64::try_from(at - now).unwrap_or(0),
        };
        asked.min(MAX_RETRY_AFTER_S)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn garbage_is_no_time(text in "\\PC{0,40}") {
            if let Some(RetryAfter::In(seconds)) = RetryAfter::parse(&text) {
                prop_assert_eq!(text.trim().parse(), Ok(seconds));
            }
        }

        #[test]
        fn a_date_with_a_letter_changed_is_read_or_left_but_never_a_panic(n in 0..FIXDATE, c in any::<char>()) {
            let mut text: Vec<char> = "Sun, 06 Nov 1994 08:49:37 GMT".chars().collect();
            text[n] = c;
            let read = RetryAfter::parse(&text.into_iter().collect::<String>());
            prop_assert!(!matches!(read, Some(RetryAfter::In(_))));
        }

        #[test]
        fn every_date_is_read_as_it_was_written(secs in 0..4_102_444_800_i64, now in 0..4_102_444_800_i64) {
            let at = UnixTime::from_secs(secs);
            let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
            let text = printer.timestamp_to_rfc9110_string(&at.timestamp()).unwrap();
            let read = RetryAfter::parse(&text);
            prop_assert_eq!(read, Some(RetryAfter::At(at)));
            let seconds = read.unwrap().seconds(UnixTime::from_secs(now));
            prop_assert_eq!(seconds, (secs - now).clamp(0, 3_600).unsigned_abs());
        }
    }

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let read = |text| RetryAfter::parse(text);
        assert_eq!(read(" 120 "), Some(RetryAfter::In(120)));
        let date = RetryAfter::At(UnixTime::from_secs(784_111_777));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(date));
        for bad in [
            "",
            "-1",
            "1.5",
            "99999999999999999999999",
            "soon",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
