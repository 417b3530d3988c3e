//! A portal over loopback for the tests of `ems-agent site`: whatever a closure answers, and what was asked.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// What a visitor asks.
pub(crate) struct Asked<'a> {
    /// Path and query.
    pub(crate) path: &'a str,
    /// The `Cookie` header; empty where none is sent.
    pub(crate) cookie: &'a str,
}

/// What the portal answers.
pub(crate) struct Answer {
    /// Status and further header lines, each ended.
    pub(crate) status: u16,
    /// Header lines, each ended by CR LF.
    pub(crate) headers: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A page, a map or a text, by the ending of its path.
    pub(crate) fn of(path: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        let kind = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("xml" | "rss") => "application/xml",
            Some("txt") => "text/plain",
            _ => "text/html; charset=utf-8",
        };
        Self {
            status,
            headers: format!("Content-Type: {kind}\r\n"),
            body: body.into(),
        }
    }
}

/// A portal that answers until the test ends.
pub(crate) struct Portal {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Portal {
    /// Answers as `answers` says.
    pub(crate) fn start(answers: impl Fn(&Asked<'_>) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let answers = Arc::new(answers);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                thread::spawn(move || talk(stream, &*answers, &log));
            }
        });
        Self { address, asked }
    }

    /// Every path that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// What `ems-agent site` says of it, at an instant, when it may use one gigabyte of addresses at most: what is unbounded ends
    /// there.
    pub(crate) fn visited(&self, more: &[&str]) -> Value {
        let mut bounded = Command::new("prlimit");
        bounded.args(["--as=1000000000", env!("CARGO_BIN_EXE_ems-agent")]);
        self.visited_by(bounded, more)
    }

    /// The same without a bound: a browser besides reserves more addresses than it uses. Nothing may be left of it.
    pub(crate) fn rendered(&self, more: &[&str]) -> Value {
        let temporary = tempfile::tempdir().unwrap();
        let mut agent = Command::new(env!("CARGO_BIN_EXE_ems-agent"));
        agent.env("TMPDIR", temporary.path());
        let answer = self.visited_by(agent, more);
        let left: Vec<_> = fs::read_dir(temporary.path()).unwrap().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
        answer
    }

    fn visited_by(&self, mut agent: Command, more: &[&str]) -> Value {
        let url = format!("http://{}/", self.address);
        let output = agent
            .args(["site", &url, "--json", "--follow", "1"])
            .args(more)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn talk(mut stream: TcpStream, answers: &dyn Fn(&Asked<'_>) -> Answer, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let (mut line, mut cookie) = (String::new(), String::new());
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("cookie")
        {
            value.trim().clone_into(&mut cookie);
        }
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    log.lock().unwrap().push(path.clone());
    let answer = answers(&Asked {
        path: &path,
        cookie: &cookie,
    });
    let head = format!(
        "HTTP/1.1 {} X\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.headers,
        answer.body.len()
    );
    // The visitor may have read enough.
    drop(
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&answer.body)),
    );
}

/// One section of an answer.
pub(crate) fn section<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let sections = answer["sections"].as_array().unwrap();
    sections.iter().find(|section| section["id"] == id).unwrap()
}

/// The measure of a check; `Null` where there is none.
pub(crate) fn feature(answer: &Value, check: &str) -> Value {
    let features = answer["features"].as_array().unwrap();
    features
        .iter()
        .find(|feature| feature["check"] == check)
        .cloned()
        .unwrap_or_default()
}
