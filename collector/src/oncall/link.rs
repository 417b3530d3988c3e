//! Signed links: one person answers one alarm once, for some hours, without logging in. Pure but for the key's file.
//!
//! A link holds the number of the letter that brings it and a seal over what that letter says: who is called, for which
//! thread, and when it was posted. The key never leaves the collector's machine, and a link is short enough for a text
//! message. Looking at it does nothing, because mail filters look at links; only its forms act.

use std::io::Write;
use std::path::Path;

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use ring::hmac;
use url::Url;

use super::ActKind;
use crate::account::{NoRandomness, fresh_secret};

/// A link is good for so long after its letter was posted, in seconds.
pub const GOOD_S: i64 = 12 * 3_600;
/// What the seal is for: a key that is used elsewhere, too, must not make links.
const PURPOSE: &str = "ems on-call link 2";
/// Bytes of the seal that a link shows: 96 bits are not found by trying within [`GOOD_S`].
const SHOWN: usize = 12;

/// The key that seals links.
#[derive(Clone)]
pub struct LinkKey(hmac::Key);

/// What a link stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The number of the letter that brings it.
    pub letter: i64,
    /// Who may use it.
    pub login: String,
    /// The thread of notices.
    pub thread: String,
    /// When the letter was posted.
    pub posted_at: UnixTime,
}

impl Link {
    /// The first instant at which it is good no more.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        self.posted_at + GOOD_S
    }
}

/// The last part of a link's address, as somebody sent it: `1234-` and the seal in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The number of the letter that it names.
    pub letter: i64,
    seal: String,
}

impl Token {
    /// Reads one; `None` for what was never one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (letter, seal) = text.split_once('-')?;
        let hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        let plain = !letter.is_empty() && letter.bytes().all(|c| c.is_ascii_digit());
        if !plain || seal.len() != 2 * SHOWN || !seal.bytes().all(hex) {
            return None;
        }
        Some(Self {
            letter: letter.parse().ok()?,
            seal: seal.to_owned(),
        })
    }

    /// By what its use for an act of this kind is remembered: a link gives one answer, and one note beside it.
    #[must_use]
    pub fn used_for(&self, kind: ActKind) -> Sha256 {
        let what = if kind == ActKind::Note { "note" } else { "answer" };
        Sha256::of(format!("{self}\n{what}").as_bytes())
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.letter, self.seal)
    }
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
    pub fn token(&self, link: &Link) -> Token {
        let said = format!(
            "{PURPOSE}\n{}\n{}\n{}\n{}",
            link.letter,
            link.posted_at.secs(),
            link.login,
            link.thread
        );
        let seal = hmac::sign(&self.0, said.as_bytes());
        Token {
            letter: link.letter,
            seal: hex(&seal.as_ref()[..SHOWN]),
        }
    }

    /// Whether a token is the one of this link.
    #[must_use]
    pub fn opens(&self, token: &Token, link: &Link) -> bool {
        let own = self.token(link);
        // As long for every wrong seal, wherever it begins to be wrong.
        let unlike = own.seal.bytes().zip(token.seal.bytes());
        own.letter == token.letter && unlike.fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link() -> Link {
        Link {
            letter: 57,
            login: "nguyen.van.a".into(),
            thread: "one/incident/12".into(),
            posted_at: UnixTime::from_secs(1_000),
        }
    }

    #[test]
    fn a_link_is_its_letters_and_nobody_elses() {
        let key = LinkKey::of(b"k");
        let token = key.token(&link());
        assert!(key.opens(&token, &link()));
        assert_eq!(Token::parse(&token.to_string()).as_ref(), Some(&token));
        assert!(!LinkKey::of(b"other").opens(&token, &link()));
        let others = [
            Link { letter: 58, ..link() },
            Link {
                login: "b".into(),
                ..link()
            },
            Link {
                thread: "one/incident/13".into(),
                ..link()
            },
            // Posted later, good for longer.
            Link {
                posted_at: UnixTime::from_secs(1_001),
                ..link()
            },
        ];
        for other in others {
            assert!(!key.opens(&token, &other), "{other:?}");
            let moved = Token {
                letter: other.letter,
                ..token.clone()
            };
            assert!(!key.opens(&moved, &other), "{other:?}");
        }
    }

    #[test]
    fn an_answer_and_a_note_are_remembered_apart() {
        let token = LinkKey::of(b"k").token(&link());
        let [taken, given, noted] =
            [ActKind::Acknowledge, ActKind::Assign, ActKind::Note].map(|kind| token.used_for(kind));
        assert!(taken == given && taken != noted);
    }

    #[test]
    fn the_key_is_made_once_and_is_its_owners() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("links.key");
        let token = LinkKey::open(&path).unwrap().token(&link());
        assert!(LinkKey::open(&path).unwrap().opens(&token, &link()));
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    proptest! {
        #[test]
        fn no_text_is_taken_for_a_link(text in ".{0,200}", place in 0usize..300, c in "[0-9a-f-]") {
            let key = LinkKey::of(b"k");
            let opens = |text: &str| Token::parse(text).is_some_and(|token| key.opens(&token, &link()));
            prop_assert!(!opens(&text));
            let token = key.token(&link()).to_string();
            let mut changed: Vec<char> = token.chars().collect();
            let place = place % changed.len();
            changed[place] = c.chars().next().unwrap();
            let changed: String = changed.into_iter().collect();
            prop_assert_eq!(opens(&changed), changed == token);
        }
    }
}
