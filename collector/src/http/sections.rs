//! `GET /api/v1/portals/{id}/sections`: the newest look at every section of a portal and at its English side.
//!
//! ```json
//! {"portal": "angiang", "at": "2026-11-22T00:00:00Z",
//!  "sections": [{"id": "tin-tuc", "found": true, "where": "main_menu", "label": "Tin tức", "url": "https://…",
//!                "state": "listed", "newest": {"day": "2026-11-20", "rule": "plain", "title": "…",
//!                "evidence": {"text": "20/11/2026", "selector": "…"}}, "age_working_days": 1,
//!                "seen_at": "…", "agent": "viettel-hn",
//!                "verdicts": [{"pack": "an-giang-2023", "obligation": "ag-d6", "check": "section-tin-tuc",
//!                              "value": "pass", "reason": "met"}]}],
//!  "english": {"verdict": "pass", "entry": "https://…/en", "seen_at": "…", …}}
//! ```
//!
//! `state` other than `listed`, `undated`, `empty` and `missing` is unknown; `because` says why. Items are not repeated here.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ems_contract::facts::page::{EnglishFacts, SectionFacts};
use ems_contract::id::{AgentId, PortalId};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::error::ApiError;
use crate::calendar::civil;
use crate::context::Context;
use crate::judge::{Reason, Value};
use crate::regulation::Regulations;
use crate::sections::{self, Standing};
use crate::store::StoreError;

/// The answer.
#[derive(Debug, Serialize)]
pub struct SectionReport {
    /// Which portal.
    pub portal: PortalId,
    /// The present by which ages are counted.
    pub at: UnixTime,
    /// The sections in the order of the lexicon.
    pub sections: Vec<SectionLine>,
    /// The English side; absent before the first visit that saw the home page.
    pub english: Option<EnglishLine>,
}

/// One section.
#[derive(Debug, Serialize)]
pub struct SectionLine {
    /// What the newest look found, without items.
    #[serde(flatten)]
    pub facts: SectionFacts,
    /// Working days after the newest posting.
    pub age_working_days: Option<u32>,
    /// When it was looked at.
    pub seen_at: UnixTime,
    /// By whom.
    pub agent: AgentId,
    /// The newest verdicts about it.
    pub verdicts: Vec<VerdictLine>,
}

/// One verdict about a section.
#[derive(Debug, Serialize)]
pub struct VerdictLine {
    /// The pack.
    pub pack: String,
    /// The obligation.
    pub obligation: String,
    /// The check.
    pub check: String,
    /// The verdict.
    pub value: Value,
    /// Why.
    pub reason: Reason,
}

/// The English side.
#[derive(Debug, Serialize)]
pub struct EnglishLine {
    /// What was found.
    #[serde(flatten)]
    pub facts: EnglishFacts,
    /// When.
    pub seen_at: UnixTime,
}

pub(super) async fn get(
    State((context, rules)): State<(Context, Arc<Regulations>)>,
    Path(id): Path<String>,
) -> Result<Json<SectionReport>, ApiError> {
    let portal: PortalId = id
        .parse()
        .map_err(|error| ApiError::bad_parameter(format!("`{id}` is no portal id: {error}")))?;
    match tokio::task::spawn_blocking(move || read(&context, &rules, portal)).await {
        Ok(Ok(Some(report))) => Ok(Json(report)),
        Ok(Ok(None)) => {
            let message = format!("portal `{id}` was never in an inventory");
            Err(ApiError::new(StatusCode::NOT_FOUND, "unknown_portal", message))
        }
        Ok(Err(error)) => Err(error.into()),
        Err(_panicked) => Err(ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "reading the sections failed",
        )),
    }
}

/// `None` when the portal was never in an inventory.
fn read(
    context: &Context,
    rules: &Regulations,
    portal: PortalId,
) -> Result<Option<SectionReport>, StoreError> {
    let (store, now) = (&*context.store, context.clock.now());
    if !store.knows_portal(&portal)? {
        return Ok(None);
    }
    let read = sections::read(store, &portal, now)?;
    let standings = read.standings(rules, civil::day_of(now));
    let lines = standings.iter().map(line).collect();
    let english = read.page.and_then(|page| {
        Some(EnglishLine {
            facts: page.facts.english?,
            seen_at: page.at,
        })
    });
    Ok(Some(SectionReport {
        portal,
        at: now,
        sections: lines,
        english,
    }))
}

fn line(standing: &Standing<'_>) -> SectionLine {
    let verdicts = standing.judged.iter().map(|judged| VerdictLine {
        pack: judged.verdict.pack.to_string(),
        obligation: judged.verdict.obligation.to_string(),
        check: judged.check.check.to_string(),
        value: judged.check.value,
        reason: judged.check.reason,
    });
    SectionLine {
        facts: SectionFacts {
            items: Vec::new(),
            ..standing.look.facts.clone()
        },
        age_working_days: standing.age_wd,
        seen_at: standing.look.at,
        agent: standing.look.agent.clone(),
        verdicts: verdicts.collect(),
    }
}
