//! Good answers that are not the portal's page, and the way there.

use ems_contract::facts::PageKind;

use super::*;
use crate::probe::hostile::{PORTAL, Site, answer, head, ok, redirect, status, target};

#[tokio::test]
async fn what_stands_in_place_of_the_page_is_named() {
    let content = |cause| down(Stage::Content, cause);
    for (body, want, kind) in [
        (
            "Hệ thống đang bảo trì",
            content(Cause::ContentMaintenance),
            PageKind::Maintenance,
        ),
        ("Đã xảy ra lỗi", content(Cause::ContentError), PageKind::Error),
        (
            "Lỗi kết nối cơ sở dữ liệu",
            content(Cause::ContentError),
            PageKind::DatabaseError,
        ),
        (
            "<title>Welcome to nginx!</title>",
            content(Cause::ContentDefaultPage),
            PageKind::DefaultPage,
        ),
        (
            "<title>Index of /</title>",
            content(Cause::ContentDefaultPage),
            PageKind::DirectoryListing,
        ),
        (
            "Tên miền này đang được rao bán",
            content(Cause::ContentParked),
            PageKind::Parked,
        ),
        (
            "<title>Hacked by X</title>",
            content(Cause::ContentHijacked),
            PageKind::Hijacked,
        ),
        (
            "<html><div id=app></div></html>",
            content(Cause::ContentEmpty),
            PageKind::EmptyShell,
        ),
        ("Xác minh bạn là con người", REFUSED, PageKind::Blocked),
        (
            "<div id=app></div><script src=a.js></script>",
            Outcome::Up,
            PageKind::EmptyShell,
        ),
        (PORTAL, Outcome::Up, PageKind::Portal),
    ] {
        let site = Site::answering(ok(body)).await;
        let seen = target(&site.url()).measure().await;
        assert_eq!(seen.outcome, want, "{body}");
        assert_eq!(seen.facts.http.unwrap().page_kind, Some(kind), "{body}");
    }
}

#[tokio::test]
async fn an_error_page_keeps_its_kind_as_a_fact() {
    let site = Site::answering(status(503, "Hệ thống đang bảo trì")).await;
    let seen = target(&site.url()).measure().await;
    assert_eq!(seen.outcome, down(Stage::Content, Cause::HttpStatus));
    assert_eq!(seen.facts.http.unwrap().page_kind, Some(PageKind::Maintenance));
}

#[tokio::test]
async fn redirects_are_followed_with_cookies_up_to_the_limit() {
    let gate = Site::raw("127.0.0.1:0", None, |mut wire, _| async move {
        let request = head(&mut wire).await;
        let reply = if request.contains("cookie: vao=1") {
            ok(PORTAL)
        } else {
            "HTTP/1.1 302 Found\r\nSet-Cookie: vao=1; Path=/\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
                .to_owned()
        };
        answer_now(wire, reply).await;
    })
    .await;
    let seen = target(&gate.url()).measure().await;
    assert_eq!(seen.outcome, Outcome::Up);
    let hops: Vec<u16> = seen
        .facts
        .http
        .unwrap()
        .hops
        .iter()
        .map(|hop| hop.status)
        .collect();
    assert_eq!(hops, [302, 200]);

    let endless = Site::answering(redirect("/")).await;
    let seen = target(&endless.url()).measure().await;
    assert_eq!(seen.outcome, down(Stage::Request, Cause::HttpRedirectLoop));
    assert_eq!(
        seen.facts.http.unwrap().hops.len(),
        9,
        "eight redirects and no more"
    );
    assert_eq!(endless.connections(), 18);
}

async fn answer_now(mut wire: Box<dyn crate::probe::hostile::Wire>, reply: String) {
    use tokio::io::AsyncWriteExt;
    wire.write_all(reply.as_bytes()).await.unwrap();
    wire.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_page_that_only_sends_on_is_followed() {
    let site = Site::raw("127.0.0.1:0", None, |mut wire, _| async move {
        let request = head(&mut wire).await;
        let reply = if request.starts_with("GET /vi ") {
            ok(PORTAL)
        } else {
            ok("<meta http-equiv=refresh content='0;url=/vi'>")
        };
        answer_now(wire, reply).await;
    })
    .await;
    let seen = target(&site.url()).measure().await;
    assert_eq!(seen.outcome, Outcome::Up);
    assert_eq!(seen.facts.http.unwrap().hops.len(), 2);
}

#[tokio::test]
async fn a_government_portal_may_move_within_government_only() {
    let there = Site::answering(ok(PORTAL)).await;
    let port = there.address.port();
    for (location, want) in [
        (format!("http://www.angiang.gov.vn:{port}/"), Outcome::Up),
        (
            "https://nha-cai.example/".to_owned(),
            down(Stage::Request, Cause::HttpRedirectOffsite),
        ),
        (
            "http://127.0.0.1/".to_owned(),
            down(Stage::Request, Cause::HttpRedirectOffsite),
        ),
    ] {
        let here = Site::answering(redirect(&location)).await;
        let url = format!("http://angiang.gov.vn:{}/", here.address.port());
        let seen = target(&url).resolve(&["127.0.0.1"]).measure().await;
        assert_eq!(seen.outcome, want, "{location}");
        assert_eq!(seen.facts.http.unwrap().hops[0].status, 302);
    }
}

#[tokio::test]
async fn an_error_text_on_the_second_visit_is_seen_although_the_first_was_remembered() {
    let site = Site::raw("127.0.0.1:0", None, |wire, number| {
        let body = if number < 2 {
            PORTAL
        } else {
            "Hệ thống đang bảo trì"
        };
        answer(wire, ok(body).into_bytes())
    })
    .await;
    let target = target(&site.url());
    let prober = target.prober();
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(
            crate::probe::Prober::measure(&prober, target.job.clone())
                .await
                .outcome,
        );
    }
    let maintenance = down(Stage::Content, Cause::ContentMaintenance);
    assert_eq!(outcomes, [Outcome::Up, Outcome::Up, maintenance]);
}
