use ems_contract::clock::SystemClock;
use ems_contract::text::Lang;
use serde_json::Value;

use super::*;

const PAGE: &str = "<html lang=vi><title>Tin tức - Sự kiện</title><ul class=menu><li><a href=/tin-tuc>Tin tức</a><li><a href=/van-ban>Văn bản</a>\
<li><a href=/hoi-dap>Hỏi đáp</a><li><a href=/lien-he>Liên hệ</a></ul><h1>Tin tức - Sự kiện</h1><ul class=list>\
<li><a href=/tin/1.html>Xã tổ chức lễ phát động trồng cây đầu năm</a> <span class=date>05/11/2026</span>\
<li><a href=/tin/2.html>Hội nghị triển khai nhiệm vụ quý bốn năm nay</a> <span class=date>03/11/2026</span>\
<li><a href=/tin/3.html>Kiểm tra công tác phòng cháy chữa cháy rừng</a> <span class=date>01/11/2026</span></ul>";

fn args(more: &[&str]) -> PageArgs {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: PageArgs,
    }
    let line = [
        "page",
        "-",
        "--url",
        "https://xa.example/tin-tuc",
        "--fetched-at",
        "2026-11-06T08:15:00+07:00",
    ];
    <Line as clap::Parser>::parse_from(line.iter().chain(more)).args
}

async fn run_on(page: &str, more: &[&str]) -> anyhow::Result<String> {
    let mut out = Vec::new();
    run(
        &args(more),
        &SystemClock::shared(),
        &mut page.as_bytes(),
        &mut out,
    )
    .await?;
    Ok(String::from_utf8(out)?)
}

#[tokio::test]
async fn json_has_the_documented_members() {
    let text = run_on(
        PAGE,
        &[
            "--json",
            "--section",
            "tin-tuc",
            "--header",
            "Content-Type: text/html; charset=utf-8",
        ],
    )
    .await
    .unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["page_kind"], "portal");
    assert_eq!(answer["language"], "vi");
    assert_eq!(answer["fetched_at"], "2026-11-06T01:15:00Z");
    let section = &answer["section"];
    assert_eq!(
        (&section["id"], &section["state"]),
        (&"tin-tuc".into(), &"listed".into())
    );
    assert_eq!(section["newest_item_date"], "2026-11-05");
    assert_eq!(section["items"].as_array().unwrap().len(), 3);
    let menu = answer["menu"].as_array().unwrap();
    let van_ban = menu.iter().find(|link| link["section"] == "van-ban").unwrap();
    assert_eq!(van_ban["label"], "Văn bản");
    assert_eq!(van_ban["url"], "https://xa.example/van-ban");
    assert!(van_ban["score"].as_f64().unwrap() > 0.9);
    for member in [
        "published",
        "modified",
        "url",
        "title",
        "charset",
        "features",
        "links",
    ] {
        assert!(answer.get(member).is_some(), "{member}");
    }
}

#[tokio::test]
async fn a_person_reads_vietnamese() {
    let text = run_on(PAGE, &[]).await.unwrap();
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_a_way_out() {
    let wrong = run_on(PAGE, &["--section", "tin-tucs"])
        .await
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("did you mean `tin-tuc`?"), "{wrong}");
    assert_eq!(instant("mai"), Err(Unfit("help.want.instant_or_day")));
    assert_eq!(instant("2026-11-06T00:00:00+07:00"), instant("2026-11-06"));
    assert!(header("content-type").is_err());
}

#[test]
fn every_state_and_reason_has_its_words() {
    for because in [
        Because::Elsewhere,
        Because::JsOnly,
        Because::OnlyIssueDates,
        Because::OnlyQuestionDates,
        Because::NoDates,
        Because::FewDates,
        Because::AmbiguousOrder,
        Because::OnlyFuture,
        Because::OnlyToday,
        Because::NoList,
        Because::NotThePortal,
    ] {
        for lang in [Lang::Vi, Lang::En] {
            let text = explain::state(State::Undated, Some(because), lang);
            assert!(!text.contains("page."), "{text}");
        }
    }
}

use crate::page::items::{Because, State};
