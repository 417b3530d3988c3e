//! Signed links: one person answers one alarm once, for some hours, without logging in. Pure but for the key's file.
//!
//! A link holds who may use it, for which thread and until when, and a seal over these by a key that never leaves the
//! collector's machine. Looking at it does nothing, because mail filters look at links; only its form acts.

use std::io::Write;
use std::path::Path;

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use ring::hmac;
use url::Url;

use crate::account::{NoRandomness, fresh_secret};

/// A link is good for so long, in seconds.
pub const GOOD_S: i64 = 12 * 3_600;
/// What the seal is for: a key that is used elsewhere, too, must not make links.
const PURPOSE: &str = "ems on-call link 1";
/// No honest link is longer.
const LONGEST: usize = 2_048;

/// The key that seals links.
#[derive(Clone)]
pub struct LinkKey(hmac::Key);

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who may use it.
    pub login: String,
    /// The thread of notices.
    pub thread: String,
    /// The first instant at which it is good no more.
    pub expires: UnixTime,
}

/// Why a link is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// It is none of ours, or was changed.
    Forged,
    /// Its time is over.
    Expired,
}

impl LinkKey {
    /// The key of these bytes.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The key in a file, which is made when it is missing, readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be read or made.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().len() >= 64 => return Ok(Self::of(text.trim().as_bytes())),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let secret = fresh_secret().map_err(|error: NoRandomness| std::io::Error::other(error))?;
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        writeln!(file, "{secret}")?;
        file.sync_all()?;
        Ok(Self::of(secret.as_bytes()))
    }

    /// The address of a link below the console's.
    #[must_use]
    pub fn url(&self, console: &Url, link: &Link) -> Option<Url> {
        console.join(&format!("act/{}", self.token(link))).ok()
    }

    /// The last part of a link's address.
    #[must_use]
    pub fn token(&self, link: &Link) -> String {
        let said = said(link);
        format!("{}.{}", hex(said.as_bytes()), hex(self.seal(&said).as_ref()))
    }

    /// What a link says, if it is ours and still good.
    ///
    /// # Errors
    /// [`LinkFault`].
    pub fn read(&self, token: &str, now: UnixTime) -> Result<Link, LinkFault> {
        let parts = token.split_once('.').filter(|_| token.len() <= LONGEST);
        let (said, seal) = parts.ok_or(LinkFault::Forged)?;
        let (said, seal) = (
            bytes(said).ok_or(LinkFault::Forged)?,
            bytes(seal).ok_or(LinkFault::Forged)?,
        );
        hmac::verify(&self.0, &purposeful(&said), &seal).map_err(|_unspecified| LinkFault::Forged)?;
        let text = String::from_utf8(said).map_err(|_not_ours| LinkFault::Forged)?;
        let mut fields = text.splitn(3, '\n');
        let mut field = || fields.next().ok_or(LinkFault::Forged);
        let (expires, login, thread) = (field()?, field()?, field()?);
        let expires = UnixTime::from_secs(expires.parse().map_err(|_not_ours| LinkFault::Forged)?);
        if now >= expires {
            return Err(LinkFault::Expired);
        }
        Ok(Link {
            login: login.to_owned(),
            thread: thread.to_owned(),
            expires,
        })
    }

    fn seal(&self, said: &str) -> hmac::Tag {
        hmac::sign(&self.0, &purposeful(said.as_bytes()))
    }
}

/// By what a used link is remembered.
#[must_use]
pub fn digest(token: &str) -> Sha256 {
    Sha256::of(token.as_bytes())
}

fn said(link: &Link) -> String {
    format!("{}\n{}\n{}", link.expires.secs(), link.login, link.thread)
}

fn purposeful(said: &[u8]) -> Vec<u8> {
    [PURPOSE.as_bytes(), b"\n", said].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|c| {
            c.to_digit(16)
                .filter(|_| !c.is_ascii_uppercase())
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| (pair[0] << 4) | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(secs: i64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    fn link() -> Link {
        Link {
            login: "nguyen.van.a".into(),
            thread: "one/incident/12".into(),
            expires: at(1_000),
        }
    }

    #[test]
    fn a_link_says_who_and_until_when() {
        let key = LinkKey::of(b"k");
        let token = key.token(&link());
        assert_eq!(key.read(&token, at(999)), Ok(link()));
        assert_eq!(key.read(&token, at(1_000)), Err(LinkFault::Expired));
        assert_eq!(LinkKey::of(b"other").read(&token, at(0)), Err(LinkFault::Forged));
        // For another person, or longer.
        let other = key.token(&Link {
            login: "b".into(),
            ..link()
        });
        let (said, _) = other.split_once('.').unwrap();
        let (_, seal) = token.split_once('.').unwrap();
        assert_eq!(key.read(&format!("{said}.{seal}"), at(0)), Err(LinkFault::Forged));
    }

    #[test]
    fn the_key_is_made_once_and_is_its_owners() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("links.key");
        let token = LinkKey::open(&path).unwrap().token(&link());
        assert_eq!(LinkKey::open(&path).unwrap().read(&token, at(0)), Ok(link()));
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    proptest! {
        #[test]
        fn no_text_is_taken_for_a_link(text in ".{0,200}", place in 0usize..300, c in "[0-9a-f.]") {
            let key = LinkKey::of(b"k");
            prop_assert_eq!(key.read(&text, at(0)), Err(LinkFault::Forged));
            let token = key.token(&link());
            let mut changed: Vec<char> = token.chars().collect();
            let place = place % changed.len();
            changed[place] = c.chars().next().unwrap();
            let changed: String = changed.into_iter().collect();
            prop_assert_eq!(key.read(&changed, at(0)).is_ok(), changed == token);
        }
    }
}
