//! Where a redirect leads, and whether that is still the portal's organisation.

use ems_contract::cause::{Cause, Stage};
use url::{Host, Url};

use crate::net::fault::Fault;

/// Whether a status sends the browser elsewhere (when there is a `Location`).
#[must_use]
pub const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The next URL of a visit to `portal`, when `current` answered with this `Location`.
///
/// # Errors
/// `http_malformed` for a target that is no web address, `http_redirect_offsite` when a `gov.vn` portal sends its
/// visitors out of `gov.vn` and out of its own domain. Another `gov.vn` name is followed: the move shows in the hops.
pub fn next(portal: &Url, current: &Url, location: &[u8]) -> Result<Url, Fault> {
    let target = target(current, location)?;
    if is_offsite(portal, &target) {
        return Err(Fault::portal(Stage::Request, Cause::HttpRedirectOffsite));
    }
    Ok(target)
}

/// Where `current` sends a browser with this `Location`, wherever that is.
///
/// # Errors
/// `http_malformed` for what is no web address.
pub fn target(current: &Url, location: &[u8]) -> Result<Url, Fault> {
    let failed = |cause| Fault::portal(Stage::Request, cause);
    let text = String::from_utf8_lossy(location);
    let target = current
        .join(text.trim())
        .map_err(|_not_a_url| failed(Cause::HttpMalformed))?;
    if !matches!(target.scheme(), "http" | "https") || target.host().is_none() {
        return Err(failed(Cause::HttpMalformed));
    }
    Ok(target)
}

fn is_offsite(portal: &Url, target: &Url) -> bool {
    let (Some(Host::Domain(home)), Some(there)) = (portal.host(), target.host()) else {
        // The operator measures a bare address: nobody has claimed a name for it.
        return false;
    };
    if !is_government(home) {
        return false;
    }
    match there {
        Host::Domain(name) => !is_government(name),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    }
}

/// Whether a name lies under `gov.vn`, which only state bodies may register.
fn is_government(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "gov.vn" || host.ends_with(".gov.vn")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn go(portal: &str, location: &str) -> Result<String, Cause> {
        let portal = Url::parse(portal).unwrap();
        next(&portal, &portal, location.as_bytes())
            .map(|url| url.to_string())
            .map_err(|fault| match fault {
                Fault::Portal { cause, .. } => cause,
                Fault::Own(why) => panic!("{why}"),
            })
    }

    #[test]
    fn targets_are_resolved_and_judged() {
        let home = "https://angiang.gov.vn/";
        let other = "https://trang.example/";
        for (portal, location, want) in [
            (home, "/vi", Ok("https://angiang.gov.vn/vi")),
            (
                home,
                "https://www.angiang.gov.vn/",
                Ok("https://www.angiang.gov.vn/"),
            ),
            (home, "https://cantho.gov.vn/", Ok("https://cantho.gov.vn/")),
            (home, "//AnGiang.GOV.vn./x", Ok("https://angiang.gov.vn./x")),
            (home, "http://angiang.gov.vn/", Ok("http://angiang.gov.vn/")),
            (
                home,
                "https://angiang.gov.vn.evil.example/",
                Err(Cause::HttpRedirectOffsite),
            ),
            (home, "https://evilgov.vn/", Err(Cause::HttpRedirectOffsite)),
            (home, "http://203.162.0.1/", Err(Cause::HttpRedirectOffsite)),
            (home, "javascript:alert(1)", Err(Cause::HttpMalformed)),
            (home, "https://[::bad/", Err(Cause::HttpMalformed)),
            (other, "https://angiang.gov.vn/", Ok("https://angiang.gov.vn/")),
            (
                "http://127.0.0.1:81/",
                "http://127.0.0.2/",
                Ok("http://127.0.0.2/"),
            ),
        ] {
            assert_eq!(
                go(portal, location),
                want.map(str::to_owned),
                "{portal} to {location}"
            );
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics_nor_leaves_government(location in any::<Vec<u8>>()) {
            let portal = Url::parse("https://angiang.gov.vn/").unwrap();
            if let Ok(target) = next(&portal, &portal, &location) {
                prop_assert!(target.host_str().is_some_and(is_government));
            }
        }
    }
}
