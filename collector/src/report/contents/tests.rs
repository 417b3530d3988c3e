//! What a text says of a few portals whose every second is known.

use super::*;
use crate::ledger::{Span, State};
use crate::report::inputs::{Inputs, PortalInput};
use crate::report::{Period, build};
use crate::testing::{at, inventory};
use ems_contract::document::{Appendix, Tone};
use ems_contract::time::Window;

const DAY: i64 = 86_400;

fn spans(all: &[(i64, i64, State)]) -> Vec<Span> {
    let span = |(from, to, state): &(i64, i64, State)| Span {
        from: at(*from),
        to: at(*to),
        state: *state,
        cause: None,
        agents: vec![],
    };
    all.iter().map(span).collect()
}

/// Portals by name with their spans over v4, v6 and overall.
fn inputs(portals: &[(&str, [Vec<Span>; 3])]) -> Inputs {
    let names: Vec<&str> = portals.iter().map(|(name, _)| *name).collect();
    let inventory = inventory(&names);
    Inputs {
        demo: false,
        inventory_version: inventory.version,
        portals: inventory
            .portals
            .into_iter()
            .zip(portals)
            .map(|(portal, (_, spans))| PortalInput {
                portal,
                added_at: None,
                removed_at: None,
                spans: spans.clone(),
            })
            .collect(),
        agents: vec![],
    }
}

/// A portal that was reached all day over IPv4 and has no IPv6, which nobody looked for during the last hour.
fn without_v6() -> [Vec<Span>; 3] {
    let up = spans(&[(0, DAY, State::Up)]);
    let v6 = spans(&[
        (0, DAY - 3_600, State::Absent),
        (DAY - 3_600, DAY, State::Unknown),
    ]);
    [up.clone(), v6, up]
}

fn down_for(seconds: i64) -> [Vec<Span>; 3] {
    let all = spans(&[(0, seconds, State::Down), (seconds, DAY, State::Up)]);
    [all.clone(), all.clone(), all]
}

fn made(kind: Kind, inputs: &Inputs, change: impl Fn(&mut Report)) -> Document {
    let window = Window::new(at(0), at(DAY));
    let mut report = build(inputs, Period::Range, window, window.to);
    change(&mut report);
    let days = Days::of(inputs, window);
    document(
        kind,
        &Material {
            report: &report,
            before: Some(&report),
            year_before: None,
            expiring: &[],
            days: &days,
            due: None,
            basis: None,
            issuer: &Issuer::default(),
            passages: &BTreeMap::new(),
            versions: &[],
            edition: Some(1),
            revision: &Revision::default(),
        },
    )
}

fn tables(blocks: &[Block]) -> impl Iterator<Item = &ems_contract::document::Table> {
    blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

fn cells<'a>(blocks: &'a [Block], first: &str) -> Vec<&'a str> {
    let mut rows = tables(blocks).flat_map(|table| &table.rows);
    let row = rows.find(|row| row.cells[0].text == first).unwrap();
    row.cells.iter().map(|cell| cell.text.as_str()).collect()
}

/// A vantage point that saw nothing for an hour does not make it doubtful that there is no address.
#[test]
fn a_portal_without_ipv6_is_said_to_have_none() {
    let document = made(Kind::Consolidated, &inputs(&[("p1", without_v6())]), |_| {});
    let listed: &Appendix = &document.appendices[0];
    let Block::Table(table) = &listed.body[0] else {
        panic!()
    };
    let v6 = &table.rows[1].cells[4];
    assert_eq!((v6.text.as_str(), v6.tone), ("không có IPv6", Some(Tone::Absent)));
    let sheet = &document.sheets[0].rows[0];
    assert!(sheet.iter().any(|cell| cell.text == "không có IPv6"));
    let slip = made(Kind::Slip, &inputs(&[("p1", without_v6())]), |_| {});
    let lists: Vec<String> = slip
        .body
        .iter()
        .filter_map(|block| match block {
            Block::List { items, .. } => Some(items),
            _ => None,
        })
        .flatten()
        .map(|item| item.iter().map(|run| run.text.as_str()).collect())
        .collect();
    assert!(lists.contains(&"IPv6: không có IPv6".to_owned()), "{lists:?}");
}

#[test]
fn the_words_above_a_list_are_no_item_of_it() {
    let two = inputs(&[("p1", down_for(600)), ("p2", down_for(900))]);
    let document = made(Kind::Leader, &two, |_| {});
    let place = document
        .body
        .iter()
        .position(|block| *block == Block::paragraph("Gián đoạn nhiều nhất:"))
        .unwrap();
    let Block::List { items, .. } = &document.body[place + 1] else {
        panic!("{:?}", document.body[place + 1])
    };
    assert_eq!((items.len(), items[0][0].text.as_str()), (2, "Cổng p2"));
}

#[test]
fn figures_that_rest_on_too_little_are_marked_where_they_are_compared() {
    let half = spans(&[(0, DAY / 2, State::Up)]);
    let thin = inputs(&[("p1", [half.clone(), half.clone(), half])]);
    let document = made(Kind::Leader, &thin, |_| {});
    assert_eq!(
        cells(&document.body, "Tỷ lệ sẵn sàng chung"),
        [
            "Tỷ lệ sẵn sàng chung",
            "100,00% (*)",
            "100,00% (*)",
            "chưa có dữ liệu"
        ]
    );
    assert!(tables(&document.body).any(|table| table.notes.iter().any(|note| note.starts_with("(*)"))));
    let whole = made(Kind::Leader, &inputs(&[("p1", down_for(600))]), |_| {});
    assert_eq!(
        cells(&whole.body, "Tỷ lệ sẵn sàng chung")[1..3],
        ["99,30%", "99,30%"]
    );
}

#[test]
fn a_text_bears_every_mark_that_holds() {
    let one = inputs(&[("p1", down_for(600))]);
    let demo = |report: &mut Report| report.demo = true;
    assert_eq!(
        made(Kind::Leader, &one, demo).mark.unwrap(),
        "DỮ LIỆU MẪU – KHÔNG PHẢI KẾT QUẢ ĐO THẬT"
    );
    assert_eq!(made(Kind::Leader, &one, |_| {}).mark, None);
    let window = Window::new(at(0), at(DAY));
    let mut report = build(&one, Period::Range, window, window.to - 60);
    report.demo = true;
    let material = Material {
        report: &report,
        before: None,
        year_before: None,
        expiring: &[],
        days: &Days::of(&one, window),
        due: None,
        basis: None,
        issuer: &Issuer::default(),
        passages: &BTreeMap::new(),
        versions: &[],
        edition: None,
        revision: &Revision::default(),
    };
    assert_eq!(
        document(Kind::Leader, &material).mark.unwrap(),
        "DỰ THẢO · SỐ LIỆU TẠM TÍNH · DỮ LIỆU MẪU – KHÔNG PHẢI KẾT QUẢ ĐO THẬT"
    );
}
