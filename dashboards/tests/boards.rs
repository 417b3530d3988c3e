//! The boards and rules as files: up to date, lawful for Grafana's grid, every name known, every click leading somewhere.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ems_dashboards::board::Board;
use ems_dashboards::panel::{Form, Panel};
use ems_dashboards::rule::{Rule, groups};
use ems_dashboards::{boards, file, rule, word};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names of metrics in a query: words that begin as ours and blackbox's do.
fn metrics(expr: &str) -> BTreeSet<String> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let ours =
        |name: &&str| name.starts_with("ems_") || name.starts_with("probe_") || name.starts_with("ems:");
    expr.split(word).filter(ours).map(str::to_owned).collect()
}

fn variables(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('$') {
        let rest = text[at + 1..].trim_start_matches('{');
        let name: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        if !name.is_empty() && !name.starts_with("__") {
            found.insert(name);
        }
    }
    found
}

fn panels(board: &Board) -> impl Iterator<Item = &Panel> {
    board.panels.iter().filter(|panel| panel.form != Form::Row)
}

#[test]
fn the_files_are_what_the_code_says() {
    for board in boards() {
        let path = format!("dashboards/grafana/{}.json", board.uid);
        assert!(
            read(&path) == file(&board),
            "{path} is old: cargo run -p ems-dashboards"
        );
    }
    assert!(
        read("alerts/ems.rules.yml") == rule::file(),
        "the rules are old: cargo run -p ems-dashboards"
    );
    assert!(
        read("alerts/templates/words.tmpl") == word::templates(),
        "the words are old: cargo run -p ems-dashboards"
    );
    let known: BTreeSet<String> = boards()
        .iter()
        .map(|board| format!("{}.json", board.uid))
        .collect();
    let there = std::fs::read_dir(root().join("dashboards/grafana")).unwrap();
    let there: BTreeSet<String> = there
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, known, "a board that no code writes");
}

#[test]
fn six_boards_with_names_of_their_own() {
    let uids: BTreeSet<&str> = boards().iter().map(|board| board.uid).collect();
    assert_eq!(uids.len(), 6);
    for board in boards() {
        assert!(
            board.title.starts_with("EMS ") && !board.description.is_empty(),
            "{}",
            board.uid
        );
        let text = file(&board);
        assert!(text.contains("\"timezone\": \"Asia/Ho_Chi_Minh\"") && text.contains("\"editable\": false"));
    }
}

#[test]
fn every_panel_says_what_it_shows_and_fits_the_grid() {
    for board in boards() {
        let json: serde_json::Value = serde_json::from_str(&file(&board)).unwrap();
        let placed = json["panels"].as_array().unwrap();
        let mut taken = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for panel in placed {
            let title = panel["title"].as_str().unwrap();
            let number = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            assert!(
                ids.insert(panel["id"].as_u64().unwrap()),
                "{title}: its id stands twice"
            );
            assert!(number("x") + number("w") <= 24, "{title} is wider than the grid");
            for x in number("x")..number("x") + number("w") {
                for y in number("y")..number("y") + number("h") {
                    assert!(
                        taken.insert((x, y)),
                        "{}: {title} lies on another panel",
                        board.uid
                    );
                }
            }
        }
        for panel in panels(&board) {
            let name = format!("{}: {}", board.uid, panel.title);
            assert!(
                panel.description.ends_with('.') && panel.description.len() > 15,
                "{name} is not described"
            );
            assert!(!panel.queries.is_empty(), "{name} asks nothing");
            assert_eq!(
                panel.form == Form::Table,
                !panel.columns.is_empty(),
                "{name}: columns are for tables"
            );
            let may_be_empty = panel.queries.iter().all(|query| query.may_be_empty);
            assert!(
                !may_be_empty || panel.nothing.is_some(),
                "{name} may be empty and says nothing then"
            );
            for query in &panel.queries {
                assert!(
                    !query.expr.contains("[5m]") && !query.expr.contains("[1m]"),
                    "{name}: $__rate_interval is meant"
                );
            }
        }
    }
}

#[test]
fn every_variable_is_defined_and_used() {
    for board in boards() {
        let defined: BTreeSet<String> = board
            .variables
            .iter()
            .map(|variable| variable.name().to_owned())
            .collect();
        let queries = panels(&board).flat_map(|panel| &panel.queries);
        let used: BTreeSet<String> = queries.flat_map(|query| variables(&query.expr)).collect();
        assert_eq!(used, defined, "{}", board.uid);
    }
}

#[test]
fn every_click_leads_to_a_board_that_takes_it() {
    for board in boards() {
        for (target, variable, label) in panels(&board).filter_map(|panel| panel.link) {
            let found = boards().into_iter().find(|board| board.uid == target);
            let found = found.unwrap_or_else(|| panic!("{}: no board {target}", board.uid));
            let takes = found.variables.iter().any(|known| known.name() == variable);
            assert!(
                takes,
                "{}: {target} has no variable {variable} for {label}",
                board.uid
            );
        }
        for panel in panels(&board).filter(|panel| panel.form == Form::Table) {
            if let Some((_, _, label)) = panel.link {
                let shown = panel.columns.iter().any(|(source, ..)| *source == label);
                assert!(
                    shown,
                    "{}: {} links by a column it does not show",
                    board.uid, panel.title
                );
            }
            if let Some((heading, _)) = panel.sorted {
                let shown = panel.columns.iter().any(|(_, name, _)| *name == heading);
                assert!(
                    shown,
                    "{}: {} is sorted by a column it does not show",
                    board.uid, panel.title
                );
            }
        }
    }
    for group in groups() {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            let (target, labels) = alert.board;
            let found = boards().into_iter().find(|board| board.uid == target);
            let found = found.unwrap_or_else(|| panic!("{}: no board {target}", alert.name));
            for label in labels {
                assert!(
                    found.variables.iter().any(|known| known.name() == *label),
                    "{}: {label}",
                    alert.name
                );
            }
        }
    }
}

#[test]
fn every_metric_that_is_asked_for_exists() {
    let document = read("docs/METRICS.md");
    let documented: BTreeSet<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let recorded: BTreeSet<&str> = groups()
        .iter()
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Record { name, .. } => Some(*name),
            Rule::Alert(_) => None,
        })
        .collect();
    let boards = boards();
    let asked_by_boards = boards
        .iter()
        .flat_map(|board| panels(board).flat_map(|panel| &panel.queries))
        .flat_map(|query| metrics(&query.expr));
    let groups = groups();
    let asked_by_rules = groups
        .iter()
        .flat_map(|group| &group.rules)
        .flat_map(|rule| match rule {
            Rule::Record { expr, .. } => metrics(expr),
            Rule::Alert(alert) => [Some(alert.expr.as_str()), alert.seen.query(), alert.since.query()]
                .into_iter()
                .flatten()
                .flat_map(metrics)
                .collect(),
        });
    let unknown: BTreeSet<String> = asked_by_boards
        .chain(asked_by_rules)
        .filter(|name| !documented.contains(name.as_str()) && !recorded.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not in docs/METRICS.md: {unknown:?}");
}

/// A group is sent at its intervals, counted from its first alert, and only if the hour is right then.
#[test]
fn routes_that_wait_for_an_hour_look_often_enough_to_meet_it() {
    let text = read("alerts/alertmanager.yml");
    let settings: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    let minutes = |text: &str| -> u32 {
        let (number, unit) = text.split_at(text.len() - 1);
        let number: u32 = number.parse().unwrap();
        match unit {
            "m" => number,
            "h" => number * 60,
            _ => panic!("{text}"),
        }
    };
    let clock = |time: &serde_json::Value| {
        let (hours, minutes) = time.as_str().unwrap().split_once(':').unwrap();
        hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap()
    };
    let length = |name: &str| -> u32 {
        let all = settings["time_intervals"].as_array().unwrap();
        let named = all.iter().find(|one| one["name"] == name);
        let times = &named.unwrap_or_else(|| panic!("no interval {name}"))["time_intervals"][0]["times"][0];
        clock(&times["end_time"]) - clock(&times["start_time"])
    };
    let inherited = settings["route"]["group_interval"].as_str().unwrap();
    let routes = settings["route"]["routes"].as_array().unwrap();
    let waiting = routes
        .iter()
        .filter(|route| route["active_time_intervals"].is_array());
    let mut met = 0;
    for route in waiting {
        let every = minutes(route["group_interval"].as_str().unwrap_or(inherited));
        for interval in route["active_time_intervals"].as_array().unwrap() {
            let open = length(interval.as_str().unwrap());
            assert!(every * 2 <= open, "{route}: every {every} of {open} minutes");
            met += 1;
        }
    }
    assert!(met >= 3, "{met}");
}

/// What a test of rules makes up has to be what Prometheus would scrape: a label that no metric carries proves nothing.
#[test]
fn the_series_of_rule_tests_have_the_labels_of_the_catalogue() {
    let document = read("docs/METRICS.md");
    let labels = |name: &str| -> Option<BTreeSet<&str>> {
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")))?;
        Some(row.split('|').nth(3)?.split('`').skip(1).step_by(2).collect())
    };
    // What a target's scrape adds to what the target says.
    let of_scrape = BTreeSet::from(["instance", "job"]);
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root().join("alerts/tests")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for series in text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- series: '"))
        {
            let (name, rest) = series.split_once(['{', '\'']).unwrap();
            let used: BTreeSet<&str> = rest
                .split("=\"")
                .filter_map(|part| part.rsplit([' ', ',', '{']).next())
                .filter(|label| !label.contains(['"', '}', '\'']) && !label.is_empty())
                .collect();
            let Some(known) = labels(name) else {
                faults.push(format!("{name} is no metric of ours"));
                continue;
            };
            let strange: Vec<_> = used
                .iter()
                .filter(|label| !known.contains(*label) && !of_scrape.contains(*label))
                .collect();
            if !strange.is_empty() {
                faults.push(format!("{series}: {strange:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let alerts: BTreeSet<String> = groups()
        .iter()
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Record { .. } => None,
            Rule::Alert(alert) => Some(alert.name.to_owned()),
        })
        .collect();
    let folder = std::fs::read_dir(root().join("alerts/runbooks")).unwrap();
    let books: BTreeSet<String> = folder
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(alerts, books);
    for rule in groups().iter().flat_map(|group| &group.rules) {
        let Rule::Alert(alert) = rule else { continue };
        let head = format!("# {}: {}\n", alert.name, alert.title);
        let book = read(&format!("alerts/runbooks/{}.md", alert.name));
        assert!(
            book.starts_with(&head),
            "a runbook is called otherwise than its alert: {head}"
        );
    }
    let tests: String = std::fs::read_dir(root().join("alerts/tests"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    for alert in alerts {
        assert!(
            tests.contains(&format!("alertname: {alert}\n")),
            "no promtool test of {alert}"
        );
    }
}

#[test]
fn the_provisioned_source_is_the_one_that_boards_ask_first() {
    let source = read("dashboards/provisioning/datasources/ems.yaml");
    assert!(source.contains("uid: ems-prometheus"), "{source}");
    assert!(file(&boards()[0]).contains("\"value\": \"ems-prometheus\""));
}

/// Every file of Rust below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_metric_in_the_sources_is_documented() {
    let document = read("docs/METRICS.md");
    let mut files = Vec::new();
    sources(&root().join("agent/src"), &mut files);
    sources(&root().join("collector/src"), &mut files);
    let mut missing = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        // Tests may name what nobody counts.
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for literal in text.split('"').skip(1).step_by(2) {
            let name = literal.len() > 4
                && literal.starts_with("ems_")
                && literal
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            // The console's cookie is named alike.
            if name && literal != "ems_session" && !document.contains(&format!("| `{literal}` |")) {
                missing.insert(format!("{literal} ({})", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "not in docs/METRICS.md: {missing:#?}");
}
