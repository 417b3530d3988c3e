//! An account of a person.

use std::fmt;
use std::str::FromStr;

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;

use super::role::{Action, Role, Unit, may};

/// The name somebody logs in with: lower-case letters, digits, `.`, `-`, `_`, at most 64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginName(String);

/// A text that is no [`LoginName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a login name has 1 to 64 characters of a-z, 0-9, `.`, `-`, `_` and begins with a letter")]
pub struct LoginNameError;

impl LoginName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LoginName {
    type Err = LoginNameError;

    fn from_str(text: &str) -> Result<Self, LoginNameError> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        if begins && text.len() <= 64 && text.chars().all(good) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LoginNameError)
        }
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name to log in with.
    pub login: LoginName,
    /// The person's name as it stands beside what they write.
    pub full_name: String,
    /// What they do.
    pub role: Role,
    /// Portals that they speak for; matters for editors only.
    pub portals: Vec<PortalId>,
    /// The password's argon2 hash (PHC string).
    pub password: String,
    /// The password was set by somebody else and has to be changed before anything is written.
    pub must_change: bool,
    /// No log-in any more.
    pub disabled: bool,
    /// Wrong passwords since the last right one.
    pub failures: u32,
    /// When the last of them was.
    pub failed_at: Option<UnixTime>,
    /// When the account was made.
    pub created_at: UnixTime,
}

impl Person {
    /// Whether this person may do `action` about a portal; `None` for the province as a whole.
    #[must_use]
    pub fn may(&self, action: Action, portal: Option<&PortalId>) -> bool {
        let unit = match portal {
            None => Unit::Whole,
            Some(portal) if self.portals.contains(portal) => Unit::Own,
            Some(_) => Unit::Other,
        };
        may(self.role, action, unit)
    }

    /// `Nguyễn Văn A (nguyen.van.a)`: how an author is written.
    #[must_use]
    pub fn signature(&self) -> String {
        format!("{} ({})", self.full_name, self.login)
    }
}

/// A change to an account; each is one entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonChange {
    /// Another role, and the portals spoken for.
    Role {
        /// The role.
        role: Role,
        /// The portals.
        portals: Vec<PortalId>,
    },
    /// Another password; every session of the person ends.
    Password {
        /// Its argon2 hash.
        hash: String,
        /// Whether it has to be changed at the next log-in.
        must_change: bool,
    },
    /// Whether log-in is barred; every session ends when it is.
    Disabled(bool),
    /// The wrong passwords are forgotten.
    Unlock,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_plain() {
        for good in ["a", "nguyen.van.a", "syt_01", "x-y"] {
            assert_eq!(good.parse::<LoginName>().unwrap().as_str(), good);
        }
        for bad in ["", "Nguyen", "1a", ".a", "nguyễn", "a b", "a/b", &"a".repeat(65)] {
            assert!(bad.parse::<LoginName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_editor_speaks_for_the_own_portals_only() {
        let editor = Person {
            login: "e".parse().unwrap(),
            full_name: "E".into(),
            role: Role::Editor,
            portals: vec!["p1".parse().unwrap()],
            password: String::new(),
            must_change: false,
            disabled: false,
            failures: 0,
            failed_at: None,
            created_at: UnixTime::from_secs(0),
        };
        assert!(editor.may(Action::Attest, Some(&"p1".parse().unwrap())));
        assert!(!editor.may(Action::Attest, Some(&"p2".parse().unwrap())));
        assert!(!editor.may(Action::Attest, None));
    }
}
