//! Which signed link a letter brings to the person that it calls. Pure.

use super::notice::Notice;
use crate::oncall::link::Link;
use crate::store::Letter;

/// The link of a letter with this notice in it; `None` where it calls nobody.
#[must_use]
pub fn link(letter: &Letter, notice: &Notice) -> Option<Link> {
    Some(Link {
        letter: letter.id,
        login: notice.call.as_ref()?.login.clone(),
        thread: notice.thread.clone(),
        posted_at: letter.letter.posted_at,
    })
}

/// The same of a letter as it is kept; `None` too for one that this build cannot read.
#[must_use]
pub fn link_of(letter: &Letter) -> Option<Link> {
    link(letter, &serde_json::from_str(&letter.letter.body).ok()?)
}
