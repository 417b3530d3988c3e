use std::io::Write;
use std::sync::Arc;

use ems_contract::outcome::Outcome;
use ems_contract::record::Record;
use ems_contract::wire::{self, Ack, Line};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::asking::*;
use crate::plans::Plans;
use crate::regulation::Regulations;
use crate::testing::*;

fn ack(answer: &Answer) -> Ack {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn a_batch_is_kept_acknowledged_and_wakes_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let body = encoded(0, at(67), &[up(1, 0), up(2, 60)]);
    let first = ack(&running.deliver(&body).await);
    let rules = Arc::new(Regulations::embedded().unwrap());
    let plan_version = Plans::new(&running.context, rules)
        .of(&agent("a"))
        .map(|plan| plan.version);
    assert_eq!(
        first,
        Ack {
            through: 2,
            stored: 2,
            plan_version,
            ..Ack::default()
        }
    );
    assert!(plan_version.is_some());
    running.changed.notified().await;
    assert_eq!(running.context.store.through(&agent("a"), EPOCH).unwrap(), 2);
    let again = ack(&running.deliver(&body).await);
    assert_eq!((again.stored, again.duplicates, again.through), (0, 2, 2));
    assert_eq!(
        running.metric(r#"ems_ingest_records_total{agent="a",result="stored"}"#),
        "2"
    );
    assert_eq!(
        running.metric(r#"ems_ingest_records_total{agent="a",result="duplicate"}"#),
        "2"
    );
    assert_eq!(running.metric(r#"ems_ingest_batches_total{result="kept"}"#), "2");
    assert_eq!(running.metric(r#"ems_ingest_clock_skew_seconds{agent="a"}"#), "2");
    assert_eq!(running.context.store.agents().unwrap()[0].skew_ms, 2_000);
    running.stop().await;
}

#[tokio::test]
async fn who_may_not_deliver_is_told_why_and_nothing_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let body = encoded(0, at(65), &[up(1, 0)]);
    let post = async |headers: &str| running.ask("POST", "/api/v1/batches", headers, &body).await;

    let none = post("Content-Type: application/x-ndjson+zstd\r\n").await;
    assert_eq!((none.status, none.code().as_str()), (401, "no_token"));
    assert_eq!(none.header("www-authenticate"), Some("Bearer"));
    let wrong = post(&batch_headers("guess")).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "unknown_token"));
    let other = post(&batch_headers("token-of-b")).await;
    assert_eq!((other.status, other.code().as_str()), (403, "wrong_agent"));
    let json = post(&format!(
        "Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
    ))
    .await;
    assert_eq!((json.status, json.code().as_str()), (415, "wrong_content_type"));
    let method = running
        .ask("GET", "/api/v1/batches", &batch_headers(TOKEN), b"")
        .await;
    assert_eq!(
        (method.status, method.code().as_str()),
        (405, "method_not_allowed")
    );
    let nowhere = running.ask("GET", "/api/v2", "", b"").await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "not_found"));
    assert!(running.context.store.agents().unwrap().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn broken_and_oversized_batches_are_refused_whole() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let whole = encoded(0, at(65), &[up(1, 0), up(2, 60)]);
    for body in [&whole[..whole.len() - 1], b"", b"garbage", &[0; 100]] {
        let answer = running.deliver(body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "broken_batch"));
    }
    let mut bomb = zstd::Encoder::new(Vec::new(), 3).unwrap();
    let header = String::from_utf8(zstd::decode_all(whole.as_slice()).unwrap()).unwrap();
    let header = header
        .lines()
        .next()
        .unwrap()
        .replace(r#""records":2"#, r#""records":20000"#);
    writeln!(bomb, "{header}").unwrap();
    for _ in 0..4_000 {
        bomb.write_all(&[b"x".repeat(10_000), b"\n".to_vec()].concat())
            .unwrap();
    }
    let answer = running.deliver(&bomb.finish().unwrap()).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    let long = vec![0; usize::try_from(wire::MAX_COMPRESSED).unwrap() + 1];
    let answer = running.deliver(&long).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    assert_eq!(running.context.store.through(&agent("a"), EPOCH).unwrap(), 0);
    assert_eq!(
        running.metric(r#"ems_ingest_batches_total{result="broken_batch"}"#),
        "4"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let body = encoded(0, at(65), &[up(1, 0)]);
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = format!(
        "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n",
        body.len(),
        batch_headers(TOKEN)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body[..body.len() / 2]).await.unwrap();
    drop(stream);
    // The next batch of the same agent finds its room free again.
    assert_eq!(running.deliver(&body).await.status, 200);
    assert_eq!(
        running.metric(r#"ems_ingest_records_total{agent="a",result="stored"}"#),
        "1"
    );
    running.stop().await;
}

#[tokio::test]
async fn the_same_number_with_other_content_is_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    ack(&running.deliver(&encoded(0, at(65), &[up(1, 0)])).await);
    let other = line(Record::Observation(Box::new(observation(1, 0, down()))));
    let answer = running.deliver(&encoded(0, at(65), &[other])).await;
    assert_eq!((answer.status, answer.code().as_str()), (409, "epoch_conflict"));
    running.stop().await;
}

#[tokio::test]
async fn values_that_cannot_be_true_are_kept_raw_and_the_rest_of_the_batch_counts() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let odd = |seq: u64, change: fn(&mut ems_contract::observation::Observation)| {
        let mut made = observation(seq, 0, Outcome::Up);
        change(&mut made);
        line(Record::Observation(Box::new(made)))
    };
    let lines: Vec<Line> = vec![
        odd(1, |o| o.interval_s = 0),
        odd(2, |o| o.interval_s = u32::MAX),
        odd(3, |o| o.family = None),
        odd(4, |o| o.slot = ems_contract::time::UnixTime::from_secs(0)),
        odd(5, |o| o.attempts = vec![o.attempts[0].clone(); 3]),
        line(gap(6, 60, 60)),
        line(gap(7, -500 * 86_400, 0)),
        up(8, 60),
    ];
    let answer = ack(&running.deliver(&encoded(0, at(65), &lines)).await);
    assert_eq!((answer.stored, answer.quarantined, answer.through), (1, 7, 8));
    running.stop().await;
}

#[tokio::test]
async fn more_batches_at_once_than_one_agent_may_have_are_put_off() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(dir.path(), at(65)).await;
    let body = encoded(0, at(65), &[up(1, 0)]);
    let head = format!(
        "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n",
        body.len(),
        batch_headers(TOKEN)
    );
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        held.push(stream);
    }
    // The two are in hand as soon as the server has read their heads.
    let put_off = loop {
        let answer = running.deliver(&body).await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((put_off.status, put_off.code().as_str()), (429, "busy"));
    assert_eq!(put_off.header("retry-after"), Some("1"));
    for mut stream in held {
        stream.write_all(&body).await.unwrap();
        assert_eq!(read(stream).await.status, 200);
    }
    assert_eq!(running.deliver(&body).await.status, 200);
    running.stop().await;
}
