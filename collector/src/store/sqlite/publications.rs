//! Where editions were published, as rows.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use rusqlite::Connection;

use super::SqliteStore;
use super::audit::append;
use super::editions::{json, key};
use super::fail::Fail;
use super::reading::id;
use crate::account::{Author, Note};
use crate::edition::{NewPublication, Publication};
use crate::report::Manifest;
use crate::store::{PublicationStore, StoreError};

fn publications(conn: &Connection, portal: Option<&PortalId>) -> Result<Vec<Publication>, Fail> {
    let mut query = conn.prepare_cached(
        "SELECT edition, duty, period, unit, number, portal, url, at, shown, manifest
         FROM edition_published JOIN edition ON edition.id = edition
         WHERE ?1 IS NULL OR portal = ?1 ORDER BY edition_published.id",
    )?;
    let mut rows = query.query([portal.map(PortalId::as_str)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (url, manifest): (String, String) = (row.get(6)?, row.get(9)?);
        let manifest: Manifest = json(&manifest)?;
        all.push(Publication {
            edition: row.get(0)?,
            key: key(row, 1)?,
            number: row.get(4)?,
            portal: id(row, 5)?,
            url: url.parse().map_err(|error| Fail::unreadable(&url, error))?,
            at: UnixTime::from_secs(row.get(7)?),
            shown: row.get(8)?,
            files: whole(&manifest),
        });
    }
    Ok(all)
}

/// The files that are the report; a table of it alone may be empty, and then the same in every report.
fn whole(manifest: &Manifest) -> Vec<Sha256> {
    let files = manifest.files.iter();
    files
        .filter(|file| file.name.starts_with("bao-cao."))
        .map(|file| file.sha256)
        .collect()
}

fn keep(conn: &Connection, new: &NewPublication, author: &Author, note: &Note) -> Result<(), Fail> {
    conn.prepare_cached(
        "INSERT INTO edition_published (edition, portal, url, at, author, shown) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        new.edition,
        new.portal.as_str(),
        new.url.as_str(),
        new.at.secs(),
        &author.name,
        &author.shown,
    ))?;
    append(conn, note)?;
    Ok(())
}

impl PublicationStore for SqliteStore {
    fn publications(&self, portal: Option<&PortalId>) -> Result<Vec<Publication>, StoreError> {
        self.readers
            .read("read publications", |conn, _| publications(conn, portal))
    }

    fn state_published(
        &self,
        publication: NewPublication,
        author: &Author,
        note: Note,
    ) -> Result<(), StoreError> {
        let author = author.clone();
        self.writer.call("keep a publication", move |session| {
            keep(session.conn, &publication, &author, &note)
        })
    }
}
