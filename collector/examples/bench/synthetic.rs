//! A province that never was: portals with stable facts, noisy timings, now and then a failure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ems_contract::cause::{Cause, Stage};
use ems_contract::digest::Sha256;
use ems_contract::facts::{Facts, Hop, HttpFacts, PageKind, TlsFacts};
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch, PortalId};
use ems_contract::observation::{Attempt, Observation, SCHEMA, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;
use ems_contract::time::UnixTime;
use jiff::SignedDuration;

/// Where the synthetic time begins.
pub(crate) const START: i64 = 1_795_046_400;

/// A small generator of noise, the same in every run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A length around `median`: log-normal, most within a third, a long tail.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "noise needs no exact conversion"
    )]
    fn length(&mut self, median: f64) -> u32 {
        let uniform = |n: u64| (n >> 11) as f64 / (1u64 << 53) as f64 + f64::EPSILON;
        let (u, v) = (uniform(self.next()), uniform(self.next()));
        let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        (median * (0.25 * normal).exp()) as u32
    }
}

/// One grid of slots: a portal, a family, an agent.
pub(crate) struct Series {
    pub(crate) agent: AgentId,
    portal: PortalId,
    family: Family,
    phase: i64,
    address: IpAddr,
    facts: Facts,
    rtt_us: f64,
    server_us: f64,
    page: u32,
    dynamic: bool,
    target: Sha256,
    noise: Noise,
}

pub(crate) fn portals(count: u16) -> Vec<PortalId> {
    // The pattern is an id by construction.
    (0..count)
        .filter_map(|n| format!("xa-phuong-{n}").parse().ok())
        .collect()
}

pub(crate) fn agents(count: u16) -> Vec<AgentId> {
    (0..count)
        .filter_map(|n| format!("diem-do-{n}").parse().ok())
        .collect()
}

/// Every series of these portals and agents, in the order in which their slots come.
pub(crate) fn province(portals: &[PortalId], agents: &[AgentId]) -> Vec<Series> {
    let mut all = Vec::new();
    for (a, agent) in (0u8..).zip(agents) {
        for (p, portal) in (0u16..).zip(portals) {
            for family in Family::ALL {
                let seed = u64::from(p) << 16 | u64::from(a) << 8 | u64::from(family == Family::V6);
                all.push(series(agent, portal, p, family, Noise::new(seed)));
            }
        }
    }
    all.sort_by_key(|series| series.phase);
    all
}

#[expect(clippy::cast_precision_loss, reason = "noise needs no exact conversion")]
fn series(agent: &AgentId, portal: &PortalId, number: u16, family: Family, mut noise: Noise) -> Series {
    let [high, low] = number.to_be_bytes();
    let address = match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::new(192, 0, high, low)),
        Family::V6 => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number)),
    };
    let url = format!("https://{portal}.tinh.gov.vn/");
    let hops = vec![
        Hop {
            url: url.clone(),
            status: 302,
        },
        Hop {
            url: format!("{url}trang-chu"),
            status: 200,
        },
    ];
    let tls = TlsFacts {
        version: Some("TLSv1.3".into()),
        cipher: Some("TLS13_AES_256_GCM_SHA384".into()),
        alpn: Some("http/1.1".into()),
        chain: Some(Sha256::of(portal.as_str().as_bytes())),
        not_after: Some(UnixTime::from_secs(START + 90 * 86_400)),
        chain_not_after: Some(UnixTime::from_secs(START + 90 * 86_400)),
        faults: vec![],
        stapled: false,
    };
    let http = HttpFacts {
        hops,
        version: Some("HTTP/1.1".into()),
        page_kind: Some(PageKind::Portal),
    };
    Series {
        agent: agent.clone(),
        portal: portal.clone(),
        family,
        phase: i64::try_from(noise.below(60)).unwrap_or(0),
        address,
        facts: Facts {
            addresses: vec![address],
            http: Some(http),
            tls: Some(tls),
            ..Facts::default()
        },
        rtt_us: 3_000.0 + noise.below(40_000) as f64,
        server_us: 20_000.0 + noise.below(300_000) as f64,
        page: 20_000 + u32::try_from(noise.below(200_000)).unwrap_or(0),
        dynamic: noise.below(10) < 4,
        target: Sha256::of(url.as_bytes()),
        noise,
    }
}

impl Series {
    /// The record of one minute since [`START`].
    pub(crate) fn observe(&mut self, minute: i64, epoch: Epoch, seq: u64) -> Observation {
        let slot = UnixTime::from_secs(START + minute * 60 + self.phase);
        let failed = self.noise.below(200) == 0;
        let mut attempts = vec![self.attempt(slot, failed)];
        if failed {
            attempts.push(self.attempt(slot, true));
        }
        Observation {
            schema: SCHEMA,
            agent: self.agent.clone(),
            epoch,
            seq,
            portal: self.portal.clone(),
            target_hash: self.target,
            plan_version: Sha256::of(b"plan"),
            probe: ProbeKind::Reach,
            family: Some(self.family),
            slot,
            interval_s: 60,
            outcome: attempts[0].outcome,
            attempts,
            facts: if failed {
                Facts::default()
            } else {
                self.facts.clone()
            },
        }
    }

    fn attempt(&mut self, slot: UnixTime, failed: bool) -> Attempt {
        let (rtt, server) = (self.rtt_us, self.server_us);
        let noise = &mut self.noise;
        let dns_us = Some(noise.length(1_500.0));
        let started_at = slot.timestamp() + SignedDuration::from_micros(i64::from(noise.length(900.0)));
        if failed {
            return Attempt {
                started_at,
                address: Some(self.address),
                timings: Timings {
                    dns_us,
                    ..Timings::default()
                },
                body_bytes: None,
                shared: false,
                outcome: Outcome::Down {
                    stage: Stage::Connect,
                    cause: Cause::TcpTimeout,
                },
            };
        }
        let jitter = if self.dynamic {
            u32::try_from(noise.below(400)).unwrap_or(0)
        } else {
            0
        };
        Attempt {
            started_at,
            address: Some(self.address),
            timings: Timings {
                dns_us,
                connect_us: Some(noise.length(rtt)),
                tls_us: Some(noise.length(rtt * 2.0 + 1_500.0)),
                first_byte_us: Some(noise.length(server)),
                body_us: Some(noise.length(rtt * 0.8)),
            },
            body_bytes: Some(self.page + jitter),
            shared: false,
            outcome: Outcome::Up,
        }
    }
}
