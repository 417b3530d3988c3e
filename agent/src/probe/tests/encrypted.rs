//! Certificates and handshakes that browsers refuse.

use ems_contract::probe::ProbeKind;
use rcgen::KeyPair;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::probe::Measurement;
use crate::probe::hostile::{Authority, Site, Target, params, server, target};

const HOST: &str = "angiang.gov.vn";

fn https(site: &Site) -> Target {
    target(&format!("https://{HOST}:{}/", site.address.port())).resolve(&["127.0.0.1"])
}

async fn measure(site: &Site, authority: &Authority) -> Measurement {
    https(site).trusting(&authority.der()).measure().await
}

#[tokio::test]
async fn a_good_certificate_is_up_and_described() {
    let authority = Authority::new("EMS");
    let site = Site::encrypted(authority.server(&params("leaf", &[HOST]))).await;
    let seen = measure(&site, &authority).await;
    assert_eq!(seen.outcome, Outcome::Up);
    assert!(seen.attempts[0].timings.tls_us.is_some());
    let tls = seen.facts.tls.unwrap();
    assert_eq!(tls.version.as_deref(), Some("TLSv1.3"));
    assert!(tls.cipher.unwrap().starts_with("TLS_"));
    assert_eq!(tls.faults, []);
    assert_eq!(tls.not_after.unwrap().to_string(), "2045-01-01T00:00:00Z");
    let chain = seen.chain.unwrap();
    assert_eq!(chain.certificates().len(), 2);
    assert_eq!(tls.chain, Some(chain.digest()));
}

#[tokio::test]
async fn every_fault_is_named_and_the_facts_survive() {
    let authority = Authority::new("EMS");
    let stranger = Authority::new("Stranger");
    let mut expired = params("leaf", &[HOST]);
    expired.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let mut early = params("leaf", &[HOST]);
    early.not_before = rcgen::date_time_ymd(2044, 1, 1);
    let mut expired_and_wrong = params("leaf", &["khac.gov.vn"]);
    expired_and_wrong.not_after = rcgen::date_time_ymd(2021, 1, 1);

    let key = KeyPair::generate().unwrap();
    let lonely = params("leaf", &[HOST])
        .signed_by(&key, &authority.intermediate)
        .unwrap();
    let incomplete = server(vec![lonely.der().clone()], &key);
    let own = params("leaf", &[HOST]).self_signed(&key).unwrap();
    let self_signed = server(vec![own.der().clone()], &key);
    let strange = params("leaf", &[HOST]).signed_by(&key, &stranger.root).unwrap();
    let strange_alone = server(vec![strange.der().clone()], &key);
    let strange_full = server(vec![strange.der().clone(), stranger.der()], &key);

    use Cause as C;
    for (what, config, want) in [
        ("expired", authority.server(&expired), vec![C::TlsExpired]),
        ("not yet valid", authority.server(&early), vec![C::TlsNotYetValid]),
        (
            "wrong name",
            authority.server(&params("leaf", &["khac.gov.vn"])),
            vec![C::TlsHostname],
        ),
        (
            "two faults",
            authority.server(&expired_and_wrong),
            vec![C::TlsHostname, C::TlsExpired],
        ),
        ("incomplete", incomplete, vec![C::TlsIncompleteChain]),
        ("self-signed", self_signed, vec![C::TlsSelfSigned]),
        ("unknown authority", strange_alone, vec![C::TlsUntrusted]),
        (
            "unknown authority, sent along",
            strange_full,
            vec![C::TlsUntrusted],
        ),
        (
            "unknown and expired",
            stranger.server(&expired),
            vec![C::TlsUntrusted, C::TlsExpired],
        ),
    ] {
        let site = Site::encrypted(config).await;
        let seen = measure(&site, &authority).await;
        assert_eq!(seen.outcome, down(Stage::Tls, want[0]), "{what}");
        let tls = seen.facts.tls.unwrap();
        assert_eq!(tls.faults, want, "{what}");
        assert!(
            tls.version.is_some() && tls.not_after.is_some() && seen.chain.is_some(),
            "{what}"
        );
        assert!(seen.facts.http.is_none(), "{what}: a browser would show nothing");
    }
}

#[tokio::test]
async fn a_certificate_for_an_address() {
    let authority = Authority::new("EMS");
    for (name, want) in [
        ("127.0.0.1", Outcome::Up),
        ("127.0.0.2", down(Stage::Tls, Cause::TlsHostname)),
    ] {
        let site = Site::encrypted(authority.server(&params("leaf", &[name]))).await;
        let url = format!("https://{}/", site.address);
        let seen = target(&url).trusting(&authority.der()).measure().await;
        assert_eq!(seen.outcome, want);
    }
}

#[tokio::test]
async fn a_self_signed_certificate_that_the_operator_trusts() {
    let key = KeyPair::generate().unwrap();
    let mut own = params("leaf", &[HOST]);
    own.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let own = own.self_signed(&key).unwrap();
    let site = Site::encrypted(server(vec![own.der().clone()], &key)).await;
    let trusting = https(&site).trusting(own.der());
    assert_eq!(trusting.measure().await.outcome, Outcome::Up);
}

/// A server that answers the client's first flight with these bytes.
async fn after_hello(bytes: &'static [u8]) -> Site {
    Site::raw("127.0.0.1:0", None, move |mut wire, _| async move {
        let mut hello = [0; 2048];
        let _read = wire.read(&mut hello).await;
        let _sent = wire.write_all(bytes).await;
        let _closed = wire.shutdown().await;
        // Until the client hangs up: a reset could overtake the bytes.
        while wire.read(&mut hello).await.is_ok_and(|n| n > 0) {}
    })
    .await
}

#[tokio::test]
async fn handshakes_that_fail() {
    // A ServerHello of TLS 1.0 that chooses AES128-SHA.
    const OLD: &[u8] = &[
        22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0x2f, 0,
    ];
    for (what, bytes, cause) in [
        (
            "alert: protocol version",
            &[21, 3, 1, 0, 2, 2, 70][..],
            Cause::TlsLegacyOnly,
        ),
        ("TLS 1.0", OLD, Cause::TlsLegacyOnly),
        (
            "alert: handshake failure",
            &[21, 3, 3, 0, 2, 2, 40],
            Cause::TlsHandshake,
        ),
        (
            "plain HTTP on the port",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            Cause::TlsHandshake,
        ),
        ("hang up", b"", Cause::TlsHandshake),
    ] {
        let site = after_hello(bytes).await;
        let seen = https(&site).measure().await;
        assert_eq!(seen.outcome, down(Stage::Tls, cause), "{what}");
    }
}

#[tokio::test]
async fn a_server_that_browsers_still_take_is_not_called_down() {
    // To us an alert, to the second hello a ServerHello of TLS 1.2 with ECDHE-RSA-AES128-SHA (CBC).
    const CBC: &[u8] = &[
        22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0xc0, 0x13, 0,
    ];
    let site = Site::raw("127.0.0.1:0", None, |mut wire, number| async move {
        let mut hello = [0; 2048];
        let _read = wire.read(&mut hello).await;
        let reply = if number % 2 == 0 {
            &[21, 3, 3, 0, 2, 2, 40][..]
        } else {
            CBC
        };
        let _sent = wire.write_all(reply).await;
        let _closed = wire.shutdown().await;
        while wire.read(&mut hello).await.is_ok_and(|n| n > 0) {}
    })
    .await;
    let seen = https(&site).measure().await;
    assert_eq!(seen.outcome, REFUSED);
    let tls = seen.facts.tls.unwrap();
    assert_eq!(tls.version.as_deref(), Some("TLSv1.2"));
    assert_eq!(tls.cipher.as_deref(), Some("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"));
}

#[tokio::test]
async fn a_handshake_without_end() {
    let hanging = Site::raw("127.0.0.1:0", None, |wire, _| async move {
        std::future::pending::<()>().await;
        drop(wire);
    })
    .await;
    let seen = https(&hanging).measure().await;
    assert_eq!(seen.outcome, down(Stage::Tls, Cause::TlsTimeout));
}

#[tokio::test]
async fn a_downgrade_is_followed_and_shows_in_the_hops() {
    let plain = Site::answering(crate::probe::hostile::ok(crate::probe::hostile::PORTAL)).await;
    let authority = Authority::new("EMS");
    let location = format!("http://{HOST}:{}/", plain.address.port());
    let config = authority.server(&params("leaf", &[HOST]));
    let site = Site::raw("127.0.0.1:0", Some(config), move |wire, _| {
        crate::probe::hostile::answer(wire, crate::probe::hostile::redirect(&location).into_bytes())
    })
    .await;
    let seen = measure(&site, &authority).await;
    assert_eq!(seen.outcome, Outcome::Up);
    let hops = seen.facts.http.unwrap().hops;
    assert!(hops[0].url.starts_with("https:") && hops[1].url.starts_with("http:"));
    assert!(seen.facts.tls.is_some());
}

#[tokio::test]
async fn the_tls_probe_describes_the_chain_even_of_a_bad_certificate() {
    let authority = Authority::new("EMS");
    let mut expired = params("leaf", &[HOST]);
    expired.not_after = rcgen::date_time_ymd(2021, 1, 1);
    for (leaf, want) in [
        (params("leaf", &[HOST]), Outcome::Up),
        (expired, down(Stage::Tls, Cause::TlsExpired)),
    ] {
        let site = Site::encrypted(authority.server(&leaf)).await;
        let probe = https(&site).trusting(&authority.der()).by(ProbeKind::Tls);
        let seen = probe.measure().await;
        assert_eq!(seen.outcome, want);
        assert_eq!(seen.chain.unwrap().certificates().len(), 2);
    }
}
