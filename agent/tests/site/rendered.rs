//! A portal whose pages are made by scripts: unknown as it comes, read as a browser makes it where the operator wants that.

use std::net::UdpSocket;

use super::portal::{Answer, Portal, section};

const SHELL: &str = "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng thông tin điện tử xã Tân Hòa</title></head>\
    <body><div id=app></div><img src=/anh.png><script src=/app.js></script></body></html>";

/// Makes the menu, and on the news page the list that an interface gives; asks for a neighbour's machine besides.
const SCRIPT: &str = "const app = document.getElementById('app');\
    alert('Chào mừng');\
    fetch('http://127.0.0.2:9/bi-mat').catch(() => {});\
    fetch('/api/ghi', {method: 'POST', body: 'x'}).catch(() => {});\
    app.innerHTML = '<header>Ủy ban nhân dân xã Tân Hòa</header><nav><ul><li><a href=/>Trang chủ</a></li><li><a href=/gioi-thieu>Giới thiệu</a></li><li><a href=/tin-tuc>Tin tức</a></li></ul></nav><main></main>';\
    if (location.pathname === '/tin-tuc') fetch('/api/tin').then(answer => answer.json()).then(items => {\
      document.querySelector('main').innerHTML = '<h1>Tin tức</h1><ul>' + items.map(item =>\
        `<li><a href=/bai-${item.id}>${item.title}</a> <span>${item.day}</span></li>`).join('') + '</ul>';\
    });";

const ITEMS: &str = r#"[{"id":1,"title":"Xã Tân Hòa triển khai nhiệm vụ trọng tâm quý IV","day":"05/11/2026"},
    {"id":2,"title":"Hội nghị tiếp xúc cử tri trên địa bàn xã Tân Hòa","day":"02/11/2026"},
    {"id":3,"title":"Ra quân vệ sinh môi trường trên địa bàn các ấp","day":"28/10/2026"}]"#;

fn portal() -> Portal {
    Portal::start(|asked| match asked.path {
        "/" | "/tin-tuc" => Answer::of("/", 200, SHELL),
        "/app.js" => Answer::of("/app.js", 200, SCRIPT),
        "/api/tin" => Answer::of("/api/tin", 200, ITEMS),
        path => Answer::of(path, 404, "<h1>404</h1>"),
    })
}

const ARGS: [&str; 8] = [
    "--now",
    "2026-11-06T08:15:00+07:00",
    "--section",
    "tin-tuc",
    "--max-links",
    "0",
    "--crawl",
    "0",
];

const CHROMIUM: [&str; 2] = ["--render", "chromium --no-sandbox"];

#[test]
fn without_scripts_it_is_unknown() {
    let answer = portal().visited(&ARGS);
    let news = section(&answer, "tin-tuc");
    assert_eq!(
        (&answer["js_only"], &news["state"]),
        (&true.into(), &"js_only".into()),
        "{news}"
    );
}

#[test]
fn with_them_it_is_read_and_nothing_is_asked_behind_our_back() {
    let portal = portal();
    let answer = portal.rendered(&[&ARGS[..], &CHROMIUM].concat());
    let news = section(&answer, "tin-tuc");
    assert_eq!(
        (&news["state"], &news["newest_item_date"]),
        (&"listed".into(), &"2026-11-05".into()),
        "{news}"
    );
    assert_eq!(answer["js_only"], false);
    let asked = portal.asked();
    assert!(
        !asked
            .iter()
            .any(|path| path.ends_with(".png") || path == "/api/ghi"),
        "{asked:?}"
    );
}

#[test]
fn a_page_reaches_nobody_by_calls_between_browsers() {
    let neighbour = UdpSocket::bind("127.0.0.1:0").unwrap();
    neighbour.set_nonblocking(true).unwrap();
    let script = format!(
        "const call = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{}'}}]}}); call.createDataChannel('x');\
         call.createOffer().then(offer => call.setLocalDescription(offer));",
        neighbour.local_addr().unwrap()
    );
    let portal = Portal::start(move |asked| match asked.path {
        "/" => Answer::of("/", 200, SHELL),
        "/app.js" => Answer::of("/app.js", 200, script.clone()),
        path => Answer::of(path, 404, "<h1>404</h1>"),
    });
    portal.rendered(&[&ARGS[..], &CHROMIUM].concat());
    let heard = neighbour.recv(&mut [0; 64]);
    assert!(heard.is_err(), "{heard:?}");
    assert!(portal.asked().iter().any(|path| path == "/app.js"));
}

#[test]
fn a_page_that_takes_itself_away_is_read_as_it_came() {
    let portal = Portal::start(|asked| match asked.path {
        "/" => Answer::of("/", 200, SHELL),
        "/app.js" => Answer::of("/app.js", 200, "document.documentElement.remove();"),
        path => Answer::of(path, 404, "<h1>404</h1>"),
    });
    let answer = portal.rendered(&[&ARGS[..], &CHROMIUM].concat());
    assert_eq!(
        (&answer["js_only"], &section(&answer, "tin-tuc")["state"]),
        (&true.into(), &"js_only".into()),
        "{answer}"
    );
}

#[test]
fn a_browser_that_cannot_be_started_leaves_the_page_as_it_came() {
    let answer = portal().rendered(&[&ARGS[..], &["--render", "khong-co-trinh-duyet"]].concat());
    assert_eq!(section(&answer, "tin-tuc")["state"], "js_only");
}
