//! The agents' tokens: a file with the token, or its SHA-256; only digests are held.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use ems_contract::diagnostic::{Message, io_words};
use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::yaml::Item;

use super::AgentToken;

/// A shorter token could be guessed.
const MIN_TOKEN: usize = 32;
/// A longer one is another kind of file.
const MAX_TOKEN: u64 = 1_024;

/// The list under `tokens:`.
pub(super) fn read(list: &Item<'_>, folder: &Path) -> Vec<AgentToken> {
    let mut owners: HashMap<Sha256, AgentId> = HashMap::new();
    list.list_of(|item| {
        let token = one(&item, folder)?;
        if let Some(owner) = owners.insert(token.digest, token.agent.clone()) {
            item.error(Message::new("settings.token_twice").with("agent", owner));
        }
        Some(token)
    })
}

fn one(item: &Item<'_>, folder: &Path) -> Option<AgentToken> {
    let mut map = item.map()?;
    let agent = map.required("agent", |item| item.parse("settings.want.agent"));
    let file = map.get("file");
    let sha256 = map.get("sha256");
    let digest = match (&file, &sha256) {
        (Some(file), None) => from_file(file, folder),
        (None, Some(sha256)) => sha256.parse("settings.want.sha256"),
        _ => {
            map.item().error(Message::new("settings.token_one_of"));
            None
        }
    };
    map.finish();
    Some(AgentToken {
        agent: agent?,
        digest: digest?,
    })
}

pub(super) fn from_file(item: &Item<'_>, folder: &Path) -> Option<Sha256> {
    let path = folder.join(item.text()?);
    let text = match text_of(&path) {
        Ok(text) => text,
        Err(error) => {
            let message = Message::new("settings.token_file")
                .with("path", path.display())
                .with_text("detail", io_words(&error));
            item.error_with(message, Message::new("settings.token_file.hint"));
            return None;
        }
    };
    let token = text.trim();
    if token.len() < MIN_TOKEN || token.contains(|c: char| !c.is_ascii_graphic()) {
        let message = Message::new("settings.token_weak")
            .with("path", path.display())
            .with("least", MIN_TOKEN);
        item.error_with(message, Message::new("settings.token_weak.hint"));
        return None;
    }
    if readable_by_others(&path) {
        let message = Message::new("settings.token_readable").with("path", path.display());
        item.warn(
            message,
            Message::new("settings.token_readable.hint").with("path", path.display()),
        );
    }
    Some(Sha256::of(token.as_bytes()))
}

fn text_of(path: &PathBuf) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(MAX_TOKEN)
        .read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_path: &Path) -> bool {
    false
}
