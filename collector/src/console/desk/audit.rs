//! The audit log, newest first.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ems_contract::text::{fill, get, lookup};
use serde::Serialize;

use super::{Desk, blocking, page};
use crate::account::{Action, Actor};
use crate::console::router::Asked;
use crate::locale;

/// Entries a page.
const AT_ONCE: u32 = 100;

#[derive(Debug, Serialize)]
struct AuditPage {
    intro: Option<String>,
    rows: Vec<AuditRow>,
    /// Where older entries begin.
    older: Option<u64>,
}

#[derive(Debug, Serialize)]
struct AuditRow {
    seq: u64,
    at: String,
    actor: String,
    via: String,
    action: String,
    subject: String,
    detail: String,
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = asked.lang();
    if let Some(response) = desk.refused(&actor, Action::SeeAudit, None, lang) {
        return response;
    }
    blocking(move || {
        let entries = desk.context.store.audit(asked.before(), AT_ONCE)?;
        let said = |key: String, bare: &str| lookup(lang, &key).unwrap_or(bare).to_owned();
        let intro = entries
            .first()
            .filter(|_| asked.before().is_none())
            .map(|newest| {
                let values = [
                    ("seq", newest.seq.to_string()),
                    ("seal", newest.digest.to_string()),
                ];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                fill(lang, "account.audit.intro", &values)
            });
        let older = entries.last().map(|oldest| oldest.seq).filter(|seq| *seq > 1);
        let rows = entries.into_iter().map(|entry| AuditRow {
            seq: entry.seq,
            at: locale::instant(entry.at, lang),
            via: said(format!("account.via.{}", entry.via), &entry.via),
            action: said(format!("audit.{}", entry.action), &entry.action),
            actor: entry.actor,
            subject: entry.subject,
            detail: entry.detail,
        });
        let view = AuditPage {
            intro,
            rows: rows.collect(),
            older,
        };
        let title = get(lang, "account.audit.title");
        let html = desk
            .console
            .form(lang, Some(&actor), "/audit", title, "audit.html", view);
        Ok(page(StatusCode::OK, html))
    })
    .await
}
