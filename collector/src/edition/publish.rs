//! A frozen edition as a folder for the province portal: a page that leads to its files, the files, and their digests in
//! the form that `sha256sum -c` reads. The same edition gives the same bytes.

use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill};
use minijinja::value::Serde;
use minijinja::{Error, context};
use serde::Serialize;

use super::model::{Edition, EditionFile, EditionState};
use crate::calendar::civil::start_of;
use crate::locale;
use crate::template;

/// The page that leads to the files.
pub const INDEX: &str = "index.html";
/// The digests of all other files.
pub const SUMS: &str = "SHA256SUMS";
const TEMPLATE: &str = include_str!("published.html");

#[derive(Debug, Serialize)]
struct Page<'a> {
    title: &'a str,
    demo: bool,
    name: String,
    data_to: String,
    seal: String,
    signed: Option<String>,
    files: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    bytes: String,
    sha256: String,
}

/// The files that are added to those of the edition. `files` are all of the edition, the list among them; `title` is what
/// the report is called.
///
/// # Errors
/// When the page asks for what there is not: a fault of this program.
pub fn for_portal(
    edition: &Edition,
    title: &str,
    files: &[EditionFile],
) -> Result<[(&'static str, Vec<u8>); 2], Error> {
    let row = |file: &'_ EditionFile| (file.name.clone(), Sha256::of(&file.bytes), file.bytes.len());
    let mut digests: Vec<(String, Sha256, usize)> = files.iter().map(row).collect();
    digests.sort();
    let signed = edition.step(EditionState::Signed).map(|step| {
        let on = step.on.map(|day| locale::date(start_of(day), Lang::Vi));
        let values = [
            ("number", step.number.as_deref().unwrap_or("–")),
            ("on", on.as_deref().unwrap_or("–")),
        ];
        fill(Lang::Vi, "published.signed", &values)
    });
    let page = Page {
        title,
        demo: edition.manifest.demo,
        name: edition.name(),
        data_to: locale::instant(edition.manifest.data_to, Lang::Vi),
        seal: edition.seal.to_string(),
        signed,
        files: digests
            .iter()
            .map(|(name, digest, bytes)| Row {
                name,
                bytes: locale::count(*bytes as u64, Lang::Vi),
                sha256: digest.to_string(),
            })
            .collect(),
    };
    let index = template::environment()?
        .render_str(TEMPLATE, context! { lang => "vi", page => Serde(page) })?
        .into_bytes();
    digests.push((INDEX.to_owned(), Sha256::of(&index), index.len()));
    let lines = digests
        .iter()
        .map(|(name, digest, _)| format!("{digest}  {name}\n"));
    let sums: String = lines.collect();
    Ok([(INDEX, index), (SUMS, sums.into_bytes())])
}
