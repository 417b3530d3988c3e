//! People and programs, end to end: accounts, tokens, the audit log and attestations as an operator meets them at the command
//! line beside a running collector, whose verdicts follow at once.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use ems_contract::clock::{Clock as _, SystemClock};
use ems_tests::http::{Answer, get, send};
use ems_tests::process::{Process, binary};
use ems_tests::wait::until;
use ems_tests::world::PATIENCE;

const PASSWORD: &str = "một mật khẩu đủ dài";
/// New entries are looked for every five seconds and judged ten seconds later; the whole round comes once an hour.
const SOON: Duration = Duration::from_secs(120);

/// A collector on a folder of its own.
struct Installation {
    folder: tempfile::TempDir,
    collector: Process,
    url: String,
    /// The portal answers nothing and needs not.
    _portal: TcpListener,
}

impl Installation {
    fn start() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let portal = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = portal.local_addr().unwrap().port();
        let inventory = format!(
            "contact: ems@example.org\nagents: [{{id: local, network: carrier-a, families: [v4]}}]\n\
             references: [{{host: \"127.0.0.1\", port: {port}}}, {{host: \"127.0.0.2\", port: {port}}}]\n\
             portals:\n  - {{id: so-mau, name: Sở Mẫu, owner: Sở Mẫu, level: department, url: \"http://127.0.0.1:{port}/\", \
             ipv6: none, regulations: [an-giang-2023]}}\n"
        );
        fs::write(folder.path().join("targets.yaml"), inventory).unwrap();
        let mut command = Command::new(binary("ems-collector").unwrap());
        command
            .args(["up", "--lang", "en", "--listen", "127.0.0.1:0", "--targets"])
            .arg(folder.path().join("targets.yaml"))
            .arg("--data")
            .arg(folder.path().join("data"));
        let log = folder.path().join("collector.log");
        let mut collector = Process::start("ems-collector", &mut command, &log).unwrap();
        let url = collector.line_after("Open in a browser: ", PATIENCE).unwrap();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            folder,
            collector,
            _portal: portal,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command of the program, with what is typed.
    fn ems(&self, arguments: &[&str], typed: &str) -> Output {
        let mut child = Command::new(binary("ems-collector").unwrap())
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .args(["--lang", "en"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What it printed, once it went well.
    fn done(&self, arguments: &[&str], typed: &str) -> String {
        let output = self.ems(arguments, typed);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send("POST", &format!("{}{path}", self.url), headers, body.as_bytes()).unwrap()
    }

    fn log_in(&self, login: &str, password: &str) -> Answer {
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let words = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("login", login), ("password", password), ("next", "/account")])
            .finish();
        self.post("/login", &form, &words)
    }
}

/// The session's cookie of an answer that logged somebody in.
fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn seen(url: &str, cookie: &str) -> Answer {
    send("GET", url, &[("Cookie", cookie)], &[]).unwrap()
}

#[test]
fn accounts_made_at_the_command_line_open_the_running_console_and_close_again() {
    let one = Installation::start();
    let official = ["users", "add", "can.bo", "--name", "Cán bộ", "--role", "official"];
    one.done(&official, &format!("{PASSWORD}\n"));
    assert_eq!(one.log_in("can.bo", "một mật khẩu khác").status, 401);
    let session = cookie(&one.log_in("can.bo", PASSWORD));
    let page = seen(&format!("{}/account", one.url), &session);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Cán bộ"), "{}", page.body);
    let listed = one.done(&["users", "list", "--json"], "");
    assert!(
        listed.contains("can.bo") && !listed.contains(PASSWORD),
        "{listed}"
    );

    one.done(&["users", "disable", "can.bo"], "");
    assert_eq!(one.log_in("can.bo", PASSWORD).status, 401);
    let page = seen(&format!("{}/account", one.url), &session);
    assert!(
        !page.body.contains("Cán bộ"),
        "the session ended with the account"
    );
    one.done(&["users", "enable", "can.bo"], "");
    cookie(&one.log_in("can.bo", PASSWORD));
}

#[test]
fn a_token_does_what_its_scope_says_and_nothing_after_it_is_revoked() {
    let one = Installation::start();
    let token = |name: &str, scope: &str| {
        let printed = one.done(&["tokens", "add", name, "--scope", scope], "");
        format!("Bearer {}", printed.trim())
    };
    let (backups, sheets) = (token("sao-luu", "heartbeat"), token("nhap-lieu", "attest"));
    let beat = |bearer: &str| {
        one.post(
            "/api/v1/heartbeats/backup/so-mau",
            &[("Authorization", bearer)],
            "",
        )
    };
    let sheet = format!(
        "portal;obligation;statement;by_name;by_role;signed_on\nso-mau;AG-12;yes;Nguyễn Văn A;Chánh Văn phòng;{}\n",
        day()
    );
    let import = |bearer: &str, sheet: &str| {
        let path = "/api/v1/registers/attestation/import";
        one.post(path, &[("Authorization", bearer)], sheet)
    };
    assert_eq!(beat(&backups).status, 204);
    assert_eq!(beat(&sheets).status, 403, "another scope");
    assert_eq!(beat("Bearer không-có").status, 401);
    assert_eq!(import(&backups, &sheet).status, 403, "another scope");
    let bad = import(&sheets, &sheet.replace("AG-12", "AG-0"));
    assert_eq!(bad.status, 422, "{}", bad.body);
    let entered = import(&sheets, &sheet);
    assert_eq!(
        (entered.status, entered.json().unwrap()["entered"].as_u64()),
        (200, Some(1)),
        "{}",
        entered.body
    );

    let listed = one.done(&["tokens", "list", "--json"], "");
    let secret = sheets.trim_start_matches("Bearer ");
    assert!(
        listed.contains("nhap-lieu") && !listed.contains(secret),
        "{listed}"
    );
    one.done(&["tokens", "revoke", "nhap-lieu"], "");
    assert_eq!(import(&sheets, &sheet).status, 401);
    let log = one.done(&["audit"], "");
    for told in ["token.add", "token.revoke", "token nhap-lieu", "register.import"] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

#[test]
fn a_chain_broken_by_hand_is_found() {
    let mut one = Installation::start();
    for login in ["can.bo", "van.hanh", "truc.ban"] {
        let operator = ["users", "add", login, "--name", login, "--role", "operator"];
        one.done(&operator, &format!("{PASSWORD}\n"));
    }
    let whole = one.ems(&["audit"], "");
    assert!(
        whole.status.success(),
        "{}",
        String::from_utf8_lossy(&whole.stderr)
    );
    one.collector.terminate(PATIENCE).unwrap();
    let database = database(&one.data());
    let connection = rusqlite::Connection::open(&database).unwrap();
    let second = "UPDATE audit SET actor = 'ai đó' WHERE seq = 2";
    assert!(
        connection.execute(second, []).is_err(),
        "the database itself refuses"
    );
    // Whoever owns the file can take its guards away; the seals stay.
    let guards: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(!guards.is_empty());
    for guard in guards {
        connection.execute(&format!("DROP TRIGGER {guard}"), []).unwrap();
    }
    assert_eq!(connection.execute(second, []).unwrap(), 1);
    drop(connection);
    let broken = one.ems(&["audit"], "");
    assert_eq!(broken.status.code(), Some(1));
    let told = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(told.contains('2'), "{told}");
    let lines = one.ems(&["audit", "--json"], "");
    let lines = String::from_utf8(lines.stdout).unwrap();
    let holds: Vec<bool> = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["holds"]
                .as_bool()
                .unwrap()
        })
        .collect();
    assert_eq!(holds[..2], [true, false], "{lines}");
}

#[test]
fn an_attestation_of_the_command_line_is_judged_at_once() {
    let one = Installation::start();
    one.done(
        &["users", "add", "can.bo", "--name", "Cán bộ", "--role", "official"],
        &format!("{PASSWORD}\n"),
    );
    let page = || get(&format!("{}/portals/so-mau/compliance?lang=en", one.url));
    let unattested = until("the first verdicts", PATIENCE, || {
        let page = page()?.body;
        Ok(page.contains("AG-12").then_some(page))
    });
    let unattested = unattested
        .unwrap_or_else(|error| panic!("{error:#}\n{}", one.collector.output().unwrap_or_default()));
    assert!(!unattested.contains("attested as met"), "{unattested}");
    let day = day();
    let attest = |typed: &str| {
        let words = [
            "attest",
            "add",
            "so-mau",
            "AG-12",
            "--check",
            "editorial-board",
            "--statement",
            "yes",
        ];
        let signed = [
            "--by-name",
            "Nguyễn Văn A",
            "--by-role",
            "Chánh Văn phòng",
            "--signed-on",
            &day,
        ];
        let all = [&words[..], &signed, &["--as", "can.bo"]].concat();
        one.ems(&all, typed)
    };
    let refused = attest("một mật khẩu khác\n");
    assert!(!refused.status.success());
    let entered = attest(&format!("{PASSWORD}\n"));
    assert!(
        entered.status.success(),
        "{}",
        String::from_utf8_lossy(&entered.stderr)
    );
    until("the verdict that follows", SOON, || {
        Ok(page()?.body.contains("attested as met").then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error:#}\n{}", one.collector.output().unwrap_or_default()));
}

fn day() -> String {
    SystemClock::new().now().zoned().date().to_string()
}

fn database(data: &Path) -> PathBuf {
    data.join(ems_collector::serve::DATABASE)
}
