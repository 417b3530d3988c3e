//! Everything about a target at once, for machines: `ems-agent probe --json`. The schema is `docs/PROBE.md`.

mod answer;
mod explain;
mod findings;
mod verdict;

use std::io::Write;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ems_contract::clock::SharedClock;
use ems_contract::diagnostic::Message;
use ems_contract::facts::{DnsFacts, Finding, PageKind};
use ems_contract::family::Family;
use ems_contract::inventory::Inventory;
use ems_contract::plan::{PlanPortal, Reference};
use tokio::task::JoinSet;

use self::answer::Answer;
pub(super) use self::explain::print as explain;
use self::verdict::{DomainVerdict, FamilyVerdict, Overall};
use super::survey::{FamilySurvey, Survey, survey};
use super::{AVAILABLE, NOT_AVAILABLE, job};
use crate::cli::refusal::Refusal;
use crate::probe::inspect::{self, Audit, Site, View};
use crate::probe::{NetProber, Visit};

/// What the command was told besides the targets.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) families: Vec<Family>,
    pub(super) references: Vec<Reference>,
    pub(super) rounds: u32,
    pub(super) interval: Duration,
    pub(super) concurrency: usize,
    pub(super) inventory: Option<Arc<Inventory>>,
}

/// One target looked at from all sides.
#[derive(Debug)]
pub(super) struct Examination {
    pub(super) survey: Survey,
    pub(super) verdicts: Vec<FamilyVerdict>,
    pub(super) overall: Overall,
    pub(super) dns: Option<DnsFacts>,
    pub(super) audit: Option<Audit>,
    pub(super) site: Site,
    pub(super) domain: DomainVerdict,
    pub(super) findings: Vec<Finding>,
}

/// Reads the inventory of `--targets`.
pub(super) fn read_inventory(path: &Path) -> anyhow::Result<Arc<Inventory>> {
    let loaded = ems_contract::inventory::load(path);
    let faulty = || Refusal(Message::new("agent.cli.inventory").with("path", path.display()));
    let inventory = loaded.inventory.ok_or_else(faulty)?;
    Ok(Arc::new(inventory))
}

/// Measures all targets, many at once, and prints one line each in the order in which they were given.
pub(super) async fn run(
    prober: &Arc<NetProber>,
    portals: Vec<Arc<PlanPortal>>,
    wanted: Wanted,
    clock: &SharedClock,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<u8> {
    let wanted = Arc::new(wanted);
    let mut lines: Vec<Option<(bool, String)>> = vec![None; portals.len()];
    let mut printed = 0;
    let mut code = AVAILABLE;
    let mut waiting = portals.into_iter().enumerate();
    let mut running = JoinSet::new();
    loop {
        while running.len() < wanted.concurrency.max(1)
            && let Some((index, portal)) = waiting.next()
        {
            let (prober, wanted, clock) = (Arc::clone(prober), Arc::clone(&wanted), Arc::clone(clock));
            running.spawn(async move { (index, rounds(&prober, &portal, &wanted, &clock).await) });
        }
        let Some(done) = running.join_next().await else {
            break;
        };
        let (index, answer) = done.context("a probe ended by a fault of its own")?;
        let line = serde_json::to_string(&answer).context("the answer as JSON")?;
        lines[index] = Some((answer.available() == Some(true), line));
        while let Some(Some((available, line))) = lines.get_mut(printed).map(Option::take) {
            writeln!(out, "{line}")?;
            printed += 1;
            if !available {
                code = NOT_AVAILABLE;
            }
        }
    }
    Ok(code)
}

/// All rounds of one target; the answer is that of the last round, with the availability over all.
async fn rounds(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    wanted: &Wanted,
    clock: &SharedClock,
) -> Answer {
    let mut history = Vec::new();
    loop {
        let begun = tokio::time::Instant::now();
        let seen = examine(prober, portal, wanted, clock).await;
        history.push(seen.overall.available);
        if history.len() >= usize::try_from(wanted.rounds).unwrap_or(1).max(1) {
            let history = (wanted.rounds > 1).then_some(&history[..]);
            return Answer::of(&seen, history);
        }
        tokio::time::sleep_until(begun + wanted.interval).await;
    }
}

/// Looks at one target from all sides.
pub(super) async fn examine(
    prober: &NetProber,
    portal: &Arc<PlanPortal>,
    wanted: &Wanted,
    clock: &SharedClock,
) -> Examination {
    let mut seeing = seeing(prober, &wanted.references).await;
    let (survey, dns) = tokio::join!(
        survey(prober, portal, &wanted.families, clock),
        inspect::dns(prober, portal)
    );
    let views: Vec<View<'_>> = survey.families.iter().filter_map(view).collect();
    let addresses: Vec<(Family, IpAddr)> = views
        .iter()
        .filter_map(|view| Some((view.family, view.address?)))
        .collect();
    let unit = wanted
        .inventory
        .as_ref()
        .and_then(|inventory| unit(inventory, portal));
    let slot = job(portal, Family::V4, clock.now());
    let (audit, site, whys) = tokio::join!(
        inspect::audit(prober, portal, &addresses),
        inspect::site(
            prober,
            portal,
            &views,
            unit.as_ref().map(|unit| unit.name.as_str()),
            &slot
        ),
        whys(prober, portal, &survey)
    );
    let mut empty = Vec::new();
    for view in views
        .iter()
        .filter(|view| view.visit.page == Some(PageKind::EmptyShell))
    {
        if inspect::is_dead_shell(prober, view).await {
            empty.push(view.family);
        }
    }
    // A failure counts only where the line was proven before and after it.
    if survey
        .families
        .iter()
        .any(|family| family.reached.outcome.is_failure())
    {
        let after = self::seeing(prober, &wanted.references).await;
        seeing.retain(|family| after.contains(family));
    }
    let known = verdict::Known {
        revoked: audit.as_ref().map(|audit| &audit.revoked[..]).unwrap_or_default(),
        whys: &whys,
        empty: &empty,
        seeing: &seeing,
        name: unit.as_ref().map(|unit| unit.name.as_str()),
    };
    let verdicts: Vec<FamilyVerdict> = survey
        .families
        .iter()
        .map(|family| verdict::of_family(family, portal, &known))
        .collect();
    let overall = verdict::overall(&verdicts);
    let province = unit.and_then(|unit| {
        let inventory = wanted.inventory.as_ref()?;
        inventory.portal(unit.parent.as_ref()?)
    });
    let day = clock.timestamp().to_zoned(ems_contract::time::zone()).date();
    let domain = verdict::domain(portal, &survey, unit.map(|unit| (unit, province)), day);
    drop(views);
    let mut seen = Examination {
        survey,
        verdicts,
        overall,
        dns,
        audit,
        site,
        domain,
        findings: Vec::new(),
    };
    seen.findings = findings::all(&seen, clock.now());
    seen
}

/// The unit of the inventory whose home page this is.
fn unit<'a>(inventory: &'a Inventory, portal: &PlanPortal) -> Option<&'a ems_contract::inventory::Portal> {
    let mut units = inventory.portals.iter();
    units.find(|unit| unit.url.host_str() == portal.url.host_str())
}

/// The families over which this machine sees: all without reference points, else those with one that answers.
async fn seeing(prober: &NetProber, references: &[Reference]) -> Vec<Family> {
    let mut seeing = Vec::new();
    for family in Family::ALL {
        let own: Vec<Reference> = references
            .iter()
            .filter(|reference| reference.family == family)
            .cloned()
            .collect();
        let mut sees = own.is_empty();
        for reference in &own {
            sees = sees || prober.check_reference(reference).await.is_ok();
        }
        if sees {
            seeing.push(family);
        }
    }
    seeing
}

/// Why names could not be resolved, family by family, as the portal's own servers tell.
async fn whys(
    prober: &NetProber,
    portal: &PlanPortal,
    survey: &Survey,
) -> Vec<(Family, ems_contract::cause::Cause)> {
    let mut found = Vec::new();
    for family in &survey.families {
        if inspect::is_vague(family.reached.outcome)
            && let Some(cause) = inspect::why(prober, portal, family.family).await
        {
            found.push((family.family, cause));
        }
    }
    found
}

/// The view of a family for further questions: an address that served the page, else any that was visited.
fn view(family: &FamilySurvey) -> Option<View<'_>> {
    let visit = telling(family)?;
    let alive = family.addresses.iter().find(|(_, attempt)| {
        attempt
            .as_ref()
            .is_some_and(|attempt| attempt.outcome.is_success())
    });
    Some(View {
        family: family.family,
        address: alive.map(|(address, _)| *address).or_else(|| visit.address()),
        visit,
    })
}

/// The visit that tells most: one that succeeded, else the last that found an address, else the last.
pub(super) fn telling(family: &FamilySurvey) -> Option<&Visit> {
    let visits = &family.reached.visits;
    let good = visits.iter().find(|visit| visit.result.is_ok());
    good.or_else(|| visits.iter().rev().find(|visit| visit.address().is_some()))
        .or(visits.last())
}
