//! A collector and two agents inside the namespaces of `tests/lab`: the near one on a good line, the far one on the line
//! that `line.json` spoils.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Process, binary};
use crate::wait::until;
use crate::world::PATIENCE;

/// Where the agents deliver, and where people read: addresses that exist only inside the lab.
const AGENTS_AT: &str = "198.51.100.200:8800";
const READERS_AT: &str = "127.0.0.1:8801";
/// Namespace of every server, and those of the vantage points with the names of their agents.
const WEB: &str = "emslab-web";
const VANTAGE: [(&str, &str, &str); 2] = [
    ("emslab-a", "near", "carrier-a"),
    ("emslab-l", "far", "carrier-b"),
];

/// Two vantage points at work. Fields end in the order in which they are written: watchers before the watched.
#[derive(Debug)]
pub struct Vantage {
    /// The agents, the near one first.
    pub agents: Vec<Process>,
    /// The collector.
    pub collector: Process,
    _folder: TempDir,
}

impl Vantage {
    /// Starts collector and agents on these hosts of the lab in `lab`, measured every `interval_s` seconds.
    ///
    /// # Errors
    /// When a part does not come up.
    pub fn start(lab: &Path, hosts: &[&str], interval_s: u32) -> anyhow::Result<Self> {
        let kept = TempDir::new()?;
        let folder = kept.path();
        fs::write(folder.join("targets.yaml"), inventory(hosts, interval_s))?;
        let mut settings =
            format!("listen: {AGENTS_AT}\nconsole_listen: {READERS_AT}\nallow_plain_tokens: true\ntokens:\n");
        for (number, (_, agent, _)) in VANTAGE.iter().enumerate() {
            let token = folder.join(format!("{agent}.token"));
            fs::write(&token, number.to_string().repeat(48))?;
            fs::set_permissions(&token, fs::Permissions::from_mode(0o600))?;
            settings.push_str(&format!("  - {{agent: {agent}, file: {}}}\n", token.display()));
        }
        fs::write(folder.join("ems.yaml"), settings)?;
        let mut serve = inside(WEB, &binary("ems-collector")?);
        serve
            .args(["serve", "--lang", "en", "--settings"])
            .arg(folder.join("ems.yaml"));
        serve.arg("--targets").arg(folder.join("targets.yaml"));
        serve.arg("--data").arg(folder.join("data"));
        let mut collector = Process::start("ems-collector", &mut serve, &folder.join("collector.log"))?;
        collector.line_after("Open in a browser: ", PATIENCE)?;
        let mut agents = Vec::new();
        for (namespace, agent, _) in VANTAGE {
            fs::write(folder.join(format!("{agent}.yaml")), "allow_plain_http: true\n")?;
            let mut run = inside(namespace, &binary("ems-agent")?);
            run.args(["run", "--lang", "en", "--agent", agent, "--collector"])
                .arg(format!("http://{AGENTS_AT}"))
                .args([
                    "--resolver",
                    "198.51.100.1",
                    "--resolver",
                    "198.51.100.2",
                    "--token-file",
                ])
                .arg(folder.join(format!("{agent}.token")))
                .arg("--config")
                .arg(folder.join(format!("{agent}.yaml")))
                .arg("--data-dir")
                .arg(folder.join(agent))
                .arg("--portal-ca-file")
                .arg(lab.join("ca.pem"));
            agents.push(Process::start(
                agent,
                &mut run,
                &folder.join(format!("{agent}.log")),
            )?);
        }
        Ok(Self {
            agents,
            collector,
            _folder: kept,
        })
    }

    /// The spans of a portal's track since the epoch.
    ///
    /// # Errors
    /// When the collector does not answer with spans.
    pub fn spans(&self, host: &str, track: &str) -> anyhow::Result<Vec<Value>> {
        let url = format!(
            "http://{READERS_AT}/api/v1/portals/{}/spans?track={track}",
            id(host)
        );
        let fetch = "import sys,urllib.request as u;sys.stdout.write(u.urlopen(sys.argv[1],timeout=20).read().decode())";
        let done = inside(WEB, Path::new("python3"))
            .args(["-c", fetch, &url])
            .output()?;
        ensure!(
            done.status.success(),
            "{url}: {}\n{}",
            String::from_utf8_lossy(&done.stderr),
            self.collector.output().unwrap_or_default()
        );
        let answer: Value = serde_json::from_slice(&done.stdout)?;
        let spans = answer["tracks"][track]
            .as_array()
            .with_context(|| answer.to_string())?;
        Ok(spans.clone())
    }

    /// Waits until a track of the portal has a span of this state, and returns it.
    ///
    /// # Errors
    /// When it never has.
    pub fn wait_for(&self, host: &str, track: &str, state: &str) -> anyhow::Result<Value> {
        until(&format!("{host} {track} to be {state}"), PATIENCE, || {
            let spans = self.spans(host, track)?;
            let found = spans.iter().rev().find(|span| span["state"] == state).cloned();
            found.map(Some).with_context(|| format!("{spans:?}"))
        })
    }
}

fn inside(namespace: &str, program: &Path) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace]).arg(program);
    command
}

fn id(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

fn inventory(hosts: &[&str], interval_s: u32) -> String {
    let mut text = String::from("contact: ems@example.org\nagents:\n");
    for (_, agent, network) in VANTAGE {
        text.push_str(&format!(
            "  - {{id: {agent}, network: {network}, families: [v4, v6]}}\n"
        ));
    }
    text.push_str(&format!(
        "limits: {{dns_ms: 3000, connect_ms: 3000, tls_ms: 5000, first_byte_ms: 6000, total_ms: 7000}}\n\
         defaults: {{reach_interval_s: {interval_s}, dns_interval_s: 30, level: department, owner: Sở Thử nghiệm}}\n\
         references:\n  - {{host: \"198.51.100.11\", port: 443}}\n  - {{host: \"2001:db8:53::11\", port: 443}}\n"
    ));
    // A name proves the resolvers as well.
    for family in ["v4", "v6"] {
        text.push_str(&format!(
            "  - {{host: a22.lab.gov.vn, port: 443, family: {family}}}\n"
        ));
    }
    text.push_str("portals:\n");
    for host in hosts {
        text.push_str(&format!(
            "  - id: {}\n    name: Cổng thử nghiệm\n    url: https://{host}/\n    \
             allow_addresses: [192.0.2.0/24, \"2001:db8::/32\", 198.51.100.0/24]\n",
            id(host)
        ));
    }
    text
}
