//! Certificate chains: DER certificates, leaf first, each after its length.

use ems_contract::certificate::Chain;
use ems_contract::digest::Sha256;
use rusqlite::{Connection, OptionalExtension};

use super::fail::Fail;

/// Each certificate after its length in 4 bytes, big-endian.
pub(super) fn encode(chain: &Chain) -> Vec<u8> {
    let mut bytes = Vec::new();
    for certificate in chain.certificates() {
        let length = u32::try_from(certificate.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(certificate);
    }
    bytes
}

fn decode(mut bytes: &[u8]) -> Option<Chain> {
    let mut certificates = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (certificate, rest) = rest.split_at_checked(length)?;
        certificates.push(certificate.to_vec());
        bytes = rest;
    }
    Some(Chain::new(certificates))
}

/// Keeps a chain; the same chain again changes nothing.
pub(super) fn keep(conn: &Connection, digest: Sha256, der: &[u8]) -> Result<(), Fail> {
    conn.prepare_cached("INSERT INTO chain (digest, der) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((digest.as_bytes(), der))?;
    Ok(())
}

/// The chain of this digest.
pub(super) fn find(conn: &Connection, digest: &Sha256) -> Result<Option<Chain>, Fail> {
    let der: Option<Vec<u8>> = conn
        .prepare_cached("SELECT der FROM chain WHERE digest = ?1")?
        .query_row([digest.as_bytes()], |row| row.get(0))
        .optional()?;
    der.map(|der| decode(&der).ok_or_else(|| Fail::unreadable("chain", digest)))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_survives_its_stored_form_and_a_cut_one_is_noticed() {
        let chain = Chain::new([vec![1, 2, 3], vec![], vec![4]]);
        let bytes = encode(&chain);
        assert_eq!(decode(&bytes), Some(chain));
        assert_eq!(decode(&bytes[..bytes.len() - 1]), None);
    }
}
