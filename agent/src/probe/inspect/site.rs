//! How a site behaves beside its home page: port 80, security headers and files, the `www.` spelling, soft 404.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::cause::Cause;
use ems_contract::facts::{Hsts, SecurityHeaders, SecurityTxt, SiteFacts, WwwVariant};
use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;
use http::{HeaderMap, HeaderName, header};
use ring::rand::{SecureRandom, SystemRandom};
use url::{Host, Url};

use super::fetch::fetch;
use super::former::former;
use super::same::{Sameness, sameness};
use super::{View, permits};
use crate::net::fault::Fault;
use crate::page::identity::identity;
use crate::page::security_txt;
use crate::probe::{Job, NetProber};

/// Bytes of a page beside the home page, at most.
const MOST: usize = 512 * 1024;
/// Bytes of a security.txt, at most (Internet.nl reads as many).
const MOST_TEXT: usize = 100 * 1024;
/// A year and half a year of strict transport security, in seconds.
const YEAR_S: u64 = 31_536_000;
const HALF_YEAR_S: u64 = 15_552_000;
/// Connecting over IPv6 may take this long whatever IPv4 does.
const V6_CONNECT_US: u32 = 1_000_000;

/// The facts and how the families differ.
#[derive(Debug, Default)]
pub struct Site {
    /// The facts.
    pub facts: SiteFacts,
    /// The comparison of the families.
    pub sameness: Sameness,
}

/// Gathers the group. `name` is the body's name where the inventory has it; `job` one slot of the portal.
pub async fn site(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    views: &[View<'_>],
    name: Option<&str>,
    job: &Job,
) -> Site {
    let mut site = Site::default();
    let served = views.iter().find(|view| view.served());
    let address = served.or(views.first()).and_then(|view| view.address);
    if let Some(address) = address
        && let Some(host @ Host::Domain(_)) = portal.url.host()
    {
        let on = |scheme: &str, path: &str| Url::parse(&format!("{scheme}://{host}{path}")).ok();
        let plain = async {
            match on("http", "/") {
                Some(url) => fetch(prober, &url, address, MOST).await,
                None => None,
            }
        };
        let own = match portal.url.scheme() {
            "https" => on("https", "").map(|_| ()),
            _ => None,
        };
        let beside = async {
            if own.is_none() || served.is_none() {
                return (None, None);
            }
            tokio::join!(
                security(prober, portal, address),
                soft_404(prober, portal, address)
            )
        };
        // What an old name shows is held to the portal's own: without that a failure of ours would silence it.
        let former = async {
            match served {
                Some(_) => former(prober, portal, name).await,
                None => Vec::new(),
            }
        };
        let (plain, (security_txt, soft_404), www, old_hosts) =
            tokio::join!(plain, beside, www(prober, portal), former);
        site.facts.http_available = Some(plain.is_some());
        site.facts.https_redirect = plain.map(|plain| {
            let to = plain.location.filter(|to| to.scheme() == "https");
            to.is_some_and(|to| to.host_str() == portal.url.host_str())
        });
        site.facts.security_txt = security_txt;
        site.facts.soft_404 = soft_404;
        site.facts.www = www;
        site.facts.old_hosts = old_hosts;
    }
    if let Some(answer) = served.and_then(|view| view.visit.answer.as_ref()) {
        let last = served.and_then(|view| view.visit.steps.last());
        if last.is_some_and(|step| step.url.scheme() == "https") {
            site.facts.hsts = Some(hsts(&answer.headers));
        }
        site.facts.headers = headers(&answer.headers);
    }
    // Who the page belongs to is asked also where it was judged not to be the portal's.
    let shown = views.iter().find_map(|view| view.visit.answer.as_ref());
    site.facts.identity = shown.map(|answer| identity(&answer.body, name));
    site.facts.v6_slow = v6_slow(views);
    site.sameness = sameness(prober, portal, views, job).await;
    site.facts.v4_v6_same = site.sameness.same;
    site
}

/// Judges `Strict-Transport-Security`: the first header counts (RFC 6797 §8.1).
fn hsts(headers: &HeaderMap) -> Hsts {
    let value = headers.get(header::STRICT_TRANSPORT_SECURITY);
    let seconds = value.and_then(|value| value.to_str().ok()).and_then(|text| {
        text.split(';').find_map(|directive| {
            let (name, value) = directive.split_once('=')?;
            let seconds = value.trim().trim_matches('"');
            name.trim()
                .eq_ignore_ascii_case("max-age")
                .then(|| seconds.parse::<u64>().ok())?
        })
    });
    match seconds {
        Some(YEAR_S..) => Hsts::Ok,
        Some(HALF_YEAR_S..) => Hsts::Short,
        _ => Hsts::Absent,
    }
}

fn headers(headers: &HeaderMap) -> SecurityHeaders {
    let text = |name: HeaderName| {
        let value = headers.get(name)?;
        Some(
            String::from_utf8_lossy(value.as_bytes())
                .chars()
                .take(1_000)
                .collect(),
        )
    };
    SecurityHeaders {
        content_security_policy: text(header::CONTENT_SECURITY_POLICY),
        x_frame_options: text(header::X_FRAME_OPTIONS),
        x_content_type_options: text(header::X_CONTENT_TYPE_OPTIONS),
        referrer_policy: text(header::REFERRER_POLICY),
    }
}

async fn security(prober: &NetProber, portal: &PlanPortal, address: IpAddr) -> Option<SecurityTxt> {
    let url = portal.url.join("/.well-known/security.txt").ok()?;
    let found = fetch(prober, &url, address, MOST_TEXT).await?;
    Some(match (found.status, found.body) {
        (200, Some(body)) => security_txt::judge(&body, prober.clock.now()),
        _ => SecurityTxt::Absent,
    })
}

/// Whether a path that cannot exist is answered with success; none where it is answered with a redirect or not at all.
async fn soft_404(prober: &NetProber, portal: &PlanPortal, address: IpAddr) -> Option<bool> {
    let mut random = [0; 8];
    SystemRandom::new().fill(&mut random).ok()?;
    let url = portal
        .url
        .join(&format!("/khong-ton-tai-{:016x}", u64::from_be_bytes(random)))
        .ok()?;
    match fetch(prober, &url, address, MOST).await?.status {
        200..300 => Some(true),
        400..500 => Some(false),
        _ => None,
    }
}

/// The other spelling of the name.
async fn www(prober: &NetProber, portal: &PlanPortal) -> Option<WwwVariant> {
    let host = portal.url.host_str()?;
    let other = host
        .strip_prefix("www.")
        .map_or_else(|| format!("www.{host}"), str::to_owned);
    let limit = Duration::from_secs(5);
    let (mut address, mut denied) = (None, true);
    for family in Family::ALL {
        match prober.resolver.lookup(&other, family, limit, 0).await {
            Ok(found) => {
                denied = false;
                address = address.or(found.list.into_iter().find(|a| permits(portal, *a)));
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
        return denied.then_some(WwwVariant::Absent);
    };
    let url = Url::parse(&format!("https://{other}/")).ok()?;
    let Some(found) = fetch(prober, &url, address, MOST).await else {
        return Some(WwwVariant::Fails);
    };
    Some(match found.location {
        Some(to) if to.host_str() == Some(host) => WwwVariant::Ok,
        None if (200..300).contains(&found.status) => WwwVariant::Differs,
        Some(_) => WwwVariant::Differs,
        None => WwwVariant::Fails,
    })
}

fn v6_slow(views: &[View<'_>]) -> Option<bool> {
    let connect = |family| {
        let view = views.iter().find(|view| view.family == family && view.served())?;
        view.visit
            .steps
            .iter()
            .filter_map(|step| step.timings.connect_us)
            .max()
    };
    let (four, six) = (connect(Family::V4)?, connect(Family::V6)?);
    Some(six > V6_CONNECT_US.max(four.saturating_mul(5)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Hsts {
        let mut headers = HeaderMap::new();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, text.parse().unwrap());
        hsts(&headers)
    }

    #[test]
    fn a_year_is_asked_for() {
        for (text, want) in [
            ("max-age=31536000", Hsts::Ok),
            ("max-age=63072000; includeSubDomains; preload", Hsts::Ok),
            ("includeSubDomains; Max-Age=\"31536000\"", Hsts::Ok),
            ("max-age=31535999", Hsts::Short),
            ("max-age=15552000", Hsts::Short),
            ("max-age=15551999", Hsts::Absent),
            ("max-age=0", Hsts::Absent),
            ("max-age=a year", Hsts::Absent),
            ("includeSubDomains", Hsts::Absent),
        ] {
            assert_eq!(of(text), want, "{text}");
        }
        assert_eq!(hsts(&HeaderMap::new()), Hsts::Absent);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in "[ -~]{0,80}") {
            std::hint::black_box(of(&text));
        }
    }
}
