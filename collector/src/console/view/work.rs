//! What a unit has to do, portal by portal, area by area.

use ems_contract::inventory::{Portal, Status};
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::compliance::verdict_badge;
use super::duties::DutyRow;
use super::{Badge, Look};
use crate::calendar::civil;
use crate::digest::{Area, Load, Owner, Task, area_key};
use crate::judge::Value;
use crate::locale;
use crate::store::Judging;

/// What there is to do on one portal.
#[derive(Debug, Clone, PartialEq)]
pub struct PortalWork<'a> {
    /// The portal.
    pub portal: &'a Portal,
    /// Its newest judging, if that decided anything: where all is unknown nothing is known to be in order.
    pub judging: Option<Judging>,
    /// The tasks.
    pub tasks: Vec<Task>,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct WorkPage {
    /// The body's name.
    pub name: String,
    /// How much there is to do, in words.
    pub sentence: String,
    /// Portals with something to do, worst first.
    pub portals: Vec<WorkPortal>,
    /// Portals without, by their newest results.
    pub clear: Vec<PortalLink>,
    /// Portals of which nothing is known.
    pub never: Vec<PortalLink>,
    /// Portals that are not measured: name and why.
    pub unmeasured: Vec<(String, String)>,
    /// What else is due, by its day.
    pub duties: Vec<DutyRow>,
}

/// A portal with a page.
#[derive(Debug, Serialize)]
pub struct PortalLink {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A portal with something to do.
#[derive(Debug, Serialize)]
pub struct WorkPortal {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Broken, in numbers.
    pub fails: usize,
    /// Warnings, in numbers.
    pub warns: usize,
    /// Since when the oldest task lasts.
    pub oldest: String,
    /// When it was judged.
    pub judged: String,
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
    owner: &Owner<'_>,
    mut works: Vec<PortalWork<'_>>,
    duties: Vec<DutyRow>,
) -> WorkPage {
    let lang: Lang = look.lang;
    let load = |work: &PortalWork<'_>| Load::of(&work.tasks);
    works.sort_by_cached_key(load_rank);
    let all = works.iter().map(load).fold(Load::default(), Load::and);
    let mut page = WorkPage {
        name: owner.name.to_owned(),
        sentence: sentence(all, works.len(), lang),
        portals: Vec::new(),
        clear: Vec::new(),
        never: Vec::new(),
        unmeasured: owner
            .others
            .iter()
            .map(|portal| (name(portal, lang), why(portal, lang)))
            .collect(),
        duties,
    };
    for work in &works {
        match &work.judging {
            None => page.never.push(link(work.portal, lang)),
            Some(_) if work.tasks.is_empty() => page.clear.push(link(work.portal, lang)),
            Some(judging) => page.portals.push(of_portal(work, judging, lang)),
        }
    }
    page
}

fn load_rank(work: &PortalWork<'_>) -> impl Ord + use<> {
    (Load::of(&work.tasks).rank(), work.portal.name.clone())
}

fn of_portal(work: &PortalWork<'_>, judging: &Judging, lang: Lang) -> WorkPortal {
    let load = Load::of(&work.tasks);
    let area = |area: &Area| {
        let tasks = work.tasks.iter().filter(|task| task.area == *area);
        let rows: Vec<WorkRow> = tasks.map(|task| row(task, lang)).collect();
        (!rows.is_empty()).then(|| WorkArea {
            title: get(lang, area_key(*area)),
            rows,
        })
    };
    WorkPortal {
        id: work.portal.id.to_string(),
        name: name(work.portal, lang),
        fails: load.fails,
        warns: load.warns,
        oldest: since(load, lang),
        judged: fill(
            lang,
            "digest.work.judged",
            &[("at", &locale::instant(judging.at, lang))],
        ),
        areas: Area::ALL.iter().filter_map(area).collect(),
    }
}

/// `3 cổng: 12 việc chưa đạt, 4 việc cần lưu ý, lâu nhất từ 01/11/2026.`
fn sentence(load: Load, portals: usize, lang: Lang) -> String {
    let count = |number: usize| locale::count(number as u64, lang);
    let words = [
        ("portals", &*count(portals)),
        ("fails", &count(load.fails)),
        ("warns", &count(load.warns)),
        ("oldest", &since(load, lang)),
    ];
    let key = match (portals, load.count()) {
        (0, _) => "digest.work.unmeasured",
        (_, 0) => "digest.work.sum.none",
        _ => "digest.work.sum",
    };
    fill(lang, key, &words)
}

/// Since when the oldest lasts.
pub(super) fn since(load: Load, lang: Lang) -> String {
    load.oldest
        .map_or_else(|| "–".to_owned(), |day| locale::date(civil::start_of(day), lang))
}

fn link(portal: &Portal, lang: Lang) -> PortalLink {
    PortalLink {
        id: portal.id.to_string(),
        name: name(portal, lang),
    }
}

fn name(portal: &Portal, lang: Lang) -> String {
    match (lang, &portal.name_en) {
        (Lang::En, Some(english)) => english.clone(),
        _ => portal.name.clone(),
    }
}

/// Why a portal is not measured.
fn why(portal: &Portal, lang: Lang) -> String {
    let why = match portal.status {
        Status::Active => "outside_validity",
        status => status.as_str(),
    };
    get(lang, &format!("report.not_counted.{why}")).to_owned()
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
