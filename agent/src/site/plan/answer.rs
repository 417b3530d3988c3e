//! What the answer to a link means: alive, dead, soft 404, parked or hijacked, a chain of redirects, or nothing that can be said.

use ems_contract::cause::{Cause, UnknownWhy};
use ems_contract::facts::PageKind;

use crate::net::fault::Fault;

/// Redirects beyond which a chain is reported.
pub const LONG_CHAIN: usize = 5;

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It leads to something.
    Alive,
    /// It leads nowhere.
    Dead,
    /// It answers with success and says that there is nothing.
    SoftNotFound,
    /// It leads to a parked or hijacked site.
    Hijacked,
    /// It never arrives, or over too many redirects.
    Chain,
    /// It refuses us, or our own line fails: nothing can be said.
    Unknown,
}

/// What came of asking a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// The final status.
    pub status: Option<u16>,
    /// Redirects on the way.
    pub redirects: usize,
    /// Why there is no body.
    pub fault: Option<Fault>,
    /// What the body is, where it was read as a page.
    pub kind: Option<PageKind>,
    /// The page says that it is not there, or is the one that unknown addresses get.
    pub says_not_found: bool,
}

/// Judges an answer.
#[must_use]
pub fn fate(heard: Heard) -> Fate {
    match heard.fault {
        Some(Fault::Own(_)) => return Fate::Unknown,
        Some(Fault::Portal {
            cause: Cause::HttpRedirectLoop,
            ..
        }) => return Fate::Chain,
        // Longer than is read: something is there. Offsite redirects are not followed, and are no fault of the link.
        Some(Fault::Portal {
            cause: Cause::HttpBodyLimit | Cause::HttpSlowBody | Cause::HttpRedirectOffsite,
            ..
        }) if heard.status.is_some() => return Fate::Alive,
        Some(_) if heard.status.is_none() => return Fate::Dead,
        _ => {}
    }
    match heard.status {
        None => Fate::Unknown,
        // Robots are kept out, or asked to slow down: people are not.
        Some(401 | 403 | 405 | 406 | 407 | 418 | 429 | 451 | 503 | 999) => Fate::Unknown,
        Some(400..) => Fate::Dead,
        Some(_) => match heard.kind {
            Some(PageKind::Parked | PageKind::Hijacked) => Fate::Hijacked,
            Some(PageKind::Blocked) => Fate::Unknown,
            _ if heard.says_not_found => Fate::SoftNotFound,
            _ if heard.redirects > LONG_CHAIN => Fate::Chain,
            _ => Fate::Alive,
        },
    }
}

/// The cause of a fault, where the portal has it.
#[must_use]
pub const fn cause(fault: Fault) -> Option<Cause> {
    match fault {
        Fault::Portal { cause, .. } => Some(cause),
        Fault::Own(UnknownWhy::Refused | _) => None,
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::cause::Stage;

    use super::*;

    const FINE: Heard = Heard {
        status: Some(200),
        redirects: 0,
        fault: None,
        kind: Some(PageKind::Portal),
        says_not_found: false,
    };

    #[test]
    fn each_answer_has_its_fate() {
        let fault = |cause| Some(Fault::portal(Stage::Connect, cause));
        let nobody = |cause| Heard {
            status: None,
            fault: fault(cause),
            kind: None,
            ..FINE
        };
        let status = |status| Heard {
            status: Some(status),
            ..FINE
        };
        for (heard, want) in [
            (FINE, Fate::Alive),
            (status(404), Fate::Dead),
            (status(410), Fate::Dead),
            (status(500), Fate::Dead),
            (status(403), Fate::Unknown),
            (status(429), Fate::Unknown),
            (status(503), Fate::Unknown),
            (nobody(Cause::DnsNxdomain), Fate::Dead),
            (nobody(Cause::TcpTimeout), Fate::Dead),
            (
                Heard {
                    says_not_found: true,
                    ..FINE
                },
                Fate::SoftNotFound,
            ),
            (
                Heard {
                    kind: Some(PageKind::Parked),
                    ..FINE
                },
                Fate::Hijacked,
            ),
            (
                Heard {
                    kind: Some(PageKind::Blocked),
                    ..FINE
                },
                Fate::Unknown,
            ),
            (Heard { redirects: 6, ..FINE }, Fate::Chain),
            (
                Heard {
                    status: Some(302),
                    fault: fault(Cause::HttpRedirectLoop),
                    ..FINE
                },
                Fate::Chain,
            ),
            (
                Heard {
                    fault: fault(Cause::HttpBodyLimit),
                    kind: None,
                    ..FINE
                },
                Fate::Alive,
            ),
            (
                Heard {
                    status: None,
                    fault: Some(Fault::Own(UnknownWhy::AgentBlind)),
                    ..FINE
                },
                Fate::Unknown,
            ),
        ] {
            assert_eq!(fate(heard), want, "{heard:?}");
        }
    }
}
