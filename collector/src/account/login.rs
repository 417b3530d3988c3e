//! Logging in and out, changing one's password: the rules joined to the store. Blocks: a password is hashed.

use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;

use super::audit::Via;
use super::author::{Actor, Author};
use super::lockout::locked_until;
use super::password;
use super::person::{LoginName, Person, PersonChange};
use super::secret::{NoRandomness, fresh_secret};
use super::session::{CsrfToken, LoginSession, MAX_LENGTH_S, SEEN_STEP_S};
use crate::store::{AccountStore, LoginOutcome, Sessions, StoreError};

/// Why nobody was logged in, or a password not changed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Name and password do not fit, or the account is shut for a while or for good. Which of these is not told: it
    /// would say which names there are.
    #[error("wrong name or password, or the account is shut for now")]
    Refused,
    /// The new password cannot be taken: every reason.
    #[error("the new password cannot be taken")]
    Weak(Vec<Message>),
    /// No key could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks a password as the door does: lock-out, failures counted, everything in the audit log. The person is returned
/// without a session: how somebody signs a command at the command line.
///
/// # Errors
/// [`LoginError::Refused`]; when the store fails.
pub fn check(
    store: &dyn AccountStore,
    login: &str,
    password: &str,
    via: Via,
    now: UnixTime,
) -> Result<Person, LoginError> {
    let person = match login.trim().to_lowercase().parse::<LoginName>() {
        Ok(login) => store.person(&login)?,
        Err(_no_name) => None,
    };
    let Some(person) = person else {
        // As much work as for a name that exists.
        password::work_in_vain(password);
        return Err(LoginError::Refused);
    };
    if person.disabled || locked_until(person.failures, person.failed_at, now).is_some() {
        password::work_in_vain(password);
        return Err(LoginError::Refused);
    }
    if !password::fits(password, &person.password) {
        let count = (person.failures + 1).to_string();
        let note = Author::of_person(&person, via).note(now, "login.failed", login_of(&person), count);
        store.note_login(&person.login, LoginOutcome::Failed, note)?;
        return Err(LoginError::Refused);
    }
    Ok(person)
}

/// Logs in; returns the key for the cookie.
///
/// # Errors
/// [`LoginError::Refused`]; when no key can be made or the store fails.
pub fn log_in(
    store: &dyn AccountStore,
    login: &str,
    password: &str,
    now: UnixTime,
) -> Result<String, LoginError> {
    let person = check(store, login, password, Via::Console, now)?;
    open(store, &person, now)
}

fn open(store: &dyn AccountStore, person: &Person, now: UnixTime) -> Result<String, LoginError> {
    // Ended ones are cleared away whenever somebody comes.
    store.end_sessions(Sessions::BeganBefore(now - MAX_LENGTH_S), None)?;
    let key = fresh_secret()?;
    let session = LoginSession {
        digest: Sha256::of(key.as_bytes()),
        login: person.login.clone(),
        began_at: now,
        seen_at: now,
    };
    let note = Author::of_person(person, Via::Console).note(now, "login.opened", login_of(person), "");
    store.note_login(&person.login, LoginOutcome::Opened(session), note)?;
    Ok(key)
}

/// Who holds the key of a cookie; `None` when the session has ended or the account is shut.
///
/// # Errors
/// When the store fails.
pub fn visitor(store: &dyn AccountStore, key: &str, now: UnixTime) -> Result<Option<Actor>, StoreError> {
    let digest = Sha256::of(key.as_bytes());
    let Some((session, person)) = store.login_session(&digest)? else {
        return Ok(None);
    };
    if person.disabled || !session.holds(now) {
        return Ok(None);
    }
    if now - session.seen_at >= SEEN_STEP_S {
        store.see_session(&digest, now)?;
    }
    Ok(Some(Actor {
        person,
        csrf: CsrfToken::of(key),
    }))
}

/// Ends the session of a cookie's key.
///
/// # Errors
/// When the store fails.
pub fn log_out(store: &dyn AccountStore, actor: &Actor, key: &str, now: UnixTime) -> Result<(), StoreError> {
    let note = actor
        .author()
        .note(now, "login.closed", login_of(&actor.person), "");
    store.end_sessions(Sessions::One(Sha256::of(key.as_bytes())), Some(note))?;
    Ok(())
}

/// Changes the actor's own password, ends all their sessions and begins a new one; returns its key.
///
/// # Errors
/// [`LoginError::Refused`] when `old` is wrong, [`LoginError::Weak`] when `new` cannot be taken.
pub fn change_password(
    store: &dyn AccountStore,
    actor: &Actor,
    old: &str,
    new: &str,
    now: UnixTime,
) -> Result<String, LoginError> {
    let login = actor.person.login.as_str();
    let mut faults = password::faults(new, login);
    if old == new {
        faults.push(Message::new("account.password.same"));
    }
    if !faults.is_empty() {
        return Err(LoginError::Weak(faults));
    }
    let person = check(store, login, old, Via::Console, now)?;
    let change = PersonChange::Password {
        hash: password::hash(new)?,
        must_change: false,
    };
    let note = actor.author().note(now, "user.password", login, "");
    store.change_person(&person.login, change, note)?;
    open(store, &person, now)
}

fn login_of(person: &Person) -> String {
    person.login.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::audit::Chain;
    use crate::account::{MAX_IDLE_S, Role};
    use crate::store::sqlite::SqliteStore;
    use crate::testing::{at, store};

    const SECRET: &str = "một mật khẩu đủ dài";

    fn with_person(dir: &std::path::Path) -> SqliteStore {
        let store = store(dir);
        let person = Person {
            login: "an".parse().unwrap(),
            full_name: "Nguyễn Văn An".into(),
            role: Role::Operator,
            portals: vec![],
            password: password::hash(SECRET).unwrap(),
            must_change: false,
            disabled: false,
            failures: 0,
            failed_at: None,
            created_at: at(0),
        };
        let note = Author::of_machine("root").note(at(0), "user.add", "an", "operator");
        assert!(store.add_person(person.clone(), note.clone()).unwrap());
        assert!(!store.add_person(person, note).unwrap(), "a name is given once");
        store
    }

    #[test]
    fn a_session_opens_lasts_and_ends() {
        let dir = tempfile::tempdir().unwrap();
        let store = with_person(dir.path());
        let key = log_in(&store, " AN ", SECRET, at(1)).unwrap();
        let actor = visitor(&store, &key, at(2)).unwrap().unwrap();
        assert_eq!(actor.person.full_name, "Nguyễn Văn An");
        assert!(actor.csrf.is(CsrfToken::of(&key).as_str()));
        assert!(visitor(&store, "another key", at(2)).unwrap().is_none());
        // Used now and then it goes on beyond the idle time.
        assert!(visitor(&store, &key, at(MAX_IDLE_S - 1)).unwrap().is_some());
        assert!(visitor(&store, &key, at(2 * MAX_IDLE_S - 10)).unwrap().is_some());
        log_out(&store, &actor, &key, at(2 * MAX_IDLE_S)).unwrap();
        assert!(visitor(&store, &key, at(2 * MAX_IDLE_S)).unwrap().is_none());
    }

    #[test]
    fn wrong_passwords_shut_the_door_for_a_while_and_time_opens_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = with_person(dir.path());
        for second in 0..5 {
            assert!(matches!(
                log_in(&store, "an", "wrong", at(second)),
                Err(LoginError::Refused)
            ));
        }
        // The right one is not even looked at.
        assert!(matches!(
            log_in(&store, "an", SECRET, at(5)),
            Err(LoginError::Refused)
        ));
        let person = store.person(&"an".parse().unwrap()).unwrap().unwrap();
        assert_eq!(person.failures, 5, "what is not looked at is not counted");
        log_in(&store, "an", SECRET, at(4 + 30)).unwrap();
        let person = store.person(&"an".parse().unwrap()).unwrap().unwrap();
        assert_eq!(person.failures, 0);
    }

    #[test]
    fn a_shut_account_and_a_changed_password_end_every_session() {
        let dir = tempfile::tempdir().unwrap();
        let store = with_person(dir.path());
        let key = log_in(&store, "an", SECRET, at(1)).unwrap();
        let other = log_in(&store, "an", SECRET, at(1)).unwrap();
        let actor = visitor(&store, &key, at(2)).unwrap().unwrap();
        let refused = change_password(&store, &actor, SECRET, SECRET, at(3));
        assert!(matches!(refused, Err(LoginError::Weak(_))));
        let refused = change_password(&store, &actor, "wrong", "một mật khẩu mới hơn", at(3));
        assert!(matches!(refused, Err(LoginError::Refused)));
        let new = change_password(&store, &actor, SECRET, "một mật khẩu mới hơn", at(3)).unwrap();
        assert!(visitor(&store, &key, at(4)).unwrap().is_none());
        assert!(visitor(&store, &other, at(4)).unwrap().is_none());
        assert!(visitor(&store, &new, at(4)).unwrap().is_some());
        let login: LoginName = "an".parse().unwrap();
        let note = Author::of_machine("root").note(at(5), "user.disable", "an", "");
        store
            .change_person(&login, PersonChange::Disabled(true), note)
            .unwrap();
        assert!(visitor(&store, &new, at(6)).unwrap().is_none());
        assert!(log_in(&store, "an", "một mật khẩu mới hơn", at(6)).is_err());
    }

    #[test]
    fn everything_stands_in_an_unbroken_log() {
        let dir = tempfile::tempdir().unwrap();
        let store = with_person(dir.path());
        drop(log_in(&store, "an", "wrong", at(1)));
        log_in(&store, "an", SECRET, at(2)).unwrap();
        let mut log = store.audit(None, 100).unwrap();
        log.reverse();
        let actions: Vec<&str> = log.iter().map(|entry| &*entry.action).collect();
        assert_eq!(actions, ["user.add", "login.failed", "login.opened"]);
        assert!(log.iter().all(|entry| !entry.detail.contains(SECRET)));
        let mut chain = Chain::default();
        assert!(log.iter().all(|entry| chain.follows(entry)));
        assert_eq!(store.audit(Some(2), 100).unwrap().len(), 1);
    }
}
