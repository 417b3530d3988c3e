//! What an edition says about itself: what changed since the one before and why, and what units contest.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Table};
use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

use super::cells::column;
use super::{Material, filled, said};
use crate::locale;

/// The history behind an edition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// The edition that this one corrects.
    pub corrects: Option<u32>,
    /// Why it does.
    pub reason: String,
    /// Figures that differ: their place in the data, then and now.
    pub changes: Vec<(String, String, String)>,
    /// What units contested.
    pub objections: Vec<Contested>,
    /// The last second in which units may contest what a draft says; absent in what is frozen.
    pub contested_until: Option<UnixTime>,
}

/// What a unit contested, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contested {
    /// Whose figure.
    pub portal: String,
    /// Which figure.
    pub figure: String,
    /// What the unit says.
    pub claim: String,
    /// When.
    pub at: UnixTime,
    /// `accepted`, `rejected`, `open`.
    pub outcome: &'static str,
    /// What was decided and why, in words; empty while open.
    pub decision: String,
}

/// More changed figures than these are counted and stand in the file of data only.
const LISTED: usize = 200;

/// Sentences for readers who look at the first page only.
pub(super) fn notice(material: &Material<'_>) -> Vec<Block> {
    let corrects = material.revision.corrects.map(|before| {
        let before = before.to_string();
        filled("edition.revision.notice", &[("before", &before)])
    });
    let until = material.revision.contested_until.map(|until| {
        let until = locale::instant(until, Lang::Vi);
        filled("edition.revision.contest", &[("until", &until)])
    });
    corrects.into_iter().chain(until).map(Block::note).collect()
}

/// The part of the text; nothing where there is nothing to tell.
pub(super) fn revision(material: &Material<'_>) -> Vec<Block> {
    let mut all = Vec::new();
    all.extend(changes(material.revision));
    all.extend(objections(&material.revision.objections));
    all
}

fn changes(revision: &Revision) -> Vec<Block> {
    let Some(before) = revision.corrects else {
        return Vec::new();
    };
    let count = locale::count(
        i64::try_from(revision.changes.len()).unwrap_or(i64::MAX),
        Lang::Vi,
    );
    let number = before.to_string();
    let values = [
        ("before", number.as_str()),
        ("count", count.as_str()),
        ("reason", revision.reason.as_str()),
    ];
    let mut all = vec![Block::paragraph(filled("edition.revision.corrects", &values))];
    if revision.changes.is_empty() {
        return all;
    }
    all.push(Block::Table(Table {
        caption: Some(said("edition.revision.changes")),
        columns: vec![
            column("edition.col.what", ColumnKind::Text),
            column("edition.col.then", ColumnKind::Text),
            column("edition.col.now", ColumnKind::Text),
        ],
        rows: revision
            .changes
            .iter()
            .take(LISTED)
            .map(|(figure, then, now)| {
                Row::data(vec![
                    Cell::text(figure.clone()),
                    Cell::text(then.clone()),
                    Cell::text(now.clone()),
                ])
            })
            .collect(),
        ..Table::default()
    }));
    if revision.changes.len() > LISTED {
        let more = locale::count(
            i64::try_from(revision.changes.len() - LISTED).unwrap_or(i64::MAX),
            Lang::Vi,
        );
        all.push(Block::note(filled("edition.revision.more", &[("more", &more)])));
    }
    all
}

fn objections(contested: &[Contested]) -> Vec<Block> {
    if contested.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table {
        caption: Some(said("edition.revision.objections")),
        columns: vec![
            column("edition.col.portal", ColumnKind::Text),
            column("edition.col.what", ColumnKind::Text),
            column("edition.col.claim", ColumnKind::Text),
            column("edition.col.at", ColumnKind::Text),
            column("edition.col.outcome", ColumnKind::Text),
        ],
        rows: contested
            .iter()
            .map(|one| {
                let outcome = said(&format!("edition.objection.{}", one.outcome));
                let outcome = if one.decision.is_empty() {
                    outcome
                } else {
                    format!("{outcome}: {}", one.decision)
                };
                Row::data(vec![
                    Cell::text(one.portal.clone()),
                    Cell::text(one.figure.clone()),
                    Cell::text(one.claim.clone()),
                    Cell::text(locale::instant(one.at, Lang::Vi)),
                    Cell::text(outcome),
                ])
            })
            .collect(),
        ..Table::default()
    })]
}
