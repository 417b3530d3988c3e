//! Editions: the reports that the administration gets, numbered, frozen and never recomputed in silence.
//!
//! [`Edition`] is what the store keeps of one: its list of files with their digests, what it rests on, and the steps of
//! its life (drafted → frozen → signed → sent). [`Maker`] draws one from the store; a correction is a new edition with the
//! list of changed figures and the reason. [`due()`] lays editions and receipts over the calendar of duties.

mod due;
mod gather;
mod job;
mod key;
mod maker;
mod model;
mod objection;
mod publication;
mod publish;
mod step;
mod title;

pub use due::{DueFacts, DueLine, Standing, begins, due, objections_until, standing_key};
pub use gather::due_now;
pub use job::{ReportJob, Watch};
pub use key::{EditionKey, EditionKeyError};
pub use maker::{Drafts, Made, MakeError, Maker, Office, Wish};
pub use model::{Edition, EditionFile, EditionState, NewEdition, Passage, Step, state_key};
pub use objection::{
    Closed, Decision, LONGEST_WORDS, NewObjection, Objection, Ruling, RulingFault, WordsFault, contestable,
    contested_until, outcome_key,
};
pub use publication::{ASKED_S, NewPublication, Publication, PublicationFault};
pub use publish::{INDEX, SUMS, for_portal};
pub use step::{LONGEST_NUMBER, LONGEST_WHO, NewStep, StepFault};
pub use title::title;
