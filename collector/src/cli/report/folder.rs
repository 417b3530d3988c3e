//! `report --duty … --out DIR`: a finished report as a folder with every form of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use ems_contract::text::{Lang, get};
use ems_contract::time::UnixTime;

use super::{Args, Stop, asked, failed, opened, passages, unknown_portal};
use crate::cli::validate::filled;
use crate::cli::{RulesArgs, write_findings};
use crate::locale::io_told;
use crate::regulation::{Regulations, ReportDue};
use crate::report::contents::{Issuer, Kind, Revision};
use crate::report::{
    DrawError, Export, ExportError, Form, FormError, Frame, Order, Renderer, Source, Subject, Template,
    Templates, draw, has_begun, write_forms,
};

/// Options of a report with every form.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct FolderArgs {
    /// Duty of the report calendar that it answers, such as ag-q: its window, its cut, its portals.
    #[arg(long, value_name = "DUTY")]
    pub duty: Option<String>,
    /// Which text.
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Forms to write.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORM,…")]
    pub formats: Vec<Form>,
    /// Data up to here only [default: the duty's cut].
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<UnixTime>,
    /// Passages written by people: YAML of name and text (docs/REPORT.md).
    #[arg(long, value_name = "FILE")]
    pub passages: Option<PathBuf>,
    /// Folder of own words and layouts (docs/REPORT.md).
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// Layout of the HTML in place of the built-in one (minijinja).
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Issuing body.
    #[arg(long, value_name = "NAME")]
    pub issuer: Option<String>,
    /// Body above the issuer.
    #[arg(long, value_name = "NAME")]
    pub superior: Option<String>,
    /// Short form of the issuer in the symbol, such as SKHCN.
    #[arg(long, value_name = "SHORT")]
    pub symbol: Option<String>,
    /// Place of issue.
    #[arg(long, value_name = "PLACE")]
    pub place: Option<String>,
    /// To whom; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub to_whom: Vec<String>,
    /// The renderer [default: ems-render beside this program].
    #[arg(long, env = "EMS_RENDER", value_name = "FILE")]
    pub renderer: Option<PathBuf>,
    #[command(flatten)]
    rules: RulesArgs,
}

impl FolderArgs {
    pub(super) fn is_asked(&self) -> bool {
        self.duty.is_some() || self.kind.is_some() || !self.formats.is_empty()
    }

    fn issuer(&self) -> Issuer {
        Issuer {
            superior: self.superior.clone(),
            name: self.issuer.clone(),
            short: self.symbol.clone(),
            place: self.place.clone(),
            to: self.to_whom.clone(),
        }
    }
}

pub(super) fn make(args: &Args, now: UnixTime, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    let lang = args.lang;
    let Some(target) = &args.out else {
        return Err(Stop::Usage(get(lang, "edition.cli.needs").to_owned()));
    };
    let rules = match args.folder.rules.load() {
        Ok(rules) => rules,
        Err(found) => {
            write_findings(err, &found, lang).map_err(Stop::Output)?;
            return Err(Stop::BadFile);
        }
    };
    let subject = subject(args, &rules, now)?;
    let passages = args
        .folder
        .passages
        .as_deref()
        .map_or_else(|| Ok(BTreeMap::new()), |path| passages::read(path, lang, err))?;
    let templates = templates(args)?;
    let (store, inventory) = opened(args, now, err)?;
    let source = Source {
        store: &store,
        inventory: &inventory,
        rules: &rules,
    };
    let issuer = args.folder.issuer();
    let order = Order {
        kind: args.folder.kind.unwrap_or(Kind::Consolidated),
        portals: &args.portals,
        issuer: &issuer,
        templates: &templates,
        passages: &passages,
        edition: None,
        revision: &Revision::default(),
        excluded: &[],
    };
    let frame = Frame::load(source, subject, args.folder.as_of, now).map_err(|error| failed(&error, lang))?;
    let drawn = draw(&frame, &order).map_err(|error| not_drawn(&error, lang))?;
    let forms = if args.folder.formats.is_empty() {
        &Form::OWN[..]
    } else {
        &args.folder.formats
    };
    let export = Export::begin(target).map_err(|error| not_written(&FormError::Export(error), lang))?;
    let renderer = || {
        let path = std::env::var_os("PATH");
        Renderer::find(args.folder.renderer.as_deref(), path.as_deref())
    };
    write_forms(forms, &export, &drawn, &templates, renderer).map_err(|error| not_written(&error, lang))?;
    let manifest = export
        .finish(drawn.manifest)
        .map_err(|error| not_written(&FormError::Export(error), lang))?;
    let values = [
        ("count", manifest.files.len().to_string()),
        ("path", target.display().to_string()),
        ("digest", manifest.data_digest.to_string()),
    ];
    writeln!(out, "{}", filled(lang, "edition.cli.written", &values)).map_err(Stop::Output)
}

/// With a duty its window and cut, without one the calendar's period.
fn subject(args: &Args, rules: &Regulations, now: UnixTime) -> Result<Subject, Stop> {
    let lang = args.lang;
    let Some(id) = &args.folder.duty else {
        let (period, window) = asked(args, now)?;
        let key = args
            .period
            .clone()
            .unwrap_or_else(|| format!("{}--{}", window.from, window.to));
        return Ok(Subject::of_period(period, window, key));
    };
    let Some(asked) = &args.period else {
        return Err(Stop::Usage(get(lang, "report.cli.no_period").to_owned()));
    };
    let due = due(rules, id, asked, now, lang)?;
    Subject::of_duty(rules, due).map_err(|error| Stop::Usage(error.render(lang)))
}

/// The report of a duty for a period that has begun.
pub(super) fn due(
    rules: &Regulations,
    id: &str,
    asked: &str,
    now: UnixTime,
    lang: Lang,
) -> Result<ReportDue, Stop> {
    let Some(duty) = rules.reports.iter().find(|duty| *duty.id == *id) else {
        let known: Vec<&str> = rules.reports.iter().map(|duty| &*duty.id).collect();
        let values = [("duty", id.to_owned()), ("known", known.join(", "))];
        return Err(Stop::Usage(filled(lang, "edition.cli.unknown_duty", &values)));
    };
    let Some(due) = rules.report_of_period(duty, asked) else {
        let year = asked
            .get(..4)
            .and_then(|year| year.parse().ok())
            .unwrap_or(now.zoned().year());
        let known: Vec<String> = rules
            .reports_of_duty(duty, year)
            .iter()
            .map(ReportDue::period)
            .collect();
        let values = [
            ("duty", id.to_owned()),
            ("period", asked.to_owned()),
            ("known", known.join(", ")),
        ];
        return Err(Stop::Usage(filled(lang, "edition.cli.no_such_period", &values)));
    };
    has_begun(due.data(), now).map_err(|error| Stop::Usage(error.render(lang)))?;
    Ok(due)
}

/// Why a report was not drawn.
pub(super) fn not_drawn(error: &DrawError, lang: Lang) -> Stop {
    match error {
        DrawError::Store(error) => failed(error, lang),
        DrawError::NotOneUnit(count) => {
            let values = [("count", count.to_string())];
            Stop::Usage(filled(lang, "edition.cli.one_unit", &values))
        }
        DrawError::Templates(faults) => Stop::Usage(faults.render(lang)),
        DrawError::UnknownPortal { wanted, known } => unknown_portal(wanted, known.iter(), lang),
    }
}

/// Why a form was not written: what somebody asked for wrongly apart from what went wrong.
fn not_written(error: &FormError, lang: Lang) -> Stop {
    let words = error.render(lang);
    match error {
        FormError::Export(ExportError::Exists(_)) | FormError::Template(_) => Stop::Usage(words),
        FormError::Export(_) | FormError::Render(_) | FormError::Changed(_) => Stop::Failed(words),
    }
}

/// The folder of own words and layouts, and the one layout that was named beside it.
fn templates(args: &Args) -> Result<Templates, Stop> {
    let mut templates = match &args.folder.templates {
        None => Templates::default(),
        Some(folder) => {
            let (templates, faults) = Templates::load(folder);
            faults
                .none()
                .map_err(|faults| Stop::Usage(faults.render(args.lang)))?;
            templates
        }
    };
    let Some(path) = &args.folder.template else {
        return Ok(templates);
    };
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => {
            templates.html = Template { name, text };
            Ok(templates)
        }
        Err(error) => {
            let values = [("path", name), ("error", io_told(&error, args.lang))];
            Err(Stop::Usage(filled(args.lang, "edition.cli.unreadable", &values)))
        }
    }
}

#[cfg(test)]
mod tests;
