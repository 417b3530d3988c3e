//! Forms of domain names against the golden vectors, with the rules of the day.

use ems_collector::regulation::{Form, Host, UnitNames, domain_form};
use ems_contract::inventory::{Level, slug};
use jiff::civil::Date;

use crate::fixture::{RULES, rows, text, vectors};

#[test]
fn slugs() {
    for row in rows(&vectors("domains.yaml"), "slugs") {
        assert_eq!(slug(text(row, "name")), text(row, "slug"));
    }
}

#[test]
fn hosts_by_pack_level_and_day() {
    let file = vectors("domains.yaml");
    let names = UnitNames {
        province: Some("An Giang".to_owned()),
        ..UnitNames::default()
    };
    for row in rows(&file, "vectors") {
        let host = Host::new(text(row, "host"));
        assert_eq!(host.name, text(row, "normalised"));
        let day: Date = text(row, "on").parse().unwrap();
        let level: Level = serde_json::from_value(row["level"].clone()).unwrap();
        let pack = &RULES.packs[text(row, "pack")];
        let bound: Vec<_> = pack
            .obligations
            .iter()
            .filter(|duty| !duty.params.domains.is_empty() && duty.who.levels.contains(&level))
            .filter(|duty| duty.validity.holds(day) && pack.binds(level, day))
            .collect();
        let said = match bound.as_slice() {
            [] => (None, "not-applicable"),
            [duty] => {
                // The label rule is left aside here: a label that is not known still has the form.
                let form = domain_form(&duty.params.domains[0], &names, &host, "https", "/");
                (Some(&*duty.id), if form == Form::Wrong { "fail" } else { "pass" })
            }
            several => panic!("{} forms at once", several.len()),
        };
        assert_eq!(
            said,
            (row["obligation"].as_str(), text(row, "regex_result")),
            "{row}"
        );
    }
}
