//! Reading and writing DER (ITU-T X.690) as far as revocation needs it: no recursion, no allocation on reading.

use ems_contract::time::UnixTime;
use jiff::civil::DateTime;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const SEQUENCE: u8 = 0x30;

/// One value with its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a> {
    /// The tag byte.
    pub(super) tag: u8,
    /// The contents.
    pub(super) body: &'a [u8],
    /// Tag, length and contents.
    pub(super) whole: &'a [u8],
}

/// Values one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The tag of the next value.
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next value; none at the end or where the bytes are not DER.
    pub(super) fn next(&mut self) -> Option<Value<'a>> {
        let bytes = self.0;
        let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
        // Tags over 30 do not occur here.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, head) = if first < 0x80 {
            (usize::from(first), 2)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let digits = bytes.get(2..2 + count)?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            (length, 2 + count)
        };
        let end = head.checked_add(length)?;
        let whole = bytes.get(..end)?;
        self.0 = &bytes[end..];
        Some(Value {
            tag,
            body: &whole[head..],
            whole,
        })
    }

    /// The next value, if it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<Value<'a>> {
        (self.peek()? == tag).then(|| self.next())?
    }

    /// The contents of the next value, if it has this tag, to be read in turn.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(|value| Self(value.body))
    }
}

/// The instant of a `UTCTime` or `GeneralizedTime` (RFC 5280 §4.1.2.5: always UTC, always with seconds).
pub(super) fn time(value: Value<'_>) -> Option<UnixTime> {
    let text = std::str::from_utf8(value.body).ok()?.strip_suffix('Z')?;
    let whole = match value.tag {
        0x17 if text.len() == 12 => {
            let century = if text.get(..2)? < "50" { "20" } else { "19" };
            format!("{century}{text}")
        }
        0x18 if text.len() >= 14 => text.get(..14)?.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(UnixTime::floor(zoned.timestamp()))
}

/// `parts` one after the other under `tag`.
pub(super) fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    if let Ok(short @ 0..0x80) = u8::try_from(length) {
        out.push(short);
    } else {
        let digits: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect();
        out.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
        out.extend_from_slice(&digits);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_of_both_forms() {
        for (tag, text, want) in [
            (0x17, "261122160000Z", Some(1_795_363_200)),
            (0x18, "20261122160000Z", Some(1_795_363_200)),
            (0x18, "20261122160000.5Z", Some(1_795_363_200)),
            (0x17, "2611221600Z", None),
            (0x18, "20261322160000Z", None),
            (0x18, "20261122160000", None),
        ] {
            let value = Value {
                tag,
                body: text.as_bytes(),
                whole: text.as_bytes(),
            };
            assert_eq!(time(value).map(UnixTime::secs), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(body in proptest::collection::vec(any::<u8>(), 0..700)) {
            let written = write(SEQUENCE, &[&body]);
            let mut reader = Reader::new(&written);
            let value = reader.take(SEQUENCE).unwrap();
            prop_assert_eq!(value.body, &body[..]);
            prop_assert_eq!(value.whole, &written[..]);
            prop_assert_eq!(reader.next(), None);
        }

        #[test]
        fn garbage_never_panics(bytes in any::<Vec<u8>>()) {
            let mut reader = Reader::new(&bytes);
            while let Some(value) = reader.next() {
                std::hint::black_box(time(value));
            }
        }
    }
}
