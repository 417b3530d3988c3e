//! Who has how much to do: the bodies answerable for portals, worst first.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::id::PortalId;
use ems_contract::inventory::Level;
use ems_contract::text::{Lang, fill, get};
use serde::Serialize;

use super::Look;
use super::compliance::{Choice, query};
use super::work::since;
use crate::digest::{Load, Owner};
use crate::locale;

/// What the list is made of.
#[derive(Clone, Copy)]
pub struct OwnersData<'a> {
    /// All bodies.
    pub owners: &'a [Owner<'a>],
    /// What there is to do on each portal.
    pub loads: &'a BTreeMap<PortalId, Load>,
    /// The portals of which anything is known.
    pub decided: &'a BTreeSet<PortalId>,
    /// Bodies of this level only.
    pub level: Option<Level>,
    /// The portals that the reader speaks for.
    pub own: &'a [PortalId],
}

/// The list.
#[derive(Debug, Serialize)]
pub struct OwnersPage {
    /// How much there is to do, in words.
    pub sentence: String,
    /// Choices of level.
    pub levels: Vec<Choice>,
    /// The bodies that the reader speaks for.
    pub own: Vec<OwnerRow>,
    /// The bodies with something to do, worst first.
    pub rows: Vec<OwnerRow>,
    /// Those without, by their newest results.
    pub clear: Vec<OwnerRow>,
    /// Those of which nothing is known.
    pub never: Vec<OwnerRow>,
}

/// One body.
#[derive(Debug, Serialize)]
pub struct OwnerRow {
    /// The portal that stands for it in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The body above it, where another one has the same name.
    pub place: Option<String>,
    /// Its level in words.
    pub level: String,
    /// Its measured portals.
    pub portals: usize,
    /// That nothing is known of some of them.
    pub unjudged: Option<String>,
    /// Broken, in numbers.
    pub fails: usize,
    /// Warnings, in numbers.
    pub warns: usize,
    /// Since when the oldest task lasts.
    pub oldest: String,
}

/// A body with what it has to do.
struct Loaded<'a> {
    owner: &'a Owner<'a>,
    level: Level,
    load: Load,
    never: usize,
}

/// Makes the list. Bodies without a measured portal are left out.
#[must_use]
pub fn owners(look: Look<'_>, data: OwnersData<'_>) -> OwnersPage {
    let lang = look.lang;
    let mut all: Vec<Loaded<'_>> = data
        .owners
        .iter()
        .filter_map(|owner| loaded(owner, data))
        .collect();
    all.sort_by_cached_key(|one| (one.load.rank(), one.owner.name.to_owned()));
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &all {
        *names.entry(one.owner.name).or_default() += 1;
    }
    let row = |one: &Loaded<'_>| {
        let twice = names.get(one.owner.name).is_some_and(|count| *count > 1);
        let place = one.owner.above.filter(|_| twice);
        OwnerRow {
            id: one.owner.head.id.to_string(),
            name: one.owner.name.to_owned(),
            place: place.map(|above| above.owner.clone()),
            level: get(lang, &format!("level.{}", one.level)).to_owned(),
            portals: one.owner.measured.len(),
            unjudged: (one.never > 0 && one.never < one.owner.measured.len()).then(|| {
                let count = locale::count(one.never as u64, lang);
                fill(lang, "digest.owners.unjudged", &[("count", &count)])
            }),
            fails: one.load.fails,
            warns: one.load.warns,
            oldest: since(one.load, lang),
        }
    };
    let mine = |one: &&Loaded<'_>| data.own.iter().any(|portal| one.owner.has(portal));
    let own = all.iter().filter(mine).map(&row).collect();
    let levels = levels(&all, data.level, lang);
    all.retain(|one| data.level.is_none_or(|level| one.level == level));
    let mut page = OwnersPage {
        sentence: sentence(&all, lang),
        levels,
        own,
        rows: Vec::new(),
        clear: Vec::new(),
        never: Vec::new(),
    };
    for one in &all {
        let place = if one.load.count() > 0 {
            &mut page.rows
        } else if one.never < one.owner.measured.len() {
            &mut page.clear
        } else {
            &mut page.never
        };
        place.push(row(one));
    }
    page
}

fn loaded<'a>(owner: &'a Owner<'a>, data: OwnersData<'_>) -> Option<Loaded<'a>> {
    let known = |id: &PortalId| data.decided.contains(id);
    let loads = owner
        .measured
        .iter()
        .filter_map(|portal| data.loads.get(&portal.id));
    Some(Loaded {
        owner,
        level: owner.measured.iter().map(|portal| portal.level).min()?,
        load: loads.copied().fold(Load::default(), Load::and),
        never: owner.measured.iter().filter(|portal| !known(&portal.id)).count(),
    })
}

/// `12 đơn vị có việc cần làm: 40 việc chưa đạt, 9 việc cần lưu ý.`
fn sentence(all: &[Loaded<'_>], lang: Lang) -> String {
    let sum = all.iter().map(|one| one.load).fold(Load::default(), Load::and);
    let busy = all.iter().filter(|one| one.load.count() > 0).count();
    let count = |number: usize| locale::count(number as u64, lang);
    fill(
        lang,
        "digest.owners.sum",
        &[
            ("busy", &count(busy)),
            ("all", &count(all.len())),
            ("fails", &count(sum.fails)),
            ("warns", &count(sum.warns)),
        ],
    )
}

/// The levels that there are, each with its bodies that have something to do.
fn levels(all: &[Loaded<'_>], chosen: Option<Level>, lang: Lang) -> Vec<Choice> {
    let busy = |level: Option<Level>| {
        let of_level = all
            .iter()
            .filter(|one| level.is_none_or(|level| one.level == level));
        let busy = of_level.filter(|one| one.load.count() > 0).count();
        Some(u32::try_from(busy).unwrap_or(u32::MAX))
    };
    let choice = |level: Option<Level>, text: &str| Choice {
        text: text.to_owned(),
        count: busy(level),
        query: query(&[("level", level.map(Level::as_str))], lang),
        chosen: chosen == level,
    };
    let there = Level::ALL
        .iter()
        .copied()
        .filter(|level| all.iter().any(|one| one.level == *level));
    std::iter::once(choice(None, get(lang, "console.compliance.all")))
        .chain(there.map(|level| choice(Some(level), get(lang, &format!("level.{level}")))))
        .collect()
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::Inventory;

    use super::*;
    use crate::digest;
    use crate::testing::{at, inventory, portal};

    fn page(all: &Inventory, fails: &[(&str, usize)], decided: &[&str], own: &[&str]) -> OwnersPage {
        let loads: BTreeMap<PortalId, Load> = fails
            .iter()
            .map(|(id, fails)| {
                let load = Load {
                    fails: *fails,
                    ..Load::default()
                };
                (portal(id), load)
            })
            .collect();
        let data = OwnersData {
            owners: &digest::owners(all, at(0)),
            loads: &loads,
            decided: &decided.iter().map(|id| portal(id)).collect(),
            level: None,
            own: &own.iter().map(|id| portal(id)).collect::<Vec<_>>(),
        };
        let look = Look {
            lang: Lang::Vi,
            now: at(0),
            path: "/work",
        };
        owners(look, data)
    }

    fn ids(rows: &[OwnerRow]) -> Vec<&str> {
        rows.iter().map(|row| &*row.id).collect()
    }

    #[test]
    fn units_of_one_name_are_told_apart_by_the_body_above_them() {
        let mut all = inventory(&["ag", "ct", "ag-syt", "ct-syt"]);
        for (portal, (owner, parent)) in all.portals.iter_mut().zip([
            ("UBND tỉnh An Giang", None),
            ("UBND thành phố Cần Thơ", None),
            ("Sở Y tế", Some("ag")),
            ("Sở Y tế", Some("ct")),
        ]) {
            portal.owner = owner.into();
            portal.parent = parent.map(crate::testing::portal);
        }
        let fails = [("ag-syt", 1), ("ct-syt", 3), ("ag", 2)];
        let page = page(&all, &fails, &["ag", "ct", "ag-syt", "ct-syt"], &["ag-syt"]);
        assert_eq!(ids(&page.rows), ["ct-syt", "ag", "ag-syt"]);
        let places: Vec<Option<&str>> = page.rows.iter().map(|row| row.place.as_deref()).collect();
        let wanted = [Some("UBND thành phố Cần Thơ"), None, Some("UBND tỉnh An Giang")];
        assert_eq!(places, wanted);
        assert_eq!((ids(&page.own), ids(&page.clear)), (vec!["ag-syt"], vec!["ct"]));
    }

    #[test]
    fn a_unit_of_which_nothing_was_decided_is_not_said_to_have_nothing_to_do() {
        let mut all = inventory(&["p1", "p2", "p3"]);
        all.portals[2].owner = "Sở Nội vụ".into();
        let page = page(&all, &[], &["p1"], &[]);
        assert_eq!((ids(&page.clear), ids(&page.never)), (vec!["p1"], vec!["p3"]));
        let told: Vec<Option<&str>> = [&page.clear[0], &page.never[0]]
            .map(|row| row.unjudged.as_deref())
            .into();
        assert_eq!(told, [Some("1 cổng chưa có kết luận"), None]);
    }
}
