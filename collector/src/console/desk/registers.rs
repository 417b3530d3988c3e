//! Registers: lists, new entries, corrections.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::{Choice, Desk, blocking, of_register, page};
use crate::account::Actor;
use crate::calendar::civil;
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::console::view::{EntryRow, FieldView, entry_facts, entry_rows, field_views, portal_name};
use crate::locale;
use crate::oncall::{begun, shift_doubts};
use crate::register::{
    Entry, Kept, RegisterKind, Values, faults, fields, kind_key, read, standing, taken_back, written,
};
use crate::store::{Entered, NewEntry};

/// Days before its end in which an attestation is shown on the overview.
const ENDING_DAYS: i64 = 30;

type Names = BTreeMap<PortalId, String>;

#[derive(Debug, Serialize)]
struct OverviewPage {
    registers: Vec<RegisterRow>,
    ending: Vec<EndingRow>,
}

#[derive(Debug, Serialize)]
struct RegisterRow {
    kind: &'static str,
    title: &'static str,
    standing: usize,
    writes: bool,
}

#[derive(Debug, Serialize)]
struct EndingRow {
    id: i64,
    portal: String,
    obligation: String,
    ends: String,
    over: bool,
}

#[derive(Debug, Serialize)]
struct ListPage {
    kind: &'static str,
    title: &'static str,
    writes: bool,
    portals: Vec<Choice>,
    rows: Vec<EntryRow>,
}

#[derive(Debug, Serialize)]
struct FormPage {
    kind: &'static str,
    register: &'static str,
    title: String,
    action: String,
    submit: &'static str,
    /// The portal is chosen here; a correction keeps its own.
    portals: Vec<Choice>,
    portal: Option<String>,
    fields: Vec<FieldView>,
    errors: Vec<String>,
    warnings: Vec<String>,
    /// The file of the entry to be corrected, which is kept where no other is chosen.
    file: Option<String>,
    /// A file came with what was not taken: browsers do not send it again by themselves.
    file_again: bool,
}

#[derive(Debug, Serialize)]
struct EntryPage {
    kind: &'static str,
    title: &'static str,
    subject: String,
    portal: String,
    facts: Vec<(String, String)>,
    file: Option<String>,
    history: Vec<EntryRow>,
    /// It is the last of its line and the reader may write.
    correctable: bool,
    /// It makes papers to be printed.
    papers: bool,
    id: i64,
    form: FormPage,
}

impl Desk {
    fn names(&self) -> Names {
        let inventory = self.context.inventory.current();
        let named = inventory
            .portals
            .iter()
            .map(|portal| (portal.id.clone(), portal.name.clone()));
        named.collect()
    }

    /// The portals that the actor may write about in a register; the empty choice is the province as a whole.
    fn portal_choices(
        &self,
        lang: Lang,
        chosen: Option<&PortalId>,
        may: impl Fn(Option<&PortalId>) -> bool,
    ) -> Vec<Choice> {
        let inventory = self.context.inventory.current();
        let whole = may(None).then(|| Choice {
            value: String::new(),
            text: get(lang, "register.province").to_owned(),
            chosen: chosen.is_none(),
        });
        let portals = inventory.portals.iter().filter(|portal| may(Some(&portal.id)));
        let portals = portals.map(|portal| Choice {
            value: portal.id.to_string(),
            text: portal.name.clone(),
            chosen: chosen == Some(&portal.id),
        });
        whole.into_iter().chain(portals).collect()
    }

    pub(super) fn no_such(&self, lang: Lang) -> Response {
        self.refusal(StatusCode::NOT_FOUND, get(lang, "register.none"), lang)
    }
}

pub(super) async fn overview(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Response {
    blocking(move || {
        let lang = asked.lang();
        let now = desk.context.clock.now();
        let all = desk.context.store.entries(None, None)?;
        let names = desk.names();
        let today = civil::day_of(now);
        let mut ending: Vec<(jiff::civil::Date, EndingRow)> = standing(&all, now)
            .filter_map(|kept| {
                let Entry::Attestation(said) = &kept.entry else {
                    return None;
                };
                let last = said.last_day(None);
                let near = civil::days_between(today, last) <= ENDING_DAYS;
                near.then(|| {
                    let row = EndingRow {
                        id: kept.id,
                        portal: portal_name(lang, kept.portal.as_ref(), &names),
                        obligation: said.obligation.clone(),
                        ends: locale::date(civil::start_of(last), lang),
                        over: last < today,
                    };
                    (last, row)
                })
            })
            .collect();
        ending.sort_by_key(|(last, row)| (*last, row.id));
        let registers = RegisterKind::ALL.iter().map(|kind| RegisterRow {
            kind: kind.as_str(),
            title: get(lang, kind_key(*kind)),
            standing: standing(&all, now)
                .filter(|kept| kept.entry.kind() == *kind)
                .count(),
            writes: writes_somewhere(&desk, &actor, *kind),
        });
        let view = OverviewPage {
            registers: registers.collect(),
            ending: ending.into_iter().map(|(_, row)| row).collect(),
        };
        let title = get(lang, "register.title");
        let html = desk
            .console
            .form(lang, Some(&actor), "/registers", title, "registers.html", view);
        Ok(page(StatusCode::OK, html))
    })
    .await
}

fn writes_somewhere(desk: &Desk, actor: &Actor, kind: RegisterKind) -> bool {
    let inventory = desk.context.inventory.current();
    actor.may(kind.action(), None)
        || inventory
            .portals
            .iter()
            .any(|portal| actor.may(kind.action(), Some(&portal.id)))
}

/// The answer for an actor who may write about nothing in a register; `None` for others.
pub(super) fn refused_everywhere(
    desk: &Desk,
    actor: &Actor,
    kind: RegisterKind,
    lang: Lang,
) -> Option<Response> {
    if writes_somewhere(desk, actor, kind) {
        return None;
    }
    desk.refused(actor, kind.action(), None, lang)
}

/// Works on an entry of the register that an address names, with all of that register at hand.
pub(super) async fn of_entry(
    desk: Arc<Desk>,
    (kind, id): (String, i64),
    asked: &Asked,
    work: impl FnOnce(&Desk, Lang, &[Kept], &Kept) -> Result<Response, PageError> + Send + 'static,
) -> Response {
    of_register(desk, kind, asked, move |desk, lang, kind| {
        let all = desk.context.store.entries(Some(kind), None)?;
        match all.iter().find(|kept| kept.id == id) {
            None => Ok(desk.no_such(lang)),
            Some(kept) => work(desk, lang, &all, kept),
        }
    })
    .await
}

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let portal = asked.portal();
    of_register(desk, kind, &asked, move |desk, lang, kind| {
        let all = desk.context.store.entries(Some(kind), portal.as_ref())?;
        let view = ListPage {
            kind: kind.as_str(),
            title: get(lang, kind_key(kind)),
            writes: writes_somewhere(desk, &actor, kind),
            portals: desk.portal_choices(lang, portal.as_ref(), |portal| portal.is_some()),
            rows: entry_rows(lang, &all, &desk.names()),
        };
        let path = format!("/registers/{kind}");
        let html = desk
            .console
            .form(lang, Some(&actor), &path, view.title, "register.html", view);
        Ok(page(StatusCode::OK, html))
    })
    .await
}

/// What a form begins with or comes back with.
struct Draft<'d> {
    kind: RegisterKind,
    portal: Option<&'d PortalId>,
    values: &'d Values,
    faults: Vec<(&'static str, String)>,
    errors: Vec<String>,
    warnings: Vec<String>,
    /// Whether a file came along.
    handed: bool,
    /// The entry to be corrected.
    corrects: Option<&'d Kept>,
}

fn form_page(desk: &Desk, actor: &Actor, lang: Lang, draft: Draft<'_>) -> FormPage {
    let kind = draft.kind;
    let names = desk.names();
    let named = |id: &Kept| portal_name(lang, id.portal.as_ref(), &names);
    FormPage {
        kind: kind.as_str(),
        register: get(lang, kind_key(kind)),
        title: match draft.corrects {
            None => fill(lang, "register.new", &[("register", get(lang, kind_key(kind)))]),
            Some(_) => get(lang, "register.correct").to_owned(),
        },
        action: match draft.corrects {
            None => format!("/registers/{kind}/new"),
            Some(kept) => format!("/registers/{kind}/{}", kept.id),
        },
        submit: get(
            lang,
            match (draft.warnings.is_empty(), draft.corrects) {
                (false, _) => "register.submit.anyway",
                (true, None) => "register.submit",
                (true, Some(_)) => "register.submit.correction",
            },
        ),
        portals: match draft.corrects {
            // The rota is the province's: it names no portal.
            _ if kind == RegisterKind::Shift => vec![],
            None => desk.portal_choices(lang, draft.portal, |portal| actor.may(kind.action(), portal)),
            Some(_) => vec![],
        },
        portal: draft.corrects.map(named),
        fields: field_views(lang, kind, draft.values, &draft.faults),
        errors: draft.errors,
        warnings: draft.warnings,
        file: draft
            .corrects
            .and_then(|kept| kept.entry.file())
            .map(|digest| digest.to_string()),
        file_again: draft.handed,
    }
}

pub(super) async fn blank(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let (portal, outage) = (asked.portal(), asked.outage());
    of_register(desk, kind, &asked, move |desk, lang, kind| {
        if let Some(response) = refused_everywhere(desk, &actor, kind, lang) {
            return Ok(response);
        }
        let known = match outage.filter(|_| kind == RegisterKind::Incident) {
            Some(outage) => {
                let inventory = desk.context.inventory.current();
                let asked = (desk.context.clock.now(), lang);
                begun(&*desk.context.store, &inventory, outage, asked)?
            }
            None => None,
        };
        let (portal, values) = match known {
            Some((portal, form)) => (Some(portal), written(&Entry::Incident(Box::new(form)))),
            None => (portal, Values::new()),
        };
        let draft = Draft {
            kind,
            portal: portal.as_ref(),
            values: &values,
            faults: vec![],
            errors: vec![],
            warnings: vec![],
            handed: false,
            corrects: None,
        };
        Ok(show_form(desk, &actor, lang, StatusCode::OK, draft))
    })
    .await
}

fn show_form(desk: &Desk, actor: &Actor, lang: Lang, status: StatusCode, draft: Draft<'_>) -> Response {
    let view = form_page(desk, actor, lang, draft);
    let (path, title) = (view.action.clone(), view.title.clone());
    let html = desk
        .console
        .form(lang, Some(actor), &path, &title, "register_form.html", view);
    page(status, html)
}

pub(super) async fn enter(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_register(desk, kind, &asked, move |desk, lang, kind| {
        let inventory = desk.context.inventory.current();
        let portal = match filled.text("portal") {
            "" => None,
            _ if kind == RegisterKind::Shift => None,
            id => match inventory.portals.iter().find(|known| known.id.as_str() == id) {
                Some(known) => Some(&known.id),
                None => return Ok(desk.no_such(lang)),
            },
        };
        take(desk, &actor, lang, kind, portal, None, filled)
    })
    .await
}

pub(super) async fn correct(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(place): Path<(String, i64)>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_entry(desk, place, &asked, move |desk, lang, _all, kept| {
        let (kind, portal) = (kept.entry.kind(), kept.portal.as_ref());
        take(desk, &actor, lang, kind, portal, Some(kept), filled)
    })
    .await
}

/// Takes a new entry or a correction, or shows the form again with everything that is wrong.
fn take(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    kind: RegisterKind,
    portal: Option<&PortalId>,
    corrects: Option<&Kept>,
    filled: Filled,
) -> Result<Response, PageError> {
    if let Some(response) = desk.refused(actor, kind.action(), portal, lang) {
        return Ok(response);
    }
    let confirmed = filled.text("confirmed") == "yes";
    let Filled { fields: sent, file } = filled;
    let mut values: Values = sent
        .into_iter()
        .filter(|(name, _)| {
            fields(kind)
                .iter()
                .any(|field| field.name == name && name != "file_sha256")
        })
        .collect();
    match (&file, corrects.and_then(|kept| kept.entry.file())) {
        (Some(file), _) => values.insert("file_sha256".into(), Sha256::of(&file.bytes).to_string()),
        // A correction without a new file keeps the one that is there.
        (None, Some(kept)) => values.insert("file_sha256".into(), kept.to_string()),
        (None, None) => None,
    };
    let again = |faults, errors, warnings| {
        let draft = Draft {
            kind,
            portal,
            values: &values,
            faults,
            errors,
            warnings,
            handed: file.is_some(),
            corrects,
        };
        Ok(show_form(
            desk,
            actor,
            lang,
            StatusCode::UNPROCESSABLE_ENTITY,
            draft,
        ))
    };
    let entry = match read(kind, &values) {
        Ok(entry) => entry,
        Err(faults) => {
            let told = faults.iter().map(|(name, fault)| (*name, fault.render(lang)));
            return again(told.collect(), vec![], vec![]);
        }
    };
    // Some entries want a right of their own, the corrected one's as well.
    for entry in [Some(&entry), corrects.map(|kept| &kept.entry)]
        .into_iter()
        .flatten()
    {
        if let Some(response) = desk.refused(actor, entry.action(), portal, lang) {
            return Ok(response);
        }
    }
    let now = desk.context.clock.now();
    let bytes = file.as_ref().map(|file| &*file.bytes);
    let mut doubts = faults(&desk.access.rules, &entry, bytes, now);
    if let Entry::Shift(shift) = &entry {
        let watch = desk.access.watch.as_ref().map(|watch| &watch.settings);
        let people = desk.context.store.people()?;
        doubts.warnings.extend(shift_doubts(shift, &people, watch));
    }
    if kind == RegisterKind::Maintenance && portal.is_none() && corrects.is_none() {
        // The choice that the form begins with: nobody takes time from every portal's account by forgetting to choose.
        doubts.warnings.push(Message::new("register.fault.every_portal"));
    }
    let told = |messages: &[Message]| -> Vec<String> {
        messages.iter().map(|message| message.render(lang)).collect()
    };
    if !doubts.errors.is_empty() || (!doubts.warnings.is_empty() && !confirmed) {
        return again(vec![], told(&doubts.errors), told(&doubts.warnings));
    }
    let author = actor.author();
    let about = portal.map_or("-", PortalId::as_str);
    let action = if corrects.is_some() {
        "register.correct"
    } else {
        "register.enter"
    };
    let note = author.note(now, action, format!("{kind} {about}"), entry.told());
    let new = NewEntry {
        portal: portal.cloned(),
        replaces: corrects.map(|kept| kept.id),
        withdrawn: false,
        entry,
        file,
    };
    match desk.context.store.enter(vec![new], &author, note)? {
        Entered::All(ids) => {
            desk.context.docket.ask(portal.cloned());
            let id = ids.first().copied().unwrap_or_default();
            Ok(redirect(&format!("/registers/{kind}/{id}")))
        }
        Entered::Outdated(id) => Ok(outdated(desk, lang, id)),
    }
}

/// The answer for an entry that another one has replaced meanwhile.
pub(super) fn outdated(desk: &Desk, lang: Lang, id: i64) -> Response {
    let why = fill(lang, "register.fault.outdated", &[("id", &id.to_string())]);
    desk.refusal(StatusCode::CONFLICT, &why, lang)
}

pub(super) async fn entry(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(place): Path<(String, i64)>,
    Query(asked): Query<Asked>,
) -> Response {
    of_entry(desk, place, &asked, move |desk, lang, all, kept| {
        let (kind, id) = (kept.entry.kind(), kept.id);
        let line = line_of(all, kept);
        let names = desk.names();
        let values = written(&kept.entry);
        let last = line.last().is_some_and(|last| last.id == id) && !kept.withdrawn;
        let draft = Draft {
            kind,
            portal: kept.portal.as_ref(),
            values: &values,
            faults: vec![],
            errors: vec![],
            warnings: vec![],
            handed: false,
            corrects: Some(kept),
        };
        let view = EntryPage {
            kind: kind.as_str(),
            title: get(lang, kind_key(kind)),
            subject: kept.entry.subject(lang),
            portal: portal_name(lang, kept.portal.as_ref(), &names),
            facts: entry_facts(lang, kept),
            file: kept.entry.file().map(|digest| digest.to_string()),
            history: entry_rows(lang, &line, &names),
            correctable: last && actor.may(kind.action(), kept.portal.as_ref()),
            papers: kind == RegisterKind::Incident && !taken_back(all, kept),
            id,
            form: form_page(desk, &actor, lang, draft),
        };
        let path = format!("/registers/{kind}/{id}");
        let title = view.subject.clone();
        let html = desk
            .console
            .form(lang, Some(&actor), &path, &title, "register_entry.html", view);
        Ok(page(StatusCode::OK, html))
    })
    .await
}

/// The entry with all that it corrects and all that corrects it, in the order in which they were made.
fn line_of(all: &[Kept], kept: &Kept) -> Vec<Kept> {
    let mut line = vec![kept.clone()];
    while let Some(before) = line[0]
        .replaces
        .and_then(|id| all.iter().find(|other| other.id == id))
    {
        line.insert(0, before.clone());
    }
    while let Some(after) = line
        .last()
        .and_then(|last| all.iter().find(|other| other.replaces == Some(last.id)))
    {
        line.push(after.clone());
    }
    line
}
