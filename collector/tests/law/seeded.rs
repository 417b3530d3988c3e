//! The seeded set: every violation found, no near-miss accused.

use std::collections::BTreeMap;

use ems_collector::judge::facts::TargetFacts;
use ems_collector::judge::{Unit, Units, Verdict, judge};
use ems_contract::time::UnixTime;
use serde_json::{Map, Value, json};

use crate::fixture::RULES;

/// A case of `seeded.yaml`.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) facts: TargetFacts,
    pub(crate) now: UnixTime,
    expect: Vec<Option<String>>,
}

pub(crate) fn units(file: &Value) -> Units {
    let units: BTreeMap<String, Unit> = serde_json::from_value(file["units"].clone()).expect("units");
    Units::new(
        units
            .into_iter()
            .map(|(id, unit)| (id.parse().expect("an id"), unit)),
    )
}

pub(crate) fn file() -> Value {
    serde_saphyr::from_str(include_str!("seeded.yaml")).expect("YAML")
}

/// A look with the groups given.
fn look(at: UnixTime, network: &str, groups: &Value) -> Value {
    let mut look = groups.as_object().expect("groups").clone();
    look.insert("at".to_owned(), json!(at));
    look.insert("agent".to_owned(), json!(format!("agent-{network}")));
    look.insert("network".to_owned(), json!(network));
    Value::Object(look)
}

pub(crate) fn cases(file: &Value, list: &str) -> Vec<Case> {
    file[list].as_array().expect("cases").iter().map(read).collect()
}

fn read(row: &Value) -> Case {
    let row = row.as_object().expect("a case");
    let now: UnixTime = row["now"].as_str().expect("now").parse().expect("an instant");
    let mut looks = Vec::new();
    for (key, value) in row {
        match key.as_str() {
            "once" => looks.push(look(now - 3_600, "a", value)),
            "twice" => looks.extend([look(now - 26 * 3_600, "b", value), look(now - 3_600, "a", value)]),
            "today" => looks.extend([look(now - 5_400, "a", value), look(now - 3_600, "a", value)]),
            _ => {}
        }
    }
    let mut facts = Map::new();
    facts.insert("portal".to_owned(), row["unit"].clone());
    facts.insert("observations".to_owned(), Value::Array(looks));
    let own = ["name", "unit", "now", "once", "twice", "today", "expect"];
    facts.extend(
        row.iter()
            .filter(|(key, _)| !own.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone())),
    );
    Case {
        name: row["name"].as_str().expect("a name").to_owned(),
        facts: serde_json::from_value(Value::Object(facts))
            .unwrap_or_else(|error| panic!("{:?}: {error}", row["name"])),
        now,
        expect: serde_json::from_value(row["expect"].clone()).expect("expect"),
    }
}

fn told(verdicts: &[Verdict], case: &Case) -> String {
    let [obligation, check, _, _] = case.expect.as_slice() else {
        panic!("four words")
    };
    let obligation = obligation.as_deref().expect("an obligation");
    let Some(verdict) = verdicts.iter().find(|verdict| &*verdict.obligation == obligation) else {
        return format!("{}: no verdict on {obligation}", case.name);
    };
    match check {
        None => format!("{} {}", verdict.value, verdict.reason),
        Some(id) => verdict
            .checks
            .iter()
            .find(|check| *check.check == **id)
            .map_or_else(
                || format!("no check {id}, {} {}", verdict.value, verdict.reason),
                |check| format!("{} {}", check.value, check.reason),
            ),
    }
}

fn wrong(list: &str, least: usize) -> Vec<String> {
    let file = file();
    let units = units(&file);
    let cases = cases(&file, list);
    assert!(cases.len() >= least, "{} cases", cases.len());
    cases
        .iter()
        .filter_map(|case| {
            let verdicts = judge(&RULES, &units, &case.facts, None, case.now);
            let wanted = format!("{} {}", case.expect[2].as_deref()?, case.expect[3].as_deref()?);
            let got = told(&verdicts, case);
            (got != wanted).then(|| format!("{}: {got}, not {wanted}", case.name))
        })
        .collect()
}

#[test]
fn every_violation_is_found() {
    assert_eq!(wrong("violations", 30), [] as [String; 0]);
}

#[test]
fn no_near_miss_is_accused() {
    assert_eq!(wrong("near_misses", 30), [] as [String; 0]);
}

/// A case plants one fault: nothing of another family may be called a failure for it.
#[test]
fn nothing_else_fails() {
    let file = file();
    let units = units(&file);
    for list in ["violations", "near_misses"] {
        for case in cases(&file, list) {
            let group = |id: &str| RULES.check(id).map(|check| check.group);
            let planted = case.expect[1]
                .as_deref()
                .and_then(group)
                .filter(|_| list == "violations");
            let failing: Vec<String> = judge(&RULES, &units, &case.facts, None, case.now)
                .iter()
                .flat_map(|verdict| verdict.checks.iter().map(move |check| (verdict, check)))
                .filter(|(_, check)| check.value == ems_collector::judge::Value::Fail)
                .filter(|(_, check)| planted.is_none() || group(&check.check) != planted)
                .map(|(verdict, check)| format!("{} {}", verdict.obligation, check.check))
                .collect();
            assert!(failing.is_empty(), "{}: {failing:?}", case.name);
        }
    }
}
