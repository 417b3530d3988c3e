//! `ems-collector validate`: whether `targets.yaml`, rule data and policy can be used, and what the inventory comes to.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use ems_contract::clock::Clock;
use ems_contract::diagnostic::{Diagnostic, Severity};
use ems_contract::inventory::{self, Inventory, Level, Status};
use ems_contract::text::{self, Lang};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::{EXIT_BAD_FILE, EXIT_OK, RulesArgs, parse_lang, write_findings};
use crate::inventory::short_notices;
use crate::oncall::people_doubts;
use crate::serve::DATABASE;
use crate::settings::{self, Settings};
use crate::store::AccountStore;
use crate::store::sqlite::SqliteStore;

/// Check targets.yaml and every file it includes, and the rule data and policy file that are named.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Main file of the inventory [default: that of the settings, else targets.yaml].
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Settings to check as well.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Rule data and policy, checked when they or the settings name some.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// The instant that is taken for now: maintenance that is over is not held against its notice any more.
    #[arg(long, value_name = "TIME")]
    pub now: Option<UnixTime>,
    /// Treat warnings as errors.
    #[arg(long)]
    pub deny_warnings: bool,
    /// Write one JSON document, in English.
    #[arg(long)]
    pub json: bool,
    /// Language of the findings: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// What `--json` writes.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    ok: bool,
    errors: usize,
    warnings: usize,
    summary: Option<Summary>,
    diagnostics: &'a [Diagnostic],
}

/// What the inventory comes to.
#[derive(Debug, Serialize)]
struct Summary {
    version: String,
    /// Measured portals by level.
    active: BTreeMap<Level, usize>,
    /// Kept, not measured.
    historical: usize,
    retired: usize,
    agents: Vec<AgentSummary>,
    /// `reach` slots of all agents in a minute, in thousandths.
    #[serde(rename = "reach_slots_per_1000_minutes")]
    slots_milli: u64,
}

#[derive(Debug, Serialize)]
struct AgentSummary {
    id: String,
    network: String,
    portals: usize,
}

/// Runs the command: findings and summary to `out` (JSON) or findings to `err` and summary to `out` (text).
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, clock: &dyn Clock, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let now = args.now.unwrap_or_else(|| clock.now());
    let mut diagnostics = Vec::new();
    let mut targets = Some(PathBuf::from("targets.yaml"));
    let mut rules = args.rules.clone();
    match args.settings.as_deref().map(settings::load) {
        Some(Ok((settings, warnings))) => {
            diagnostics.extend(warnings);
            diagnostics.extend(unanswerable(&settings));
            targets = Some(settings.targets);
            rules.regulations = rules.regulations.or(settings.regulations);
            rules.policy = rules.policy.or(settings.policy);
        }
        // Which inventory they would name is not known.
        Some(Err(found)) => {
            diagnostics.extend(found);
            targets = None;
        }
        None => {}
    }
    let targets = args.targets.clone().or(targets);
    let loaded = targets.as_deref().map(inventory::load);
    let (inventory, stops) = match loaded {
        None => (None, Vec::new()),
        Some(loaded) => {
            diagnostics.extend(loaded.diagnostics);
            (loaded.inventory, loaded.maintenance)
        }
    };
    match rules.load() {
        Ok(rules) => diagnostics.extend(short_notices(&stops, &rules, now)),
        Err(found) => diagnostics.extend(found),
    }
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let ok = errors == 0 && (warnings == 0 || !args.deny_warnings);
    let summary = inventory.as_ref().map(summary);
    if args.json {
        let answer = Answer {
            ok,
            errors,
            warnings,
            summary,
            diagnostics: &diagnostics,
        };
        serde_json::to_writer_pretty(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        write_findings(err, &diagnostics, args.lang)?;
        let named = targets.or_else(|| args.settings.clone()).unwrap_or_default();
        let blamed = blamed(&diagnostics, args.deny_warnings).filter(|_| !ok);
        let file = blamed.unwrap_or_else(|| named.display().to_string());
        let counts = [
            ("file", file),
            ("errors", errors.to_string()),
            ("warnings", warnings.to_string()),
        ];
        let verdict = match (ok, warnings) {
            (true, 0) => "cli.validate.ok",
            (true, _) => "cli.validate.ok_warnings",
            (false, _) => "cli.validate.refused",
        };
        writeln!(out, "{}", filled(args.lang, verdict, &counts))?;
        if let Some(summary) = summary {
            writeln!(out, "{}", described(&summary, args.lang))?;
        }
    }
    Ok(if ok { EXIT_OK } else { EXIT_BAD_FILE })
}

/// The files in which that stands which is refused, each once.
fn blamed(diagnostics: &[Diagnostic], warnings_too: bool) -> Option<String> {
    let mut files: Vec<String> = Vec::new();
    for finding in diagnostics {
        let place = finding.place.as_ref();
        let refused = warnings_too || finding.severity == Severity::Error;
        if let Some(place) = place.filter(|_| refused) {
            let file = place.file.display().to_string();
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    (!files.is_empty()).then(|| files.join(", "))
}

/// Who is called by these settings and has no account that may answer, where the accounts are known already.
fn unanswerable(settings: &Settings) -> Vec<Diagnostic> {
    let Some(on_call) = &settings.notify.on_call else {
        return Vec::new();
    };
    let people =
        SqliteStore::open_for_reading(&settings.data.join(DATABASE)).and_then(|store| store.people());
    let Ok(people) = people else {
        return Vec::new();
    };
    people_doubts(on_call, &people)
        .into_iter()
        .map(|message| Diagnostic::warning(None, "notify.on_call", message))
        .collect()
}

fn summary(inventory: &Inventory) -> Summary {
    let mut active = BTreeMap::new();
    for portal in inventory
        .portals
        .iter()
        .filter(|portal| portal.status == Status::Active)
    {
        *active.entry(portal.level).or_insert(0) += 1;
    }
    let of_status = |status| {
        inventory
            .portals
            .iter()
            .filter(|portal| portal.status == status)
            .count()
    };
    let plans = inventory
        .agents
        .iter()
        .filter_map(|agent| inventory.plan_for(&agent.id));
    let mut slots_milli = 0;
    let agents = plans.map(|plan| {
        slots_milli += plan.portals.iter().map(slots_milli_per_minute).sum::<u64>();
        AgentSummary {
            id: plan.agent.to_string(),
            network: plan.network.to_string(),
            portals: plan.portals.len(),
        }
    });
    let agents = agents.collect();
    Summary {
        version: inventory.version.short(),
        active,
        historical: of_status(Status::Historical),
        retired: of_status(Status::Retired),
        agents,
        slots_milli,
    }
}

/// Thousandths of a `reach` slot that a portal has in a minute from one agent.
fn slots_milli_per_minute(portal: &ems_contract::plan::PlanPortal) -> u64 {
    let families = u64::try_from(portal.families.len()).unwrap_or_default();
    families * 60_000 / u64::from(portal.reach_interval_s.max(1))
}

fn described(summary: &Summary, lang: Lang) -> String {
    let level = |(level, count): (&Level, &usize)| {
        let name = text::get(lang, level_key(*level));
        format!("{name}: {count}")
    };
    let levels: Vec<String> = summary.active.iter().map(level).collect();
    let agents: Vec<String> = summary
        .agents
        .iter()
        .map(|agent| format!("{} ({})", agent.id, agent.network))
        .collect();
    let none = || text::get(lang, "cli.validate.none").to_owned();
    let listed = |names: Vec<String>| {
        if names.is_empty() {
            none()
        } else {
            names.join("; ")
        }
    };
    let (whole, tenths) = (summary.slots_milli / 1_000, summary.slots_milli % 1_000 / 100);
    let point = if lang == Lang::Vi { ',' } else { '.' };
    let slots = if tenths == 0 {
        whole.to_string()
    } else {
        format!("{whole}{point}{tenths}")
    };
    let active: usize = summary.active.values().sum();
    filled(
        lang,
        "cli.validate.summary",
        &[
            ("active", active.to_string()),
            ("levels", listed(levels)),
            ("historical", summary.historical.to_string()),
            ("retired", summary.retired.to_string()),
            ("agent_count", summary.agents.len().to_string()),
            ("agents", listed(agents)),
            ("slots", slots),
            ("version", summary.version.clone()),
        ],
    )
}

fn level_key(level: Level) -> &'static str {
    match level {
        Level::Province => "level.province",
        Level::Department => "level.department",
        Level::District => "level.district",
        Level::Commune => "level.commune",
        Level::Other => "level.other",
    }
}

pub(super) fn filled(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    text::fill(lang, key, &values)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The command's exit code, output and errors.
    fn run_on(targets: &str, change: impl FnOnce(&mut Args)) -> (u8, String, String) {
        let mut args = Args {
            targets: Some(PathBuf::from(targets)),
            settings: None,
            rules: RulesArgs::default(),
            now: Some("2026-11-29T03:00:00Z".parse().unwrap()),
            deny_warnings: false,
            json: false,
            lang: Lang::Vi,
        };
        change(&mut args);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let clock = ems_contract::clock::SystemClock::new();
        let code = run(&args, &clock, &mut out, &mut err).unwrap();
        (
            code,
            String::from_utf8(out).unwrap(),
            String::from_utf8(err).unwrap(),
        )
    }

    const SAMPLE: &str = "../targets.yaml";

    #[test]
    fn the_shipped_sample_is_in_order() {
        let (code, out, err) = run_on(SAMPLE, |args| args.deny_warnings = true);
        assert_eq!((code, err.as_str()), (EXIT_OK, ""));
        let (first, rest) = out.split_once('\n').unwrap();
        assert_eq!(first, "../targets.yaml: hợp lệ");
        let (before_version, version) = rest.trim_end().rsplit_once(' ').unwrap();
        assert_eq!(version.len(), 12);
        assert_eq!(
            before_version,
            "Đang đo 3 cổng (Tỉnh, thành phố: 3); lưu trữ 2 cổng lịch sử, 5 cổng đã ngừng. \
             Điểm đo 1: local (local). Mỗi phút 6 lượt đo khả dụng. Phiên bản"
        );
        let (_, english, _) = run_on(SAMPLE, |args| args.lang = Lang::En);
        assert!(english.contains("3 portals measured (Province: 3)"), "{english}");
    }

    #[test]
    fn a_bad_file_ends_with_78_and_every_finding_in_the_language_asked_for() {
        let bad = "../contract/tests/bad-targets/level-unknown.yaml";
        let (code, out, err) = run_on(bad, |_| {});
        assert_eq!(code, EXIT_BAD_FILE);
        assert!(
            err.starts_with("lỗi: ") && err.contains("gợi ý: có phải `province`?"),
            "{err}"
        );
        assert!(out.contains("1 lỗi"), "{out}");
        let (_, _, err) = run_on(bad, |args| args.lang = Lang::En);
        assert!(err.starts_with("error: "), "{err}");
        let (code, ..) = run_on("no-such-file.yaml", |_| {});
        assert_eq!(code, EXIT_BAD_FILE);
    }

    #[test]
    fn a_policy_file_is_checked_with_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy.yaml");
        std::fs::write(&policy, "schema: 1\nauthor: a\n").unwrap();
        let (code, _, err) = run_on(SAMPLE, |args| args.rules.policy = Some(policy.clone()));
        assert_eq!(code, EXIT_BAD_FILE);
        assert!(
            err.contains("policy.yaml:1:1") && err.contains("`signature`"),
            "{err}"
        );
        let sample = PathBuf::from("../deploy/policy.yaml");
        let (code, _, err) = run_on(SAMPLE, |args| args.rules.policy = Some(sample));
        assert_eq!((code, err.as_str()), (EXIT_OK, ""));
    }

    #[test]
    fn settings_are_checked_with_the_inventory_they_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ems.yaml");
        let sample = Path::new(SAMPLE).canonicalize().unwrap();
        let ran = |text: String| {
            std::fs::write(&file, text).unwrap();
            run_on(SAMPLE, |args| {
                args.targets = None;
                args.settings = Some(file.clone());
            })
        };
        let (code, out, err) = ran(format!("targets: {}\n", sample.display()));
        assert_eq!((code, err.as_str()), (EXIT_OK, ""), "{out}");
        let (code, out, err) = ran(format!("targets: {}\nlissten: x\n", sample.display()));
        assert_eq!(code, EXIT_BAD_FILE);
        assert!(err.contains("ems.yaml:2") && err.contains("lissten"), "{err}");
        assert!(
            out.contains("ems.yaml: không dùng được")
                && !out.contains("targets.yaml")
                && !err.contains("targets.yaml"),
            "the file that is refused is named, and no other: {out}{err}"
        );
        let hours = "notify: {on_call: {lead: a, quiet_hours: 22-6, people: []}}";
        let (_, _, err) = ran(format!("targets: {}\n{hours}\n", sample.display()));
        assert!(err.contains("cần hai thời điểm khác nhau"), "{err}");
    }

    #[test]
    fn a_lead_who_may_not_answer_is_told_where_the_accounts_are_known() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ems.yaml");
        let sample = Path::new(SAMPLE).canonicalize().unwrap();
        let text = format!(
            "targets: {}\ndata: {}\nnotify:\n  channels: [{{name: log, kind: stdout}}]\n  on_call:\n    \
             lead: sep\n    people: [{{login: sep, channels: [log]}}]\n",
            sample.display(),
            dir.path().display()
        );
        std::fs::write(&file, text).unwrap();
        let ran = || {
            run_on(SAMPLE, |args| {
                args.targets = None;
                args.settings = Some(file.clone());
            })
        };
        let (code, _, err) = ran();
        assert_eq!((code, err.as_str()), (EXIT_OK, ""), "no accounts, nothing to say");
        drop(SqliteStore::open(&dir.path().join(DATABASE)).unwrap());
        let (code, _, err) = ran();
        assert_eq!(code, EXIT_OK);
        assert!(
            err.contains("`sep`") && err.contains("chưa có tài khoản"),
            "{err}"
        );
    }

    #[test]
    fn warnings_pass_unless_denied() {
        let doubtful = "../contract/tests/bad-targets/url-not-vn.yaml";
        assert_eq!(run_on(doubtful, |_| {}).0, EXIT_OK);
        assert_eq!(
            run_on(doubtful, |args| args.deny_warnings = true).0,
            EXIT_BAD_FILE
        );
    }

    #[test]
    fn machines_get_one_json_document() {
        let (code, out, err) = run_on(SAMPLE, |args| args.json = true);
        assert_eq!((code, err.as_str()), (EXIT_OK, ""));
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["ok"], true);
        assert_eq!(answer["summary"]["active"]["province"], 3);
        assert_eq!(answer["summary"]["reach_slots_per_1000_minutes"], 6_000);
        let bad = "../contract/tests/bad-targets/parent-unknown.yaml";
        let (_, out, _) = run_on(bad, |args| args.json = true);
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["ok"], false);
        assert_eq!(answer["diagnostics"][0]["code"], "inventory.parent.unknown");
        assert_eq!(answer["diagnostics"][0]["line"], 15);
        assert_eq!(answer["summary"], serde_json::Value::Null);
    }
}
