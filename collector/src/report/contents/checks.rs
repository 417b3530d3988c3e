//! Checks by subject: how many portals stand how.

use ems_contract::document::{Block, Cell, ColumnKind, Row, Table};

use super::cells::column;
use super::judged::{findings, head, tally};
use super::{Material, said};
use crate::judge::Value;
use crate::regulation::Group;
use crate::report::findings::by_check;

/// Name, domain, address family, encryption.
pub(super) const NETWORK: &[(&str, &[Group])] = &[
    ("edition.group.domain", &[Group::Domain]),
    ("edition.group.dns", &[Group::Dns]),
    ("edition.group.ipv6", &[Group::Ipv6]),
    ("edition.group.tls", &[Group::Tls]),
    ("edition.group.security", &[Group::Security, Group::Privacy]),
];
/// English, functions, services, accessibility.
pub(super) const FUNCTIONS: &[(&str, &[Group])] = &[
    ("edition.group.language", &[Group::Language]),
    ("edition.group.function", &[Group::Function, Group::Links]),
    ("edition.group.dvc", &[Group::Dvc]),
    (
        "edition.group.accessibility",
        &[Group::Accessibility, Group::Presentation],
    ),
];
/// What people attest.
pub(super) const GOVERNANCE: &[(&str, &[Group])] = &[
    ("edition.group.governance", &[Group::Governance]),
    ("edition.group.retention", &[Group::Retention]),
];
/// Security operation and incidents.
pub(super) const INCIDENTS: &[(&str, &[Group])] =
    &[("edition.group.incident", &[Group::Incident, Group::Operations])];

/// A table over the checks of some groups; says that nothing is known where no portal was judged.
pub(super) fn table(
    material: &Material<'_>,
    caption: &str,
    missing: &str,
    groups: &[(&str, &[Group])],
) -> Block {
    let Some(found) = findings(material) else {
        return super::missing(missing);
    };
    let sums = by_check(found);
    let mut rows = Vec::new();
    for (title, members) in groups {
        let checks: Vec<_> = material
            .rules
            .checks
            .iter()
            .filter(|check| members.contains(&check.group))
            .filter_map(|check| Some((check, sums.get(&check.id)?)))
            .collect();
        if checks.is_empty() {
            continue;
        }
        if groups.len() > 1 {
            rows.push(Row::group(said(title)));
        }
        rows.extend(checks.into_iter().map(|(check, sum)| {
            Row::data(vec![
                Cell::text(check.title_vi.clone()),
                tally(sum.portals.pass, Value::Pass),
                tally(sum.portals.fail, Value::Fail),
                tally(sum.portals.warn, Value::Warn),
                tally(sum.portals.unknown, Value::Unknown),
            ])
        }));
    }
    Block::Table(Table {
        caption: Some(said(caption)),
        columns: vec![
            column("edition.col.check", ColumnKind::Text),
            head(Value::Pass),
            head(Value::Fail),
            head(Value::Warn),
            head(Value::Unknown),
        ],
        rows,
        empty: Some(said("edition.checks.none")),
        notes: vec![said("edition.checks.note")],
    })
}
