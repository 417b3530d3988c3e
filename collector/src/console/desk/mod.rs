//! The pages on which people write: log-in, account, audit log, registers, answers to alarms.

mod account;
mod audit;
mod files;
mod import;
mod incident;
mod link;
mod login;
mod oncall;
mod registers;
mod reports;
mod withdrawal;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use ems_contract::diagnostic::Message;
use ems_contract::text::Lang;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::door::{MAX_FORM, MAX_UPLOAD, set_cookie};
use super::page::{Console, PageError};
use super::router::Asked;
use crate::account::{Action, Actor};
use crate::context::Context;
use crate::edition::Office;
use crate::http::listener::Peer;
use crate::oncall::Watch;
use crate::register::RegisterKind;
use crate::regulation::Regulations;
use ems_contract::id::PortalId;

/// Passwords looked at at once: each takes 19 MiB and some ten milliseconds.
const LOGINS: usize = 2;

/// Who is let in, and by which rules.
#[derive(Clone)]
pub struct Access {
    /// Whether reading needs a log-in, too.
    pub needs_login: bool,
    /// Whether people reach the console by HTTPS, perhaps through a proxy: the cookie then never travels otherwise.
    pub https: bool,
    /// Whether passwords may come unencrypted from other machines.
    pub allow_plain: bool,
    /// The rules by which entries are checked.
    pub rules: Arc<Regulations>,
    /// Who is called by name, if anybody is: with it come signed links.
    pub watch: Option<Arc<Watch>>,
    /// Folder of the data: drafts of reports are written below it before they are kept.
    pub folder: PathBuf,
    /// What drafts of reports have in common.
    pub office: Office,
}

/// What the pages that write share.
pub(super) struct Desk {
    pub(super) context: Context,
    pub(super) console: Arc<Console>,
    pub(super) access: Access,
    pub(super) logins: Semaphore,
    /// Editions of reports are made one at a time.
    drawing: Arc<Semaphore>,
    waiting: import::Waiting,
}

impl Desk {
    pub(super) fn new(context: Context, console: Arc<Console>, access: Access) -> Self {
        Self {
            context,
            console,
            access,
            logins: Semaphore::new(LOGINS),
            drawing: Arc::new(Semaphore::new(1)),
            waiting: import::Waiting::default(),
        }
    }

    /// A page that says why something is not done.
    pub(super) fn refusal(&self, status: StatusCode, why: &str, lang: Lang) -> Response {
        page(status, self.console.refusal(lang, why))
    }

    /// Whether a password may come on this line.
    fn takes_passwords(&self, peer: Option<&Peer>) -> bool {
        self.access.allow_plain || peer.copied().is_some_and(Peer::is_private)
    }

    /// The header that gives the browser at the other end a session's key, or takes it away.
    fn cookie(&self, key: Option<&str>, peer: Option<&Peer>) -> HeaderValue {
        set_cookie(key, self.access.https || peer.is_some_and(|peer| peer.tls))
    }

    /// The answer for an actor who may not do something; `None` for those who may.
    fn refused(
        &self,
        actor: &Actor,
        action: Action,
        portal: Option<&PortalId>,
        lang: Lang,
    ) -> Option<Response> {
        if actor.may(action, portal) {
            return None;
        }
        let why = Message::new("account.refused.right")
            .with_text("action", Message::new(action_key(action)))
            .render(lang);
        Some(self.refusal(StatusCode::FORBIDDEN, &why, lang))
    }
}

/// The text of an action.
pub(super) const fn action_key(action: Action) -> &'static str {
    match action {
        Action::SeeAudit => "account.action.see-audit",
        Action::ManageAccounts => "account.action.manage-accounts",
        Action::Attest => "account.action.attest",
        Action::KeepRegister => "account.action.keep-register",
        Action::RecordIncident => "account.action.record-incident",
        Action::ConfirmReceipt => "account.action.confirm-receipt",
        Action::Acknowledge => "account.action.acknowledge",
        Action::PlanRota => "account.action.plan-rota",
        Action::AnnounceMaintenance => "account.action.announce-maintenance",
        Action::ExcludeTime => "account.action.exclude-time",
        Action::EditReport => "account.action.edit-report",
        Action::SeeReport => "account.action.see-report",
        Action::SignReport => "account.action.sign-report",
        Action::Object => "account.action.object",
        Action::DecideObjection => "account.action.decide-objection",
    }
}

/// A rendered page as an answer.
fn page(status: StatusCode, html: Result<String, PageError>) -> Response {
    match html {
        Ok(html) => (status, [(CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot show a page of the console");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Runs what reads or writes the store on a blocking thread.
async fn blocking(work: impl FnOnce() -> Result<Response, PageError> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            tracing::error!(%error, "a page that writes failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page that writes was not finished");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The same about the register that an address names.
async fn of_register(
    desk: Arc<Desk>,
    kind: String,
    asked: &Asked,
    work: impl FnOnce(&Desk, Lang, RegisterKind) -> Result<Response, PageError> + Send + 'static,
) -> Response {
    let lang = asked.lang();
    blocking(move || match RegisterKind::named(&kind) {
        None => Ok(desk.no_such(lang)),
        Some(kind) => work(&desk, lang, kind),
    })
    .await
}

/// A choice of a form.
#[derive(Debug, Clone, Serialize)]
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// The pages; every one that writes lies behind [`super::door::pass`].
pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(
            "/login",
            // Anybody may send to it: no more than a name and a password need.
            get(login::show)
                .post(login::take)
                .layer(DefaultBodyLimit::max(MAX_FORM)),
        )
        .route("/logout", post(login::leave))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/audit", get(audit::show))
        .route("/on-call", get(oncall::show))
        .route("/on-call/handover", get(oncall::handover))
        .route("/on-call/act", post(oncall::act))
        .route("/act/{token}", get(link::show).post(link::take))
        .route("/registers", get(registers::overview))
        .route("/registers/{kind}", get(registers::list))
        .route(
            "/registers/{kind}/new",
            get(registers::blank).post(registers::enter),
        )
        .route("/registers/{kind}/import", get(import::show).post(import::take))
        .route(
            "/registers/{kind}/{id}",
            get(registers::entry).post(registers::correct),
        )
        // Written out: a placeholder in place of the paper's name would take the withdrawals of incidents as well.
        .route("/registers/incident/{id}/notice", get(incident::notice))
        .route("/registers/incident/{id}/closing-report", get(incident::closing))
        .route("/registers/{kind}/{id}/withdraw", post(withdrawal::withdraw))
        .route("/files/{digest}", get(files::get))
        .merge(reports::routes())
        .layer(DefaultBodyLimit::max(MAX_UPLOAD))
        .with_state(desk)
}
