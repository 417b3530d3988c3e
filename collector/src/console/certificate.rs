//! A presented certificate chain in words: what the DER says, whether it verifies or not.

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Common name of the subject, or its whole name.
    pub subject: String,
    /// Common name of the issuer, with its organisation.
    pub issuer: String,
    /// DNS names and addresses it is for.
    pub names: Vec<String>,
    /// First second of validity.
    pub not_before: UnixTime,
    /// Last second of validity.
    pub not_after: UnixTime,
    /// Serial number in hexadecimal digits.
    pub serial: String,
    /// Kind and size of the key, such as `RSA 2048` or `EC P-256`.
    pub key: String,
    /// SHA-256 over the DER.
    pub fingerprint: Sha256,
}

impl Certificate {
    /// Whole days until it ends at `now`; negative when it has ended.
    #[must_use]
    pub fn days_left(&self, now: UnixTime) -> i64 {
        (self.not_after - now).div_euclid(86_400)
    }
}

/// The certificates of a chain, leaf first; one that cannot be parsed is `None` in its place.
#[must_use]
pub fn certificates(chain: &Chain) -> Vec<Option<Certificate>> {
    chain.certificates().iter().map(|der| certificate(der)).collect()
}

fn certificate(der: &[u8]) -> Option<Certificate> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let names = match parsed.subject_alternative_name() {
        Ok(Some(extension)) => extension
            .value
            .general_names
            .iter()
            .filter_map(general_name)
            .collect(),
        _ => Vec::new(),
    };
    Some(Certificate {
        subject: common_name(parsed.subject()),
        issuer: with_organisation(parsed.issuer()),
        names,
        not_before: UnixTime::from_secs(parsed.validity().not_before.timestamp()),
        not_after: UnixTime::from_secs(parsed.validity().not_after.timestamp()),
        serial: parsed.raw_serial_as_string(),
        key: key(&parsed),
        fingerprint: Sha256::of(der),
    })
}

fn common_name(name: &x509_parser::x509::X509Name<'_>) -> String {
    name.iter_common_name()
        .find_map(|attribute| attribute.as_str().ok())
        .map_or_else(|| name.to_string(), str::to_owned)
}

fn with_organisation(name: &x509_parser::x509::X509Name<'_>) -> String {
    let common = common_name(name);
    match name
        .iter_organization()
        .find_map(|attribute| attribute.as_str().ok())
    {
        Some(organisation) if organisation != common => format!("{common} ({organisation})"),
        _ => common,
    }
}

fn general_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) => Some((*text).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_longer) => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
        },
        _ => None,
    }
}

fn key(certificate: &X509Certificate<'_>) -> String {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {}", key.key_size()),
        // x509-parser tells the size of the uncompressed point's coordinate.
        Ok(PublicKey::EC(point)) => format!("EC {}", point.key_size()),
        Ok(PublicKey::DSA(_)) => "DSA".to_owned(),
        _ => match certificate
            .public_key()
            .algorithm
            .algorithm
            .to_id_string()
            .as_str()
        {
            "1.3.101.112" => "Ed25519".to_owned(),
            "1.3.101.113" => "Ed448".to_owned(),
            other => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(names: Vec<String>) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "angiang.gov.vn");
        params
            .distinguished_name
            .push(rcgen::DnType::OrganizationName, "UBND tỉnh An Giang");
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 12, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_is_told_in_full() {
        let chain = Chain::new([
            der(vec![
                "angiang.gov.vn".into(),
                "192.0.2.1".into(),
                "2001:db8::1".into(),
            ]),
            vec![1, 2],
        ]);
        let told = certificates(&chain);
        let leaf = told[0].as_ref().unwrap();
        assert_eq!(leaf.subject, "angiang.gov.vn");
        assert_eq!(leaf.issuer, "angiang.gov.vn (UBND tỉnh An Giang)");
        assert_eq!(leaf.names, ["angiang.gov.vn", "192.0.2.1", "2001:db8::1"]);
        assert_eq!(leaf.not_after.to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(leaf.key, "EC 256");
        assert_eq!(leaf.days_left("2026-11-22T14:57:00Z".parse().unwrap()), 8);
        assert_eq!(leaf.days_left("2026-12-01T00:00:01Z".parse().unwrap()), -1);
        assert_eq!(told[1], None);
    }
}
