//! What agent and collector agree on, and nothing else.
//!
//! Ids, the inventory (`targets.yaml`), the plan an agent pulls, observation types, the closed vocabulary of
//! causes, the wire format, the model of a finished report, diagnostics for people who write files, the text
//! catalogue, the command line, and the clock. No sockets, no database, no async: reading the system clock
//! ([`clock::SystemClock`]) and the files of the inventory ([`inventory::load`]), and telling a person that the command
//! line is wrong (`command_line::Ended::tell`), are this crate's only effects.

pub mod cause;
pub mod certificate;
pub mod clock;
#[cfg(feature = "command-line")]
pub mod command_line;
pub mod destination;
pub mod diagnostic;
pub mod digest;
pub mod document;
pub mod domain;
pub mod evidence;
pub mod facts;
pub mod family;
pub mod id;
pub mod inventory;
pub mod observation;
pub mod outcome;
mod parse;
pub mod plan;
pub mod probe;
pub mod record;
pub mod text;
pub mod time;
pub mod wire;
pub mod yaml;
