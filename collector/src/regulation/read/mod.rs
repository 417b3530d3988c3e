//! From YAML to typed rule data. Every reader notes what is wrong and goes on, so that all errors of a file are
//! found in one run.

mod catalogue;
mod obligation;
mod pack;
mod params;
mod report;
mod value;

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::Diagnostics;
use ems_contract::yaml::{self, Item, Map};

pub(super) use catalogue::{checks, conflicts, sections};
pub(super) use pack::pack;
pub(super) use report::reports;
pub(super) use value::number;

/// Reads one file whose top is a mapping with `schema: 1`, and refuses the keys that `decode` did not ask for.
fn file<T>(
    path: &Arc<Path>,
    text: &str,
    found: &Diagnostics,
    decode: impl FnOnce(&mut Map<'_>) -> Option<T>,
) -> Option<T> {
    let tree = yaml::read(path, text, found)?;
    let mut map = tree.root(found).map()?;
    map.required("schema", |item| item.integer(1..=1));
    let value = decode(&mut map);
    map.finish();
    value
}

/// The rows under `key` that can be read.
fn rows<T>(
    map: &mut Map<'_>,
    key: &'static str,
    decode: impl FnMut(Item<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    map.required(key, |item| Some(item.list_of(decode)))
}
