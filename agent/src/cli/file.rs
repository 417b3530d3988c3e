//! Reading `agent.yaml`: a flat list of keys, each a value or a list of values, every one with its place.

use std::path::Path;

use ems_contract::diagnostic::Diagnostics;
use ems_contract::yaml;

use super::keys::KEYS;
use super::settings::{Setting, Settings};

/// Reads a file into settings; what is wrong goes to `found`.
pub(super) fn read(path: &Path, settings: &mut Settings, found: &Diagnostics) {
    let Some(tree) = yaml::read_file(path, found) else {
        return;
    };
    let root = tree.root(found);
    // An empty file, or one of comments, sets nothing.
    if root.is_null() {
        return;
    }
    let Some(mut map) = root.map() else { return };
    for key in KEYS {
        let Some(item) = map.get(key) else { continue };
        let Some(texts) = item.texts() else { continue };
        settings.set(
            key,
            Setting {
                texts,
                place: Some(item.place()),
            },
        );
    }
    map.finish();
}
