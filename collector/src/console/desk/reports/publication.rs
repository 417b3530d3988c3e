//! Where a frozen edition was published, and what agents found there.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use ems_contract::probe::ProbeKind;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::Window;
use serde::Serialize;

use super::edition::{Typed, show_again};
use super::{Desk, of_edition};
use crate::account::{Action, Actor};
use crate::console::door::redirect;
use crate::console::form::Filled;
use crate::console::page::PageError;
use crate::console::router::Asked;
use crate::edition::{Edition, NewPublication, Publication};
use crate::locale;

/// The clock of an agent is ahead by no more than this, in seconds.
const AHEAD_S: i64 = 86_400;

/// An address and what came of it.
#[derive(Debug, Serialize)]
pub(super) struct PublicationRow {
    url: String,
    by: String,
    badge: &'static str,
    seen: String,
}

pub(super) async fn state(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    filled: Filled,
) -> Response {
    of_edition(desk, actor, id, &asked, move |desk, actor, lang, edition| {
        stated(desk, actor, lang, &edition, &filled)
    })
    .await
}

fn stated(
    desk: &Desk,
    actor: &Actor,
    lang: Lang,
    edition: &Edition,
    filled: &Filled,
) -> Result<Response, PageError> {
    if let Some(response) = desk.refused(actor, Action::EditReport, None, lang) {
        return Ok(response);
    }
    let (now, inventory) = (desk.context.clock.now(), desk.context.inventory.current());
    let address = filled.text("url");
    match NewPublication::of(edition, address, (&desk.access.rules, &inventory), now) {
        Ok(new) => {
            let author = actor.author();
            let (note, portal) = (new.note(edition, &author), new.portal.clone());
            desk.context.store.state_published(new, &author, note)?;
            desk.context.docket.ask(Some(portal));
            Ok(redirect(&format!("/reports/{}#publication", edition.id)))
        }
        Err(fault) => {
            let typed = Typed {
                address: address.to_owned(),
                errors: vec![fault.render(edition, lang)],
                ..Typed::default()
            };
            show_again(desk, actor, lang, edition, typed)
        }
    }
}

/// What was stated of an edition, newest first, each with the newest look of an agent.
pub(super) fn rows(desk: &Desk, edition: &Edition, lang: Lang) -> Result<Vec<PublicationRow>, PageError> {
    let mut all = desk.context.store.publications(None)?;
    all.retain(|one| one.edition == edition.id);
    all.iter().rev().map(|one| row(desk, one, lang)).collect()
}

fn row(desk: &Desk, one: &Publication, lang: Lang) -> Result<PublicationRow, PageError> {
    // The newest visit of each agent; their clocks may be ahead of ours.
    let window = Window::new(one.at, desk.context.clock.now() + AHEAD_S);
    let newest = |probe| match probe {
        ProbeKind::Page => (1, 0),
        _ => (0, 0),
    };
    let looks = desk.context.store.newest_results(&one.portal, window, &newest)?;
    let found = looks
        .iter()
        .filter_map(|look| {
            let published = &look.facts.page.as_ref()?.published;
            let came = published.iter().find(|came| came.url == one.url.as_str())?;
            Some((look.slot, came))
        })
        .max_by_key(|(at, _)| *at);
    let (badge, seen) = match found {
        None => ("unknown", get(lang, "reports.publication.waits").to_owned()),
        Some((at, came)) => {
            let same = came.sha256.iter().any(|digest| one.files.contains(digest));
            let (badge, key) = match (same, came.whole) {
                (true, _) => ("up", "reports.publication.same"),
                (false, true) => ("down", "reports.publication.other"),
                (false, false) => ("unknown", "reports.publication.unread"),
            };
            let status = came
                .status
                .map_or_else(|| "–".to_owned(), |status| status.to_string());
            let at = locale::instant(at, lang);
            (badge, fill(lang, key, &[("at", &at), ("status", &status)]))
        }
    };
    Ok(PublicationRow {
        url: one.url.to_string(),
        by: format!("{}, {}", one.shown, locale::instant(one.at, lang)),
        badge,
        seen,
    })
}
