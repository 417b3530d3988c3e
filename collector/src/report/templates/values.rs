//! What a file of words may ask for: the figures of docs/REPORT.md, the track figures at hand, and the forms of numbers.

use ems_contract::document::Document;
use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use super::super::model::Report;
use crate::ledger::Track;
use crate::locale;

/// Places of a percentage unless the file says otherwise.
const PLACES: u32 = 2;

/// The values of a text; `period` is the period in words.
pub(super) fn of(document: &Document, report: &Report, period: &str) -> Value {
    let track = |wanted: Track| {
        let found = report.total.tracks.iter().find(|track| track.track == wanted);
        Value::from(Serde(found))
    };
    context! {
        report => Serde(report),
        overall => track(Track::Overall),
        v4 => track(Track::V4),
        v6 => track(Track::V6),
        period,
        title => document.title.clone(),
        issuer => document.author.clone(),
        demo => report.demo,
        provisional => report.provisional,
    }
}

/// An environment for plain text: nothing is escaped, what there is not is an error.
pub(super) fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_name| AutoEscape::None);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_filter("count", |number: i64| locale::count(number, Lang::Vi));
    environment.add_filter("duration", |seconds: i64| locale::duration(seconds, Lang::Vi));
    environment.add_filter("instant", |text: String| {
        read(&text).map(|at| locale::instant(at, Lang::Vi))
    });
    environment.add_filter("day", |text: String| {
        read(&text).map(|at| locale::date(at, Lang::Vi))
    });
    environment.add_filter("percent", |share: Value, places: Option<u32>| {
        percent(&share, places)
    });
    Ok(environment)
}

fn read(text: &str) -> Result<UnixTime, Error> {
    text.parse()
        .map_err(|why| Error::new(ErrorKind::InvalidOperation, format!("`{text}`: {why}")))
}

/// A share `{part_s, whole_s}` floored to `places`; words where the whole is nothing.
fn percent(share: &Value, places: Option<u32>) -> Result<String, Error> {
    if share.is_none() {
        return Ok(get(Lang::Vi, "report.insufficient").to_owned());
    }
    let part = |name: &str| {
        let found = share.get_attr(name).ok().and_then(|value| value.as_i64());
        found.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidOperation,
                "percent wants a share (part_s, whole_s)",
            )
        })
    };
    let shown = locale::percent(
        part("part_s")?,
        part("whole_s")?,
        places.unwrap_or(PLACES),
        Lang::Vi,
    );
    Ok(shown.unwrap_or_else(|| get(Lang::Vi, "report.insufficient").to_owned()))
}
