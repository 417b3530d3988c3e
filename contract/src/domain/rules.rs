//! Which forms hold for a unit on a day. `data/domains.json` is derived from the rule packs, where each form stands with
//! its article and quotation; a test of the collector holds the two together. What is here is data without law: whoever
//! measures can tell a name's form and needs to know no regulation.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex_lite::Regex;
use serde::Deserialize;
use url::Url;

use super::form::{Domain, Form, Host, LabelRule, UnitNames, domain_form};
use crate::inventory::{Level, Portal};

/// One form and for whom it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainRule {
    /// The pack whose text sets it.
    pub pack: String,
    /// The levels of units that it binds.
    pub levels: Vec<Level>,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// The form.
    pub domain: Domain,
}

/// A rule as the file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    pack: String,
    levels: Vec<Level>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    regex: String,
    labels: u8,
    label_rules: Vec<LabelRule>,
    allow_type_prefix: bool,
    scheme: Option<String>,
}

impl Written {
    fn read(self) -> Option<DomainRule> {
        let day = |text: Option<String>| text.map(|text| text.parse::<Date>()).transpose().ok();
        Some(DomainRule {
            pack: self.pack,
            levels: self.levels,
            valid_from: day(self.valid_from)?,
            valid_to: day(self.valid_to)?,
            domain: Domain {
                regex: Regex::new(&self.regex).ok()?,
                labels: self.labels,
                label_rules: self.label_rules,
                allow_type_prefix: self.allow_type_prefix,
                scheme: self.scheme,
                path: None,
            },
        })
    }
}

fn read(text: &str) -> Option<Vec<DomainRule>> {
    let written: Vec<Written> = serde_json::from_str(text).ok()?;
    written.into_iter().map(Written::read).collect()
}

/// All rules, in the order of the packs.
#[must_use]
pub fn domain_rules() -> &'static [DomainRule] {
    static RULES: LazyLock<Vec<DomainRule>> =
        LazyLock::new(|| read(include_str!("../../data/domains.json")).unwrap_or_default());
    &RULES
}

/// What each regulation of `portal` that sets forms for it on `day` says of the address where its visitors end: the
/// best of the forms that it allows. Empty where none of them sets a form.
#[must_use]
pub fn unit_forms(
    portal: &Portal,
    province: Option<&Portal>,
    end: &Url,
    day: Date,
) -> Vec<(&'static str, Form)> {
    let names = UnitNames::of(portal, province);
    let host = Host::new(end.host_str().unwrap_or_default());
    let said = portal.regulations.iter().filter_map(|pack| {
        let rules = domain_rules().iter().filter(|rule| {
            rule.pack == *pack
                && rule.levels.contains(&portal.level)
                && rule.valid_from.is_none_or(|from| from <= day)
                && rule.valid_to.is_none_or(|to| day <= to)
        });
        rules
            .map(|rule| {
                let form = domain_form(&rule.domain, &names, &host, end.scheme(), end.path());
                (rule.pack.as_str(), form)
            })
            .max_by_key(|(_, form)| form.rank())
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_file_is_read() {
        let lines = include_str!("../../data/domains.json")
            .matches("\"pack\"")
            .count();
        assert!(lines >= 20);
        assert_eq!(domain_rules().len(), lines);
        assert_eq!(read("[{}]"), None);
    }
}
