//! `report --duty … --out DIR`: a finished report as a folder with every form of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use ems_contract::document::Document;
use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::probe::ProbeKind;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};

use super::{Args, Stop, asked, failed, narrow, opened, passages};
use crate::cli::{RulesArgs, io_told, write_findings};
use crate::regulation::{Regulations, ReportDue, ReportDuty};
use crate::report::contents::{Days, Expiring, Issuer, Kind, Material, document};
use crate::report::{
    Export, ExportError, Manifest, Period, Renderer, Report, Template, Wanted, build, csv, findings,
    has_begun, json, load, settled, twin,
};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

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

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Form {
    /// Editable text.
    Docx,
    /// Print.
    Pdf,
    /// Workbook.
    Xlsx,
    /// Tables as text.
    Csv,
    /// Figures as data.
    Json,
    /// Web page.
    Html,
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

/// What is to be reported on.
struct Subject {
    period: Period,
    window: Window,
    due: Option<ReportDue>,
    /// The period before and the same a year before.
    compared: [(Period, Window); 2],
    key: String,
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
    let layout = layout(args)?;
    let (store, inventory) = opened(args, now, err)?;
    let settled = settled(&store, &inventory, now).map_err(|error| failed(&error, lang))?;
    let drawn = |(period, window): (Period, Window)| -> Result<(Report, Days), Stop> {
        let mut inputs = load(&store, &inventory, window).map_err(|error| failed(&error, lang))?;
        if let Some(due) = &subject.due {
            inputs.portals.retain(|input| {
                input
                    .portal
                    .regulations
                    .iter()
                    .any(|pack| **pack == *due.duty.pack)
            });
        }
        narrow(&mut inputs, args)?;
        one_unit(args, inputs.portals.len())?;
        let cut = args.folder.as_of.unwrap_or(settled).min(settled);
        let mut report = build(&inputs, period, window, cut);
        report.findings = Some(findings(&store, &report).map_err(|error| failed(&error, lang))?);
        let days = Days::of(
            &inputs,
            Window::new(window.from, report.data_to.max(window.from + 1)),
        );
        Ok((report, days))
    };
    let (report, days) = drawn((subject.period, subject.window))?;
    let mut compared = Vec::with_capacity(2);
    for earlier in subject.compared {
        compared.push(drawn(earlier)?.0);
    }
    let expiring = expiring(&store, &report).map_err(|error| failed(&error, lang))?;
    let issuer = args.folder.issuer();
    let versions = versions(&rules);
    let basis = subject.due.as_ref().and_then(|due| basis(&rules, &due.duty));
    let material = Material {
        report: &report,
        rules: &rules,
        before: compared.first(),
        year_before: compared.get(1),
        expiring: &expiring,
        days: &days,
        due: subject.due.as_ref(),
        basis: basis.as_deref(),
        issuer: &issuer,
        passages: &passages,
        versions: &versions,
        edition: None,
    };
    let document = document(args.folder.kind.unwrap_or(Kind::Consolidated), &material);
    let export = Export::begin(target).map_err(|error| export_failed(&error, lang))?;
    write_forms(args, &export, &document, &report, &layout)?;
    let manifest = Manifest {
        schema: 1,
        key: subject.key,
        window: subject.window,
        data_to: report.data_to,
        portals: args.portals.iter().map(PortalId::to_string).collect(),
        pack: subject.due.map(|due| due.duty.pack.to_string()),
        demo: report.demo,
        data_digest: report.data_digest,
        inventory_version: report.inventory_version,
        rules_version: rules.version,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        files: Vec::new(),
    };
    let manifest = export
        .finish(manifest)
        .map_err(|error| export_failed(&error, lang))?;
    let values = [
        ("count", manifest.files.len().to_string()),
        ("path", target.display().to_string()),
        ("digest", manifest.data_digest.to_string()),
    ];
    writeln!(out, "{}", filled(lang, "edition.cli.written", &values)).map_err(Stop::Output)
}

/// A unit reports on its own portal and on no other.
fn one_unit(args: &Args, portals: usize) -> Result<(), Stop> {
    if args.folder.kind != Some(Kind::Unit) || portals == 1 {
        return Ok(());
    }
    let values = [("count", portals.to_string())];
    Err(Stop::Usage(filled(args.lang, "edition.cli.one_unit", &values)))
}

fn filled(lang: Lang, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fill(lang, key, &values)
}

/// With a duty its window and cut, without one the calendar's period.
fn subject(args: &Args, rules: &Regulations, now: UnixTime) -> Result<Subject, Stop> {
    let Some(id) = &args.folder.duty else {
        let (period, window) = asked(args, now)?;
        let key = args
            .period
            .clone()
            .unwrap_or_else(|| format!("{}--{}", window.from, window.to));
        return Ok(Subject {
            compared: period.compared_with(window),
            period,
            window,
            due: None,
            key,
        });
    };
    let lang = args.lang;
    let Some(duty) = rules.reports.iter().find(|duty| *duty.id == **id) else {
        let known: Vec<&str> = rules.reports.iter().map(|duty| &*duty.id).collect();
        let values = [("duty", id.clone()), ("known", known.join(", "))];
        return Err(Stop::Usage(filled(lang, "edition.cli.unknown_duty", &values)));
    };
    let Some(asked) = &args.period else {
        return Err(Stop::Usage(get(lang, "report.cli.no_period").to_owned()));
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
            ("duty", id.clone()),
            ("period", asked.clone()),
            ("known", known.join(", ")),
        ];
        return Err(Stop::Usage(filled(lang, "edition.cli.no_such_period", &values)));
    };
    let refuse = |error: crate::report::PeriodError| Stop::Usage(error.render(lang));
    has_begun(due.data(), now).map_err(refuse)?;
    let period = |due: &ReportDue| {
        Period::parse(&due.period())
            .map(|(period, _)| period)
            .map_err(refuse)
    };
    Ok(Subject {
        period: period(&due)?,
        window: due.data(),
        compared: [
            earlier(rules, duty, &due, 1)
                .map_or(Ok((Period::Range, Window::new(due.as_of, due.as_of))), |one| {
                    Ok((period(&one)?, one.data()))
                })?,
            earlier(rules, duty, &due, 0)
                .map_or(Ok((Period::Range, Window::new(due.as_of, due.as_of))), |one| {
                    Ok((period(&one)?, one.data()))
                })?,
        ],
        key: due.key(),
        due: Some(due),
    })
}

/// The report one period before (`steps` 1) or of the same period a year before (`steps` 0).
fn earlier(rules: &Regulations, duty: &Arc<ReportDuty>, due: &ReportDue, steps: usize) -> Option<ReportDue> {
    let year = due.window.year;
    let mut known = rules.reports_of_duty(duty, year - 1);
    if steps == 0 {
        return known.into_iter().find(|one| one.window.label == due.window.label);
    }
    known.extend(rules.reports_of_duty(duty, year));
    let own = known.iter().position(|one| one.window == due.window)?;
    known.into_iter().nth(own.checked_sub(steps)?)
}

/// The instrument of a duty as it is cited.
fn basis(rules: &Regulations, duty: &ReportDuty) -> Option<String> {
    let pack = rules.packs.get(&duty.pack)?;
    match pack
        .number
        .as_deref()
        .filter(|number| !pack.title_vi.contains(number))
    {
        Some(number) => Some(fill(
            Lang::Vi,
            "edition.basis.numbered",
            &[("title", &pack.title_vi), ("number", number)],
        )),
        None => Some(pack.title_vi.clone()),
    }
}

fn versions(rules: &Regulations) -> Vec<(String, String)> {
    let named = |key: &str, value: String| (get(Lang::Vi, key).to_owned(), value);
    vec![
        named("edition.version.rules", rules.version.to_string()),
        named("edition.version.program", env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

/// Certificates of the report's portals that end within a period after it.
fn expiring(store: &SqliteStore, report: &Report) -> Result<Vec<Expiring>, crate::store::StoreError> {
    let until = report.data_to + report.window.secs();
    let names: BTreeMap<&PortalId, &str> = report
        .portals
        .iter()
        .map(|portal| (&portal.id, portal.name.as_str()))
        .collect();
    let mut found: BTreeMap<PortalId, UnixTime> = BTreeMap::new();
    for latest in store
        .latest(None)?
        .into_iter()
        .filter(|latest| latest.probe == ProbeKind::Tls)
    {
        let Some(end) = latest.facts.tls.and_then(|tls| tls.not_after) else {
            continue;
        };
        if (report.data_to..until).contains(&end) && names.contains_key(&latest.portal) {
            found.insert(latest.portal, end);
        }
    }
    let mut all: Vec<Expiring> = found
        .into_iter()
        .filter_map(|(portal, not_after)| {
            Some(Expiring {
                portal: (*names.get(&portal)?).to_owned(),
                not_after,
            })
        })
        .collect();
    all.sort_by(|a, b| (a.not_after, &a.portal).cmp(&(b.not_after, &b.portal)));
    Ok(all)
}

fn layout(args: &Args) -> Result<Template, Stop> {
    let Some(path) = &args.folder.template else {
        return Ok(Template::default());
    };
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Template { name, text }),
        Err(error) => {
            let values = [("path", name), ("error", io_told(&error, args.lang))];
            Err(Stop::Usage(filled(args.lang, "edition.cli.unreadable", &values)))
        }
    }
}

fn write_forms(
    args: &Args,
    export: &Export,
    document: &Document,
    report: &Report,
    layout: &Template,
) -> Result<(), Stop> {
    const STEM: &str = "bao-cao";
    let lang = args.lang;
    let mut forms = args.folder.formats.clone();
    if forms.is_empty() {
        forms = vec![Form::Html, Form::Csv, Form::Json];
    }
    forms.sort_unstable();
    forms.dedup();
    let mut wanted = Wanted::default();
    let file = |ending: &str| Some(export.folder().join(STEM).with_extension(ending));
    for form in forms {
        let written = match form {
            Form::Docx => {
                wanted.docx = file("docx");
                continue;
            }
            Form::Pdf => {
                wanted.pdf = file("pdf");
                continue;
            }
            Form::Xlsx => {
                wanted.xlsx = file("xlsx");
                continue;
            }
            Form::Csv => document.sheets.iter().enumerate().try_for_each(|(place, sheet)| {
                export.write(
                    &format!("{STEM}-{}.csv", place + 1),
                    csv(sheet, document.mark.as_deref()).as_bytes(),
                )
            }),
            Form::Json => export.write(&format!("{STEM}.json"), json(report).as_bytes()),
            Form::Html => {
                let html =
                    twin(document, layout).map_err(|error| bad_template(&error, &layout.name, lang))?;
                export.write(&format!("{STEM}.html"), html.as_bytes())
            }
        };
        written.map_err(|error| export_failed(&error, lang))?;
    }
    if wanted == Wanted::default() {
        return Ok(());
    }
    let path = std::env::var_os("PATH");
    let renderer = Renderer::find(args.folder.renderer.as_deref(), path.as_deref());
    renderer
        .and_then(|renderer| renderer.render(document, &wanted))
        .map(drop)
        .map_err(|error| Stop::Failed(error.render(lang)))
}

/// A layout that cannot be used: where, and what it wants.
fn bad_template(error: &minijinja::Error, name: &str, lang: Lang) -> Stop {
    let name = error.name().unwrap_or(name);
    let place = error
        .line()
        .map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
    let key = match error.kind() {
        minijinja::ErrorKind::UndefinedError => "edition.template.missing",
        minijinja::ErrorKind::SyntaxError => "edition.template.syntax",
        _ => "edition.template.other",
    };
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    Stop::Usage(filled(lang, key, &[("place", place), ("detail", detail)]))
}

pub(super) fn export_failed(error: &ExportError, lang: Lang) -> Stop {
    match error {
        ExportError::Exists(path) => {
            let values = [("path", path.display().to_string())];
            Stop::Usage(filled(lang, "edition.cli.exists", &values))
        }
        ExportError::Busy(path) => {
            let values = [("path", path.display().to_string())];
            Stop::Failed(filled(lang, "edition.cli.busy", &values))
        }
        ExportError::Io { path, error } => {
            let values = [
                ("path", path.display().to_string()),
                ("error", io_told(error, lang)),
            ];
            Stop::Failed(filled(lang, "edition.cli.not_written", &values))
        }
    }
}

/// The figures of a folder made anew from the database: the digest that they have now.
pub(super) fn digest_now(
    store: &SqliteStore,
    inventory: &Inventory,
    manifest: &Manifest,
) -> Result<ems_contract::digest::Sha256, crate::store::StoreError> {
    let mut inputs = load(store, inventory, manifest.window)?;
    if let Some(pack) = &manifest.pack {
        inputs
            .portals
            .retain(|input| input.portal.regulations.contains(pack));
    }
    if !manifest.portals.is_empty() {
        inputs
            .portals
            .retain(|input| manifest.portals.iter().any(|id| id == input.portal.id.as_str()));
    }
    let data = Window::new(manifest.window.from, manifest.data_to);
    Ok(inputs.digest(manifest.window, data))
}

#[cfg(test)]
mod tests;
