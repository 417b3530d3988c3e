//! `ems-agent page FILE|URL`: every fact of one page, explained to a person or as JSON for a machine. The schema is
//! `docs/PAGE.md`.

mod explain;

pub(super) use explain::day;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use ems_contract::clock::SharedClock;
use ems_contract::command_line::Unfit;
use ems_contract::diagnostic::Message;
use ems_contract::text::lookup;
use ems_contract::time::UnixTime;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use url::Url;

use super::network::NetworkArgs;
use super::probe::{Language, home_page};
use super::refusal::Refusal;
use crate::net::browse::Ask;
use crate::page::facts::{MAX_BODY, PageInput, Questions};
use crate::page::reading::{Reading, read};
use crate::page::sections::Lexicon;

/// Version of the printed object.
const SCHEMA: u16 = 1;

/// Read one page and print every fact of it. Exit code: 0 read, 2 wrong usage or a page that cannot be had
#[derive(Debug, Clone, Args)]
pub struct PageArgs {
    /// The page: a file, `-` for standard input, or an address to fetch
    #[arg(value_name = "FILE|URL")]
    pub page: String,
    /// The address that the page was fetched from; needed for a file
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The instant of the fetch, RFC 3339 (`2026-11-06T08:15:00+07:00`); now where none is written
    #[arg(long, value_name = "T", value_parser = instant)]
    pub fetched_at: Option<UnixTime>,
    /// A header of the answer, `name: value`; `content-type` is read
    #[arg(long, value_name = "K: V", value_parser = header)]
    pub header: Vec<(String, String)>,
    /// The section to look for, by its id in the lexicon; without it the page's own main list is described
    #[arg(long, value_name = "ID")]
    pub section: Option<String>,
    /// Section lexicon in place of the built-in one (YAML file, regulations/sections.yaml)
    #[arg(long, value_name = "FILE")]
    pub lexicon: Option<PathBuf>,
    /// Part of an address or script that marks a measuring system (EMS, EMC)
    #[arg(long, value_name = "TEXT")]
    pub measurement: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Language of the explanation
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    pub lang: Language,
    /// Options of the network, for an address.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    schema: u16,
    fetched_at: UnixTime,
    /// The status, where the page was fetched.
    status: Option<u16>,
    #[serde(flatten)]
    reading: Reading,
}

/// A page that was found.
struct Source {
    body: Vec<u8>,
    url: Url,
    content_type: Option<String>,
    status: Option<u16>,
}

/// Runs the command; must be called within a tokio runtime.
///
/// # Errors
/// What the person has to put right: a file, an address, a section.
pub async fn run(
    args: &PageArgs,
    clock: &SharedClock,
    input: &mut (dyn Read + Send),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<u8> {
    let lexicon = lexicon(args.lexicon.as_deref())?;
    if let Some(section) = &args.section {
        known(&lexicon, section)?;
    }
    let fetched_at = args.fetched_at.unwrap_or_else(|| clock.now());
    let source = if args.page.contains("://") {
        fetched(args, clock).await?
    } else {
        stored(args, input)?
    };
    let page = PageInput {
        body: &source.body,
        content_type: source.content_type.as_deref(),
        url: &source.url,
        fetched_at,
    };
    let questions = Questions {
        lexicon: &lexicon,
        section: args.section.as_deref(),
        measurement: &args.measurement,
    };
    let answer = Answer {
        schema: SCHEMA,
        fetched_at,
        status: source.status,
        reading: read(&page, &questions),
    };
    if args.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string(&answer).context("the answer as JSON")?
        )?;
    } else {
        explain::print(&answer, args.lang.into(), out)?;
    }
    Ok(super::OK)
}

/// The lexicon of the person's own file, or the built-in one.
pub(super) fn lexicon(path: Option<&Path>) -> anyhow::Result<Arc<Lexicon>> {
    let Some(path) = path else {
        return Ok(Lexicon::embedded());
    };
    let unreadable = |why: &dyn std::fmt::Display| Refusal::unreadable(path, why);
    let text = std::fs::read_to_string(path).map_err(|why| unreadable(&why))?;
    let lexicon = Lexicon::from_yaml(&text).map_err(|why| unreadable(&why))?;
    Ok(Arc::new(lexicon))
}

/// Refuses a section that the lexicon lacks, with the nearest of its ids.
pub(super) fn known(lexicon: &Lexicon, section: &str) -> Result<(), Refusal> {
    if lexicon.ids().any(|id| id == section) {
        return Ok(());
    }
    let nearest = lexicon
        .ids()
        .min_by_key(|id| strsim::osa_distance(id, section))
        .unwrap_or_default();
    let all: Vec<&str> = lexicon.ids().collect();
    let message = Message::new("agent.cli.section")
        .with("section", section)
        .with("nearest", nearest)
        .with("all", all.join(", "));
    Err(Refusal(message))
}

fn stored(args: &PageArgs, input: &mut (dyn Read + Send)) -> anyhow::Result<Source> {
    let no_url = || Refusal(Message::new("agent.cli.page_url"));
    let url = args.url.as_deref().ok_or_else(no_url)?;
    // One byte more than is read, so that a longer page is known as such.
    let most = u64::try_from(MAX_BODY + 1).unwrap_or(u64::MAX);
    let mut body = Vec::new();
    if args.page == "-" {
        input
            .take(most)
            .read_to_end(&mut body)
            .map_err(|why| Refusal(Message::new("agent.cli.stdin").with("why", why)))?;
    } else {
        std::fs::File::open(&args.page)
            .and_then(|file| file.take(most).read_to_end(&mut body))
            .map_err(|why| Refusal::unreadable(&args.page, why))?;
    }
    let content_type = args
        .header
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| value.clone());
    Ok(Source {
        body,
        url: home_page(url)?,
        content_type,
        status: None,
    })
}

async fn fetched(args: &PageArgs, clock: &SharedClock) -> anyhow::Result<Source> {
    let asked = home_page(&args.page)?;
    let prober = args.network.prober(clock)?;
    let got = prober
        .browser(asked.clone(), args.network.written())
        .get(&Ask::page(&asked, MAX_BODY))
        .await;
    let (status, content_type) = (got.status(), got.header("content-type").map(str::to_owned));
    let body = match got.body {
        Ok(body) => body,
        Err(fault) => {
            let message = Message::new("agent.cli.not_fetched")
                .with("url", &got.url)
                .with(
                    "cause",
                    lookup(args.lang.into(), &format!("cause.{fault}")).unwrap_or_default(),
                )
                .with("name", fault);
            return Err(Refusal(message).into());
        }
    };
    let url = match &args.url {
        Some(url) => home_page(url)?,
        None => got.url,
    };
    Ok(Source {
        body,
        url,
        content_type,
        status,
    })
}

/// An instant: RFC 3339, or a civil date and time of Việt Nam.
pub(super) fn instant(text: &str) -> Result<UnixTime, Unfit> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(UnixTime::floor(at));
    }
    text.parse::<DateTime>()
        .ok()
        .and_then(|civil| civil.to_zoned(ems_contract::time::zone()).ok())
        .map(|zoned| UnixTime::floor(zoned.timestamp()))
        .ok_or(Unfit("help.want.instant_or_day"))
}

fn header(text: &str) -> Result<(String, String), Unfit> {
    let (name, value) = text.split_once(':').ok_or(Unfit("help.want.header"))?;
    Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests;
