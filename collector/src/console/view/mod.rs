//! View-models: everything a page shows as finished text, made by pure functions and tested without HTML.

mod about;
mod agents;
mod compliance;
mod duties;
mod figures;
mod incidents;
mod kept;
mod overview;
mod owners;
mod portal;
mod register;
mod regulation;
mod shell;
mod work;

pub use about::{About, about};
pub use agents::{AgentHealth, AgentRow, AgentsPage, agents, health};
pub use compliance::{
    Choice, ComplianceData, CompliancePage, ComplianceRow, PackPart, compliance, pages as proving_pages,
};
pub use duties::{DutiesData, DutyRow, duties};
pub use figures::{FigureRow, figure_rows};
pub use incidents::{IncidentRow, IncidentsPage, incident_row, incidents};
pub use kept::KeptPage;
pub use overview::{Overview, overview};
pub use owners::{OwnerRow, OwnersData, OwnersPage, owners};
pub use portal::{
    AccountCell, AccountRow, CertificateCard, EnglishCard, NewestCell, NowRow, Phase, PieceRow, PortalData,
    PortalPage, RibbonRow, RibbonRows, SectionRow, SectionVerdict, SectionsPart, ViewRow, newest_tls, portal,
};
pub use register::{EntryRow, FieldView, entry_rows, facts as entry_facts, field_views, portal_name};
pub use regulation::{
    COLUMNS, Cell, Column, MatrixRow, PackLine, RegulationPage, RegulationsPage, Wanted, regulation,
    regulations,
};
pub use shell::{Look, Shell, shell};
pub use work::{PortalLink, PortalWork, WorkArea, WorkPage, WorkPortal, WorkRow, work};

use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use crate::ledger::{Seconds, SpanCause, State, Track};
use crate::locale;
use crate::report::cause_key;

/// A state as a badge: class name and words. The sign beside it comes from the style sheet's class and the
/// template, so that colour is not the only difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Badge {
    /// `up`, `degraded`, `down`, `unknown`, `absent`.
    pub state: &'static str,
    /// In words.
    pub text: String,
}

fn badge(state: State, lang: Lang) -> Badge {
    Badge {
        state: state.as_str(),
        text: said(&format!("state.{}", state.as_str()), lang),
    }
}

fn cause_text(cause: Option<SpanCause>, lang: Lang) -> Option<String> {
    cause.map(|cause| get(lang, &cause_key(cause)).to_owned())
}

fn track_name(track: Track, lang: Lang) -> String {
    get(lang, &format!("track.{track}")).to_owned()
}

/// `since` with the length up to now: `22/11/2026 21:31:20 (25 phút 40 giây)`.
fn since(at: UnixTime, now: UnixTime, lang: Lang) -> String {
    format!(
        "{} ({})",
        locale::instant(at, lang),
        locale::duration(now - at, lang)
    )
}

/// The text of a key that is put together.
fn said(key: &str, lang: Lang) -> String {
    get(lang, key).to_owned()
}

fn coverage(seconds: &Seconds, lang: Lang) -> String {
    let ratio = seconds.coverage();
    if seconds.is_absent() || ratio.denominator == 0 {
        "–".to_owned()
    } else {
        ratio.percent(lang)
    }
}
