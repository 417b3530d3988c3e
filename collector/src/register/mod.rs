//! Registers (`sổ theo dõi`) of what people tell: attestations, editorial boards, training, restore tests, incidents, reports,
//! suspensions, maintenance, the rota. Pure.
//!
//! An [`Entry`] is never changed: a correction is a new entry that replaces it. [`faults`] says what is wrong with one,
//! [`facts_of`] turns what stands at an instant into the judge's types.

mod entry;
mod facts;
mod fault;
mod form;
pub mod import;
mod incident;
mod maintenance;
mod notice;
mod recurrence;
mod shift;
pub mod value;

pub use entry::{Board, Entry, RegisterKind, ReportReceipt, RestoreTest, Stop, Training, kind_key};
pub use facts::{Kept, RegisterFacts, facts_of, standing, taken_back};
pub use fault::{Doubts, announce_by, faults, short_notice};
pub use form::{Field, FieldFault, FieldKind, Values, fields, read, written};
pub use incident::IncidentForm;
pub use maintenance::{Planned, Plans};
pub use notice::{IncidentPaper, draft};
pub use recurrence::Repeat;
pub use shift::{Duty, Rota, Shift};
