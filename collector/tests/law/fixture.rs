//! The embedded data, and the vectors as plain JSON values.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use ems_collector::calendar::{Calendar, read_year};
use ems_collector::regulation::embedded;
use ems_contract::diagnostic::Diagnostics;
use serde_json::Value;

/// The calendars that ship.
pub(crate) static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let found = Diagnostics::default();
    let years: Vec<_> = embedded::FILES
        .iter()
        .filter(|(path, _)| path.starts_with("calendar/"))
        .filter_map(|(path, text)| read_year(&Arc::from(Path::new(path)), text, &found))
        .collect();
    assert_eq!(found.into_vec(), []);
    assert_eq!(years.len(), 5);
    Calendar::new(years)
});

/// A vector file below `regulations/fixtures/vectors`.
pub(crate) fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../regulations/fixtures/vectors")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// The rows under `key`.
pub(crate) fn rows<'v>(file: &'v Value, key: &str) -> &'v [Value] {
    file[key].as_array().unwrap_or_else(|| panic!("no list `{key}`"))
}

/// The text under `key`.
pub(crate) fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{key}` in {row}"))
}
