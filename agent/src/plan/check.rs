//! Whether a plan can be worked by this agent. Everything wrong is found at once.

use std::collections::HashSet;
use std::fmt;

use ems_contract::id::AgentId;
use ems_contract::plan::{Plan, SCHEMA};

/// The longest interval between slots: a day.
const MAX_INTERVAL_S: u32 = 86_400;
/// The most probes in flight that one agent is asked for.
const MAX_CONCURRENCY: u32 = 100_000;
/// The most that is read of one body.
const MAX_BODY: u32 = 64 * 1024 * 1024;

/// One thing wrong with a plan, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFault {
    /// Key path.
    pub path: String,
    /// What is wrong, with the value and the allowed range.
    pub message: String,
    /// What to do.
    pub hint: Option<&'static str>,
}

impl fmt::Display for PlanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        self.hint.map_or(Ok(()), |hint| write!(f, " (hint: {hint})"))
    }
}

/// Checks a plan meant for `agent`.
///
/// # Errors
/// Everything that makes it unusable; the plan before it then stays in force.
pub fn check(plan: &Plan, agent: &AgentId) -> Result<(), Vec<PlanFault>> {
    let mut errors = Vec::new();
    let mut bad = |path: String, message: String, hint: Option<&'static str>| {
        errors.push(PlanFault { path, message, hint });
    };
    if plan.schema != SCHEMA {
        let message = format!("plan format `{}`, this agent knows `{SCHEMA}`", plan.schema);
        bad(
            "schema".into(),
            message,
            Some("use an agent of the collector's version"),
        );
    }
    if plan.agent != *agent {
        let message = format!("the plan is for agent `{}`, this is `{agent}`", plan.agent);
        bad(
            "agent".into(),
            message,
            Some("the token belongs to another agent: give each its own"),
        );
    }
    let mut ids = HashSet::new();
    for (n, portal) in plan.portals.iter().enumerate() {
        let at = |key: &str| format!("portals[{n}].{key}");
        if !ids.insert(&portal.id) {
            bad(at("id"), format!("`{}` stands twice", portal.id), None);
        }
        if !matches!(portal.url.scheme(), "http" | "https") || portal.url.host().is_none() {
            bad(
                at("url"),
                format!("`{}` is no http or https address", portal.url),
                None,
            );
        }
        if !(1..=MAX_INTERVAL_S).contains(&portal.reach_interval_s) {
            let message = format!(
                "`{}` is not within 1 to {MAX_INTERVAL_S} seconds",
                portal.reach_interval_s
            );
            bad(at("reach_interval_s"), message, None);
        }
        let pages = portal.pages.as_ref();
        let (page_s, links_s) = pages.map_or((0, 0), |pages| (pages.page_interval_s, pages.links_interval_s));
        for (key, value) in [
            ("pages.page_interval_s", page_s),
            ("pages.links_interval_s", links_s),
            ("dns_interval_s", portal.dns_interval_s),
            ("tls_interval_s", portal.tls_interval_s),
        ] {
            if value > MAX_INTERVAL_S {
                bad(
                    at(key),
                    format!("`{value}` is more than {MAX_INTERVAL_S} seconds"),
                    None,
                );
            }
        }
    }
    let limits = &plan.limits;
    let bounds = [
        ("dns_ms", limits.dns_ms, 60_000),
        ("connect_ms", limits.connect_ms, 60_000),
        ("tls_ms", limits.tls_ms, 60_000),
        ("first_byte_ms", limits.first_byte_ms, 120_000),
        ("total_ms", limits.total_ms, 120_000),
        ("concurrency", limits.concurrency, MAX_CONCURRENCY),
        ("body_bytes", limits.body_bytes, MAX_BODY),
    ];
    for (key, value, most) in bounds {
        if !(1..=most).contains(&value) {
            bad(
                format!("limits.{key}"),
                format!("`{value}` is not within 1 to {most}"),
                None,
            );
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use ems_contract::plan::PagePlan;

    use super::*;
    use crate::testing;

    #[test]
    fn everything_wrong_is_found_at_once() {
        let agent: AgentId = "tram-a".parse().unwrap();
        let mut plan = testing::plan(3);
        assert_eq!(check(&plan, &agent), Ok(()));
        plan.schema = 9;
        plan.portals[1].id = plan.portals[0].id.clone();
        plan.portals[2].reach_interval_s = 0;
        plan.portals[2].url = "ftp://x.gov.vn/".parse().unwrap();
        plan.limits.concurrency = 0;
        plan.portals[0].pages = Some(PagePlan {
            page_interval_s: MAX_INTERVAL_S + 1,
            ..PagePlan::default()
        });
        let errors = check(&plan, &"tram-b".parse().unwrap()).unwrap_err();
        let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        let expected = [
            "schema",
            "agent",
            "portals[0].pages.page_interval_s",
            "portals[1].id",
            "portals[2].url",
            "portals[2].reach_interval_s",
            "limits.concurrency",
        ];
        assert_eq!(paths, expected);
    }
}
