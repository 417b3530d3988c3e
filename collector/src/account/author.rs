//! Who writes: a logged-in person or a token. Nothing written by people has another author.

use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;

use super::audit::{Note, Via};
use super::person::Person;
use super::role::Action;
use super::session::CsrfToken;
use super::token::{ApiToken, Scope};

/// A person who is logged in; handed to handlers by the door.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account, as it stood when the request came.
    pub person: Person,
    /// What the forms of this session carry.
    pub csrf: CsrfToken,
}

impl Actor {
    /// Whether this person may do `action` about a portal; `None` for the province as a whole.
    #[must_use]
    pub fn may(&self, action: Action, portal: Option<&PortalId>) -> bool {
        self.person.may(action, portal)
    }

    /// The author of what this person writes on the console.
    #[must_use]
    pub fn author(&self) -> Author {
        Author::of_person(&self.person, Via::Console)
    }
}

/// The author of something written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// `nguyen.van.a`, `token may-sao-luu`, `command line root`.
    pub name: String,
    /// The name for readers: `Nguyễn Văn A`.
    pub shown: String,
    /// By which way.
    pub via: Via,
}

impl Author {
    /// A person.
    #[must_use]
    pub fn of_person(person: &Person, via: Via) -> Self {
        Self {
            name: person.login.to_string(),
            shown: person.full_name.clone(),
            via,
        }
    }

    /// A program, when its token is good for `scope` about every one of `portals`.
    #[must_use]
    pub fn of_token(token: &ApiToken, scope: Scope, portal: Option<&PortalId>) -> Option<Self> {
        token.may(scope, portal).then(|| Self {
            name: format!("token {}", token.name),
            shown: token.name.clone(),
            via: Via::Api,
        })
    }

    /// Whoever may start programs on the collector's machine under this name: keeps accounts, tokens and
    /// editions of reports, nothing else.
    #[must_use]
    pub fn of_machine(user: &str) -> Self {
        Self {
            name: format!("command line {user}"),
            shown: user.to_owned(),
            via: Via::CommandLine,
        }
    }

    /// The collector itself.
    #[must_use]
    pub fn system() -> Self {
        Self {
            name: "system".to_owned(),
            shown: "ems-collector".to_owned(),
            via: Via::System,
        }
    }

    /// The entry of the audit log for `action` (a key under `audit.`) by this author.
    #[must_use]
    pub fn note(
        &self,
        at: UnixTime,
        action: &'static str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Note {
        Note {
            at,
            actor: self.name.clone(),
            via: self.via,
            action,
            subject: subject.into(),
            detail: detail.into(),
        }
    }
}
