//! Whole answers made of garbage: status lines, headers, lengths, chunks. Every exchange ends, within its bounds.

use proptest::prelude::*;
use tokio::io::AsyncWriteExt;

use super::*;

/// Bytes of body that a test takes at most.
const MOST: usize = 2_000;

/// What comes of an answer of these bytes, after which the server hangs up.
fn answered(bytes: &[u8]) -> Exchange {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(256 * 1024);
        theirs.write_all(bytes).await.unwrap();
        theirs.shutdown().await.unwrap();
        let url = Url::parse("http://angiang.gov.vn/").unwrap();
        let bounds = Bounds {
            first_byte: Duration::from_secs(2),
            end: Instant::now() + Duration::from_secs(2),
            body_bytes: MOST,
        };
        let agent = HeaderValue::from_static("test");
        get(ours, &url, None, agent, &HeaderMap::new(), bounds).await
    })
}

fn is_bounded(exchange: &Exchange) -> bool {
    let timed_out = Err(Fault::portal(Stage::FirstByte, Cause::HttpTimeout));
    let body = exchange.result.as_ref().map_or(0, Vec::len);
    body <= MOST && exchange.result != timed_out
}

/// Parts of answers, good and bad, in any order.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let fixed = prop::sample::select(vec![
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.0 301 Moved\r\n",
        "HTTP/9.9 999 ?\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Encoding: gzip\r\n",
        "Content-Encoding: br, deflate, gzip\r\n",
        "Location: https://[::bad/\r\n",
        "Set-Cookie: a=b; Path\r\n",
        "Connection: upgrade\r\n",
        "\r\n",
        "\n",
        "5\r\nhello\r\n",
        "ffffffffffffffff\r\n",
        "5;x=\"\r\n",
        "0\r\n\r\n",
        " folded\r\n",
    ]);
    prop_oneof![
        fixed.prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
        (0_usize..4_000).prop_map(|length| vec![b'x'; length]),
    ]
}

proptest! {
    #[test]
    fn garbage_in_place_of_an_answer_ends_within_the_bounds(bytes in any::<Vec<u8>>()) {
        prop_assert!(is_bounded(&answered(&bytes)));
    }

    #[test]
    fn garbage_made_of_parts_ends_within_the_bounds(parts in prop::collection::vec(part(), 0..14), starts in any::<bool>()) {
        let start = if starts { &b"HTTP/1.1 200 OK\r\n"[..] } else { &[] };
        let seen = answered(&[start, &parts.concat()].concat());
        prop_assert!(is_bounded(&seen), "{:?}", seen);
    }
}
