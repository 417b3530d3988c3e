//! Broken transport and broken HTTP.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::*;
use crate::probe::Prober;
use crate::probe::hostile::{Hanging, PORTAL, Site, answer, head, ok, redirect, status, target};

async fn outcome(site: &Site) -> Outcome {
    target(&site.url()).measure().await.outcome
}

#[tokio::test]
async fn an_ordinary_page_is_up_with_all_its_facts() {
    let site = Site::answering(ok(PORTAL)).await;
    let seen = target(&site.url()).measure().await;
    assert_eq!(seen.outcome, Outcome::Up);
    assert_eq!(seen.attempts.len(), 1);
    let attempt = &seen.attempts[0];
    assert_eq!(attempt.address, Some(site.address.ip()));
    assert_eq!(attempt.body_bytes, u32::try_from(PORTAL.len()).ok());
    let timings = attempt.timings;
    assert!(timings.connect_us.is_some() && timings.first_byte_us.is_some() && timings.body_us.is_some());
    assert_eq!((timings.dns_us, timings.tls_us), (None, None));
    let http = seen.facts.http.unwrap();
    assert_eq!(http.version.as_deref(), Some("HTTP/1.1"));
    assert_eq!(http.hops.len(), 1);
    assert_eq!(
        (http.hops[0].url.as_str(), http.hops[0].status),
        (&*site.url(), 200)
    );
}

#[tokio::test]
async fn the_request_says_who_asks() {
    let (sender, mut heard) = tokio::sync::mpsc::channel(1);
    let site = Site::raw("127.0.0.1:0", None, move |mut wire, _| {
        let sender = sender.clone();
        async move {
            sender.send(head(&mut wire).await).await.unwrap();
            wire.write_all(ok(PORTAL).as_bytes()).await.unwrap();
        }
    })
    .await;
    assert_eq!(
        target(&format!("{}a?b=c#d", site.url())).measure().await.outcome,
        Outcome::Up
    );
    let request = heard.recv().await.unwrap();
    assert!(request.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains(&format!("host: {}\r\n", site.address)),
        "{request}"
    );
    assert!(request.contains("+mailto:so-khcn@example.vn)"), "{request}");
    assert!(!request.to_lowercase().contains("referer"), "{request}");
}

#[tokio::test]
async fn every_broken_answer_has_its_cause() {
    let chunk = "1000\r\n".to_owned() + &"x".repeat(4096) + "\r\n";
    for (what, bytes, want) in [
        (
            "no byte at all",
            String::new(),
            down(Stage::FirstByte, Cause::HttpEmpty),
        ),
        (
            "garbage",
            "\u{0}\u{1}\u{2}garbage\r\n\r\n".to_owned(),
            down(Stage::FirstByte, Cause::HttpMalformed),
        ),
        (
            "another protocol",
            "220 smtp.example ESMTP\r\n".repeat(9),
            down(Stage::FirstByte, Cause::HttpMalformed),
        ),
        (
            "half a head",
            "HTTP/1.1 200 OK\r\nContent-".to_owned(),
            down(Stage::FirstByte, Cause::HttpTruncated),
        ),
        (
            "endless headers",
            format!("HTTP/1.1 200 OK\r\n{}", "X-A: b\r\n".repeat(40_000)),
            down(Stage::FirstByte, Cause::HttpMalformed),
        ),
        (
            "one endless header",
            format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(300_000)),
            down(Stage::FirstByte, Cause::HttpMalformed),
        ),
        ("empty body", ok(""), down(Stage::Body, Cause::HttpEmpty)),
        (
            "no content",
            "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            down(Stage::Body, Cause::HttpEmpty),
        ),
        (
            "white body",
            ok(" \n\n"),
            down(Stage::Content, Cause::ContentEmpty),
        ),
        (
            "half a body",
            "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf".to_owned(),
            down(Stage::Body, Cause::HttpTruncated),
        ),
        (
            "half a chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhalf".to_owned(),
            down(Stage::Body, Cause::HttpTruncated),
        ),
        (
            "broken chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf".to_owned(),
            down(Stage::Body, Cause::HttpMalformed),
        ),
        (
            "announced too much",
            "HTTP/1.1 200 OK\r\nContent-Length: 524288000\r\n\r\n".to_owned(),
            down(Stage::Body, Cause::HttpBodyLimit),
        ),
        (
            "sent too much",
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                chunk.repeat(1_100)
            ),
            down(Stage::Body, Cause::HttpBodyLimit),
        ),
        (
            "an error",
            status(500, PORTAL),
            down(Stage::Content, Cause::HttpStatus),
        ),
        (
            "not found",
            status(404, PORTAL),
            down(Stage::Content, Cause::HttpStatus),
        ),
        (
            "forbidden",
            status(403, "<h1>403 Forbidden</h1>"),
            down(Stage::Content, Cause::HttpStatus),
        ),
        (
            "redirect without target",
            status(302, PORTAL),
            down(Stage::Content, Cause::HttpStatus),
        ),
        ("too many requests", status(429, PORTAL), REFUSED),
        ("a firewall", status(403, "Truy cập của bạn đã bị chặn"), REFUSED),
        (
            "nonsense target",
            redirect("http://[::bad/"),
            down(Stage::Request, Cause::HttpMalformed),
        ),
        (
            "a script as target",
            redirect("javascript:void(0)"),
            down(Stage::Request, Cause::HttpMalformed),
        ),
    ] {
        let site = Site::answering(bytes).await;
        assert_eq!(outcome(&site).await, want, "{what}");
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit_and_not_swallowed() {
    let site = Site::raw("127.0.0.1:0", None, |mut wire, _| async move {
        head(&mut wire).await;
        let mut sent = 0u64;
        let piece = [b'x'; 64 * 1024];
        if wire.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.is_ok() {
            while sent < 500 << 20 && wire.write_all(&piece).await.is_ok() {
                sent += piece.len() as u64;
            }
        }
        assert!(sent < 40 << 20, "{sent} bytes were taken");
    })
    .await;
    assert_eq!(outcome(&site).await, down(Stage::Body, Cause::HttpBodyLimit));
}

#[tokio::test]
async fn endless_headers_are_cut_and_not_swallowed() {
    for (what, line) in [
        ("many short ones", "X-More: yes\r\n".repeat(1_000)),
        ("one that never ends", "x".repeat(16 * 1024)),
    ] {
        let site = Site::raw("127.0.0.1:0", None, move |mut wire, _| {
            let piece = line.clone();
            async move {
                head(&mut wire).await;
                let mut sent = 0u64;
                if wire.write_all(b"HTTP/1.1 200 OK\r\nX-First: ").await.is_ok() {
                    while sent < 100 << 20 && wire.write_all(piece.as_bytes()).await.is_ok() {
                        sent += piece.len() as u64;
                    }
                }
                assert!(sent < 20 << 20, "{sent} bytes were taken");
            }
        })
        .await;
        assert_eq!(
            outcome(&site).await,
            down(Stage::FirstByte, Cause::HttpMalformed),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_at_the_limit_and_an_honest_gzip_read() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        let body = encoder.finish().unwrap();
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend(body);
        answer
    };
    let bomb = Site::answering(gzip(&vec![b' '; 100 << 20])).await;
    assert_eq!(outcome(&bomb).await, down(Stage::Body, Cause::HttpBodyLimit));
    let honest = Site::answering(gzip(PORTAL.as_bytes())).await;
    assert_eq!(outcome(&honest).await, Outcome::Up);
}

#[tokio::test]
async fn a_reset_during_the_answer() {
    for (head_first, stage) in [(true, Stage::Body), (false, Stage::FirstByte)] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                // Reading only a part of the request makes the kernel answer the hang-up with a reset.
                stream.readable().await.unwrap();
                if head_first {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")
                        .await
                        .unwrap();
                    sleep(Duration::from_millis(100)).await;
                }
                drop(stream);
            }
        });
        assert_eq!(
            target(&url).measure().await.outcome,
            down(stage, Cause::HttpReset)
        );
    }
}

#[tokio::test]
async fn silence_and_slowness_end_in_time() {
    let silent = Site::raw("127.0.0.1:0", None, |mut wire, _| async move {
        head(&mut wire).await;
        std::future::pending::<()>().await;
    })
    .await;
    let stalled = Site::raw("127.0.0.1:0", None, |mut wire, _| async move {
        head(&mut wire).await;
        wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let dripping = Site::raw("127.0.0.1:0", None, |mut wire, _| async move {
        head(&mut wire).await;
        wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
            .await
            .unwrap();
        while wire.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    for (site, want) in [
        (silent, down(Stage::FirstByte, Cause::HttpTimeout)),
        (stalled, down(Stage::Body, Cause::HttpTimeout)),
        (dripping, down(Stage::Body, Cause::HttpSlowBody)),
    ] {
        let start = Instant::now();
        assert_eq!(outcome(&site).await, want);
        assert!(
            start.elapsed() < Duration::from_millis(3_600),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(site.connections(), 2, "two attempts");
    }
}

#[tokio::test]
async fn a_slow_first_byte_is_degraded() {
    let site = Site::raw("127.0.0.1:0", None, |wire, _| async move {
        sleep(Duration::from_millis(450)).await;
        answer(wire, ok(PORTAL).into_bytes()).await;
    })
    .await;
    assert_eq!(outcome(&site).await, degraded(DegradedCause::SlowFirstByte));
}

#[tokio::test]
async fn failing_once_is_flaky() {
    let site = Site::in_turn(vec![String::new(), ok(PORTAL)]).await;
    let seen = target(&site.url()).measure().await;
    assert_eq!(seen.outcome, degraded(DegradedCause::Flaky));
    assert_eq!(seen.attempts.len(), 2);
    assert_eq!(seen.attempts[0].outcome, down(Stage::FirstByte, Cause::HttpEmpty));
    assert_eq!(seen.attempts[1].outcome, Outcome::Up);
}

#[tokio::test]
async fn a_refusal_is_not_pressed_and_short_intervals_have_one_attempt() {
    let site = Site::answering(status(429, "")).await;
    assert_eq!(target(&site.url()).measure().await.attempts.len(), 1);
    let site = Site::answering(String::new()).await;
    let mut short = target(&site.url());
    short.job.interval_s = 3;
    assert_eq!(short.measure().await.attempts.len(), 1);
}

#[tokio::test]
async fn closed_and_hanging_ports() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(
        target(&closed).measure().await.outcome,
        down(Stage::Connect, Cause::TcpRefused)
    );
    let hanging = Hanging::new().await;
    let seen = target(&format!("http://{}/", hanging.address)).measure().await;
    assert_eq!(seen.outcome, down(Stage::Connect, Cause::TcpTimeout));
    assert_eq!(seen.attempts.len(), 2);
}

#[tokio::test]
async fn two_hundred_portals_behind_one_hanging_address_are_all_down_in_time() {
    let hanging = Hanging::new().await;
    let target = target(&format!("http://{}/", hanging.address));
    let prober = Arc::new(target.prober());
    let mut slots = JoinSet::new();
    for number in 0..200 {
        let (prober, mut job) = (Arc::clone(&prober), target.job.clone());
        Arc::make_mut(&mut job.portal).id = format!("cong-{number}").parse().unwrap();
        slots.spawn(async move {
            sleep(Duration::from_millis(number * 10)).await;
            let start = Instant::now();
            (prober.measure(job).await, start.elapsed())
        });
    }
    let slots = slots.join_all().await;
    let mut shared = 0;
    for (seen, took) in &slots {
        assert_eq!(seen.outcome, down(Stage::Connect, Cause::TcpTimeout));
        assert_eq!(seen.attempts.len(), 2);
        // Learning a load of a hundred a second may cost a wait of up to three seconds for one's turn.
        assert!(*took < Duration::from_secs(8), "{took:?}");
        shared += seen.attempts.iter().filter(|attempt| attempt.shared).count();
    }
    assert!(shared > 250, "{shared} of 400 attempts were shared");
}
