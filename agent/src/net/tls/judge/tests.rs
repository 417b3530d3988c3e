//! Faults that no server of ours can show, because our own cryptography refuses to make them.

use proptest::prelude::*;
use rustls::pki_types::pem::PemObject;

use super::*;
use crate::net::tls::certificate::summary;

fn pem(bytes: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(bytes).unwrap()
}

/// Valid from 2026 to 2051 for `angiang.gov.vn`, signed by the authority of the same folder.
fn judge(leaf: &[u8], host: &str, year: i64) -> Vec<Cause> {
    let authority = pem(include_bytes!("../testdata/authority.pem"));
    let roots = Roots::new(vec![authority]).unwrap();
    let now = UnixTime::from_secs((year - 1970) * 31_556_952);
    let name = ServerName::try_from(host.to_owned()).unwrap();
    faults(&[pem(leaf)], &name, now, &roots)
}

#[test]
fn a_broken_hash_and_a_short_key() {
    let sha1 = include_bytes!("../testdata/sha1-signature.pem");
    let short = include_bytes!("../testdata/rsa-1024.pem");
    let home = "angiang.gov.vn";
    assert_eq!(judge(sha1, home, 2030), [Cause::TlsWeakSignature]);
    assert_eq!(judge(short, home, 2030), [Cause::TlsWeakKey]);
    assert_eq!(
        judge(sha1, "khac.gov.vn", 2060),
        [Cause::TlsWeakSignature, Cause::TlsHostname, Cause::TlsExpired]
    );
    assert_eq!(
        judge(short, home, 2020),
        [Cause::TlsWeakKey, Cause::TlsNotYetValid]
    );
    assert_eq!(summary(&pem(short)).unwrap().key, "RSA 1024");
    assert_eq!(summary(&pem(sha1)).unwrap().signature, "ecdsa-with-SHA1");
}

#[test]
fn what_is_no_certificate_is_untrusted() {
    let roots = Roots::new(Vec::new()).unwrap();
    let name = ServerName::try_from("angiang.gov.vn").unwrap();
    for der in [&[][..], &[0x30, 0x82], &[0xff; 99]] {
        let chain = [CertificateDer::from(der)];
        assert_eq!(
            faults(&chain, &name, UnixTime::from_secs(0), &roots),
            [Cause::TlsUntrusted]
        );
    }
    assert_eq!(
        faults(&[], &name, UnixTime::from_secs(0), &roots),
        [Cause::TlsUntrusted]
    );
    assert_eq!(Roots::new(vec![CertificateDer::from(&b"no"[..])]).unwrap_err(), 0);
}

proptest! {
    /// Certificates with bytes turned over and cut off, and bytes that never were one.
    #[test]
    fn garbage_in_a_certificate_is_a_fault_and_no_panic(
        noise in any::<Vec<u8>>(),
        flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
        cut in any::<usize>(),
        seconds in any::<i64>(),
    ) {
        let roots = Roots::new(vec![pem(include_bytes!("../testdata/authority.pem"))]).unwrap();
        let name = ServerName::try_from("angiang.gov.vn").unwrap();
        let mut spoilt = pem(include_bytes!("../testdata/sha1-signature.pem")).to_vec();
        for (at, byte) in flips {
            let at = at % spoilt.len();
            spoilt[at] ^= byte;
        }
        let whole = spoilt.clone();
        spoilt.truncate(cut % (spoilt.len() + 1));
        for der in [noise, whole, spoilt] {
            std::hint::black_box(summary(&der));
            let chain = [CertificateDer::from(der.clone()), CertificateDer::from(der)];
            // The untouched one is signed with SHA-1: no change makes it good.
            prop_assert!(!faults(&chain, &name, UnixTime::from_secs(seconds), &roots).is_empty());
        }
    }
}
