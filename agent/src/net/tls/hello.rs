//! A ClientHello that asks for exactly one version, and the reading of the answer: pure bytes (RFC 5246 §7.4.1,
//! RFC 8446 §4.1).
//!
//! rustls cannot speak below TLS 1.2 nor CBC, so what a server offers besides is asked with bytes of our own. The
//! handshake is never finished.

use super::suite::{MODERN, OFFERED};

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// RFC 2246, obsolete (RFC 8996).
    Tls10,
    /// RFC 4346, obsolete (RFC 8996).
    Tls11,
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

impl Version {
    /// Oldest first.
    pub const ALL: [Self; 4] = [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// `TLSv1.0` to `TLSv1.3`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls10 => "TLSv1.0",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }

    const fn code(self) -> u16 {
        match self {
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.code() == code)
    }
}

/// What a server says to a ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It goes on, with this version and suite.
    Hello {
        /// The version that it chose; another one than asked is possible.
        version: Version,
        /// The suite's number (IANA TLS Cipher Suites).
        cipher: u16,
    },
    /// It refuses with this alert (RFC 8446 §6).
    Alert(u8),
    /// It does not speak TLS, or a version older than all that we know.
    Garbage,
    /// More bytes are needed.
    Incomplete,
}

/// The longest answer that is waited for: a ServerHello has some hundred bytes.
pub const MAX_REPLY: usize = 4 * 1024;

/// The record that asks for `version` alone, for the host `name` (left out when it is an address: RFC 6066 §3).
/// `random` fills the client random, the session id and the key share: 96 bytes from a good source.
#[must_use]
pub fn client_hello(version: Version, name: Option<&str>, random: &[u8; 96]) -> Vec<u8> {
    let legacy = version.code().min(Version::Tls12.code());
    let mut body = legacy.to_be_bytes().to_vec();
    body.extend_from_slice(&random[..32]);
    // A session id makes middleboxes take TLS 1.3 for a resumption (RFC 8446 appendix D.4).
    let session: &[u8] = if version == Version::Tls13 {
        &random[32..64]
    } else {
        &[]
    };
    block8(&mut body, |out| out.extend_from_slice(session));
    block16(&mut body, |out| {
        let suites = if version == Version::Tls13 {
            MODERN
        } else {
            OFFERED
        };
        for suite in suites {
            out.extend_from_slice(&suite.code.to_be_bytes());
        }
        if version != Version::Tls13 {
            // TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746): strict servers refuse without it.
            out.extend_from_slice(&[0x00, 0xff]);
        }
    });
    block8(&mut body, |out| out.push(0));
    block16(&mut body, |out| extensions(out, version, name, &random[64..]));

    let mut message = vec![0x01, 0];
    block16(&mut message, |out| out.extend_from_slice(&body));
    // Records of a first flight carry 3.1 whatever follows (RFC 8446 §5.1).
    let mut record = vec![0x16, 0x03, 0x01];
    block16(&mut record, |out| out.extend_from_slice(&message));
    record
}

fn extensions(out: &mut Vec<u8>, version: Version, name: Option<&str>, share: &[u8]) {
    let mut extension = |kind: u16, body: &dyn Fn(&mut Vec<u8>)| {
        out.extend_from_slice(&kind.to_be_bytes());
        block16(out, |out| body(out));
    };
    if let Some(name) = name.filter(|name| name.len() < 256) {
        extension(0, &|out| {
            block16(out, |out| {
                out.push(0);
                block16(out, |out| out.extend_from_slice(name.as_bytes()));
            });
        });
    }
    // supported_groups: X25519, P-256, P-384, P-521, ffdhe2048, ffdhe3072.
    extension(10, &|out| {
        block16(out, |out| {
            for group in [0x001d_u16, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101] {
                out.extend_from_slice(&group.to_be_bytes());
            }
        });
    });
    if version >= Version::Tls12 {
        // signature_algorithms: ECDSA, RSA-PSS, RSA, Ed25519; SHA-1 last, so that old servers still answer.
        extension(13, &|out| {
            block16(out, |out| {
                for scheme in [
                    0x0403_u16, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0807,
                    0x0203, 0x0201,
                ] {
                    out.extend_from_slice(&scheme.to_be_bytes());
                }
            });
        });
    }
    if version == Version::Tls13 {
        extension(43, &|out| block8(out, |out| out.extend_from_slice(&[0x03, 0x04])));
        extension(51, &|out| {
            block16(out, |out| {
                out.extend_from_slice(&[0x00, 0x1d]);
                block16(out, |out| out.extend_from_slice(share));
            });
        });
        extension(45, &|out| out.extend_from_slice(&[1, 1]));
    } else {
        extension(11, &|out| out.extend_from_slice(&[1, 0]));
        extension(23, &|_out| ());
    }
}

/// What `bytes`, all that came so far, say.
#[must_use]
pub fn read(bytes: &[u8]) -> Reply {
    let mut handshake = Vec::new();
    let mut rest = bytes;
    loop {
        let [kind, major, _minor, high, low, body @ ..] = rest else {
            return if rest.first().is_none_or(|kind| matches!(kind, 0x15 | 0x16)) {
                Reply::Incomplete
            } else {
                Reply::Garbage
            };
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *major != 3 || length == 0 || length > 16_640 {
            return Reply::Garbage;
        }
        match kind {
            0x15 => {
                return match body {
                    [_level, description, ..] => Reply::Alert(*description),
                    _ => Reply::Incomplete,
                };
            }
            0x16 => handshake.extend_from_slice(&body[..length.min(body.len())]),
            _ => return Reply::Garbage,
        }
        match server_hello(&handshake) {
            Reply::Incomplete if body.len() > length && handshake.len() < MAX_REPLY => rest = &body[length..],
            answer => return answer,
        }
    }
}

fn server_hello(message: &[u8]) -> Reply {
    if message.first().is_some_and(|kind| *kind != 2) {
        return Reply::Garbage;
    }
    let Some([high, middle, low]) = message.get(1..4) else {
        return Reply::Incomplete;
    };
    let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
    if length > MAX_REPLY {
        return Reply::Garbage;
    }
    match message.get(4..4 + length) {
        Some(body) => chosen(body).map_or(Reply::Garbage, |(version, cipher)| Reply::Hello {
            version,
            cipher,
        }),
        None => Reply::Incomplete,
    }
}

fn chosen(body: &[u8]) -> Option<(Version, u16)> {
    let word = |at: usize| Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]));
    let mut version = word(0)?;
    let after_session = 35 + usize::from(*body.get(34)?);
    let cipher = word(after_session)?;
    let mut at = after_session + 3 + 2;
    while let (Some(kind), Some(length)) = (word(at), word(at + 2)) {
        // supported_versions holds the real version of TLS 1.3.
        if kind == 43 && length == 2 {
            version = word(at + 4)?;
        }
        at += 4 + usize::from(length);
    }
    Some((Version::from_code(version)?, cipher))
}

fn block8(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.push(0);
    fill(out);
    out[at] = u8::try_from(out.len() - at - 1).unwrap_or(u8::MAX);
}

fn block16(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0, 0]);
    fill(out);
    let length = u16::try_from(out.len() - at - 2).unwrap_or(u16::MAX);
    out[at..at + 2].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hello(version: u16, cipher: u16, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend_from_slice(&[7; 32]);
        body.push(0);
        body.extend_from_slice(&cipher.to_be_bytes());
        body.push(0);
        if !extensions.is_empty() {
            block16(&mut body, |out| out.extend_from_slice(extensions));
        }
        let mut message = vec![2, 0];
        block16(&mut message, |out| out.extend_from_slice(&body));
        message
    }

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 3];
        block16(&mut record, |out| out.extend_from_slice(body));
        record
    }

    #[test]
    fn answers_are_told_apart() {
        let old = Reply::Hello {
            version: Version::Tls11,
            cipher: 0x002f,
        };
        let new = Reply::Hello {
            version: Version::Tls13,
            cipher: 0x1301,
        };
        let thirteen = hello(0x0303, 0x1301, &[0, 43, 0, 2, 3, 4]);
        let split = [record(0x16, &thirteen[..9]), record(0x16, &thirteen[9..])].concat();
        for (what, bytes, want) in [
            ("1.1", record(0x16, &hello(0x0302, 0x002f, &[])), old),
            ("1.3", record(0x16, &thirteen), new),
            ("over two records", split, new),
            ("protocol_version", record(0x15, &[2, 70]), Reply::Alert(70)),
            ("half an alert", vec![0x15, 3, 1, 0, 2, 2], Reply::Incomplete),
            ("nothing yet", vec![], Reply::Incomplete),
            (
                "half a hello",
                record(0x16, &thirteen)[..40].to_vec(),
                Reply::Incomplete,
            ),
            ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), Reply::Garbage),
            (
                "SSL 3.0",
                record(0x16, &hello(0x0300, 0x002f, &[])),
                Reply::Garbage,
            ),
            ("not a hello", record(0x16, &[11, 0, 0, 1, 0]), Reply::Garbage),
        ] {
            assert_eq!(read(&bytes), want, "{what}");
        }
    }

    #[test]
    fn a_hello_is_a_well_formed_record_that_names_the_host() {
        for version in Version::ALL {
            let bytes = client_hello(version, Some("angiang.gov.vn"), &[9; 96]);
            assert_eq!(
                usize::from(u16::from_be_bytes([bytes[3], bytes[4]])),
                bytes.len() - 5
            );
            assert!(bytes.windows(14).any(|part| part == b"angiang.gov.vn"));
            assert!(
                !client_hello(version, None, &[9; 96])
                    .windows(4)
                    .any(|part| part == b"gov.")
            );
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in any::<Vec<u8>>(), kind in 0x14_u8..0x18) {
            std::hint::black_box(read(&bytes));
            std::hint::black_box(read(&record(kind, &bytes[..bytes.len().min(600)])));
            let mut message = vec![2, 0];
            block16(&mut message, |out| out.extend_from_slice(&bytes[..bytes.len().min(600)]));
            std::hint::black_box(read(&record(0x16, &message)));
        }

        #[test]
        fn more_bytes_never_change_a_settled_answer(bytes in any::<Vec<u8>>(), more in any::<Vec<u8>>()) {
            let message = record(0x16, &hello(0x0303, 0xc02f, &[]));
            let first = read(&message);
            prop_assert_eq!(read(&[message, bytes, more].concat()), first);
        }
    }
}
