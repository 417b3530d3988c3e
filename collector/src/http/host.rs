//! By which names the console may be asked for.
//!
//! Nobody is asked for a password on the readers' listener, because only this machine (or whom the operator lets in)
//! reaches it. A web page elsewhere could let its own name point at 127.0.0.1 and read the console through the
//! visitor's browser (DNS rebinding): the browser then says that page's name in `Host`.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::error::ApiError;

/// The names of the console besides `localhost` and addresses, which no page elsewhere can take.
#[derive(Debug, Clone, Default)]
pub struct Hosts(Arc<BTreeSet<String>>);

impl Hosts {
    /// These names, in any case.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(Arc::new(names.into_iter().map(str::to_ascii_lowercase).collect()))
    }

    /// Whether a `Host` header (with or without port) names the console.
    fn knows(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.rsplit_once(':').map_or(host, |(name, _)| name),
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.0.contains(&name)
    }
}

/// Refuses requests by a name that the console does not have.
pub(super) async fn known(
    State(hosts): State<Hosts>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let header = request.headers().get(header::HOST);
    let host = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    // HTTP/1.0 need not say it, and no browser leaves it out.
    match host.filter(|host| !hosts.knows(host)) {
        None => Ok(next.run(request).await),
        Some(host) => {
            let message = format!("this console does not go by the name `{host}`");
            Err(
                ApiError::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", message)
                    .hint("if it should, add the name to `console_hosts` in ems.yaml"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_localhost_and_the_given_names_are_known() {
        let hosts = Hosts::of(["EMS.example.gov.vn"]);
        for known in [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
            "[::1]",
            "192.0.2.7",
            "ems.example.gov.vn",
            "ems.example.gov.vn.:443",
        ] {
            assert!(hosts.knows(known), "{known}");
        }
        for stranger in [
            "",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "x.ems.example.gov.vn",
            "127.0.0.1.evil.example:80",
            "[evil]:1",
        ] {
            assert!(!hosts.knows(stranger), "{stranger}");
        }
    }
}
