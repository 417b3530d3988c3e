//! Documents that were said to be published on the portal: fetched by their address, and told by their digests.

use std::collections::BTreeSet;
use std::sync::Arc;

use ems_contract::digest::Sha256;
use ems_contract::facts::page::{MAX_PUBLISHED, MAX_PUBLISHED_FILES, PublishedFacts};
use url::Url;

use super::fetcher::Fetched;
use super::visit::{Trip, is_elsewhere};
use crate::net::browse::Got;

/// Asks for every address of the plan; one that the visit's time did not last for is left out.
pub(super) async fn look(trip: &Trip<'_>) -> Vec<PublishedFacts> {
    let mut all = Vec::new();
    for url in trip.settings.published.iter().take(MAX_PUBLISHED) {
        if trip.fetcher.is_over() {
            break;
        }
        all.push(one(trip, url).await);
    }
    all
}

async fn one(trip: &Trip<'_>, url: &Url) -> PublishedFacts {
    let got = trip.fetcher.document(url).await;
    let mut digests = BTreeSet::new();
    let status = got.status();
    let whole = match answered(&got) {
        Answered::Nothing => true,
        Answered::Unclear => false,
        Answered::Body => match &got.body {
            Ok(body) => {
                digests.insert(Sha256::of(body));
                !is_page(&got) || linked(trip, got, &mut digests).await
            }
            Err(_fault) => false,
        },
    };
    PublishedFacts {
        url: url.to_string(),
        status,
        sha256: digests.into_iter().collect(),
        whole,
    }
}

/// Adds the digests of the files that a page links to; whether all of them were read. A page that is an error or a
/// firewall's says nothing.
async fn linked(trip: &Trip<'_>, got: Got, digests: &mut BTreeSet<Sha256>) -> bool {
    let content_type = got.header("content-type").map(str::to_owned);
    let at = got.url.clone();
    let Ok(body) = got.body else { return false };
    let fetched = Fetched {
        url: got.url,
        status: 200,
        redirects: 0,
        content_type,
        etag: None,
        last_modified: None,
        body,
        rendered: false,
    };
    let Some(page) = trip.read(&Arc::new(fetched), None).await else {
        return false;
    };
    if is_elsewhere(page.kind) {
        return false;
    }
    let links = page.facts.links.links.iter().filter(|link| link.trap.is_none());
    let files: Vec<Url> = links
        .filter_map(|link| Some((link.file, link.url.parse().ok()?)))
        .filter(|(file, url)| *file || lies_in(&at, url))
        .map(|(_, url)| url)
        .collect();
    let mut whole = files.len() <= MAX_PUBLISHED_FILES;
    for file in files.iter().take(MAX_PUBLISHED_FILES) {
        if trip.fetcher.is_over() {
            return false;
        }
        let got = trip.fetcher.document(file).await;
        match (answered(&got), &got.body) {
            (Answered::Body, Ok(body)) => {
                digests.insert(Sha256::of(body));
            }
            (Answered::Nothing, _) => {}
            _ => whole = false,
        }
    }
    whole
}

/// Whether a document lies in the folder whose page this is, as the forms of a report do that a browser shows itself: a
/// folder ends with a slash, a document has an ending.
fn lies_in(page: &Url, link: &Url) -> bool {
    let name = link.path().strip_prefix(page.path());
    let is_document = name.is_some_and(|name| name.contains('.') && !name.contains('/'));
    page.path().ends_with('/') && page.path() != "/" && is_document && page.host() == link.host()
}

enum Answered {
    /// A document came.
    Body,
    /// The portal says that there is none.
    Nothing,
    /// Neither.
    Unclear,
}

fn answered(got: &Got) -> Answered {
    match got.status() {
        Some(200) => Answered::Body,
        Some(404 | 410) => Answered::Nothing,
        _ => Answered::Unclear,
    }
}

fn is_page(got: &Got) -> bool {
    match got.header("content-type") {
        Some(kind) => kind.contains("html"),
        None => got
            .body
            .as_ref()
            .is_ok_and(|body| body.trim_ascii_start().starts_with(b"<")),
    }
}
