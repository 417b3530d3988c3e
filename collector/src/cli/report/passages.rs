//! The file of passages that people wrote for a report.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use ems_contract::diagnostic::Diagnostics;
use ems_contract::text::Lang;
use ems_contract::yaml;

use super::Stop;
use crate::cli::write_findings;
use crate::report::contents::{LONGEST_PASSAGE, passage_names};

/// Passages by name. A name that no text has a place for is an error: what somebody wrote must not get lost.
pub(super) fn read(path: &Path, lang: Lang, err: &mut dyn Write) -> Result<BTreeMap<String, String>, Stop> {
    let found = Diagnostics::default();
    let tree = yaml::read_file(path, &found);
    let root = tree.as_ref().map(|tree| tree.root(&found));
    let entries = root.and_then(|root| if root.is_null() { None } else { root.entries() });
    let mut passages = BTreeMap::new();
    for (name, item) in entries.into_iter().flatten() {
        if !passage_names().any(|known| known == name) {
            item.unknown_name(&name, &passage_names().collect::<Vec<_>>());
            continue;
        }
        let text = item.parse_with("edition.want.passage", |text| {
            (text.chars().count() <= LONGEST_PASSAGE).then(|| text.to_owned())
        });
        passages.extend(text.map(|text| (name, text)));
    }
    let broken = found.errors() > 0;
    write_findings(err, &found.into_vec(), lang).map_err(Stop::Output)?;
    if broken { Err(Stop::BadFile) } else { Ok(passages) }
}
