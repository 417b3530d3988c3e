//! Names, addresses, TLS, answers: what the reach, dns and tls probes give.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use ems_contract::cause::Cause;
use ems_contract::diagnostic::Message;
use ems_contract::facts::Revocation;
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;

use crate::judge::case::Case;
use crate::judge::facts::{DnsStatus, Dnssec, Observed, PageSeen, ReachSeen};
use crate::judge::grade::{Graded, Look, TEN_MINUTES};
use crate::judge::reason::Reason;
use crate::judge::words;
use crate::regulation::{Form, Host, domain_form};

/// The looks of a network check; `None` when it is none.
pub(super) fn looks(case: &Case<'_>) -> Option<Vec<Look>> {
    let by = |grade: &dyn Fn(&Observed) -> Option<Graded>| Some(case.looks(TEN_MINUTES, grade));
    match &*case.check.id {
        "home-reachable" => by(&|seen| reachable(case, home(case, seen)?)),
        "response-time" => Some(response_time(case)),
        "dns-resolves" => by(&dns_resolves),
        "ns-ipv6" => by(&|seen| {
            seen.dns
                .as_ref()?
                .ns_ipv6
                .map(|there| if there { Graded::good() } else { Graded::policy() })
        }),
        "dnssec" => by(&dnssec),
        "domain-vn-tld" => by(&|seen| {
            let host = final_host(seen)?;
            let vietnamese = host.name.ends_with(".vn");
            let graded = if vietnamese { Graded::good() } else { Graded::bad() };
            Some(graded.measured(Message::new("judge.m.host").with("host", host.name)))
        }),
        "domain-level-pattern" => Some(domain_pattern(case)),
        "ipv6-aaaa" => by(&aaaa),
        "ipv6-reachable" => by(&|seen| {
            let reach = seen.reach.as_ref().filter(|reach| reach.family == Family::V6)?;
            Some(outcome(reach.outcome))
        }),
        "ipv6-parity" => Some(parity(case)),
        "https-enabled" => by(&https),
        "tls-cert-valid" => by(&|seen| certificate(case, seen)),
        "tls-protocol" => by(&protocol),
        _ => None,
    }
}

/// The slot that speaks for the home page: IPv4, or IPv6 where IPv4 was never looked at.
fn home<'s>(case: &Case<'_>, seen: &'s Observed) -> Option<&'s ReachSeen> {
    let reach = seen.reach.as_ref()?;
    let v4 = |seen: &Observed| {
        seen.reach
            .as_ref()
            .is_some_and(|reach| reach.family == Family::V4)
    };
    (reach.family == Family::V4 || !case.observed().any(v4)).then_some(reach)
}

/// Up and degraded are there; unknown is the agent's own trouble.
fn outcome(outcome: Outcome) -> Graded {
    let measured = outcome
        .cause_name()
        .map_or_else(|| Message::new("judge.m.answers"), words::cause);
    match outcome {
        Outcome::Up | Outcome::Degraded { .. } => Graded::good(),
        Outcome::Down { .. } => Graded::bad(),
        Outcome::Unknown { .. } => Graded::unclear(Reason::AgentBlind),
    }
    .measured(measured)
}

fn reachable(case: &Case<'_>, reach: &ReachSeen) -> Option<Graded> {
    let graded = outcome(reach.outcome);
    let small = reach.outcome.is_success()
        && reach
            .body_bytes
            .is_some_and(|bytes| f64::from(bytes) < case.number("min_body", 512.0));
    Some(if small {
        let bytes = reach.body_bytes.unwrap_or_default();
        Graded::policy().measured(Message::new("judge.m.bytes").with("bytes", bytes))
    } else {
        graded
    })
}

fn dns_resolves(seen: &Observed) -> Option<Graded> {
    let status = seen.dns.as_ref()?.status?;
    let graded = match status {
        DnsStatus::Ok => Graded::good(),
        DnsStatus::Nxdomain | DnsStatus::Servfail | DnsStatus::Timeout => Graded::bad(),
        DnsStatus::Split => Graded::policy(),
    };
    let measured = Message::new(match status {
        DnsStatus::Ok => "judge.m.dns.ok",
        DnsStatus::Nxdomain => "cause.dns_nxdomain",
        DnsStatus::Servfail => "cause.dns_servfail",
        DnsStatus::Timeout => "cause.dns_timeout",
        DnsStatus::Split => "judge.m.dns.split",
    });
    Some(graded.measured(measured))
}

fn dnssec(seen: &Observed) -> Option<Graded> {
    let state = seen.dns.as_ref()?.dnssec?;
    let graded = match state {
        Dnssec::Valid => Graded::good(),
        // "phù hợp với lộ trình": a road map is no breach.
        Dnssec::Unsigned => Graded::policy(),
        Dnssec::Bogus => Graded::bad(),
    };
    let measured = Message::new(match state {
        Dnssec::Valid => "judge.m.dnssec.valid",
        Dnssec::Unsigned => "judge.m.dnssec.unsigned",
        Dnssec::Bogus => "cause.dns_dnssec_bogus",
    });
    Some(graded.measured(measured))
}

/// Where redirects ended, from the page or the reach probe; nothing where a firewall answered.
fn final_host(seen: &Observed) -> Option<Host> {
    Some(Host::new(final_url(seen)?.host_str()?))
}

fn final_url(seen: &Observed) -> Option<&url::Url> {
    if seen.page.as_ref().is_some_and(|page| page.blocked) {
        return None;
    }
    let page = seen.page.as_ref().and_then(|page| page.final_url.as_ref());
    page.or_else(|| seen.reach.as_ref()?.final_url.as_ref())
}

/// The forms of the row; a row that only sets a term borrows those of its pack that bind the unit on this day.
fn domain_pattern(case: &Case<'_>) -> Vec<Look> {
    let own = &case.row.params.domains;
    let borrowed = case
        .pack
        .obligations
        .iter()
        .filter(|row| row.validity.holds(case.day) && row.who.levels.contains(&case.unit.level))
        .flat_map(|row| &row.params.domains)
        .filter(|domain| domain.path.is_none());
    let forms: Vec<_> = if own.is_empty() {
        borrowed.collect()
    } else {
        own.iter().collect()
    };
    let names = case.unit.names();
    // Nearly all looks end at one address: each is held against the forms once.
    let mut known: HashMap<&url::Url, Option<Form>> = HashMap::new();
    case.looks(TEN_MINUTES, |seen| {
        let url = final_url(seen)?;
        let host = Host::new(url.host_str()?);
        let best = *known.entry(url).or_insert_with(|| {
            let forms = forms
                .iter()
                .map(|form| domain_form(form, &names, &host, url.scheme(), url.path()));
            forms.max_by_key(|form| form.rank())
        });
        let best = best?;
        let graded = match best {
            Form::Right => Graded::good(),
            Form::UnknownLabel => Graded {
                reason: Reason::LabelUnknown,
                ..Graded::policy()
            },
            Form::Disambiguated | Form::Hyphenated => Graded {
                reason: Reason::Partly,
                ..Graded::policy()
            },
            Form::Wrong | Form::WrongAddress => Graded::bad(),
        };
        Some(graded.measured(Message::new("judge.m.host").with("host", host.name)))
    })
}

fn aaaa(seen: &Observed) -> Option<Graded> {
    let addresses = seen.dns.as_ref()?.aaaa.as_ref()?;
    let global = addresses
        .iter()
        .any(|address| matches!(address, IpAddr::V6(v6) if is_global(*v6)));
    let shown = addresses
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let graded = if global { Graded::good() } else { Graded::bad() };
    let measured = if shown.is_empty() {
        Message::new("judge.m.no_aaaa")
    } else {
        Message::new("judge.m.aaaa").with("addresses", shown)
    };
    Some(graded.measured(measured))
}

/// Global unicast (2000::/3) and none of the transition or documentation blocks.
fn is_global(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let documentation = first == 0x2001 && second == 0x0db8;
    let teredo = first == 0x2001 && second == 0;
    let six_to_four = first == 0x2002;
    (0x2000..0x4000).contains(&first) && !documentation && !teredo && !six_to_four
}

/// What a comparison of the pages themselves found, else both families by one agent within ten minutes: same status
/// class, same final host, same title.
fn parity(case: &Case<'_>) -> Vec<Look> {
    case.looks(TEN_MINUTES, |seen| {
        if let Some(compared) = seen.page.as_ref().and_then(compared) {
            return Some(compared);
        }
        let six = seen
            .reach
            .as_ref()
            .filter(|reach| reach.family == Family::V6 && reach.outcome.is_success())?;
        let four = case
            .observed()
            .filter(|other| other.agent == seen.agent && (other.at - seen.at).abs() <= 600)
            .filter_map(|other| other.reach.as_ref())
            .filter(|reach| reach.family == Family::V4 && reach.outcome.is_success())
            .min_by_key(|reach| reach.final_url.is_none())?;
        let class = |reach: &ReachSeen| reach.status.map(|status| status / 100);
        let host = |reach: &ReachSeen| {
            reach
                .final_url
                .as_ref()
                .and_then(|url| url.host_str().map(str::to_owned))
        };
        let alike = class(six) == class(four) && host(six) == host(four) && six.title == four.title;
        Some(if alike { Graded::good() } else { Graded::policy() })
    })
}

/// The pages of both families as the agent compared them, and how long connecting takes.
fn compared(page: &PageSeen) -> Option<Graded> {
    let told = |what: &str| Graded::policy().measured(Message::new("judge.m.outcome").with("outcome", what));
    Some(match (page.v4_v6_same?, page.v6_slow) {
        (false, _) => told("v4_v6_differ"),
        (true, Some(true)) => told("v6_slow"),
        (true, _) => Graded::good(),
    })
}

fn https(seen: &Observed) -> Option<Graded> {
    let https = seen.https?;
    Some(match (https.works, https.redirects) {
        (true, Some(true) | None) => Graded::good(),
        (true, Some(false)) => Graded::bad().measured(Message::new("judge.m.no_redirect")),
        (false, _) => Graded::bad().measured(Message::new("judge.m.no_tls")),
    })
}

fn certificate(case: &Case<'_>, seen: &Observed) -> Option<Graded> {
    let tls = seen.tls.as_ref()?;
    let revoked = seen
        .audit
        .as_ref()
        .is_some_and(|audit| audit.ocsp == Some(Revocation::Revoked));
    let mut faults = tls.faults.clone();
    if revoked && !faults.contains(&Cause::TlsRevoked) {
        faults.push(Cause::TlsRevoked);
    }
    if let Some(faults) = words::causes(faults.iter().map(|cause| cause.as_str())) {
        return Some(Graded::bad().measured(faults));
    }
    tls.version.as_ref()?;
    let end = tls.chain_not_after.or(tls.not_after)?;
    let days = (end - seen.at).div_euclid(86_400);
    let measured = Message::new("judge.m.days_left").with("days", days);
    #[expect(clippy::cast_precision_loss, reason = "days of a certificate")]
    let soon = (days as f64) < case.number("expiry_warn", 21.0);
    Some(if soon { Graded::policy() } else { Graded::good() }.measured(measured))
}

/// All versions that the server speaks where they were asked for one by one, else the one of a visit.
fn protocol(seen: &Observed) -> Option<Graded> {
    if let Some(audit) = seen.audit.as_ref().filter(|audit| !audit.versions.is_empty()) {
        let modern = audit.versions.iter().any(|version| is_modern(version));
        let graded = if modern { Graded::good() } else { Graded::policy() };
        let spoken = audit.versions.join(", ");
        return Some(graded.measured(Message::new("judge.m.outcome").with("outcome", spoken)));
    }
    let tls = seen.tls.as_ref()?;
    if tls.faults.contains(&Cause::TlsLegacyOnly) {
        return Some(Graded::policy());
    }
    let version = tls.version.as_deref()?;
    let graded = if is_modern(version) {
        Graded::good()
    } else {
        Graded::policy()
    };
    Some(graded.measured(Message::new("judge.m.outcome").with("outcome", version)))
}

fn is_modern(version: &str) -> bool {
    matches!(version, "TLSv1.2" | "TLSv1.3")
}

/// Looks below this say nothing about a 95th percentile.
const MIN_SAMPLES: usize = 20;

/// The 95th percentile of the time to the first byte, as one look at the time of the last: that of a whole day where
/// the facts hold it, else that of the looks.
fn response_time(case: &Case<'_>) -> Vec<Look> {
    let of_day = case.facts.response;
    let mut times: Vec<u32> = case
        .observed()
        .filter_map(|seen| seen.reach.as_ref())
        .filter_map(|reach| reach.first_byte_ms)
        .collect();
    times.sort_unstable();
    let Some(last) = case.observed().max_by_key(|seen| (seen.at, seen.agent.clone())) else {
        return Vec::new();
    };
    if times.is_empty() && of_day.is_none() {
        return Vec::new();
    }
    let samples = of_day.map_or(times.len(), |day| {
        usize::try_from(day.samples).unwrap_or(usize::MAX)
    });
    let graded = if samples < MIN_SAMPLES {
        Graded::unclear(Reason::LowCoverage)
    } else {
        let p95 = of_day.map_or_else(|| times[(times.len() * 95).div_ceil(100) - 1], |day| day.p95_ms);
        let slow = f64::from(p95) / 1_000.0 > case.number("ttfb_p95_max", 2.0);
        let graded = if slow { Graded::policy() } else { Graded::good() };
        graded.measured(Message::new("judge.m.ms").with("ms", p95))
    };
    vec![Look {
        at: last.at,
        agent: last.agent.clone(),
        network: last.network.clone(),
        kept: None,
        graded,
        gap: TEN_MINUTES,
    }]
}
