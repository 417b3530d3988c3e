//! `ems-agent site URL`: a visit of a whole portal by hand. The schema is `docs/SITE.md`.

mod explain;

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use clap::Args;
use ems_contract::clock::SharedClock;
use ems_contract::command_line::Unfit;
use ems_contract::diagnostic::Message;
use ems_contract::facts::page::{EnglishFacts, Measure, PublishedFacts, SectionFacts};
use ems_contract::facts::{LinksFacts, PageKind};
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;
use url::Url;

use super::network::NetworkArgs;
use super::page::{instant, known, lexicon};
use super::probe::{AVAILABLE, Language, NOT_AVAILABLE, home_page};
use super::refusal::Refusal;
use crate::site::kept::KeptError;
use crate::site::{Part, Settings, Step, Visited, kept, visit};

/// Version of the printed object.
const SCHEMA: u16 = 1;

/// Visit a portal. Exit code: 0 visited, 1 its home page cannot be had, 2 wrong usage
#[derive(Debug, Clone, Args)]
pub struct SiteArgs {
    /// The home page; `https://` is assumed where no scheme is written
    #[arg(value_name = "URL")]
    pub url: String,
    /// The instant against which dates are judged, RFC 3339; the present where none is written
    #[arg(long, value_name = "T", value_parser = instant)]
    pub now: Option<UnixTime>,
    /// Only these sections, by their ids in the lexicon
    #[arg(long, value_name = "ID")]
    pub section: Vec<String>,
    /// The page of a section as the operator knows it: wins over every menu
    #[arg(long, value_name = "ID=URL", value_parser = mapping)]
    pub map: Vec<(String, String)>,
    /// The entry of the English side as the operator knows it
    #[arg(long, value_name = "URL")]
    pub english: Option<String>,
    /// A document said to be published there: its digest, and those of the files that it links to; may be given several
    /// times
    #[arg(long, value_name = "URL")]
    pub published: Vec<String>,
    /// Name of the portal's owner, for its identity
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Home page of the parent portal
    #[arg(long, value_name = "URL")]
    pub parent: Option<String>,
    /// Pages fetched at most; two a second
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    pub max_pages: u32,
    /// Pages read besides sections and English side, for the links on them
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=5_000))]
    pub crawl: u32,
    /// Links asked at most
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub max_links: u32,
    /// Item pages followed of a list that shows no dates
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=50))]
    pub follow: u32,
    /// File that carries from one visit to the next what a dead link and an unchanged page are known by
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Section lexicon in place of the built-in one (YAML file)
    #[arg(long, value_name = "FILE")]
    pub lexicon: Option<PathBuf>,
    /// Part of an address or script that marks a measuring system (EMS, EMC)
    #[arg(long, value_name = "TEXT")]
    pub measurement: Vec<String>,
    /// Run the scripts of pages by this command, a Chromium with what it needs besides; pages are read as they come where
    /// none is written
    #[arg(long, value_name = "COMMAND", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub render: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Language of the explanation
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    pub lang: Language,
    /// Options of the network.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u16,
    url: &'a Url,
    now: UnixTime,
    reached: bool,
    /// Why the home page could not be had.
    cause: Option<String>,
    final_url: Option<&'a str>,
    page_kind: Option<PageKind>,
    title: Option<&'a str>,
    js_only: bool,
    pages_read: u32,
    sections: Vec<Section<'a>>,
    english: Option<English<'a>>,
    features: Vec<Feature<'a>>,
    published: &'a [PublishedFacts],
    links: &'a LinksFacts,
}

/// A section: the wire's facts, with the names of `docs/PAGE.md` for its dates.
#[derive(Debug, Serialize)]
struct Section<'a> {
    newest_item_date: Option<jiff::civil::Date>,
    newest_issue_date: Option<jiff::civil::Date>,
    #[serde(flatten)]
    facts: &'a SectionFacts,
}

/// The English side; absent members are null.
#[derive(Debug, Serialize)]
struct English<'a> {
    verdict: &'a str,
    missing: Vec<&'a str>,
    entry: Option<&'a str>,
    language: &'a str,
    found_by: Option<&'a str>,
    words: Option<u32>,
    organisation: Option<&'a str>,
    contacts: Option<&'a str>,
    newest: Option<jiff::civil::Date>,
}

/// One measure.
#[derive(Debug, Serialize)]
struct Feature<'a> {
    check: &'a str,
    #[serde(flatten)]
    measure: &'a Measure,
}

fn english(facts: &EnglishFacts) -> English<'_> {
    English {
        verdict: facts.verdict.as_str(),
        missing: facts.missing.iter().map(|missing| missing.as_str()).collect(),
        entry: facts.entry.as_deref(),
        language: facts.language.map_or("none", |language| language.as_str()),
        found_by: facts.found_by.as_deref(),
        words: facts.words,
        organisation: facts.organisation.as_deref(),
        contacts: facts.contacts.as_deref(),
        newest: facts.newest,
    }
}

/// Runs the command; must be called within a tokio runtime. `steps` shows how far the visit has come.
///
/// # Errors
/// What the person has to put right: an address, a section, a file.
pub async fn run(
    args: &SiteArgs,
    clock: &SharedClock,
    steps: Option<Box<dyn Write + Send>>,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<u8> {
    let lang: Lang = args.lang.into();
    let settings = settings(args, clock)?;
    let mut memory = args
        .state
        .as_deref()
        .map(kept::read)
        .transpose()
        .map_err(state)?
        .unwrap_or_default();
    let prober = args.network.prober(clock)?;
    let browser = prober.browser(settings.home.clone(), args.network.written());
    let steps = Mutex::new(steps);
    let watch = |step: Step| {
        if let Some(steps) = &mut *steps.lock().unwrap_or_else(PoisonError::into_inner) {
            // Nobody can be told that nobody can be told.
            drop(write!(steps, "\r\u{1b}[K{}", step_text(step, lang)));
            drop(steps.flush());
        }
    };
    let visited = visit(browser, &settings, &mut memory, &watch).await;
    if let Some(steps) = &mut *steps.lock().unwrap_or_else(PoisonError::into_inner) {
        drop(write!(steps, "\r\u{1b}[K"));
    }
    if let Some(path) = &args.state {
        kept::write(path, &memory).map_err(state)?;
    }
    if args.json {
        let answer = answer(&settings, &visited);
        writeln!(
            out,
            "{}",
            serde_json::to_string(&answer).context("the answer as JSON")?
        )?;
    } else {
        explain::print(&settings, &visited, lang, out)?;
    }
    Ok(if visited.fault.is_none() {
        AVAILABLE
    } else {
        NOT_AVAILABLE
    })
}

/// Why the file of `--state` cannot be used.
fn state(error: KeptError) -> Refusal {
    Refusal(match error {
        KeptError::Io { path, source } => Message::new("agent.cli.state.io")
            .with("path", path.display())
            .with("why", source),
        KeptError::Content { path } => Message::new("agent.cli.state.content").with("path", path.display()),
    })
}

fn answer<'a>(settings: &'a Settings, visited: &'a Visited) -> Answer<'a> {
    let page = &visited.page;
    Answer {
        schema: SCHEMA,
        url: &settings.home,
        now: settings.now,
        reached: visited.fault.is_none(),
        cause: visited.fault.map(|fault| fault.to_string()),
        final_url: page.final_url.as_deref(),
        page_kind: page.kind,
        title: page.title.as_deref(),
        js_only: page.js_only,
        pages_read: visited.pages_read,
        sections: page
            .sections
            .iter()
            .map(|facts| Section {
                newest_item_date: facts.newest.as_ref().map(|newest| newest.day),
                newest_issue_date: facts.newest_issue,
                facts,
            })
            .collect(),
        english: page.english.as_ref().map(english),
        published: &page.published,
        features: page
            .checks
            .iter()
            .map(|(check, measure)| Feature { check, measure })
            .collect(),
        links: &visited.links,
    }
}

fn settings(args: &SiteArgs, clock: &SharedClock) -> anyhow::Result<Settings> {
    let lexicon = lexicon(args.lexicon.as_deref())?;
    for section in args
        .section
        .iter()
        .chain(args.map.iter().map(|(section, _)| section))
    {
        known(&lexicon, section)?;
    }
    let home = home_page(&args.url)?;
    let absolute = |text: &String| {
        home.join(text).map_err(|_why| {
            Refusal(
                Message::new("agent.cli.address")
                    .with("text", text)
                    .with("home", &home),
            )
        })
    };
    let mapped = args
        .map
        .iter()
        .map(|(section, url)| Ok((section.clone(), absolute(url)?)))
        .collect::<anyhow::Result<_>>()?;
    let published = args.published.iter().map(absolute).collect::<Result<_, _>>()?;
    let now = args.now.unwrap_or_else(|| clock.now());
    Ok(Settings {
        published,
        english: args.english.as_ref().map(absolute).transpose()?,
        parent: args.parent.as_deref().map(home_page).transpose()?,
        home,
        part: Part::Whole,
        until: None,
        name: args.name.clone(),
        mapped,
        sections: args.section.clone(),
        lexicon,
        measurement: args.measurement.clone(),
        follow: usize::try_from(args.follow).unwrap_or(0),
        max_pages: args.max_pages,
        crawl: args.crawl,
        max_links: args.max_links,
        render: args.render.as_deref().map(words),
        now,
        // An instant in nanoseconds: no portal has an address that holds it.
        nonce: u64::try_from(clock.timestamp().as_nanosecond() & i128::from(u64::MAX)).unwrap_or(0),
    })
}

fn step_text(step: Step, lang: Lang) -> String {
    let counted = |key, done: usize, of: usize| {
        fill(
            lang,
            key,
            &[("done", &(done + 1).to_string()), ("of", &of.to_string())],
        )
    };
    match step {
        Step::Home => get(lang, "site.step.home").to_owned(),
        Step::Sections(done, of) => counted("site.step.sections", done, of),
        Step::English => get(lang, "site.step.english").to_owned(),
        Step::Functions => get(lang, "site.step.functions").to_owned(),
        Step::Links(done, of) => counted("site.step.links", done, of),
    }
}

/// A command and its arguments, as they stand between spaces.
fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
}

fn mapping(text: &str) -> Result<(String, String), Unfit> {
    text.split_once('=')
        .map(|(section, url)| (section.trim().to_owned(), url.trim().to_owned()))
        .ok_or(Unfit("help.want.mapping"))
}
