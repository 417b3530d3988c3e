//! Makes editions: draws the report, keeps its files, and says what changed since the edition before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ems_contract::time::UnixTime;
use serde_json::Value;

use super::due::objections_until;
use super::key::EditionKey;
use super::model::{Edition, EditionFile, EditionState, NewEdition};
use super::objection::Objection;
use crate::account::Author;
use crate::report::contents::{Issuer, Kind, Revision};
use crate::report::{
    DrawError, Drawn, Excluded, Export, Form, FormError, Frame, MANIFEST, Order, PeriodError, RenderError,
    Renderer, Source, Subject, TemplateFaults, Templates, compare, draw, write_forms,
};
use crate::store::{EditionKept, EditionStore, StoreError};

/// The file of figures, in which editions are compared.
const FIGURES: &str = "bao-cao.json";

/// What every edition of this collector has in common.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// Who writes.
    pub issuer: Issuer,
    /// Folder of the operator's own words and layouts, read anew at every making.
    pub templates: Option<PathBuf>,
    /// The renderer, where it is not beside this program.
    pub renderer: Option<PathBuf>,
}

/// Makes editions.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    /// Data, inventory, rules.
    pub source: Source<'a>,
    /// Where editions are kept.
    pub editions: &'a dyn EditionStore,
    /// Folder of the data: files are written below it before they are kept.
    pub folder: &'a Path,
    /// Issuer and layout.
    pub office: &'a Office,
}

/// Which edition is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Of which report.
    pub key: EditionKey,
    /// Forms.
    pub forms: Vec<Form>,
    /// Data up to here only, where they are to end before the duty's cut.
    pub as_of: Option<UnixTime>,
    /// Why, where a frozen edition is corrected. Empty: as the open draft says.
    pub reason: String,
    /// Freeze it.
    pub freeze: bool,
    /// Freeze it although units wait for decisions.
    pub with_open: bool,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Row number.
    pub id: i64,
    /// Its number within its key.
    pub number: u32,
    /// Files, the list among them.
    pub files: usize,
    /// Figures that differ from the edition before.
    pub changes: usize,
}

/// Why there is no edition.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The report calendar has no such duty and period.
    #[error("no report {0} in the calendar of duties")]
    NoSuchReport(EditionKey),
    /// The period of the duty is none that reports are made of.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// A frozen edition is corrected only with a reason.
    #[error("{key} is frozen as edition {number}; a correction wants a reason")]
    NoReason {
        /// Which report.
        key: EditionKey,
        /// The frozen edition.
        number: u32,
    },
    /// Its data are not settled up to its cut.
    #[error("the data of {key} are settled up to {settled} only, its cut is {cut}")]
    NotSettled {
        /// Which report.
        key: EditionKey,
        /// Where the data end.
        settled: UnixTime,
        /// Where they should.
        cut: UnixTime,
    },
    /// Units wait for decisions.
    #[error("{count} objections to {key} are not decided")]
    OpenObjections {
        /// Which report.
        key: EditionKey,
        /// How many.
        count: usize,
    },
    /// Somebody else made one meanwhile.
    #[error("another edition of {0} was made meanwhile")]
    Outdated(EditionKey),
    /// The operator's own words and layouts.
    #[error(transparent)]
    Templates(#[from] TemplateFaults),
    /// The report could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A form could not be written.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the next edition of a report is.
struct Place {
    number: u32,
    /// The frozen edition that it corrects.
    before: Option<Edition>,
    reason: String,
    /// What units contest, and until when they may.
    objections: Vec<Objection>,
    until: UnixTime,
}

impl<'a> Maker<'a> {
    /// Makes the next draft of a report in every form ([`Drafts::draft`]).
    ///
    /// # Errors
    /// [`MakeError`]; nothing is kept then.
    pub fn draft(
        &self,
        key: &EditionKey,
        reason: &str,
        author: &Author,
        now: UnixTime,
    ) -> Result<Made, MakeError> {
        self.drafts(now).draft(key, reason, author)
    }

    /// For the drafts of many reports as of `now`.
    #[must_use]
    pub const fn drafts(self, now: UnixTime) -> Drafts<'a> {
        Drafts {
            maker: self,
            now,
            frame: None,
            forms: &Form::ALL,
        }
    }

    /// Makes the next draft of a report, or freezes it.
    ///
    /// # Errors
    /// [`MakeError`]; nothing is kept then.
    pub fn make(&self, wish: &Wish, author: &Author, now: UnixTime) -> Result<Made, MakeError> {
        let subject = self.subject(&wish.key)?;
        let place = self.place(&subject, wish, now)?;
        let frame = Frame::load(self.source, subject, wish.as_of, now)?;
        self.kept(&frame, wish, place, author, now)
    }

    fn subject(&self, key: &EditionKey) -> Result<Subject, MakeError> {
        let rules = self.source.rules;
        let due = rules
            .reports
            .iter()
            .find(|duty| *duty.id == *key.duty)
            .and_then(|duty| rules.report_of_period(duty, &key.period))
            .ok_or_else(|| MakeError::NoSuchReport(key.clone()))?;
        Ok(Subject::of_duty(rules, due)?)
    }

    /// Where the next edition stands: in place of the open draft, or after the last frozen one.
    fn place(&self, subject: &Subject, wish: &Wish, now: UnixTime) -> Result<Place, MakeError> {
        let key = &wish.key;
        let mut known = self.editions.editions(Some(key))?;
        let draft = known
            .pop_if(|edition| edition.state() == EditionState::Drafted)
            .map(|draft| (draft.number, draft.reason));
        let before = known
            .into_iter()
            .rfind(|edition| edition.state() != EditionState::Drafted);
        let reason = match (&draft, wish.reason.trim()) {
            (Some((_, reason)), "") => reason.clone(),
            (_, written) => written.to_owned(),
        };
        if let Some(before) = before.as_ref().filter(|_| reason.is_empty()) {
            return Err(MakeError::NoReason {
                key: key.clone(),
                number: before.number,
            });
        }
        let objections = self.editions.objections(Some(key))?;
        let open = objections
            .iter()
            .filter(|objection| objection.decision.is_none())
            .count();
        if wish.freeze && open > 0 && !wish.with_open {
            let key = key.clone();
            return Err(MakeError::OpenObjections { key, count: open });
        }
        let after = before.as_ref().map_or(1, |before| before.number + 1);
        Ok(Place {
            number: draft.map_or(after, |(number, _)| number),
            before,
            reason,
            objections,
            until: objections_until(self.source.rules, subject.due.as_ref(), now),
        })
    }

    /// The operator's own words, where the office has some.
    fn templates(&self) -> Result<Templates, MakeError> {
        let Some(folder) = &self.office.templates else {
            return Ok(Templates::default());
        };
        let (templates, faults) = Templates::load(folder);
        faults.none()?;
        Ok(templates)
    }

    /// Draws an edition and keeps it.
    fn kept(
        &self,
        frame: &Frame<'_>,
        wish: &Wish,
        place: Place,
        author: &Author,
        now: UnixTime,
    ) -> Result<Made, MakeError> {
        let key = &wish.key;
        let templates = self.templates()?;
        let drawn = self.drawn(frame, wish, &place, &templates)?;
        let end = drawn.report.window.to;
        let cut = wish.as_of.unwrap_or(end).min(end);
        if wish.freeze && drawn.report.data_to < cut {
            return Err(MakeError::NotSettled {
                key: key.clone(),
                settled: drawn.report.data_to,
                cut,
            });
        }
        let (manifest, files) = self.written(&drawn, wish, &templates)?;
        let changes = drawn.changes;
        let made = Made {
            id: 0,
            number: place.number,
            files: files.len(),
            changes: changes.len(),
        };
        let new = NewEdition {
            key: key.clone(),
            number: place.number,
            made_at: now,
            manifest,
            reason: place.reason,
            changes,
            files,
            frozen: wish.freeze,
        };
        let action = if wish.freeze {
            "report.freeze"
        } else {
            "report.draft"
        };
        let seal = new
            .files
            .iter()
            .find(|file| file.name == MANIFEST)
            .map(|file| ems_contract::digest::Sha256::of(&file.bytes).to_string());
        let name = format!("{key}#{}", place.number);
        let note = author.note(now, action, name, seal.unwrap_or_default());
        match self.editions.keep_edition(new, author, note)? {
            EditionKept::Done(id) => Ok(Made { id, ..made }),
            EditionKept::Outdated => Err(MakeError::Outdated(key.clone())),
        }
    }

    /// The report, with what changed since the edition before printed in it.
    fn drawn(
        &self,
        frame: &Frame<'_>,
        wish: &Wish,
        place: &Place,
        templates: &Templates,
    ) -> Result<Compared, MakeError> {
        let passages: BTreeMap<String, String> = self
            .editions
            .passages(&wish.key)?
            .into_iter()
            .map(|passage| (passage.name, passage.text))
            .collect();
        let name = |objection: &Objection| {
            let portals = &self.source.inventory.portals;
            let known = portals.iter().find(|portal| portal.id == objection.portal);
            known.map_or_else(|| objection.portal.to_string(), |portal| portal.name.clone())
        };
        let objections = &place.objections;
        let revision = Revision {
            corrects: place.before.as_ref().map(|before| before.number),
            reason: place.reason.clone(),
            changes: Vec::new(),
            objections: objections.iter().map(|one| one.printed(&name(one))).collect(),
            contested_until: (!wish.freeze).then_some(place.until),
        };
        let excluded: Vec<Excluded> = objections.iter().filter_map(Objection::excluded).collect();
        let portals: Vec<_> = wish.key.unit.iter().cloned().collect();
        let order = Order {
            kind: if portals.is_empty() {
                Kind::Consolidated
            } else {
                Kind::Unit
            },
            portals: &portals,
            issuer: &self.office.issuer,
            templates,
            passages: &passages,
            edition: wish.freeze.then_some(place.number),
            revision: &revision,
            excluded: &excluded,
        };
        let drawn = draw(frame, &order)?;
        let Some(before) = &place.before else {
            return Ok(Compared {
                drawn,
                changes: Vec::new(),
            });
        };
        let then = self.editions.edition_file(before.id, FIGURES)?;
        let then: Value = then
            .and_then(|file| serde_json::from_slice(&file.bytes).ok())
            .unwrap_or_default();
        let now_figures: Value =
            serde_json::from_str(&crate::report::json(&drawn.report)).unwrap_or_default();
        let told = Revision {
            changes: compare(&then, &now_figures),
            ..revision.clone()
        };
        // The figures are the same; the words now tell what changed.
        let order = Order {
            revision: &told,
            ..order
        };
        let drawn = draw(frame, &order)?;
        Ok(Compared {
            drawn,
            changes: told.changes,
        })
    }

    /// The files of a drawn report, by way of a folder that nobody else writes meanwhile and that is gone afterwards.
    fn written(
        &self,
        drawn: &Compared,
        wish: &Wish,
        templates: &Templates,
    ) -> Result<(crate::report::Manifest, Vec<EditionFile>), MakeError> {
        let name = wish.key.to_string().replace('/', "_");
        let mut forms = wish.forms.clone();
        // Editions are compared by their figures.
        forms.push(Form::Json);
        let export = Export::begin(&self.folder.join("drawing").join(name)).map_err(FormError::from)?;
        let renderer = || {
            let path = std::env::var_os("PATH");
            Renderer::find(self.office.renderer.as_deref(), path.as_deref())
        };
        write_forms(&forms, &export, drawn, templates, renderer)?;
        let (manifest, files) = export.taken(drawn.manifest.clone()).map_err(FormError::from)?;
        let files = files.into_iter().map(|(name, bytes)| EditionFile { name, bytes });
        Ok((manifest, files.collect()))
    }
}

/// A report and what changed in it.
struct Compared {
    drawn: Drawn,
    changes: Vec<(String, String, String)>,
}

impl std::ops::Deref for Compared {
    type Target = Drawn;

    fn deref(&self) -> &Drawn {
        &self.drawn
    }
}

/// Drafts of many reports. What the reports of one duty and period have in common is read once: keep those of one period
/// together.
pub struct Drafts<'a> {
    maker: Maker<'a>,
    now: UnixTime,
    /// Of the duty and period of the last draft.
    frame: Option<(String, String, Frame<'a>)>,
    /// Without the forms of a renderer that is not there or does not answer: asking it for each would take hours.
    forms: &'static [Form],
}

impl Drafts<'_> {
    /// Makes the next draft of a report in every form. Without the renderer people still get a draft to read: in the
    /// forms that this program writes itself.
    ///
    /// # Errors
    /// [`MakeError`]; nothing is kept of this report then, and others can be drafted.
    pub fn draft(&mut self, key: &EditionKey, reason: &str, author: &Author) -> Result<Made, MakeError> {
        match self.in_forms(self.forms, key, reason, author) {
            Err(MakeError::Form(FormError::Render(error))) => {
                tracing::warn!(%key, "the draft is made without DOCX, PDF and XLSX: {error}");
                // What it refuses is a matter of one document.
                if !matches!(error, RenderError::Refused(_)) {
                    self.forms = &Form::OWN;
                }
                self.in_forms(&Form::OWN, key, reason, author)
            }
            made => made,
        }
    }

    fn in_forms(
        &mut self,
        forms: &[Form],
        key: &EditionKey,
        reason: &str,
        author: &Author,
    ) -> Result<Made, MakeError> {
        let wish = Wish {
            key: key.clone(),
            forms: forms.to_vec(),
            as_of: None,
            reason: reason.to_owned(),
            freeze: false,
            with_open: false,
        };
        let subject = self.maker.subject(key)?;
        let place = self.maker.place(&subject, &wish, self.now)?;
        let frame = match self.frame.take() {
            Some((duty, period, frame)) if duty == key.duty && period == key.period => frame,
            // The one before is gone before the next is read: there is room for one.
            _ => Frame::load(self.maker.source, subject, None, self.now)?,
        };
        let made = self.maker.kept(&frame, &wish, place, author, self.now);
        self.frame = Some((key.duty.clone(), key.period.clone(), frame));
        made
    }
}
