//! What a report says, in the order in which officials expect it: from the figures of [`crate::report::Report`] to a
//! [`Document`] that every form is written from.
//!
//! The outline is that of docs/REPORT.md. What nobody measured is said to be missing; what only people can write is a
//! visible gap until they write it.

mod appendices;
mod articles;
mod availability;
mod cells;
mod checks;
mod compliance;
mod events;
mod fresh;
mod head;
mod human;
mod judged;
mod leagues;
mod ranking;
mod registers;
mod revision;
mod scope;
mod sheets;
mod slip;
mod strips;
mod summary;
mod todo;

use std::collections::BTreeMap;

use ems_contract::document::{Block, Document, SCHEMA};
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;

use super::Beside;
use super::model::Report;
use crate::regulation::{Regulations, ReportDue};
pub use head::{labelled as period_words, period_of as period_words_of};
pub use human::{LONGEST_PASSAGE, names as passage_names};
pub use revision::{Contested, Revision};
pub use strips::Days;

/// Names of the chapters of a full text, in their order.
pub const CHAPTERS: [&str; 14] = [
    "summary",
    "scope",
    "overall",
    "availability",
    "network",
    "fresh",
    "english",
    "compliance",
    "incidents",
    "ranking",
    "nhan-luc",
    "che-do-bao-cao",
    "danh-gia",
    "phuong-huong",
];

/// Which text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// The consolidated report of the province.
    Consolidated,
    /// One unit's report about its own portal.
    Unit,
    /// One page for those who lead.
    Leader,
    /// A slip for the editors of one portal: what to mend.
    Slip,
}

/// A certificate that ends soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// Whose.
    pub portal: String,
    /// When.
    pub not_after: UnixTime,
}

/// Who writes, where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issuer {
    /// The body above the issuer.
    pub superior: Option<String>,
    /// The issuing body.
    pub name: Option<String>,
    /// Short form in the symbol: `SKHCN`.
    pub short: Option<String>,
    /// Place of issue.
    pub place: Option<String>,
    /// To whom.
    pub to: Vec<String>,
}

/// Everything a text is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The figures.
    pub report: &'a Report,
    /// The rules, for their words.
    pub rules: &'a Regulations,
    /// Those of the period before.
    pub before: Option<&'a Report>,
    /// Those of the same period a year before.
    pub year_before: Option<&'a Report>,
    /// Whose figures those of the two are, where the text is about one portal.
    pub beside: &'a [Beside; 2],
    /// Certificates that end within the next period, soonest first.
    pub expiring: &'a [Expiring],
    /// The days of each portal, in the order of the report's portals.
    pub days: &'a Days,
    /// The duty that it answers.
    pub due: Option<&'a ReportDue>,
    /// The instrument that the duty stands in, as it is cited.
    pub basis: Option<&'a str>,
    /// Who writes.
    pub issuer: &'a Issuer,
    /// What people wrote, by the name of the passage.
    pub passages: &'a BTreeMap<String, String>,
    /// Versions behind the figures, named.
    pub versions: &'a [(String, String)],
    /// Number of the edition; absent in a draft.
    pub edition: Option<u32>,
    /// What became of the edition before, and what units contest.
    pub revision: &'a Revision,
}

/// Makes the document.
#[must_use]
pub fn document(kind: Kind, material: &Material<'_>) -> Document {
    let report = material.report;
    let body = match kind {
        Kind::Consolidated | Kind::Unit => full(kind, material),
        Kind::Leader => summary::leader(material),
        Kind::Slip => slip::slip(material),
    };
    let enclosed = matches!(kind, Kind::Leader | Kind::Slip);
    let title = head::title(kind, material);
    Document {
        schema: SCHEMA,
        lang: Lang::Vi,
        made_at: report.data_to,
        author: head::issuer(kind, material),
        mark: head::mark(material),
        footer: Some(head::footer(material)),
        letterhead: (!enclosed).then(|| head::letterhead(kind, material)),
        signature: (!enclosed).then(|| head::signature(material)),
        recipients: if enclosed {
            Vec::new()
        } else {
            head::recipients(material)
        },
        appendices: if enclosed {
            Vec::new()
        } else {
            appendices::all(kind, material)
        },
        sheets: sheets::all(material),
        title,
        body,
    }
}

fn full(kind: Kind, material: &Material<'_>) -> Vec<Block> {
    let mut body = Vec::new();
    // Some forty pages; a unit's report is read from its beginning.
    if kind == Kind::Consolidated {
        body.push(Block::Contents);
    }
    let mut chapter = Chapters::default();
    body.push(chapter.next("summary"));
    body.extend(summary::opening(material));
    body.extend(revision::notice(material));
    body.push(chapter.next("scope"));
    body.extend(scope::scope(material));
    body.push(chapter.next("overall"));
    body.extend(summary::comparison(material));
    body.push(chapter.next("availability"));
    body.extend(availability::availability(material));
    body.push(chapter.next("network"));
    body.extend(availability::network(material));
    body.push(checks::table(
        material,
        "edition.network.table",
        "network",
        checks::NETWORK,
    ));
    body.push(chapter.next("fresh"));
    body.extend(fresh::fresh(material));
    body.push(chapter.next("english"));
    body.push(checks::table(
        material,
        "edition.functions.table",
        "english",
        checks::FUNCTIONS,
    ));
    body.push(human::passage(material, "dich-vu-cong"));
    body.push(chapter.next("compliance"));
    body.extend(compliance::compliance(material));
    body.push(chapter.next("incidents"));
    body.extend(availability::incidents(material));
    body.extend(registers::incidents(material));
    body.push(human::passage(material, "khac-phuc"));
    body.push(chapter.next("ranking"));
    body.extend(ranking::ranking(material));
    body.push(chapter.next("nhan-luc"));
    body.extend(registers::people(material));
    body.push(human::passage(material, "nhan-luc"));
    body.push(chapter.next("che-do-bao-cao"));
    body.push(registers::reporting(material));
    body.push(human::passage(material, "che-do-bao-cao"));
    for name in ["danh-gia", "phuong-huong"] {
        body.push(chapter.next(name));
        body.push(human::passage(material, name));
    }
    let what = within(&head::title(kind, material));
    body.push(Block::paragraph(filled("edition.end", &[("what", &what)])));
    body
}

/// A title within a sentence: it begins small.
fn within(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

/// Chapters with their Roman numbers.
#[derive(Default)]
struct Chapters(usize);

impl Chapters {
    fn next(&mut self, name: &str) -> Block {
        self.0 += 1;
        Block::heading(
            1,
            format!("{}. {}", roman(self.0), said(&format!("edition.chapter.{name}"))),
        )
    }
}

/// `I` to `XXXIX`.
fn roman(number: usize) -> String {
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    format!("{}{}", "X".repeat(number / 10), ONES[number % 10])
}

/// Says plainly that there are no data of this subject.
fn missing(subject: &str) -> Block {
    Block::note(filled(
        "edition.missing",
        &[("what", &said(&format!("edition.missing.{subject}")))],
    ))
}

/// A text of the catalogue; reports to the administration are in Vietnamese.
fn said(key: &str) -> String {
    get(Lang::Vi, key).to_owned()
}

fn filled(key: &str, values: &[(&str, &str)]) -> String {
    fill(Lang::Vi, key, values)
}

#[cfg(test)]
mod tests;
