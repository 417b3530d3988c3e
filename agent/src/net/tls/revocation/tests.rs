//! Answers and lists made by OpenSSL for authorities of our own, and garbage.

use std::sync::LazyLock;

use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevokedCertParams, SerialNumber,
};

use super::*;
use crate::net::tls::der::{ENUMERATED, INTEGER, OCTET_STRING, Reader, SEQUENCE, write};

const NOW: i64 = 1_795_363_200;

struct Authority {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    Authority { params, key, der }
}

impl Authority {
    fn leaf(&self, serial: u64) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.gov.vn".to_owned()]).unwrap();
        params.serial_number = Some(SerialNumber::from(serial));
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&key, &issuer).unwrap().der().to_vec()
    }

    fn key(&self) -> Key {
        Key::of_certificate(&parse(&self.der).unwrap()).unwrap()
    }

    /// A list of these serials, good between these days of November 2026.
    fn list(&self, serials: &[u64], from: u8, to: u8) -> Vec<u8> {
        let at = |day| rcgen::date_time_ymd(2026, 11, day);
        let params = CertificateRevocationListParams {
            this_update: at(from),
            next_update: at(to),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials
                .iter()
                .map(|serial| RevokedCertParams {
                    serial_number: SerialNumber::from(*serial),
                    revocation_time: at(from),
                    reason_code: None,
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().der().to_vec()
    }

    /// A basic OCSP answer about the serial, with this status byte, signed by this authority.
    fn answer(&self, serial: &[u8], status: u8, from: &str, to: &str) -> Vec<u8> {
        let sha1 = [0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];
        let octets = write(OCTET_STRING, &[&[7; 20]]);
        let id = write(SEQUENCE, &[&sha1, &octets, &octets, &write(INTEGER, &[serial])]);
        let when = |text: &str| write(0x18, &[text.as_bytes()]);
        let said = match status {
            0xa1 => write(0xa1, &[&when(from)]),
            other => write(other, &[]),
        };
        let one = write(SEQUENCE, &[&id, &said, &when(from), &write(0xa0, &[&when(to)])]);
        let responder = write(0xa2, &[&octets]);
        let data = write(SEQUENCE, &[&responder, &when(from), &write(SEQUENCE, &[&one])]);
        let pair = ring::signature::EcdsaKeyPair::from_pkcs8(
            &ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            &self.key.serialize_der(),
            &ring::rand::SystemRandom::new(),
        )
        .unwrap();
        let signature = pair.sign(&ring::rand::SystemRandom::new(), &data).unwrap();
        let ecdsa_sha256 = [
            0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
        ];
        let basic = write(
            SEQUENCE,
            &[&data, &ecdsa_sha256, &write(0x03, &[&[0], signature.as_ref()])],
        );
        let oid = [0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
        let bytes = write(SEQUENCE, &[&oid, &write(OCTET_STRING, &[&basic])]);
        write(SEQUENCE, &[&write(ENUMERATED, &[&[0]]), &write(0xa0, &[&bytes])])
    }
}

fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

#[test]
fn a_list_is_believed_only_from_the_issuer_and_while_it_is_fresh() {
    let (own, other) = (authority("own"), authority("own"));
    let revoked = own.leaf(7);
    let standing = own.leaf(8);
    let (revoked, standing) = (parse(&revoked).unwrap(), parse(&standing).unwrap());
    let list = own.list(&[5, 7], 22, 23);
    let stale = own.list(&[7], 1, 2);
    let forged = other.list(&[7, 8], 22, 23);
    let read = |list: &[u8], leaf| crl::read(list, leaf, &own.key(), now());
    assert_eq!(read(&list, &revoked), Some(Revocation::Revoked));
    assert_eq!(read(&list, &standing), Some(Revocation::Good));
    assert_eq!(read(&stale, &revoked), None);
    assert_eq!(read(&forged, &standing), None);
    assert_eq!(crl::good_until(&list), Some(UnixTime::from_secs(NOW + 8 * 3_600)));
}

#[test]
fn an_answer_is_believed_only_from_the_issuer_and_while_it_is_fresh() {
    let (own, other) = (authority("own"), authority("own"));
    let leaf = own.leaf(7);
    let leaf = parse(&leaf).unwrap();
    let (from, to) = ("20261122150000Z", "20261123150000Z");
    let read = |answer: &[u8]| ocsp::read(answer, &leaf, &own.key(), now());
    let serial = leaf.raw_serial();
    for (what, answer, want) in [
        ("good", own.answer(serial, 0x80, from, to), Some(Revocation::Good)),
        (
            "revoked",
            own.answer(serial, 0xa1, from, to),
            Some(Revocation::Revoked),
        ),
        (
            "unknown to the responder",
            own.answer(serial, 0x82, from, to),
            None,
        ),
        ("another serial", own.answer(&[9], 0xa1, from, to), None),
        (
            "stale",
            own.answer(serial, 0xa1, "20261101150000Z", "20261102150000Z"),
            None,
        ),
        ("forged", other.answer(serial, 0xa1, from, to), None),
        ("try later", write(SEQUENCE, &[&write(ENUMERATED, &[&[3]])]), None),
    ] {
        assert_eq!(read(&answer), want, "{what}");
    }
}

#[test]
fn the_question_is_in_the_path() {
    let own = authority("own");
    let leaf = own.leaf(7);
    let request = ocsp::request(&parse(&leaf).unwrap(), &own.key());
    assert!(Reader::new(&request).enter(SEQUENCE).is_some());
    let url = ocsp::url("http://ocsp.example/x/", &[0xfb, 0xff, 0xfe, 0x01]).unwrap();
    assert_eq!(url.as_str(), "http://ocsp.example/x/%2B%2F%2F%2BAQ%3D%3D");
    assert_eq!(ocsp::url("ldap://ocsp.example/", &request), None);
}

/// One authority and one leaf for all cases: making keys would take most of the time.
static OWN: LazyLock<(Authority, Vec<u8>)> = LazyLock::new(|| {
    let own = authority("own");
    let leaf = own.leaf(7);
    (own, leaf)
});

proptest! {
    #[test]
    fn garbage_in_a_list_is_never_believed(
        flips in prop::collection::vec((any::<usize>(), 1_u8..), 1..6),
        cut in any::<usize>(),
    ) {
        let (own, leaf) = &*OWN;
        let leaf = parse(leaf).unwrap();
        let mut list = own.list(&[5], 22, 23);
        let whole = list.len();
        for (at, byte) in flips {
            list[at % whole] ^= byte;
        }
        list.truncate(cut % (whole + 1));
        std::hint::black_box(crl::good_until(&list));
        prop_assert_ne!(crl::read(&list, &leaf, &own.key(), now()), Some(Revocation::Revoked));
    }

    #[test]
    fn garbage_is_never_believed(bytes in any::<Vec<u8>>(), at in any::<usize>(), bit in 0_u8..8) {
        let (own, leaf) = &*OWN;
        let leaf = parse(leaf).unwrap();
        prop_assert_eq!(ocsp::read(&bytes, &leaf, &own.key(), now()), None);
        prop_assert_eq!(crl::read(&bytes, &leaf, &own.key(), now()), None);
        let mut answer = own.answer(leaf.raw_serial(), 0x80, "20261122150000Z", "20261123150000Z");
        let at = at % answer.len();
        answer[at] ^= 1 << bit;
        // A flipped bit outside what is signed may leave the answer whole; it never turns it round.
        prop_assert_ne!(ocsp::read(&answer, &leaf, &own.key(), now()), Some(Revocation::Revoked));
    }
}
