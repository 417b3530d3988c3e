//! Every fact of the network checks reaches the judge, and nothing that was not seen.

use ems_contract::cause::{Cause, Stage};
use ems_contract::digest::Sha256;
use ems_contract::facts::{
    DnsFacts, Dnssec as Proven, Facts, Hop, Hsts, HttpFacts, Identity, QueryStatus, Revocation,
    SecurityHeaders, SecurityTxt, Share, SiteFacts, TlsAudit, TlsFacts, WwwVariant,
};
use ems_contract::family::Family;

use super::*;
use crate::judge::facts::{Canonical, DnsStatus, Dnssec};

fn look(probe: ProbeKind, family: Option<Family>, outcome: Outcome, facts: Facts) -> Observed {
    let observation = Observation {
        schema: 1,
        agent: "a1".parse().unwrap(),
        epoch: serde_json::from_str("\"00000000000000000000000000000001\"")
            .unwrap_or_else(|_| panic!("epoch")),
        seq: 1,
        portal: "p".parse().unwrap(),
        target_hash: Sha256::of(b""),
        plan_version: Sha256::of(b""),
        probe,
        family,
        slot: "2026-11-22T00:00:00Z".parse().unwrap(),
        interval_s: 60,
        attempts: Vec::new(),
        outcome,
        facts,
    };
    Observed::from_observation(&observation, "viettel".parse().unwrap())
}

fn slot(family: Family, outcome: Outcome, facts: Facts) -> Observed {
    look(ProbeKind::Reach, Some(family), outcome, facts)
}

const fn down(stage: Stage, cause: Cause) -> Outcome {
    Outcome::Down { stage, cause }
}

#[test]
fn no_data_for_ipv6_says_that_there_is_no_aaaa() {
    let nodata = Outcome::Down {
        stage: Stage::Dns,
        cause: Cause::DnsNodata,
    };
    let seen = slot(Family::V6, nodata, Facts::default());
    assert_eq!(seen.dns.unwrap().aaaa, Some(Vec::new()));
    // Over IPv4 the same answer says nothing about AAAA.
    assert_eq!(slot(Family::V4, nodata, Facts::default()).dns.unwrap().aaaa, None);
}

#[test]
fn a_timeout_of_the_name_servers_says_nothing_about_records() {
    let timeout = Outcome::Down {
        stage: Stage::Dns,
        cause: Cause::DnsTimeout,
    };
    let dns = slot(Family::V6, timeout, Facts::default()).dns.unwrap();
    assert_eq!((dns.status, dns.aaaa), (Some(DnsStatus::Timeout), None));
}

#[test]
fn a_firewall_hides_the_page() {
    let http = HttpFacts {
        hops: vec![Hop {
            url: "https://waf.example.com/".to_owned(),
            status: 403,
        }],
        version: None,
        page_kind: Some(PageKind::Blocked),
    };
    let facts = Facts {
        http: Some(http),
        ..Facts::default()
    };
    let page = slot(Family::V4, Outcome::Up, facts).page.unwrap();
    assert!(page.blocked && page.final_url.is_none());
}

#[test]
fn the_cause_of_a_failing_name_is_its_status() {
    for (cause, want) in [
        (Cause::DnsNxdomain, DnsStatus::Nxdomain),
        (Cause::DnsCnameDangling, DnsStatus::Nxdomain),
        (Cause::DnsServfail, DnsStatus::Servfail),
        (Cause::DnsRefused, DnsStatus::Servfail),
        (Cause::DnsLame, DnsStatus::Servfail),
        (Cause::DnsCnameLoop, DnsStatus::Servfail),
        (Cause::DnsDnssecBogus, DnsStatus::Servfail),
        (Cause::DnsTimeout, DnsStatus::Timeout),
        (Cause::DnsNodata, DnsStatus::Ok),
    ] {
        let seen = look(ProbeKind::Dns, None, down(Stage::Dns, cause), Facts::default());
        assert_eq!(seen.dns.unwrap().status, Some(want), "{cause}");
    }
}

fn named(a: QueryStatus, aaaa: QueryStatus) -> DnsFacts {
    DnsFacts {
        status: [("a", a), ("aaaa", aaaa), ("caa", QueryStatus::Nodata)]
            .map(|(kind, status)| (kind.to_owned(), status))
            .into(),
        aliases: Vec::new(),
        zone: Some("gov.vn".to_owned()),
        servers: Vec::new(),
        ns_ok: Share::All,
        ns_ipv6: Share::Unreachable,
        dnssec: Proven::Insecure,
        rrsig_days: None,
        caa: Vec::new(),
        not_global: Vec::new(),
    }
}

fn dns_slot(facts: DnsFacts, outcome: Outcome) -> crate::judge::facts::DnsSeen {
    let facts = Facts {
        addresses: vec!["203.162.0.1".parse().unwrap(), "2405:4800::1".parse().unwrap()],
        dns: Some(facts),
        ..Facts::default()
    };
    look(ProbeKind::Dns, None, outcome, facts).dns.unwrap()
}

#[test]
fn every_question_of_the_dns_probe_reaches_the_judge() {
    use QueryStatus::{Nodata, Nxdomain, Ok, Timeout};
    let seen = dns_slot(named(Ok, Ok), Outcome::Up);
    assert_eq!(seen.status, Some(DnsStatus::Ok));
    assert_eq!(seen.aaaa, Some(vec!["2405:4800::1".parse().unwrap()]));
    assert_eq!(seen.dnssec, Some(Dnssec::Unsigned));
    assert_eq!(seen.ns_ipv6, Some(false));
    assert_eq!(seen.caa, Some(false));

    let seen = dns_slot(named(Ok, Nodata), Outcome::Up);
    assert_eq!((seen.status, seen.aaaa), (Some(DnsStatus::Ok), Some(Vec::new())));
    // The name stands, but visitors who ask for AAAA are turned away or kept waiting (RFC 4074).
    for (aaaa, cause) in [(Nxdomain, Cause::DnsNxdomain), (Timeout, Cause::DnsTimeout)] {
        let seen = dns_slot(named(Ok, aaaa), down(Stage::Dns, cause));
        assert_eq!((seen.status, seen.aaaa), (Some(DnsStatus::Split), None));
    }
    let mut some = named(Ok, Ok);
    some.ns_ok = Share::Some;
    some.ns_ipv6 = Share::Unknown;
    some.dnssec = Proven::Secure;
    some.caa = vec!["0 issue \"ca.vn\"".to_owned()];
    let seen = dns_slot(some, Outcome::Up);
    assert_eq!((seen.status, seen.ns_ipv6), (Some(DnsStatus::Split), None));
    assert_eq!((seen.dnssec, seen.caa), (Some(Dnssec::Valid), Some(true)));
}

fn session() -> TlsFacts {
    TlsFacts {
        version: Some("TLSv1.3".to_owned()),
        cipher: None,
        alpn: None,
        chain: Some(Sha256::of(b"chain")),
        not_after: None,
        chain_not_after: None,
        faults: Vec::new(),
        stapled: false,
    }
}

#[test]
fn the_tls_audit_and_the_site_reach_the_judge() {
    let audit = TlsAudit {
        versions: vec!["TLSv1.0".to_owned(), "TLSv1.2".to_owned()],
        forward_secrecy: Some(true),
        ocsp: Some(Revocation::Good),
        ..TlsAudit::default()
    };
    let site = SiteFacts {
        https_redirect: Some(false),
        hsts: Some(Hsts::Short),
        headers: SecurityHeaders {
            referrer_policy: Some("no-referrer".to_owned()),
            ..SecurityHeaders::default()
        },
        security_txt: Some(SecurityTxt::Ok),
        www: Some(WwwVariant::Differs),
        v4_v6_same: Some(false),
        v6_slow: Some(true),
        identity: Some(Identity::Missing),
        ..SiteFacts::default()
    };
    let facts = Facts {
        tls: Some(session()),
        tls_audit: Some(audit.clone()),
        site: Some(site.clone()),
        ..Facts::default()
    };
    let seen = look(ProbeKind::Tls, None, Outcome::Up, facts.clone());
    assert_eq!(seen.audit, Some(audit));
    assert_eq!(seen.tls.unwrap().chain, Some(Sha256::of(b"chain")));
    let https = seen.https.unwrap();
    assert_eq!((https.works, https.redirects), (true, Some(false)));
    let page = seen.page.unwrap();
    assert_eq!(
        (page.canonical, page.names_agency),
        (Some(Canonical::Different), Some(false))
    );
    assert_eq!(
        (page.v4_v6_same, page.v6_slow, page.foreign),
        (Some(false), Some(true), false)
    );
    let sent = &seen.checks["hsts-headers"];
    let fields = ["referrer-policy".to_owned(), "security.txt".to_owned()];
    assert_eq!((sent.found, sent.good, sent.of), (Some(false), Some(2), Some(6)));
    assert_eq!(sent.fields.as_deref(), Some(&fields[..]));

    let foreign = SiteFacts {
        identity: Some(Identity::Foreign),
        ..site
    };
    let facts = Facts {
        site: Some(foreign),
        ..facts
    };
    assert!(
        look(ProbeKind::Tls, None, Outcome::Up, facts)
            .page
            .unwrap()
            .foreign
    );
}

#[test]
fn a_closed_port_443_is_no_https_and_a_failing_name_says_nothing_about_it() {
    let tls = |outcome| look(ProbeKind::Tls, None, outcome, Facts::default()).https;
    let closed = tls(down(Stage::Connect, Cause::TcpRefused)).unwrap();
    assert!(!closed.works);
    assert_eq!(tls(down(Stage::Dns, Cause::DnsServfail)), None);
    assert_eq!(
        slot(
            Family::V4,
            down(Stage::Connect, Cause::TcpRefused),
            Facts::default()
        )
        .https,
        None
    );
}

#[test]
fn an_agent_in_trouble_accuses_nobody() {
    let facts = || Facts {
        dns: Some(named(QueryStatus::Timeout, QueryStatus::Timeout)),
        tls: Some(TlsFacts {
            faults: vec![Cause::TlsExpired],
            ..session()
        }),
        ..Facts::default()
    };
    for why in UnknownWhy::ALL {
        let seen = slot(Family::V4, Outcome::Unknown { why: *why }, facts());
        assert!(seen.reach.unwrap().outcome.is_unknown());
        let refused = *why == UnknownWhy::Refused;
        assert_eq!(
            (seen.dns.is_some(), seen.tls.is_some()),
            (refused, refused),
            "{why}"
        );
    }
}
