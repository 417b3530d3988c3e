//! Whether the issuer has taken a certificate back: by the staple, else by OCSP, else by its revocation list.
//!
//! Only a signed, fresh answer counts. A responder that cannot be reached, or whose answer cannot be trusted, says
//! nothing: `unknown`, never `revoked`.

mod crl;
mod fetch;
mod ocsp;
mod signature;

use std::time::Duration;

use ems_contract::facts::{Revocation, RevocationSource};
use ems_contract::time::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};

pub use self::fetch::{Fetcher, Lists};
use self::signature::Key;
use super::certificate::parse;
use super::judge::Roots;

/// Leeway for clocks that differ.
const SKEW_S: i64 = 300;
/// Responders and lists asked at most.
const MAX_SOURCES: usize = 3;

/// What is known of a certificate and who said so.
pub type Answer = (Revocation, Option<RevocationSource>);

/// What one source says; none where it says nothing that can be trusted.
type Said = Option<Revocation>;

/// Asks about the first certificate of `chain` (DER, leaf first).
pub async fn check(
    chain: &[Vec<u8>],
    staple: &[u8],
    roots: &Roots,
    fetcher: &Fetcher<'_>,
    now: UnixTime,
    limit: Duration,
) -> Answer {
    let Some(leaf) = chain.first().and_then(|der| parse(der)) else {
        return (Revocation::Unknown, None);
    };
    let responders = responders(&leaf);
    let lists = lists(&leaf);
    let Some(issuer) = issuer(&leaf, chain, roots) else {
        return (Revocation::Unknown, None);
    };
    if let Some(said) = ocsp::read(staple, &leaf, &issuer, now) {
        return (said, Some(RevocationSource::Staple));
    }
    if responders.is_empty() && lists.is_empty() {
        return (Revocation::Absent, None);
    }
    let request = ocsp::request(&leaf, &issuer);
    for url in responders.iter().take(MAX_SOURCES) {
        let Some(asked) = ocsp::url(url, &request) else {
            continue;
        };
        let Some(body) = fetcher.get(&asked, ocsp::MAX_ANSWER, limit).await else {
            continue;
        };
        if let Some(said) = ocsp::read(&body, &leaf, &issuer, now) {
            return (said, Some(RevocationSource::Ocsp));
        }
    }
    for url in lists.iter().take(MAX_SOURCES) {
        let Some(list) = fetcher.list(url, now, limit).await else {
            continue;
        };
        if let Some(said) = crl::read(&list, &leaf, &issuer, now) {
            return (said, Some(RevocationSource::Crl));
        }
    }
    (Revocation::Unknown, None)
}

/// The key of the leaf's issuer: from the chain, else from a trusted root of that name.
fn issuer(leaf: &X509Certificate<'_>, chain: &[Vec<u8>], roots: &Roots) -> Option<Key> {
    let name = leaf.issuer().as_raw();
    let shown = chain.iter().skip(1).filter_map(|der| parse(der));
    let mut found = shown
        .filter(|certificate| certificate.subject().as_raw() == name)
        .map(|certificate| Key::of(certificate.public_key().raw, name));
    if let Some(key) = found.next() {
        return key;
    }
    let mut anchors = roots.store().roots.iter();
    let inner = super::der::Reader::new(name).next()?.body;
    let anchor = anchors.find(|anchor| anchor.subject.as_ref() == inner)?;
    let whole = super::der::write(super::der::SEQUENCE, &[&anchor.subject_public_key_info]);
    Key::of(&whole, name)
}

/// The OCSP responders that a certificate names (id-ad-ocsp, RFC 5280 §4.2.2.1).
fn responders(certificate: &X509Certificate<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        if let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() {
            for entry in access.iter() {
                if let GeneralName::URI(url) = &entry.access_location
                    && entry.access_method.to_id_string() == "1.3.6.1.5.5.7.48.1"
                {
                    found.push((*url).to_owned());
                }
            }
        }
    }
    found
}

/// The revocation lists that a certificate names (RFC 5280 §4.2.1.13).
fn lists(certificate: &X509Certificate<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        if let ParsedExtension::CRLDistributionPoints(points) = extension.parsed_extension() {
            for point in points.iter() {
                if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
                    found.extend(names.iter().filter_map(|name| match name {
                        GeneralName::URI(url) => Some((*url).to_owned()),
                        _ => None,
                    }));
                }
            }
        }
    }
    found
}

/// Whether an answer made at `this` and good until `next` may be believed at `now`.
fn is_fresh(this: UnixTime, next: Option<UnixTime>, now: UnixTime) -> bool {
    // Without an end, a week: what the baseline requirements allow at most for a day's work.
    let end = next.unwrap_or(this + 7 * 86_400);
    this <= now + SKEW_S && now <= end + SKEW_S
}

#[cfg(test)]
mod tests;
