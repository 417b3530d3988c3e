//! Forms of domain names against the golden vectors, with the rules of the day; and the data that those who measure
//! read, derived from the packs.

use ems_collector::regulation::{Form, Host, UnitNames, domain_form};
use ems_contract::inventory::{Level, slug};
use jiff::civil::Date;
use serde_json::json;

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

/// The rules of the packs as those who measure need them: without what concerns single pages.
fn derived() -> String {
    let mut lines = Vec::new();
    for pack in RULES.packs.values() {
        for row in &pack.obligations {
            for domain in row.params.domains.iter().filter(|domain| domain.path.is_none()) {
                let from = row.validity.from.max(pack.validity.from);
                let ends = [row.validity.to, pack.validity.to];
                let to = ends.into_iter().flatten().min();
                let levels: Vec<String> = row.who.levels.iter().map(|l| json!(l).to_string()).collect();
                let rules: Vec<String> = domain.label_rules.iter().map(|r| json!(r).to_string()).collect();
                lines.push(format!(
                    "{{\"pack\": {}, \"levels\": [{}], \"valid_from\": {}, \"valid_to\": {}, \"regex\": {}, \"labels\": {}, \
                     \"label_rules\": [{}], \"allow_type_prefix\": {}, \"scheme\": {}}}",
                    json!(&*pack.id),
                    levels.join(", "),
                    json!(from.map(|day| day.to_string())),
                    json!(to.map(|day| day.to_string())),
                    json!(domain.regex.as_str()),
                    domain.labels,
                    rules.join(", "),
                    domain.allow_type_prefix,
                    json!(domain.scheme),
                ));
            }
        }
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn those_who_measure_read_the_forms_of_the_packs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/data/domains.json");
    let derived = derived();
    #[expect(clippy::disallowed_methods, reason = "the one switch of the generator")]
    if std::env::var("EMS_WRITE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(path, &derived).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == derived,
        "run EMS_WRITE_DOCS=1 cargo nextest run -p ems-collector -E 'binary(law)'"
    );
}
