//! `policy.yaml`: the operator's own thresholds, with who set them and by what decision. They can make a verdict warn,
//! never fail: a number that can fail stands in the text of the law.

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::{Diagnostics, Message};
use ems_contract::digest::Sha256;
use ems_contract::yaml::{self, Item};
use jiff::civil::Date;

use super::catalogue::{Check, Value};
use super::library::Regulations;
use super::model::Id;
use super::read::number;

/// The operator's thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Digest of the file: the version that annexes name.
    pub version: Sha256,
    /// Who set them.
    pub author: String,
    /// In which capacity.
    pub role: String,
    /// The day they were signed.
    pub signed_on: Date,
    /// The decision or signature by which they hold, in words.
    pub signature: String,
    /// The thresholds, in the order of the file.
    pub thresholds: Vec<PolicyThreshold>,
    /// Weights of a composite ranking; there is none without.
    pub composite: Option<Composite>,
}

/// One threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyThreshold {
    /// The check.
    pub check: Id,
    /// The name of the number in the catalogue.
    pub name: String,
    /// The operator's value.
    pub value: f64,
    /// The value that ships, which it takes the place of.
    pub default: f64,
    /// The unit of both.
    pub unit: String,
}

/// Weights of the three leagues in a composite ranking, in percent; together 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Composite {
    /// Availability.
    pub availability: u8,
    /// Share of items in time.
    pub on_time: u8,
    /// Share of the decided statutory obligations that are met.
    pub statutory: u8,
}

impl Policy {
    /// Reads a policy against the catalogue of checks. What is wrong is noted, all of it.
    #[must_use]
    pub fn read(rules: &Regulations, path: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Self> {
        let before = found.errors();
        let tree = yaml::read(path, text, found)?;
        let mut map = tree.root(found).map()?;
        map.required("schema", |item| item.integer(1..=1));
        let author = map.required("author", words);
        let role = map.required("role", words);
        let signed_on = map.required("signed_on", |item| item.parse("law.want.date"));
        let signature = map.required("signature", words);
        let mut seen: Vec<(Id, String)> = Vec::new();
        let thresholds = map.optional("thresholds", |item| {
            Some(item.list_of(|item| threshold(rules, &item, &mut seen)))
        });
        let composite = map.optional("composite", composite);
        map.finish();
        // A list keeps what could be read of it: with an error in it the file is not used at all.
        (found.errors() == before).then_some(())?;
        Some(Self {
            version: Sha256::of(text.as_bytes()),
            author: author?,
            role: role?,
            signed_on: signed_on?,
            signature: signature?,
            thresholds: thresholds.unwrap_or_default(),
            composite,
        })
    }
}

/// A text with something in it.
fn words(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    if text.trim().is_empty() {
        item.error(Message::new("law.policy.blank"));
        return None;
    }
    Some(text)
}

fn threshold(rules: &Regulations, item: &Item<'_>, seen: &mut Vec<(Id, String)>) -> Option<PolicyThreshold> {
    let mut map = item.map()?;
    let check = map.required("check", |item| {
        let id = item.text()?;
        let check = rules.check(&id);
        if check.is_none() {
            let ids: Vec<&str> = rules.checks.iter().map(|check| &*check.id).collect();
            item.unknown_reference("law.policy.no_check", &id, &ids);
        }
        check
    });
    let name = map.required("name", |item| Some((item.text()?, item.clone())));
    let value = map.required("value", |item| Some((number(item)?, item.clone())));
    map.finish();
    let (check, (name, name_at), (value, value_at)) = (check?, name?, value?);
    let Some(default) = check.number(&name) else {
        let names = numbers_of(check);
        name_at.unknown_reference("law.policy.no_number", &name, &names);
        return None;
    };
    let unit = check.params.iter().find(|param| param.name == name)?.unit.clone();
    let most = match unit.as_str() {
        "percent" => Some(100.0),
        "ratio" => Some(1.0),
        _ => None,
    };
    if value < 0.0 || most.is_some_and(|most| value > most) {
        let message = Message::new("law.policy.range")
            .with("value", value)
            .with("unit", &unit);
        value_at.error(message);
        return None;
    }
    let key = (Id::clone(&check.id), name.clone());
    if seen.contains(&key) {
        item.error(
            Message::new("law.policy.twice")
                .with("check", &check.id)
                .with("name", &name),
        );
        return None;
    }
    seen.push(key);
    Some(PolicyThreshold {
        check: Id::clone(&check.id),
        name,
        value,
        default,
        unit,
    })
}

fn numbers_of(check: &Check) -> Vec<&str> {
    let is_number = |value: &Value| matches!(value, Value::Number(_));
    check
        .params
        .iter()
        .filter(|param| is_number(&param.value))
        .map(|param| param.name.as_str())
        .collect()
}

fn composite(item: &Item<'_>) -> Option<Composite> {
    let mut map = item.map()?;
    let mut weight = |key| map.required(key, |item| item.integer(0..=100_u8));
    let (availability, on_time, statutory) = (weight("availability"), weight("on_time"), weight("statutory"));
    map.finish();
    let weights = Composite {
        availability: availability?,
        on_time: on_time?,
        statutory: statutory?,
    };
    let sum = u16::from(weights.availability) + u16::from(weights.on_time) + u16::from(weights.statutory);
    if sum != 100 {
        item.error(Message::new("law.policy.weights").with("sum", sum));
        return None;
    }
    Some(weights)
}

impl Regulations {
    /// The same law under the operator's thresholds: they take the place of the defaults of the catalogue.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        for check in &mut self.checks {
            let id = Id::clone(&check.id);
            for own in policy.thresholds.iter().filter(|own| own.check == id) {
                let check = Arc::make_mut(check);
                for param in check.params.iter_mut().filter(|param| param.name == own.name) {
                    param.value = Value::Number(own.value);
                }
            }
        }
        self.version = Sha256::of_list(&[&self.version.as_bytes()[..], &policy.version.as_bytes()[..]]);
        self.policy = Some(Arc::new(policy));
        self.reindexed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Policy, Vec<String>> {
        let rules = Regulations::embedded().unwrap();
        let found = Diagnostics::default();
        let policy = Policy::read(&rules, &Arc::from(Path::new("policy.yaml")), text, &found);
        policy.ok_or_else(|| found.into_vec().iter().map(ToString::to_string).collect())
    }

    const HEAD: &str = "schema: 1\nauthor: Sở Khoa học và Công nghệ\nrole: cơ quan vận hành\nsigned_on: \"2026-10-01\"\n\
                        signature: Quyết định phê duyệt ngưỡng vận hành\n";

    #[test]
    fn a_policy_takes_the_place_of_defaults_and_is_told_as_such() {
        let text = format!(
            "{HEAD}thresholds:\n  - {{check: uptime-24x7, name: slo_percent, value: 99.9}}\n\
             composite: {{availability: 40, on_time: 30, statutory: 30}}\n"
        );
        let policy = read(&text).unwrap();
        assert_eq!(
            (policy.thresholds[0].default, &*policy.thresholds[0].unit),
            (99.5, "percent")
        );
        let rules = Regulations::embedded().unwrap();
        let before = rules.version;
        let under = rules.under(policy);
        assert_ne!(under.version, before);
        assert_eq!(
            under.check("uptime-24x7").unwrap().number("slo_percent"),
            Some(99.9)
        );
        assert_eq!(under.policy.unwrap().composite.unwrap().availability, 40);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let found = read(
            "schema: 1\nauthor: \" \"\nrole: r\nsigned_on: \"1/10/2026\"\nsignatur: x\nthresholds:\n\
             - {check: uptime-24x, name: slo_percent, value: 99.9}\n\
             - {check: uptime-24x7, name: slo, value: 99.9}\n\
             - {check: uptime-24x7, name: slo_percent, value: 120}\n\
             - {check: dnssec, name: x, value: soon}\n\
             - {check: uptime-24x7, name: min_coverage_percent, value: 80}\n\
             - {check: uptime-24x7, name: min_coverage_percent, value: 85}\n\
             composite: {availability: 40, on_time: 30, statutory: 20}\n",
        )
        .unwrap_err();
        let told = found.join("\n");
        for (line, word) in [
            (2, "author"),
            (4, "1/10/2026"),
            (5, "signatur"),
            (7, "uptime-24x7"),
            (8, "`slo`"),
            (9, "120"),
            (10, "soon"),
            (12, "min_coverage_percent"),
            (13, "90"),
        ] {
            let at = format!("policy.yaml:{line}:");
            assert!(
                found.iter().any(|one| one.contains(&at) && one.contains(word)),
                "{line} {word}\n{told}"
            );
        }
        assert!(told.contains("`signature`"), "{told}");
    }
}
