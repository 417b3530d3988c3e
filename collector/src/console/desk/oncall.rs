//! On call: who is on duty, open alarms with their answers, the hand-over sheet.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::Window;
use serde::Serialize;

use super::{Choice, Desk, blocking, page};
use crate::account::{Action, Actor, Person};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::router::Asked;
use crate::handover::{
    OpenAlarm, Reach, RotaRow, Sheet, duty_text, incidents_of, name_of, open_alarms, rota_rows, sheet,
};
use crate::oncall::{ActKind, NewAct, may_answer};
use crate::store::{Acted, StoreError};

/// Days of the rota that are shown.
const DAYS: i64 = 14;
/// The longest note, in characters.
const MOST_CHARS: usize = 2_000;

/// The words of a form, cut.
pub(super) fn words(filled: &Filled) -> String {
    filled.text("text").chars().take(MOST_CHARS).collect()
}

impl Desk {
    /// Whether a person can be called, where anybody is.
    fn reaches(&self, person: &Person) -> bool {
        let watch = self.access.watch.as_deref();
        watch.is_none_or(|watch| watch.settings.person(person.login.as_str()).is_some())
    }

    /// Those to whom an alarm can be given by somebody, who takes it on rather than be given it.
    pub(super) fn takers_but(&self, login: &str) -> Result<Vec<Choice>, StoreError> {
        let people = self.context.store.people()?;
        let takers = people
            .iter()
            .filter(|person| may_answer(person) && self.reaches(person) && person.login.as_str() != login);
        Ok(takers
            .map(|person| Choice {
                value: person.login.to_string(),
                text: person.signature(),
                chosen: false,
            })
            .collect())
    }

    /// The answer to an act that cannot be kept as it was sent; `None` for one that can.
    pub(super) fn act_refused(
        &self,
        kind: ActKind,
        detail: &str,
        lang: Lang,
    ) -> Result<Option<Response>, StoreError> {
        let key = match kind {
            ActKind::Note if detail.is_empty() => "oncall.fault.no_words",
            ActKind::Assign => {
                let people = self.context.store.people()?;
                let named = |person: &&Person| person.login.as_str() == detail && may_answer(person);
                match people.iter().find(named) {
                    None => "oncall.fault.no_person",
                    Some(person) if !self.reaches(person) => "oncall.fault.unreachable",
                    Some(_) => return Ok(None),
                }
            }
            ActKind::Acknowledge | ActKind::Note => return Ok(None),
        };
        let why = fill(lang, key, &[("name", detail)]);
        Ok(Some(self.refusal(StatusCode::UNPROCESSABLE_ENTITY, &why, lang)))
    }

    /// Keeps what somebody does about the alarm of this title, with its entry of the audit log.
    pub(super) fn keep_act(&self, new: NewAct, title: String) -> Result<Acted, StoreError> {
        let now = self.context.clock.now();
        let note = new
            .author
            .note(now, audit_key(new.kind), title, new.detail.clone());
        self.context.store.act(new, note)
    }
}

#[derive(Debug, Serialize)]
struct OnCallPage {
    /// Who is on duty, if anybody.
    duty: Option<String>,
    lead: Option<String>,
    open: Vec<OpenAlarm>,
    rota: Vec<RotaRow>,
    answers: bool,
    plans: bool,
    people: Vec<Choice>,
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let (lang, now) = (asked.lang(), desk.context.clock.now());
        let store = &*desk.context.store;
        let on_call = desk.access.watch.as_ref().map(|watch| &watch.settings);
        let (rota, calendar) = (store.rota(now)?, &desk.access.rules.calendar);
        let view = OnCallPage {
            duty: rota.at(calendar, now).map(|duty| duty_text(on_call, &duty, lang)),
            lead: on_call.map(|settings| name_of(on_call, &settings.lead)),
            open: open_alarms(store, on_call, now, lang)?,
            rota: rota_rows(
                on_call,
                &rota,
                calendar,
                Window::new(now, now + DAYS * 86_400),
                lang,
            ),
            answers: actor.may(Action::Acknowledge, None),
            plans: actor.may(Action::PlanRota, None),
            people: desk.takers_but("")?,
        };
        let title = get(lang, "oncall.title");
        let html = desk
            .console
            .form(lang, Some(&actor), "/on-call", title, "oncall.html", view);
        Ok(page(StatusCode::OK, html))
    })
    .await
}

#[derive(Debug, Serialize)]
struct HandoverPage {
    /// The sheet is of the shift that ended last.
    before: bool,
    #[serde(flatten)]
    sheet: Sheet,
}

pub(super) async fn handover(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let (lang, now) = (asked.lang(), desk.context.clock.now());
        let inventory = desk.context.inventory.current();
        let (rota, calendar) = (desk.context.store.rota(now)?, &desk.access.rules.calendar);
        let on_call = desk.access.watch.as_ref().map(|watch| &watch.settings);
        let sheet = sheet(
            &*desk.context.store,
            &inventory,
            on_call,
            &rota,
            calendar,
            if asked.wants_shift_before() {
                Reach::Before
            } else {
                Reach::Shift
            },
            (now, lang),
        )?;
        let view = HandoverPage {
            before: asked.wants_shift_before(),
            sheet,
        };
        let title = get(lang, "oncall.handover");
        let html = desk.console.form(
            lang,
            Some(&actor),
            "/on-call/handover",
            title,
            "handover.html",
            view,
        );
        Ok(page(StatusCode::OK, html))
    })
    .await
}

pub(super) async fn act(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    blocking(move || {
        let (lang, now) = (asked.lang(), desk.context.clock.now());
        if let Some(response) = desk.refused(&actor, Action::Acknowledge, None, lang) {
            return Ok(response);
        }
        let store = &*desk.context.store;
        let thread = filled.text("thread");
        let alarm = incidents_of(store, thread, (now, lang))?;
        let Some(((title, incidents), kind)) = alarm.zip(ActKind::named(filled.text("act"))) else {
            let why = get(lang, "oncall.fault.no_alarm");
            return Ok(desk.refusal(StatusCode::UNPROCESSABLE_ENTITY, why, lang));
        };
        let detail = words(&filled);
        if let Some(refused) = desk.act_refused(kind, &detail, lang)? {
            return Ok(refused);
        }
        let new = NewAct {
            thread: thread.to_owned(),
            kind,
            author: actor.author(),
            detail,
            link: None,
            incidents,
        };
        desk.keep_act(new, title)?;
        Ok(redirect("/on-call"))
    })
    .await
}

/// The audit log's name of an act.
const fn audit_key(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Acknowledge => "alarm.acknowledge",
        ActKind::Assign => "alarm.assign",
        ActKind::Note => "alarm.note",
    }
}
