//! The pages about the law: a portal against what binds it, an instrument over all portals.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use ems_contract::id::PortalId;
use ems_contract::inventory::Level;
use ems_contract::text::{Lang, get as text};
use jiff::civil::Date;
use serde::Deserialize;

use super::page::{Console, PageError};
use super::router::{language, show};
use super::view::{ComplianceData, Wanted, compliance, proving_pages, regulation, regulations};
use crate::calendar::civil::{day_of, plus_days};
use crate::judge::{Units, Value};
use crate::regulation::Regulations;
use crate::store::{Asked, Judging, KeptVerdict, StoreError};

/// Days looked back for the last verdicts.
pub(super) const LOOK_BACK: i64 = 35;

/// What is asked of a page, as it came; what it does not understand it leaves aside.
#[derive(Debug, Default, Deserialize)]
struct Filters {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    page: String,
}

impl Filters {
    fn value(&self) -> Option<Value> {
        Value::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == self.value)
    }

    fn level(&self) -> Option<Level> {
        Level::ALL
            .iter()
            .copied()
            .find(|level| level.as_str() == self.level)
    }
}

#[derive(Clone)]
struct Law {
    console: Arc<Console>,
    rules: Arc<Regulations>,
}

/// `/portals/{id}/compliance`, `/regulations`, `/regulations/{pack}`.
pub(super) fn routes(console: Arc<Console>, rules: Arc<Regulations>) -> Router {
    Router::new()
        .route("/portals/{id}/compliance", get(of_portal))
        .route("/regulations", get(list))
        .route("/regulations/{pack}", get(of_pack))
        .with_state(Law { console, rules })
}

async fn of_portal(
    State(law): State<Law>,
    Path(id): Path<String>,
    Query(filters): Query<Filters>,
) -> Response {
    let rules = law.rules;
    show(
        law.console,
        language(&filters.lang),
        "/".into(),
        move |console, lang| console.compliance(&rules, &id, filters.value(), lang),
    )
    .await
}

async fn list(State(law): State<Law>, Query(filters): Query<Filters>) -> Response {
    let rules = law.rules;
    show(
        law.console,
        language(&filters.lang),
        "/regulations".into(),
        move |console, lang| console.regulations(&rules, lang),
    )
    .await
}

async fn of_pack(
    State(law): State<Law>,
    Path(pack): Path<String>,
    Query(filters): Query<Filters>,
) -> Response {
    let rules = law.rules;
    show(
        law.console,
        language(&filters.lang),
        "/regulations".into(),
        move |console, lang| {
            let wanted = Wanted {
                level: filters.level(),
                value: filters.value(),
                page: filters.page.parse().unwrap_or_default(),
            };
            console.regulation(&rules, &pack, wanted, lang)
        },
    )
    .await
}

impl Console {
    /// The newest day with verdicts.
    fn last_judged(&self, today: Date) -> Result<Option<Date>, StoreError> {
        let from = plus_days(today, -LOOK_BACK);
        let judgings = self.context().store.newest_judgings(None, from)?;
        Ok(judgings.into_iter().map(|judging| judging.day).max())
    }

    /// A portal's newest judging, with everything said then.
    pub(super) fn newest(
        &self,
        portal: PortalId,
        today: Date,
    ) -> Result<(Option<Judging>, Vec<KeptVerdict>), StoreError> {
        let store = &self.context().store;
        let from = plus_days(today, -LOOK_BACK);
        let judging = store.newest_judgings(Some(&portal), from)?.pop();
        let verdicts = match &judging {
            None => Vec::new(),
            Some(judging) => store.verdicts(&Asked {
                portal: Some(portal),
                ..Asked::on(judging.day)
            })?,
        };
        Ok((judging, verdicts))
    }

    /// One portal against everything that binds it.
    ///
    /// # Errors
    /// [`PageError::NoPortal`]; when the store cannot be read.
    pub fn compliance(
        &self,
        rules: &Regulations,
        id: &str,
        only: Option<Value>,
        lang: Lang,
    ) -> Result<String, PageError> {
        let no_portal = || PageError::NoPortal(id.to_owned());
        let portal: PortalId = id.parse().map_err(|_why| no_portal())?;
        let path = format!("/portals/{portal}/compliance");
        let look = self.look(lang, &path);
        let inventory = self.context().inventory.current();
        let known = inventory.portals.iter().find(|known| known.id == portal);
        let known = known.ok_or_else(no_portal)?;
        let units = Units::of(&inventory);
        let unit = units.get(&portal).ok_or_else(no_portal)?;
        let (judging, verdicts) = self.newest(portal, day_of(look.now))?;
        let kept = self.context().store.kept_evidence(&proving_pages(&verdicts))?;
        let view = compliance(
            look,
            &ComplianceData {
                rules,
                portal: known.id.as_str(),
                name: &known.name,
                unit,
                judging: judging.as_ref(),
                verdicts: &verdicts,
                kept: &kept,
                only,
            },
        );
        let title = format!("{}: {}", text(lang, "console.compliance.title"), known.name);
        self.render(look, "regulations", &title, "compliance.html", view)
    }

    /// The instruments, with counts of today's verdicts.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn regulations(&self, rules: &Regulations, lang: Lang) -> Result<String, PageError> {
        let look = self.look(lang, "/regulations");
        let day = self.last_judged(day_of(look.now))?;
        let counts = match day {
            Some(day) => self.context().store.verdict_counts(day)?,
            None => Vec::new(),
        };
        let view = regulations(look, rules, &counts, day);
        let title = text(lang, "console.regulation.all");
        self.render(look, "regulations", title, "regulations.html", view)
    }

    /// One instrument over all portals.
    ///
    /// # Errors
    /// [`PageError::NoPack`]; when the store cannot be read.
    pub fn regulation(
        &self,
        rules: &Regulations,
        id: &str,
        wanted: Wanted,
        lang: Lang,
    ) -> Result<String, PageError> {
        let pack = rules
            .packs
            .get(id)
            .ok_or_else(|| PageError::NoPack(id.to_owned()))?;
        let path = format!("/regulations/{}", pack.id);
        let look = self.look(lang, &path);
        let day = self.last_judged(day_of(look.now))?;
        let lines = match day {
            None => Vec::new(),
            Some(day) => self.context().store.verdict_lines(&Asked {
                pack: Some(pack.id.to_string()),
                ..Asked::on(day)
            })?,
        };
        let inventory = self.context().inventory.current();
        let view = regulation(look, pack, &inventory, &lines, day, wanted);
        let title = view.title.clone();
        self.render(look, "regulations", &title, "regulation.html", view)
    }
}
