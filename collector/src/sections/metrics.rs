//! What Prometheus is told of sections and English sides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use ems_contract::facts::page::SectionState;
use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::UnixTime;
use prometheus::{IntGaugeVec, Opts, Registry};

use super::{Read, Standing, read};
use crate::calendar::civil::day_of;
use crate::judge::Value;
use crate::regulation::Regulations;
use crate::store::{Store, StoreError};

/// Values by labels, of one portal: at most one a section of the lexicon.
type Lines = BTreeMap<Vec<String>, i64>;

/// Gauges whose first label is the portal. What a portal no longer has goes, without a moment in which all is gone.
struct Series {
    gauges: IntGaugeVec,
    shown: Mutex<BTreeMap<PortalId, Lines>>,
}

impl Series {
    fn register(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<Self> {
        let gauges = IntGaugeVec::new(Opts::new(name, help), labels)?;
        registry.register(Box::new(gauges.clone()))?;
        Ok(Self {
            gauges,
            shown: Mutex::default(),
        })
    }

    fn show(&self, portal: &PortalId, lines: Lines) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let before = shown.remove(portal).unwrap_or_default();
        for labels in before.keys().filter(|labels| !lines.contains_key(*labels)) {
            self.hide(portal, labels);
        }
        for (labels, value) in &lines {
            self.gauges
                .with_label_values(&labelled(portal, labels))
                .set(*value);
        }
        shown.insert(portal.clone(), lines);
    }

    fn keep(&self, portals: &BTreeSet<&PortalId>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|portal, lines| {
            let stays = portals.contains(portal);
            if !stays {
                lines.keys().for_each(|labels| self.hide(portal, labels));
            }
            stays
        });
    }

    fn hide(&self, portal: &PortalId, labels: &[String]) {
        // It fails only where there is nothing to hide.
        drop(self.gauges.remove_label_values(&labelled(portal, labels)));
    }
}

fn labelled<'a>(portal: &'a PortalId, labels: &'a [String]) -> Vec<&'a str> {
    let labels = labels.iter().map(String::as_str);
    std::iter::once(portal.as_str()).chain(labels).collect()
}

/// The gauges.
pub struct Metrics {
    age: Series,
    state: Series,
    freshness: Series,
    english: Series,
    looks: Series,
}

impl Metrics {
    /// Gauges in `registry`.
    ///
    /// # Errors
    /// When another room registered metrics of the same name.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        Ok(Self {
            age: Series::register(
                registry,
                "ems_section_age_working_days",
                "Working days after the newest posting of a section; absent where none is known",
                &["portal", "section"],
            )?,
            state: Series::register(
                registry,
                "ems_section_state",
                "What the newest look at a section came to, other than that it is missing; always 1",
                &["portal", "section", "state"],
            )?,
            freshness: Series::register(
                registry,
                "ems_section_freshness",
                "The worst of the newest verdicts on how fresh a section is; always 1",
                &["portal", "section", "verdict"],
            )?,
            english: Series::register(
                registry,
                "ems_english_state",
                "What the English side came to when it was last looked at; always 1",
                &["portal", "state"],
            )?,
            looks: Series::register(
                registry,
                "ems_page_look_timestamp_seconds",
                "When a vantage point took the newest of the looks that the figures of a portal's sections and English side rest on",
                &["portal", "agent"],
            )?,
        })
    }

    /// Looks at these portals as they stand at `now`.
    ///
    /// # Errors
    /// When the store cannot be read; the others keep what they had.
    pub fn look<'a>(
        &self,
        store: &dyn Store,
        rules: &Regulations,
        portals: impl Iterator<Item = &'a PortalId>,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        for portal in portals {
            self.show(portal, &read(store, portal, now)?, rules, now);
        }
        Ok(())
    }

    /// Portals that are not among these vanish.
    pub fn keep(&self, portals: &BTreeSet<&PortalId>) {
        let all = [
            &self.age,
            &self.state,
            &self.freshness,
            &self.english,
            &self.looks,
        ];
        for series in all {
            series.keep(portals);
        }
    }

    fn show(&self, portal: &PortalId, read: &Read, rules: &Regulations, now: UnixTime) {
        let (mut age, mut state, mut freshness, mut english) =
            (Lines::new(), Lines::new(), Lines::new(), Lines::new());
        let mut looks = Lines::new();
        let mut looked = |agent: &AgentId, at: UnixTime| {
            let newest = looks.entry(vec![agent.as_str().to_owned()]).or_default();
            *newest = at.secs().max(*newest);
        };
        for standing in read.standings(rules, day_of(now)) {
            let facts = &standing.look.facts;
            // The lexicon bounds the labels: an agent's word alone makes no series.
            if rules.section(&facts.id).is_none() {
                continue;
            }
            looked(&standing.look.agent, standing.look.at);
            if let Some(days) = standing.age_wd {
                age.insert(vec![facts.id.clone()], i64::from(days));
            }
            if facts.state != SectionState::Missing {
                state.insert(vec![facts.id.clone(), facts.state.as_str().to_owned()], 1);
            }
            if let Some(worst) = freshest(&standing) {
                freshness.insert(vec![facts.id.clone(), worst.as_str().to_owned()], 1);
            }
        }
        if let Some((page, facts)) = read
            .page
            .as_ref()
            .and_then(|page| Some((page, page.facts.english.as_ref()?)))
        {
            looked(&page.agent, page.at);
            english.insert(vec![facts.verdict.as_str().to_owned()], 1);
        }
        self.age.show(portal, age);
        self.state.show(portal, state);
        self.freshness.show(portal, freshness);
        self.english.show(portal, english);
        self.looks.show(portal, looks);
    }
}

/// The worst verdict of the checks of freshness.
fn freshest(standing: &Standing<'_>) -> Option<Value> {
    let rank = |value: Value| match value {
        Value::NotApplicable => 0,
        Value::Pass => 1,
        Value::Unknown => 2,
        Value::Warn => 3,
        Value::Fail => 4,
    };
    standing
        .judged
        .iter()
        .filter(|judged| judged.check.check.starts_with("fresh-"))
        .map(|judged| judged.check.value)
        .filter(|value| *value != Value::NotApplicable)
        .max_by_key(|value| rank(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(registry: &Registry) -> String {
        prometheus::TextEncoder::new()
            .encode_to_string(&registry.gather())
            .unwrap()
    }

    #[test]
    fn what_a_portal_no_longer_has_vanishes_and_so_does_the_portal() {
        let registry = Registry::new();
        let series = Series::register(&registry, "x", "x", &["portal", "section"]).unwrap();
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        let lines = |list: &[(&str, i64)]| -> Lines {
            list.iter()
                .map(|(section, days)| (vec![(*section).to_owned()], *days))
                .collect()
        };
        series.show(&a, lines(&[("tin-tuc", 1), ("van-ban", 2)]));
        series.show(&b, lines(&[("tin-tuc", 3)]));
        series.show(&a, lines(&[("tin-tuc", 4)]));
        let told = text(&registry);
        assert!(told.contains("x{portal=\"a\",section=\"tin-tuc\"} 4"), "{told}");
        assert!(
            !told.contains("van-ban") && told.contains("portal=\"b\""),
            "{told}"
        );
        series.keep(&BTreeSet::from([&b]));
        let told = text(&registry);
        assert!(
            !told.contains("portal=\"a\"") && told.contains("portal=\"b\""),
            "{told}"
        );
    }
}
