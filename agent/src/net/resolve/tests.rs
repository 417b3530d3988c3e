//! Against little DNS servers on loopback that answer as told.

use std::sync::Arc;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{A, AAAA, CNAME};

use super::fake::{Script, always, reply, serve};
use super::*;

fn silent() -> Script {
    Arc::new(|_, _| None)
}

async fn lookup(scripts: Vec<Script>, family: Family) -> Result<Addresses, Fault> {
    let servers = serve(scripts).await;
    let resolver = Resolver::new(servers.addresses.clone());
    let limit = Duration::from_millis(500);
    resolver.lookup("cong.angiang.gov.vn", family, limit, 0).await
}

fn four() -> Vec<RData> {
    vec![RData::A(A::new(203, 162, 0, 1))]
}

const fn dns(cause: Cause) -> Fault {
    Fault::portal(Stage::Dns, cause)
}

#[tokio::test]
async fn addresses_of_the_asked_family_only() {
    let both: Script = Arc::new(|question, _| {
        let data = match question.queries[0].query_type() {
            RecordType::AAAA => RData::AAAA(AAAA::new(0x2405, 0, 0, 0, 0, 0, 0, 1)),
            _ => RData::A(A::new(203, 162, 0, 1)),
        };
        Some(reply(&question, ResponseCode::NoError, &[data]))
    });
    let v4 = lookup(vec![Arc::clone(&both)], Family::V4).await.unwrap();
    assert_eq!(v4.list, ["203.162.0.1".parse::<IpAddr>().unwrap()]);
    let v6 = lookup(vec![both], Family::V6).await.unwrap();
    assert_eq!(v6.list, ["2405::1".parse::<IpAddr>().unwrap()]);
}

#[tokio::test]
async fn every_failure_has_its_cause() {
    use ResponseCode as R;
    for (what, scripts, cause) in [
        ("nxdomain", vec![always(R::NXDomain, vec![])], Cause::DnsNxdomain),
        ("nodata", vec![always(R::NoError, vec![])], Cause::DnsNodata),
        (
            "servfail twice",
            vec![always(R::ServFail, vec![]); 2],
            Cause::DnsServfail,
        ),
        (
            "refused twice",
            vec![always(R::Refused, vec![]); 2],
            Cause::DnsRefused,
        ),
        ("silence twice", vec![silent(); 2], Cause::DnsTimeout),
        (
            "silence, then failure",
            vec![silent(), always(R::ServFail, vec![])],
            Cause::DnsServfail,
        ),
    ] {
        assert_eq!(lookup(scripts, Family::V4).await, Err(dns(cause)), "{what}");
    }
}

#[tokio::test]
async fn a_second_resolver_overrules_the_trouble_of_the_first() {
    for first in [
        silent(),
        always(ResponseCode::ServFail, vec![]),
        always(ResponseCode::Refused, vec![]),
    ] {
        let scripts = vec![first, always(ResponseCode::NoError, four())];
        assert!(lookup(scripts, Family::V4).await.is_ok());
    }
}

#[tokio::test]
async fn a_second_resolver_does_not_overrule_an_answer() {
    let scripts = vec![
        always(ResponseCode::NXDomain, vec![]),
        always(ResponseCode::NoError, four()),
    ];
    assert_eq!(lookup(scripts, Family::V4).await, Err(dns(Cause::DnsNxdomain)));
}

#[tokio::test]
async fn bogus_signatures_are_told_by_disabling_the_check() {
    let validating: Script = Arc::new(|question, _| {
        Some(if question.metadata.checking_disabled {
            reply(&question, ResponseCode::NoError, &four())
        } else {
            reply(&question, ResponseCode::ServFail, &[])
        })
    });
    assert_eq!(
        lookup(vec![validating], Family::V4).await,
        Err(dns(Cause::DnsDnssecBogus))
    );
}

#[tokio::test]
async fn a_loop_is_found_behind_a_resolver_that_only_says_failure() {
    let looping: Script = Arc::new(|question, _| {
        let other = if question.queries[0].name().to_ascii().starts_with("cong") {
            "www.angiang.gov.vn."
        } else {
            "cong.angiang.gov.vn."
        };
        Some(match question.queries[0].query_type() {
            RecordType::CNAME => {
                let target = RData::CNAME(CNAME(Name::from_ascii(other).unwrap()));
                reply(&question, ResponseCode::NoError, &[target])
            }
            _ => reply(&question, ResponseCode::ServFail, &[]),
        })
    });
    assert_eq!(
        lookup(vec![looping], Family::V4).await,
        Err(dns(Cause::DnsCnameLoop))
    );
}

/// An authoritative-like server that answers one link at a time.
fn stepwise(end: ResponseCode, data: Vec<RData>) -> Script {
    Arc::new(move |question, _| {
        Some(if question.queries[0].name().to_ascii().starts_with("cong") {
            let target = RData::CNAME(CNAME(Name::from_ascii("ha-tang.vn.").unwrap()));
            reply(&question, ResponseCode::NoError, &[target])
        } else {
            reply(&question, end, &data)
        })
    })
}

#[tokio::test]
async fn aliases_that_the_server_left_are_followed() {
    let found = lookup(vec![stepwise(ResponseCode::NoError, four())], Family::V4)
        .await
        .unwrap();
    assert_eq!(found.aliases, ["ha-tang.vn"]);
    assert_eq!(
        lookup(vec![stepwise(ResponseCode::NXDomain, vec![])], Family::V4).await,
        Err(dns(Cause::DnsCnameDangling))
    );
}

#[tokio::test]
async fn a_cut_answer_is_asked_again_over_tcp() {
    let cut: Script = Arc::new(|question, tcp| {
        let mut answer = reply(&question, ResponseCode::NoError, &four());
        if !tcp {
            answer.answers.clear();
        }
        answer.metadata.truncation = !tcp;
        Some(answer)
    });
    assert!(lookup(vec![cut], Family::V4).await.is_ok());
}

#[tokio::test]
async fn a_forged_id_is_passed_over() {
    let forged: Script = Arc::new(|question, _| {
        let mut answer = reply(&question, ResponseCode::NoError, &four());
        answer.metadata.id = question.metadata.id.wrapping_add(1);
        Some(answer)
    });
    assert_eq!(
        lookup(vec![forged], Family::V4).await,
        Err(dns(Cause::DnsTimeout))
    );
}

#[tokio::test]
async fn without_a_resolver_the_fault_is_ours() {
    let nobody = Resolver::new(Vec::new());
    assert_eq!(
        nobody
            .lookup("angiang.gov.vn", Family::V4, Duration::from_secs(1), 0)
            .await,
        Err(Fault::Own(UnknownWhy::AgentBlind))
    );
}

#[tokio::test]
async fn a_name_that_cannot_exist_does_not() {
    let long = format!("{}.vn", "a".repeat(64));
    let resolver = Resolver::new(vec!["127.0.0.1:9".parse().unwrap()]);
    assert_eq!(
        resolver
            .lookup(&long, Family::V4, Duration::from_secs(1), 0)
            .await,
        Err(dns(Cause::DnsNxdomain))
    );
}
