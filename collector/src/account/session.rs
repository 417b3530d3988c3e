//! A log-in that lasts: the cookie holds a random key, the store its digest only.

use std::fmt;

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use ring::hmac;
use subtle::ConstantTimeEq;

use super::person::LoginName;

/// A session ends so long after it began: a working day.
pub const MAX_LENGTH_S: i64 = 12 * 3_600;
/// A session ends so long after it was last used.
pub const MAX_IDLE_S: i64 = 2 * 3_600;
/// When a session was last used is written down at most so often.
pub const SEEN_STEP_S: i64 = 60;

/// A log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginSession {
    /// Digest of the key in the cookie.
    pub digest: Sha256,
    /// Whose.
    pub login: LoginName,
    /// When it began.
    pub began_at: UnixTime,
    /// When it was last used, to [`SEEN_STEP_S`].
    pub seen_at: UnixTime,
}

impl LoginSession {
    /// Whether it still holds.
    #[must_use]
    pub fn holds(&self, now: UnixTime) -> bool {
        let within = |since: UnixTime, length: i64| now - since < length;
        // Of a session from the future nothing is known: the clock was set back, or somebody makes things up.
        let future = self.began_at > now + SEEN_STEP_S;
        !future && within(self.began_at, MAX_LENGTH_S) && within(self.seen_at, MAX_IDLE_S)
    }
}

/// What every form of a session carries, so that no other site can send it: a MAC under the session's own key.
#[derive(Clone, PartialEq, Eq)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// The token of the session with this key.
    #[must_use]
    pub fn of(session_key: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, session_key.as_bytes());
        let tag = hmac::sign(&key, b"ems form");
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        Self(Sha256::from_bytes(bytes).to_string())
    }

    /// As it stands in a form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a form carries it; takes the same time whatever it carries.
    #[must_use]
    pub fn is(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> UnixTime {
        UnixTime::from_secs(1_795_000_000 + secs)
    }

    #[test]
    fn a_session_ends_by_age_and_by_idleness() {
        let session = LoginSession {
            digest: Sha256::of(b"key"),
            login: "a".parse().unwrap(),
            began_at: at(0),
            seen_at: at(0),
        };
        assert!(session.holds(at(0)));
        assert!(session.holds(at(MAX_IDLE_S - 1)));
        assert!(!session.holds(at(MAX_IDLE_S)));
        let busy = LoginSession {
            seen_at: at(MAX_LENGTH_S - 1),
            ..session.clone()
        };
        assert!(busy.holds(at(MAX_LENGTH_S - 1)));
        assert!(!busy.holds(at(MAX_LENGTH_S)));
        assert!(!session.holds(at(-3_600)));
    }

    #[test]
    fn a_form_token_belongs_to_one_session() {
        let token = CsrfToken::of("key one");
        assert!(token.is(CsrfToken::of("key one").as_str()));
        assert!(!token.is(CsrfToken::of("key two").as_str()));
        assert!(!token.is(""));
        assert_eq!(format!("{token:?}"), "CsrfToken(…)");
    }
}
