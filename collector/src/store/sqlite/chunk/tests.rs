use proptest::prelude::*;

use super::*;

fn row(slot: i64) -> Row {
    Row {
        slot,
        interval_s: 60,
        outcome: 3,
        origin: 1,
        facts: Some(9),
        address: Some(4),
        started_us: Some(2_000),
        timings: Timings {
            dns_us: Some(900),
            ..Timings::default()
        },
        body_bytes: Some(30_000),
        attempts: None,
    }
}

#[test]
fn an_unbroken_grid_of_equal_results_costs_next_to_nothing() {
    let rows: Vec<Row> = (0..1_440).map(|n| row(1_795_000_000 + n * 60)).collect();
    let data = pack(&rows).unwrap();
    assert!(data.len() < 80, "{} bytes", data.len());
    assert_eq!(Chunk::open(&data).unwrap().rows().unwrap(), rows);
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    let rows: Vec<Row> = (0..50)
        .map(|n| Row {
            facts: Some(n * n),
            ..row(n * 60)
        })
        .collect();
    let data = pack(&rows).unwrap();
    for at in 0..data.len() {
        let mut damaged = data.clone();
        damaged[at] ^= 0x10;
        assert!(Chunk::open(&damaged).is_err(), "byte {at}");
        assert!(Chunk::open(&data[..at]).is_err(), "cut at {at}");
    }
}

/// A chunk of the first layout as it was once written: it must stay readable for as long as raw data is kept.
#[test]
fn the_first_layout_stays_readable() {
    let data = include_bytes!("golden-v1.bin");
    assert_eq!(Chunk::open(data).unwrap().rows().unwrap(), golden_rows());
}

fn golden_rows() -> Vec<Row> {
    (0..300_i64)
        .map(|n| Row {
            slot: 1_795_000_007 + n * 60 + i64::from(n > 200) * 7,
            interval_s: if n > 200 { 10 } else { 60 },
            outcome: 1 + n / 100,
            origin: 1 + n / 250,
            facts: (n % 50 != 0).then_some(n / 30),
            address: (n % 70 != 0).then_some(5),
            started_us: (n != 13).then_some((n - 5) * 1_000),
            timings: Timings {
                dns_us: u32::try_from(n * n % 977).ok(),
                connect_us: (n % 3 != 0).then_some(u32::MAX),
                tls_us: None,
                first_byte_us: u32::try_from(n).ok(),
                body_us: Some(0),
            },
            body_bytes: u32::try_from(30_000 + n % 7).ok(),
            attempts: (n == 299).then(|| "[{\"a\":1}]".to_owned()),
        })
        .collect()
}

#[test]
fn the_newest_rows_are_the_end_of_all_rows() {
    let rows = golden_rows();
    let data = pack(&rows).unwrap();
    let chunk = Chunk::open(&data).unwrap();
    let to = rows[200].slot;
    for (results, seconds) in [(1, 0), (12, 0), (12, 3_600), (1_000, 0)] {
        let newest = rows[199].slot;
        let first = (0..200)
            .find(|n| rows[*n].slot >= newest - seconds)
            .unwrap()
            .min(200_usize.saturating_sub(results));
        assert_eq!(chunk.newest(to, results, seconds).unwrap(), rows[first..200]);
    }
    assert!(chunk.newest(rows[0].slot, 12, 3_600).unwrap().is_empty());
    let answered: Vec<(i64, u32)> = rows
        .iter()
        .filter_map(|row| Some((row.slot, row.timings.first_byte_us?)))
        .collect();
    assert_eq!(chunk.first_bytes().unwrap(), answered);
}

fn any_row() -> impl Strategy<Value = Row> {
    let timing = || proptest::option::of(any::<u32>());
    let number = || proptest::option::of(0..i64::MAX);
    (
        (any::<i32>(), any::<u32>(), 0..i64::MAX, 0..i64::MAX),
        (
            number(),
            number(),
            proptest::option::of(-1_000_000_i64..1_000_000),
        ),
        (timing(), timing(), timing(), timing(), timing(), timing()),
        proptest::option::of(".{0,40}"),
    )
        .prop_map(
            |((slot, interval_s, outcome, origin), (facts, address, started_ms), t, attempts)| Row {
                slot: slot.into(),
                interval_s,
                outcome,
                origin,
                facts,
                address,
                started_us: started_ms.map(|ms| ms * 1_000),
                timings: Timings {
                    dns_us: t.0,
                    connect_us: t.1,
                    tls_us: t.2,
                    first_byte_us: t.3,
                    body_us: t.4,
                },
                body_bytes: t.5,
                attempts,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_was_packed_comes_back(rows in proptest::collection::vec(any_row(), 1..200)) {
        let data = pack(&rows).unwrap();
        let chunk = Chunk::open(&data).unwrap();
        prop_assert_eq!(chunk.slots().unwrap(), rows.iter().map(|row| row.slot).collect::<Vec<_>>());
        prop_assert_eq!(chunk.rows().unwrap(), rows);
    }

    #[test]
    fn garbage_with_a_right_check_sum_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        bytes.insert(0, VERSION);
        let check = Sha256::of(&bytes);
        bytes.extend_from_slice(&check.as_bytes()[..4]);
        if let Ok(chunk) = Chunk::open(&bytes) {
            drop(chunk.rows());
        }
    }
}
