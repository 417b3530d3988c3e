//! The wire format as a promise: golden bytes, and everything a hostile or broken sender may do.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may give up like the tests themselves"
)]

use std::io::{self, Read, Write};

use ems_contract::facts::page::NotSaid;
use ems_contract::id::Epoch;
use ems_contract::record::Record;
use ems_contract::wire::{self, Decoder, Header, Line, WireError};
use proptest::prelude::*;

/// A batch of format 1 in plain text; the bytes below it are the same batch as an agent sent it.
const PLAIN: &str = include_str!("golden/batch-v1.ndjson");
const GOLDEN: &[u8] = include_bytes!("golden/batch-v1.ndjson.zst");

fn decode(bytes: &[u8]) -> Result<(Header, Vec<Line>), WireError> {
    let mut decoder = Decoder::new(bytes)?;
    let mut lines = Vec::new();
    while let Some(line) = decoder.next_line()? {
        lines.push(line);
    }
    Ok((decoder.header().clone(), lines))
}

fn golden_header() -> Header {
    serde_json::from_str(PLAIN.lines().next().unwrap()).unwrap()
}

/// A compressed batch of this text, whatever it says.
fn compressed(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap()
}

fn header_line(records: u32) -> String {
    let header = Header {
        records,
        ..golden_header()
    };
    serde_json::to_string(&header).unwrap()
}

#[test]
fn golden_bytes_are_read_and_written_back_to_the_letter() {
    let (header, lines) = decode(GOLDEN).unwrap();
    assert_eq!(header, golden_header());
    assert_eq!(
        header.epoch,
        Epoch::from_random([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    );
    let mut texts = vec![serde_json::to_string(&header).unwrap()];
    for line in &lines {
        let Line::Record { record, raw } = line else {
            panic!("{line:?}")
        };
        let text = serde_json::to_string(record).unwrap();
        assert_eq!(text.as_bytes(), raw);
        texts.push(text);
    }
    assert_eq!(texts.join("\n") + "\n", PLAIN);
    let raws = lines.iter().map(|line| match line {
        Line::Record { raw, .. } | Line::Foreign { raw, .. } | Line::Unreadable { raw, .. } => raw.as_slice(),
    });
    let again = wire::encode(&header, raws).unwrap();
    assert_eq!(zstd::decode_all(again.as_slice()).unwrap(), PLAIN.as_bytes());
    assert_eq!(decode(&again).unwrap().1, lines);
}

#[test]
fn a_batch_cut_anywhere_is_refused() {
    for end in 0..GOLDEN.len() {
        assert!(decode(&GOLDEN[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_content_is_noticed() {
    let (_, whole) = decode(GOLDEN).unwrap();
    for at in 0..GOLDEN.len() {
        let mut bytes = GOLDEN.to_vec();
        bytes[at] ^= 1;
        if let Ok((_, lines)) = decode(&bytes) {
            assert_eq!(lines, whole, "byte {at}");
        }
    }
}

#[test]
fn lines_of_a_newer_agent_keep_their_number_and_their_bytes() {
    let epoch = golden_header().epoch;
    let key = format!(r#""agent":"viettel-hn","epoch":"{epoch}","seq":7"#);
    let cases = [
        format!(r#"{{"type":"observation",{key},"outcome":{{"state":"sideways"}}}}"#),
        format!(r#"{{"type":"screenshot",{key}}}"#),
        format!(r#"{{{key}}}"#),
    ];
    for case in cases {
        let text = format!("{}\n{case}\n", header_line(1));
        let (_, lines) = decode(&compressed(text.as_bytes())).unwrap();
        assert!(
            matches!(&lines[..], [Line::Foreign { seq: 7, raw, .. }] if raw == case.as_bytes()),
            "{lines:?}"
        );
    }
}

#[test]
fn a_visit_with_a_reason_of_a_newer_agent_is_kept_raw_and_those_beside_it_are_read() {
    let visit = include_str!("golden/page-v1.ndjson").lines().next().unwrap();
    let Record::Observation(observation) = serde_json::from_str(&format!(
        r#"{{"type":"observation",{}"#,
        visit.strip_prefix('{').unwrap()
    ))
    .unwrap() else {
        panic!("a visit is an observation");
    };
    let header = serde_json::to_string(&Header {
        agent: observation.agent.clone(),
        epoch: observation.epoch,
        records: 3,
        ..golden_header()
    })
    .unwrap();
    let line = |reason: &str, seq: u64| {
        let mut line = serde_json::to_value(Record::Observation(observation.clone())).unwrap();
        line["seq"] = seq.into();
        line["facts"]["page"]["sections"][0]["state"] = "undated".into();
        line["facts"]["page"]["sections"][0]["because"] = reason.into();
        line.to_string()
    };
    // What older agents say, what this one says, what only a later one can say.
    let [old, own, later] = [
        line("no_dates", 7),
        line("only_today", 8),
        line("only_tomorrow", 9),
    ];
    let text = format!("{header}\n{old}\n{later}\n{own}\n");
    let (_, lines) = decode(&compressed(text.as_bytes())).unwrap();
    let [
        Line::Record { record: old, .. },
        Line::Foreign { seq: 9, raw, .. },
        Line::Record { record: own, .. },
    ] = &lines[..]
    else {
        panic!("{lines:?}");
    };
    assert_eq!(raw, later.as_bytes());
    let because = |record: &Record| match record {
        Record::Observation(one) => one.facts.page.as_ref().unwrap().sections[0].because,
        _ => None,
    };
    assert_eq!(because(old), Some(NotSaid::NoDates));
    assert_eq!(because(own), Some(NotSaid::OnlyToday));
}

#[test]
fn a_line_without_the_batch_s_own_key_is_kept_but_has_no_number() {
    let foreign = PLAIN.lines().nth(1).unwrap().replace("viettel-hn", "vnpt-hcm");
    for line in [
        "",
        "null",
        "{}",
        "\u{0}\u{1}",
        r#"{"agent":"viettel-hn","epoch":"zz","seq":1}"#,
        foreign.as_str(),
    ] {
        let text = format!("{}\n{line}\n", header_line(1));
        let (_, lines) = decode(&compressed(text.as_bytes())).unwrap();
        assert!(
            matches!(&lines[..], [Line::Unreadable { raw, .. }] if raw == line.as_bytes()),
            "{lines:?}"
        );
    }
}

#[test]
fn headers_that_are_not_ours_are_refused_with_the_reason() {
    let refused = |text: &str| decode(&compressed(text.as_bytes())).unwrap_err().to_string();
    assert!(refused("").contains("empty"));
    assert!(refused("hello\n").contains("schema 1"));
    assert!(refused(&header_line(0).replace(r#""schema":1"#, r#""schema":2"#)).contains("schema 2"));
    assert!(refused(&header_line(wire::MAX_RECORDS + 1)).contains("20,000 records"));
}

#[test]
fn the_announced_number_of_records_must_come() {
    let line = PLAIN.lines().nth(1).unwrap();
    for (announced, found) in [(0, 1), (2, 1), (1, 2)] {
        let text = format!(
            "{}\n{}",
            header_line(announced),
            format!("{line}\n").repeat(found)
        );
        assert!(
            matches!(decode(&compressed(text.as_bytes())), Err(WireError::Count { .. })),
            "{announced}/{found}"
        );
    }
}

#[test]
fn one_endless_line_is_refused_without_being_read_whole() {
    let mut text = header_line(1).into_bytes();
    text.push(b'\n');
    text.resize(text.len() + wire::MAX_LINE + 1, b'x');
    assert!(matches!(decode(&compressed(&text)), Err(WireError::TooLarge(_))));
    let endless_header = vec![b' '; wire::MAX_LINE + 1];
    assert!(matches!(
        decode(&compressed(&endless_header)),
        Err(WireError::TooLarge(_))
    ));
}

/// What `writer` gets through at most before the decoder stops asking.
struct Counted<R> {
    inner: R,
    read: usize,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.read += read;
        Ok(read)
    }
}

#[test]
fn a_bomb_of_a_gigabyte_stops_at_the_limit() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    writeln!(encoder, "{}", header_line(wire::MAX_RECORDS)).unwrap();
    let junk = [b"x".repeat(100_000), b"\n".to_vec()].concat();
    for _ in 0..10_000 {
        encoder.write_all(&junk).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1_000_000, "{} bytes make a gigabyte", bomb.len());
    let mut decoder = Decoder::new(Counted {
        inner: bomb.as_slice(),
        read: 0,
    })
    .unwrap();
    let mut kept = 0;
    let error = loop {
        match decoder.next_line() {
            Ok(Some(Line::Unreadable { raw, .. })) => kept += raw.len() as u64,
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, WireError::TooLarge(_)), "{error}");
    assert!(kept <= wire::MAX_DECOMPRESSED);
}

#[test]
fn a_frame_that_asks_for_a_huge_window_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(PLAIN.as_bytes()).unwrap();
    // Streaming without a known size makes the frame state its window.
    encoder.flush().unwrap();
    assert!(matches!(
        decode(&encoder.finish().unwrap()),
        Err(WireError::Io(_))
    ));
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        drop(decode(&bytes));
        drop(decode(&compressed(&bytes)));
    }

    #[test]
    fn garbage_lines_are_kept_byte_for_byte(lines in proptest::collection::vec("[^\n]{0,80}", 0..20)) {
        let records = u32::try_from(lines.len()).unwrap();
        let text = format!("{}\n{}", header_line(records), lines.iter().map(|l| format!("{l}\n")).collect::<String>());
        let (_, back) = decode(&compressed(text.as_bytes())).unwrap();
        let raws: Vec<_> = back.iter().map(|line| match line {
            Line::Record { raw, .. } | Line::Foreign { raw, .. } | Line::Unreadable { raw, .. } => raw.clone(),
        }).collect();
        let sent: Vec<_> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        prop_assert_eq!(raws, sent);
    }
}
