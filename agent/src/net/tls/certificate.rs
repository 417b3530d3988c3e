//! What a certificate says, read without trusting it.

use std::net::IpAddr;

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_SIG_ED25519, Oid, OidRegistry,
};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Name;

/// One certificate, described for people and for JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Whom it is for, as a distinguished name.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The names it is valid for.
    pub names: Vec<String>,
    /// First instant of validity.
    pub not_before: UnixTime,
    /// Last instant of validity.
    pub not_after: UnixTime,
    /// Kind and size of the key, such as `EC P-256` or `RSA 2048`.
    pub key: String,
    /// Algorithm of the issuer's signature, such as `sha256WithRSAEncryption`.
    pub signature: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Digest of the DER form.
    pub sha256: Sha256,
}

/// Describes a certificate; `None` when the bytes are not one.
#[must_use]
pub fn summary(der: &[u8]) -> Option<Summary> {
    let certificate = parse(der)?;
    let (not_before, not_after) = validity(&certificate);
    Some(Summary {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        names: names(&certificate),
        not_before,
        not_after,
        key: key_name(&certificate),
        signature: oid_name(&certificate.signature_algorithm.algorithm),
        serial: certificate.raw_serial_as_string(),
        sha256: Sha256::of(der),
    })
}

/// The certificate in `der`, if it is one.
pub(super) fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der)
        .ok()
        .map(|(_rest, certificate)| certificate)
}

/// Beginning and end of validity.
pub(super) fn validity(certificate: &X509Certificate<'_>) -> (UnixTime, UnixTime) {
    let validity = certificate.validity();
    (
        UnixTime::from_secs(validity.not_before.timestamp()),
        UnixTime::from_secs(validity.not_after.timestamp()),
    )
}

/// Whether the key is shorter than browsers accept: RSA below 2,048 bits, EC below 256.
pub(super) fn has_weak_key(certificate: &X509Certificate<'_>) -> bool {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => rsa_bits(key.modulus) < 2048,
        Ok(PublicKey::EC(point)) => point.key_size() < 256,
        Ok(PublicKey::DSA(_)) => true,
        _ => false,
    }
}

/// Whether the signature rests on a broken hash (MD2, MD4, MD5, SHA-1).
pub(super) fn has_weak_signature(certificate: &X509Certificate<'_>) -> bool {
    const BROKEN: [&str; 8] = [
        "1.2.840.113549.1.1.2", // md2WithRSAEncryption
        "1.2.840.113549.1.1.3", // md4WithRSAEncryption
        "1.2.840.113549.1.1.4", // md5WithRSAEncryption
        "1.2.840.113549.1.1.5", // sha1WithRSAEncryption
        "1.3.14.3.2.29",        // sha-1WithRSAEncryption
        "1.2.840.10040.4.3",    // dsa-with-sha1
        "1.2.840.10045.4.1",    // ecdsa-with-SHA1
        "1.3.14.3.2.27",        // dsaWithSHA1
    ];
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    BROKEN.contains(&algorithm.as_str())
}

/// Whether the certificate says where its issuer's certificate is to be had (RFC 5280 §4.2.2.1).
pub(super) fn names_its_issuer(certificate: &X509Certificate<'_>) -> bool {
    // id-ad-caIssuers, 1.3.6.1.5.5.7.48.2
    certificate.extensions().iter().any(|extension| {
        let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else {
            return false;
        };
        access
            .iter()
            .any(|entry| entry.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2")
    })
}

/// The organization (O) of a name, or the first word of its common name where it has none.
pub(super) fn house(name: &X509Name<'_>) -> Option<String> {
    if let Some(organization) = name.iter_organization().find_map(|a| a.as_str().ok()) {
        return Some(organization.trim().to_lowercase());
    }
    let common = name.iter_common_name().find_map(|a| a.as_str().ok())?;
    common.split_whitespace().next().map(str::to_lowercase)
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    alternatives
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(text) => Some((*text).to_owned()),
            GeneralName::IPAddress(bytes) => ip_of(bytes).map(|address| address.to_string()),
            _ => None,
        })
        .collect()
}

fn ip_of(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_six| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

fn key_name(certificate: &X509Certificate<'_>) -> String {
    let key = certificate.public_key();
    let algorithm = &key.algorithm.algorithm;
    if *algorithm == OID_PKCS1_RSAENCRYPTION {
        return match key.parsed() {
            Ok(PublicKey::RSA(key)) => format!("RSA {}", rsa_bits(key.modulus)),
            _ => "RSA".to_owned(),
        };
    }
    if *algorithm == OID_SIG_ED25519 {
        return "Ed25519".to_owned();
    }
    if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = key.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok());
        let curve = match &curve {
            Some(oid) if *oid == OID_EC_P256 => "P-256".to_owned(),
            Some(oid) if *oid == OID_NIST_EC_P384 => "P-384".to_owned(),
            Some(oid) if *oid == OID_NIST_EC_P521 => "P-521".to_owned(),
            Some(oid) => oid_name(oid),
            None => return "EC".to_owned(),
        };
        return format!("EC {curve}");
    }
    oid_name(algorithm)
}

/// Bits of a modulus, leading zeros not counted.
fn rsa_bits(modulus: &[u8]) -> usize {
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    match modulus.get(zeros) {
        Some(first) => (modulus.len() - zeros) * 8 - first.leading_zeros() as usize,
        None => 0,
    }
}

fn oid_name(oid: &Oid<'_>) -> String {
    if oid.to_id_string() == "1.2.840.10045.4.1" {
        return "ecdsa-with-SHA1".to_owned(); // unknown to the registry
    }
    static REGISTRY: std::sync::LazyLock<OidRegistry<'static>> =
        std::sync::LazyLock::new(|| OidRegistry::default().with_crypto().with_x509());
    REGISTRY
        .get(oid)
        .map_or_else(|| oid.to_id_string(), |entry| entry.sn().to_owned())
}
