//! Remarks besides the verdict, each under the id of its check (catalogue of checks): pure.

use ems_contract::cause::Cause;
use ems_contract::domain::{has_national_form, prepared};
use ems_contract::facts::{
    Dnssec, Finding, FindingVerdict, Hsts, Identity, QueryStatus, Revocation, SecurityTxt, Share, WwwVariant,
};
use ems_contract::time::UnixTime;
use url::Url;

use super::super::survey::FamilyState;
use super::{Examination, telling};
use crate::net::tls::{Summary, summary};

/// Days left of a certificate from which on it is worth a remark, and an urgent one (STANDARDS T4). Short-lived ones
/// are judged by the share of their life that is left.
const WARN_DAYS: i64 = 30;
const URGENT_DAYS: i64 = 7;
const DAY_S: i64 = 86_400;
/// Days before the first signature expires.
const SIGNATURE_DAYS: i64 = 7;

/// All remarks on one target.
pub(super) fn all(seen: &Examination, now: UnixTime) -> Vec<Finding> {
    let mut found = Found(Vec::new());
    found.families(seen);
    found.names(seen);
    found.way(seen);
    found.encryption(seen, now);
    found.site(seen);
    found.0
}

struct Found(Vec<Finding>);

impl Found {
    fn add(&mut self, check: &str, verdict: FindingVerdict, cause: Option<Cause>, detail: impl Into<String>) {
        self.0.push(Finding {
            check: check.to_owned(),
            verdict,
            cause,
            detail: detail.into(),
        });
    }

    fn warn(&mut self, check: &str, cause: Option<Cause>, detail: impl Into<String>) {
        self.add(check, FindingVerdict::Warn, cause, detail);
    }

    fn fail(&mut self, check: &str, cause: Option<Cause>, detail: impl Into<String>) {
        self.add(check, FindingVerdict::Fail, cause, detail);
    }

    fn families(&mut self, seen: &Examination) {
        for verdict in &seen.verdicts {
            let six = verdict.family == ems_contract::family::Family::V6;
            let check = if six { "ipv6-reachable" } else { "home-reachable" };
            let cause = verdict.cause.and_then(Cause::from_name);
            let family = verdict.family;
            match verdict.state {
                FamilyState::Ok => {}
                FamilyState::Partial => self.warn(check, None, format!("{family}: some addresses are dead")),
                FamilyState::Fail => self.fail(check, cause, format!("{family}: not the portal's page")),
                FamilyState::Unknown => {
                    let why = verdict.cause.unwrap_or("unknown");
                    self.add(check, FindingVerdict::Unknown, cause, format!("{family}: {why}"));
                }
                FamilyState::None if six => {
                    self.fail("ipv6-aaaa", cause, "no usable AAAA record");
                }
                FamilyState::None => {}
            }
        }
    }

    fn names(&mut self, seen: &Examination) {
        for remark in &seen.domain.remarks {
            let verdict = if seen.domain.ok {
                FindingVerdict::Warn
            } else {
                FindingVerdict::Fail
            };
            self.add("domain-level-pattern", verdict, None, remark);
        }
        let Some(dns) = &seen.dns else { return };
        for address in &dns.not_global {
            let check = if address.is_ipv6() {
                "ipv6-aaaa"
            } else {
                "dns-resolves"
            };
            self.warn(check, None, format!("{address} is not a global address"));
        }
        let a_answers = dns.status.get("a") == Some(&QueryStatus::Ok);
        match dns.status.get("aaaa") {
            Some(QueryStatus::Nxdomain) if a_answers => {
                self.fail(
                    "dns-resolves",
                    Some(Cause::DnsNxdomain),
                    "AAAA denies a name that A finds (RFC 4074)",
                );
            }
            Some(QueryStatus::Timeout | QueryStatus::Servfail | QueryStatus::Refused) if a_answers => {
                self.fail("dns-resolves", None, "AAAA questions are not answered (RFC 4074)");
            }
            _ => {}
        }
        match dns.ns_ok {
            Share::Some => {
                let dead = dns
                    .servers
                    .iter()
                    .filter(|server| server.answer != QueryStatus::Ok);
                let dead: Vec<String> = dead
                    .map(|server| format!("{} {}", server.name, server.answer))
                    .collect();
                self.warn(
                    "dns-resolves",
                    None,
                    format!("some name servers fail: {}", dead.join(", ")),
                );
            }
            Share::None if !dns.servers.is_empty() => {
                self.fail("dns-resolves", None, "no name server answers for the zone");
            }
            _ => {}
        }
        if matches!(dns.ns_ipv6, Share::None | Share::Unreachable) {
            self.warn(
                "ipv6-aaaa",
                None,
                format!("name servers over IPv6: {}", dns.ns_ipv6),
            );
        }
        match dns.dnssec {
            Dnssec::Bogus => self.fail(
                "dnssec",
                Some(Cause::DnsDnssecBogus),
                "signatures do not validate",
            ),
            Dnssec::Insecure => self.warn("dnssec", None, "the zone is not signed"),
            Dnssec::Secure if dns.rrsig_days.is_some_and(|days| days < SIGNATURE_DAYS) => {
                let days = dns.rrsig_days.unwrap_or(0);
                self.warn(
                    "dnssec",
                    None,
                    format!("the first signature expires in {days} days"),
                );
            }
            Dnssec::Secure | Dnssec::Unknown => {}
        }
    }

    /// The way from the written URL to the page.
    fn way(&mut self, seen: &Examination) {
        let portal = &seen.survey.portal.url;
        let Some(visit) = seen
            .survey
            .families
            .iter()
            .filter_map(telling)
            .find(|visit| visit.result.is_ok())
        else {
            return;
        };
        let urls: Vec<&Url> = visit.steps.iter().map(|step| &step.url).collect();
        if let Some(pair) = urls.windows(2).find(|pair| is_downgrade(pair[0], pair[1])) {
            let detail = format!("{} leads to {}", pair[0], pair[1]);
            self.fail("https-enabled", Some(Cause::HttpsDowngrade), detail);
        }
        let (Some(from), Some(to)) = (portal.host_str(), urls.last().and_then(|url| url.host_str())) else {
            return;
        };
        if prepared(from) != prepared(to) {
            let detail = format!("moved to {to}");
            let cause = has_national_form(to).then_some(Cause::HttpMoved);
            self.warn(
                "canonical-host",
                cause.or(Some(Cause::HttpRedirectOffsite)),
                detail,
            );
        }
    }

    fn encryption(&mut self, seen: &Examination, now: UnixTime) {
        let steps = seen
            .survey
            .families
            .iter()
            .filter_map(telling)
            .flat_map(|visit| &visit.steps);
        let mut leaves: Vec<Summary> = Vec::new();
        for step in steps {
            let leaf = step
                .chain
                .iter()
                .find_map(|chain| summary(chain.certificates().first()?));
            leaves.extend(leaf);
        }
        if let [first, .., last] = &leaves[..]
            && first.sha256 != last.sha256
            && first.names != last.names
        {
            self.warn("ipv6-parity", None, "different certificates over the families");
        }
        if let Some(leaf) = leaves.first() {
            let left = leaf.not_after - now;
            let life = leaf.not_after - leaf.not_before;
            if left >= 0 && left < (WARN_DAYS * DAY_S).min(life / 3) {
                let urgent = left < (URGENT_DAYS * DAY_S).min(life / 6);
                let detail = format!("the certificate expires in {} days", left.div_euclid(DAY_S));
                let verdict = if urgent {
                    FindingVerdict::Fail
                } else {
                    FindingVerdict::Warn
                };
                self.add("tls-cert-valid", verdict, None, detail);
            }
            if matches!(
                leaf.key.strip_prefix("RSA ").map(str::parse::<u32>),
                Some(Ok(2048..3072))
            ) {
                self.warn(
                    "tls-cert-valid",
                    None,
                    format!("key {}: 3,072 bits are asked for by now", leaf.key),
                );
            }
        }
        let Some(audit) = &seen.audit else { return };
        let facts = &audit.facts;
        if facts.ocsp == Some(Revocation::Revoked) {
            self.fail(
                "tls-cert-valid",
                Some(Cause::TlsRevoked),
                "the issuer has revoked the certificate",
            );
        }
        if facts.ocsp == Some(Revocation::Unknown) {
            let detail = "neither responder nor revocation list could be asked";
            self.add("tls-cert-valid", FindingVerdict::Unknown, None, detail);
        }
        let old: Vec<&str> = facts
            .versions
            .iter()
            .map(String::as_str)
            .filter(|v| *v < "TLSv1.2")
            .collect();
        if !old.is_empty() && old.len() < facts.versions.len() {
            self.warn(
                "tls-protocol",
                None,
                format!("obsolete versions are offered: {}", old.join(", ")),
            );
        }
        if facts.forward_secrecy == Some(false) {
            self.warn(
                "tls-protocol",
                None,
                "key exchange without forward secrecy is chosen",
            );
        }
        if facts.aead == Some(false) {
            self.warn(
                "tls-protocol",
                None,
                "a CBC suite is chosen: no authenticated encryption",
            );
        }
    }

    fn site(&mut self, seen: &Examination) {
        let site = &seen.site.facts;
        if site.v4_v6_same == Some(false) {
            let how = seen.site.sameness.difference.as_deref().unwrap_or("they differ");
            self.warn("ipv6-parity", None, how);
        }
        if site.v6_slow == Some(true) {
            self.warn(
                "ipv6-reachable",
                None,
                "connecting over IPv6 takes more than 1 s and five times IPv4",
            );
        }
        let https = seen.survey.portal.url.scheme() == "https";
        if https && site.https_redirect == Some(false) {
            self.warn(
                "https-enabled",
                None,
                "port 80 does not lead to https on the same host at first",
            );
        }
        match site.hsts {
            Some(Hsts::Absent) => self.warn(
                "hsts-headers",
                None,
                "no Strict-Transport-Security of half a year",
            ),
            Some(Hsts::Short) => self.warn("hsts-headers", None, "Strict-Transport-Security below a year"),
            Some(Hsts::Ok) | None => {}
        }
        match site.security_txt {
            Some(SecurityTxt::Expired) => self.warn("hsts-headers", None, "security.txt has expired"),
            Some(SecurityTxt::Invalid) => self.warn("hsts-headers", None, "security.txt breaks RFC 9116"),
            _ => {}
        }
        match site.www {
            Some(WwwVariant::Differs) => {
                self.warn(
                    "canonical-host",
                    None,
                    "the www spelling serves a page of its own",
                );
            }
            Some(WwwVariant::Fails) => self.warn("canonical-host", None, "the www spelling exists and fails"),
            _ => {}
        }
        if site.soft_404 == Some(true) {
            self.warn(
                "home-reachable",
                None,
                "a path that does not exist is answered with success",
            );
        }
        if site.identity == Some(Identity::Missing) {
            self.warn("home-identity", None, "the page does not carry the body's name");
        }
    }
}

fn is_downgrade(from: &Url, to: &Url) -> bool {
    from.scheme() == "https" && to.scheme() == "http"
}
