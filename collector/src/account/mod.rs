//! People and programs that may write: who they are, what they may do, and the log of what they did.
//!
//! [`role`], [`person`], [`password`], [`lockout`], [`session`], [`token`] and [`audit`] are pure; [`login`] joins them to
//! the store. [`may`] answers what a role may do about whose portal; the HTTP door ([`crate::console`]) asks it before a
//! handler runs, and the author of whatever is written is the [`Author`] found there.

pub mod audit;
mod author;
mod lockout;
pub mod login;
pub mod password;
mod person;
mod role;
mod secret;
mod session;
mod token;

pub use audit::{AuditEntry, Note};
pub use author::{Actor, Author};
pub use lockout::{FREE_FAILURES, locked_until};
pub use person::{LoginName, LoginNameError, Person, PersonChange};
pub use role::{Action, Role, Unit, may};
pub use secret::{NoRandomness, fresh_secret};
pub use session::{CsrfToken, LoginSession, MAX_IDLE_S, MAX_LENGTH_S, SEEN_STEP_S};
pub use token::{ApiToken, Scope, owner};
