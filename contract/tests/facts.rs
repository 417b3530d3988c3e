//! The page and links groups as a promise: golden bytes, and what a newer or older agent sends.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may give up like the tests themselves"
)]

use ems_contract::facts::page::{
    EnglishMissing, EnglishVerdict, FoundIn, MAX_BYTES, PageFacts, SectionState,
};
use ems_contract::facts::{Facts, LinksFacts};
use ems_contract::observation::Observation;
use ems_contract::wire::MAX_LINE;

/// One `page` and one `links` observation of format 1, as an agent sends them.
const GOLDEN: &str = include_str!("golden/page-v1.ndjson");

fn golden() -> Vec<Observation> {
    let lines = GOLDEN.lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn page() -> PageFacts {
    *golden()[0].facts.page.clone().unwrap()
}

#[test]
fn golden_bytes_are_read_and_written_back_to_the_letter() {
    for (line, observation) in GOLDEN.lines().zip(golden()) {
        assert_eq!(serde_json::to_string(&observation).unwrap(), line);
    }
}

#[test]
fn the_golden_facts_say_what_they_say() {
    let facts = page();
    let news = facts.section("tin-tuc").unwrap();
    assert_eq!(news.state, SectionState::Listed);
    assert_eq!(news.found_in, Some(FoundIn::MainMenu));
    assert_eq!(news.newest.as_ref().unwrap().day, jiff::civil::date(2026, 11, 20));
    assert!(news.is_whole());
    assert!(!facts.section("cong-bao").unwrap().found);
    let english = facts.english.as_ref().unwrap();
    assert_eq!(english.verdict, EnglishVerdict::MissingItems);
    assert_eq!(english.missing, [EnglishMissing::Fax, EnglishMissing::Email]);
    assert_eq!(facts.checks["search-function"].found, Some(true));
    let links = golden()[1].facts.links.clone().unwrap();
    assert_eq!((links.checked, links.dead.len()), (180, 1));
    assert!(links.dead[0].confirmed);
}

#[test]
fn what_is_within_its_bounds_is_left_as_it_is() {
    assert_eq!(page().bounded(), page());
    let links: LinksFacts = *golden()[1].facts.links.clone().unwrap();
    assert_eq!(links.clone().bounded(), links);
    const { assert!(MAX_BYTES * 2 <= MAX_LINE) };
}

#[test]
fn members_of_a_newer_agent_are_passed_over_and_those_an_older_one_lacks_are_absent() {
    let newer = GOLDEN
        .replace(r#"{"id":"tin-tuc","#, r#"{"colour":"red","id":"tin-tuc","#)
        .replace(r#""page":{"#, r#""page":{"shape":[1],"#);
    let read: Observation = serde_json::from_str(newer.lines().next().unwrap()).unwrap();
    assert_eq!(*read.facts.page.unwrap(), page());
    let older: Facts = serde_json::from_str(r#"{"page":{},"links":{}}"#).unwrap();
    assert_eq!(*older.page.unwrap(), PageFacts::default());
    assert_eq!(*older.links.unwrap(), LinksFacts::default());
}
