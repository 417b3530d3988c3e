//! Every query of every board, asked of a real Prometheus that reads a real collector over a made-up province.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::Duration;

use ems_dashboards::boards;
use ems_dashboards::variable::Variable;
use ems_tests::http::get;
use ems_tests::nginx::free_port;
use ems_tests::process::{Process, binary, installed};
use ems_tests::wait::until;

const PATIENCE: Duration = Duration::from_secs(90);

/// Collector and Prometheus over made-up data; fields end in this order.
struct Watched {
    prometheus: Process,
    prometheus_url: String,
    collector: Process,
    collector_url: String,
    _folder: tempfile::TempDir,
}

fn watched() -> anyhow::Result<Watched> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let seeded = Command::new(binary("ems-collector")?)
        .args(["demo", "seed", "--portals", "30", "--days", "40", "--data"])
        .arg(&data)
        .output()?;
    anyhow::ensure!(
        seeded.status.success(),
        "{}",
        String::from_utf8_lossy(&seeded.stderr)
    );
    let mut collector = Process::start(
        "ems-collector",
        Command::new(binary("ems-collector")?)
            .args(["serve", "--lang", "en", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .arg("--targets")
            .arg(data.join("targets.yaml"))
            .current_dir(folder.path()),
        &folder.path().join("collector.log"),
    )?;
    let collector_url = collector.line_after("Open in a browser: ", PATIENCE)?;
    let collector_url = collector_url.trim_end_matches('/').to_owned();
    let port = free_port(IpAddr::V4(Ipv4Addr::LOCALHOST))?;
    let settings = folder.path().join("prometheus.yml");
    let rules = ems_tests::tree::root().join("alerts/ems.rules.yml");
    let target = collector_url.trim_start_matches("http://");
    fs::write(
        &settings,
        format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\nrule_files: [{}]\n\
             scrape_configs:\n  - job_name: ems-collector\n    static_configs: [{{targets: [\"{target}\"]}}]\n",
            rules.display()
        ),
    )?;
    let prometheus = Process::start(
        "prometheus",
        Command::new(installed("prometheus")?)
            .arg(format!("--config.file={}", settings.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("tsdb").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--log.level=warn"),
        &folder.path().join("prometheus.log"),
    )?;
    let prometheus_url = format!("http://127.0.0.1:{port}");
    Ok(Watched {
        prometheus,
        prometheus_url,
        collector,
        collector_url,
        _folder: folder,
    })
}

impl Watched {
    /// The samples that a query has now.
    fn ask(&self, expr: &str) -> anyhow::Result<Vec<serde_json::Value>> {
        let mut encoded = String::new();
        for byte in expr.bytes() {
            encoded.push_str(&format!("%{byte:02x}"));
        }
        let answer = get(&format!("{}/api/v1/query?query={encoded}", self.prometheus_url))?;
        let json = answer.json()?;
        anyhow::ensure!(json["status"] == "success", "{expr}\n{json}");
        Ok(json["data"]["result"].as_array().cloned().unwrap_or_default())
    }

    fn number(&self, expr: &str) -> anyhow::Result<Option<f64>> {
        let samples = self.ask(expr)?;
        let value = samples.first().and_then(|sample| sample["value"][1].as_str());
        Ok(value.map(str::parse).transpose()?)
    }
}

/// A query with Grafana's variables filled in as Grafana does for the first choice of each.
fn filled(expr: &str, variables: &[Variable], portal: &str) -> String {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for variable in variables {
        let value = match variable {
            Variable::Datasource => continue,
            Variable::Label { name: "portal", .. } => portal.to_owned(),
            Variable::Label { .. } | Variable::Words { .. } => ".*".to_owned(),
            Variable::List { choices, .. } => choices[0].0.to_owned(),
        };
        values.insert(variable.name(), value);
    }
    let mut text = expr
        .replace("$__rate_interval", "4s")
        .replace("$__interval", "1s")
        .replace("$__range", "1h");
    for (name, value) in values {
        text = text.replace(&format!("${name}"), &value);
    }
    text
}

#[test]
fn every_panel_returns_data_and_tells_the_reports_figure() -> anyhow::Result<()> {
    let watched = watched()?;
    // Two scrapes, so that rates have something to work on, and the first judging behind them.
    let ready = until("four scrapes of the collector", PATIENCE, || {
        let scrapes = watched.number("count_over_time(ems_build_info[1m])")?;
        Ok(scrapes.filter(|scrapes| *scrapes >= 4.0))
    });
    ready.map_err(|error| {
        let log = |process: &Process| process.output().unwrap_or_default();
        error.context(format!(
            "{}\n{}",
            log(&watched.prometheus),
            log(&watched.collector)
        ))
    })?;
    let portals = watched.ask("ems_portal_info{level=\"department\"}")?;
    let portal = portals[0]["metric"]["portal"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let mut silent = Vec::new();
    let mut asked = 0;
    for board in boards() {
        for panel in &board.panels {
            for query in &panel.queries {
                let expr = filled(&query.expr, &board.variables, &portal);
                asked += 1;
                let answered = until(
                    &format!("{}: {}", board.uid, panel.title),
                    Duration::from_secs(20),
                    || {
                        let samples = watched
                            .ask(&expr)
                            .map_err(|error| ems_tests::wait::Hopeless(format!("{error:#}")))?;
                        Ok((query.may_be_empty || !samples.is_empty()).then_some(()))
                    },
                );
                if let Err(error) = answered {
                    silent.push(format!("{error:#}\n    {expr}"));
                }
            }
        }
    }
    assert!(
        silent.is_empty(),
        "of {asked} queries these have no data:\n{}",
        silent.join("\n")
    );

    // The panel's figure is the report's: the same seconds, floored alike.
    let leader = boards()
        .into_iter()
        .find(|board| board.uid == "ems-lanh-dao")
        .expect("a board for leaders");
    let panel = leader
        .panels
        .iter()
        .find(|panel| panel.title == "Khả dụng toàn tỉnh")
        .expect("its figure");
    let expr = filled(&panel.queries[0].expr, &leader.variables, &portal);
    let metrics = get(&format!("{}/metrics", watched.collector_url))?.body;
    let sum = |name: &str| -> i64 {
        let chosen = |line: &&str| {
            line.starts_with(&format!("{name}{{"))
                && line.contains("track=\"overall\"")
                && line.contains("window=\"quarter\"")
        };
        let value = |line: &str| {
            line.rsplit(' ')
                .next()
                .and_then(|value| value.parse::<i64>().ok())
        };
        metrics.lines().filter(chosen).filter_map(value).sum()
    };
    let (observed, down) = (sum("ems_portal_observed_seconds"), sum("ems_portal_down_seconds"));
    assert!(observed > 0 && down > 0, "{observed} {down}");
    let floored = (observed - down) * 10_000 / observed;
    let shown = watched.number(&expr)?.expect("a figure");
    // The settled horizon moves between the two readings; a step of a ten-thousandth is far more than that.
    let off = shown * 10_000.0 - floored as f64;
    assert!(off.abs() < 1.5, "{shown} is not {floored}/10000");
    Ok(())
}

#[test]
fn rules_and_notices_tell_the_end_of_a_domain_at_the_same_days() {
    assert_eq!(
        ems_dashboards::threshold::DOMAIN_DAYS,
        ems_collector::term::NOTICE_DAYS
    );
}
