//! Prints the figures of page truth against the labelled pages in `../shared/corpus`, beside the figures to reach.
//!
//! The corpus is third-party test data and no part of the repository: without it the command says so and ends well.
//! `score --verbose` names every miss.

#![expect(
    clippy::print_stdout,
    reason = "a table for people is this command's whole output"
)]

mod hard;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use ems_agent::page::article;
use ems_agent::page::decode::decode;
use ems_agent::page::document::Document;
use ems_agent::page::dom::Dom;
use ems_agent::page::english::{Visited, judge};
use ems_agent::page::facts::{PageInput, Questions, examine};
use ems_agent::page::items::State;
use ems_agent::page::language::{Language, of_text};
use ems_agent::page::sections::{FoundIn, Lexicon};
use ems_contract::time::UnixTime;
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use jiff::civil::{Date, Weekday};
use markup5ever_rcdom::RcDom;
use serde_json::Value;
use url::Url;

fn main() -> anyhow::Result<()> {
    let verbose = std::env::args().any(|a| a == "--verbose");
    let root = ems_tests::tree::root();
    let lexicon = std::fs::read_to_string(root.join("regulations/sections.yaml"))?;
    let lexicon = Lexicon::from_yaml(&lexicon)?;
    if let Some(name) = std::env::args().skip_while(|a| a != hard::ONE).nth(1) {
        return hard::one(&name, &lexicon);
    }
    let corpus = root.join("../shared/corpus");
    let corpus = if corpus.is_dir() {
        corpus
    } else {
        // A worktree lies one folder deeper than a clone.
        root.join("../../shared/corpus")
    };
    if !corpus.is_dir() {
        println!("skipped: the labelled pages are not at ../shared/corpus");
        return Ok(());
    }
    println!("{:<52} {:>22} {:>22}", "measure", "reached", "to reach");
    articles(&corpus, &lexicon, verbose)?;
    sections(&corpus, &lexicon, verbose)?;
    english(&corpus, verbose)?;
    languages(&corpus, verbose)?;
    hard::hard()?;
    Ok(())
}

fn row(measure: &str, reached: &str, wanted: &str) {
    println!("{measure:<52} {reached:>22} {wanted:>22}");
}

fn json(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    // The article corpus marks pages without a date by NaN, which JSON has not.
    serde_json::from_str(&text.replace(": NaN", ": null")).with_context(|| path.display().to_string())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// User and system time of this process in milliseconds (clock ticks of 10 ms).
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let mut fields = after.split_whitespace().skip(11);
    let mut ticks = || {
        fields
            .next()
            .and_then(|f| f.parse::<u64>().ok())
            .unwrap_or_default()
    };
    (ticks() + ticks()) * 10
}

fn articles(corpus: &Path, lexicon: &Lexicon, verbose: bool) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let status = Command::new("tar")
        .arg("xzf")
        .arg(corpus.join("htmldate-dev.tar.gz"))
        .arg("-C")
        .arg(folder.path())
        .status()?;
    anyhow::ensure!(status.success(), "tar cannot unpack htmldate-dev.tar.gz");
    let dev = folder.path().join("dev");
    let gold = json(&dev.join("gold.json"))?;
    let fetched = UnixTime::floor("2026-11-01T00:00:00Z".parse()?);
    let mut pages: Vec<(Vec<u8>, Url, Option<String>)> = Vec::new();
    for case in gold.as_array().context("gold.json is no list")? {
        let url = Url::parse(text(case, "url")).or_else(|_bad| Url::parse("http://page.example/"))?;
        pages.push((
            std::fs::read(dev.join(text(case, "file")))?,
            url,
            case["date"].as_str().map(str::to_owned),
        ));
    }
    let bytes: usize = pages.iter().map(|(body, _, _)| body.len()).sum();
    let (mut right, mut wrong, mut none) = (0u32, 0u32, 0u32);
    let before = cpu_ms();
    for (body, url, wanted) in &pages {
        let decoded = decode(body, None);
        let document = Document::new(&decoded.text, url, fetched);
        let found = article::dates(&document).published;
        let day = found.as_ref().map(|d| d.day.to_string());
        match &day {
            None => none += 1,
            Some(_) if day == *wanted => right += 1,
            Some(_) => wrong += 1,
        }
        if verbose && day != *wanted {
            println!(
                "  {url}: {wanted:?}, read {day:?} {:?}",
                found.map(|d| (d.source, d.text))
            );
        }
    }
    let date_ms = cpu_ms() - before;
    let (right_f, wrong_f, none_f) = (f64::from(right), f64::from(wrong), f64::from(none));
    let (precision, recall) = (right_f / (right_f + wrong_f), right_f / (right_f + none_f));
    row(
        "article date, F1 / accuracy",
        &format!(
            "{:.4} / {:.3}",
            2.0 * precision * recall / (precision + recall),
            right_f / (right_f + wrong_f + none_f)
        ),
        "0.955 / 0.915",
    );
    let count = pages.len();
    let each = |ms: u64| format!("{:.2} ms", ms_f(ms) / usize_f(count));
    let kb = bytes / count / 1000;
    row(
        &format!("CPU a page of {kb} kB: date, with decoding"),
        &each(date_ms),
        "2 ms",
    );
    let before = cpu_ms();
    for (body, _, _) in &pages {
        let decoded = decode(body, None);
        std::hint::black_box(Dom::parse(&decoded.text).len());
    }
    let parse_ms = cpu_ms() - before;
    row("CPU a page: decoding and our tree alone", &each(parse_ms), "");
    let before = cpu_ms();
    for (body, _, _) in &pages {
        let sink = RcDom::default();
        let tree = parse_document(sink, ParseOpts::default())
            .from_utf8()
            .one(body.as_slice());
        std::hint::black_box(tree.document.children.borrow().len());
    }
    let peer_ms = cpu_ms() - before;
    row("CPU a page: html5ever's parse alone", &each(peer_ms), "");
    let before = cpu_ms();
    for (body, url, _) in &pages {
        let input = PageInput {
            body,
            content_type: None,
            url,
            fetched_at: fetched,
        };
        let questions = Questions {
            lexicon,
            section: Some("tin-tuc"),
            measurement: &[],
        };
        std::hint::black_box(examine(&input, &questions));
    }
    let facts_ms = cpu_ms() - before;
    row(
        "CPU a page: all facts, times html5ever's parse",
        &format!("{}, {:.2}", each(facts_ms), ms_f(facts_ms) / ms_f(peer_ms)),
        "2.5",
    );
    Ok(())
}

fn ms_f(ms: u64) -> f64 {
    f64::from(u32::try_from(ms).unwrap_or(u32::MAX))
}

fn usize_f(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The lexicon's id of a section of the corpus.
fn lexicon_id(id: &str) -> &str {
    match id {
        "tuyen-truyen" => "pho-bien-phap-luat",
        "du-an-dau-thau" => "dau-tu-mua-sam-cong",
        "lay-y-kien" => "gop-y-du-thao",
        "khoa-hoc" => "de-tai-khoa-hoc",
        "lien-he" => "thong-tin-giao-dich",
        other => other,
    }
}

fn cases(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("case.json").is_file())
        .collect();
    all.sort();
    Ok(all)
}

/// The age of `newest` on `today` in the unit of the case's policy.
fn age(newest: Date, today: Date, policy: &Value) -> anyhow::Result<i64> {
    if text(policy, "unit") == "calendar_days" {
        return Ok(i64::from((today - newest).get_days()));
    }
    let holidays: Vec<String> = policy["holidays"]
        .as_array()
        .map(|all| all.iter().filter_map(|h| h.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let (mut day, mut count) = (newest, 0);
    while day < today {
        day = day.tomorrow()?;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !weekend && !holidays.contains(&day.to_string()) {
            count += 1;
        }
    }
    Ok(count)
}

fn sections(corpus: &Path, lexicon: &Lexicon, verbose: bool) -> anyhow::Result<()> {
    let (mut exact, mut verdicts, mut false_fresh, mut total) = (0, 0, 0, 0);
    let (mut hit, mut false_hit, mut missed) = (0u32, 0u32, 0u32);
    for folder in cases(&corpus.join("sections-dev/cases"))? {
        let case = json(&folder.join("case.json"))?;
        let body = std::fs::read(folder.join("page.html"))?;
        let fetched_at = UnixTime::floor(text(&case, "fetched_at").parse()?);
        let url = Url::parse(text(&case, "url"))?;
        let input = PageInput {
            body: &body,
            content_type: case["http"]["headers"]["content-type"].as_str(),
            url: &url,
            fetched_at,
        };
        let questions = Questions {
            lexicon,
            section: Some(lexicon_id(text(&case, "section_id"))),
            measurement: &[],
        };
        let facts = examine(&input, &questions);
        let newest = facts.section.newest_item_date;
        let verdict = match (facts.section.state, newest) {
            (State::Listed, Some(newest)) => {
                let age = age(newest, fetched_at.zoned().date(), &case["policy"])?;
                if age <= case["policy"]["max_age"].as_i64().unwrap_or_default() {
                    "fresh"
                } else {
                    "stale"
                }
            }
            (State::Listed | State::Undated, _) => "unknown",
            (State::Empty, _) => "empty",
            (State::Missing, _) => "missing",
        };
        let expected = &case["expected"];
        let day = newest.map_or_else(|| "none".to_owned(), |d| d.to_string());
        total += 1;
        exact += u32::from(day == text(expected, "newest_item_date"));
        verdicts += u32::from(verdict == text(expected, "verdict"));
        false_fresh += u32::from(verdict == "fresh" && text(expected, "verdict") != "fresh");
        if verbose && (verdict != text(expected, "verdict") || day != text(expected, "newest_item_date")) {
            println!(
                "  {}: {expected}, read {verdict} {day} {:?}",
                text(&case, "id"),
                facts.section.because
            );
        }
        for (id, there) in case["menu"].as_object().into_iter().flatten() {
            let found = facts.menu.iter().any(|l| {
                l.section == lexicon_id(id) && !matches!(l.found_in, FoundIn::Block | FoundIn::Breadcrumb)
            });
            match (there.as_bool().unwrap_or_default(), found) {
                (true, true) => hit += 1,
                (false, true) => false_hit += 1,
                (true, false) => missed += 1,
                (false, false) => {}
            }
        }
    }
    row(
        "newest item date exact",
        &format!("{exact} of {total}"),
        "22 of 22",
    );
    row(
        "freshness verdict",
        &format!("{verdicts} of {total}, {false_fresh} false fresh"),
        "22 of 22, 0",
    );
    let f1 = 2.0 * f64::from(hit) / (2.0 * f64::from(hit) + f64::from(false_hit) + f64::from(missed));
    row("section in menu, F1", &format!("{f1:.3}"), "0.99");
    Ok(())
}

fn english(corpus: &Path, verbose: bool) -> anyhow::Result<()> {
    let (mut right, mut total) = (0, 0);
    for folder in cases(&corpus.join("sections-dev/english"))? {
        let case = json(&folder.join("case.json"))?;
        let fetched_at = UnixTime::floor(text(&case, "fetched_at").parse()?);
        let base = Url::parse("https://site.example/")?;
        let mut texts = Vec::new();
        for page in case["pages"].as_array().into_iter().flatten() {
            let body = std::fs::read(folder.join(text(page, "file")))?;
            let status = u16::try_from(page["status"].as_u64().unwrap_or_default())?;
            texts.push((
                text(page, "url").to_owned(),
                status,
                decode(&body, page["content_type"].as_str()).text,
            ));
        }
        let (mut entry, mut pages) = (None, Vec::new());
        for (path, status, page) in &texts {
            let visited = Visited::new(*status, Document::new(page, &base.join(path)?, fetched_at));
            if path == text(&case, "entry") {
                entry = Some(visited);
            } else if path != text(&case, "home") {
                pages.push(visited);
            }
        }
        let facts = serde_json::to_value(judge(entry.as_ref(), &pages))?;
        let names = |list: &Value| {
            let mut all: Vec<String> = list
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|m| m.as_str().map(str::to_owned))
                .collect();
            all.sort();
            all
        };
        let expected = &case["expected"];
        total += 1;
        let same = facts["verdict"] == expected["verdict"]
            && names(&facts["missing"]) == names(&expected["missing"]);
        right += u32::from(same);
        if verbose && !same {
            println!("  {}: {expected}, read {facts}", text(&case, "id"));
        }
    }
    row(
        "English verdict, exact missing list",
        &format!("{right} of {total}"),
        "7 of 7",
    );
    Ok(())
}

fn languages(corpus: &Path, verbose: bool) -> anyhow::Result<()> {
    let cases = json(&corpus.join("lang/dev.json"))?;
    let (mut right, mut total) = (0u32, 0u32);
    for case in cases.as_array().into_iter().flatten() {
        let found = match of_text(text(case, "text")) {
            Language::Vi => "vi",
            Language::En => "en",
            Language::None => "none",
        };
        total += 1;
        right += u32::from(found == text(case, "label"));
        if verbose && found != text(case, "label") {
            println!("  {case}, read {found}");
        }
    }
    let share = f64::from(right) / f64::from(total.max(1));
    row("vi/en", &format!("{share:.3}"), "0.98");
    Ok(())
}
