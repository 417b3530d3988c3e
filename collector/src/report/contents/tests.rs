//! What a text says of a few portals whose every second is known.

use std::sync::{Arc, LazyLock};

use super::*;
use crate::judge::{Reason, Statistics, Timeliness, Value};
use crate::ledger::{Span, State};
use crate::regulation::Kind as RuleKind;
use crate::report::findings::{Checked, Conclusion, Findings, PortalFindings, Registers, Term};
use crate::report::inputs::{Inputs, PortalInput};
use crate::report::{Period, build};
use crate::testing::{at, inventory};
use ems_contract::document::{Appendix, Drawing, Tone};
use ems_contract::inventory::{FormerLevel, Level, Predecessor};
use ems_contract::time::Window;
use jiff::civil::date;

static RULES: LazyLock<Regulations> = LazyLock::new(|| Regulations::embedded().unwrap());
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
            rules: &RULES,
            before: Some(&report),
            year_before: None,
            beside: &[Beside::Itself, Beside::Itself],
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
    // A unit's report is about one portal: it is not its own best.
    for seconds in [0, 600] {
        let one = inputs(&[("p1", down_for(seconds))]);
        let document = made(Kind::Unit, &one, |_| {});
        let lists = document.body.iter().filter(|block| {
            ["Gián đoạn nhiều nhất:", "Gián đoạn ít nhất:"]
                .iter()
                .any(|words| **block == Block::paragraph(*words))
        });
        assert_eq!(lists.count(), 0, "{seconds}");
    }
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
fn a_portal_that_took_over_says_so_and_is_compared_with_nobody_in_its_place() {
    let mut both = inputs(&[("moi", down_for(600)), ("cu", down_for(600))]);
    both.portals[1].portal.valid_to = Some(at(DAY / 2));
    both.portals[0].portal.valid_from = Some(at(DAY / 2));
    both.portals[0].portal.predecessors = vec![Predecessor {
        id: both.portals[1].portal.id.clone(),
        from: at(DAY / 2),
    }];
    let window = Window::new(at(0), at(DAY));
    let report = build(&both, Period::Range, window, window.to);
    let earlier = build(&both, Period::Range, Window::new(at(0), at(DAY / 2)), at(DAY / 2));
    let text = |kind, beside: &[Beside; 2]| {
        let material = Material {
            report: &report,
            rules: &RULES,
            before: Some(&earlier),
            year_before: None,
            beside,
            expiring: &[],
            days: &Days::of(&both, window),
            due: None,
            basis: None,
            issuer: &Issuer::default(),
            passages: &BTreeMap::new(),
            versions: &[],
            edition: Some(1),
            revision: &Revision::default(),
        };
        let document = document(kind, &material);
        let said = format!("{:?}", document.body);
        (document, said)
    };
    let old = Beside::Predecessor(both.portals[1].portal.id.clone());
    let (followed, said) = text(Kind::Leader, &[old, Beside::Nobody]);
    assert!(said.contains("số liệu của Cổng cu, cổng được kế thừa"), "{said}");
    assert_ne!(
        cells(&followed.body, "Tỷ lệ sẵn sàng chung")[2],
        "không so sánh được"
    );
    let (many, said) = text(Kind::Leader, &[Beside::Incomparable, Beside::Nobody]);
    assert_eq!(cells(&many.body, "Tỷ lệ sẵn sàng chung")[2], "không so sánh được");
    assert!(said.contains("nhiều cổng đã nhập làm một"), "{said}");
    let (_, slip) = text(Kind::Slip, &[Beside::Itself, Beside::Itself]);
    assert!(slip.contains("Cổng này kế thừa từ Cổng cu từ ngày"), "{slip}");
    let (whole, said) = text(Kind::Consolidated, &[Beside::Itself, Beside::Itself]);
    assert!(said.contains("Cổng moi: kế thừa từ Cổng cu"), "{said}");
    let ranks = tables(&whole.body).flat_map(|table| &table.rows);
    let moved = ranks.filter(|row| row.cells.get(1).is_some_and(|cell| cell.text == "Cổng moi"));
    let told: Vec<&str> = moved.filter_map(|row| Some(&*row.cells.get(4)?.text)).collect();
    assert!(told.contains(&"không so sánh được"), "{told:?}");
}

#[test]
fn a_portal_is_reported_on_at_the_level_it_ended_with() {
    let mut one = inputs(&[("p1", down_for(600))]);
    one.portals[0].portal.level = Level::Commune;
    one.portals[0].portal.former_levels = vec![FormerLevel {
        level: Level::District,
        until: at(DAY / 2),
    }];
    let level = |to: i64| build(&one, Period::Range, Window::new(at(0), at(to)), at(to)).portals[0].level;
    assert_eq!((level(DAY / 2), level(DAY)), (Level::District, Level::Commune));
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
        rules: &RULES,
        before: None,
        year_before: None,
        beside: &[Beside::Itself, Beside::Itself],
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

fn id(text: &str) -> Arc<str> {
    Arc::from(text)
}

fn checked(check: &str, value: Value, kind: RuleKind) -> Checked {
    Checked {
        check: id(check),
        value,
        reason: Reason::NotMet,
        kind,
        measured: Some("đo được".to_owned()),
        threshold: None,
        threshold_kind: kind,
        statistics: None,
        terms: Vec::new(),
        page: None,
    }
}

fn conclusion(obligation: &str, value: Value, kind: RuleKind, checks: Vec<Checked>) -> Conclusion {
    let (pack, row) = RULES.obligation(obligation).unwrap();
    Conclusion {
        pack: pack.id.clone(),
        obligation: row.id.clone(),
        value,
        reason: Reason::NotMet,
        kind,
        since: date(2026, 11, 20),
        told_at: None,
        trial: false,
        ranked: true,
        checks,
    }
}

/// What a text sets, what the operator sets and what nobody knows, of two portals.
fn concluded() -> Findings {
    let mut fresh = checked("fresh-tin-tuc", Value::Fail, RuleKind::Statutory);
    fresh.statistics = Some(Statistics {
        evaluated: 10,
        on_time: 6,
        late: 3,
        undecidable: 1,
        worst_late_wd: Some(4),
        median_lag_wd: None,
    });
    fresh.terms = vec![Term {
        item: "https://p1.example.gov.vn/tin-17".to_owned(),
        outcome: Timeliness::Late,
        due: Some(at(-86_400)),
        late_wd: Some(4),
    }];
    let news = RULES.check("fresh-tin-tuc").unwrap().used_by[0].clone();
    let policy = checked("hsts-headers", Value::Warn, RuleKind::Policy);
    let of = |portal: &str, conclusions| PortalFindings {
        portal: crate::testing::portal(portal),
        day: date(2026, 11, 21),
        judged_at: at(0),
        conclusions,
    };
    let v6 = |value| {
        let check = checked("ipv6-aaaa", value, RuleKind::Statutory);
        conclusion("AG-5.4-v6", value, RuleKind::Statutory, vec![check])
    };
    Findings {
        portals: vec![
            of(
                "p1",
                vec![
                    conclusion("AG-21.1", Value::Warn, RuleKind::Policy, vec![policy]),
                    v6(Value::Fail),
                    conclusion(&news, Value::Fail, RuleKind::Statutory, vec![fresh]),
                ],
            ),
            of("p2", vec![v6(Value::Pass)]),
        ],
        registers: Registers::default(),
    }
}

fn chapter<'a>(document: &'a Document, name: &str) -> &'a [Block] {
    let heads = |block: &Block| matches!(block, Block::Heading { level: 1, .. });
    let title = said(&format!("edition.chapter.{name}"));
    let from = document
        .body
        .iter()
        .position(|block| matches!(block, Block::Heading { text, .. } if text.ends_with(&title)))
        .unwrap();
    let rest = &document.body[from + 1..];
    &rest[..rest.iter().position(heads).unwrap_or(rest.len())]
}

fn two() -> Inputs {
    inputs(&[("p1", down_for(600)), ("p2", down_for(900))])
}

#[test]
fn what_a_text_sets_and_what_the_operator_sets_are_never_added_up() {
    let document = made(Kind::Consolidated, &two(), |report| {
        report.findings = Some(concluded());
    });
    let text = chapter(&document, "compliance");
    let all: Vec<_> = tables(text).collect();
    let row: Vec<&str> = all[0].rows[0]
        .cells
        .iter()
        .map(|cell| cell.text.as_str())
        .collect();
    // Obligations; by the text: met, not met, attention, unknown; by the operator's threshold: met, attention, unknown.
    assert_eq!(row[1..], ["3", "1", "2", "0", "0", "0", "1", "0"]);
    let failing: Vec<&str> = all[1].rows.iter().map(|row| row.cells[0].text.as_str()).collect();
    assert_eq!(failing.len(), 2);
    assert!(
        !failing.iter().any(|clause| clause.contains("Điều 21")),
        "{failing:?}"
    );
    assert_eq!(all[2].rows.len(), 1);
    let articles = document
        .appendices
        .iter()
        .find(|one| one.title == said("edition.appendix.articles"))
        .unwrap();
    let listed = tables(&articles.body).next().unwrap();
    let v6 = listed
        .rows
        .iter()
        .find(|row| row.cells[0].text == RULES.obligation("AG-5.4-v6").unwrap().1.article.to_string())
        .unwrap();
    assert_eq!((v6.cells[4].text.as_str(), v6.cells[5].text.as_str()), ("1", "1"));
    assert_eq!(v6.cells.last().unwrap().text, "Cổng p1");
}

#[test]
fn items_in_time_are_counted_over_what_could_be_decided() {
    let document = made(Kind::Consolidated, &two(), |report| {
        report.findings = Some(concluded());
    });
    let text = chapter(&document, "fresh");
    let row = &tables(text).next().unwrap().rows[1];
    let cells: Vec<&str> = row.cells[2..].iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(cells, ["1", "10", "6", "3", "1", "66,66%", "4"]);
    let latest = tables(text).last().unwrap();
    assert_eq!(
        latest.rows[0].cells[1].link.as_deref(),
        Some("https://p1.example.gov.vn/tin-17")
    );
    assert_eq!(cells_of(&document, "Tỷ lệ tin, bài đúng hạn"), "66,66%");
    assert_eq!(
        cells_of(&document, "Tỷ lệ nghĩa vụ theo quy định đã đạt"),
        "33,33%"
    );
}

fn cells_of<'a>(document: &'a Document, first: &str) -> &'a str {
    cells(chapter(document, "overall"), first)[1]
}

#[test]
fn what_was_not_judged_is_neither_met_nor_missed() {
    for found in [None, Some(Findings::default())] {
        let document = made(Kind::Consolidated, &two(), |report| {
            report.findings.clone_from(&found);
        });
        for name in ["fresh", "english", "compliance"] {
            let text = chapter(&document, name);
            assert!(
                matches!(&text[0], Block::Note(runs) if runs[0].text.starts_with("Chưa có dữ liệu")),
                "{name}: {text:?}"
            );
        }
        assert_eq!(
            cells_of(&document, "Tỷ lệ nghĩa vụ theo quy định đã đạt"),
            "chưa đủ dữ liệu"
        );
    }
}

#[test]
fn a_slip_says_what_to_mend_by_when_and_where() {
    let document = made(Kind::Slip, &two(), |report| report.findings = Some(concluded()));
    let todo = tables(&document.body)
        .find(|table| table.caption.as_deref() == Some("Nội dung chưa đạt và cần lưu ý"))
        .unwrap();
    let weights: Vec<&str> = todo.rows.iter().map(|row| row.cells[2].text.as_str()).collect();
    assert_eq!(weights, ["bắt buộc", "bắt buộc", "ngưỡng vận hành"]);
    let first = &todo.rows[0].cells;
    assert_eq!(first[3].text, "ngay; chưa đạt từ 20/11/2026");
    assert_eq!(first[4].link.as_deref(), Some("https://p1.example.gov.vn/"));
}

#[test]
fn each_measure_has_its_league() {
    let document = made(Kind::Consolidated, &two(), |report| {
        report.findings = Some(concluded());
    });
    let captions: Vec<&str> = tables(chapter(&document, "ranking"))
        .filter_map(|table| table.caption.as_deref())
        .collect();
    // One portal alone has items: there is no league of one.
    assert_eq!(captions.len(), 2, "{captions:?}");
    assert!(
        captions[1].starts_with("Xếp hạng theo nghĩa vụ đạt"),
        "{captions:?}"
    );
    let league = tables(chapter(&document, "ranking")).last().unwrap();
    let order: Vec<&str> = league.rows.iter().map(|row| row.cells[1].text.as_str()).collect();
    assert_eq!(order, ["Cổng p2", "Cổng p1"]);
}

#[test]
fn how_those_on_duty_answered_is_told() {
    let answers = crate::incident::Answers {
        told: 12,
        acknowledged: 10,
        to_acknowledge_s: 1_234,
        recovered: 11,
        to_recover_s: 11 * 3_600,
    };
    for (answers, wanted) in [
        (
            answers,
            "12 sự cố gián đoạn đã báo cho người trực; 10 sự cố được tiếp nhận, trung bình 2 phút 03 giây kể từ khi báo; 11 sự cố đã kết thúc, \
             trung bình 1 giờ",
        ),
        (
            crate::incident::Answers::default(),
            "trong kỳ không có sự cố gián đoạn nào được báo cho người trực",
        ),
    ] {
        let document = made(Kind::Consolidated, &two(), |report| {
            let mut found = concluded();
            found.registers.answers = answers;
            report.findings = Some(found);
        });
        let text = format!("{:?}", document.body);
        assert!(text.contains(wanted), "{text}");
    }
}

/// A decision about the province as a whole does not make a fourth portal of three.
#[test]
fn boards_are_counted_by_the_portals_that_have_one() {
    use crate::register::Board;
    let board = Board {
        decision: "1/QĐ".to_owned(),
        decided_on: date(2026, 1, 5),
        signed_by: "A".to_owned(),
        role: "Giám đốc".to_owned(),
        head: "B".to_owned(),
        members: 5,
        file_sha256: None,
        note: None,
    };
    let whose = ["p1", "p2"].map(|id| Some(id.parse().unwrap()));
    let boards: Vec<_> = whose
        .into_iter()
        .chain([None])
        .map(|whose| (whose, board.clone()))
        .collect();
    let document = made(Kind::Consolidated, &two(), |report| {
        let mut found = concluded();
        found.registers.boards = boards.clone();
        report.findings = Some(found);
    });
    let text = format!("{:?}", chapter(&document, "nhan-luc"));
    assert!(text.contains("của 2/2 cổng"), "{text}");
    let end = format!("{:?}", document.body.last().unwrap());
    assert!(end.contains("Trên đây là báo cáo tình hình hoạt động"), "{end}");
}

fn drawn<'a>(document: &'a Document, title: &str) -> Option<&'a Drawing> {
    document.body.iter().find_map(|block| match block {
        Block::Chart(chart) if chart.title == title => Some(&chart.drawing),
        _ => None,
    })
}

#[test]
fn the_trend_shows_the_periods_that_were_seen_enough() {
    const TITLE: &str = "Tỷ lệ sẵn sàng qua các kỳ";
    let document = made(Kind::Consolidated, &two(), |_| {});
    let Some(Drawing::Lines { points, series, .. }) = drawn(&document, TITLE) else {
        panic!("{:?}", document.body);
    };
    assert_eq!(points, &["Cùng kỳ năm trước", "Kỳ trước", "Kỳ này"]);
    let overall = &series[0];
    // 1,500 of 172,800 seconds were down; of the year before nothing is known.
    assert_eq!(overall.values, [None, Some(9_913), Some(9_913)]);
    assert_eq!(overall.texts, ["–", "99,13%", "99,13%"]);
    // Nothing was seen enough to be compared: there is no line to draw.
    let thin = made(Kind::Consolidated, &two(), |report| {
        report.sufficient_coverage_percent = 101;
    });
    assert!(drawn(&thin, TITLE).is_none());
}

#[test]
fn the_worst_delays_are_drawn_and_nothing_where_nothing_was_late() {
    const TITLE: &str = "Trễ nhất theo nội dung cập nhật (ngày làm việc)";
    let document = made(Kind::Consolidated, &two(), |report| {
        report.findings = Some(concluded());
    });
    let Some(Drawing::Bars { rows, axis }) = drawn(&document, TITLE) else {
        panic!("{:?}", document.body);
    };
    assert_eq!(
        (rows.len(), rows[0].value, &*rows[0].text),
        (1, Some(4), "4 ngày")
    );
    assert_eq!((axis.from, axis.to), (0, 4));
    let in_time = made(Kind::Consolidated, &two(), |report| {
        let mut found = concluded();
        for check in found
            .portals
            .iter_mut()
            .flat_map(|portal| &mut portal.conclusions)
            .flat_map(|one| &mut one.checks)
        {
            check.statistics = None;
        }
        report.findings = Some(found);
    });
    assert!(drawn(&in_time, TITLE).is_none());
}
