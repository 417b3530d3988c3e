//! One pack file.

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::{Diagnostics, Message};
use ems_contract::digest::Sha256;
use ems_contract::inventory::Level;
use ems_contract::yaml::{Item, Map};

use super::obligation::{obligation, role};
use super::value::{article, date, id, required_texts, span, validity};
use super::{file, rows};
use crate::regulation::model::{
    Incorporation, LevelBound, MissingSource, Pack, Role, SourceDefect, Territory,
};
use crate::regulation::names::{PackStatus, Rank, ReferenceMode};

/// Reads one pack. Rows that cannot be read are noted and left out.
pub(crate) fn pack(path: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Pack> {
    file(path, text, found, |map| {
        let head = map.required("pack", |item| head(item, path));
        let incorporates = rows(map, "incorporates", |item| incorporation(&item));
        let roles = rows(map, "roles", |item| holder(&item));
        let levels = map.required("levels", levels);
        let obligations = rows(map, "obligations", |item| obligation(&item));
        let head = head?;
        Some(Pack {
            version: Sha256::of(text.as_bytes()).short(),
            incorporates: incorporates?,
            roles: roles?,
            levels: levels?,
            obligations: obligations?,
            ..head
        })
    })
}

fn head(item: &Item<'_>, path: &Path) -> Option<Pack> {
    let mut map = item.map()?;
    let id = map.required("id", |item| {
        let id = id(item)?;
        if path.file_stem().and_then(|stem| stem.to_str()) != Some(&*id) {
            item.error(Message::new("law.pack_file").with("id", &id));
        }
        Some(id)
    });
    let title_vi = map.required("title_vi", Item::text);
    let number = map.nullable("number", Item::text).flatten();
    let issued = map.nullable("issued", date).flatten();
    let validity = span(&mut map, "effective_from", "effective_to");
    let status = map.required("status", |item| item.choice(PackStatus::ALL, PackStatus::as_str));
    let rank = map.required("rank", |item| item.choice(Rank::ALL, Rank::as_str));
    let enforceable = map.required("enforceable", Item::boolean);
    let reference_mode = map.required("reference_mode", reference);
    let replaces = required_texts(&mut map, "replaces");
    let territory = rows(&mut map, "territory", |item| territory(&item));
    let sources = rows(&mut map, "sources", |item| source(&item));
    let missing_sources = rows(&mut map, "missing_sources", |item| missing(&item));
    let source_defects = rows(&mut map, "source_defects", |item| defect(&item));
    let notes = map.nullable("notes", Item::text).flatten();
    draft(&map, status, enforceable, validity.from.is_some());
    map.finish();
    Some(Pack {
        id: id?,
        version: String::new(),
        title_vi: title_vi?,
        number,
        issued,
        validity,
        status: status?,
        rank: rank?,
        enforceable: enforceable?,
        reference_mode: reference_mode?,
        replaces,
        territory: territory?,
        sources: sources?,
        missing_sources: missing_sources?,
        source_defects: source_defects?,
        notes,
        incorporates: Vec::new(),
        roles: Vec::new(),
        levels: Vec::new(),
        obligations: Vec::new(),
    })
}

/// A draft has no days and binds nobody; anything else has a first day.
fn draft(map: &Map<'_>, status: Option<PackStatus>, enforceable: Option<bool>, dated: bool) {
    match status {
        Some(PackStatus::Draft) if dated || enforceable == Some(true) => {
            map.item().error(Message::new("law.draft_in_force"));
        }
        Some(PackStatus::InForce | PackStatus::Historical) if !dated => {
            map.item().error(Message::new("law.undated"));
        }
        _ => {}
    }
}

fn reference(item: &Item<'_>) -> Option<ReferenceMode> {
    item.choice(ReferenceMode::ALL, ReferenceMode::as_str)
}

fn territory(item: &Item<'_>) -> Option<Territory> {
    let mut map = item.map()?;
    let unit = map.required("unit", Item::text);
    let validity = validity(&mut map);
    let note = map.nullable("note", Item::text).flatten();
    map.finish();
    Some(Territory {
        unit: unit?,
        validity,
        note,
    })
}

fn source(item: &Item<'_>) -> Option<(String, String)> {
    let mut map = item.map()?;
    let file = map.required("file", Item::text);
    let sha256 = map.required("sha256", Item::text);
    map.finish();
    Some((file?, sha256?))
}

fn missing(item: &Item<'_>) -> Option<MissingSource> {
    let mut map = item.map()?;
    let id = map.required("id", id);
    let title_vi = map.required("title_vi", Item::text);
    let effect = map.required("effect", Item::text);
    map.finish();
    Some(MissingSource {
        id: id?,
        title_vi: title_vi?,
        effect: effect?,
    })
}

fn defect(item: &Item<'_>) -> Option<SourceDefect> {
    let mut map = item.map()?;
    let id = map.required("id", id);
    let article = map.required("article", article);
    let defect = map.required("defect", Item::text);
    let reading = map.required("reading", Item::text);
    map.finish();
    Some(SourceDefect {
        id: id?,
        article: article?,
        defect: defect?,
        reading: reading?,
    })
}

fn incorporation(item: &Item<'_>) -> Option<Incorporation> {
    let mut map = item.map()?;
    let pack = map.nullable("pack", id).flatten();
    let source = map.required("source", id);
    let articles = map.required("articles", Item::text);
    let mode = map.required("mode", reference);
    let banner = map.required("banner", Item::boolean);
    let via = map.required("via", id);
    map.finish();
    Some(Incorporation {
        pack,
        source: source?,
        articles: articles?,
        mode: mode?,
        banner: banner?,
        via: via?,
    })
}

fn holder(item: &Item<'_>) -> Option<Role> {
    let mut map = item.map()?;
    let role = map.required("role", role);
    let body = map.required("body", Item::text);
    let body_id = map.required("body_id", id);
    let validity = validity(&mut map);
    map.finish();
    Some(Role {
        role: role?,
        body: body?,
        body_id: body_id?,
        validity,
    })
}

/// All five levels, each bound or not.
fn levels(item: &Item<'_>) -> Option<Vec<LevelBound>> {
    let mut map = item.map()?;
    let mut bounds = Vec::new();
    for level in Level::ALL {
        bounds.extend(map.required(level.as_str(), |item| {
            let mut map = item.map()?;
            let bound = map.required("bound", Item::boolean);
            let validity = validity(&mut map);
            map.finish();
            Some(LevelBound {
                level: *level,
                bound: bound?,
                validity,
            })
        }));
    }
    map.finish();
    Some(bounds)
}
