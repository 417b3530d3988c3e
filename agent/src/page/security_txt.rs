//! `security.txt` (RFC 9116): a contact and a day on which it expires.

use ems_contract::facts::SecurityTxt;
use ems_contract::time::UnixTime;

/// Judges the text of a `security.txt` at `now`.
#[must_use]
pub fn judge(body: &[u8], now: UnixTime) -> SecurityTxt {
    let Ok(text) = std::str::from_utf8(body) else {
        return SecurityTxt::Invalid;
    };
    // A page that answers every path with success is no security.txt.
    if text.trim_start().starts_with('<') {
        return SecurityTxt::Absent;
    }
    let values = |field: &str| {
        let field = field.to_owned();
        text.lines().filter_map(move |line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(&field)
                .then(|| value.trim().to_owned())
        })
    };
    let expiries: Vec<Option<UnixTime>> = values("expires")
        .map(|value| value.parse().ok().map(UnixTime::floor))
        .collect();
    match (
        values("contact").any(|contact| contact.contains(':')),
        &expiries[..],
    ) {
        (true, [Some(expiry)]) if *expiry < now => SecurityTxt::Expired,
        (true, [Some(_)]) => SecurityTxt::Ok,
        _ => SecurityTxt::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_every_kind() {
        let now = UnixTime::from_secs(1_795_363_200);
        for (text, want) in [
            (
                "Contact: mailto:a@b.gov.vn\nExpires: 2027-01-01T00:00:00Z\n",
                SecurityTxt::Ok,
            ),
            (
                "contact: https://b.gov.vn/x\r\nexpires: 2027-01-01T00:00:00+07:00\r\n",
                SecurityTxt::Ok,
            ),
            (
                "Contact: mailto:a@b.gov.vn\nExpires: 2026-01-01T00:00:00Z\n",
                SecurityTxt::Expired,
            ),
            ("Contact: mailto:a@b.gov.vn\n", SecurityTxt::Invalid),
            ("Expires: 2027-01-01T00:00:00Z\n", SecurityTxt::Invalid),
            (
                "Contact: mailto:a@b.gov.vn\nExpires: soon\n",
                SecurityTxt::Invalid,
            ),
            ("<!doctype html><title>Trang chủ</title>", SecurityTxt::Absent),
        ] {
            assert_eq!(judge(text.as_bytes(), now), want, "{text}");
        }
        assert_eq!(judge(&[0xff, 0xfe], now), SecurityTxt::Invalid);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(body in any::<Vec<u8>>()) {
            std::hint::black_box(judge(&body, UnixTime::from_secs(0)));
        }
    }
}
