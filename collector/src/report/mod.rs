//! What a period came to: a pure model and its renderings.
//!
//! [`inputs`] are fetched beforehand; [`build()`] makes the [`Report`] of them; [`json()`] and [`html()`] write it
//! down. [`contents`] words it as a document, [`twin()`] and [`csv()`] write that down, and [`Renderer`] calls the program
//! that makes DOCX, PDF and XLSX of it. The same facts give the same bytes: nothing here reads a clock, and the present
//! does not appear in the report unless the period is still running.

mod build;
mod collate;
mod compare;
pub mod contents;
mod csv;
mod draw;
mod export;
mod figures;
mod findings;
mod forms;
mod frame;
mod held;
mod history;
mod html;
mod inputs;
mod json;
mod league;
mod lineage;
mod load;
mod model;
mod outage;
mod period;
mod render;
mod subject;
mod templates;
mod twin;
mod view;

pub use build::{METHOD, build};
pub use collate::collate;
pub use compare::compare;
pub use csv::csv;
pub use draw::{DrawError, Drawn, Excluded, Order, Source, draw, earlier_now, figures_now, method_now};
pub use export::{Earlier, Entry, Export, ExportError, MANIFEST, Manifest, VerifyError, verify_files};
pub use figures::Figures;
pub use findings::{Checked, Conclusion, Findings, PortalFindings, Registers, Term, registers};
pub use forms::{Form, FormError, write_forms};
pub use frame::Frame;
pub use history::{History, Presence};
pub use html::html;
pub use inputs::{AgentInput, Inputs, PortalInput, counts_from};
pub use json::json;
pub use league::ranks;
pub use lineage::{Beside, beside};
pub use load::{load, settled};
pub use model::*;
pub use outage::{Outage, OutageSummary, cause_key, outages};
pub use period::{Period, PeriodError, has_begun, name as period_name};
pub use render::{LIMIT, RenderError, Rendered, RenderedFile, Renderer, ReplacedCharacter, Wanted};
pub use subject::Subject;
pub use templates::{Layout, TemplateFault, TemplateFaults, Templates, Wrong};
pub use twin::{Template, twin};
