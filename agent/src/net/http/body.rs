//! Undoing content codings that a server used although none was asked for, never past the limit.

use std::io::{self, Read};

use ems_contract::cause::Cause;

/// Decodes `raw` as the `Content-Encoding` header says, last coding first (RFC 9110 §8.4).
///
/// # Errors
/// `http_body_limit` past `limit` decoded bytes, `http_truncated` where the coded data ends early,
/// `http_malformed` where they are not what they claim to be.
pub(super) fn decode(raw: Vec<u8>, codings: &[&str], limit: usize) -> Result<Vec<u8>, Cause> {
    // More than two codings are an attack, not a page.
    if codings.len() > 2 {
        return Err(Cause::HttpMalformed);
    }
    codings.iter().rev().try_fold(raw, |bytes, coding| {
        match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => drain(flate2::read::MultiGzDecoder::new(&bytes[..]), limit),
            // Some servers send zlib as the standard says, others raw deflate.
            "deflate" if bytes.first().is_some_and(|b| b & 0x0f == 8) => {
                drain(flate2::read::ZlibDecoder::new(&bytes[..]), limit)
            }
            "deflate" => drain(flate2::read::DeflateDecoder::new(&bytes[..]), limit),
            "br" => drain(
                brotli_decompressor::Decompressor::new(&bytes[..], 16 * 1024),
                limit,
            ),
            // Unknown codings stay as they are: the status and the arrival are still facts.
            _ => Ok(bytes),
        }
    })
}

fn drain(reader: impl Read, limit: usize) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    match reader.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Ok(length) if length > limit => Err(Cause::HttpBodyLimit),
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Cause::HttpTruncated),
        Err(_) => Err(Cause::HttpMalformed),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_coding_comes_back() {
        let page = b"Cong thong tin dien tu".repeat(50);
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&page).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(&page).unwrap();
        for (coding, bytes) in [
            ("gzip", gzip(&page)),
            ("X-GZIP", gzip(&page)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("identity", page.clone()),
        ] {
            assert_eq!(decode(bytes, &[coding], 4096).unwrap(), page, "{coding}");
        }
        assert_eq!(decode(gzip(&gzip(&page)), &["gzip", "gzip"], 4096).unwrap(), page);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(decode(bomb, &["gzip"], 4 << 20), Err(Cause::HttpBodyLimit));
        assert_eq!(
            decode(vec![], &["gzip", "gzip", "gzip"], 9),
            Err(Cause::HttpMalformed)
        );
    }

    #[test]
    fn half_a_page_is_truncated() {
        let whole = gzip(&(0..=255u8).cycle().take(9_000).collect::<Vec<_>>());
        let half = whole[..whole.len() / 2].to_vec();
        assert_eq!(decode(half, &["gzip"], 1 << 20), Err(Cause::HttpTruncated));
    }

    proptest! {
        #[test]
        fn garbage_is_refused_or_bounded(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd"]),
        ) {
            if let Ok(decoded) = decode(bytes, &[coding], 1_000) {
                prop_assert!(decoded.len() <= 1_000);
            }
        }
    }
}
