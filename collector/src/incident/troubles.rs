//! What in an evaluation deserves an incident.

use ems_contract::id::AgentId;
use ems_contract::time::UnixTime;

use super::types::IncidentKind;
use crate::ledger::{Evaluation, SpanCause, Track};

/// One network alone must fail this long, in seconds, before it is worth an incident (ledger rule 4).
const PATH_S: i64 = 600;
/// A family must be down this long, in seconds, while the portal as a whole is not, before it is worth an
/// incident of its own: the families' slots do not fall together, and whoever reads of an outage of the portal
/// need not read of it three times.
const FAMILY_ALONE_S: i64 = 180;

/// A stretch of trouble as the ledger tells it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which track.
    pub track: Track,
    /// What kind.
    pub kind: IncidentKind,
    /// First second of trouble.
    pub from: UnixTime,
    /// First second after the last one of trouble so far.
    pub to: UnixTime,
    /// The instant from which on it is seen to be over; absent while it is not.
    pub over_at: Option<UnixTime>,
    /// The cause that lasted longest so far.
    pub cause: Option<SpanCause>,
    /// Who saw it, sorted.
    pub agents: Vec<AgentId>,
    /// It is over only because the portal's own time is: nobody saw it work again.
    pub unresolved: bool,
}

impl Trouble {
    /// The portal is measured until `end` only: trouble that goes on then ends with it.
    pub fn end_with_validity(&mut self, end: UnixTime) {
        if self.over_at.is_none() {
            self.over_at = Some(end);
            self.unresolved = true;
        }
    }
}

/// The troubles in an evaluation up to `now`: every outage of the portal as a whole, outages of one family that
/// the portal's do not explain, and networks that failed alone for ten minutes or more.
#[must_use]
pub fn troubles(told: &Evaluation, now: UnixTime) -> Vec<Trouble> {
    let own =
        |outage: &&crate::ledger::Outage| outage.track == Track::Overall || outage.alone_s >= FAMILY_ALONE_S;
    let outages = told.outages.iter().filter(own).map(|outage| Trouble {
        track: outage.track,
        kind: IncidentKind::Outage,
        from: outage.from,
        to: outage.to,
        over_at: outage.seen_working_at,
        cause: outage.cause,
        agents: outage.agents.clone(),
        unresolved: false,
    });
    let long = told.paths.iter().filter(|path| path.to - path.from >= PATH_S);
    let paths = long.map(|path| Trouble {
        track: path.track,
        kind: IncidentKind::Path,
        from: path.from,
        to: path.to,
        over_at: (path.to < now).then_some(path.to),
        cause: path.cause,
        agents: path.agents.clone(),
        unresolved: false,
    });
    outages.chain(paths).collect()
}
