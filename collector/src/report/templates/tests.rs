use std::collections::BTreeMap;

use ems_contract::document::{Block, Run};
use minijinja::{Value, context};
use proptest::prelude::*;

use super::*;

fn words(text: &str) -> Template {
    Template {
        name: "unit/summary.txt".into(),
        text: text.into(),
    }
}

fn document(body: Vec<Block>) -> Document {
    Document {
        schema: ems_contract::document::SCHEMA,
        lang: ems_contract::text::Lang::Vi,
        made_at: ems_contract::time::UnixTime::from_secs(0),
        title: "T".into(),
        author: String::new(),
        mark: None,
        footer: None,
        letterhead: None,
        body,
        signature: None,
        recipients: Vec::new(),
        appendices: Vec::new(),
        sheets: Vec::new(),
    }
}

fn reworded(text: &str, body: Vec<Block>, values: &Value) -> Result<Document, TemplateFaults> {
    let mut document = document(body);
    let template = words(text);
    let passages = BTreeMap::from([("danh-gia".to_owned(), " do người viết\n".to_owned())]);
    let found = |part: &str| (part == "summary").then_some(&template);
    wording::reword(Kind::Unit, &mut document, (values, &passages), found)?;
    Ok(document)
}

fn list(item: &str) -> Block {
    Block::List {
        ordered: false,
        items: vec![vec![Run::plain(item)]],
    }
}

#[test]
fn paragraphs_are_replaced_and_whatever_carries_figures_stays() {
    let body = vec![
        Block::Contents,
        Block::heading(1, "I. TÓM TẮT"),
        Block::Placeholder("gap".into()),
        Block::paragraph("cũ"),
        Block::paragraph("Nhiều nhất:"),
        list("19 lần"),
        Block::paragraph("do người viết"),
        Block::note("ghi chú"),
        Block::paragraph("Trên đây là báo cáo./."),
        Block::heading(1, "II. CĂN CỨ"),
        Block::paragraph("giữ"),
    ];
    let text = "# ĐIỂM CHÍNH\n\nMột\nhàng. {{ paragraphs[0] }}\n\n- a\n- b\n";
    let worded = reworded(text, body.clone(), &context! {}).unwrap().body;
    let mut wanted = body;
    wanted[1] = Block::heading(1, "I. ĐIỂM CHÍNH");
    wanted[3] = Block::paragraph("Một hàng. cũ");
    let items = [Run::plain("a"), Run::plain("b")];
    let items = items.map(|run| vec![run]).to_vec();
    wanted.insert(
        4,
        Block::List {
            ordered: false,
            items,
        },
    );
    assert_eq!(worded, wanted);
    // A chapter of tables alone gets its words below the heading.
    let bare = vec![Block::heading(1, "I. A"), list("x")];
    let worded = reworded("lời", bare, &context! {}).unwrap().body;
    assert_eq!(worded[1], Block::paragraph("lời"));
}

#[test]
fn numbers_have_their_vietnamese_forms() {
    let share = context! { part_s => 99_999, whole_s => 100_000 };
    let values = context! { n => 1_234_567, share, none => Value::from(()), s => 12_240, at => "2026-12-14T05:00:00Z" };
    let text = "{{ n|count }} {{ share|percent }} {{ share|percent(3) }} {{ none|percent }} {{ s|duration }} {{ at|day }}";
    let worded = reworded(text, vec![Block::heading(1, "I. A")], &values).unwrap();
    assert_eq!(
        worded.body[1],
        Block::paragraph("1.234.567 99,99% 99,999% chưa đủ dữ liệu 3 giờ 24 phút 00 giây 14/12/2026")
    );
    for (text, line) in [
        ("a\n{{ n|percent }}", 2),
        ("{{ 'x'|day }}", 1),
        ("a\n\n{{ n|khong }}", 3),
    ] {
        let faults = reworded(text, vec![Block::heading(1, "I. A")], &values).unwrap_err();
        assert_eq!(
            (faults.0.len(), faults.0[0].line),
            (1, Some(line)),
            "{text}: {faults}"
        );
    }
}

/// The names of files are those of the chapters that are printed.
#[test]
fn a_chapter_has_a_file_of_its_name() {
    for name in CHAPTERS {
        assert!(
            ems_contract::text::lookup(ems_contract::text::Lang::Vi, &format!("edition.chapter.{name}"))
                .is_some()
        );
        assert!(known().contains(&format!("unit/{name}.txt")));
    }
}

proptest! {
    #[test]
    fn any_text_is_words_or_a_fault(text in "\\PC{0,80}", more in "[{}%# a.|\\n-]{0,40}") {
        for text in [text.clone(), more.clone(), format!("{text}{more}")] {
            let body = vec![Block::heading(1, "I. A"), Block::paragraph("cũ")];
            if let Err(faults) = reworded(&text, body, &context! {}) {
                prop_assert!(!faults.0.is_empty());
                prop_assert!(!faults.render(ems_contract::text::Lang::Vi).is_empty());
            }
        }
    }
}
