//! `report preview`: how a report looks with the operator's own words and layouts, and everything that is wrong with them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Level};
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;

use super::folder::{due, not_drawn};
use super::{Stop, failed, last_in_force, passages};
use crate::cli::people::Place;
use crate::cli::validate::filled;
use crate::cli::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, RulesArgs, parse_id, write_findings};
use crate::demo::{Plan, seed};
use crate::locale::io_told;
use crate::regulation::Regulations;
use crate::report::contents::{Issuer, Kind, Revision, period_words_of};
use crate::report::{
    Drawn, Form, Frame, Order, Period, RenderError, Renderer, Source, Subject, TemplateFaults, Templates,
    Wanted, draw, has_begun, twin,
};
use crate::serve::DATABASE;
use crate::store::sqlite::SqliteStore;

/// Portals of the sample: one of the province, departments, communes.
const SAMPLE_PORTALS: u32 = 8;
/// Days of its history: a quarter and the one before.
const SAMPLE_DAYS: u32 = 190;

/// Show a report as it would be, without making an edition.
#[derive(Debug, clap::Args)]
pub struct PreviewArgs {
    /// Duty of the report calendar, such as ag-q [default: the calendar's period].
    #[arg(long, value_name = "DUTY")]
    duty: Option<String>,
    /// Period such as 2026-Q4 [default: the newest that is over].
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Which text.
    #[arg(long, value_enum, default_value_t = Kind::Consolidated)]
    kind: Kind,
    /// Portal that a report of one unit is about [default: the first that is not the province's].
    #[arg(long, value_name = "ID", value_parser = parse_id::<PortalId>)]
    unit: Option<PortalId>,
    /// Folder of own words and layouts (docs/REPORT.md) [default: the built-in ones].
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Made-up figures in place of those of the database; marked as such in every form.
    #[arg(long)]
    sample: bool,
    /// Forms: html, pdf, docx, xlsx.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORM,…", default_values_t = [Form::Html])]
    formats: Vec<Form>,
    /// Where to write, without an ending: xem-truoc becomes xem-truoc.html; what was there is replaced.
    #[arg(long, value_name = "FILE", default_value = "xem-truoc")]
    out: PathBuf,
    /// Passages written by people: YAML of name and text (docs/REPORT.md).
    #[arg(long, value_name = "FILE")]
    passages: Option<PathBuf>,
    /// Issuing body.
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,
    /// The renderer [default: ems-render beside this program].
    #[arg(long, env = "EMS_RENDER", value_name = "FILE")]
    renderer: Option<PathBuf>,
    /// The instant at which it is drawn up [default: the present].
    #[arg(long, value_name = "INSTANT")]
    now: Option<UnixTime>,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    place: Place,
}

pub(super) fn preview(
    args: &PreviewArgs,
    now: UnixTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    match shown(args, args.now.unwrap_or(now), err) {
        Ok(words) => {
            writeln!(out, "{words}")?;
            Ok(EXIT_OK)
        }
        Err(Stop::Output(error)) => Err(error),
        Err(Stop::BadFile) => Ok(EXIT_BAD_FILE),
        Err(Stop::Usage(words)) => {
            writeln!(err, "{words}")?;
            Ok(EXIT_USAGE)
        }
        Err(Stop::Failed(words)) => {
            writeln!(err, "{words}")?;
            Ok(EXIT_FAILED)
        }
    }
}

/// A folder beside the output that is gone afterwards, whatever happens.
struct Aside(PathBuf);

impl Aside {
    fn new(out: &Path, lang: Lang) -> Result<Self, Stop> {
        let mut name = out.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        // Left by one that was killed.
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).map_err(|error| not_written(&path, &error, lang))?;
        Ok(Self(path))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed is in nobody's way: the next one begins by removing it.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn not_written(path: &Path, error: &std::io::Error, lang: Lang) -> Stop {
    let values = [
        ("path", path.display().to_string()),
        ("error", io_told(error, lang)),
    ];
    Stop::Failed(filled(lang, "edition.cli.not_written", &values))
}

fn shown(args: &PreviewArgs, now: UnixTime, err: &mut dyn Write) -> Result<String, Stop> {
    let lang = args.place.lang;
    let rules = match args.rules.load() {
        Ok(rules) => rules,
        Err(found) => {
            write_findings(err, &found, lang).map_err(Stop::Output)?;
            return Err(Stop::BadFile);
        }
    };
    let passages = args
        .passages
        .as_deref()
        .map_or_else(|| Ok(BTreeMap::new()), |path| passages::read(path, lang, err))?;
    let subject = subject(args, &rules, now)?;
    let (templates, mut faults) = args.templates.as_deref().map(Templates::load).unwrap_or_default();
    let aside = Aside::new(&args.out, lang)?;
    let data = if args.sample {
        let plan = Plan {
            portals: SAMPLE_PORTALS,
            days: SAMPLE_DAYS,
            open: 0,
            now,
        };
        let data = aside.0.join("sample");
        seed(plan, &data, &mut |_done, _all| {}).map_err(|error| Stop::Failed(error.to_string()))?;
        data
    } else {
        args.place.data.clone()
    };
    let store = SqliteStore::open_for_reading(&data.join(DATABASE)).map_err(|error| failed(&error, lang))?;
    let inventory = last_in_force(&store, now).map_err(|error| failed(&error, lang))?;
    let inventory = inventory.ok_or_else(|| {
        let data = ("data", data.display().to_string());
        Stop::Usage(filled(lang, "report.cli.no_inventory", &[data]))
    })?;
    let issuer = Issuer {
        name: args.issuer.clone(),
        ..Issuer::default()
    };
    let portals = about(args, &subject, &inventory);
    let order = Order {
        kind: args.kind,
        portals: &portals,
        issuer: &issuer,
        // Worded below, where its faults join those of the other files.
        templates: &Templates::default(),
        passages: &passages,
        edition: None,
        revision: &Revision::default(),
        excluded: &[],
    };
    let source = Source {
        store: &store,
        inventory: &inventory,
        rules: &rules,
    };
    let due = subject.due.clone();
    let frame = Frame::load(source, subject, None, now).map_err(|error| failed(&error, lang))?;
    let mut drawn = draw(&frame, &order).map_err(|error| not_drawn(&error, lang))?;
    let period = period_words_of(&drawn.report, due.as_ref());
    let words = (&*period, &passages);
    let worded = templates.reword(args.kind, &mut drawn.document, &drawn.report, words);
    faults
        .0
        .extend(worded.err().map(|found| found.0).unwrap_or_default());
    let mark = get(lang, "edition.mark.preview").to_owned();
    drawn.document.mark = Some(match drawn.document.mark.take() {
        Some(before) => format!("{mark} · {before}"),
        None => mark,
    });
    let written = written(args, &templates, &drawn, &aside, &mut faults)?;
    let mut paths = Vec::new();
    for (from, to) in written {
        std::fs::rename(&from, &to).map_err(|error| not_written(&to, &error, lang))?;
        paths.push(to.display().to_string());
    }
    let (files, title) = (paths.join(", "), drawn.document.title);
    Ok(fill(
        lang,
        "edition.cli.preview",
        &[("title", &title), ("files", &files)],
    ))
}

/// The duty's period or the calendar's; the newest that is over where none was named.
fn subject(args: &PreviewArgs, rules: &Regulations, now: UnixTime) -> Result<Subject, Stop> {
    let lang = args.place.lang;
    let year = now.zoned().year();
    if let Some(id) = &args.duty {
        let newest = || {
            let duty = rules.reports.iter().find(|duty| *duty.id == **id)?;
            let all = (year - 2..=year).flat_map(|year| rules.reports_of_duty(duty, year));
            let over = all.filter(|report| report.data().to <= now);
            let newest = over.max_by_key(|report| report.data().from)?;
            Some(newest.period())
        };
        let period = args.period.clone().or_else(newest).unwrap_or_default();
        let due = due(rules, id, &period, now, lang)?;
        return Subject::of_duty(rules, due).map_err(|error| Stop::Usage(error.render(lang)));
    }
    let key = args.period.clone().unwrap_or_else(|| quarter_before(now));
    let (period, window) = Period::parse(&key).map_err(|error| Stop::Usage(error.render(lang)))?;
    has_begun(window, now).map_err(|error| Stop::Usage(error.render(lang)))?;
    Ok(Subject::of_period(period, window, key))
}

/// The calendar's last quarter that is over: `2026-Q3`.
fn quarter_before(now: UnixTime) -> String {
    let (year, quarter) = (now.zoned().year(), (now.zoned().month() + 2) / 3);
    match quarter - 1 {
        0 => format!("{}-Q4", year - 1),
        before => format!("{year}-Q{before}"),
    }
}

/// The portals that it is narrowed to.
fn about(args: &PreviewArgs, subject: &Subject, inventory: &Inventory) -> Vec<PortalId> {
    if args.unit.is_some() || !matches!(args.kind, Kind::Unit | Kind::Slip) {
        return args.unit.iter().cloned().collect();
    }
    let bound = inventory.portals.iter().filter(|portal| {
        let pack = subject.duty().map(|duty| &duty.pack);
        pack.is_none_or(|pack| portal.regulations.iter().any(|bound| **bound == **pack))
    });
    let mut bound = bound.filter(|portal| portal.level != Level::Province);
    bound.next().map(|portal| portal.id.clone()).into_iter().collect()
}

/// Files that were made aside, and where they go; everything that is wrong with any template at once.
fn written(
    args: &PreviewArgs,
    templates: &Templates,
    drawn: &Drawn,
    aside: &Aside,
    faults: &mut TemplateFaults,
) -> Result<Vec<(PathBuf, PathBuf)>, Stop> {
    let lang = args.place.lang;
    let made = |form: Form| {
        let ending = form.to_string();
        let mut to = args.out.as_os_str().to_owned();
        to.push(format!(".{ending}"));
        (aside.0.join("made").with_extension(ending), PathBuf::from(to))
    };
    let mut files: Vec<(PathBuf, PathBuf)> = Vec::new();
    match twin(&drawn.document, &templates.html) {
        Ok(html) => {
            let (path, to) = made(Form::Html);
            std::fs::write(&path, html).map_err(|error| not_written(&path, &error, lang))?;
            if args.formats.contains(&Form::Html) {
                files.push((path, to));
            }
        }
        // One that is not well formed was told when it was read.
        Err(found) => faults.0.extend(
            found
                .0
                .into_iter()
                .filter(|fault| !faults.0.contains(fault))
                .collect::<Vec<_>>(),
        ),
    }
    let wants = |form| args.formats.contains(&form);
    let tried = templates.layout.is_some();
    let mut wanted = Wanted::default();
    for (form, place) in [
        (Form::Docx, &mut wanted.docx),
        (Form::Xlsx, &mut wanted.xlsx),
        (Form::Pdf, &mut wanted.pdf),
    ] {
        // An own layout is tried even where nobody wants the PDF: its faults are faults of the folder.
        if wants(form) || (form == Form::Pdf && tried) {
            let (path, to) = made(form);
            if wants(form) {
                files.push((path.clone(), to));
            }
            *place = Some(path);
        }
    }
    let mut told = Vec::new();
    if wanted != Wanted::default() {
        wanted.layout = templates.layout.as_ref().map(|layout| layout.path.clone());
        let path = std::env::var_os("PATH");
        let rendered = Renderer::find(args.renderer.as_deref(), path.as_deref())
            .and_then(|renderer| renderer.render(&drawn.document, &wanted));
        match rendered {
            Ok(_files) => {}
            // Of the layout every complaint of typst, with file, line and column.
            Err(RenderError::Refused(complaint)) if tried => told.push(complaint),
            Err(error) if faults.0.is_empty() => return Err(Stop::Failed(error.render(lang))),
            Err(error) => told.push(error.render(lang)),
        }
    }
    if faults.0.is_empty() && told.is_empty() {
        return Ok(files);
    }
    faults.0.sort();
    faults.0.dedup();
    told.insert(0, faults.render(lang));
    Err(Stop::Usage(told.join("\n")))
}

#[cfg(test)]
mod tests;
