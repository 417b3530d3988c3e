//! `ems-agent probe <url>…`: one measurement by hand, explained to a person or as JSON for a machine.

mod explain;
pub mod repeat;
mod survey;
mod wide;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};
use ems_contract::clock::SharedClock;
use ems_contract::command_line::Unfit;
use ems_contract::diagnostic::Message;
use ems_contract::family::Family;
use ems_contract::id::PortalId;
use ems_contract::plan::{Limits, PlanPortal, Reference};
use ems_contract::probe::ProbeKind;
use ems_contract::text::Lang;
use ipnet::IpNet;
use url::Url;

use super::refusal::Refusal;
use crate::net::budget::Pace;
use crate::net::resolve::dnssec::Anchors;
use crate::net::tls::read_authorities;
use crate::probe::{Job, Measurement, NetProber, NetSettings};

/// Every target was available.
pub const AVAILABLE: u8 = 0;
/// At least one target was not available, or could not be judged.
pub const NOT_AVAILABLE: u8 = 1;

/// Takes over measurements of `--repeat`: the spool, when `--spool` is given.
pub type Sink = Box<dyn FnMut(Job, Measurement) + Send>;

/// Measure portals by hand. Exit code: 0 all available, 1 not all, 2 wrong usage
#[derive(Debug, Clone, Args)]
pub struct ProbeArgs {
    /// Home pages to measure; `https://` is assumed where no scheme is written
    #[arg(required = true, value_name = "URL")]
    pub urls: Vec<String>,
    /// Print every step, address, phase, certificate and the verdict (the default)
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
    /// Print one JSON object per line and target
    #[arg(long)]
    pub json: bool,
    /// Measure over IPv4 only
    #[arg(short = '4', action = ArgAction::SetTrue, conflicts_with = "v6")]
    pub v4: bool,
    /// Measure over IPv6 only
    #[arg(short = '6', action = ArgAction::SetTrue)]
    pub v6: bool,
    /// Language of the explanation
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    pub lang: Language,
    /// Resolver to ask instead of the system's, `ADDRESS` or `ADDRESS:PORT`; the second one confirms the first
    #[arg(long, value_name = "ADDR", value_parser = resolver)]
    pub resolver: Vec<SocketAddr>,
    /// Certificate authorities to trust besides the public ones (PEM file)
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Network that may be connected to although it is not global
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub allow: Vec<IpNet>,
    /// Address to use in place of DNS for the targets' own names
    #[arg(long, value_name = "ADDR")]
    pub resolve: Vec<IpAddr>,
    /// E-mail address or URL of whoever measures, for the User-Agent
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "manual probe",
        env = "EMS_CONTACT"
    )]
    pub contact: String,
    /// Keys from which DNSSEC is validated in place of IANA's root keys (file of DNSKEY records)
    #[arg(long, value_name = "FILE")]
    pub trust_anchor: Option<PathBuf>,
    /// Reference point, `HOST` or `HOST:PORT`: a failure counts only while one answers over the same family
    #[arg(long, value_name = "HOST", value_parser = reference)]
    pub reference: Vec<(String, u16)>,
    /// Take the documentation prefixes (RFC 5737, RFC 3849) for global addresses: for test networks
    #[arg(long)]
    pub allow_documentation_addresses: bool,
    /// Inventory that knows the targets' names and rules
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Measure every target so many times: with `--json` the last answer and the availability over all, else a summary
    #[arg(long, value_name = "N", conflicts_with = "explain", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: Option<u32>,
    /// Seconds from the beginning of one round to the next with `--repeat --json`
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub interval: u64,
    /// Measurements at once with `--repeat` or `--json`
    #[arg(long, value_name = "C", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub concurrency: u32,
    /// Write the measurements of `--repeat` to a spool in this folder, as the agent does
    #[arg(long, value_name = "DIR", requires = "repeat")]
    pub spool: Option<PathBuf>,
}

/// Languages of the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Vi => Self::Vi,
            Language::En => Self::En,
        }
    }
}

/// Runs the command; must be called within a tokio runtime. `open_spool` opens the spool of `--spool`.
///
/// # Errors
/// What the person has to put right: an URL, a file, a folder.
pub async fn run(
    args: ProbeArgs,
    clock: SharedClock,
    out: &mut (dyn Write + Send),
    open_spool: impl FnOnce(&Path) -> anyhow::Result<Sink>,
) -> anyhow::Result<u8> {
    let authorities = args.ca.as_deref().map(read_authorities).transpose()?;
    let settings = NetSettings {
        contact: args.contact.clone(),
        resolvers: args.resolver.clone(),
        authorities: authorities.unwrap_or_default(),
        // A person who asks for a thousand measurements wants them now.
        pace: Pace::Unlimited,
        renderer: Vec::new(),
        visits: None,
        evidence: None,
    };
    let anchors = args.trust_anchor.as_deref().map(Anchors::read).transpose();
    let anchors = anchors.map_err(anyhow::Error::msg)?.unwrap_or_default();
    let prober = Arc::new(NetProber::new(settings, Arc::clone(&clock))?.with_anchors(anchors));
    let portals = portals(&args)?;
    let families = families(&args);
    let wanted = wanted(&args)?;
    if args.json {
        return wide::run(&prober, portals, wanted, &clock, out).await;
    }
    if let Some(times) = args.repeat {
        let sink = args.spool.as_deref().map(open_spool).transpose()?;
        let jobs = repeat::jobs(portals, families, times, clock.now());
        let concurrency = usize::try_from(args.concurrency).unwrap_or(1);
        let summary = match sink {
            Some(sink) => repeat::measure(&prober, jobs, concurrency, &clock, sink).await,
            None => repeat::measure(&prober, jobs, concurrency, &clock, |_job, _measurement| ()).await,
        };
        summary.print(out, args.lang.into())?;
        return Ok(if summary.all_available() {
            AVAILABLE
        } else {
            NOT_AVAILABLE
        });
    }
    let mut code = AVAILABLE;
    for portal in portals {
        let seen = wide::examine(&prober, &portal, &wanted, &clock).await;
        explain::print(&seen, &prober, args.lang.into(), out)?;
        if seen.overall.available != Some(true) {
            code = NOT_AVAILABLE;
        }
    }
    Ok(code)
}

fn wanted(args: &ProbeArgs) -> anyhow::Result<wide::Wanted> {
    let references = args.reference.iter().flat_map(|(host, port)| {
        let literal: Option<IpAddr> = host.parse().ok();
        let families = Family::ALL.into_iter();
        let families =
            families.filter(move |family| literal.is_none_or(|address| Family::of(address) == *family));
        families.map(move |family| Reference {
            host: host.clone(),
            port: *port,
            family,
            resolve: Vec::new(),
        })
    });
    Ok(wide::Wanted {
        families: families(args),
        references: references.collect(),
        rounds: args.repeat.unwrap_or(1),
        interval: Duration::from_secs(args.interval),
        concurrency: usize::try_from(args.concurrency).unwrap_or(1),
        inventory: args.targets.as_deref().map(wide::read_inventory).transpose()?,
    })
}

fn families(args: &ProbeArgs) -> Vec<Family> {
    match (args.v4, args.v6) {
        (true, _) => vec![Family::V4],
        (_, true) => vec![Family::V6],
        _ => Family::ALL.to_vec(),
    }
}

fn portals(args: &ProbeArgs) -> anyhow::Result<Vec<Arc<PlanPortal>>> {
    let portal = |(index, text): (usize, &String)| -> anyhow::Result<Arc<PlanPortal>> {
        let url = home_page(text)?;
        Ok(Arc::new(PlanPortal {
            id: id_of(&url, index),
            name: None,
            url,
            families: families(args),
            reach_interval_s: 60,
            dns_interval_s: 300,
            tls_interval_s: 3_600,
            resolve: args.resolve.clone(),
            allow: allowed(args),
            valid_from: None,
            valid_to: None,
            old_hosts: Vec::new(),
            pages: None,
        }))
    };
    args.urls.iter().enumerate().map(portal).collect()
}

/// The networks that may be connected to besides the global ones.
fn allowed(args: &ProbeArgs) -> Vec<IpNet> {
    let mut allowed = args.allow.clone();
    if args.allow_documentation_addresses {
        allowed.extend(documentation());
    }
    allowed
}

/// The documentation prefixes: RFC 5737, RFC 3849, RFC 9637.
pub(super) fn documentation() -> impl Iterator<Item = IpNet> {
    const DOCUMENTATION: [&str; 5] = [
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001:db8::/32",
        "3fff::/20",
    ];
    DOCUMENTATION.iter().filter_map(|text| text.parse().ok())
}

/// The home page that a person writes, `https://` where no scheme is written.
pub(super) fn home_page(text: &str) -> Result<Url, Refusal> {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let refused = |key| Refusal(Message::new(key).with("text", text));
    let url: Url = whole
        .parse()
        .map_err(|_why: url::ParseError| refused("agent.cli.no_url"))?;
    if !matches!(url.scheme(), "http" | "https") {
        let Refusal(message) = refused("agent.cli.scheme");
        return Err(Refusal(message.with("scheme", url.scheme())));
    }
    Ok(url)
}

/// An id made of the host and the number of the target, for records that need one.
fn id_of(url: &Url, index: usize) -> PortalId {
    let host: String = url
        .host_str()
        .unwrap_or_default()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(48)
        .collect();
    let text = format!("p{index}-{host}");
    // Letters, digits and hyphens only; the end may be a hyphen.
    #[expect(clippy::expect_used, reason = "the alphabet of an id by construction")]
    text.trim_end_matches('-').parse().expect("an id by construction")
}

fn job(portal: &Arc<PlanPortal>, family: Family, slot: ems_contract::time::UnixTime) -> Job {
    Job {
        portal: Arc::clone(portal),
        probe: ProbeKind::Reach,
        family: Some(family),
        slot,
        interval_s: portal.reach_interval_s,
        limits: Limits::default(),
    }
}

pub(super) fn resolver(text: &str) -> Result<SocketAddr, Unfit> {
    text.parse()
        .or_else(|_no_port| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53)))
        .map_err(|_neither| Unfit("help.want.resolver"))
}

fn reference(text: &str) -> Result<(String, u16), Unfit> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok((address.ip().to_string(), address.port()));
    }
    if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok((address.to_string(), 443));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (text, Some(443)),
    };
    let is_name = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    match port.filter(|_| is_name) {
        Some(port) => Ok((host.to_owned(), port)),
        None => Err(Unfit("help.want.reference")),
    }
}

pub(super) fn network(text: &str) -> Result<IpNet, Unfit> {
    text.parse()
        .or_else(|_no_length| text.parse().map(|ip: IpAddr| IpNet::from(ip)))
        .map_err(|_neither| Unfit("help.want.network"))
}

#[cfg(test)]
mod tests;
