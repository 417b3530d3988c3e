//! Certificate chains, sent and stored once by their digest.

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// A presented chain: DER certificates, leaf first, as the server sent them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    certificates: Vec<Vec<u8>>,
}

/// The most certificates and bytes a chain may have; a server that sends more is cut there.
pub const MAX_CERTIFICATES: usize = 16;
/// The most bytes of DER kept of one chain.
pub const MAX_BYTES: usize = 64 * 1024;

impl Chain {
    /// The chain of these DER certificates, cut at [`MAX_CERTIFICATES`] and [`MAX_BYTES`].
    #[must_use]
    pub fn new(certificates: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut room = MAX_BYTES;
        let mut kept = Vec::new();
        for certificate in certificates.into_iter().take(MAX_CERTIFICATES) {
            let Some(left) = room.checked_sub(certificate.len()) else {
                break;
            };
            room = left;
            kept.push(certificate);
        }
        Self { certificates: kept }
    }

    /// The certificates, leaf first.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// The digest that names the chain.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        let parts: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        Sha256::of_list(&parts)
    }
}

impl Serialize for Chain {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.certificates.iter().map(|der| to_hex(der)))
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let certificates: Option<Vec<Vec<u8>>> = texts.iter().map(|text| from_hex(text)).collect();
        certificates
            .map(Self::new)
            .ok_or_else(|| serde::de::Error::custom("a certificate is DER in hexadecimal digits"))
    }
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let digits = digits?;
    if digits.len() % 2 != 0 {
        return None;
    }
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_survives_json_and_keeps_its_digest() {
        let chain = Chain::new([vec![0x30, 0x82, 0xff], vec![0x00]]);
        let json = serde_json::to_string(&chain).unwrap();
        assert_eq!(json, r#"["3082ff","00"]"#);
        let back: Chain = serde_json::from_str(&json).unwrap();
        assert_eq!(back.digest(), chain.digest());
        assert!(serde_json::from_str::<Chain>(r#"["308"]"#).is_err());
        assert!(serde_json::from_str::<Chain>(r#"["zz"]"#).is_err());
    }

    #[test]
    fn an_endless_chain_is_cut() {
        assert_eq!(
            Chain::new((0..99).map(|_| vec![1])).certificates().len(),
            MAX_CERTIFICATES
        );
        assert_eq!(Chain::new([vec![0; MAX_BYTES], vec![1]]).certificates().len(), 1);
    }
}
