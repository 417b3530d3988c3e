//! The embedded data, and the vectors as plain JSON values.

use std::path::Path;
use std::sync::LazyLock;

use ems_collector::calendar::Calendar;
use ems_collector::regulation::Regulations;
use serde_json::Value;

/// The rule data that ships.
pub(crate) static RULES: LazyLock<Regulations> = LazyLock::new(|| {
    Regulations::embedded().unwrap_or_else(|found| {
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        panic!("{} findings\n{}", lines.len(), lines.join("\n"))
    })
});

/// The calendars that ship.
pub(crate) static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| (*RULES.calendar).clone());

/// A vector file below `regulations/fixtures/vectors`.
pub(crate) fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../regulations/fixtures/vectors")
        .join(name);
    let text = std::fs::read_to_string(path).expect("a vector file");
    serde_saphyr::from_str(&text).expect("YAML")
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
