//! The architecture's invariants, also of what is absent, held by reading the project's own files.
//!
//! Each test names the rule of `docs/ARCHITECTURE.md` that it holds.

use std::collections::BTreeSet;

use ems_tests::tree::{SourceFile, files, program_files};

/// Lines of production code that name `word` outside a comment, as `path:line: text`.
fn mentions(files: &[SourceFile], word: &str, allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_in(allowed)) {
        for (number, line) in file.production().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if code.contains(word) {
                found.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    found
}

fn assert_absent(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

fn below(files: Vec<SourceFile>, places: &[&str]) -> Vec<SourceFile> {
    files.into_iter().filter(|file| file.is_in(places)).collect()
}

#[test]
fn dependencies_point_one_way() {
    let all = program_files().unwrap();
    let contract = below(all.clone(), &["contract"]);
    assert_absent(
        "contract names a program",
        &mentions(&contract, "ems_agent::", &[]),
    );
    assert_absent(
        "contract names a program",
        &mentions(&contract, "ems_collector::", &[]),
    );
    let agent = below(all.clone(), &["agent"]);
    assert_absent(
        "the agent names the collector",
        &mentions(&agent, "ems_collector::", &[]),
    );
    let collector = below(all, &["collector"]);
    assert_absent(
        "only the all-in-one mode may name the agent",
        &mentions(
            &collector,
            "ems_agent::",
            &["collector/src/up.rs", "collector/src/up"],
        ),
    );
}

/// Letters to units and the hand-over sheet are made of notices, notices of whom to call; never the other way round.
#[test]
fn what_tells_people_depends_one_way() {
    let all = program_files().unwrap();
    for (room, above) in [
        ("oncall", &["notify", "handover", "digest"][..]),
        ("notify", &["handover", "digest"][..]),
        ("severity.rs", &["notify", "oncall", "handover", "digest"][..]),
    ] {
        let files = below(all.clone(), &[&format!("collector/src/{room}")]);
        for name in above {
            let what = format!("{room} names {name}");
            assert_absent(&what, &mentions(&files, &format!("crate::{name}::"), &[]));
        }
    }
}

#[test]
fn only_store_and_spool_know_sql() {
    let all = program_files().unwrap();
    assert_absent(
        "SQL outside store and spool",
        &mentions(&all, "rusqlite", &["collector/src/store", "agent/src/spool"]),
    );
}

#[test]
fn only_net_opens_sockets_to_portals() {
    let agent = below(program_files().unwrap(), &["agent"]);
    for word in ["TcpSocket", "TcpStream::connect", "UdpSocket", "socket2::"] {
        assert_absent(
            "a socket outside agent::net",
            &mentions(&agent, word, &["agent/src/net"]),
        );
    }
    assert_absent(
        "the collector is spoken to by ship and plan only",
        &mentions(
            &agent,
            "reqwest::",
            &["agent/src/ship", "agent/src/plan", "agent/src/plan.rs"],
        ),
    );
}

#[test]
fn pure_modules_have_no_effects() {
    let pure = below(
        program_files().unwrap(),
        &[
            "agent/src/schedule",
            "agent/src/page",
            "agent/src/site/plan",
            "agent/src/site/measure",
            "collector/src/items",
            "collector/src/ledger",
            "collector/src/incident",
            "collector/src/judge",
            "collector/src/calendar",
            "collector/src/regulation",
        ],
    );
    assert!(!pure.is_empty());
    for word in [
        "tokio::",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "SystemClock",
        "SharedClock",
        "std::process",
    ] {
        assert_absent("an effect in a pure module", &mentions(&pure, word, &[]));
    }
}

#[test]
fn files_hold_one_concept() {
    const HARD_CAP: usize = 600;
    let all = program_files().unwrap();
    let mut sizes: Vec<(usize, &str)> = all
        .iter()
        .map(|file| (file.production().lines().count(), file.path.as_str()))
        .collect();
    sizes.sort_unstable();
    let too_long: Vec<String> = sizes
        .iter()
        .filter(|(lines, _)| *lines > HARD_CAP)
        .map(|(lines, path)| format!("{path}: {lines} lines (at most {HARD_CAP})"))
        .collect();
    assert_absent("files past the hard cap", &too_long);
    let median = sizes[sizes.len() / 2].0;
    assert!(
        median <= 150,
        "the median file has {median} lines of production code (at most 150)"
    );
}

#[test]
fn nothing_is_left_open() {
    let all = files(&[".rs"]).unwrap();
    for word in ["todo!(", "unimplemented!(", "#[ignore]", "#[allow("] {
        let found: Vec<String> = mentions(&all, word, &["tests/tests/tidy.rs"]);
        assert_absent("left open", &found);
    }
}

#[test]
fn every_file_of_a_program_says_what_it_is_for() {
    let silent: Vec<String> = program_files()
        .unwrap()
        .into_iter()
        .filter(|file| !file.text.starts_with("//!") && !file.text.starts_with("#!"))
        .map(|file| file.path)
        .collect();
    assert_absent("files without a header comment", &silent);
}

#[test]
fn every_text_key_in_code_is_in_the_catalogue() {
    let keys: BTreeSet<&str> = ems_contract::text::keys().collect();
    let mut missing = Vec::new();
    for file in program_files().unwrap() {
        for call in ["text::get(", "text::fill(", "text::lookup("] {
            for part in file.production().split(call).skip(1) {
                let Some(argument) = part.split_once(',').map(|(_, rest)| rest.trim_start()) else {
                    continue;
                };
                let Some(key) = argument.strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                    continue;
                };
                if !keys.contains(key) {
                    missing.push(format!("{}: {key}", file.path));
                }
            }
        }
    }
    assert_absent("text keys that the catalogue lacks", &missing);
}

#[test]
fn one_tls_provider_and_openssl_only_by_its_feature() {
    let lock = std::fs::read_to_string(ems_tests::tree::root().join("Cargo.lock")).unwrap();
    for name in ["aws-lc-rs", "aws-lc-sys", "native-tls"] {
        assert!(
            !lock.contains(&format!("name = \"{name}\"")),
            "{name} is in the dependency tree"
        );
    }
    // What an ordinary build takes in: the lock file also lists what no feature of it turns on.
    let reaching = |features: &[&str]| {
        let output = std::process::Command::new(env!("CARGO"))
            .args([
                "tree",
                "--workspace",
                "--edges",
                "normal,build",
                "--prefix",
                "none",
            ])
            .args(["--locked", "--offline"])
            .args(features)
            .current_dir(ems_tests::tree::root())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).contains("openssl-sys")
    };
    assert!(!reaching(&[]), "an ordinary build links OpenSSL");
    assert!(reaching(&["--features", "ems-agent/legacy-tls"]));
}

#[test]
fn only_the_renderer_prints() {
    for file in files(&["Cargo.toml"]).unwrap() {
        if !["Cargo.toml", "collector/render/Cargo.toml"].contains(&file.path.as_str()) {
            for name in ["typst", "rust_xlsxwriter", "ems-render"] {
                assert!(!file.text.contains(name), "{} names {name}", file.path);
            }
        }
    }
    let renderer = below(program_files().unwrap(), &["collector/render"]);
    assert!(!renderer.is_empty());
    for word in ["std::net", "tokio", "SystemClock", "SharedClock"] {
        assert_absent("an effect in the renderer", &mentions(&renderer, word, &[]));
    }
}

#[test]
fn every_crate_obeys_the_workspace_lints() {
    for file in files(&["Cargo.toml"]).unwrap() {
        if file.path != "Cargo.toml" && !file.path.contains("fuzz") {
            assert!(
                file.text.contains("[lints]\nworkspace = true"),
                "{} does not",
                file.path
            );
        }
    }
}

#[test]
fn licences_are_known() {
    // What may be in the tree; each alternative of an `OR` expression is enough.
    const ALLOWED: &[&str] = &[
        "MIT",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
        "CC0-1.0",
        "0BSD",
        "CDLA-Permissive-2.0",
        "MIT-0",
        "BSL-1.0",
    ];
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            &platform,
        ])
        .current_dir(ems_tests::tree::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut unknown = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or("none").replace('/', " OR ");
        let fine = licence.split(" AND ").all(|part| {
            part.trim_matches(['(', ')'])
                .split(" OR ")
                .any(|one| ALLOWED.contains(&one.trim().trim_matches(['(', ')'])))
        });
        if !fine {
            unknown.push(format!(
                "{}: {licence}",
                package["name"].as_str().unwrap_or_default()
            ));
        }
    }
    assert_absent("licences that are not on the list", &unknown);
}

/// Whoever may write through HTTP is asked for it in one of these rooms: the console's door (session and form token), the
/// tokens of agents, of programs, and of an Alertmanager.
#[test]
fn only_guarded_rooms_take_what_is_sent() {
    let collector = below(program_files().unwrap(), &["collector/src"]);
    let rooms = [
        "collector/src/console",
        "collector/src/http/mod.rs",
        "collector/src/http/registers.rs",
        "collector/src/notify/bridge.rs",
    ];
    for word in [
        "routing::post",
        "post(",
        "routing::put",
        "routing::patch",
        "routing::delete",
        "routing::any",
        "MethodFilter",
    ] {
        let found: Vec<String> = mentions(&collector, word, &rooms)
            .into_iter()
            .filter(|line| word != "post(" || line.contains(".route("))
            .collect();
        assert_absent("a writing route outside the guarded rooms", &found);
    }
    let router = collector
        .iter()
        .find(|file| file.path == "collector/src/console/router.rs")
        .unwrap();
    let code = router.production();
    let door = code.find("door::pass").unwrap();
    assert!(
        code.rfind(".route(").unwrap() < door && code.rfind(".merge(").unwrap() < door,
        "a route of the console that is added after its door is not guarded by it"
    );
}
