//! What a unit has to do, area by area.

use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::compliance::verdict_badge;
use super::{Badge, Look};
use crate::calendar::civil;
use crate::digest::{Area, Task, area_key};
use crate::judge::Value;
use crate::locale;
use crate::store::Judging;

/// The page.
#[derive(Debug, Serialize)]
pub struct WorkPage {
    /// Id of the portal.
    pub portal: String,
    /// Its name.
    pub name: String,
    /// When it was judged, or that it was not.
    pub judged: String,
    /// It was: without tasks there is nothing to do, and not only nothing known.
    pub known: bool,
    /// Areas with something to do.
    pub areas: Vec<WorkArea>,
}

/// An area.
#[derive(Debug, Serialize)]
pub struct WorkArea {
    /// Its name.
    pub title: &'static str,
    /// What to do.
    pub rows: Vec<WorkRow>,
}

/// A task.
#[derive(Debug, Serialize)]
pub struct WorkRow {
    /// The check's title.
    pub title: String,
    /// Broken, or a warning.
    pub badge: Badge,
    /// As it stands.
    pub what: String,
    /// Since which day.
    pub since: String,
    /// By which clauses.
    pub citations: Vec<String>,
    /// The place on the page of the verdicts.
    pub obligation: String,
}

/// Makes the page.
#[must_use]
pub fn work(
    look: Look<'_>,
    (portal, name): (&str, &str),
    judging: Option<&Judging>,
    tasks: &[Task],
) -> WorkPage {
    let lang: Lang = look.lang;
    let area = |area: &Area| {
        let rows: Vec<WorkRow> = tasks
            .iter()
            .filter(|task| task.area == *area)
            .map(|task| row(task, lang))
            .collect();
        (!rows.is_empty()).then(|| WorkArea {
            title: get(lang, area_key(*area)),
            rows,
        })
    };
    WorkPage {
        portal: portal.to_owned(),
        name: name.to_owned(),
        judged: match judging {
            Some(judging) => fill(
                lang,
                "digest.work.judged",
                &[("at", &locale::instant(judging.at, lang))],
            ),
            None => get(lang, "digest.work.never").to_owned(),
        },
        known: judging.is_some(),
        areas: Area::ALL.iter().filter_map(area).collect(),
    }
}

fn row(task: &Task, lang: Lang) -> WorkRow {
    WorkRow {
        title: task.title.clone(),
        badge: verdict_badge(if task.fails { Value::Fail } else { Value::Warn }, lang),
        what: task.what.clone(),
        since: locale::date(civil::start_of(task.since), lang),
        citations: task.citations.clone(),
        obligation: task.obligation.clone(),
    }
}
