//! The pages of what there is to do: one of each unit, over all of its portals, and the list of units.
//!
//! The inventory gives a body no id: the id of any of its portals leads to its page, so that an address stays good
//! whatever other portals come and go.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use ems_contract::id::PortalId;
use ems_contract::inventory::{Level, Portal};
use ems_contract::text::{Lang, get as text};
use jiff::civil::Date;
use serde::Deserialize;

use super::law::LOOK_BACK;
use super::page::{Console, PageError};
use super::router::{language, show};
use super::view::{
    DutiesData, DutyRow, Look, OwnersData, PortalWork, duties, owners as owners_view, work as work_view,
};
use crate::account::{Action, Actor};
use crate::calendar::civil::{day_of, plus_days};
use crate::digest::{Owner, endings, owner_of, owners, tasks};
use crate::edition::due_now;
use crate::judge::Value;
use crate::register::RegisterKind;
use crate::store::{KeptVerdict, StoreError};

/// What is asked of a page, as it came; what it does not understand it leaves aside.
#[derive(Debug, Default, Deserialize)]
struct Filters {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    level: String,
}

type Shared = State<Arc<Console>>;

/// `/work`, `/portals/{id}/work`.
pub(super) fn routes(console: Arc<Console>) -> Router {
    Router::new()
        .route("/work", get(list))
        .route("/portals/{id}/work", get(of_unit))
        .with_state(console)
}

async fn list(
    State(console): Shared,
    actor: Option<Extension<Actor>>,
    Query(filters): Query<Filters>,
) -> Response {
    show(
        console,
        language(&filters.lang),
        "/work".into(),
        move |console, lang| {
            let level = Level::ALL
                .iter()
                .copied()
                .find(|level| level.as_str() == filters.level);
            console.works(level, actor.as_deref(), lang)
        },
    )
    .await
}

async fn of_unit(
    State(console): Shared,
    Path(id): Path<String>,
    actor: Option<Extension<Actor>>,
    Query(filters): Query<Filters>,
) -> Response {
    show(
        console,
        language(&filters.lang),
        "/work".into(),
        move |console, lang| console.work(&id, actor.as_deref(), lang),
    )
    .await
}

impl Console {
    /// What the unit that answers for a portal has to do on all of its portals, by the newest verdicts; with what else
    /// it owes where the reader may know.
    ///
    /// # Errors
    /// [`PageError::NoPortal`]; when the store cannot be read.
    pub fn work(&self, id: &str, actor: Option<&Actor>, lang: Lang) -> Result<String, PageError> {
        let no_portal = || PageError::NoPortal(id.to_owned());
        let portal: PortalId = id.parse().map_err(|_why| no_portal())?;
        let path = format!("/portals/{portal}/work");
        let look = self.look(lang, &path);
        let inventory = self.context().inventory.current();
        let owner = owner_of(&inventory, &portal, look.now).ok_or_else(no_portal)?;
        let today = day_of(look.now);
        let works = owner
            .measured
            .iter()
            .map(|portal| self.work_on(portal, today, lang));
        let works = works.collect::<Result<Vec<_>, StoreError>>()?;
        let duties = match actor {
            Some(actor) => self.duties(&owner, actor, look)?,
            None => Vec::new(),
        };
        let view = work_view(look, &owner, works, duties);
        let title = format!("{}: {}", text(lang, "digest.work"), owner.name);
        self.render_for(look, actor, "work", &title, "work.html", view)
    }

    /// What there is to do on one portal.
    fn work_on<'i>(&self, portal: &'i Portal, today: Date, lang: Lang) -> Result<PortalWork<'i>, StoreError> {
        let (judging, verdicts) = self.newest(portal.id.clone(), today)?;
        let decides =
            |kept: &KeptVerdict| !matches!(kept.verdict.value, Value::Unknown | Value::NotApplicable);
        Ok(PortalWork {
            portal,
            judging: judging.filter(|_| verdicts.iter().any(decides)),
            tasks: tasks(self.rules(), &verdicts, lang),
        })
    }

    /// What else a unit owes, as far as the reader may know: registers are read by everybody who is logged in, reports by
    /// those of the province and the unit itself.
    fn duties(&self, owner: &Owner<'_>, actor: &Actor, look: Look<'_>) -> Result<Vec<DutyRow>, StoreError> {
        let store = &*self.context().store;
        let inventory = self.context().inventory.current();
        let rules = self.rules();
        let sees = |portal: &&Portal| actor.may(Action::SeeReport, Some(&portal.id));
        let (due, editions) = if owner.measured.iter().any(sees) {
            (
                due_now(store, &inventory, rules, look.now)?,
                store.editions(None)?,
            )
        } else {
            (Vec::new(), Vec::new())
        };
        let mut entries = Vec::new();
        for portal in &owner.measured {
            entries.extend(store.entries(Some(RegisterKind::Attestation), Some(&portal.id))?);
        }
        let endings = endings((rules, &inventory), &entries, day_of(look.now), look.now);
        let data = DutiesData {
            rules,
            owner,
            endings: &endings,
            due: &due,
            editions: &editions,
        };
        Ok(duties(data, look.now, look.lang))
    }

    /// All units with how much each has to do; those that the reader speaks for come first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn works(
        &self,
        level: Option<Level>,
        actor: Option<&Actor>,
        lang: Lang,
    ) -> Result<String, PageError> {
        let look = self.look(lang, "/work");
        let from = plus_days(day_of(look.now), -LOOK_BACK);
        let inventory = self.context().inventory.current();
        let workload = self.workloads().current(&*self.context().store, from)?;
        let data = OwnersData {
            owners: &owners(&inventory, look.now),
            loads: &workload.loads,
            decided: &workload.decided,
            level,
            own: actor.map_or(&[], |actor| &actor.person.portals),
        };
        let view = owners_view(look, data);
        let title = text(lang, "digest.work");
        self.render_for(look, actor, "work", title, "owners.html", view)
    }
}
