//! Names that the portal had before: whether they still lead to it, stand silent, or have gone to somebody else.

use std::time::Duration;

use ems_contract::cause::Cause;
use ems_contract::facts::{Identity, OldHost, OldHostAnswer, PageKind};
use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::fetch::{Fetched, fetch};
use super::permits;
use crate::net::fault::Fault;
use crate::page::identity::identity;
use crate::page::kind;
use crate::probe::NetProber;

/// Bytes of a page, at most.
const MOST: usize = 512 * 1024;
/// How long all names together may take: those not reached by then are left out.
const LIMIT: Duration = Duration::from_secs(12);
/// Redirects followed on the old name itself, such as from http to https.
const HOPS: usize = 3;

/// Asks every old name of the portal.
pub(super) async fn former(prober: &NetProber, portal: &PlanPortal, name: Option<&str>) -> Vec<OldHost> {
    let end = Instant::now() + LIMIT;
    let mut told = Vec::new();
    for host in &portal.old_hosts {
        if let Ok(Some(answer)) = timeout_at(end, ask(prober, portal, host, name)).await {
            told.push(OldHost {
                host: host.clone(),
                answer,
            });
        }
    }
    told
}

/// What one name answers with; none where nothing could be learnt.
async fn ask(
    prober: &NetProber,
    portal: &PlanPortal,
    host: &str,
    name: Option<&str>,
) -> Option<OldHostAnswer> {
    let limit = Duration::from_secs(5);
    let (mut address, mut denied) = (None, true);
    for family in Family::ALL {
        match prober.resolver.lookup(host, family, limit, 0).await {
            Ok(found) => {
                denied = false;
                address = address.or(found.list.into_iter().find(|address| permits(portal, *address)));
            }
            // Only an honest answer says that there is no such name; silence and failure say nothing.
            Err(Fault::Portal {
                cause: Cause::DnsNxdomain | Cause::DnsNodata,
                ..
            }) => {}
            Err(_) => denied = false,
        }
    }
    let Some(address) = address else {
        return denied.then_some(OldHostAnswer::Silent);
    };
    for scheme in ["https", "http"] {
        let mut url = Url::parse(&format!("{scheme}://{host}/")).ok()?;
        for _ in 0..=HOPS {
            let Some(found) = fetch(prober, &url, address, MOST).await else {
                break;
            };
            match next(&found, host, portal.url.host_str()) {
                Next::On(to) => url = to,
                Next::Told(answer) => return Some(answer),
                Next::Read => return Some(shown(found.body.as_deref().unwrap_or_default(), name)),
            }
        }
    }
    // The name stands and nothing behind it answers.
    Some(OldHostAnswer::Silent)
}

/// What an answer of the old name says.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// It leads on within the old name.
    On(Url),
    /// It says all there is to know.
    Told(OldHostAnswer),
    /// Its page says whose it is.
    Read,
}

fn next(found: &Fetched, old: &str, own: Option<&str>) -> Next {
    if let Some(to) = &found.location {
        let host = to.host_str().map(bare);
        return if host == own.map(bare) {
            Next::Told(OldHostAnswer::Leads)
        } else if host == Some(bare(old)) && to.port().is_none() {
            Next::On(to.clone())
        } else {
            Next::Told(OldHostAnswer::Unclear)
        };
    }
    match found.status {
        200..300 => Next::Read,
        // A firewall that turns us away may let visitors in.
        401 | 403 | 429 => Next::Told(OldHostAnswer::Unclear),
        _ => Next::Told(OldHostAnswer::Silent),
    }
}

/// Whose page it is.
fn shown(body: &[u8], name: Option<&str>) -> OldHostAnswer {
    if kind::scan(body).kind == PageKind::Hijacked {
        return OldHostAnswer::Foreign;
    }
    match identity(body, name) {
        Identity::Ok => OldHostAnswer::Serves,
        Identity::Foreign => OldHostAnswer::Foreign,
        Identity::Missing | Identity::Unknown => OldHostAnswer::Unclear,
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "soyte-angiang.gov.vn";
    const OWN: Option<&str> = Some("www.soyte.angiang.gov.vn");

    fn found(status: u16, location: Option<&str>) -> Fetched {
        Fetched {
            status,
            location: location.map(|to| Url::parse(to).unwrap()),
            body: None,
        }
    }

    #[test]
    fn a_redirect_to_the_present_name_is_enough_and_one_to_a_third_place_says_nothing() {
        let of = |to: &str| next(&found(301, Some(to)), OLD, OWN);
        assert_eq!(
            of("https://soyte.angiang.gov.vn/tin"),
            Next::Told(OldHostAnswer::Leads)
        );
        let secure = "https://www.soyte-angiang.gov.vn/";
        assert_eq!(of(secure), Next::On(Url::parse(secure).unwrap()));
        assert_eq!(of("https://angiang.gov.vn/"), Next::Told(OldHostAnswer::Unclear));
    }

    #[test]
    fn an_error_shows_nothing_and_a_firewall_hides_what_there_is() {
        let of = |status: u16| next(&found(status, None), OLD, OWN);
        assert_eq!(of(200), Next::Read);
        assert_eq!(of(404), Next::Told(OldHostAnswer::Silent));
        assert_eq!(of(503), Next::Told(OldHostAnswer::Silent));
        assert_eq!(of(403), Next::Told(OldHostAnswer::Unclear));
    }

    #[test]
    fn a_page_is_whose_name_it_carries() {
        let page = |title: &str, text: &str| {
            let body = text.repeat(12);
            format!("<html><head><title>{title}</title></head><body><p>{body}</p></body></html>")
        };
        let name = Some("Sở Y tế tỉnh An Giang");
        let own = page(
            "Sở Y tế tỉnh An Giang",
            "Tin tức và sự kiện của ngành y tế trong tuần. ",
        );
        assert_eq!(shown(own.as_bytes(), name), OldHostAnswer::Serves);
        let shop = page(
            "Công ty TNHH Bất động sản",
            "Mua bán nhà đất giá rẻ, liên hệ ngay hôm nay để được tư vấn. ",
        );
        assert_eq!(shown(shop.as_bytes(), name), OldHostAnswer::Foreign);
        assert_eq!(shown(b"", name), OldHostAnswer::Unclear);
    }
}
