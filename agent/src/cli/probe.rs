//! `ems-agent probe <url>…`: one measurement by hand, explained to a person or as JSON for a machine.

mod explain;
mod json;
pub mod repeat;
mod survey;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{ArgAction, Args, ValueEnum};
use ems_contract::clock::SharedClock;
use ems_contract::family::Family;
use ems_contract::id::PortalId;
use ems_contract::plan::{Limits, PlanPortal};
use ems_contract::probe::ProbeKind;
use ems_contract::text::Lang;
use ipnet::IpNet;
use url::Url;

use self::survey::survey;
use crate::net::budget::Pace;
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
    /// Measure every target and family so many times, and print a summary
    #[arg(long, value_name = "N", conflicts_with_all = ["explain", "json"])]
    pub repeat: Option<u32>,
    /// Measurements at once with `--repeat`
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
    };
    let prober = Arc::new(NetProber::new(settings, Arc::clone(&clock))?);
    let portals = portals(&args)?;
    let families = families(&args);
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
        let seen = survey(&prober, &portal, &families, &clock).await;
        if args.json {
            json::print(&seen, out)?;
        } else {
            explain::print(&seen, &prober, args.lang.into(), out)?;
        }
        if seen.available() != Some(true) {
            code = NOT_AVAILABLE;
        }
    }
    Ok(code)
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
            url,
            families: families(args),
            reach_interval_s: 60,
            dns_interval_s: 300,
            tls_interval_s: 3_600,
            resolve: args.resolve.clone(),
            allow: args.allow.clone(),
            valid_from: None,
            valid_to: None,
        }))
    };
    args.urls.iter().enumerate().map(portal).collect()
}

fn home_page(text: &str) -> anyhow::Result<Url> {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url: Url = whole
        .parse()
        .with_context(|| format!("`{text}` is not a URL such as https://angiang.gov.vn/"))?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!(
            "`{text}`: a home page has the scheme http or https, not `{}`",
            url.scheme()
        );
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

fn resolver(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .or_else(|_no_port| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53)))
        .map_err(|_neither| {
            format!("`{text}` is not an address such as 203.162.4.190, [::1]:5353 or 127.0.0.1:53")
        })
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse()
        .or_else(|_no_length| text.parse().map(|ip: IpAddr| IpNet::from(ip)))
        .map_err(|_neither| format!("`{text}` is not a network such as 10.0.0.0/8 or fd00::/8"))
}

#[cfg(test)]
mod tests;
