//! Logging in and out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, get};
use serde::Serialize;

use super::{Desk, blocking, page};
use crate::account::login::{LoginError, log_in, log_out};
use crate::account::{Actor, LoginName, Role};
use crate::console::door::{SessionKey, own_path, redirect_with};
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::http::listener::Peer;

/// What the log-in page shows.
#[derive(Debug, Serialize)]
struct LoginPage {
    next: String,
    login: String,
    error: Option<String>,
    why: &'static str,
    /// There is no account yet: the first one is made at the command line.
    first: bool,
    /// No password is taken on this line.
    plain: bool,
}

fn login_page(
    desk: &Desk,
    (status, lang): (StatusCode, Lang),
    next: &str,
    login: &str,
    error: Option<String>,
    private: bool,
) -> Result<Response, PageError> {
    let view = LoginPage {
        next: own_path(next).to_owned(),
        login: login.to_owned(),
        error,
        why: get(
            lang,
            if desk.access.needs_login {
                "account.login.why.required"
            } else {
                "account.login.why"
            },
        ),
        first: desk.context.store.people()?.is_empty(),
        plain: !private,
    };
    let html = desk.console.form(
        lang,
        None,
        "/login",
        get(lang, "account.login"),
        "login.html",
        view,
    );
    Ok(page(status, html))
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    peer: Option<Extension<Peer>>,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let private = desk.takes_passwords(peer.as_deref());
        login_page(
            &desk,
            (StatusCode::OK, asked.lang()),
            asked.next(),
            "",
            None,
            private,
        )
    })
    .await
}

pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    peer: Option<Extension<Peer>>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    let lang = asked.lang();
    let private = desk.takes_passwords(peer.as_deref());
    // Nobody waits in line for long: a crowd at the door is turned away at once.
    let holder = Arc::clone(&desk);
    let Ok(_place) = holder.logins.try_acquire() else {
        return desk.refusal(
            StatusCode::TOO_MANY_REQUESTS,
            get(lang, "account.login.busy"),
            lang,
        );
    };
    blocking(move || {
        let (login, next) = (filled.text("login"), filled.text("next"));
        if !private {
            return login_page(&desk, (StatusCode::FORBIDDEN, lang), next, login, None, private);
        }
        let now = desk.context.clock.now();
        match log_in(&*desk.context.store, login, filled.raw("password"), now) {
            Ok(key) => {
                let cookie = desk.cookie(Some(&key), peer.as_deref());
                let home = home(&desk, login, own_path(next), lang)?;
                Ok(redirect_with(&home, cookie))
            }
            Err(LoginError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a log-in was refused");
                let why = get(lang, "account.login.refused").to_owned();
                login_page(
                    &desk,
                    (StatusCode::UNAUTHORIZED, lang),
                    next,
                    login,
                    Some(why),
                    private,
                )
            }
        }
    })
    .await
}

/// Where somebody who has just logged in goes on to: where they wanted to, but editors who wanted nothing else than to come
/// in to what their unit has to do.
fn home(desk: &Desk, login: &str, next: &str, lang: Lang) -> Result<String, PageError> {
    let plain = matches!(next, "/" | "/?lang=en");
    let name = login.parse::<LoginName>().ok().filter(|_| plain);
    let person = match name {
        Some(name) => desk.context.store.person(&name)?,
        None => None,
    };
    let inventory = desk.context.inventory.current();
    let unit = person
        .filter(|person| person.role == Role::Editor)
        .and_then(|person| {
            person
                .portals
                .into_iter()
                .find(|id| inventory.portal(id).is_some())
        });
    let query = if lang == Lang::En { "?lang=en" } else { "" };
    Ok(unit.map_or_else(
        || next.to_owned(),
        |portal| format!("/portals/{portal}/work{query}"),
    ))
}

pub(super) async fn leave(
    State(desk): State<Arc<Desk>>,
    peer: Option<Extension<Peer>>,
    actor: Actor,
    SessionKey(key): SessionKey,
) -> Response {
    blocking(move || {
        let now = desk.context.clock.now();
        log_out(&*desk.context.store, &actor, &key, now)?;
        Ok(redirect_with("/", desk.cookie(None, peer.as_deref())))
    })
    .await
}
