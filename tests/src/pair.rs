//! A collector and one agent that watches a handful of portals: both can be ended and started again at will, and what
//! the agent spooled can be compared with what the collector keeps.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use ems_agent::spool::{Entry, Limits, Spool, path_in};
use ems_contract::clock::{Clock as _, SystemClock};
use ems_contract::family::Family;
use ems_contract::id::{AgentId, Epoch};
use ems_contract::probe::ProbeKind;
use ems_contract::record::{Gap, GapWhy, Record};
use ems_contract::time::{UnixTime, Window};

use crate::http::{Answer, get};
use crate::nginx::{Nginx, Site, free_port};
use crate::process::{Process, binary};
use crate::wait::until;
use crate::world::PATIENCE;

/// How many portals there are, each over both families.
pub const PORTALS: usize = 30;
/// Seconds between slots.
pub const INTERVAL_S: i64 = 10;

/// The one agent.
pub const AGENT: &str = "tram-1";
const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// One slot: portal, probe, family, instant.
pub type Key = (String, String, String, UnixTime);

/// A collector and an agent at fixed addresses, so that each finds the other again.
pub struct Pair {
    folder: PathBuf,
    collector_at: SocketAddr,
    admin_at: SocketAddr,
    _nginx: Nginx,
}

impl Pair {
    /// Starts the portals in `folder` and writes down everything that the two programs need.
    ///
    /// # Errors
    /// When a part is missing or does not come up.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let [v4, v6] = [
            IpAddr::V4(Ipv4Addr::new(127, 0, 12, 1)),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let port = until("a port that is free on both families", PATIENCE, || {
            let port = free_port(v6)?;
            Ok(std::net::TcpListener::bind((v4, port)).is_ok().then_some(port))
        })?;
        let addresses = vec![
            SocketAddr::new(v4, port),
            SocketAddr::new(v6, port),
            SocketAddr::new(v4, free_port(v4)?),
            SocketAddr::new(v6, free_port(v6)?),
        ];
        let inventory = inventory(&addresses);
        let site = Site {
            name: "portal".to_owned(),
            addresses,
            tls: None,
            home: format!(
                "<!doctype html><html lang=vi><title>Cổng</title>{}",
                "<p>Tin tức</p>".repeat(100)
            ),
            pages: Vec::new(),
        };
        let nginx = Nginx::start(&folder.join("nginx"), &[site])?;
        Self::around(folder, nginx, &inventory)
    }

    /// The same around portals that serve already and an inventory in which [`AGENT`] is the one agent.
    ///
    /// # Errors
    /// When a file cannot be written or no port is free.
    pub fn around(folder: &Path, nginx: Nginx, inventory: &str) -> anyhow::Result<Self> {
        fs::write(folder.join("targets.yaml"), inventory)?;
        let token = folder.join("token");
        fs::write(&token, TOKEN)?;
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600))?;
        fs::write(
            folder.join("ems.yaml"),
            format!("tokens: [{{agent: {AGENT}, file: token}}]\n"),
        )?;
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Ok(Self {
            folder: folder.to_owned(),
            collector_at: SocketAddr::new(loopback, free_port(loopback)?),
            admin_at: SocketAddr::new(loopback, free_port(loopback)?),
            _nginx: nginx,
        })
    }

    /// The folder of the collector's database.
    #[must_use]
    pub fn collector_data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The folder of the agent's spool.
    #[must_use]
    pub fn agent_data(&self) -> PathBuf {
        self.folder.join("agent")
    }

    /// Starts the collector and waits for nothing.
    ///
    /// # Errors
    /// When the program is missing.
    pub fn start_collector(&self) -> anyhow::Result<Process> {
        let mut command = Command::new(binary("ems-collector")?);
        command
            .args(["serve", "--lang", "en", "--listen"])
            .arg(self.collector_at.to_string())
            .arg("--settings")
            .arg(self.folder.join("ems.yaml"))
            .arg("--targets")
            .arg(self.folder.join("targets.yaml"))
            .arg("--data")
            .arg(self.collector_data());
        Process::start("ems-collector", &mut command, &self.folder.join("collector.log"))
    }

    /// Starts the agent and waits for nothing.
    ///
    /// # Errors
    /// When the program is missing.
    pub fn start_agent(&self) -> anyhow::Result<Process> {
        let mut command = Command::new(binary("ems-agent")?);
        command
            .args(["run", "--lang", "en", "--agent", AGENT, "--collector"])
            .arg(format!("http://{}", self.collector_at))
            .arg("--token-file")
            .arg(self.folder.join("token"))
            .arg("--data-dir")
            .arg(self.agent_data())
            .arg("--admin-listen")
            .arg(self.admin_at.to_string());
        Process::start("ems-agent", &mut command, &self.folder.join("agent.log"))
    }

    /// Asks the collector.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn ask(&self, path: &str) -> anyhow::Result<Answer> {
        get(&format!("http://{}{path}", self.collector_at))
    }

    /// The sum of a metric of the agent over its labels.
    ///
    /// # Errors
    /// When the agent does not answer.
    pub fn agent_metric(&self, name: &str) -> anyhow::Result<f64> {
        sum(&get(&format!("http://{}/metrics", self.admin_at))?.body, name)
    }

    /// The sum of a metric of the collector over its labels.
    ///
    /// # Errors
    /// When the collector does not answer.
    pub fn collector_metric(&self, name: &str) -> anyhow::Result<f64> {
        sum(&self.ask("/metrics")?.body, name)
    }

    /// Waits until the agent, since it was last started, has delivered at least so many records, and the collector has
    /// everything that the agent spooled.
    ///
    /// # Errors
    /// When it never has; with what both said.
    pub fn wait_until_delivered(&self, at_least: u32) -> anyhow::Result<()> {
        until("the agent to have delivered everything", PATIENCE, || {
            let sent = self.agent_metric("ems_agent_ship_records_total")?;
            let waiting = self.agent_metric("ems_agent_spool_records")?;
            Ok((sent >= f64::from(at_least) && waiting <= 0.0).then_some(()))
        })
        .with_context(|| self.logs())
    }

    /// What the two programs said in their last lives.
    #[must_use]
    pub fn logs(&self) -> String {
        let log = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        format!(
            "agent:\n{}\ncollector:\n{}",
            log("agent.log"),
            log("collector.log")
        )
    }

    /// What the collector keeps of a window, read beside it or after its end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn kept(&self, window: Window) -> anyhow::Result<Vec<Record>> {
        let output = Command::new(binary("ems-collector")?)
            .arg("export")
            .arg("--from")
            .arg(window.from.to_string())
            .arg("--to")
            .arg(window.to.to_string())
            .arg("--data")
            .arg(self.collector_data())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "export: {said}");
        let lines = output.stdout.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        Ok(lines.map(serde_json::from_slice).collect::<Result<_, _>>()?)
    }

    /// Everything the spool of an ended agent still keeps, and the part of it that was not acknowledged.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn spooled(&self) -> anyhow::Result<(Vec<Record>, Vec<Record>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let agent: AgentId = AGENT.parse()?;
        let now = SystemClock::new().now();
        let path = path_in(&self.agent_data());
        let fresh = Epoch::from_random([7; 16]);
        let (spool, thread, _) = Spool::open(&path, &agent, Limits::default(), fresh, now)?;
        let both = runtime.block_on(async {
            // One more record, so that there is something to learn the epoch from.
            spool.put(Entry::gap(&agent, Window::new(now, now + 1), GapWhy::AgentOff));
            spool.flush().await?;
            let first = spool.next(1, 1, now).await?;
            let epoch = first.context("the spool is empty")?.epoch;
            let waiting = all_waiting(&spool, now).await?;
            spool.resend(epoch, 0).await?;
            Ok((all_waiting(&spool, now).await?, waiting))
        });
        drop(spool);
        thread.join();
        both
    }
}

/// Takes everything that waits, as if it were delivered.
async fn all_waiting(spool: &Spool, now: UnixTime) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    while let Some(batch) = spool.next(10_000, 1 << 24, now).await? {
        for line in &batch.lines {
            records.push(serde_json::from_slice::<Record>(&line.json)?);
        }
        spool.ack(batch.epoch, batch.last(), now).await?;
    }
    Ok(records)
}

fn inventory(addresses: &[SocketAddr]) -> String {
    let mut text = format!(
        "contact: ems@example.org\n\
         agents: [{{id: {AGENT}, network: net-1, families: [v4, v6]}}]\n\
         limits: {{connect_ms: 4000, tls_ms: 4000, first_byte_ms: 6000, total_ms: 8000, dns_ms: 1000}}\n\
         defaults: {{reach_interval_s: {INTERVAL_S}, level: commune, owner: Thử}}\nreferences:\n"
    );
    for address in addresses {
        let (host, port) = (address.ip(), address.port());
        text.push_str(&format!("  - {{host: \"{host}\", port: {port}}}\n"));
    }
    text.push_str("portals:\n");
    let port = addresses.first().map_or(0, SocketAddr::port);
    let literal: Vec<String> = addresses
        .iter()
        .take(2)
        .map(|address| format!("\"{}\"", address.ip()))
        .collect();
    for number in 0..PORTALS {
        text.push_str(&format!(
            "  - {{id: p{number:02}, name: Cổng {number}, url: \"http://p{number:02}.gov.vn:{port}/\", resolve: [{}]}}\n",
            literal.join(", ")
        ));
    }
    text
}

fn sum(exposition: &str, name: &str) -> anyhow::Result<f64> {
    let mut all = 0.0;
    for line in exposition.lines() {
        let Some(rest) = line.strip_prefix(name) else {
            continue;
        };
        if rest.starts_with([' ', '{']) {
            let value = rest.rsplit(' ').next().unwrap_or_default();
            all += value.parse::<f64>().with_context(|| line.to_owned())?;
        }
    }
    Ok(all)
}

/// The outcomes told of every slot; more than one where a slot is told of twice.
#[must_use]
pub fn results(records: &[Record]) -> BTreeMap<Key, Vec<String>> {
    let mut all: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for record in records {
        if let Record::Observation(one) = record {
            let family = one.family.map_or("none", Family::as_str);
            let key = (
                one.portal.to_string(),
                one.probe.as_str().to_owned(),
                family.to_owned(),
                one.slot,
            );
            // An outcome is a plain value with text keys.
            let outcome = serde_json::to_string(&one.outcome).unwrap_or_default();
            all.entry(key).or_default().push(outcome);
        }
    }
    all
}

/// The slots of a probe that neither a result nor a gap accounts for: between two results of a series lie whole
/// intervals, and where one is missing a gap must say why.
#[must_use]
pub fn unaccounted(kept: &[Record], probe: ProbeKind, interval_s: i64) -> Vec<Key> {
    let gaps: Vec<&Gap> = kept
        .iter()
        .filter_map(|record| match record {
            Record::Gap(gap) => Some(gap),
            _ => None,
        })
        .collect();
    let told = |portal: &str, family: &str, slot: UnixTime| {
        gaps.iter().any(|gap| {
            gap.portal.as_ref().is_none_or(|id| id.as_str() == portal)
                && gap.probe.is_none_or(|of| of == probe)
                && gap.family.is_none_or(|of| of.as_str() == family)
                && gap.from <= slot
                && slot < gap.to
        })
    };
    let slots = results(kept);
    let of_probe: Vec<&Key> = slots.keys().filter(|(_, of, ..)| of == probe.as_str()).collect();
    let mut missing = Vec::new();
    for pair in of_probe.windows(2) {
        let [before, after] = pair else { continue };
        if (&before.0, &before.2) != (&after.0, &after.2) {
            continue;
        }
        let mut slot = before.3 + interval_s;
        while slot < after.3 {
            if !told(&before.0, &before.2, slot) {
                missing.push((before.0.clone(), before.1.clone(), before.2.clone(), slot));
            }
            slot = slot + interval_s;
        }
        if slot != after.3 {
            // Off the grid.
            missing.push((*after).clone());
        }
    }
    missing
}
