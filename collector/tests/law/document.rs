//! The catalogue as a document.

use std::path::Path;

use ems_collector::regulation::checks_markdown;

use crate::fixture::RULES;

/// `docs/CHECKS.md` is what the catalogue says; write it anew with `EMS_BLESS=1`.
#[test]
fn the_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/CHECKS.md");
    let wanted = checks_markdown(&RULES);
    if option_env!("EMS_BLESS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == wanted,
        "docs/CHECKS.md is out of date: ems-collector regulations checks > docs/CHECKS.md"
    );
}
