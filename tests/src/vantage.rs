//! A collector and two agents inside the namespaces of `tests/lab`: the near one on a good line, the far one on the line
//! that `line.json` spoils.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
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
/// Where notices go to, beside the collector.
const HOOK_PORT: &str = "8802";
/// Keeps every notice that it is sent, one JSON text a line.
const HOOK: &str = r#"
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        with open(sys.argv[2], 'ab') as kept:
            kept.write(body.replace(b'\n', b' ') + b'\n')
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Hook)
print('hook ready', flush=True)
server.serve_forever()
"#;
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
    _hook: Process,
    folder: TempDir,
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
        settings.push_str(&format!(
            "notify:\n  group_wait_s: 5\n  channels:\n    - {{name: hook, kind: webhook, url: \"http://127.0.0.1:{HOOK_PORT}/\"}}\n\
             \x20 routes:\n    - {{channels: [hook]}}\n"
        ));
        fs::write(folder.join("ems.yaml"), settings)?;
        let mut keep = inside(WEB, Path::new("python3"));
        keep.args(["-c", HOOK, HOOK_PORT]).arg(notices_in(folder));
        let mut hook = Process::start("hook", &mut keep, &folder.join("hook.log"))?;
        hook.line_after("hook ready", PATIENCE)?;
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
            _hook: hook,
            folder: kept,
        })
    }

    /// The notices that were delivered so far.
    ///
    /// # Errors
    /// When one of them is no JSON.
    pub fn notices(&self) -> anyhow::Result<Vec<Value>> {
        let file = notices_in(self.folder.path());
        if !file.exists() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for line in fs::read_to_string(file)?.lines() {
            let mut body: Value = serde_json::from_str(line)?;
            let notices = body["notices"].as_array_mut().map(std::mem::take);
            all.extend(notices.with_context(|| line.to_owned())?);
        }
        Ok(all)
    }

    /// The value of a line of the collector's metrics, named with its labels.
    ///
    /// # Errors
    /// When the collector does not answer.
    pub fn metric(&self, name: &str) -> anyhow::Result<Option<f64>> {
        let text = fetch(&format!("http://{READERS_AT}/metrics"))
            .with_context(|| self.collector.output().unwrap_or_default())?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.map(str::parse).transpose()?)
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
        let text = fetch(&url).with_context(|| self.collector.output().unwrap_or_default())?;
        let answer: Value = serde_json::from_str(&text)?;
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

/// Cuts the far vantage point's own line: nothing goes out but to the collector, as over a line of management.
///
/// # Errors
/// When the firewall of its namespace refuses.
pub fn cut_far(folder: &Path) -> anyhow::Result<()> {
    let collector = AGENTS_AT.split(':').next().unwrap_or_default();
    let rules = format!(
        "table inet cut {{ chain out {{ type filter hook output priority 0; policy drop; oif lo accept; ip daddr {collector} accept; }}\n}}\n"
    );
    let file = folder.join("cut.nft");
    fs::write(&file, rules)?;
    nft(&["-f", &file.display().to_string()])
}

/// Mends the line that [`cut_far`] cut.
///
/// # Errors
/// When the firewall of its namespace refuses.
pub fn mend_far() -> anyhow::Result<()> {
    nft(&["delete", "table", "inet", "cut"])
}

fn nft(words: &[&str]) -> anyhow::Result<()> {
    let [_, (far, _, _)] = VANTAGE;
    let done = inside(far, Path::new("nft")).args(words).output()?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

fn notices_in(folder: &Path) -> PathBuf {
    folder.join("notices.jsonl")
}

/// What the collector answers readers, who have to be in its namespace.
fn fetch(url: &str) -> anyhow::Result<String> {
    let program =
        "import sys,urllib.request as u;sys.stdout.write(u.urlopen(sys.argv[1],timeout=20).read().decode())";
    let done = inside(WEB, Path::new("python3"))
        .args(["-c", program, url])
        .output()?;
    ensure!(
        done.status.success(),
        "{url}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(String::from_utf8(done.stdout)?)
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
    text.push_str("domains:\n");
    for domain in ["lab.gov.vn", "gone.gov.vn"] {
        text.push_str(&format!("  - {{name: {domain}, expires: 2099-12-31}}\n"));
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
