//! Fetches what a page needs, makes its view-model and renders it. Blocks while it reads the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, get};
use ems_contract::time::Window;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use super::templates::environment;
use super::view::{self, Look, PortalData, shell};
use super::workload::Workloads;
use crate::account::Actor;
use crate::context::Context;
use crate::ledger::Track;
use crate::regulation::Regulations;
use crate::sections;
use crate::sight;
use crate::store::{Evidence, StoreError};
use crate::timeline::{Rosters, Timelines};

/// Days that a portal's ribbons and incident lists reach back.
const DAYS: i64 = 90;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such portal.
    #[error("no portal `{0}`")]
    NoPortal(String),
    /// There is no such pack of rules.
    #[error("no pack `{0}`")]
    NoPack(String),
    /// No page of this digest is kept.
    #[error("no evidence `{0}`")]
    NoEvidence(String),
    /// There is no runbook for such an alert.
    #[error("no runbook `{0}`")]
    NoRunbook(String),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A template asks for what it is not given: a fault of this program.
    #[error("render the page: {0:#}")]
    Template(#[from] minijinja::Error),
}

/// Renders pages.
pub struct Console {
    context: Context,
    timelines: Arc<Timelines>,
    rosters: Rosters,
    workloads: Workloads,
    rules: Arc<Regulations>,
    templates: Environment<'static>,
}

impl Console {
    /// A console over the collector's data.
    ///
    /// # Errors
    /// [`PageError::Template`] when an embedded template does not parse.
    pub fn new(
        context: Context,
        timelines: Arc<Timelines>,
        rules: Arc<Regulations>,
    ) -> Result<Self, PageError> {
        Ok(Self {
            context,
            timelines,
            rosters: Rosters::default(),
            workloads: Workloads::default(),
            rules,
            templates: environment()?,
        })
    }

    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    pub(super) const fn workloads(&self) -> &Workloads {
        &self.workloads
    }

    pub(super) fn rules(&self) -> &Regulations {
        &self.rules
    }

    pub(super) fn look<'a>(&self, lang: Lang, path: &'a str) -> Look<'a> {
        Look {
            lang,
            now: self.context.clock.now(),
            path,
        }
    }

    pub(super) fn render(
        &self,
        look: Look<'_>,
        page: &'static str,
        title: &str,
        template: &str,
        view: impl Serialize,
    ) -> Result<String, PageError> {
        self.render_for(look, None, page, title, template, view)
    }

    /// A page that greets `actor`, where somebody is logged in.
    pub(super) fn render_for(
        &self,
        look: Look<'_>,
        actor: Option<&Actor>,
        page: &'static str,
        title: &str,
        template: &str,
        view: impl Serialize,
    ) -> Result<String, PageError> {
        let loaded = self.context.inventory.loaded();
        let demo = self.context.store.demo()?;
        let mut shell = shell(look, page, title, &loaded, demo);
        if let Some(actor) = actor {
            shell.greet(actor);
        }
        self.fill(look.lang, shell, template, view)
    }

    /// A page with forms, for `actor` where somebody is logged in.
    ///
    /// # Errors
    /// When a text is missing: a fault of this program.
    pub(super) fn form(
        &self,
        lang: Lang,
        actor: Option<&Actor>,
        path: &str,
        title: &str,
        template: &str,
        view: impl Serialize,
    ) -> Result<String, PageError> {
        let page = if path.starts_with("/registers") {
            "registers"
        } else if path.starts_with("/reports") {
            "reports"
        } else if path.starts_with("/on-call") {
            "oncall"
        } else {
            "account"
        };
        self.render_for(self.look(lang, path), actor, page, title, template, view)
    }

    /// A page that says why something is not done.
    ///
    /// # Errors
    /// When a text is missing: a fault of this program.
    pub(super) fn refusal(&self, lang: Lang, why: &str) -> Result<String, PageError> {
        let title = get(lang, "account.refused.title");
        self.form(lang, None, "/account", title, "refusal.html", why)
    }

    fn fill(
        &self,
        lang: Lang,
        shell: view::Shell,
        template: &str,
        view: impl Serialize,
    ) -> Result<String, PageError> {
        let context = context! {
            lang => lang.as_str(),
            shell => Value::from(Serde(shell)),
            view => Value::from(Serde(view)),
        };
        Ok(self.templates.get_template(template)?.render(context)?)
    }

    /// The overview.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn overview(&self, lang: Lang) -> Result<String, PageError> {
        let look = self.look(lang, "/");
        let loaded = self.context.inventory.loaded();
        let store = &*self.context.store;
        let roster = self.rosters.current(store, &loaded, look.now)?;
        let snapshot = self.timelines.look(&roster.ids, look.now)?;
        let blind = sight::blind(store.glances()?, look.now);
        let view = view::overview(look, &loaded, &roster, &snapshot, (&store.agents()?, &blind));
        self.render(
            look,
            "overview",
            get(lang, "console.nav.overview"),
            "overview.html",
            view,
        )
    }

    /// One portal.
    ///
    /// # Errors
    /// [`PageError::NoPortal`]; when the store cannot be read.
    pub fn portal(&self, id: &str, lang: Lang) -> Result<String, PageError> {
        let path = format!("/portals/{id}");
        let look = self.look(lang, &path);
        let loaded = self.context.inventory.loaded();
        let store = &*self.context.store;
        let roster = self.rosters.current(store, &loaded, look.now)?;
        let no_portal = || PageError::NoPortal(id.to_owned());
        let id: PortalId = id.parse().map_err(|_why| no_portal())?;
        let member = roster.member(&id).ok_or_else(no_portal)?;
        let window = Window::new(look.now - DAYS * 86_400, look.now);
        let mut spans = Vec::with_capacity(3);
        for track in Track::ALL {
            spans.push(store.spans(&id, track, window)?);
        }
        let latest = store.latest(Some(&id))?;
        let chain = match view::newest_tls(&latest).and_then(|record| record.facts.tls.as_ref()?.chain) {
            Some(digest) => store.chain(&digest)?,
            None => None,
        };
        let incidents = store.incidents(Some(&id), window)?;
        let sections = sections::read(store, &id, look.now)?;
        let kept = store.kept_evidence(&sections.pages())?;
        let data = PortalData {
            member,
            spans: [&spans[0], &spans[1], &spans[2]],
            latest: &latest,
            chain: chain.as_ref(),
            incidents: &incidents,
            sections: &sections,
            kept: &kept,
            rules: &self.rules,
        };
        let view = view::portal(look, &data);
        let title = view.name.clone();
        self.render(look, "portal", &title, "portal.html", view)
    }

    /// The page of this digest, if it is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn evidence(&self, digest: &Sha256) -> Result<Option<Evidence>, StoreError> {
        self.context.store.evidence(digest)
    }

    /// All incidents of the last ninety days.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn incidents(&self, lang: Lang) -> Result<String, PageError> {
        let look = self.look(lang, "/incidents");
        let loaded = self.context.inventory.loaded();
        let window = Window::new(look.now - DAYS * 86_400, look.now + 1);
        let incidents = self.context.store.incidents(None, window)?;
        let names: BTreeMap<PortalId, String> = loaded
            .inventory
            .portals
            .iter()
            .map(|portal| (portal.id.clone(), portal.name.clone()))
            .collect();
        let view = view::incidents(look, &incidents, &names);
        self.render(
            look,
            "incidents",
            get(lang, "console.nav.incidents"),
            "incidents.html",
            view,
        )
    }

    /// The agents.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn agents(&self, lang: Lang) -> Result<String, PageError> {
        let look = self.look(lang, "/agents");
        let loaded = self.context.inventory.loaded();
        let store = &*self.context.store;
        let gaps = store.agent_gaps(Window::new(look.now - 7 * 86_400, look.now))?;
        let blind = sight::blind(store.glances()?, look.now);
        let view = view::agents(look, &loaded, (&store.agents()?, &blind), &gaps);
        self.render(
            look,
            "agents",
            get(lang, "console.nav.agents"),
            "agents.html",
            view,
        )
    }

    /// Method and versions.
    ///
    /// # Errors
    /// When a text is missing: a fault of this program.
    pub fn about(&self, lang: Lang) -> Result<String, PageError> {
        let look = self.look(lang, "/about");
        let loaded = self.context.inventory.loaded();
        self.render(
            look,
            "about",
            get(lang, "console.nav.about"),
            "about.html",
            view::about(look, &loaded),
        )
    }

    /// A page about an error.
    ///
    /// # Errors
    /// When a text is missing: a fault of this program.
    pub fn error(&self, lang: Lang, path: &str, error: &PageError) -> Result<String, PageError> {
        let look = self.look(lang, path);
        let key = match error {
            PageError::NoPortal(_) => "console.error.no_portal",
            PageError::NoPack(_) => "console.error.no_pack",
            PageError::NoEvidence(_) => "console.error.no_evidence",
            PageError::NoRunbook(_) => "console.error.no_runbook",
            PageError::Store(_) | PageError::Template(_) => "console.error.internal",
        };
        let message = match error {
            PageError::NoPortal(id)
            | PageError::NoPack(id)
            | PageError::NoEvidence(id)
            | PageError::NoRunbook(id) => ems_contract::text::fill(lang, key, &[("id", id)]),
            PageError::Store(_) | PageError::Template(_) => get(lang, key).to_owned(),
        };
        self.render(look, "error", get(lang, "console.error"), "error.html", message)
    }
}
