//! The shipped rule data loads without a finding, and holds what the contract counts.

use std::collections::BTreeMap;

use ems_collector::regulation::{Mode, NoCheck, Origin};

use crate::fixture::RULES;

#[test]
fn rows_per_pack_equal_the_contract() {
    let mut counts = Vec::new();
    for pack in RULES.packs.values() {
        let of = |origin| pack.obligations.iter().filter(|row| row.origin == origin).count();
        counts.push((&*pack.id, of(Origin::Table), of(Origin::Added), of(Origin::Child)));
    }
    assert_eq!(
        counts,
        [
            ("an-giang-2023", 60, 0, 0),
            ("bac-giang-2019", 36, 3, 84),
            ("hau-giang-2020", 23, 1, 63),
            ("incident", 0, 14, 0),
            ("quang-ngai-2017", 49, 1, 42),
            ("tuyen-quang-2026-draft", 55, 2, 49),
            ("vn-nd224-2026", 0, 53, 0),
            ("vn-nd43-2011", 0, 75, 0),
        ]
    );
    // Part A: 223 rows, as F3 counts them by who decides.
    let table = |mode| {
        let rows = RULES.packs.values().flat_map(|pack| &pack.obligations);
        rows.filter(|row| row.origin == Origin::Table && row.mode == mode)
            .count()
    };
    assert_eq!(
        (table(Mode::Auto), table(Mode::Semi), table(Mode::Manual)),
        (105, 84, 34)
    );
}

#[test]
fn the_catalogue_has_all_checks_and_all_sections() {
    assert_eq!(RULES.sections.len(), 42);
    let sections = RULES
        .checks
        .iter()
        .filter(|check| check.section().is_some())
        .count();
    assert_eq!(sections, 42);
    assert_eq!(RULES.checks.len() - sections, 138);
    assert_eq!(RULES.conflicts.len(), 22);
}

#[test]
fn an_umbrella_has_children_and_a_restated_row_has_its_double() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for row in RULES.packs.values().flat_map(|pack| &pack.obligations) {
        if let Some(why) = row.no_check {
            *kinds.entry(why.as_str()).or_default() += 1;
            assert_eq!(why == NoCheck::Umbrella, !row.aggregates.is_empty(), "{}", row.id);
        }
        if let Some(double) = &row.restated_by {
            assert!(
                RULES
                    .obligation(double)
                    .is_some_and(|(_, double)| double.restated_by.is_none())
            );
        }
    }
    assert_eq!(kinds["umbrella"], 14);
}
