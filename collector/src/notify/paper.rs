//! A letter with recipients of its own: never joined with others, and taken by mail channels alone.

use serde::{Deserialize, Serialize};

use super::message::Message;

/// How the threads of such letters begin.
pub const PAPER: &str = "paper/";

/// The letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Dedupe key.
    pub key: String,
    /// Mail addresses.
    pub to: Vec<String>,
    /// One line.
    pub title: String,
    /// Further lines.
    pub lines: Vec<String>,
}

impl Paper {
    /// In words.
    #[must_use]
    pub fn message(&self) -> Message {
        Message {
            title: self.title.clone(),
            lines: self.lines.clone(),
            link: None,
            answer: None,
        }
    }
}
