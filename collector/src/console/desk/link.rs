//! Signed links: looking shows a form, sending it answers the alarm, once and in the name of the person called.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::oncall::words;
use super::{Desk, blocking, page};
use crate::account::audit::Via;
use crate::account::{Author, Person};
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::handover::incidents_of;
use crate::locale;
use crate::oncall::link::{Link, LinkFault, digest};
use crate::oncall::{ActKind, NewAct, may_answer};
use crate::store::Acted;

#[derive(Debug, Serialize)]
struct LinkPage {
    title: String,
    who: String,
    token: String,
    done: Option<String>,
}

/// What a good link leads to.
struct Good {
    link: Link,
    person: Person,
    title: String,
    incidents: Vec<i64>,
}

fn look(desk: &Desk, token: &str, lang: Lang) -> Result<Result<Good, Response>, PageError> {
    let now = desk.context.clock.now();
    let no = |status, key: &str, name: &str| {
        Ok(Err(desk.refusal(
            status,
            &fill(lang, key, &[("name", name)]),
            lang,
        )))
    };
    let Some(watch) = &desk.access.watch else {
        return no(StatusCode::NOT_FOUND, "oncall.link.forged", "");
    };
    let link = match watch.key.read(token, now) {
        Ok(link) => link,
        Err(LinkFault::Forged) => return no(StatusCode::NOT_FOUND, "oncall.link.forged", ""),
        Err(LinkFault::Expired) => return no(StatusCode::GONE, "oncall.link.expired", ""),
    };
    let store = &*desk.context.store;
    let login = link.login.parse();
    let person = match login {
        Ok(login) => store.person(&login)?,
        Err(_no_login) => None,
    };
    let Some(person) = person.filter(may_answer) else {
        return no(StatusCode::FORBIDDEN, "oncall.link.no_person", &link.login);
    };
    let Some((title, incidents)) = incidents_of(store, &link.thread, (now, lang))? else {
        return no(StatusCode::NOT_FOUND, "oncall.fault.no_alarm", "");
    };
    Ok(Ok(Good {
        link,
        person,
        title,
        incidents,
    }))
}

fn show_page(desk: &Desk, good: &Good, token: String, done: Option<String>, lang: Lang) -> Response {
    let at = locale::instant(good.link.expires, lang);
    let view = LinkPage {
        title: good.title.clone(),
        who: fill(
            lang,
            "oncall.link.who",
            &[("name", &good.person.signature()), ("at", &at)],
        ),
        token,
        done,
    };
    let title = get(lang, "oncall.link.title");
    page(
        StatusCode::OK,
        desk.console
            .form(lang, None, "/account", title, "link.html", view),
    )
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        Ok(match look(&desk, &token, lang)? {
            Ok(good) => show_page(&desk, &good, token, None, lang),
            Err(refusal) => refusal,
        })
    })
    .await
}

pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        let good = match look(&desk, &token, lang)? {
            Ok(good) => good,
            Err(refusal) => return Ok(refusal),
        };
        let new = NewAct {
            thread: good.link.thread.clone(),
            kind: ActKind::Acknowledge,
            author: Author::of_person(&good.person, Via::Link),
            detail: words(&filled),
            link: Some(digest(&token)),
            incidents: good.incidents.clone(),
        };
        Ok(match desk.keep_act(new, good.title.clone())? {
            Acted::Kept(_) => {
                let done = fill(lang, "oncall.link.done", &[("name", &good.person.signature())]);
                show_page(&desk, &good, token, Some(done), lang)
            }
            Acted::LinkUsed => desk.refusal(StatusCode::CONFLICT, get(lang, "oncall.link.used"), lang),
        })
    })
    .await
}
