//! A certificate revocation list (RFC 5280 §5), read without building it.

use ems_contract::facts::Revocation;
use ems_contract::time::UnixTime;
use x509_parser::certificate::X509Certificate;

use super::signature::{Key, bit_string};
use super::{Said, is_fresh};
use crate::net::tls::der::{INTEGER, Reader, SEQUENCE, time};

/// What a list says about `leaf`; none where it is not the issuer's, cannot be trusted or is stale.
pub(super) fn read(list: &[u8], leaf: &X509Certificate<'_>, issuer: &Key, now: UnixTime) -> Said {
    let mut parts = Reader::new(list).enter(SEQUENCE)?;
    let body = parts.take(SEQUENCE)?;
    let algorithm = parts.take(SEQUENCE)?.body;
    let signature = bit_string(&mut parts)?;
    let mut fields = Fields::of(body.body)?;
    if fields.issuer != issuer.name || !is_fresh(fields.this, fields.next, now) {
        return None;
    }
    if !issuer.signed(algorithm, body.whole, signature) {
        return None;
    }
    while let Some(mut entry) = fields
        .revoked
        .as_mut()
        .and_then(|entries| entries.enter(SEQUENCE))
    {
        if entry.take(INTEGER)?.body == leaf.raw_serial() {
            return Some(Revocation::Revoked);
        }
    }
    Some(Revocation::Good)
}

/// Until when a list may be kept: its next update.
pub(super) fn good_until(list: &[u8]) -> Option<UnixTime> {
    let body = Reader::new(list).enter(SEQUENCE)?.take(SEQUENCE)?;
    Fields::of(body.body)?.next
}

struct Fields<'a> {
    issuer: &'a [u8],
    this: UnixTime,
    next: Option<UnixTime>,
    revoked: Option<Reader<'a>>,
}

impl<'a> Fields<'a> {
    fn of(body: &'a [u8]) -> Option<Self> {
        let mut fields = Reader::new(body);
        if fields.peek()? == INTEGER {
            fields.next()?;
        }
        fields.take(SEQUENCE)?;
        let issuer = fields.take(SEQUENCE)?.whole;
        let this = time(fields.next()?)?;
        let next = match fields.peek() {
            Some(0x17 | 0x18) => Some(time(fields.next()?)?),
            _ => None,
        };
        Some(Self {
            issuer,
            this,
            next,
            revoked: fields.enter(SEQUENCE),
        })
    }
}
