//! `include:` — further files of the inventory, all below the folder of `targets.yaml`.
//!
//! Patterns are relative and stay in the folder tree (no `..`, no absolute path), so that a backup or a bundle of
//! the folder is a whole inventory. `*` matches within one file name.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::diagnostic::{Message, io_words};
use crate::yaml::Item;

/// What the patterns came to.
#[derive(Debug, Default)]
pub(super) struct Included {
    /// The files, in the order of the patterns and by name within one, each once.
    pub(super) files: Vec<PathBuf>,
    /// The folders that were searched: a new file in one of them is a change.
    pub(super) folders: BTreeSet<PathBuf>,
}

/// The files that the list `at` names, seen from `folder`; `root` itself is never among them.
pub(super) fn expand(at: &Item<'_>, root: &Path) -> Option<Included> {
    let folder = root.parent().unwrap_or(Path::new(""));
    let mut included = Included::default();
    for pattern in at.list()? {
        let Some(text) = pattern.text() else { continue };
        let inside = Path::new(&text)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            pattern.error(Message::new("inventory.include.outside").with("value", &text));
            continue;
        }
        let path = folder.join(&text);
        let found = if path.is_dir() {
            search(&path, "*.yaml", &mut included.folders)
        } else if text.contains('*') {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let parent = path.parent().unwrap_or(folder);
            if parent.to_string_lossy().contains('*') {
                pattern.error(Message::new("inventory.include.star").with("value", &text));
                continue;
            }
            search(parent, &name, &mut included.folders)
        } else if path.is_file() {
            Ok(vec![path.clone()])
        } else {
            pattern.error(Message::new("inventory.include.missing").with("value", &text));
            continue;
        };
        match found {
            Ok(files) if files.is_empty() => {
                pattern.warn(
                    Message::new("inventory.include.nothing").with("value", &text),
                    None,
                );
            }
            Ok(files) => {
                for file in files {
                    if file != root && !included.files.contains(&file) {
                        included.files.push(file);
                    }
                }
            }
            Err(error) => {
                let message = Message::new("inventory.include.unreadable").with("value", &text);
                pattern.error(message.with_text("detail", io_words(&error)));
            }
        }
    }
    Some(included)
}

/// Files of a folder whose name matches, sorted; hidden ones left out.
fn search(folder: &Path, pattern: &str, folders: &mut BTreeSet<PathBuf>) -> std::io::Result<Vec<PathBuf>> {
    // `read_dir("")` is an error; the folder of a bare file name is the current one.
    let listed = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    folders.insert(listed.to_owned());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(listed)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if !text.starts_with('.') && matches(pattern, &text) && !folder.join(&name).is_dir() {
            files.push(folder.join(&name));
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a name matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_match_within_a_name() {
        for (pattern, name, yes) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("so-*.yaml", "so-y-te.yaml", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("ab*ba", "aba", false),
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), yes, "{pattern} {name}");
        }
    }
}
