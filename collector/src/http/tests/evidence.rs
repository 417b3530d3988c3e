//! Whole pages: who may hand in which, and that what is kept is what the address says.

use ems_contract::digest::Sha256;
use ems_contract::evidence::{Label, MAX_BODY};
use ems_contract::facts::page::EvidenceKind;
use ems_contract::family::Family;

use super::asking::*;
use crate::testing::*;

const PAGE: &[u8] = "<html><script>alert(1)</script>Cổng thông tin".as_bytes();

fn label(name: &str) -> Label {
    Label {
        portal: portal(name),
        kind: EvidenceKind::Page,
        at: at(60),
        url: "https://p1.example/tin?a=1&b=2".to_owned(),
        content_type: Some("text/html".to_owned()),
    }
}

async fn hand_in(running: &Running, token: &str, label: &Label, digest: Sha256, frame: &[u8]) -> Answer {
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/zstd\r\n");
    let path = format!("/{}", label.target(&digest));
    running.ask("POST", &path, &headers, frame).await
}

fn packed(body: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(body, 1).unwrap()
}

#[tokio::test]
async fn a_page_is_kept_once_under_its_digest() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let digest = Sha256::of(PAGE);
    let mut label = label("p1");
    // Its clock is ahead: it does not outlive pages that are read later.
    label.at = at(9_000_000);
    let first = hand_in(&running, TOKEN, &label, digest, &packed(PAGE)).await;
    assert_eq!(
        (first.status, first.json()["kept"].as_str()),
        (201, Some("new")),
        "{first:?}"
    );
    let again = hand_in(&running, TOKEN, &label, digest, &packed(PAGE)).await;
    assert_eq!(
        (again.status, again.json()["kept"].as_str()),
        (200, Some("known"))
    );
    let kept = running.context.store.evidence(&digest).unwrap().unwrap();
    assert_eq!((&*kept.body, kept.at, &kept.agent), (PAGE, at(65), &agent("a")));
    assert_eq!((&kept.url, kept.portal), (&label.url, label.portal));
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused_and_nothing_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let (label, digest) = (label("p1"), Sha256::of(PAGE));
    let refused = async |digest: Sha256, frame: &[u8]| {
        let answer = hand_in(&running, TOKEN, &label, digest, frame).await;
        (answer.status, answer.code())
    };
    let other = packed(b"another page");
    assert_eq!(refused(digest, &other).await, (422, "wrong_digest".to_owned()));
    assert_eq!(refused(digest, PAGE).await, (422, "broken_page".to_owned()));
    let torn = packed(PAGE);
    assert_eq!(
        refused(digest, &torn[..torn.len() - 3]).await,
        (422, "broken_page".to_owned())
    );
    assert_eq!(refused(digest, b"").await, (422, "broken_page".to_owned()));
    // A bomb: a gigabyte in some kilobytes.
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), 1 << 30), &mut bomb).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 200_000);
    assert_eq!(refused(digest, &bomb).await, (413, "too_large".to_owned()));
    let long = vec![0; MAX_BODY + 1];
    assert_eq!(
        refused(Sha256::of(&long), &packed(&long)).await,
        (413, "too_large".to_owned())
    );
    let headers = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: application/zstd\r\n");
    for path in [
        "/api/v1/evidence/zz?portal=p1",
        &format!("/api/v1/evidence/{digest}?portal=p1"),
    ] {
        let answer = running.ask("POST", path, &headers, &packed(PAGE)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "bad_parameter"),
            "{path}"
        );
    }
    let html = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: text/html\r\n");
    let answer = running
        .ask("POST", &format!("/{}", label.target(&digest)), &html, PAGE)
        .await;
    assert_eq!(answer.status, 415);
    assert_eq!(running.context.store.evidence_statistics().unwrap().bodies, 0);
    running.stop().await;
}

#[tokio::test]
async fn only_pages_of_portals_of_ones_own_plan_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let (digest, frame) = (Sha256::of(PAGE), packed(PAGE));
    let stranger = hand_in(&running, "guess", &label("p1"), digest, &frame).await;
    assert_eq!(
        (stranger.status, stranger.code().as_str()),
        (401, "unknown_token")
    );
    let nowhere = hand_in(&running, TOKEN, &label("nobody"), digest, &frame).await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (422, "not_planned"));
    // Agent `b` is in no inventory.
    let other = hand_in(&running, "token-of-b", &label("p1"), digest, &frame).await;
    assert_eq!((other.status, other.code().as_str()), (422, "not_planned"));
    // A portal whose families the agent lacks is another's.
    let mut inventory = (*running.context.inventory.current()).clone();
    inventory.agents[0].families = vec![Family::V6];
    for portal in &mut inventory.portals {
        portal.ipv6 = ems_contract::inventory::Expectation::None;
    }
    running.context.inventory.replace(inventory, at(66));
    let anothers = hand_in(&running, TOKEN, &label("p1"), digest, &frame).await;
    assert_eq!((anothers.status, anothers.code().as_str()), (422, "not_planned"));
    assert_eq!(running.context.store.evidence_statistics().unwrap().bodies, 0);
    running.stop().await;
}
