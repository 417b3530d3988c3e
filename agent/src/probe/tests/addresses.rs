//! Names, families and several addresses.

use std::net::SocketAddr;
use std::sync::Arc;

use ems_contract::family::Family;
use ems_contract::plan::Reference;
use ems_contract::probe::ProbeKind;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{A, AAAA};
use hickory_proto::rr::{RData, RecordType};

use super::*;
use crate::net::fault::Fault;
use crate::net::resolve::fake::{Script, always, reply, serve};
use crate::probe::hostile::{PORTAL, Site, answer, ok, target};
use crate::probe::{Measurement, Prober};

/// A resolver that knows these IPv4 addresses and no IPv6 one.
fn v4_only(addresses: &[[u8; 4]]) -> Script {
    let data: Vec<RData> = addresses.iter().map(|a| RData::A(A((*a).into()))).collect();
    Arc::new(move |question, _| {
        let data = match question.queries[0].query_type() {
            RecordType::A => &data[..],
            _ => &[],
        };
        Some(reply(&question, ResponseCode::NoError, data))
    })
}

#[tokio::test]
async fn both_families_are_measured_apart() {
    for (at, family, other) in [
        ("127.0.0.1:0", Family::V4, Family::V6),
        ("[::1]:0", Family::V6, Family::V4),
    ] {
        let site = Site::raw(at, None, |wire, _| answer(wire, ok(PORTAL).into_bytes())).await;
        let seen = target(&site.url()).over(family).measure().await;
        assert_eq!(seen.outcome, Outcome::Up, "{family}");
        let none = target(&site.url()).over(other).measure().await;
        assert_eq!(none.outcome, down(Stage::Dns, Cause::DnsNodata), "{other}");
        drop(site);
    }
}

#[tokio::test]
async fn names_are_resolved_and_timed() {
    let site = Site::answering(ok(PORTAL)).await;
    let dns = serve(vec![v4_only(&[[127, 0, 0, 1]])]).await;
    let url = format!("http://angiang.gov.vn:{}/", site.address.port());
    let here = target(&url).asking(&dns.addresses);
    let seen = here.measure().await;
    assert_eq!(seen.outcome, Outcome::Up);
    assert!(seen.attempts[0].timings.dns_us.is_some());
    assert_eq!(seen.facts.addresses, [site.address.ip()]);
    let v6 = here.over(Family::V6).measure().await;
    assert_eq!(v6.outcome, down(Stage::Dns, Cause::DnsNodata));
    assert_eq!(v6.attempts.len(), 2);
}

#[tokio::test]
async fn an_address_that_nobody_allowed_is_not_touched() {
    let site = Site::answering(ok(PORTAL)).await;
    let dns = serve(vec![v4_only(&[[127, 0, 0, 1]])]).await;
    let url = format!("http://angiang.gov.vn:{}/", site.address.port());
    let mut target = target(&url).asking(&dns.addresses);
    Arc::make_mut(&mut target.job.portal).allow.clear();
    let seen = target.measure().await;
    assert_eq!(seen.outcome, down(Stage::Connect, Cause::TcpUnreachable));
    assert_eq!(seen.facts.addresses, [site.address.ip()], "what DNS said is kept");
    assert_eq!(site.connections(), 0);
    // The same address, written by the operator, is measured.
    assert_eq!(
        target.resolve(&["127.0.0.1"]).measure().await.outcome,
        Outcome::Up
    );
}

#[tokio::test]
async fn a_redirect_cannot_lead_to_an_address_that_nobody_allowed() {
    let inside = Site::answering(ok(PORTAL)).await;
    let location = format!("http://127.0.0.1:{}/", inside.address.port());
    let outside = Site::raw("[::1]:0", None, move |wire, _| {
        answer(wire, crate::probe::hostile::redirect(&location).into_bytes())
    })
    .await;
    let mut target = target(&format!("http://trang.example:{}/", outside.address.port()))
        .resolve(&["::1"])
        .over(Family::V6);
    Arc::make_mut(&mut target.job.portal).allow.clear();
    let seen = target.measure().await;
    assert_eq!(
        seen.outcome,
        down(Stage::Dns, Cause::DnsNodata),
        "the other family is not gone to"
    );
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn one_dead_address_of_two_degrades_and_all_get_their_turn() {
    let alive = Site::answering(ok(PORTAL)).await;
    let url = format!("http://angiang.gov.vn:{}/", alive.address.port());
    // 127.0.0.9 has nobody at that port.
    let mut target = target(&url).resolve(&["127.0.0.1", "127.0.0.9"]);
    let prober = target.prober();
    let mut outcomes = Vec::new();
    for _slot in 0..2 {
        outcomes.push(prober.measure(target.job.clone()).await.outcome);
        target.job.slot = target.job.slot + 60;
    }
    outcomes.sort_by_key(|outcome| outcome.state_name());
    assert_eq!(
        outcomes,
        [degraded(DegradedCause::SomeAddressesDead), Outcome::Up]
    );
}

#[tokio::test]
async fn the_dns_probe_looks_at_both_families() {
    let measure = |script: Script| async {
        let dns = serve(vec![script]).await;
        let seen: Measurement = target("https://angiang.gov.vn/")
            .by(ProbeKind::Dns)
            .asking(&dns.addresses)
            .measure()
            .await;
        seen
    };
    let both: Script = Arc::new(|question, _| {
        let data = match question.queries[0].query_type() {
            RecordType::A => RData::A(A::new(203, 162, 0, 1)),
            _ => RData::AAAA(AAAA::new(0x2405, 0, 0, 0, 0, 0, 0, 1)),
        };
        Some(reply(&question, ResponseCode::NoError, &[data]))
    });
    let seen = measure(both).await;
    assert_eq!(seen.outcome, Outcome::Up);
    assert_eq!(seen.facts.addresses.len(), 2);
    assert_eq!(measure(v4_only(&[[203, 162, 0, 1]])).await.outcome, Outcome::Up);
    let gone = measure(always(ResponseCode::NXDomain, vec![])).await;
    assert_eq!(gone.outcome, down(Stage::Dns, Cause::DnsNxdomain));
    assert_eq!(gone.attempts.len(), 2);
}

#[tokio::test]
async fn reference_points_prove_line_and_resolver() {
    let site = Site::answering("").await;
    let dns = serve(vec![v4_only(&[[127, 0, 0, 1]])]).await;
    let prober = target("http://angiang.gov.vn/").asking(&dns.addresses).prober();
    let reference = |host: &str, at: SocketAddr, family| Reference {
        host: host.to_owned(),
        port: at.port(),
        family,
        resolve: Vec::new(),
    };
    let check = |reference: Reference| {
        let prober = &prober;
        async move { prober.check_reference(&reference).await }
    };
    assert_eq!(
        check(reference("moc.example", site.address, Family::V4)).await,
        Ok(())
    );
    assert_eq!(
        check(reference("127.0.0.1", site.address, Family::V4)).await,
        Ok(())
    );
    let nodata = Err(Fault::portal(Stage::Dns, Cause::DnsNodata));
    assert_eq!(
        check(reference("moc.example", site.address, Family::V6)).await,
        nodata
    );
    let closed = site.address;
    drop(site);
    let refused = Err(Fault::portal(Stage::Connect, Cause::TcpRefused));
    assert_eq!(check(reference("moc.example", closed, Family::V4)).await, refused);
}
