//! Cipher suites by number: name, key exchange, whether they keep past traffic secret and whether they authenticate
//! what they encrypt (IANA TLS Cipher Suites).

/// One cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suite {
    /// IANA number.
    pub code: u16,
    /// IANA name.
    pub name: &'static str,
}

const fn suite(code: u16, name: &'static str) -> Suite {
    Suite { code, name }
}

/// The suites of TLS 1.3 (RFC 8446 §B.4).
pub const MODERN: &[Suite] = &[
    suite(0x1301, "TLS_AES_128_GCM_SHA256"),
    suite(0x1302, "TLS_AES_256_GCM_SHA384"),
    suite(0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
];

/// The suites offered up to TLS 1.2, best first: a server that can choose well is not made to choose badly.
pub const OFFERED: &[Suite] = &[
    suite(0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    suite(0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    suite(0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    suite(0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    suite(0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    suite(0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    suite(0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
];

/// The name of a suite; its number where it is not one of ours.
#[must_use]
pub fn name(code: u16) -> String {
    let mut known = MODERN.iter().chain(OFFERED);
    known
        .find(|suite| suite.code == code)
        .map_or_else(|| format!("0x{code:04x}"), |suite| suite.name.to_owned())
}

/// Whether a key that leaks later does not open what was recorded: an ephemeral key exchange.
#[must_use]
pub fn is_forward_secret(name: &str) -> bool {
    name.contains("DHE_") || is_thirteen(name)
}

/// Whether encryption and authentication are one (AEAD): no CBC, no RC4.
#[must_use]
pub fn is_aead(name: &str) -> bool {
    name.contains("_GCM_") || name.contains("_CCM") || name.contains("POLY1305")
}

/// The key exchange of a suite: `ECDHE`, `DHE`, `RSA`; `(EC)DHE` for TLS 1.3, where the suite does not say.
#[must_use]
pub fn key_exchange(name: &str) -> &'static str {
    if name.contains("_ECDHE_") {
        "ECDHE"
    } else if name.contains("_DHE_") {
        "DHE"
    } else if is_thirteen(name) {
        "(EC)DHE"
    } else {
        "RSA"
    }
}

fn is_thirteen(name: &str) -> bool {
    name.starts_with("TLS_AES_") || name.starts_with("TLS_CHACHA20_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_follow_from_the_names() {
        for (name, secret, aead, exchange) in [
            ("TLS_AES_128_GCM_SHA256", true, true, "(EC)DHE"),
            ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", true, false, "ECDHE"),
            ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", true, true, "DHE"),
            ("TLS_RSA_WITH_AES_128_GCM_SHA256", false, true, "RSA"),
            ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", false, false, "RSA"),
        ] {
            assert_eq!(
                (is_forward_secret(name), is_aead(name), key_exchange(name)),
                (secret, aead, exchange)
            );
        }
    }

    #[test]
    fn no_suite_is_offered_twice() {
        let mut codes: Vec<u16> = MODERN.iter().chain(OFFERED).map(|suite| suite.code).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert_eq!(name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(name(0x0005), "0x0005");
    }
}
