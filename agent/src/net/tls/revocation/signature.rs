//! An authority's public key and its signatures, checked with ring through rustls' table of algorithms.

use x509_parser::certificate::X509Certificate;

use crate::net::tls::der::{BIT_STRING, Reader, SEQUENCE};

/// Who signs: name and public key.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The distinguished name, in DER.
    pub(super) name: Vec<u8>,
    /// Contents of the key's AlgorithmIdentifier.
    algorithm: Vec<u8>,
    /// The key's bits.
    pub(super) bits: Vec<u8>,
}

impl Key {
    /// The key of a SubjectPublicKeyInfo in DER, held by `name`.
    pub(super) fn of(info: &[u8], name: &[u8]) -> Option<Self> {
        let mut info = Reader::new(info).enter(SEQUENCE)?;
        let algorithm = info.take(SEQUENCE)?.body.to_vec();
        let bits = bit_string(&mut info)?.to_vec();
        Some(Self {
            name: name.to_vec(),
            algorithm,
            bits,
        })
    }

    /// The key of a certificate.
    pub(super) fn of_certificate(certificate: &X509Certificate<'_>) -> Option<Self> {
        Self::of(certificate.public_key().raw, certificate.subject().as_raw())
    }

    /// Whether `signature` over `message` is this key's, by the algorithm identifier (contents) given. SHA-1 is none
    /// of the algorithms known here.
    pub(super) fn signed(&self, algorithm: &[u8], message: &[u8], signature: &[u8]) -> bool {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .all
            .iter()
            .filter(|known| {
                known.signature_alg_id().as_ref() == algorithm
                    && known.public_key_alg_id().as_ref() == self.algorithm
            })
            .any(|known| known.verify_signature(&self.bits, message, signature).is_ok())
    }
}

/// The bits of the next value, whole bytes only.
pub(super) fn bit_string<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    match reader.take(BIT_STRING)?.body {
        [0, bits @ ..] => Some(bits),
        _ => None,
    }
}
