//! The spool of pages: bounds, restarts, files that are not whole.

use ems_contract::facts::page::EvidenceKind;
use ems_contract::time::UnixTime;

use super::*;

fn label(portal: &str) -> Label {
    Label {
        portal: portal.parse().unwrap(),
        kind: EvidenceKind::Page,
        at: UnixTime::from_secs(1_800_000_000),
        url: "https://p1.example/tin".to_owned(),
        content_type: Some("text/html".to_owned()),
    }
}

/// Bytes that no compressor shortens.
fn noise(n: u8, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        bytes.extend_from_slice(Sha256::of(&[&[n], &bytes.len().to_be_bytes()[..]].concat()).as_bytes());
    }
    bytes
}

fn unkept(spool: &EvidenceSpool, why: &str) -> u64 {
    let mut all = spool.status().unkept_by_reason();
    all.find(|(name, _)| *name == why).unwrap().1
}

#[test]
fn a_page_waits_once_for_each_portal_until_it_is_done_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let spool = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
    assert_eq!(spool.next().unwrap(), None);
    let (digest, bytes) = spool.put(&label("p1"), b"one").unwrap();
    assert_eq!((digest, bytes > 0), (Sha256::of(b"one"), true));
    assert_eq!(spool.put(&label("p1"), b"one").unwrap(), (digest, 0));
    spool.put(&label("p2"), b"one").unwrap();
    drop(spool);
    let again = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
    assert_eq!(again.status().waiting().0, 2);
    let mut portals = Vec::new();
    while let Some(waiting) = again.next().unwrap() {
        assert_eq!(waiting.digest, digest);
        assert_eq!(zstd::bulk::decompress(&waiting.frame, 100).unwrap(), b"one");
        portals.push(waiting.label.portal.to_string());
        again.done(&waiting).unwrap();
        again.done(&waiting).unwrap();
    }
    portals.sort();
    assert_eq!(portals, ["p1", "p2"]);
    assert_eq!(again.status().waiting(), (0, 0));
    assert_eq!(fs::read_dir(dir.path().join("evidence")).unwrap().count(), 0);
}

#[test]
fn a_full_folder_takes_nothing_new_and_gives_up_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let spool = EvidenceSpool::open(dir.path(), 4_000).unwrap();
    let kept = (0..6)
        .filter(|n| spool.put(&label("p1"), &noise(*n, 1_500)).is_ok())
        .count();
    assert_eq!(kept, 2, "1,500 bytes and a label each");
    assert_eq!(unkept(&spool, "full"), 4);
    assert!(spool.status().waiting().1 <= 4_000);
    let first = spool.next().unwrap().unwrap();
    assert_eq!(first.digest, Sha256::of(&noise(0, 1_500)));
    spool.done(&first).unwrap();
    spool.put(&label("p1"), &noise(5, 1_500)).unwrap();
    let long = vec![b'x'; MAX_BODY + 1];
    assert!(matches!(spool.put(&label("p1"), &long), Err(NotKept::TooLong)));
}

#[test]
fn what_is_not_whole_is_not_sent_and_holds_up_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let spool = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
    for body in [&b"one"[..], b"two", b"three", b"four"] {
        spool.put(&label("p1"), body).unwrap();
    }
    let path = |body: &[u8]| {
        dir.path()
            .join(format!("evidence/{}.p1.{SUFFIX}", Sha256::of(body)))
    };
    fs::write(path(b"one"), b"{\"portal").unwrap();
    fs::remove_file(path(b"two")).unwrap();
    // Another page under this name.
    fs::copy(path(b"four"), path(b"three")).unwrap();
    assert_eq!(spool.next().unwrap().unwrap().digest, Sha256::of(b"four"));
    assert_eq!((unkept(&spool, "torn"), spool.status().waiting().0), (3, 1));
    fs::write(dir.path().join(format!("evidence/x.p1.{UNFINISHED}")), b"half").unwrap();
    let again = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
    assert_eq!(again.status().waiting().0, 1);
    assert_eq!(fs::read_dir(dir.path().join("evidence")).unwrap().count(), 1);
}

#[test]
fn a_disk_that_refuses_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let spool = EvidenceSpool::open(dir.path(), MAX_BYTES).unwrap();
    fs::remove_dir(dir.path().join("evidence")).unwrap();
    assert!(matches!(spool.put(&label("p1"), b"one"), Err(NotKept::Disk(_))));
    assert_eq!((unkept(&spool, "disk"), spool.status().waiting()), (1, (0, 0)));
}
