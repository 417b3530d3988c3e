//! Whoever keeps pages as evidence is killed with SIGKILL at random moments, again and again: every page that was kept is there
//! whole, and what was half written is never sent.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use ems_agent::evidence::{EvidenceSpool, MAX_BYTES};
use ems_contract::digest::Sha256;
use ems_contract::evidence::{Label, MAX_BODY};
use ems_contract::facts::page::EvidenceKind;
use ems_contract::time::UnixTime;
use ring::rand::{SecureRandom, SystemRandom};

const KILLS: usize = 20;

/// A page that no compressor shortens much: some time passes until it is written.
fn page(n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < 300_000 {
        let seed = [n.to_be_bytes(), (bytes.len() as u64).to_be_bytes()].concat();
        bytes.extend_from_slice(Sha256::of(&seed).as_bytes());
    }
    bytes
}

fn random() -> u8 {
    let mut byte = [0];
    SystemRandom::new().fill(&mut byte).unwrap();
    byte[0]
}

/// The child: keeps pages and says of each that it is kept.
#[test]
fn child() {
    let mut args = std::env::vars_os();
    let Some((_, folder)) = args.find(|(name, _)| name == "EMS_EVIDENCE_CHILD") else {
        return;
    };
    let spool = EvidenceSpool::open(Path::new(&folder), MAX_BYTES).unwrap();
    let run = std::process::id();
    for n in u64::from(run) << 32.. {
        let label = Label {
            portal: "angiang".parse().unwrap(),
            kind: EvidenceKind::Page,
            at: UnixTime::from_secs(1_800_000_000),
            url: "https://angiang.example/".to_owned(),
            content_type: None,
        };
        let (digest, _) = spool.put(&label, &page(n)).unwrap();
        println!("\nkept {digest}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn kill_9_leaves_every_kept_page_whole_and_nothing_half() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for _ in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env("EMS_EVIDENCE_CHILD", dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut left = usize::from(random()) % 6 + 1;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            if let Some(digest) = line.unwrap().strip_prefix("kept ") {
                kept.insert(digest.to_owned());
                left -= 1;
                if left == 0 {
                    // Somewhere within the next page.
                    for _ in 0..u32::from(random()) * 2_000 {
                        std::hint::spin_loop();
                    }
                    child.kill().unwrap();
                    break;
                }
            }
        }
        child.wait().unwrap();
        let spool = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
        let waiting = spool.status().waiting().0;
        let mut sent = Vec::new();
        // Half of it is sent before the next run.
        while (sent.len() as u64) < waiting.div_ceil(2)
            && let Some(one) = spool.next().unwrap()
        {
            let body = zstd::bulk::decompress(&one.frame, MAX_BODY).unwrap();
            assert_eq!(Sha256::of(&body), one.digest);
            spool.done(&one).unwrap();
            sent.push(one.digest.to_string());
        }
        let torn = spool.status().unkept_by_reason().find(|(why, _)| *why == "torn");
        assert_eq!(torn, Some(("torn", 0)), "a rename brings whole files only");
        sent.iter().for_each(|digest| {
            kept.remove(digest);
        });
        assert!(
            kept.len() as u64 <= spool.status().waiting().0,
            "a page that was kept is there until it is sent"
        );
    }
    let spool = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
    while let Some(one) = spool.next().unwrap() {
        kept.remove(&one.digest.to_string());
        spool.done(&one).unwrap();
    }
    assert!(kept.is_empty(), "lost: {kept:?}");
}
