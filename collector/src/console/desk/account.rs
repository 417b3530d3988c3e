//! One's own account: what one may do, and the password.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::{Desk, action_key, blocking, page};
use crate::account::login::{LoginError, change_password as change};
use crate::account::{Action, Actor, Unit, may};
use crate::console::door::redirect_with;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::digest::owners;
use crate::http::listener::Peer;

/// What the page of one's account shows.
#[derive(Debug, Serialize)]
struct AccountPage {
    name: String,
    login: String,
    role: &'static str,
    portals: Vec<String>,
    /// The units of these portals: the portal in the address, the name.
    units: Vec<(String, String)>,
    may: Vec<String>,
    must_change: bool,
    sees_audit: bool,
    errors: Vec<String>,
    done: bool,
}

fn account_page(
    desk: &Desk,
    actor: &Actor,
    (status, lang): (StatusCode, Lang),
    errors: Vec<String>,
    done: bool,
) -> Response {
    let person = &actor.person;
    let allowed = Action::ALL.iter().filter_map(|action| {
        let text = get(lang, action_key(*action));
        if may(person.role, *action, Unit::Whole) {
            Some(text.to_owned())
        } else if may(person.role, *action, Unit::Own) {
            Some(fill(lang, "account.may.own", &[("action", text)]))
        } else {
            None
        }
    });
    let names = desk.context.inventory.current();
    let named = |id| {
        let known = names.portals.iter().find(|portal| portal.id == id);
        known.map_or_else(|| id.to_string(), |portal| portal.name.clone())
    };
    let now = desk.context.clock.now();
    let units = owners(&names, now)
        .into_iter()
        .filter(|owner| person.portals.iter().any(|portal| owner.has(portal)))
        .map(|owner| (owner.head.id.to_string(), owner.name.to_owned()));
    let view = AccountPage {
        units: units.collect(),
        name: person.full_name.clone(),
        login: person.login.to_string(),
        role: get(lang, role_key(person.role)),
        portals: person.portals.iter().cloned().map(named).collect(),
        may: allowed.collect(),
        must_change: person.must_change,
        sees_audit: actor.may(Action::SeeAudit, None),
        errors,
        done,
    };
    let title = get(lang, "account.title");
    page(
        status,
        desk.console
            .form(lang, Some(actor), "/account", title, "account.html", view),
    )
}

const fn role_key(role: crate::account::Role) -> &'static str {
    use crate::account::Role;
    match role {
        Role::Operator => "account.role.operator",
        Role::OnCall => "account.role.on-call",
        Role::Official => "account.role.official",
        Role::Editor => "account.role.editor",
        Role::Leader => "account.role.leader",
    }
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = asked.lang();
    account_page(&desk, &actor, (StatusCode::OK, lang), vec![], asked.is_done())
}

pub(super) async fn change_password(
    State(desk): State<Arc<Desk>>,
    peer: Option<Extension<Peer>>,
    actor: Actor,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    let lang = asked.lang();
    let holder = Arc::clone(&desk);
    let Ok(_place) = holder.logins.try_acquire() else {
        return desk.refusal(
            StatusCode::TOO_MANY_REQUESTS,
            get(lang, "account.login.busy"),
            lang,
        );
    };
    blocking(move || {
        let wrong = |errors| {
            Ok(account_page(
                &desk,
                &actor,
                (StatusCode::UNPROCESSABLE_ENTITY, lang),
                errors,
                false,
            ))
        };
        if !desk.takes_passwords(peer.as_deref()) {
            return wrong(vec![get(lang, "account.login.plain").to_owned()]);
        }
        let (old, new) = (filled.raw("old"), filled.raw("new"));
        if new != filled.raw("again") {
            return wrong(vec![get(lang, "account.password.differ").to_owned()]);
        }
        let now = desk.context.clock.now();
        match change(&*desk.context.store, &actor, old, new, now) {
            Ok(key) => {
                let cookie = desk.cookie(Some(&key), peer.as_deref());
                Ok(redirect_with("/account?done=1", cookie))
            }
            Err(LoginError::Weak(faults)) => wrong(faults.iter().map(|fault| fault.render(lang)).collect()),
            Err(LoginError::Store(error)) => Err(PageError::from(error)),
            Err(LoginError::Refused | LoginError::NoRandomness(_)) => {
                wrong(vec![get(lang, "account.change.wrong").to_owned()])
            }
        }
    })
    .await
}
