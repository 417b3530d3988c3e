//! One report drawn from the store: its figures, its words, and what they rest on.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::document::Document;
use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde::{Deserialize, Serialize};

use super::Beside;
use super::build::{METHOD, build};
use super::contents::{Days, Issuer, Kind, Material, Revision, document, period_words_of};
use super::export::{Earlier, Manifest};
use super::findings::Findings;
use super::frame::{Frame, bound_by, take_out};
use super::inputs::PortalInput;
use super::load::load;
use super::model::Report;
use super::period::Period;
use super::subject::Subject;
use super::templates::{TemplateFaults, Templates};
use crate::regulation::{Regulations, ReportDuty};
use crate::store::{Store, StoreError};

/// Where a report comes from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The data.
    pub store: &'a dyn Store,
    /// The inventory that names the portals.
    pub inventory: &'a Inventory,
    /// The rules.
    pub rules: &'a Regulations,
}

/// How it is wanted.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Which text.
    pub kind: Kind,
    /// These portals only; empty for all.
    pub portals: &'a [PortalId],
    /// Who writes.
    pub issuer: &'a Issuer,
    /// The operator's own words.
    pub templates: &'a Templates,
    /// What people wrote.
    pub passages: &'a BTreeMap<String, String>,
    /// Number of the edition; absent in a draft.
    pub edition: Option<u32>,
    /// What became of the edition before, and what units contest.
    pub revision: &'a Revision,
    /// Time that officials took out of the adjusted account when they accepted what a unit contested.
    pub excluded: &'a [Excluded],
}

/// Time of a portal that is left out of its adjusted figures by a decision; the statutory figures keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// Whose.
    pub portal: PortalId,
    /// Which.
    pub window: Window,
    /// Who decided.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// A report that is not written yet.
#[derive(Debug)]
pub struct Drawn {
    /// The words.
    pub document: Document,
    /// The figures.
    pub report: Report,
    /// What they rest on; without files.
    pub manifest: Manifest,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A unit reports on its own portal and on no other: how many it would be.
    #[error("a unit reports on one portal, not on {0}")]
    NotOneUnit(usize),
    /// The operator's own words.
    #[error(transparent)]
    Templates(#[from] TemplateFaults),
    /// A portal that the report is not about.
    #[error("no portal `{wanted}` in this report")]
    UnknownPortal {
        /// What was asked for.
        wanted: PortalId,
        /// The portals that there are.
        known: Vec<PortalId>,
    },
}

/// Draws a report. The same data, rules and order give the same report.
///
/// # Errors
/// [`DrawError`].
pub fn draw(frame: &Frame<'_>, order: &Order<'_>) -> Result<Drawn, DrawError> {
    let (source, subject) = (frame.source, &frame.subject);
    let beside = [frame.beside(1, order.portals), frame.beside(2, order.portals)];
    let (report, inputs) = frame.report(0, order, order.portals)?;
    let to = report.data_to.max(report.window.from + 1);
    let days = Days::of(&inputs, Window::new(report.window.from, to));
    // Of one portal the figures before may be those of the portal that it took over from.
    let earlier = |place: usize| match &beside[place - 1] {
        Beside::Predecessor(portal) => frame.report(place, order, std::slice::from_ref(portal)),
        _ => frame.report(place, order, order.portals),
    };
    let [(before, _), (year_before, _)] = [earlier(1)?, earlier(2)?];
    let expiring = frame.expiring(&report);
    let versions = versions(source.rules, order.templates);
    let basis = subject.duty().and_then(|duty| basis(source.rules, duty));
    let material = Material {
        report: &report,
        rules: source.rules,
        before: Some(&before),
        year_before: Some(&year_before),
        beside: &beside,
        expiring: &expiring,
        days: &days,
        due: subject.due.as_ref(),
        basis: basis.as_deref(),
        issuer: order.issuer,
        passages: order.passages,
        versions: &versions,
        edition: order.edition,
        revision: order.revision,
    };
    let mut document = document(order.kind, &material);
    let period = period_words_of(&report, subject.due.as_ref());
    let words = (&*period, order.passages);
    order
        .templates
        .reword(order.kind, &mut document, &report, words)?;
    Ok(Drawn {
        manifest: manifest(
            source.rules,
            subject,
            order,
            &report,
            &[(&before, &beside[0]), (&year_before, &beside[1])],
        ),
        document,
        report,
    })
}

fn manifest(
    rules: &Regulations,
    subject: &Subject,
    order: &Order<'_>,
    report: &Report,
    earlier: &[(&Report, &Beside)],
) -> Manifest {
    let (first, last) = (report.window.from.zoned().date(), report.data_to.zoned().date());
    let packs = rules.packs.iter().filter(|(id, _)| match subject.duty() {
        Some(duty) => **id == duty.pack,
        None => true,
    });
    Manifest {
        schema: 1,
        key: subject.key.clone(),
        edition: order.edition,
        window: subject.window,
        data_to: report.data_to,
        portals: order.portals.iter().map(PortalId::to_string).collect(),
        pack: subject.duty().map(|duty| duty.pack.to_string()),
        demo: report.demo,
        excluded: order.excluded.to_vec(),
        data_digest: report.data_digest,
        findings_digest: report.findings.as_ref().map(Findings::digest),
        compared: earlier
            .iter()
            .filter(|(report, _)| !report.window.is_empty())
            .map(|(report, beside)| Earlier {
                window: report.window,
                data_to: report.data_to,
                portal: match beside {
                    Beside::Predecessor(portal) => Some(portal.to_string()),
                    _ => None,
                },
                data_digest: report.data_digest,
            })
            .collect(),
        inventory_version: report.inventory_version,
        rules_version: rules.version,
        packs: packs
            .map(|(id, pack)| (id.to_string(), pack.version.clone()))
            .collect(),
        calendar: rules.calendar.versions(first, last),
        templates: order.templates.digest,
        method: method_now(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        files: Vec::new(),
    }
}

/// The digest of how figures are made: of the sentences that say it.
#[must_use]
pub fn method_now() -> Sha256 {
    let sentences: Vec<&[u8]> = METHOD.iter().map(|key| get(Lang::Vi, key).as_bytes()).collect();
    Sha256::of_list(&sentences)
}

/// The figures of a finished report made anew from the store, without what was concluded and entered.
///
/// # Errors
/// When the store cannot be read.
pub fn figures_now(
    store: &dyn Store,
    inventory: &Inventory,
    manifest: &Manifest,
) -> Result<Report, StoreError> {
    let wanted =
        |id: &PortalId| manifest.portals.is_empty() || manifest.portals.iter().any(|one| one == id.as_str());
    let pack = manifest.pack.as_deref();
    anew(
        store,
        inventory,
        manifest,
        pack,
        (manifest.window, manifest.data_to),
        &wanted,
    )
}

/// The same of an earlier stretch that stands beside them.
///
/// # Errors
/// When the store cannot be read.
pub fn earlier_now(
    store: &dyn Store,
    inventory: &Inventory,
    manifest: &Manifest,
    earlier: &Earlier,
) -> Result<Report, StoreError> {
    let stretch = (earlier.window, earlier.data_to);
    let Some(portal) = &earlier.portal else {
        let manifest = Manifest {
            window: earlier.window,
            data_to: earlier.data_to,
            ..manifest.clone()
        };
        return figures_now(store, inventory, &manifest);
    };
    // A portal that was taken over may have been bound by another text.
    anew(store, inventory, manifest, None, stretch, &|id| {
        id.as_str() == portal
    })
}

fn anew(
    store: &dyn Store,
    inventory: &Inventory,
    manifest: &Manifest,
    pack: Option<&str>,
    (window, data_to): (Window, UnixTime),
    wanted: &dyn Fn(&PortalId) -> bool,
) -> Result<Report, StoreError> {
    let mut inputs = load(store, inventory, window)?;
    let kept = |input: &PortalInput| bound_by(input, pack) && wanted(&input.portal.id);
    inputs.portals.retain(kept);
    take_out(&mut inputs.portals, &manifest.excluded);
    Ok(build(&inputs, Period::Range, window, data_to))
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

fn versions(rules: &Regulations, templates: &Templates) -> Vec<(String, String)> {
    let named = |key: &str, value: String| (get(Lang::Vi, key).to_owned(), value);
    let mut all = vec![
        named("edition.version.rules", rules.version.to_string()),
        named("edition.version.program", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let own = templates.digest.map(|digest| digest.to_string());
    all.extend(own.map(|digest| named("edition.version.templates", digest)));
    all
}
