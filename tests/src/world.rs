//! A small province on loopback: real nginx portals, the collector with its local agent, and a second agent on
//! another network, all as a person would start them.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::http::{Answer, get};
use crate::nginx::{Nginx, Site, free_port};
use crate::pki::Authority;
use crate::process::{Process, binary};
use crate::wait::until;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// What the tokens of the agents besides the local one have in common: each has its own.
const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// A running province. Fields end in the order in which they are written: watchers before the watched.
pub struct World {
    /// The collector with its local agent.
    pub collector: Process,
    /// The agent on the other network.
    pub second: Process,
    /// The agent on a third network, where the play has one.
    pub third: Option<Process>,
    nginx: Nginx,
    /// The portals, in the order of the inventory; the last site is the reference point.
    pub sites: Vec<Site>,
    /// `http://host:port` of the collector.
    pub url: String,
    folder: TempDir,
}

impl World {
    /// Starts portals with these ids, measured every `interval_s` seconds from two networks.
    ///
    /// # Errors
    /// When a part is missing or does not come up.
    pub fn start(ids: &[&str], interval_s: u32) -> anyhow::Result<Self> {
        let cast = Cast {
            portals: ids.iter().map(|id| Role::of(id)).collect(),
            ..Cast::default()
        };
        Self::play(&cast, interval_s)
    }

    /// The same with hosting groups, certificates that end soon, a third vantage point and settings of one's own.
    ///
    /// # Errors
    /// When a part is missing or does not come up.
    pub fn play(cast: &Cast, interval_s: u32) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let authority = Authority::new(folder.path())?;
        let mut sites = cast
            .portals
            .iter()
            .enumerate()
            .map(|(number, role)| portal(role, number, &authority))
            .collect::<anyhow::Result<Vec<Site>>>()?;
        sites.push(reference()?);
        let nginx = Nginx::start(&folder.path().join("nginx"), &sites)?;
        let targets = folder.path().join("targets.yaml");
        fs::write(&targets, inventory(&sites, cast, interval_s))?;
        let settings = folder.path().join("ems.yaml");
        let mut tokens = token("second", folder.path())?;
        if cast.third {
            tokens.push_str(&token("third", folder.path())?);
        }
        fs::write(&settings, format!("tokens:\n{tokens}{}", cast.settings))?;
        let mut collector = start_collector(folder.path(), &authority.certificate, "127.0.0.1:0")?;
        let url = collector
            .line_after("Open in a browser: ", PATIENCE)?
            .trim_end_matches('/')
            .to_owned();
        let ca = &authority.certificate;
        let second = start_agent("second", folder.path(), &url, ca, &cast.second)?;
        let third = cast
            .third
            .then(|| start_agent("third", folder.path(), &url, ca, ""))
            .transpose()?;
        Ok(Self {
            collector,
            second,
            third,
            nginx,
            sites,
            url,
            folder,
        })
    }

    /// The folder of everything.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The collector's data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the collector again after its end, where the agents expect it.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart_collector(&mut self) -> anyhow::Result<()> {
        let address = self.url.trim_start_matches("http://").to_owned();
        self.collector = start_collector(self.folder.path(), &self.folder.path().join("ca.pem"), &address)?;
        self.collector.line_after("Open in a browser: ", PATIENCE)?;
        Ok(())
    }

    /// Closes the ports of a portal.
    ///
    /// # Errors
    /// When nginx does not do it.
    pub fn stop_portal(&self, number: usize) -> anyhow::Result<()> {
        self.stop_portals(&[number])
    }

    /// Closes the ports of several portals at once.
    ///
    /// # Errors
    /// When nginx does not do it.
    pub fn stop_portals(&self, numbers: &[usize]) -> anyhow::Result<()> {
        let all = self.sites.iter().enumerate();
        let (stopped, sites): (Vec<_>, Vec<_>) = all.partition(|(number, _)| numbers.contains(number));
        let sites_of = |part: Vec<(usize, &Site)>| -> Vec<Site> {
            part.into_iter().map(|(_, site)| site.clone()).collect()
        };
        self.nginx.serve(&sites_of(sites), &sites_of(stopped))
    }

    /// Opens them again.
    ///
    /// # Errors
    /// When nginx does not do it.
    pub fn start_portal(&self) -> anyhow::Result<()> {
        self.nginx.serve(&self.sites, &[])
    }

    /// Asks the collector.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        get(&format!("{}{path}", self.url))
    }

    /// The spans of a portal's track since the epoch, as the API tells them.
    ///
    /// # Errors
    /// When the collector does not answer with spans.
    pub fn spans(&self, portal: &str, track: &str) -> anyhow::Result<Vec<serde_json::Value>> {
        let answer = self.get(&format!("/api/v1/portals/{portal}/spans?track={track}"))?;
        let json = answer.json()?;
        let spans = json["tracks"][track]
            .as_array()
            .with_context(|| answer.body.clone())?;
        Ok(spans.clone())
    }

    /// Waits until the last settled or provisional span of a track that is not `unknown` has this state.
    ///
    /// # Errors
    /// When it never does.
    pub fn wait_for(&self, portal: &str, track: &str, state: &str) -> anyhow::Result<serde_json::Value> {
        until(&format!("{portal} {track} to be {state}"), PATIENCE, || {
            let spans = self.spans(portal, track)?;
            let known = spans
                .iter()
                .rev()
                .find(|span| span["state"] != "unknown")
                .cloned();
            let last = known
                .clone()
                .map_or_else(|| "nothing".to_owned(), |span| span.to_string());
            match known {
                Some(span) if span["state"] == state => Ok(Some(span)),
                _ => anyhow::bail!("it is {last}"),
            }
        })
        .with_context(|| format!("collector:\n{}", self.collector.output().unwrap_or_default()))
    }
}

/// Who plays.
#[derive(Debug, Clone, Default)]
pub struct Cast {
    /// The portals.
    pub portals: Vec<Role>,
    /// Whether there is an agent `third` on a third network.
    pub third: bool,
    /// What stands in `ems.yaml` besides the tokens.
    pub settings: String,
    /// What stands in the `agent.yaml` of the agent `second`; without it there is none.
    pub second: String,
}

/// A portal's part.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// Its hosting group.
    pub hosting: Option<String>,
    /// Days until its certificate ends; years where it is not said.
    pub days: Option<i64>,
}

impl Role {
    /// A portal of this id, with nothing special.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            hosting: None,
            days: None,
        }
    }
}

/// Writes the token of an agent; its line in `ems.yaml`.
fn token(agent: &str, folder: &Path) -> anyhow::Result<String> {
    let file = token_of(agent, folder);
    fs::write(&file, format!("{agent}-{TOKEN}"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    Ok(format!("  - {{agent: {agent}, file: {}}}\n", file.display()))
}

fn token_of(agent: &str, folder: &Path) -> PathBuf {
    folder.join(format!("token-{agent}"))
}

fn portal(role: &Role, number: usize, authority: &Authority) -> anyhow::Result<Site> {
    let id = role.id.as_str();
    let v4 = IpAddr::V4(Ipv4Addr::new(127, 0, 11, u8::try_from(number + 1)?));
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    // One URL serves both families, so the port has to be free on both addresses.
    let port = until("a port that is free on both families", PATIENCE, || {
        let port = free_port(v6)?;
        Ok(std::net::TcpListener::bind((v4, port)).is_ok().then_some(port))
    })?;
    let name = format!("{id}.gov.vn");
    let tls = match role.days {
        None => authority.issue(id, &[&name], &[])?,
        Some(days) => authority.issue_for_days(id, &[&name], days)?,
    };
    let home = format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng thông tin điện tử {id}</title></head><body>\
         <h1>Cổng thông tin điện tử {id}</h1>{}</body></html>",
        "<p>Tin tức, văn bản, thủ tục hành chính, dịch vụ công trực tuyến, liên hệ.</p>".repeat(40)
    );
    Ok(Site {
        name,
        addresses: vec![SocketAddr::new(v4, port), SocketAddr::new(v6, port)],
        tls: Some(tls),
        home,
        pages: Vec::new(),
    })
}

fn reference() -> anyhow::Result<Site> {
    let v4 = IpAddr::V4(Ipv4Addr::new(127, 0, 11, 250));
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let mut addresses = Vec::new();
    for address in [v4, v4, v6, v6] {
        addresses.push(SocketAddr::new(address, free_port(address)?));
    }
    Ok(Site {
        name: "reference".to_owned(),
        addresses,
        tls: None,
        home: "reference".to_owned(),
        pages: Vec::new(),
    })
}

fn inventory(sites: &[Site], cast: &Cast, interval_s: u32) -> String {
    let (reference, portals) = sites
        .split_last()
        .map_or((None, sites), |(last, rest)| (Some(last), rest));
    let mut text = format!(
        "contact: ems@example.org\n\
         agents:\n  - {{id: local, network: carrier-a, families: [v4, v6]}}\n  - {{id: second, network: carrier-b, families: [v4, v6]}}\n{third}\
         limits: {{connect_ms: 1000, tls_ms: 2000, first_byte_ms: 2000, total_ms: 3000, dns_ms: 1000}}\n\
         defaults: {{reach_interval_s: {interval_s}, level: department, owner: Sở Thử nghiệm}}\n\
         references:\n",
        third = if cast.third {
            "  - {id: third, network: carrier-c, families: [v4, v6]}\n"
        } else {
            ""
        },
    );
    for address in reference.iter().flat_map(|site| &site.addresses) {
        text.push_str(&format!(
            "  - {{host: \"{}\", port: {}}}\n",
            address.ip(),
            address.port()
        ));
    }
    text.push_str("portals:\n");
    for site in portals {
        let id = site.name.trim_end_matches(".gov.vn");
        let port = site.addresses.first().map_or(0, SocketAddr::port);
        let resolve: Vec<String> = site
            .addresses
            .iter()
            .map(|address| format!("\"{}\"", address.ip()))
            .collect();
        text.push_str(&format!(
            "  - id: {id}\n    name: Cổng thử nghiệm {id}\n    url: https://{}:{port}/\n    resolve: [{}]\n",
            site.name,
            resolve.join(", ")
        ));
        let role = cast.portals.iter().find(|role| role.id == id);
        if let Some(hosting) = role.and_then(|role| role.hosting.as_ref()) {
            text.push_str(&format!("    hosting: {hosting}\n"));
        }
    }
    text
}

/// Starts `ems-collector up` on the files in `folder`.
fn start_collector(folder: &Path, ca: &Path, listen: &str) -> anyhow::Result<Process> {
    let mut command = Command::new(binary("ems-collector")?);
    command
        .args(["up", "--lang", "en", "--listen", listen, "--agent", "local"])
        .arg("--settings")
        .arg(folder.join("ems.yaml"))
        .arg("--targets")
        .arg(folder.join("targets.yaml"))
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--portal-ca")
        .arg(ca);
    Process::start("ems-collector", &mut command, &folder.join("collector.log"))
}

fn start_agent(name: &str, folder: &Path, url: &str, ca: &Path, own: &str) -> anyhow::Result<Process> {
    let mut command = Command::new(binary("ems-agent")?);
    command
        .args([
            "run",
            "--lang",
            "en",
            "--agent",
            name,
            "--collector",
            url,
            "--token-file",
        ])
        .arg(token_of(name, folder))
        .arg("--data-dir")
        .arg(folder.join(name))
        .arg("--portal-ca-file")
        .arg(ca);
    if !own.is_empty() {
        let config = folder.join(format!("{name}.yaml"));
        fs::write(&config, own)?;
        command.arg("--config").arg(&config);
    }
    Process::start("ems-agent", &mut command, &folder.join(format!("{name}.log")))
}
