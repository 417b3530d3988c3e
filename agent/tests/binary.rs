//! The binary as an operator meets it: exit codes, messages, an orderly end.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

fn agent() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ems-agent"));
    command.env_clear().env("EMS_LANG", "en");
    command
}

fn run(words: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = agent().args(words).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// Starts an agent whose collector does not answer, and waits until it runs.
#[expect(
    clippy::zombie_processes,
    reason = "the caller waits for the child; so does the one early end"
)]
fn start(folder: &str) -> (Child, Vec<String>) {
    // A port that was free a moment ago: nobody answers there.
    let dead = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let collector = format!("http://{dead}");
    let mut child = agent()
        .args([
            "run",
            "--agent",
            "tram-a",
            "--token",
            "t",
            "--admin-listen",
            "127.0.0.1:0",
        ])
        .args(["--collector", &collector, "--data-dir", folder])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(
            errors.read_line(&mut line).unwrap() > 0,
            "the agent ended: {lines:?}"
        );
        let runs = line.contains("no plan yet");
        lines.push(line);
        if runs {
            // Whatever it says later must not block it.
            child.stderr = Some(errors.into_inner());
            return (child, lines);
        }
    }
}

fn ask_to_end(child: &Child) {
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn wrong_usage_is_2_and_a_bad_configuration_78() {
    assert_eq!(run(&["measure"]).0, Some(2));
    assert_eq!(run(&["run", "--no-such-flag"]).0, Some(2));
    assert_eq!(agent().arg("--version").output().unwrap().status.code(), Some(0));
    let (code, text) = run(&["validate", "--agent", "Trạm"]);
    assert_eq!(code, Some(78));
    assert_eq!(text.matches("error: ").count(), 3, "{text}");
    let good = [
        "validate",
        "--agent",
        "a",
        "--token",
        "t",
        "--collector",
        "https://x.gov.vn",
    ];
    assert_eq!(run(&good).0, Some(0));
    let (code, text) = run(&[
        "run",
        "--agent",
        "a",
        "--token-file",
        "/no/such",
        "--collector",
        "https://x.gov.vn",
    ]);
    assert_eq!(code, Some(78), "{text}");
}

#[test]
fn sigterm_ends_an_agent_in_order_and_a_second_one_on_its_folder_is_refused() {
    let dir = tempfile::TempDir::new().unwrap();
    let folder = dir.path().display().to_string();
    let (mut child, _lines) = start(&folder);
    let second = [
        "run",
        "--agent",
        "tram-a",
        "--token",
        "t",
        "--collector",
        "http://127.0.0.1:1",
        "--data-dir",
        &folder,
    ];
    let (code, text) = run(&second);
    assert_eq!(code, Some(78));
    assert!(text.contains("is locked by another process"), "{text}");
    ask_to_end(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    // The folder is free again.
    let (mut child, _lines) = start(&folder);
    ask_to_end(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_damaged_spool_is_refused_and_renamed_only_on_the_operators_word() {
    let dir = tempfile::TempDir::new().unwrap();
    let folder = dir.path().display().to_string();
    let spool = dir.path().join("spool.db");
    std::fs::write(&spool, [7; 8_192]).unwrap();
    let words = [
        "run",
        "--agent",
        "a",
        "--token",
        "t",
        "--collector",
        "http://127.0.0.1:1",
        "--data-dir",
        &folder,
    ];
    let (code, text) = run(&words);
    assert_eq!(code, Some(78));
    assert!(text.contains("--set-aside-spool"), "{text}");
    assert_eq!(std::fs::read(&spool).unwrap(), [7; 8_192]);
    let mut child = agent()
        .args(words)
        .arg("--set-aside-spool")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("was renamed") {
        line.clear();
        assert!(errors.read_line(&mut line).unwrap() > 0);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut names = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(names.any(|name| name.to_string_lossy().starts_with("spool.db.set-aside-")));
}

#[tokio::test]
async fn measurements_by_hand_go_through_a_spool_when_asked() {
    let dir = tempfile::TempDir::new().unwrap();
    let folder = dir.path().display().to_string();
    let dead = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{dead}/");
    let words = [
        "probe",
        &url,
        "-4",
        "--allow",
        "127.0.0.0/8",
        "--repeat",
        "7",
        "--spool",
        &folder,
    ];
    let (code, text) = run(&words);
    assert_eq!(code, Some(1), "{text}");
    let now = ems_contract::time::UnixTime::from_secs(2_000_000_000);
    let agent = "manual-probe".parse().unwrap();
    let epoch = ems_contract::id::Epoch::from_random([1; 16]);
    let path = ems_agent::spool::path_in(dir.path());
    let (spool, _thread, _opened) =
        ems_agent::spool::Spool::open(&path, &agent, ems_agent::spool::Limits::default(), epoch, now)
            .unwrap();
    assert_eq!(
        spool
            .next(100, 1_000_000, now)
            .await
            .unwrap()
            .unwrap()
            .lines
            .len(),
        7
    );
    assert_eq!(run(&["probe", "ftp://x.gov.vn/"]).0, Some(2));
}
