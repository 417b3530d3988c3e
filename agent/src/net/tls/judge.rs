//! Everything that is wrong with a presented chain, not only the first thing.
//!
//! webpki stops at its first error: an expired certificate hides that its issuer is unknown. So the path is
//! tried again at an instant inside the validity, and the name is checked on its own.

use ems_contract::cause::Cause;
use ems_contract::time::UnixTime;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{self, CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::certificate::{has_weak_key, has_weak_signature, house, names_its_issuer, parse, validity};

/// Whom the agent trusts.
#[derive(Debug, Clone)]
pub struct Roots {
    store: RootCertStore,
    extra: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// The authorities of Mozilla's root programme as compiled in, and the operator's own.
    ///
    /// # Errors
    /// The number (from 0) of the first of the operator's certificates that is none.
    pub fn new(extra: Vec<CertificateDer<'static>>) -> Result<Self, usize> {
        let mut store = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for (index, der) in extra.iter().enumerate() {
            store.add(der.clone()).map_err(|_not_one| index)?;
        }
        Ok(Self { store, extra })
    }

    pub(super) const fn store(&self) -> &RootCertStore {
        &self.store
    }
}

/// The order in which faults are named: as browsers do, what makes the rest meaningless first.
const ORDER: [Cause; 8] = [
    Cause::TlsSelfSigned,
    Cause::TlsIncompleteChain,
    Cause::TlsUntrusted,
    Cause::TlsWeakSignature,
    Cause::TlsWeakKey,
    Cause::TlsHostname,
    Cause::TlsExpired,
    Cause::TlsNotYetValid,
];

/// All faults of `chain` (leaf first) for `host` at `now`; empty when it verifies.
pub(super) fn faults(
    chain: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    now: UnixTime,
    roots: &Roots,
) -> Vec<Cause> {
    let Some((leaf, rest)) = chain.split_first() else {
        return vec![Cause::TlsUntrusted];
    };
    let (Ok(end_entity), Some(parsed_leaf)) = (ParsedCertificate::try_from(leaf), parse(leaf)) else {
        return vec![Cause::TlsUntrusted];
    };
    let mut found = Vec::new();
    if verify_server_name(&end_entity, host).is_err() {
        found.push(Cause::TlsHostname);
    }
    // No handshake with such a key succeeds, so the fault stands whatever the path says.
    if has_weak_key(&parsed_leaf) {
        found.push(Cause::TlsWeakKey);
    }
    let parsed: Vec<X509Certificate<'_>> = chain.iter().filter_map(|der| parse(der)).collect();
    let path = |at| path_error(&end_entity, rest, at, roots);
    if roots.extra.contains(leaf) {
        // The operator trusts this very certificate, whatever webpki thinks of an authority as a server.
        found.extend(date_fault(&parsed_leaf, now));
    } else if let Some(error) = path(now) {
        let dated = match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Some(Cause::TlsExpired),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Some(Cause::TlsNotYetValid)
            }
            _ => date_fault(&parsed_leaf, now),
        };
        found.extend(dated);
        let undated = if is_about_dates(&error) {
            path(instant_inside(&parsed)).filter(|again| !is_about_dates(again))
        } else {
            Some(error)
        };
        if undated.is_some() {
            found.extend(path_faults(&parsed, roots));
        }
    }
    found.sort_unstable_by_key(|cause| ORDER.iter().position(|known| known == cause));
    found.dedup();
    found
}

fn path_error(
    end_entity: &ParsedCertificate<'_>,
    intermediates: &[CertificateDer<'_>],
    at: UnixTime,
    roots: &Roots,
) -> Option<CertificateError> {
    let seconds = u64::try_from(at.secs()).unwrap_or(0);
    let at = pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let result = verify_server_cert_signed_by_trust_anchor(
        end_entity,
        &roots.store,
        intermediates,
        at,
        algorithms.all,
    );
    match result {
        Ok(()) => None,
        Err(Error::InvalidCertificate(error)) => Some(error),
        Err(_other) => Some(CertificateError::BadEncoding),
    }
}

const fn is_about_dates(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    )
}

fn date_fault(certificate: &X509Certificate<'_>, now: UnixTime) -> Option<Cause> {
    let (from, to) = validity(certificate);
    if now < from {
        Some(Cause::TlsNotYetValid)
    } else if now > to {
        Some(Cause::TlsExpired)
    } else {
        None
    }
}

/// An instant at which as much of the chain as possible was valid: the last of it came into force then.
fn instant_inside(chain: &[X509Certificate<'_>]) -> UnixTime {
    let latest_start = chain.iter().map(|c| validity(c).0).max().unwrap_or_default();
    let leaf_end = chain.first().map(|c| validity(c).1).unwrap_or_default();
    latest_start.min(leaf_end)
}

/// Why no path leads from the leaf to an authority that is trusted.
fn path_faults(chain: &[X509Certificate<'_>], roots: &Roots) -> Vec<Cause> {
    let mut found = Vec::new();
    if chain.iter().any(has_weak_key) {
        found.push(Cause::TlsWeakKey);
    }
    // A self-signed certificate's signature proves nothing, so its hash does not matter.
    if chain
        .iter()
        .any(|c| c.subject() != c.issuer() && has_weak_signature(c))
    {
        found.push(Cause::TlsWeakSignature);
    }
    let Some(leaf) = chain.first() else {
        return vec![Cause::TlsUntrusted];
    };
    let is_self_issued = |c: &X509Certificate<'_>| c.subject().as_raw() == c.issuer().as_raw();
    if is_self_issued(leaf) {
        found.push(Cause::TlsSelfSigned);
        return found;
    }
    let mut top = leaf;
    for _ in 0..chain.len() {
        let issuer = chain
            .iter()
            .find(|c| c.subject().as_raw() == top.issuer().as_raw());
        match issuer {
            Some(issuer) if !is_self_issued(issuer) => top = issuer,
            // The chain ends in an authority of its own.
            Some(_) => {
                found.push(Cause::TlsUntrusted);
                return found;
            }
            None => break,
        }
    }
    if found.is_empty() {
        found.push(if lacks_intermediate(top, roots) {
            Cause::TlsIncompleteChain
        } else {
            Cause::TlsUntrusted
        });
    }
    found
}

/// Whether the issuer that is missing above `top` looks like an intermediate of a trusted authority: the
/// certificate says where to fetch it, or its issuer belongs to the same house as a trusted root.
fn lacks_intermediate(top: &X509Certificate<'_>, roots: &Roots) -> bool {
    let issuer = top.issuer();
    let anchors = &roots.store.roots;
    if anchors.iter().any(|anchor| is_subject(&anchor.subject, issuer)) {
        // The root is known by name and did not sign this.
        return false;
    }
    if names_its_issuer(top) {
        return true;
    }
    let Some(issuer_house) = house(issuer) else {
        return false;
    };
    roots
        .extra
        .iter()
        .filter_map(|der| parse(der))
        .any(|root| house(root.subject()).as_ref() == Some(&issuer_house))
}

/// Whether an anchor's subject (the contents of the name, without its outer tag) is `name`.
fn is_subject(contents: &[u8], name: &X509Name<'_>) -> bool {
    x509_parser::der_parser::asn1_rs::Sequence::from_der(name.as_raw())
        .is_ok_and(|(_rest, sequence)| *sequence.content == *contents)
}

#[cfg(test)]
mod tests;
