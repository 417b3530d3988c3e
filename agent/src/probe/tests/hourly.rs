//! What the hourly slot finds, and what every visit makes of it afterwards.

use ems_contract::facts::{Identity, Revocation, RevocationSource};
use ems_contract::probe::ProbeKind;
use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, KeyIdMethod, RevokedCertParams, SerialNumber,
};

use super::*;
use crate::probe::hostile::{Authority, PORTAL, Site, answer, ok, params, target};
use crate::probe::{Measurement, Prober};

const HOST: &str = "angiang.gov.vn";

/// A list of the authority's that takes these serials back, served over HTTP.
async fn list(authority: &Authority, serials: &[u64]) -> Site {
    let params = CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2020, 1, 1),
        next_update: rcgen::date_time_ymd(2045, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: serials
            .iter()
            .map(|serial| RevokedCertParams {
                serial_number: SerialNumber::from(*serial),
                revocation_time: rcgen::date_time_ymd(2020, 1, 2),
                reason_code: None,
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let der = params.signed_by(&authority.intermediate).unwrap().der().to_vec();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", der.len());
    Site::answering([head.into_bytes(), der].concat()).await
}

#[tokio::test]
async fn a_revoked_certificate_fails_the_slot_and_every_visit_after_it() {
    let authority = Authority::new("EMS");
    for (serials, revoked) in [(&[7][..], true), (&[8], false)] {
        let list = list(&authority, serials).await;
        let mut leaf = params("leaf", &[HOST]);
        leaf.serial_number = Some(SerialNumber::from(7_u64));
        leaf.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec![format!("{}crl", list.url())],
        }];
        let site = Site::encrypted(authority.server(&leaf)).await;
        let target = target(&format!("https://{HOST}:{}/", site.address.port()))
            .resolve(&["127.0.0.1"])
            .trusting(&authority.der());
        let prober = target.prober();
        let visit = || prober.measure(target.job.clone());
        assert_eq!(visit().await.outcome, Outcome::Up, "nobody has asked yet");

        let mut hourly = target.job.clone();
        hourly.probe = ProbeKind::Tls;
        hourly.family = None;
        let Measurement {
            attempts,
            outcome,
            facts,
            ..
        } = prober.measure(hourly).await;
        let want = if revoked {
            down(Stage::Tls, Cause::TlsRevoked)
        } else {
            Outcome::Up
        };
        assert_eq!((outcome, attempts.last().unwrap().outcome), (want, want));
        let audit = facts.tls_audit.unwrap();
        let said = if revoked {
            Revocation::Revoked
        } else {
            Revocation::Good
        };
        assert_eq!(
            (audit.ocsp, audit.revocation_source),
            (Some(said), Some(RevocationSource::Crl))
        );
        assert_eq!(facts.tls.unwrap().faults.contains(&Cause::TlsRevoked), revoked);
        assert!(facts.site.is_some());

        let after = visit().await;
        assert_eq!(after.outcome, want);
        assert_eq!(
            after.facts.tls.unwrap().faults.contains(&Cause::TlsRevoked),
            revoked
        );
    }
}

#[tokio::test]
async fn a_page_of_somebody_else_is_no_success_once_it_is_known() {
    let shop = "Mua bán nhà đất giá rẻ, liên hệ ngay hôm nay để được tư vấn. ".repeat(12);
    let foreign = format!(
        "<html><head><title>Công ty TNHH Bất động sản</title></head><body><p>{shop}</p></body></html>"
    );
    // The visit before, the look of the hour with what it asks besides, two attempts: then the portal is back.
    let site = Site::raw("127.0.0.1:0", None, move |wire, number| {
        let page = if number < 60 {
            foreign.clone()
        } else {
            PORTAL.to_owned()
        };
        answer(wire, ok(&page).into_bytes())
    })
    .await;
    let target = target(&site.url());
    let prober = target.prober();
    assert_eq!(prober.measure(target.job.clone()).await.outcome, Outcome::Up);
    let mut hourly = target.job.clone();
    hourly.probe = ProbeKind::Tls;
    hourly.family = None;
    let seen = prober.measure(hourly).await;
    assert_eq!(seen.facts.site.unwrap().identity, Some(Identity::Foreign));
    let after = prober.measure(target.job.clone()).await;
    assert_eq!(after.outcome, down(Stage::Content, Cause::ContentMismatch));
    // A visit that finds the portal's own page is a success at once, whatever was found in the hour before.
    while site.connections() < 60 {
        prober.measure(target.job.clone()).await;
    }
    assert_eq!(prober.measure(target.job.clone()).await.outcome, Outcome::Up);
}
