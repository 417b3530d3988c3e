//! The Online Certificate Status Protocol (RFC 6960): a question by GET, and the reading of the answer.

use ems_contract::facts::Revocation;
use ems_contract::time::UnixTime;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use url::Url;
use x509_parser::certificate::X509Certificate;

use super::signature::{Key, bit_string};
use super::{Said, is_fresh};
use crate::net::tls::certificate::{parse, validity};
use crate::net::tls::der::{ENUMERATED, INTEGER, OCTET_STRING, Reader, SEQUENCE, time, write};

/// The longest answer taken.
pub(super) const MAX_ANSWER: usize = 64 * 1024;

/// SHA-1 as an algorithm identifier: names the certificate only, nothing rests on it (RFC 5019 §2.1.1).
const SHA1: &[u8] = &[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];
/// id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];

/// The question about `leaf`.
pub(super) fn request(leaf: &X509Certificate<'_>, issuer: &Key) -> Vec<u8> {
    let name = digest(&SHA1_FOR_LEGACY_USE_ONLY, &issuer.name);
    let key = digest(&SHA1_FOR_LEGACY_USE_ONLY, &issuer.bits);
    let id = write(
        SEQUENCE,
        &[
            SHA1,
            &write(OCTET_STRING, &[name.as_ref()]),
            &write(OCTET_STRING, &[key.as_ref()]),
            &write(INTEGER, &[leaf.raw_serial()]),
        ],
    );
    // OCSPRequest { tbsRequest { requestList { Request { reqCert } } } }
    (0..4).fold(id, |inner, _| write(SEQUENCE, &[&inner]))
}

/// Where to put the question: the responder's URL and the question in base64 (RFC 6960 appendix A.1).
pub(super) fn url(responder: &str, request: &[u8]) -> Option<Url> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = responder.trim_end_matches('/').to_owned();
    text.push('/');
    for part in request.chunks(3) {
        let bits = part.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for place in 0..4 {
            if place > part.len() {
                text.push_str("%3D");
                continue;
            }
            match LETTERS[(bits >> (18 - 6 * place) & 63) as usize] {
                b'+' => text.push_str("%2B"),
                b'/' => text.push_str("%2F"),
                letter => text.push(char::from(letter)),
            }
        }
    }
    Url::parse(&text).ok().filter(|url| url.scheme() == "http")
}

/// What an answer says about `leaf`; none where it cannot be trusted, is stale or says nothing.
pub(super) fn read(answer: &[u8], leaf: &X509Certificate<'_>, issuer: &Key, now: UnixTime) -> Said {
    let mut response = Reader::new(answer).enter(SEQUENCE)?;
    if response.take(ENUMERATED)?.body != [0] {
        return None;
    }
    let mut bytes = response.enter(0xa0)?.enter(SEQUENCE)?;
    if bytes.next()?.body != BASIC {
        return None;
    }
    let mut basic = bytes.enter(OCTET_STRING)?.enter(SEQUENCE)?;
    let data = basic.take(SEQUENCE)?;
    let algorithm = basic.take(SEQUENCE)?.body;
    let signature = bit_string(&mut basic)?;
    let shown = basic
        .enter(0xa0)
        .and_then(|mut certificates| certificates.enter(SEQUENCE));
    let by_issuer = issuer.signed(algorithm, data.whole, signature);
    if !by_issuer && !delegate(shown, issuer, now)?.signed(algorithm, data.whole, signature) {
        return None;
    }

    let mut data = Reader::new(data.body);
    if data.peek()? == 0xa0 {
        data.next()?;
    }
    let (_responder, _produced) = (data.next()?, data.next()?);
    let mut single = data.enter(SEQUENCE)?;
    while let Some(mut one) = single.enter(SEQUENCE) {
        let mut id = one.enter(SEQUENCE)?;
        let (_hash, _name, _key) = (id.next()?, id.next()?, id.next()?);
        if id.take(INTEGER)?.body != leaf.raw_serial() {
            continue;
        }
        let status = one.next()?.tag;
        let this = time(one.next()?)?;
        let next = one.enter(0xa0).and_then(|mut next| time(next.next()?));
        if !is_fresh(this, next, now) {
            return None;
        }
        return match status {
            0x80 => Some(Revocation::Good),
            0xa1 => Some(Revocation::Revoked),
            _ => None,
        };
    }
    None
}

/// The key of a responder to whom the issuer has given a certificate for signing answers (RFC 6960 §4.2.2.2).
fn delegate(shown: Option<Reader<'_>>, issuer: &Key, now: UnixTime) -> Option<Key> {
    let der = shown?.next()?.whole;
    let certificate = parse(der)?;
    let (from, to) = validity(&certificate);
    let entitled = certificate
        .extended_key_usage()
        .ok()
        .flatten()
        .is_some_and(|usage| usage.value.ocsp_signing);
    let mut parts = Reader::new(der).enter(SEQUENCE)?;
    let body = parts.take(SEQUENCE)?.whole;
    let algorithm = parts.take(SEQUENCE)?.body;
    let signature = bit_string(&mut parts)?;
    let valid = entitled && from <= now && now <= to && issuer.signed(algorithm, body, signature);
    valid.then(|| Key::of_certificate(&certificate))?
}
