//! The cookies of one visit: portals that redirect to themselves until their cookie comes back need them.
//!
//! After RFC 6265, as much of it as one visit sees. Nothing is kept from visit to visit.

use url::Url;

/// Cookies kept at most; further ones are dropped.
const MAX_COOKIES: usize = 50;
/// The longest name and value kept, in bytes.
const MAX_LENGTH: usize = 4_096;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    host_only: bool,
    path: String,
    secure: bool,
}

/// The cookies of one visit.
#[derive(Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

impl Jar {
    /// Takes over one `Set-Cookie` header that `url` answered with. Nonsense is dropped.
    pub fn set(&mut self, url: &Url, header: &[u8]) {
        let Ok(text) = std::str::from_utf8(header) else {
            return;
        };
        let Some(host) = url.host_str() else { return };
        let mut parts = text.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        let sane = |text: &str| text.bytes().all(|b| b >= b' ' && b != 0x7f);
        if name.is_empty() || name.len() + value.len() > MAX_LENGTH || !sane(name) || !sane(value) {
            return;
        }
        let mut cookie = Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: host.to_ascii_lowercase(),
            host_only: true,
            path: default_path(url.path()),
            secure: false,
        };
        let mut gone = false;
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "domain" => {
                    let domain = value.trim_start_matches('.').to_ascii_lowercase();
                    if domain.is_empty() {
                        continue;
                    }
                    // Another organisation's name, or a name under which everybody registers (`gov.vn`).
                    if !covers(&domain, &cookie.domain) || domain.split('.').count() < 2 {
                        return;
                    }
                    cookie.host_only = domain == cookie.domain && url.domain().is_none();
                    cookie.domain = domain;
                }
                "path" if value.starts_with('/') => cookie.path = value.to_owned(),
                "secure" => cookie.secure = true,
                "max-age" => gone |= value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                // The deletion idiom; other dates outlive a visit.
                "expires" => gone |= value.contains("1970"),
                _ => {}
            }
        }
        self.cookies.retain(|known| {
            known.name != cookie.name || known.domain != cookie.domain || known.path != cookie.path
        });
        if !gone && self.cookies.len() < MAX_COOKIES {
            self.cookies.push(cookie);
        }
    }

    /// The `Cookie` header for a request to `url`, if any cookie belongs there.
    #[must_use]
    pub fn header(&self, url: &Url) -> Option<String> {
        let host = url.host_str()?.to_ascii_lowercase();
        let mut fitting: Vec<&Cookie> = self
            .cookies
            .iter()
            .filter(|cookie| {
                let host_fits = if cookie.host_only {
                    cookie.domain == host
                } else {
                    covers(&cookie.domain, &host)
                };
                host_fits
                    && path_covers(&cookie.path, url.path())
                    && (!cookie.secure || url.scheme() == "https")
            })
            .collect();
        if fitting.is_empty() {
            return None;
        }
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = fitting
            .iter()
            .map(|c| format!("{}={}", c.name, c.value))
            .collect();
        Some(pairs.join("; "))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }
}

/// Whether `host` is `domain` or lies below it (RFC 6265 §5.1.3).
fn covers(domain: &str, host: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.ends_with('.') && host.parse::<std::net::IpAddr>().is_err())
}

/// RFC 6265 §5.1.4.
fn path_covers(path: &str, asked: &str) -> bool {
    asked
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

fn default_path(path: &str) -> String {
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(end) => path[..end].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn sent(set: &[&str], at: &str, to: &str) -> Option<String> {
        let mut jar = Jar::default();
        for header in set {
            jar.set(&url(at), header.as_bytes());
        }
        jar.header(&url(to))
    }

    #[test]
    fn a_cookie_goes_back_where_it_belongs_and_nowhere_else() {
        let home = "https://angiang.gov.vn/";
        for (set, to, want) in [
            ("a=1", home, Some("a=1")),
            ("a=1; Path=/; HttpOnly", "https://angiang.gov.vn/x/y", Some("a=1")),
            ("a=1", "https://www.angiang.gov.vn/", None),
            (
                "a=1; Domain=.angiang.gov.vn",
                "https://www.angiang.gov.vn/",
                Some("a=1"),
            ),
            ("a=1; Domain=bacgiang.gov.vn", home, None),
            ("a=1; Domain=vn", home, None),
            ("a=1; Domain=giang.gov.vn", home, None),
            ("a=1; Secure", "http://angiang.gov.vn/", None),
            ("a=1; Path=/vi", home, None),
            ("a=1; Path=/vi", "https://angiang.gov.vn/vien", None),
            ("a=1; Path=/vi", "https://angiang.gov.vn/vi/tin", Some("a=1")),
            ("a=1; Max-Age=0", home, None),
            ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", home, None),
            ("=1", home, None),
            ("only-a-name", home, None),
            ("a=\u{1}", home, None),
            ("a=b=c", home, Some("a=b=c")),
        ] {
            assert_eq!(sent(&[set], home, to).as_deref(), want, "{set} to {to}");
        }
    }

    #[test]
    fn a_later_cookie_replaces_and_the_longest_path_goes_first() {
        let home = "https://angiang.gov.vn/vi/tin";
        let set = ["a=1; Path=/", "b=2; Path=/vi", "a=3; Path=/"];
        assert_eq!(sent(&set, home, home).as_deref(), Some("b=2; a=3"));
    }

    #[test]
    fn addresses_have_no_subdomains() {
        assert_eq!(
            sent(&["a=1; Domain=0.0.1"], "http://127.0.0.1/", "http://127.0.0.1/"),
            None
        );
        assert!(sent(&["a=1"], "http://[::1]:81/", "http://[::1]:82/").is_some());
    }

    proptest! {
        #[test]
        fn garbage_never_panics_nor_grows(headers in prop::collection::vec(any::<Vec<u8>>(), 0..80), text in "\\PC{0,80}") {
            let mut jar = Jar::default();
            let at = url("https://angiang.gov.vn/a/b");
            for header in &headers {
                jar.set(&at, header);
            }
            for n in 0..80 {
                jar.set(&at, format!("{n}{text}={text}; {text}").as_bytes());
            }
            prop_assert!(jar.cookies.len() <= MAX_COOKIES);
            if let Some(header) = jar.header(&at) {
                prop_assert!(http::HeaderValue::from_str(&header).is_ok() || !header.is_ascii());
            }
        }
    }
}
