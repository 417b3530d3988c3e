//! A spreadsheet of entries: looked at first, taken when the person says so.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::registers::refused_everywhere;
use super::{Desk, of_register, page};
use crate::account::{Actor, LoginName};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::intake;
use crate::register::import::{Imported, import};
use crate::register::{RegisterKind, kind_key};
use crate::store::{HandedFile, StoreError};

/// Spreadsheets that wait for a word at once; the oldest makes room.
const WAITING: usize = 16;
/// How long one waits.
const PATIENCE_S: i64 = 1_800;

/// Spreadsheets that were looked at and not yet taken: in memory only, as nothing has been promised.
#[derive(Default)]
pub(super) struct Waiting {
    files: Mutex<VecDeque<Pending>>,
}

struct Pending {
    digest: Sha256,
    login: LoginName,
    at: UnixTime,
    file: HandedFile,
}

impl Waiting {
    fn put(&self, login: LoginName, file: HandedFile, now: UnixTime) -> Sha256 {
        let digest = Sha256::of(&file.bytes);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |waiting: &Pending| waiting.digest == digest && waiting.login == login;
        files.retain(|waiting| !same(waiting) && now - waiting.at < PATIENCE_S);
        if files.len() == WAITING {
            files.pop_front();
        }
        files.push_back(Pending {
            digest,
            login,
            at: now,
            file,
        });
        digest
    }

    /// The file that this person handed in, once.
    fn take(&self, login: &LoginName, digest: &Sha256, now: UnixTime) -> Option<HandedFile> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |waiting: &Pending| {
            waiting.digest == *digest && waiting.login == *login && now - waiting.at < PATIENCE_S
        };
        let index = files.iter().position(own)?;
        files.remove(index).map(|waiting| waiting.file)
    }
}

#[derive(Debug, Serialize)]
struct ImportPage {
    kind: &'static str,
    title: &'static str,
    error: Option<&'static str>,
    seen: Option<Seen>,
}

/// What was found in the file.
#[derive(Debug, Serialize)]
struct Seen {
    digest: String,
    name: String,
    sentence: String,
    faults: Vec<FaultRow>,
    good: usize,
    bad: usize,
    submit: String,
}

#[derive(Debug, Serialize)]
struct FaultRow {
    place: String,
    message: String,
    warning: bool,
}

fn import_page(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    status: StatusCode,
    kind: RegisterKind,
    (error, seen): (Option<&'static str>, Option<Seen>),
) -> Response {
    let view = ImportPage {
        kind: kind.as_str(),
        title: get(lang, kind_key(kind)),
        error: error.map(|key| get(lang, key)),
        seen,
    };
    let path = format!("/registers/{kind}/import");
    let title = get(lang, "register.import.title");
    page(
        status,
        desk.console
            .form(lang, Some(actor), &path, title, "import.html", view),
    )
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    of_register(desk, kind, &asked, move |desk, lang, kind| {
        let refused = refused_everywhere(desk, &actor, kind, lang);
        Ok(refused.unwrap_or_else(|| import_page(desk, &actor, lang, StatusCode::OK, kind, (None, None))))
    })
    .await
}

fn read(desk: &Desk, kind: RegisterKind, file: &HandedFile, now: UnixTime) -> Result<Imported, StoreError> {
    let portals = intake::portals(&desk.context.inventory.current());
    let mut imported = import(&desk.access.rules, kind, &portals, &file.bytes, now);
    if kind == RegisterKind::Shift {
        let settings = desk.access.watch.as_ref().map(|watch| &watch.settings);
        intake::doubt_shifts(&mut imported, &desk.context.store.people()?, settings);
    }
    Ok(imported)
}

pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_register(desk, kind, &asked, move |desk, lang, kind| {
        if let Some(response) = refused_everywhere(desk, &actor, kind, lang) {
            return Ok(response);
        }
        let now = desk.context.clock.now();
        match filled.text("digest").parse::<Sha256>() {
            Err(_none) => look(desk, &actor, lang, kind, filled.file, now),
            Ok(digest) => match desk.waiting.take(&actor.person.login, &digest, now) {
                None => {
                    let gone = (Some("register.import.gone"), None);
                    Ok(import_page(desk, &actor, lang, StatusCode::GONE, kind, gone))
                }
                Some(file) => confirm(desk, &actor, lang, kind, &file, now),
            },
        }
    })
    .await
}

/// Shows what stands in the file; nothing is entered.
fn look(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    kind: RegisterKind,
    file: Option<HandedFile>,
    now: UnixTime,
) -> Result<Response, PageError> {
    let Some(file) = file else {
        let none = (Some("register.import.no_file"), None);
        return Ok(import_page(
            desk,
            actor,
            lang,
            StatusCode::UNPROCESSABLE_ENTITY,
            kind,
            none,
        ));
    };
    let imported = read(desk, kind, &file, now)?;
    let (good, bad) = (imported.good.len(), imported.bad);
    let numbers = [("good", good.to_string()), ("bad", bad.to_string())];
    let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let seen = Seen {
        name: file.name.clone(),
        digest: desk
            .waiting
            .put(actor.person.login.clone(), file, now)
            .to_string(),
        sentence: fill(lang, "register.import.seen", &numbers),
        faults: imported
            .faults
            .iter()
            .map(|fault| FaultRow {
                place: fault.place.clone(),
                message: fault.message.render(lang),
                warning: fault.warning,
            })
            .collect(),
        good,
        bad,
        submit: fill(
            lang,
            if bad == 0 {
                "register.import.all"
            } else {
                "register.import.good_only"
            },
            &numbers,
        ),
    };
    Ok(import_page(
        desk,
        actor,
        lang,
        StatusCode::OK,
        kind,
        (None, Some(seen)),
    ))
}

/// Enters the good rows: the person has seen which.
fn confirm(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    kind: RegisterKind,
    file: &HandedFile,
    now: UnixTime,
) -> Result<Response, PageError> {
    let imported = read(desk, kind, file, now)?;
    for row in &imported.good {
        if let Some(response) = desk.refused(actor, kind.action(), Some(&row.portal), lang) {
            return Ok(response);
        }
    }
    intake::enter_and_judge(&desk.context, &actor.author(), kind, imported.good, file, now)?;
    Ok(redirect(&format!("/registers/{kind}")))
}
