//! What a server speaks that our own TLS library does not: one hand-written ClientHello of TLS 1.2.
//!
//! rustls knows only suites with forward secrecy and authenticated encryption. Browsers still accept CBC and RSA key
//! exchange, so a server that refuses us with an alert may serve everybody else; and one that speaks nothing above
//! TLS 1.1 serves nobody. The first flight of TLS 1.2 and older is not encrypted: version, suite and certificate are
//! read from it and the connection is dropped (RFC 5246 §7.4).

use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The suites of TLS 1.2 that Chrome offers, in its order.
const SUITES: [(u16, &str); 12] = [
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
];

/// The most bytes of a first flight that are read.
const MAX_FLIGHT: usize = 128 * 1024;

/// A server's first flight, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flight {
    /// The chosen version, such as 0x0303 for TLS 1.2.
    pub(super) version: u16,
    /// The chosen suite.
    suite: u16,
    /// The presented chain, leaf first.
    pub(super) chain: Vec<CertificateDer<'static>>,
}

impl Flight {
    pub(super) fn version_name(&self) -> String {
        match self.version {
            0x0300 => "SSLv3".to_owned(),
            0x0301 => "TLSv1.0".to_owned(),
            0x0302 => "TLSv1.1".to_owned(),
            0x0303 => "TLSv1.2".to_owned(),
            other => format!("{other:#06x}"),
        }
    }

    pub(super) fn suite_name(&self) -> String {
        let known = SUITES.iter().find(|(number, _)| *number == self.suite);
        known.map_or_else(|| format!("{:#06x}", self.suite), |(_, name)| (*name).to_owned())
    }
}

/// Says hello and reads the first flight; `None` when the server does not choose any of what browsers offer.
pub(super) async fn ask<S>(mut stream: S, name: &ServerName<'_>, random: [u8; 32]) -> Option<Flight>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(&client_hello(name, random)).await.ok()?;
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    while seen.len() < MAX_FLIGHT {
        let count = stream.read(&mut piece).await.ok()?;
        seen.extend_from_slice(&piece[..count]);
        let (flight, whole) = read(&seen);
        if whole || count == 0 {
            return flight;
        }
    }
    None
}

/// Reads a flight; the flag says that no more is needed: the certificate has come, or an alert.
fn read(bytes: &[u8]) -> (Option<Flight>, bool) {
    let mut messages = Vec::new();
    let mut rest = bytes;
    let mut ended = false;
    while let [kind, _, _, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        // Anything but a handshake record ends the flight: an alert, or no TLS at all.
        let (22, Some((body, next))) = (*kind, after.split_at_checked(length)) else {
            ended = *kind != 22;
            break;
        };
        messages.extend_from_slice(body);
        rest = next;
    }
    let mut flight = None;
    let mut messages = &messages[..];
    while let [kind, a, b, c, after @ ..] = messages {
        let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap_or(usize::MAX);
        let Some((body, next)) = after.split_at_checked(length) else {
            break;
        };
        match (kind, &mut flight) {
            (2, None) => flight = server_hello(body),
            (11, Some(Flight { chain, .. })) => {
                *chain = certificates(body);
                return (flight, true);
            }
            // ServerHelloDone without a certificate, or messages out of order.
            _ => return (flight, true),
        }
        if flight.is_none() {
            return (None, true);
        }
        messages = next;
    }
    (flight, ended)
}

fn server_hello(body: &[u8]) -> Option<Flight> {
    let version = u16::from_be_bytes([*body.first()?, *body.get(1)?]);
    let session = usize::from(*body.get(34)?);
    let suite = u16::from_be_bytes([*body.get(35 + session)?, *body.get(36 + session)?]);
    Some(Flight {
        version,
        suite,
        chain: Vec::new(),
    })
}

fn certificates(body: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut chain = Vec::new();
    let mut rest = body.get(3..).unwrap_or_default();
    while let [a, b, c, after @ ..] = rest {
        let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap_or(usize::MAX);
        let Some((der, next)) = after.split_at_checked(length) else {
            break;
        };
        chain.push(CertificateDer::from(der.to_vec()));
        rest = next;
    }
    chain
}

fn client_hello(name: &ServerName<'_>, random: [u8; 32]) -> Vec<u8> {
    let mut extensions = Vec::new();
    let mut extension = |kind: u16, body: &[u8]| {
        extensions.extend_from_slice(&kind.to_be_bytes());
        extensions.extend(sized(body));
    };
    if let ServerName::DnsName(host) = name {
        let entry = [&[0][..], &sized(host.as_ref().as_bytes())].concat();
        extension(0, &sized(&entry));
    }
    extension(10, &sized(&[0, 29, 0, 23, 0, 24])); // groups: X25519, P-256, P-384
    extension(11, &[1, 0]); // points: uncompressed
    // Signatures: ECDSA and RSA with SHA-256, SHA-384, SHA-512 and, as the last resort, SHA-1.
    extension(
        13,
        &sized(&[4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1, 2, 3, 2, 1]),
    );
    extension(16, &sized(b"\x08http/1.1")); // ALPN
    extension(23, &[]); // extended master secret
    extension(0xff01, &[0]); // renegotiation info

    let mut body = vec![3, 3];
    body.extend_from_slice(&random);
    body.push(0); // no session
    let suites: Vec<u8> = SUITES
        .iter()
        .flat_map(|(number, _)| number.to_be_bytes())
        .collect();
    body.extend(sized(&suites));
    body.extend_from_slice(&[1, 0]); // no compression
    body.extend(sized(&extensions));

    // A ClientHello is far below 64 kB, so the third byte of its length is 0.
    let handshake = [&[1, 0][..], &sized(&body)].concat();
    [&[22, 3, 1][..], &sized(&handshake)].concat()
}

/// Bytes behind their length in two bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use rustls::ServerConnection;

    use super::*;
    use crate::probe::hostile::{Authority, params};

    const HELLO: &[u8] = &[
        2, 0, 0, 38, 3, 1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 0, 0, 0x2f, 0,
    ];

    #[test]
    fn an_independent_server_understands_the_hello_and_is_understood() {
        let config = Authority::new("EMS").server(&params("leaf", &["angiang.gov.vn"]));
        let mut server = ServerConnection::new(Arc::clone(&config)).unwrap();
        let name = ServerName::try_from("angiang.gov.vn").unwrap();
        let hello = client_hello(&name, [7; 32]);
        server.read_tls(&mut &hello[..]).unwrap();
        server.process_new_packets().unwrap();
        assert_eq!(server.server_name(), Some("angiang.gov.vn"));
        let mut flight = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut flight).unwrap();
        }
        let (read_back, whole) = read(&flight);
        let read_back = read_back.unwrap();
        assert!(whole);
        assert_eq!(read_back.version_name(), "TLSv1.2");
        assert_eq!(read_back.suite_name(), "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(read_back.chain.len(), 2);
        for end in 0..flight.len() {
            let (_, whole) = read(&flight[..end]);
            assert!(!whole || end > 200, "{end} bytes cannot be all");
        }
    }

    #[test]
    fn an_old_version_and_an_alert() {
        let record = [&[22, 3, 1][..], &sized(HELLO)].concat();
        let (flight, whole) = read(&record);
        assert!(!whole, "the certificate is still to come");
        let flight = flight.unwrap();
        assert_eq!(
            (flight.version_name(), flight.suite_name()),
            ("TLSv1.0".to_owned(), "TLS_RSA_WITH_AES_128_CBC_SHA".to_owned())
        );
        assert_eq!(read(&[21, 3, 3, 0, 2, 2, 40]), (None, true));
        assert_eq!(read(b"HTTP/1.1 400 Bad Request\r\n"), (None, true));
    }

    proptest! {
        #[test]
        fn garbage_is_no_flight(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _seen = read(&bytes);
            let _seen = read(&[&[22, 3, 3][..], &sized(&bytes)].concat());
            let _seen = server_hello(&bytes);
            let _seen = certificates(&bytes);
        }
    }
}
