//! The runbooks of the alerts, `/runbooks` and `/runbooks/{alert}`: what to do, at the address that the alert gives.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use ems_contract::text::get as text;
use pulldown_cmark::{Event, Parser, html};
use serde::Serialize;

use super::page::{Console, PageError};
use super::router::{Asked, show};

macro_rules! runbooks {
    ($($name:literal)+) => {
        [$(Runbook {
            name: $name,
            text: include_str!(concat!("../../../alerts/runbooks/", $name, ".md")),
        }),+]
    };
}

/// What to do about an alert, in Markdown; the first line is `# PortalDown: Cổng gián đoạn`.
struct Runbook {
    name: &'static str,
    text: &'static str,
}

static RUNBOOKS: [Runbook; 37] = runbooks![
    "AgentBlind" "AgentClockWrong" "AgentSilent" "BackupMissing" "BudgetBurns" "CertificateExpires14d"
    "CertificateExpires1d" "CertificateExpires30d" "CertificateExpires7d" "CertificateInvalid" "CollectorAbsent"
    "DiskNearlyFull" "DnssecBogus" "DomainExpired" "DomainExpires14d" "DomainExpires1d" "DomainExpires30d"
    "DomainExpires7d" "DomainLost" "EnglishBroken" "EvidenceUnkept" "HostingDown" "InventoryRefused" "LedgerBehind"
    "NoticesStuck" "PortalDefaced" "PortalDegraded" "PortalDown" "PortalFamilyDown" "PortalUnobserved" "RecipientsRefuse"
    "ReportDue" "ReportLate" "RotaGap" "SectionStale" "SpoolFailing" "StoreUpkeepFails"
];

impl Runbook {
    /// The alert in a few words.
    fn title(&self) -> &'static str {
        let head = self.text.lines().next().unwrap_or_default();
        head.split_once(": ").map_or(head, |(_, title)| title)
    }

    /// As HTML. What stands in it as HTML is shown as text: a runbook is prose.
    fn html(&self) -> String {
        let inert = Parser::new(self.text).map(|event| match event {
            Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
            other => other,
        });
        let mut page = String::new();
        html::push_html(&mut page, inert);
        page
    }
}

/// A line of the list.
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    title: &'static str,
}

/// `/runbooks`, `/runbooks/{alert}`.
pub(super) fn routes(console: Arc<Console>) -> Router {
    Router::new()
        .route("/runbooks", get(list))
        .route("/runbooks/{alert}", get(one))
        .with_state(console)
}

async fn list(State(console): State<Arc<Console>>, Query(asked): Query<Asked>) -> Response {
    show(console, asked.lang(), "/runbooks".into(), |console, lang| {
        let lines: Vec<Line> = RUNBOOKS
            .iter()
            .map(|book| Line {
                name: book.name,
                title: book.title(),
            })
            .collect();
        let look = console.look(lang, "/runbooks");
        console.render(
            look,
            "runbooks",
            text(lang, "console.runbooks"),
            "runbooks.html",
            lines,
        )
    })
    .await
}

async fn one(
    State(console): State<Arc<Console>>,
    Path(alert): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    // The path of the language switch is a name of ours, never what somebody typed.
    let found = RUNBOOKS.iter().find(|book| book.name == alert);
    let path = found.map_or_else(
        || "/runbooks".to_owned(),
        |book| format!("/runbooks/{}", book.name),
    );
    show(console, asked.lang(), path.clone(), move |console, lang| {
        let book = found.ok_or(PageError::NoRunbook(alert))?;
        let look = console.look(lang, &path);
        console.render(look, "runbooks", book.title(), "runbook.html", book.html())
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_runbook_of_the_folder_is_shown() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../alerts/runbooks");
        let files = std::fs::read_dir(folder).unwrap();
        let there: BTreeSet<String> = files
            .map(|file| {
                let path = file.unwrap().path();
                path.file_stem().unwrap().to_str().unwrap().to_owned()
            })
            .collect();
        let shown: BTreeSet<String> = RUNBOOKS.iter().map(|book| book.name.to_owned()).collect();
        assert_eq!(there, shown);
        for book in &RUNBOOKS {
            assert!(
                book.text
                    .starts_with(&format!("# {}: {}\n", book.name, book.title()))
            );
        }
    }

    #[test]
    fn a_runbook_is_prose_and_no_markup_of_its_own() {
        let book = Runbook {
            name: "X",
            text: "# X: Thử\n\n1. Gọi `ems <b>x</b>`\n\n<script>alert(1)</script>\n\nvà <i>vậy</i>.\n",
        };
        let page = book.html();
        assert!(
            page.contains("<h1>X: Thử</h1>") && page.contains("<li>"),
            "{page}"
        );
        assert!(!page.contains("<script") && !page.contains("<i>"), "{page}");
        assert_eq!(book.title(), "Thử");
    }
}
