//! A finished report held against the store: its files by their digests, and every figure that its data hold made anew.
//!
//! Seconds are summed once more from the spans. Verdicts are those that are kept; what they rested on at the instant that
//! the report tells of is judged again from the facts where the same verdict was given since. What this program has no
//! means to make anew is named, and not called good.

mod concluded;
mod frozen;

use std::path::Path;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::inventory::Inventory;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;
use serde_json::Value;

use self::frozen::Frozen;
use crate::dossier::Chronicle;
use crate::judging::Bench;
use crate::regulation::Regulations;
use crate::report::{
    Manifest, VerifyError, compare, earlier_now, figures_now, json, method_now, verify_files,
};
use crate::store::{Store, StoreError};

/// What became of a report.
#[derive(Debug)]
pub struct Verified {
    /// The list of its files.
    pub manifest: Manifest,
    /// Files that are missing, added or changed.
    pub files: Vec<String>,
    /// The digest of its data now, where it is another; nothing in it where the data cannot be had.
    pub data: Option<Option<Sha256>>,
    /// The digest of what was concluded and entered, where it is another though no figure is.
    pub findings: Option<Sha256>,
    /// Earlier stretches beside its figures whose data are others now: the stretch, the digest then and now.
    pub compared: Vec<(Window, Sha256, Sha256)>,
    /// Figures that differ: place, then, now.
    pub figures: Vec<(String, String, String)>,
    /// Verdicts that are kept and come out otherwise when they are judged again.
    pub rejudged: Vec<Otherwise>,
    /// What was not made anew.
    pub beyond: Vec<Beyond>,
}

impl Verified {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.files.is_empty()
            && self.data.is_none()
            && self.findings.is_none()
            && self.compared.is_empty()
            && self.figures.is_empty()
            && self.rejudged.is_empty()
    }
}

/// A verdict that comes out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otherwise {
    /// Of which portal.
    pub portal: PortalId,
    /// On which obligation.
    pub obligation: String,
    /// For which day.
    pub day: Date,
    /// As kept.
    pub kept: crate::judge::Value,
    /// Judged again; absent when it does not bind any more.
    pub now: Option<crate::judge::Value>,
}

/// What was not made anew, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beyond {
    /// The inventory that it was made with was never in force here.
    Inventory,
    /// The folder has no figures as data, or such as cannot be read: digests alone were compared.
    NoFigures,
    /// Figures were made by another method: digests alone were compared.
    Method,
    /// The data are of an earlier program and do not hold figures of checks and registers.
    Registers,
    /// What so many conclusions rested on was judged by other rules or another method.
    Details(usize),
    /// Certificates that end soon, and items in time of the periods compared: read from the newest facts when it was made.
    Newest,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] VerifyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Holds the folder of a report against the store, as of `now`.
///
/// # Errors
/// When the folder is none or the store cannot be read.
pub fn verify(
    folder: &Path,
    store: &dyn Store,
    rules: &Regulations,
    now: UnixTime,
) -> Result<Verified, NotVerified> {
    let (manifest, files) = verify_files(folder)?;
    let mut verified = Verified {
        files,
        data: None,
        findings: None,
        compared: Vec::new(),
        figures: Vec::new(),
        rejudged: Vec::new(),
        beyond: Vec::new(),
        manifest,
    };
    let Some(inventory) = of_version(store, &verified.manifest.inventory_version)? else {
        verified.data = Some(None);
        verified.beyond.push(Beyond::Inventory);
        return Ok(verified);
    };
    let report = figures_now(store, &inventory, &verified.manifest)?;
    if report.data_digest != verified.manifest.data_digest {
        verified.data = Some(Some(report.data_digest));
    }
    for earlier in &verified.manifest.compared {
        let found = earlier_now(store, &inventory, &verified.manifest, earlier)?.data_digest;
        if found != earlier.data_digest {
            verified
                .compared
                .push((earlier.window, earlier.data_digest, found));
        }
    }
    let figures = std::fs::read(folder.join("bao-cao.json")).ok();
    let Some(then) = figures.and_then(|text| serde_json::from_slice::<Value>(&text).ok()) else {
        verified.beyond.push(Beyond::NoFigures);
        return Ok(verified);
    };
    let chronicle = Chronicle::load(store, now)?;
    let bench = Bench {
        store,
        rules,
        chronicle: &chronicle,
        now,
    };
    let mut frozen = Frozen::of(then);
    let found = concluded::concluded(&bench, &report, &frozen)?;
    let mut report = report;
    let digest = found.findings.digest();
    report.findings = frozen.concludes().then_some(found.findings);
    let mut anew: Value = serde_json::from_str(&json(&report)).unwrap_or_default();
    if verified.manifest.method != method_now() {
        verified.beyond.push(Beyond::Method);
        frozen.keep_findings_alone(&mut anew);
    }
    if frozen.concludes() && !frozen.sums() {
        verified.beyond.push(Beyond::Registers);
    }
    if !found.untold.is_empty() {
        verified.beyond.push(Beyond::Details(found.untold.len()));
    }
    frozen.leave_out(&mut anew, &found.untold);
    verified.beyond.push(Beyond::Newest);
    verified.figures = compare(frozen.value(), &anew);
    verified.rejudged = found.otherwise;
    let whole = verified.figures.is_empty() && found.untold.is_empty();
    let then = verified.manifest.findings_digest.filter(|_| whole);
    verified.findings = then.filter(|then| *then != digest).map(|_| digest);
    Ok(verified)
}

/// The inventory that a report was made with, if it was ever in force here.
fn of_version(store: &dyn Store, version: &Sha256) -> Result<Option<Inventory>, StoreError> {
    let ever = Window::new(UnixTime::from_secs(0), UnixTime::from_secs(i64::MAX));
    let records = store.inventories(ever)?;
    Ok(records
        .iter()
        .rev()
        .filter(|record| record.version == *version)
        .find_map(|record| serde_json::from_str(&record.json).ok()))
}
