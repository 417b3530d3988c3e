//! Gaps that the collector finds itself.

use ems_contract::probe::ProbeKind;

use super::dirty;
use super::fail::Fail;
use super::names::family_code;
use super::writer::Session;
use crate::store::NotedGap;

/// Keeps gaps of all portals of an agent and marks these portals as changed.
pub(super) fn note(session: &mut Session<'_>, gaps: &[NotedGap]) -> Result<(), Fail> {
    let conn = session.conn;
    for gap in gaps {
        let agent = session.names.agent(conn, &gap.agent)?;
        conn.prepare_cached(
            "INSERT INTO gap (agent, probe, family, starts, ends, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            agent,
            ProbeKind::Reach.as_str(),
            gap.family.map(|family| family_code(Some(family))),
            gap.window.from.secs(),
            gap.window.to.secs(),
            gap.why.as_str(),
        ))?;
        for portal in dirty::portals_of_agent(conn, agent)? {
            session.names.dirt.mark(conn, portal, gap.window.from.secs())?;
        }
    }
    Ok(())
}
