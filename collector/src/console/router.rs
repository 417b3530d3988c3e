//! The HTTP shell of the console: paths, languages, headers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use ems_contract::id::PortalId;
use ems_contract::text::Lang;
use serde::Deserialize;

use super::desk::{self, Access, Desk};
use super::door;
use super::evidence;
use super::law;
use super::page::{Console, PageError};
use super::runbook;
use super::templates::STYLE;
use super::work;
use crate::context::Context;
use crate::timeline::Timelines;

/// Nothing from elsewhere, no script, no frame; forms go to the console itself.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// What stands behind the `?` of an address.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    done: String,
    #[serde(default)]
    portal: String,
    before: Option<u64>,
    outage: Option<i64>,
    #[serde(default)]
    shift: String,
}

impl Asked {
    /// English if asked for, else Vietnamese.
    pub(super) fn lang(&self) -> Lang {
        language(&self.lang)
    }

    /// Where to go on to after the log-in.
    pub(super) fn next(&self) -> &str {
        &self.next
    }

    /// Whether something was just done.
    pub(super) fn is_done(&self) -> bool {
        !self.done.is_empty()
    }

    /// The portal that is asked for, if it is an id.
    pub(super) fn portal(&self) -> Option<PortalId> {
        self.portal.parse().ok()
    }

    /// The outage that an incident's record begins with.
    pub(super) const fn outage(&self) -> Option<i64> {
        self.outage
    }

    /// Whether the shift that ended last is asked for, not the one that is on.
    pub(super) fn wants_shift_before(&self) -> bool {
        self.shift == "before"
    }

    /// Only what is numbered below.
    pub(super) const fn before(&self) -> Option<u64> {
        self.before
    }
}

/// English if asked for, else Vietnamese.
pub(super) fn language(asked: &str) -> Lang {
    if asked == "en" { Lang::En } else { Lang::Vi }
}

type Shared = State<Arc<Console>>;

/// The console's pages: `/`, `/portals/{id}` with its compliance and what its unit has to do, `/work`, `/evidence/{sha256}`, `/incidents`,
/// `/agents`, `/regulations`, `/runbooks`, `/about`, `/console.css`, which read only, and those of the desk, on which people write.
///
/// # Errors
/// [`PageError::Template`] when an embedded template does not parse.
pub fn router(context: Context, timelines: Arc<Timelines>, access: Access) -> Result<Router, PageError> {
    let rules = Arc::clone(&access.rules);
    let console = Arc::new(Console::new(context.clone(), timelines, Arc::clone(&rules))?);
    let desk = Arc::new(Desk::new(context, Arc::clone(&console), access));
    Ok(Router::new()
        .route("/", get(overview))
        .route("/portals/{id}", get(portal))
        .route("/incidents", get(incidents))
        .route("/agents", get(agents))
        .route("/about", get(about))
        .route("/console.css", get(style))
        .with_state(Arc::clone(&console))
        .merge(evidence::routes(Arc::clone(&console)))
        .merge(runbook::routes(Arc::clone(&console)))
        .merge(law::routes(Arc::clone(&console), rules))
        .merge(work::routes(console))
        .merge(desk::router(Arc::clone(&desk)))
        .layer(from_fn_with_state(desk, door::pass))
        .layer(map_response(protect)))
}

async fn overview(State(console): Shared, Query(asked): Query<Asked>) -> Response {
    show(console, asked.lang(), "/".into(), |console, lang| {
        console.overview(lang)
    })
    .await
}

async fn portal(State(console): Shared, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    // The path of the language switch is made of ids only, never of what somebody typed.
    show(console, asked.lang(), "/".into(), move |console, lang| {
        console.portal(&id, lang)
    })
    .await
}

async fn incidents(State(console): Shared, Query(asked): Query<Asked>) -> Response {
    show(console, asked.lang(), "/incidents".into(), |console, lang| {
        console.incidents(lang)
    })
    .await
}

async fn agents(State(console): Shared, Query(asked): Query<Asked>) -> Response {
    show(console, asked.lang(), "/agents".into(), |console, lang| {
        console.agents(lang)
    })
    .await
}

async fn about(State(console): Shared, Query(asked): Query<Asked>) -> Response {
    show(console, asked.lang(), "/about".into(), |console, lang| {
        console.about(lang)
    })
    .await
}

async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, STYLE).into_response()
}

/// Renders on a blocking thread: pages read the store.
pub(super) async fn show(
    console: Arc<Console>,
    lang: Lang,
    path: String,
    page: impl FnOnce(&Console, Lang) -> Result<String, PageError> + Send + 'static,
) -> Response {
    let rendered = tokio::task::spawn_blocking(move || {
        let (status, html) = match page(&console, lang) {
            Ok(html) => (StatusCode::OK, Ok(html)),
            Err(error) => {
                let status = match error {
                    PageError::NoPortal(_)
                    | PageError::NoPack(_)
                    | PageError::NoEvidence(_)
                    | PageError::NoRunbook(_) => StatusCode::NOT_FOUND,
                    PageError::Store(_) | PageError::Template(_) => {
                        tracing::error!(%error, path, "cannot show a page of the console");
                        StatusCode::INTERNAL_SERVER_ERROR
                    }
                };
                (status, console.error(lang, &path, &error))
            }
        };
        let headers = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        match html {
            Ok(html) => (status, headers, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "cannot show the error page of the console");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    });
    rendered.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a page of the console was not finished");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    // Strangers' pages have a stricter one of their own.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
