//! Reading an inventory: `targets.yaml`, the files it includes, every error at once.

use std::path::{Path, PathBuf};

use super::check::{self, Draft};
use super::defaults::{Defaults, Written};
use super::include;
use super::model::{Inventory, Maintenance};
use super::parts::written_id;
use super::portal::{self, PortalDraft};
use super::registration;
use super::vantage;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place, has_errors};
use crate::id::{NetworkId, PortalId};
use crate::yaml::{self, Item, Map, Tree};

/// What reading came to.
#[derive(Debug)]
pub struct Loaded {
    /// The inventory, unless there was an error.
    pub inventory: Option<Inventory>,
    /// Everything that is wrong or looks wrong, by file, line and column.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read and the folders that were searched: a change of any of them is a reason to load
    /// again. Never empty.
    pub watched: Vec<PathBuf>,
    /// Maintenance with the places where it is written, for what only those can tell who know the law and the clock.
    pub maintenance: Vec<WrittenStop>,
}

/// A window of maintenance and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenStop {
    /// Of which portal.
    pub portal: PortalId,
    /// The window.
    pub stop: Maintenance,
    /// Where.
    pub place: Place,
    /// Its key path, such as `portals[3].maintenance[0]`.
    pub path: String,
}

/// Reads the inventory of which `path` is the main file. Never fails as a whole: what could be understood has its
/// diagnostics, what could not has its reason.
#[must_use]
pub fn load(path: &Path) -> Loaded {
    let found = Diagnostics::default();
    let (mut watched, mut maintenance) = (vec![path.to_owned()], Vec::new());
    let inventory = read(path, &found, &mut watched, &mut maintenance);
    let diagnostics = found.into_vec();
    Loaded {
        inventory: inventory.filter(|_| !has_errors(&diagnostics)),
        diagnostics,
        watched,
        maintenance,
    }
}

fn read(
    path: &Path,
    found: &Diagnostics,
    watched: &mut Vec<PathBuf>,
    maintenance: &mut Vec<WrittenStop>,
) -> Option<Inventory> {
    let root = yaml::read_file(path, found)?;
    let mut map = root.root(found).map()?;
    let included = map
        .optional("include", |at| include::expand(at, path))
        .unwrap_or_default();
    watched.extend(included.files.iter().cloned());
    watched.extend(included.folders);
    let trees: Vec<Option<Tree>> = included
        .files
        .iter()
        .map(|file| yaml::read_file(file, found))
        .collect();
    let whole = root.is_whole() && trees.iter().all(|tree| tree.as_ref().is_some_and(Tree::is_whole));

    let defaults = map.optional("defaults", Defaults::block).unwrap_or_default();
    let contact = map.required("contact", contact);
    let networks = map.optional("networks", |at| {
        Some(at.list_of(|id| written_id::<NetworkId>(&id)))
    });
    let domains = map.optional("domains", |at| {
        Some(at.list_of(|domain| registration::domain(&domain)))
    });
    let agents_at = map.get("agents");
    let references_at = map.get("references");
    let limits_at = map.get("limits");
    let mut portals = portals(&mut map, &defaults);
    let top = map.item().clone();
    map.finish();
    for tree in trees.iter().flatten() {
        portals.extend(unit_file(&tree.root(found), &defaults));
    }

    let draft = Draft {
        agents: agents_at
            .iter()
            .flat_map(|at| at.list_of(|a| vantage::agent(&a)))
            .collect(),
        references: references_at
            .iter()
            .flat_map(|at| at.list_of(|item| Some(vantage::reference(&item))))
            .collect(),
        limits: limits_at.as_ref().and_then(vantage::limits).unwrap_or_default(),
        agents_at: agents_at.unwrap_or_else(|| top.clone()),
        references_at: references_at.unwrap_or_else(|| top.clone()),
        top,
        networks,
        domains,
        portals,
        whole,
    };
    check::all(&draft);
    maintenance.extend(draft.portals.iter().flat_map(stops));
    let references = draft.references.into_iter().flatten().collect();
    let agents = draft.agents.into_iter().filter_map(|draft| draft.agent).collect();
    let portals = draft
        .portals
        .into_iter()
        .filter_map(|draft| draft.portal)
        .collect();
    let domains = draft
        .domains
        .into_iter()
        .flatten()
        .filter_map(|draft| draft.domain)
        .collect();
    let inventory = Inventory::new(portals, agents, references, draft.limits, contact?);
    Some(inventory.with_domains(domains))
}

/// The maintenance of a portal with its places.
fn stops(draft: &PortalDraft<'_>) -> Vec<WrittenStop> {
    let Some(portal) = &draft.portal else {
        return Vec::new();
    };
    let stop = |written: &Written<'_, Maintenance>| WrittenStop {
        portal: portal.id.clone(),
        stop: written.value.clone(),
        place: written.at.place(),
        path: written.at.path().to_owned(),
    };
    draft.maintenance.iter().map(stop).collect()
}

/// A file of one or a few units: `portals:`, and `defaults:` for them.
fn unit_file<'t>(item: &Item<'t>, base: &Defaults<'t>) -> Vec<PortalDraft<'t>> {
    let Some(mut map) = item.map() else {
        return Vec::new();
    };
    let own = map.optional("defaults", Defaults::block).unwrap_or_default();
    if map.get("portals").is_none() {
        map.missing("portals");
    }
    let portals = portals(&mut map, &own.over(base));
    map.finish();
    portals
}

fn portals<'t>(map: &mut Map<'t>, defaults: &Defaults<'t>) -> Vec<PortalDraft<'t>> {
    let list = map.optional("portals", |at| {
        Some(at.list_of(|item| portal::read(&item, defaults)))
    });
    list.unwrap_or_default()
}

/// How a portal's technician reaches those who measure. It travels in the User-Agent header: visible ASCII only.
fn contact(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let sendable = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !text.contains(['(', ')']);
    let reachable = text.contains('@') || text.contains("://");
    if !sendable || !reachable {
        item.error(Message::new("inventory.contact.header").with("value", text));
        return None;
    }
    Some(text)
}
