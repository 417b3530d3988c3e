//! From file to tree: what can be read of it, whatever is wrong with the rest.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::builder::{Builder, Stop};
use super::repair;
use super::tree::{Mark, Node, Tree};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place, io_words};

/// The largest file read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Reads a file. `None` (with the reason in `found`) when it cannot be opened, is too large or not UTF-8.
pub fn read_file(path: &Path, found: &Diagnostics) -> Option<Tree> {
    let file: Arc<Path> = Arc::from(path);
    let refuse = |message| found.push(Diagnostic::error(Some(Place::head(&file)), "", message));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    // One byte more than allowed tells "too large" from "just fits", whatever the size claimed.
    if let Err(error) = opened.and_then(|f| f.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)) {
        refuse(Message::new("yaml.unreadable").with_text("detail", io_words(&error)));
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => read(&file, &text, found),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..at].iter().filter(|b| **b == b'\n').count();
            let place = Place {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                ..Place::head(&file)
            };
            found.push(
                Diagnostic::error(Some(place), "", Message::new("yaml.not_utf8"))
                    .hint(Message::new("yaml.not_utf8.hint")),
            );
            None
        }
    }
}

/// Reads a text that came from `file`. `None` (with the reason in `found`) when nothing of it can be used.
///
/// A syntax error in an item of a list takes only that item away: the rest is read, and [`Tree::is_whole`] says
/// that something is missing.
pub fn read(file: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Tree> {
    let whole_file = |message| found.push(Diagnostic::error(Some(Place::head(file)), "", message));
    if text.len() > MAX_BYTES {
        whole_file(Message::new("yaml.too_large").with("limit", MAX_BYTES / (1024 * 1024)));
        return None;
    }
    let mut text = Cow::Borrowed(text);
    let mut attempt = Attempt::on(file, &text);
    let mut rounds = 0;
    while let Err(stop) = attempt.outcome {
        found.push(*stop.diagnostic);
        rounds += 1;
        if stop.bomb || rounds > repair::MAX_ROUNDS || text.len() > repair::MAX_BYTES {
            return None;
        }
        // Which item is damaged shows when it is gone: the parser then comes farther.
        let tries = repair::candidates(&text, attempt.item, stop.mark).into_iter();
        let tried = tries.map(|text| (Attempt::on(file, &text), text));
        let best = tried.max_by_key(|(attempt, _)| attempt.reach());
        let best = best
            .filter(|(attempt, _)| attempt.reach() > stop.mark)
            .or_else(|| {
                let text = repair::without_key_around(&text, stop.mark)?;
                Some((Attempt::on(file, &text), text))
            });
        let (next, repaired) = best?;
        (attempt, text) = (next, Cow::Owned(repaired));
    }
    let whole = rounds == 0 && attempt.found.errors() == 0;
    attempt
        .found
        .into_vec()
        .into_iter()
        .for_each(|finding| found.push(finding));
    let root = attempt.outcome.ok().flatten();
    if root.is_none() && whole {
        whole_file(Message::new("yaml.empty"));
    }
    root.map(|root| Tree {
        file: Arc::clone(file),
        root,
        whole,
    })
}

/// One reading of the text. Its findings count only if it came to the end: the next attempt finds them again.
struct Attempt {
    outcome: Result<Option<Node>, Stop>,
    found: Diagnostics,
    /// Where the item of the outermost list began in which reading stopped.
    item: Option<Mark>,
}

impl Attempt {
    fn on(file: &Arc<Path>, text: &str) -> Self {
        let found = Diagnostics::default();
        let mut builder = Builder::new(file, text, &found);
        let outcome = builder.run();
        let (root, item) = (builder.root, builder.item);
        Self {
            outcome: outcome.map(|()| root),
            found,
            item,
        }
    }

    /// How far reading came.
    fn reach(&self) -> Mark {
        let end = Mark {
            line: u32::MAX,
            column: u32::MAX,
        };
        self.outcome.as_ref().err().map_or(end, |stop| stop.mark)
    }
}
