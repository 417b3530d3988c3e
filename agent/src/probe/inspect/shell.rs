//! Will scripts fill an empty shell? A page without content of its own is the portal's only while its scripts are there.

use url::Url;

use super::View;
use super::fetch::fetch;
use crate::page::scripts::sources;
use crate::probe::NetProber;

/// Bytes of a script, at most.
const MOST: usize = 4 * 1024 * 1024;
/// Scripts asked for, at most.
const MAX_SCRIPTS: usize = 4;

/// Whether the page of `view` is an empty shell none of whose own scripts can be had. Scripts of other hosts and inline
/// ones get the benefit of the doubt.
pub async fn is_dead_shell(prober: &NetProber, view: &View<'_>) -> bool {
    let (Some(step), Some(answer), Some(address)) =
        (view.visit.steps.last(), &view.visit.answer, view.address)
    else {
        return false;
    };
    let Some(sources) = sources(&answer.body) else {
        return false;
    };
    let urls: Vec<Url> = sources
        .iter()
        .filter_map(|source| step.url.join(source).ok())
        .collect();
    if urls.is_empty() || urls.iter().any(|url| url.origin() != step.url.origin()) {
        return false;
    }
    for url in urls.iter().take(MAX_SCRIPTS) {
        let there = fetch(prober, url, address, MOST).await;
        // No answer at all says nothing; a refusal to hand it out does.
        if there.is_none_or(|there| !(400..600).contains(&there.status)) {
            return false;
        }
    }
    true
}
