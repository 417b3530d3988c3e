//! Every rule, a file for each group.

mod budget;
mod certificates;
mod domains;
mod itself;
mod pages;
mod portals;
mod reports;

use super::{Alert, Group, Rule};

const PORTAL: (&str, &[&str]) = ("ems-cong", &["portal"]);
const DUTY: (&str, &[&str]) = ("ems-truc-ban", &[]);
const SYSTEM: (&str, &[&str]) = ("ems-he-thong", &[]);

/// All groups, in the order of the file.
#[must_use]
pub fn groups() -> Vec<Group> {
    let group = |name, rules| Group { name, rules };
    vec![
        group("ems-error-ratio", budget::ratios()),
        group("ems-portals", alerts(portals::portals())),
        group("ems-pages", alerts(pages::pages())),
        group("ems-certificates", alerts(certificates::certificates())),
        group("ems-domains", alerts(domains::domains())),
        group("ems-budget", alerts(vec![budget::budget()])),
        group("ems-reports", alerts(reports::reports())),
        group("ems-itself", alerts(itself::itself())),
    ]
}

fn alerts(list: Vec<Alert>) -> Vec<Rule> {
    list.into_iter().map(Rule::Alert).collect()
}
