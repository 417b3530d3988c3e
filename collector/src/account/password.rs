//! Passwords: what one has to be like, and its argon2id hash (RFC 9106; 19 MiB, two passes, one lane, as OWASP advises).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use ems_contract::diagnostic::Message;

use super::secret::{NoRandomness, salt};

/// The fewest characters.
pub const MIN_CHARS: usize = 12;
/// The most bytes: hashing a novel would only cost time.
pub const MAX_BYTES: usize = 256;

/// What is wrong with a password for `login`; empty when nothing is.
#[must_use]
pub fn faults(password: &str, login: &str) -> Vec<Message> {
    let mut all = Vec::new();
    if password.chars().count() < MIN_CHARS {
        all.push(Message::new("account.password.short").with("least", MIN_CHARS));
    }
    if password.len() > MAX_BYTES {
        all.push(Message::new("account.password.long").with("most", MAX_BYTES));
    }
    let mut kinds: Vec<char> = password.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < 5 {
        all.push(Message::new("account.password.monotone"));
    }
    if !login.is_empty() && password.to_lowercase().contains(login) {
        all.push(Message::new("account.password.name"));
    }
    all
}

/// The hash to store, with a fresh salt.
///
/// # Errors
/// [`NoRandomness`].
pub fn hash(password: &str) -> Result<String, NoRandomness> {
    let hashed: Result<PasswordHash, _> =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt()?);
    // With a salt of 16 bytes and default parameters only memory can fail; that is a lack of the machine, too.
    hashed.map(|hash| hash.to_string()).map_err(|_lack| NoRandomness)
}

/// Whether a password has this hash; a text that is no hash fits nothing.
#[must_use]
pub fn fits(password: &str, stored: &str) -> bool {
    password.len() <= MAX_BYTES
        && PasswordHash::new(stored).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
}

/// Does the work of [`fits`] where there is nothing to compare with, so that the time of an answer does not tell which
/// names there are.
pub(super) fn work_in_vain(password: &str) {
    if fits(password, NOBODY) {
        tracing::error!("the password that nobody knows was guessed");
    }
}

/// The hash of a password that nobody knows, of the usual cost.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$hVJ9u9Q2s3l1m6Qm2y1d3A$k3Nf0o0F4dV7Yl0c1d2uTQm0vJm3m3b8V7Yp5o0q1rE";

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(password: &str) -> Vec<&'static str> {
        faults(password, "nguyen.van.a")
            .iter()
            .map(Message::key)
            .collect()
    }

    #[test]
    fn what_is_wrong_with_a_password_is_told_at_once() {
        assert_eq!(keys("mười hai ký tự"), [] as [&str; 0]);
        assert_eq!(
            keys("aaaa"),
            ["account.password.short", "account.password.monotone"]
        );
        assert_eq!(keys("Nguyen.Van.A-2026"), ["account.password.name"]);
        assert_eq!(keys(&"abcdefgh".repeat(40)), ["account.password.long"]);
    }

    #[test]
    fn a_hash_fits_its_password_only() {
        let stored = hash("một mật khẩu dài").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(fits("một mật khẩu dài", &stored));
        assert!(!fits("một mật khẩu dai", &stored));
        assert!(!fits("", &stored));
        assert!(!fits("x", "not a hash"));
        assert_ne!(
            stored,
            hash("một mật khẩu dài").unwrap(),
            "every hash has its own salt"
        );
    }

    #[test]
    fn nobodys_hash_is_a_hash_of_the_usual_cost() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!fits("", NOBODY));
    }
}
