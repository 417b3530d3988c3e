//! What the law and the clock say to the maintenance that is written in the inventory. Pure.

use ems_contract::diagnostic::{Diagnostic, Message};
use ems_contract::inventory::{Inventory, WrittenStop};
use ems_contract::time::UnixTime;

use crate::calendar::civil;
use crate::register::short_notice;
use crate::regulation::Regulations;

/// Windows that are not over and were not announced in time, each with its place. What is over cannot be announced better.
#[must_use]
pub fn short_notices(stops: &[WrittenStop], rules: &Regulations, now: UnixTime) -> Vec<Diagnostic> {
    let ahead = stops.iter().filter(|written| written.stop.to > now);
    ahead
        .filter_map(|written| {
            let begins = civil::day_of(written.stop.from);
            let late = short_notice(rules, begins, written.stop.announced_at)?;
            Some(warning(written, late))
        })
        .collect()
}

/// Windows that had begun when they came into the inventory, which `before` was in force until now: what has passed of
/// them is not left out.
#[must_use]
pub fn written_late(stops: &[WrittenStop], before: Option<&Inventory>, now: UnixTime) -> Vec<Diagnostic> {
    let Some(before) = before else {
        return Vec::new();
    };
    let new = |written: &&WrittenStop| {
        let known = before.portal(&written.portal);
        known.is_some_and(|portal| !portal.maintenance.contains(&written.stop))
    };
    stops
        .iter()
        .filter(|written| written.stop.from < now)
        .filter(new)
        .map(|written| warning(written, Message::new("inventory.maintenance.passed")))
        .collect()
}

fn warning(written: &WrittenStop, message: Message) -> Diagnostic {
    Diagnostic::warning(Some(written.place.clone()), &*written.path, message)
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::load;

    use super::*;

    const FILE: &str = "contact: a@b.vn\nagents: [{id: a, network: n, families: [v4]}]\n\
        references: [{host: 192.0.2.1, port: 1}, {host: 192.0.2.2, port: 1}]\n\
        defaults: {owner: O, level: other, ipv6: none}\n\
        portals:\n  - id: p\n    name: N\n    url: https://p.vn/\n    maintenance:\n";

    fn stops(windows: &[(&str, &str, &str)]) -> Vec<WrittenStop> {
        let rows: String = windows
            .iter()
            .map(|(from, to, announced)| {
                format!(
                    "      - {{from: {from}, to: {to}, author: A, reason: R, announced_at: {announced}}}\n"
                )
            })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("targets.yaml");
        std::fs::write(&path, format!("{FILE}{rows}")).unwrap();
        let loaded = load(&path);
        assert!(loaded.inventory.is_some(), "{:?}", loaded.diagnostics);
        loaded.maintenance
    }

    fn at(text: &str) -> UnixTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_that_is_announced_too_late_is_told_with_its_line_and_the_last_day() {
        let rules = Regulations::embedded().unwrap();
        // 24/11/2026 is a day off: seven working days before 5 December end on 25 November.
        let stops = stops(&[
            ("2026-12-05 22:00", "2026-12-06 02:00", "2026-11-20"),
            ("2026-12-05 22:00", "2026-12-06 02:00", "2026-11-30"),
            ("2026-11-01 22:00", "2026-11-02 02:00", "2026-11-01"),
        ]);
        let found = short_notices(&stops, &rules, at("2026-11-29T03:00:00Z"));
        let [late] = found.as_slice() else {
            panic!("{found:?}")
        };
        let words = late.render(ems_contract::text::Lang::Vi);
        assert!(words.contains("targets.yaml:11:"), "{words}");
        assert!(
            words.contains("26/11/2026") && words.contains("05/12/2026"),
            "{words}"
        );
        assert!(
            words.contains("khoản 1 Điều 13 Nghị định 224/2026/NĐ-CP"),
            "{words}"
        );
    }

    #[test]
    fn what_comes_into_the_inventory_after_it_began_is_told() {
        let stops = stops(&[
            ("2026-11-01 22:00", "2026-11-02 02:00", "2026-10-01"),
            ("2026-12-05 22:00", "2026-12-06 02:00", "2026-11-20"),
        ]);
        let before = crate::testing::inventory(&["p"]);
        let now = at("2026-11-29T03:00:00Z");
        let found = written_late(&stops, Some(&before), now);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place.as_ref().unwrap().line, 10);
        let mut held = before;
        held.portals[0].maintenance.push(stops[0].stop.clone());
        assert!(written_late(&stops, Some(&held), now).is_empty());
        assert!(
            written_late(&stops, None, now).is_empty(),
            "the first is taken as it is"
        );
    }
}
