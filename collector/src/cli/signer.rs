//! Who writes in a register at the command line: a person with their password, or a program's token.

use std::path::PathBuf;

use ems_contract::id::PortalId;
use ems_contract::text::{fill, get};
use ems_contract::time::UnixTime;

use super::people::{Place, Stop, password, secret_file};
use crate::account::audit::Via;
use crate::account::{Action, ApiToken, Author, Person, login, owner};
use crate::register::RegisterKind;
use crate::store::PeopleStore;

/// Who enters it.
#[derive(Debug, clap::Args)]
pub(super) struct Signer {
    /// Log in as this person; the password is asked for, or read from standard input.
    #[arg(
        long = "as",
        value_name = "LOGIN",
        conflicts_with = "token_file",
        required_unless_present = "token_file"
    )]
    person: Option<String>,
    /// File with a token of the right scope.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// Who writes, once they have shown it.
pub(super) enum Signed {
    Person(Box<Person>),
    Token(Box<ApiToken>),
}

impl Signer {
    pub(super) fn sign(&self, store: &dyn PeopleStore, place: &Place, now: UnixTime) -> Result<Signed, Stop> {
        if let Some(path) = &self.token_file {
            let known = store.api_tokens().map_err(|error| place.trouble(&error))?;
            let token = owner(&known, &secret_file(path, place.lang)?, now).cloned();
            return token
                .map(Box::new)
                .map(Signed::Token)
                .ok_or_else(|| refused(place));
        }
        let name = self.person.as_deref().unwrap_or_default();
        logged_in(store, name, place, now)
            .map(Box::new)
            .map(Signed::Person)
    }
}

fn refused(place: &Place) -> Stop {
    Stop::failed(get(place.lang, "account.login.refused"))
}

/// The person of this login, once they have given their password.
pub(super) fn logged_in(
    store: &dyn PeopleStore,
    name: &str,
    place: &Place,
    now: UnixTime,
) -> Result<Person, Stop> {
    let word = password(place.lang, "account.login.password")?;
    match login::check(store, name, &word, Via::CommandLine, now) {
        Ok(person) => Ok(person),
        Err(login::LoginError::Store(error)) => Err(place.trouble(&error)),
        Err(_refused) => Err(refused(place)),
    }
}

impl Signed {
    /// The author, if these may write in a register about the portal (the province as a whole when `None`).
    pub(super) fn author(
        &self,
        kind: RegisterKind,
        action: Action,
        portal: Option<&PortalId>,
        place: &Place,
    ) -> Result<Author, Stop> {
        let author = match self {
            Self::Person(person) => person
                .may(action, portal)
                .then(|| Author::of_person(person, Via::CommandLine)),
            // What wants a person's right is no program's.
            Self::Token(_) if action != kind.action() => None,
            Self::Token(token) => Author::of_token(token, kind.scope(), portal),
        };
        author.ok_or_else(|| {
            Stop::failed(fill(
                place.lang,
                "register.cli.may_not",
                &[("portal", portal.map_or("-", PortalId::as_str))],
            ))
        })
    }
}
