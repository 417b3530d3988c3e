//! All rule data together, indexed for the judge.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::{Diagnostic, Diagnostics, Message, Place};
use ems_contract::digest::Sha256;

use super::catalogue::{Check, Conflict, Matching, Reminder, ReportDuty, Section};
use super::model::{Id, Obligation, Pack};
use super::policy::Policy;
use super::{read, validate};
use crate::calendar::{Calendar, Windows, read_year};

/// The law as data.
#[derive(Debug, Clone)]
pub struct Regulations {
    /// Digest over all files.
    pub version: Sha256,
    /// Packs, by id.
    pub packs: BTreeMap<Id, Arc<Pack>>,
    /// Checks, in the order of the catalogue.
    pub checks: Vec<Arc<Check>>,
    /// Sections, in the order of the file.
    pub sections: Vec<Section>,
    /// Scores of the section recogniser.
    pub matching: Matching,
    /// Windows of the report periods.
    pub windows: Vec<Windows>,
    /// Reminders around a due day.
    pub reminders: Vec<Reminder>,
    /// Report duties.
    pub reports: Vec<Arc<ReportDuty>>,
    /// Contradictions between the texts.
    pub conflicts: Vec<Conflict>,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// The operator's own thresholds, where they were laid over the defaults.
    pub policy: Option<Arc<Policy>>,
    index: Index,
}

#[derive(Debug, Clone, Default)]
struct Index {
    obligations: HashMap<Id, (Id, Arc<Obligation>)>,
    checks: HashMap<Id, Arc<Check>>,
    reports: HashMap<Id, Arc<ReportDuty>>,
}

/// One file: its path below the folder of the regulations, and its text.
pub type File<'t> = (&'t str, &'t str);

impl Regulations {
    /// The data that ships with the program.
    ///
    /// # Errors
    /// Every finding, should a shipped file be wrong; a test of this crate keeps that from happening.
    pub fn embedded() -> Result<Self, Vec<Diagnostic>> {
        Self::read(super::embedded::FILES, super::embedded::SOURCES)
    }

    /// Reads rule data. `sources` are the excerpts that quotations are checked against; a pack whose excerpt is not
    /// among them is refused.
    ///
    /// # Errors
    /// Every finding of every file; nothing is used unless all is right.
    pub fn read(files: &[File<'_>], sources: &[File<'_>]) -> Result<Self, Vec<Diagnostic>> {
        let found = Diagnostics::default();
        // The version must not depend on the order in which a folder is listed.
        let mut files = files.to_vec();
        files.sort_unstable();
        let library = Self::assemble(&files, sources, &found);
        let errors = found.errors();
        match library {
            Some(library) if errors == 0 => Ok(library),
            _ => Err(found.into_vec()),
        }
    }

    fn assemble(files: &[File<'_>], sources: &[File<'_>], found: &Diagnostics) -> Option<Self> {
        let mut packs = BTreeMap::new();
        let mut years = Vec::new();
        let (mut checks, mut sections, mut reports, mut conflicts) = (None, None, None, None);
        for (name, text) in files {
            let path: Arc<Path> = Arc::from(Path::new(name));
            match *name {
                "checks.yaml" => checks = read::checks(&path, text, found),
                "sections.yaml" => sections = read::sections(&path, text, found),
                "reports.yaml" => reports = read::reports(&path, text, found),
                "conflicts.yaml" => conflicts = read::conflicts(&path, text, found),
                other if other.starts_with("calendar/") => years.extend(read_year(&path, text, found)),
                other if other.starts_with("packs/") => {
                    if let Some(pack) = read::pack(&path, text, found) {
                        packs.insert(Id::clone(&pack.id), Arc::new(pack));
                    }
                }
                _ => {
                    let message = Message::new("law.unknown_file");
                    found.push(Diagnostic::error(Some(Place::head(&path)), "", message));
                }
            }
        }
        for (name, there) in [
            ("checks.yaml", checks.is_some()),
            ("sections.yaml", sections.is_some()),
            ("reports.yaml", reports.is_some()),
            ("conflicts.yaml", conflicts.is_some()),
        ] {
            if !there && !files.iter().any(|(path, _)| *path == name) {
                found.push(Diagnostic::error(
                    None,
                    "",
                    Message::new("law.missing_file").with("file", name),
                ));
            }
        }
        let whole = found.errors() == 0;
        if whole {
            validate::years(&years, found);
        }
        let (matching, sections) = sections?;
        let (windows, reminders, reports) = reports?;
        let version = Sha256::of_list(
            &files
                .iter()
                .flat_map(|(p, t)| [p.as_bytes(), t.as_bytes()])
                .collect::<Vec<_>>(),
        );
        let mut library = Self {
            version,
            packs,
            checks: checks?,
            sections,
            matching,
            windows,
            reminders,
            reports,
            conflicts: conflicts?,
            calendar: Arc::new(Calendar::new(years)),
            policy: None,
            index: Index::default(),
        };
        library = library.reindexed();
        // A row that could not be read would be called unknown by every row that names it.
        if whole {
            validate::references(&library, found);
        }
        validate::quotations(&library, sources, found);
        validate::numbers(&library, found);
        Some(library)
    }

    pub(super) fn reindexed(mut self) -> Self {
        self.index = self.indexed();
        self
    }

    fn indexed(&self) -> Index {
        let mut index = Index::default();
        for pack in self.packs.values() {
            for row in &pack.obligations {
                for id in std::iter::once(&row.id).chain(&row.aliases) {
                    index
                        .obligations
                        .insert(Id::clone(id), (Id::clone(&pack.id), Arc::clone(row)));
                }
            }
        }
        index.checks = self
            .checks
            .iter()
            .map(|check| (Id::clone(&check.id), Arc::clone(check)))
            .collect();
        index.reports = self
            .reports
            .iter()
            .map(|duty| (Id::clone(&duty.id), Arc::clone(duty)))
            .collect();
        index
    }

    /// An obligation by id or alias, with its pack.
    #[must_use]
    pub fn obligation(&self, id: &str) -> Option<(&Pack, &Arc<Obligation>)> {
        let (pack, row) = self.index.obligations.get(id)?;
        Some((self.packs.get(pack)?, row))
    }

    /// A check.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Arc<Check>> {
        self.index.checks.get(id)
    }

    /// A report duty.
    #[must_use]
    pub fn report(&self, id: &str) -> Option<&Arc<ReportDuty>> {
        self.index.reports.get(id)
    }

    /// A section.
    #[must_use]
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| &*section.id == id)
    }

    /// Windows by id.
    #[must_use]
    pub fn window(&self, id: &str) -> Option<&Windows> {
        self.windows.iter().find(|windows| windows.id == id)
    }
}
