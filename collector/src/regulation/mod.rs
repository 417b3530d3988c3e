//! The law as data: rule packs, the catalogue of checks, sections, the report calendar. Pure: no files, no clock.

mod catalogue;
mod coverage;
mod document;
pub mod embedded;
mod library;
mod measure;
mod model;
mod names;
mod number;
mod params;
mod policy;
mod quote;
mod read;
mod schedule;
mod validate;

pub use catalogue::*;
pub use coverage::{MarkedAutomatic, PackCoverage, Way};
pub use document::checks_markdown;
pub use ems_contract::domain::{Domain, Form, Host, LabelRule, UnitNames, domain_form};
pub use library::{File, Regulations};
pub use measure::Measured;
pub use model::*;
pub use names::*;
pub use params::*;
pub use policy::{Composite, Policy, PolicyThreshold};
pub use schedule::ReportDue;
