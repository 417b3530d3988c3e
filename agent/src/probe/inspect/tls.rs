//! What the https side offers: versions, suites, ALPN, and whether the certificate stands.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::facts::{Revocation, TlsAudit};
use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;

use crate::net::connect::connect;
use crate::net::tls::revocation::{self, Fetcher};
use crate::net::tls::suite;
use crate::net::tls::versions::{Offer, versions};
use crate::probe::NetProber;

/// How long one handshake may take.
const LIMIT: Duration = Duration::from_secs(5);

/// The audit and what it says against single families.
#[derive(Debug, Default)]
pub struct Audit {
    /// The facts, those of the first family that answers.
    pub facts: TlsAudit,
    /// The families whose certificate is revoked.
    pub revoked: Vec<Family>,
    /// What the issuers said about the leaf of each chain, by the chain's digest; only what can be trusted.
    pub said: Vec<(Sha256, Revocation)>,
}

/// Audits the https side of `portal` at one address a family; none where none can be asked.
pub async fn audit(prober: &NetProber, portal: &PlanPortal, addresses: &[(Family, IpAddr)]) -> Option<Audit> {
    let host = portal.url.host_str().unwrap_or_default();
    let port = match portal.url.scheme() {
        "https" => portal.url.port_or_known_default().unwrap_or(443),
        _ => 443,
    };
    let mut audit = Audit::default();
    let mut asked: Vec<(Vec<u8>, Revocation)> = Vec::new();
    let mut offered = None;
    for (family, address) in addresses {
        let address = SocketAddr::new(*address, port);
        let (spoken, shown) = tokio::join!(
            async {
                match offered {
                    None => Some(versions(address, host, LIMIT).await),
                    Some(_) => None,
                }
            },
            shake(prober, address, host)
        );
        offered =
            offered.or(spoken.filter(|spoken| spoken.iter().any(|(_, offer)| *offer != Offer::Unknown)));
        let Some(shown) = shown else { continue };
        audit.facts.alpn = audit.facts.alpn.or(shown.alpn);
        let Some(leaf) = shown.chain.certificates().first() else {
            continue;
        };
        let known = asked.iter().find(|(der, _)| der == leaf).map(|(_, said)| *said);
        let said = match known {
            Some(said) => said,
            None if shown.stands => {
                let fetcher = Fetcher {
                    resolver: &prober.resolver,
                    lists: &prober.lists,
                    allow: &portal.allow,
                    user_agent: prober.user_agent(),
                };
                let chain = shown.chain.certificates();
                let roots = prober.tls.roots();
                let (said, source) =
                    revocation::check(chain, &shown.staple, roots, &fetcher, prober.clock.now(), LIMIT).await;
                asked.push((leaf.clone(), said));
                if audit.facts.ocsp.is_none() || said == Revocation::Revoked {
                    audit.facts.ocsp = Some(said);
                    audit.facts.revocation_source = source;
                }
                said
            }
            // What does not verify for another reason is nobody's to revoke.
            None => continue,
        };
        if matches!(said, Revocation::Good | Revocation::Revoked) {
            audit.said.push((shown.chain.digest(), said));
        }
        if said == Revocation::Revoked {
            audit.revoked.push(*family);
        }
    }
    let offered = offered?;
    note(&mut audit.facts, &offered);
    Some(audit)
}

fn note(facts: &mut TlsAudit, offered: &[(crate::net::tls::hello::Version, Offer); 4]) {
    for (version, offer) in offered {
        if let Offer::Spoken(cipher) = offer {
            facts.versions.push(version.as_str().to_owned());
            facts.ciphers.push(suite::name(*cipher));
        }
    }
    let of_modern = |test: fn(&str) -> bool| {
        let pairs = facts.versions.iter().zip(&facts.ciphers);
        let mut modern = pairs
            .filter(|(version, _)| version.as_str() >= "TLSv1.2")
            .map(|(_, cipher)| test(cipher))
            .peekable();
        modern.peek().is_some().then(|| modern.all(|holds| holds))
    };
    facts.forward_secrecy = of_modern(suite::is_forward_secret);
    facts.aead = of_modern(suite::is_aead);
    facts.key_exchange = facts
        .ciphers
        .last()
        .map(|cipher| suite::key_exchange(cipher).to_owned());
}

struct Shown {
    chain: Chain,
    staple: Vec<u8>,
    alpn: Option<String>,
    /// Whether the certificate verifies.
    stands: bool,
}

async fn shake(prober: &NetProber, address: SocketAddr, host: &str) -> Option<Shown> {
    let stream = connect(address, LIMIT).await.ok()?;
    let tls = &prober.tls;
    let shaken = tls
        .handshake_offering(stream, host, &[b"h2", b"http/1.1"], LIMIT, &prober.clock)
        .await;
    let again = async { connect(address, LIMIT).await.ok() };
    let shaken = tls.or_legacy(shaken, again, host, LIMIT, &prober.clock).await;
    Some(Shown {
        chain: shaken.chain?,
        staple: shaken.staple,
        alpn: shaken.facts.and_then(|facts| facts.alpn),
        stands: shaken.result.is_ok(),
    })
}
