//! One entry of each register.

use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, get};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::incident::IncidentForm;
use super::maintenance::Planned;
use super::recurrence::Repeat;
use super::shift::Shift;
use crate::account::{Action, Scope};
use crate::attest::Attestation;
use crate::calendar::civil;
use crate::judge::facts::{ReportEntry, Suspension};
use crate::locale;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The registers of `docs/REGISTERS.md`.
    RegisterKind {
        /// Attestations.
        Attestation = "attestation",
        /// Decisions that set up an editorial board.
        Board = "editorial-board",
        /// Training courses.
        Training = "training",
        /// Tried restores of backups.
        RestoreTest = "restore-test",
        /// Security incidents.
        Incident = "incident",
        /// Received reports, periodic and ad hoc.
        Report = "report",
        /// Planned suspensions of a portal.
        Suspension = "suspension",
        /// Planned maintenance, to the minute.
        Maintenance = "maintenance",
        /// Shifts of those on call.
        Shift = "rota",
    }
}

impl RegisterKind {
    /// What somebody must be allowed to do to write in it.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Attestation => Action::Attest,
            Self::Report => Action::ConfirmReceipt,
            Self::Incident => Action::RecordIncident,
            Self::Maintenance => Action::AnnounceMaintenance,
            Self::Shift => Action::PlanRota,
            Self::Board | Self::Training | Self::RestoreTest | Self::Suspension => Action::KeepRegister,
        }
    }

    /// What a program's token must be good for to write in it.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Attestation => Scope::Attest,
            Self::Board
            | Self::Training
            | Self::RestoreTest
            | Self::Incident
            | Self::Report
            | Self::Suspension
            | Self::Maintenance
            | Self::Shift => Scope::Registers,
        }
    }
}

/// The text that names a register.
#[must_use]
pub const fn kind_key(kind: RegisterKind) -> &'static str {
    match kind {
        RegisterKind::Attestation => "register.kind.attestation",
        RegisterKind::Board => "register.kind.editorial-board",
        RegisterKind::Training => "register.kind.training",
        RegisterKind::RestoreTest => "register.kind.restore-test",
        RegisterKind::Incident => "register.kind.incident",
        RegisterKind::Report => "register.kind.report",
        RegisterKind::Suspension => "register.kind.suspension",
        RegisterKind::Maintenance => "register.kind.maintenance",
        RegisterKind::Shift => "register.kind.rota",
    }
}

/// An editorial board (`ban biên tập`), by the decision that set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Number of the decision.
    pub decision: String,
    /// The day it was signed.
    pub decided_on: Date,
    /// Who signed it.
    pub signed_by: String,
    /// The signer's office.
    pub role: String,
    /// The head of the board.
    pub head: String,
    /// How many members it has.
    pub members: u16,
    /// The decision as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A training course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The day it was held, its last one where it took several.
    pub held_on: Date,
    /// What it was about.
    pub topic: String,
    /// Who held it.
    pub organiser: String,
    /// How many took part.
    pub participants: u16,
    /// Papers as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A tried restore of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreTest {
    /// The day.
    pub tested_on: Date,
    /// What was restored.
    pub what: String,
    /// Whether it could be.
    pub succeeded: bool,
    /// The minutes as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A received report, or the confirmation that none came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportReceipt {
    /// As the judge reads it.
    pub entry: ReportEntry,
    /// Number of the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The report as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A planned suspension with what the announcement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// As the judge reads it.
    pub suspension: Suspension,
    /// The day on which service returns, as announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Date>,
    /// Why.
    pub reason: String,
    /// Where it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_where: Option<String>,
    /// The announcement as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
}

/// An entry, as the store keeps it: the register's own JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Attestation.
    Attestation(Attestation),
    /// Editorial board.
    Board(Board),
    /// Training.
    Training(Training),
    /// Restore test.
    RestoreTest(RestoreTest),
    /// Security incident.
    Incident(Box<IncidentForm>),
    /// Received report.
    Report(ReportReceipt),
    /// Planned suspension.
    Suspension(Stop),
    /// Planned maintenance.
    Maintenance(Planned),
    /// Shift.
    Shift(Shift),
}

impl Entry {
    /// In which register it stands.
    #[must_use]
    pub const fn kind(&self) -> RegisterKind {
        match self {
            Self::Attestation(_) => RegisterKind::Attestation,
            Self::Board(_) => RegisterKind::Board,
            Self::Training(_) => RegisterKind::Training,
            Self::RestoreTest(_) => RegisterKind::RestoreTest,
            Self::Incident(_) => RegisterKind::Incident,
            Self::Report(_) => RegisterKind::Report,
            Self::Suspension(_) => RegisterKind::Suspension,
            Self::Maintenance(_) => RegisterKind::Maintenance,
            Self::Shift(_) => RegisterKind::Shift,
        }
    }

    /// What somebody must be allowed to do to write this very entry.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Maintenance(Planned { hindsight: true, .. }) => Action::ExcludeTime,
            _ => self.kind().action(),
        }
    }

    /// The file handed in with it.
    #[must_use]
    pub fn file(&self) -> Option<Sha256> {
        match self {
            Self::Attestation(entry) => entry.file_sha256,
            Self::Board(entry) => entry.file_sha256,
            Self::Training(entry) => entry.file_sha256,
            Self::RestoreTest(entry) => entry.file_sha256,
            Self::Incident(entry) => entry.file_sha256,
            Self::Report(entry) => entry.file_sha256,
            Self::Suspension(entry) => entry.file_sha256,
            Self::Maintenance(entry) => entry.file_sha256,
            Self::Shift(entry) => entry.file_sha256,
        }
    }

    /// What it is about, for lists: `AG-12`, `Q3/2026 ag-q`, `SC-2026-07`.
    #[must_use]
    pub fn subject(&self, lang: Lang) -> String {
        let day = |day| locale::date(civil::start_of(day), lang);
        match self {
            Self::Attestation(entry) => entry.obligation.clone(),
            Self::Board(entry) => entry.decision.clone(),
            Self::Training(entry) => format!("{} {}", day(entry.held_on), entry.topic),
            Self::RestoreTest(entry) => format!("{} {}", day(entry.tested_on), entry.what),
            Self::Incident(entry) => entry.id.clone(),
            Self::Report(entry) => {
                format!(
                    "{} {}/{}",
                    entry.entry.report, entry.entry.period, entry.entry.year
                )
            }
            Self::Suspension(entry) => day(entry.suspension.begins),
            Self::Maintenance(entry) => {
                let (from, to) = (locale::instant(entry.from, lang), locale::instant(entry.to, lang));
                match entry.repeats {
                    Repeat::Once => format!("{from} – {to}"),
                    again => format!("{from} – {to}, {}", get(lang, again.label())),
                }
            }
            Self::Shift(entry) => format!("{} {}", entry.person, locale::instant(entry.from, lang)),
        }
    }

    /// What the audit log says of it, in Vietnamese: the subject, and of time taken out in hindsight that it is so and why.
    #[must_use]
    pub fn told(&self) -> String {
        let subject = self.subject(Lang::Vi);
        match self {
            Self::Maintenance(planned) if planned.hindsight => {
                let kind = get(Lang::Vi, "register.subject.hindsight");
                format!("{subject} – {kind}: {}", planned.reason)
            }
            _ => subject,
        }
    }

    /// The register's JSON.
    ///
    /// # Errors
    /// Never, as all keys are texts; kept as an error so that nothing panics.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Attestation(entry) => serde_json::to_string(entry),
            Self::Board(entry) => serde_json::to_string(entry),
            Self::Training(entry) => serde_json::to_string(entry),
            Self::RestoreTest(entry) => serde_json::to_string(entry),
            Self::Incident(entry) => serde_json::to_string(entry),
            Self::Report(entry) => serde_json::to_string(entry),
            Self::Suspension(entry) => serde_json::to_string(entry),
            Self::Maintenance(entry) => serde_json::to_string(entry),
            Self::Shift(entry) => serde_json::to_string(entry),
        }
    }

    /// Read back.
    ///
    /// # Errors
    /// When it is no entry of this register.
    pub fn from_json(kind: RegisterKind, json: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            RegisterKind::Attestation => Self::Attestation(serde_json::from_str(json)?),
            RegisterKind::Board => Self::Board(serde_json::from_str(json)?),
            RegisterKind::Training => Self::Training(serde_json::from_str(json)?),
            RegisterKind::RestoreTest => Self::RestoreTest(serde_json::from_str(json)?),
            RegisterKind::Incident => Self::Incident(serde_json::from_str(json)?),
            RegisterKind::Report => Self::Report(serde_json::from_str(json)?),
            RegisterKind::Suspension => Self::Suspension(serde_json::from_str(json)?),
            RegisterKind::Maintenance => Self::Maintenance(serde_json::from_str(json)?),
            RegisterKind::Shift => Self::Shift(serde_json::from_str(json)?),
        })
    }
}
