//! Signed links: looking shows forms, sending one answers the alarm, once and in the name of the person called.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::oncall::words;
use super::{Choice, Desk, blocking, page};
use crate::account::{Author, Person, audit::Via};
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::handover::{OpenAlarm, incidents_of, name_of, open_alarms};
use crate::locale;
use crate::notify::answer::link_of;
use crate::oncall::link::{Link, Token};
use crate::oncall::{ActKind, NewAct, may_answer};
use crate::store::Acted;

#[derive(Debug, Serialize)]
struct LinkPage {
    title: String,
    who: String,
    token: String,
    /// What was just kept.
    done: Option<String>,
    /// Who was called and what was done so far; absent for an alarm that is over.
    alarm: Option<OpenAlarm>,
    /// The link still takes an answer.
    answers: bool,
    /// The link still takes a note.
    notes: bool,
    /// To whom the alarm can be given.
    people: Vec<Choice>,
}

/// What a good link leads to.
struct Good {
    token: Token,
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
    let store = &*desk.context.store;
    let forged = || no(StatusCode::NOT_FOUND, "oncall.link.forged", "");
    let (Some(watch), Some(token)) = (&desk.access.watch, Token::parse(token)) else {
        return forged();
    };
    let link = store.letter(token.letter)?.as_ref().and_then(link_of);
    let Some(link) = link.filter(|link| watch.key.opens(&token, link)) else {
        return forged();
    };
    if now >= link.expires() {
        return no(StatusCode::GONE, "oncall.link.expired", "");
    }
    let person = match link.login.parse() {
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
        token,
        link,
        person,
        title,
        incidents,
    }))
}

fn show_page(desk: &Desk, good: Good, done: Option<String>, lang: Lang) -> Result<Response, PageError> {
    let (store, now) = (&*desk.context.store, desk.context.clock.now());
    let on_call = desk.access.watch.as_ref().map(|watch| &watch.settings);
    let open = open_alarms(store, on_call, now, lang)?;
    let alarm = open.into_iter().find(|alarm| alarm.thread == good.link.thread);
    let takes = |kind| store.link_used(good.token.used_for(kind)).map(|used| !used);
    let at = locale::instant(good.link.expires(), lang);
    let view = LinkPage {
        who: fill(
            lang,
            "oncall.link.who",
            &[("name", &good.person.signature()), ("at", &at)],
        ),
        token: good.token.to_string(),
        answers: alarm.is_some() && takes(ActKind::Acknowledge)?,
        notes: takes(ActKind::Note)?,
        people: desk.takers_but(&good.link.login)?,
        title: good.title,
        done,
        alarm,
    };
    let title = get(lang, "oncall.link.title");
    let html = desk.console.form(
        lang,
        None,
        &format!("/act/{}", good.token),
        title,
        "link.html",
        view,
    );
    Ok(page(StatusCode::OK, html))
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        match look(&desk, &token, lang)? {
            Ok(good) => show_page(&desk, good, None, lang),
            Err(refusal) => Ok(refusal),
        }
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
        let Some(kind) = ActKind::named(filled.text("act")) else {
            let why = get(lang, "oncall.fault.no_act");
            return Ok(desk.refusal(StatusCode::UNPROCESSABLE_ENTITY, why, lang));
        };
        let detail = words(&filled);
        if let Some(refused) = desk.act_refused(kind, &detail, lang)? {
            return Ok(refused);
        }
        let on_call = desk.access.watch.as_ref().map(|watch| &watch.settings);
        let whom = name_of(on_call, &detail);
        let new = NewAct {
            thread: good.link.thread.clone(),
            kind,
            author: Author::of_person(&good.person, Via::Link),
            detail,
            link: Some(good.token.used_for(kind)),
            incidents: good.incidents.clone(),
        };
        match desk.keep_act(new, good.title.clone())? {
            Acted::Kept(_) => {
                let values = [("name", &*good.person.signature()), ("whom", &whom)];
                let done = fill(lang, &format!("oncall.link.done.{kind}"), &values);
                show_page(&desk, good, Some(done), lang)
            }
            Acted::LinkUsed => Ok(desk.refusal(StatusCode::CONFLICT, get(lang, "oncall.link.used"), lang)),
        }
    })
    .await
}
