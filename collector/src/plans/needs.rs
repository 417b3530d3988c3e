//! Which sections are looked for on a portal, and how often its pages have to be read. Pure.

use std::collections::BTreeSet;

use ems_contract::inventory::Portal;
use jiff::civil::Date;

use crate::calendar::civil;
use crate::regulation::Regulations;

/// Terms of up to two working days want several looks a day.
const OFTEN_S: u32 = 2 * 3_600;
/// Longer terms want some looks a day.
const TERM_S: u32 = 6 * 3_600;
/// What has no term is read once a day.
const SELDOM_S: u32 = 24 * 3_600;

/// Checks whose terms are longer than two working days.
const LONGER: &[&str] = &[
    "fresh-quy-hoach",
    "fresh-de-tai-khoa-hoc",
    "fresh-thong-ke",
    "fresh-cong-bao",
    "fresh-pho-bien-phap-luat",
    "fresh-bao-cao-tai-chinh",
    "qa-answer-deadline",
];

/// What is read on a portal's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    /// Sections to look for, by id.
    pub(super) sections: Vec<String>,
    /// Seconds between visits.
    pub(super) every_s: u32,
}

/// The sections that make sense on the portal's level, those that its packs name for it and those that the operator
/// mapped; read as often as the shortest of its terms wants.
pub(super) fn of(portal: &Portal, law: &Regulations, day: Date) -> Need {
    let level = portal.level_at(civil::start_of(day));
    let rows = portal
        .regulations
        .iter()
        .filter_map(|id| law.packs.get(id.as_str()))
        .filter(|pack| pack.binds(level, day))
        .flat_map(|pack| &pack.obligations)
        .filter(|row| row.validity.holds(day) && row.who.levels.contains(&level));
    let mut every_s = SELDOM_S;
    let mut sections: BTreeSet<String> = portal.sections.keys().cloned().collect();
    let on_level = law
        .sections
        .iter()
        .filter(|section| section.levels.contains(&level));
    sections.extend(on_level.map(|section| section.id.to_string()));
    for check in rows.flat_map(|row| &row.checks) {
        if let Some(section) = check.strip_prefix("section-")
            && law.section(section).is_some()
        {
            sections.insert(section.to_owned());
        }
        every_s = every_s.min(every(check));
    }
    Need {
        sections: sections.into_iter().collect(),
        every_s,
    }
}

fn every(check: &str) -> u32 {
    if LONGER.contains(&check) {
        TERM_S
    } else if check.starts_with("fresh-") {
        OFTEN_S
    } else {
        SELDOM_S
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::Level;
    use jiff::civil::date;

    use super::*;
    use crate::testing::inventory;

    fn need(packs: &[&str], level: Level, mapped: &[&str]) -> Need {
        let mut portal = inventory(&["p"]).portals.remove(0);
        portal.regulations = packs.iter().map(|pack| (*pack).to_owned()).collect();
        portal.level = level;
        portal.sections = mapped
            .iter()
            .map(|id| ((*id).to_owned(), portal.url.clone()))
            .collect();
        of(&portal, &Regulations::embedded().unwrap(), date(2026, 11, 29))
    }

    #[test]
    fn terms_of_a_pack_make_the_rhythm_and_no_pack_makes_it_daily() {
        let bound = need(&["quang-ngai-2017"], Level::Province, &[]);
        assert_eq!(bound.every_s, OFTEN_S);
        assert!(bound.sections.iter().any(|id| id == "van-ban"), "{bound:?}");
        let free = need(&[], Level::Province, &[]);
        assert_eq!((free.every_s, free.sections), (SELDOM_S, bound.sections));
    }

    #[test]
    fn a_commune_is_asked_for_less_and_for_what_the_operator_mapped() {
        let province = need(&[], Level::Province, &[]).sections;
        let commune = need(&[], Level::Commune, &[]).sections;
        assert!(commune.len() < province.len() && commune.iter().any(|id| id == "tin-tuc"));
        let lacks = province.iter().find(|id| !commune.contains(id)).unwrap();
        assert!(need(&[], Level::Commune, &[lacks]).sections.contains(lacks));
    }

    #[test]
    fn the_checks_with_longer_terms_exist() {
        let law = Regulations::embedded().unwrap();
        for check in LONGER {
            assert!(law.checks.iter().any(|known| *known.id == **check), "{check}");
        }
    }
}
