//! The page of one edition.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::freeze::form_key;
use super::passages::{mark, passage_key};
use super::publication::{self, PublicationRow};
use super::step::{self, StepForm};
use super::{Desk, badge, of_edition};
use crate::account::{Action, Actor};
use crate::console::desk::{Choice, page};
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::console::view::{FigureRow, figure_rows};
use crate::edition::{Edition, EditionState, Objection, contested_until, outcome_key, state_key};
use crate::locale;
use crate::report::MANIFEST;
use crate::report::contents::passage_names;

/// Changed figures that are shown; all stand in the file of data.
const CHANGES: usize = 200;
/// The file of figures.
const FIGURES: &str = "bao-cao.json";

/// What somebody typed that was not taken, to be shown again with what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) passages: BTreeMap<String, String>,
    pub(super) objection: BTreeMap<String, String>,
    /// Number of the objection, and the fields of its decision.
    pub(super) decision: Option<(i64, BTreeMap<String, String>)>,
    /// What was to be noted of signing or sending.
    pub(super) step: Option<BTreeMap<String, String>>,
    /// Where the edition is said to be published.
    pub(super) address: String,
    pub(super) errors: Vec<String>,
    /// A file came with what was not taken: browsers do not send it again by themselves.
    pub(super) file_again: bool,
}

#[derive(Debug, Serialize)]
struct EditionPage {
    id: i64,
    key: String,
    name: String,
    title: String,
    badge: &'static str,
    state: &'static str,
    facts: Vec<(&'static str, String)>,
    demo: bool,
    errors: Vec<String>,
    figures: Vec<FigureRow>,
    files: Vec<FileRow>,
    steps: Vec<StepRow>,
    /// The states of its life, in order: class of the badge, name, whether it is the present one.
    life: Vec<(&'static str, &'static str, bool)>,
    /// The reader may freeze it.
    freezes: bool,
    /// The reader may note the next step.
    step: Option<StepForm>,
    /// The edition that this one is compared with.
    before: Option<u32>,
    changes: Vec<(String, String, String)>,
    more_changes: usize,
    passages: Vec<PassageRow>,
    /// The reader may write passages and make the draft anew.
    writes: bool,
    /// What was written or decided since the files were made is not in them yet.
    behind: bool,
    /// A frozen edition that the reader may begin to correct.
    corrects: bool,
    objections: Vec<ObjectionRow>,
    contest: Option<Contest>,
    /// Where it was published; a draft is not.
    publications: Vec<PublicationRow>,
    /// The reader may state an address; what was typed for that.
    address: Option<String>,
    drafted: bool,
    /// Until when, or why not any more.
    term: String,
}

#[derive(Debug, Serialize)]
struct FileRow {
    name: String,
    /// What its form is good for.
    form: &'static str,
    bytes: String,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct StepRow {
    state: &'static str,
    at: String,
    by: String,
    number: String,
    on: String,
    who: String,
    file: Option<String>,
}

#[derive(Debug, Serialize)]
struct PassageRow {
    name: &'static str,
    label: String,
    text: String,
    mark: String,
    by: Option<String>,
}

#[derive(Debug, Serialize)]
struct ObjectionRow {
    id: i64,
    portal: String,
    figure: String,
    claim: String,
    at: String,
    by: String,
    file: Option<String>,
    badge: &'static str,
    outcome: &'static str,
    /// The decision in words.
    decision: Vec<String>,
    /// The reader may decide it.
    form: Option<Decide>,
    /// The reader could decide it, had they not written it down themselves.
    own: bool,
}

/// The form by which an objection is decided, with what was typed and not taken.
#[derive(Debug, Default, Serialize)]
struct Decide {
    /// It came back.
    again: bool,
    outcome: String,
    reason: String,
    from: String,
    to: String,
    correction: String,
}

impl Decide {
    fn again(fields: &BTreeMap<String, String>) -> Self {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        Self {
            again: true,
            outcome: field("outcome"),
            reason: field("reason"),
            from: field("from"),
            to: field("to"),
            correction: field("correction"),
        }
    }
}

/// The form by which a figure is contested.
#[derive(Debug, Serialize)]
struct Contest {
    portals: Vec<Choice>,
    figure: String,
    claim: String,
    file_again: bool,
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    of_edition(desk, actor, id, &asked, |desk, actor, lang, edition| {
        show_edition(desk, actor, lang, &edition, StatusCode::OK, Typed::default())
    })
    .await
}

/// The page once more with what was typed and not taken, and why.
pub(super) fn show_again(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    typed: Typed,
) -> Result<Response, PageError> {
    show_edition(
        desk,
        actor,
        lang,
        edition,
        StatusCode::UNPROCESSABLE_ENTITY,
        typed,
    )
}

fn show_edition(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    status: StatusCode,
    typed: Typed,
) -> Result<Response, PageError> {
    let view = view(desk, actor, lang, edition, typed)?;
    let (path, title) = (format!("/reports/{}", edition.id), view.title.clone());
    let html = desk
        .console
        .form(lang, Some(actor), &path, &title, "edition.html", view);
    Ok(page(status, html))
}

fn view(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    mut typed: Typed,
) -> Result<EditionPage, PageError> {
    let store = &*desk.context.store;
    let key = &edition.key;
    let names = desk.portals_of(key);
    let drafted = edition.state() == EditionState::Drafted;
    let until = contested_until(&desk.access.rules, edition);
    let open = drafted && desk.context.clock.now() <= until;
    let all = store.editions(Some(key))?;
    let newest = all.last().is_none_or(|last| last.id == edition.id);
    let before = all.iter().rev().find(|other| other.number < edition.number);
    let objections = store.objections(Some(key))?;
    let kept = store.passages(key)?;
    let written = kept.iter().map(|passage| passage.at);
    let decided = objections
        .iter()
        .filter_map(|one| Some(one.decision.as_ref()?.at));
    let noted = objections.iter().map(|one| one.at);
    let last = written.chain(decided).chain(noted).max();
    let passages = passage_names().map(|name| {
        let found = kept.iter().find(|passage| passage.name == name);
        let text = found.map_or("", |passage| &*passage.text);
        PassageRow {
            name,
            label: get(lang, &passage_key(name)).to_owned(),
            mark: mark(text),
            text: typed.passages.remove(name).unwrap_or_else(|| text.to_owned()),
            by: found.map(|passage| format!("{}, {}", passage.shown, locale::instant(passage.at, lang))),
        }
    });
    let passages = passages.collect();
    let (decides, author) = (actor.may(Action::DecideObjection, None), actor.author());
    let mut decision = typed.decision.take();
    let rows = objections.iter().map(|one| {
        let mine = decision.take_if(|(number, _)| *number == one.id);
        let waits = decides && one.decision.is_none();
        let own = waits && !one.may_be_decided_by(&author);
        let form =
            (waits && !own).then(|| mine.map_or_else(Decide::default, |(_, fields)| Decide::again(&fields)));
        objection_row(one, &names, (form, own), lang)
    });
    let rows = rows.collect();
    let figures = store.edition_file(edition.id, FIGURES)?;
    let data = figures
        .and_then(|file| serde_json::from_slice(&file.bytes).ok())
        .unwrap_or_default();
    let own = |id: &PortalId| {
        key.unit.is_none() && !actor.may(Action::SeeReport, None) && actor.may(Action::SeeReport, Some(id))
    };
    Ok(EditionPage {
        id: edition.id,
        key: key.to_string(),
        name: edition.name(),
        title: desk.report_title(key, lang),
        badge: badge(edition.state()),
        state: get(lang, state_key(edition.state())),
        facts: facts(edition, lang),
        demo: edition.manifest.demo,
        errors: std::mem::take(&mut typed.errors),
        figures: figure_rows(&data, own, lang),
        files: files(edition, lang),
        steps: steps(edition, lang),
        life: life(edition.state(), lang),
        freezes: drafted && actor.may(Action::SignReport, None),
        step: step::form(desk, actor, (edition, &all), &typed, lang),
        before: before.map(|before| before.number),
        changes: edition.changes.iter().take(CHANGES).cloned().collect(),
        more_changes: edition.changes.len().saturating_sub(CHANGES),
        passages,
        writes: drafted && actor.may(Action::EditReport, None),
        behind: drafted && last.is_some_and(|last| last > edition.made_at),
        corrects: !drafted && newest && actor.may(Action::EditReport, None),
        objections: rows,
        publications: publication::rows(desk, edition, lang)?,
        address: (!drafted && actor.may(Action::EditReport, None))
            .then(|| std::mem::take(&mut typed.address)),
        drafted,
        contest: open.then(|| contest(actor, &names, &typed)).flatten(),
        term: match (drafted, open) {
            (false, _) => get(lang, "reports.frozen").to_owned(),
            (true, open) => {
                let key = if open {
                    "reports.contest.until"
                } else {
                    "reports.contest.late"
                };
                fill(lang, key, &[("until", &locale::instant(until, lang))])
            }
        },
    })
}

fn facts(edition: &Edition, lang: Lang) -> Vec<(&'static str, String)> {
    let manifest = &edition.manifest;
    let at = |instant| locale::instant(instant, lang);
    let window = format!("{} – {}", at(manifest.window.from), at(manifest.window.to));
    let made = format!("{}, {}", at(edition.made_at), edition.made_by);
    let packs: Vec<String> = manifest
        .packs
        .iter()
        .map(|(pack, version)| format!("{pack} {version}"))
        .collect();
    let mut all = vec![
        ("reports.fact.window", window),
        ("reports.fact.data_to", at(manifest.data_to)),
        ("reports.fact.made", made),
        ("reports.fact.seal", edition.seal.to_string()),
        ("reports.fact.data", manifest.data_digest.to_string()),
        ("reports.fact.packs", packs.join("; ")),
    ];
    if !edition.reason.is_empty() {
        all.push(("reports.fact.reason", edition.reason.clone()));
    }
    all.into_iter()
        .map(|(key, value)| (get(lang, key), value))
        .collect()
}

/// Every file, and the list that the seal is the digest of.
fn files(edition: &Edition, lang: Lang) -> Vec<FileRow> {
    let form = |name: &str| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        form_key(ending).map_or("", |key| get(lang, key))
    };
    let listed = edition.manifest.files.iter().map(|file| FileRow {
        name: file.name.clone(),
        form: form(&file.name),
        bytes: locale::count(file.bytes, lang),
        sha256: file.sha256.to_string(),
    });
    let list = FileRow {
        name: MANIFEST.to_owned(),
        form: get(lang, "reports.form.list"),
        bytes: "–".to_owned(),
        sha256: edition.seal.to_string(),
    };
    listed.chain([list]).collect()
}

/// The states in their order, those that were reached marked as the edition's own state is.
fn life(now: EditionState, lang: Lang) -> Vec<(&'static str, &'static str, bool)> {
    EditionState::ALL
        .iter()
        .map(|state| {
            let class = if *state <= now { badge(now) } else { "absent" };
            (class, get(lang, state_key(*state)), *state == now)
        })
        .collect()
}

fn steps(edition: &Edition, lang: Lang) -> Vec<StepRow> {
    edition
        .steps
        .iter()
        .map(|step| {
            let on = step
                .on
                .map(|day| locale::date(crate::calendar::civil::start_of(day), lang));
            StepRow {
                state: get(lang, state_key(step.state)),
                at: locale::instant(step.at, lang),
                by: step.shown.clone(),
                number: step.number.clone().unwrap_or_default(),
                on: on.unwrap_or_default(),
                who: step.who.clone().unwrap_or_default(),
                file: step.file.map(|digest| digest.to_string()),
            }
        })
        .collect()
}

fn objection_row(
    one: &Objection,
    names: &BTreeMap<PortalId, String>,
    (form, own): (Option<Decide>, bool),
    lang: Lang,
) -> ObjectionRow {
    let mut decision = Vec::new();
    if let Some(decided) = &one.decision {
        let by = format!("{}, {}", decided.shown, locale::instant(decided.at, lang));
        decision.push(decided.reason.clone());
        if let Some(correction) = &decided.correction {
            decision.push(fill(lang, "reports.decided.correction", &[("text", correction)]));
        }
        if let Some(window) = decided.exclude {
            let (from, to) = (
                locale::instant(window.from, lang),
                locale::instant(window.to, lang),
            );
            decision.push(fill(
                lang,
                "reports.decided.excluded",
                &[("from", &from), ("to", &to)],
            ));
        }
        decision.push(by);
    }
    ObjectionRow {
        id: one.id,
        portal: names
            .get(&one.portal)
            .cloned()
            .unwrap_or_else(|| one.portal.to_string()),
        figure: one.figure.clone(),
        claim: one.claim.clone(),
        at: locale::instant(one.at, lang),
        by: one.shown.clone(),
        file: one.file.map(|digest| digest.to_string()),
        badge: match one.outcome() {
            "accepted" => "up",
            "rejected" => "down",
            _ => "unknown",
        },
        outcome: get(lang, outcome_key(one.outcome())),
        decision,
        form,
        own,
    }
}

/// The form for those who may contest something here.
fn contest(actor: &Actor, names: &BTreeMap<PortalId, String>, typed: &Typed) -> Option<Contest> {
    let field = |name: &str| typed.objection.get(name).cloned().unwrap_or_default();
    let chosen = field("portal");
    let portals: Vec<Choice> = names
        .iter()
        .filter(|(id, _)| actor.may(Action::Object, Some(id)))
        .map(|(id, name)| Choice {
            value: id.to_string(),
            text: name.clone(),
            chosen: chosen == id.as_str(),
        })
        .collect();
    (!portals.is_empty()).then(|| Contest {
        portals,
        figure: field("figure"),
        claim: field("claim"),
        file_again: typed.file_again,
    })
}
