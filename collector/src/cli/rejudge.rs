//! `ems-collector rejudge`: past days judged once more from the store, and what comes out otherwise.

use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE, RulesArgs, parse_id, told};
use crate::dossier::Chronicle;
use crate::judging::{Bench, Difference, Past, Rejudged, rejudge};
use crate::regulation::Regulations;
use crate::serve::DATABASE;
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;

/// Judges past days again, each with its own inventory, and lists what comes out otherwise. Nothing is written.
#[derive(Debug, Clone, clap::Args)]
pub struct RejudgeArgs {
    /// First day.
    #[arg(long, value_name = "DAY")]
    pub from: Date,
    /// Last day.
    #[arg(long, value_name = "DAY")]
    pub to: Date,
    /// This portal only.
    #[arg(long, value_name = "ID", value_parser = parse_id::<PortalId>)]
    pub portal: Option<PortalId>,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Rule data.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Judges again and prints; progress goes to `err`.
///
/// # Errors
/// When the output cannot be written.
pub fn run(
    args: &RejudgeArgs,
    rules: &Regulations,
    now: UnixTime,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    if args.from > args.to {
        let (from, to) = (args.from.to_string(), args.to.to_string());
        writeln!(
            err,
            "{}",
            fill(lang, "judge.again.backwards", &[("from", &from), ("to", &to)])
        )?;
        return Ok(EXIT_USAGE);
    }
    match again(args, rules, now, lang, err) {
        Ok(rejudged) if args.json => writeln!(out, "{:#}", as_json(&rejudged, rules))?,
        Ok(rejudged) => print(args, &rejudged, lang, out)?,
        Err(Stop::Output(error)) => return Err(error),
        Err(Stop::Store(error)) => {
            writeln!(err, "{}", told(&error, lang))?;
            return Ok(EXIT_FAILED);
        }
    }
    Ok(EXIT_OK)
}

fn again(
    args: &RejudgeArgs,
    rules: &Regulations,
    now: UnixTime,
    lang: Lang,
    err: &mut dyn Write,
) -> Result<Rejudged, Stop> {
    let store = SqliteStore::open_for_reading(&args.data.join(DATABASE))?;
    let chronicle = Chronicle::load(&store, now)?;
    let bench = Bench {
        store: &store,
        rules,
        chronicle: &chronicle,
        now,
    };
    // The threads that judge only note how far they are; this one tells it.
    let (news, told) = sync_channel::<(usize, usize)>(16);
    std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let news = news;
            let note = |done, all| {
                // Whoever is behind is told with the next.
                news.try_send((done, all)).unwrap_or_default();
            };
            rejudge(&bench, args.portal.as_ref(), (args.from, args.to), &note)
        });
        let mut tenth = 0;
        for (done, all) in told {
            if done * 10 / all.max(1) > tenth {
                tenth = done * 10 / all.max(1);
                let (done, all) = (done.to_string(), all.to_string());
                let words = [("done", &*done), ("all", &*all)];
                writeln!(err, "{}", fill(lang, "judge.again.progress", &words)).map_err(Stop::Output)?;
            }
        }
        match work.join() {
            Ok(rejudged) => Ok(rejudged?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Why there is no answer.
enum Stop {
    Store(StoreError),
    Output(std::io::Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn print(args: &RejudgeArgs, rejudged: &Rejudged, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    for difference in &rejudged.differences {
        let (from, to) = (difference.from.to_string(), difference.to.to_string());
        let words = [
            ("portal", difference.portal.as_str()),
            ("obligation", &*difference.obligation),
            ("from", &*from),
            ("to", &*to),
            ("kept", &*in_words(difference.kept, lang)),
            ("now", &*in_words(difference.now, lang)),
        ];
        writeln!(out, "{}", fill(lang, "judge.again.line", &words))?;
    }
    let number = |n: u64| n.to_string();
    let differ: u64 = rejudged.differences.iter().map(days).sum();
    let words = [
        ("days", &*number(rejudged.days)),
        ("from", &*args.from.to_string()),
        ("to", &*args.to.to_string()),
        ("equal", &*number(rejudged.equal)),
        ("differ", &*number(differ)),
    ];
    writeln!(out, "{}", fill(lang, "judge.again.sums", &words))?;
    if rejudged.not_kept > 0 {
        let days = number(rejudged.not_kept);
        writeln!(out, "{}", fill(lang, "judge.again.not_kept", &[("days", &days)]))?;
    }
    Ok(())
}

fn days(difference: &Difference) -> u64 {
    let days = crate::calendar::civil::days_between(difference.from, difference.to) + 1;
    days.unsigned_abs()
}

fn in_words(past: Option<Past>, lang: Lang) -> String {
    past.map_or_else(
        || get(lang, "judge.again.absent").to_owned(),
        |past| {
            let value = get(lang, &format!("judge.value.{}", past.value)).to_owned();
            let reason = get(lang, &format!("judge.reason.{}", past.reason)).to_owned();
            format!("{value} ({reason})")
        },
    )
}

fn as_json(rejudged: &Rejudged, rules: &Regulations) -> Json {
    let past = |past: Option<Past>| {
        past.map(|past| json!({"value": past.value.as_str(), "reason": past.reason.as_str()}))
    };
    json!({
        "rules": rules.version, "days": rejudged.days, "not_kept": rejudged.not_kept, "equal": rejudged.equal,
        "differences": rejudged.differences.iter().map(|difference| json!({
            "portal": difference.portal, "obligation": difference.obligation,
            "from": difference.from.to_string(), "to": difference.to.to_string(),
            "kept": past(difference.kept), "now": past(difference.now),
        })).collect::<Vec<_>>(),
    })
}
