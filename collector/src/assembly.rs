//! The collector as a whole: inventory, store, keeper, console, metrics and HTTP edge put together, once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ems_contract::clock::SharedClock;
use ems_contract::diagnostic::{Diagnostic, Message};
use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::inventory::{self, Inventory};
use ems_contract::text::Lang;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::cli::RulesArgs;
use crate::cli::report::last_in_force;
use crate::console::{self, PageError};
use crate::context::{Context, LiveInventory};
use crate::digest::Digest;
use crate::edition::{self, Office, ReportJob};
use crate::inventory::{Watcher, short_notices, written_late};
use crate::judging::{Elsewhere, Judging};
use crate::keeper::Keeper;
use crate::locale::unreadable;
use crate::metrics::{self, Counters, Metrics};
use crate::notify::channel::Channel;
use crate::notify::round::Desk;
use crate::notify::sender::Notifier;
use crate::notify::{bridge, heartbeat, outgoing};
use crate::oncall::link::LinkKey;
use crate::oncall::{Watch, people_doubts};
use crate::regulation::Regulations;
use crate::serve::{self, Listeners, Parts, ServeError};
use crate::settings::Settings;
use crate::store::InventoryRecord;
use crate::timeline::Timelines;

/// The file beside the database with the key of signed links.
const LINK_KEY: &str = "links.key";

/// Why the collector does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The inventory has errors: all of them.
    #[error("the inventory cannot be used")]
    Inventory(Vec<Diagnostic>),
    /// Rule data have errors: all of them.
    #[error("the rule data cannot be used")]
    Rules(Vec<Diagnostic>),
    /// A part.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The console's templates.
    #[error(transparent)]
    Console(#[from] PageError),
    /// Signals cannot be received.
    #[error("signals: {0}")]
    Signals(#[from] std::io::Error),
    /// Channels, each in words for its operator.
    #[error("notify: {}", .0.iter().map(|why| why.render(Lang::En)).collect::<Vec<_>>().join("; "))]
    Channels(Vec<Message>),
    /// A guest's own trouble, in words for its operator.
    #[error("{0}")]
    Guest(String),
}

/// Something that lives under the collector's roof and speaks to it like any other: the local agent of `up`.
pub struct Guest {
    /// Its id, for the token.
    pub agent: AgentId,
    /// Digest of its token.
    pub token: Sha256,
    /// Starts it, given the base URL of the collector on this machine; it ends when the token is cancelled.
    pub start: Box<dyn FnOnce(url::Url, CancellationToken) -> GuestTask + Send>,
}

/// A running guest; its error is for the operator.
pub type GuestTask = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Runs the collector until SIGTERM or SIGINT. `announce` is told where it listens.
///
/// The guest, chosen when the inventory is known, is asked to end first, so that its last batch still finds a
/// collector.
///
/// # Errors
/// [`RunError`] when it cannot start, or when a part ends by itself.
pub async fn run(
    settings: &Settings,
    clock: SharedClock,
    guest: impl FnOnce(&Inventory) -> Result<Option<Guest>, RunError>,
    announce: impl FnOnce(&Listeners, &Inventory),
) -> Result<(), RunError> {
    let loaded = inventory::load(&settings.targets);
    let Some(inventory) = loaded.inventory.clone() else {
        return Err(RunError::Inventory(loaded.diagnostics));
    };
    let rules = RulesArgs {
        regulations: settings.regulations.clone(),
        policy: settings.policy.clone(),
    };
    let rules = Arc::new(rules.load().map_err(RunError::Rules)?);
    let guest = guest(&inventory)?;
    let now = clock.now();
    let store = serve::open_store(&settings.data)?;
    let before = last_in_force(&*store, now).map_err(ServeError::from)?;
    let late = written_late(&loaded.maintenance, before.as_ref(), now);
    let short = short_notices(&loaded.maintenance, &rules, now);
    if let Some(on_call) = &settings.notify.on_call {
        let people = store.people().map_err(ServeError::from)?;
        for doubt in people_doubts(on_call, &people) {
            tracing::warn!("notify.on_call: {}", doubt.render(settings.notify.lang));
        }
    }
    for warning in loaded.diagnostics.iter().chain(&late).chain(&short) {
        tracing::warn!("{warning}");
    }
    store
        .record_inventory(&InventoryRecord::of(&inventory, now))
        .map_err(ServeError::from)?;
    let context = Context {
        store: Arc::clone(&store),
        inventory: LiveInventory::new(inventory.clone(), now),
        clock,
        docket: crate::judging::Docket::default(),
        registry: prometheus::Registry::new(),
    };
    let counters = Arc::new(Counters::new(now, &store.agents().map_err(ServeError::from)?));
    let watcher: Arc<dyn crate::timeline::Watcher> = Arc::<Counters>::clone(&counters);
    let timelines = Arc::new(Timelines::watched(store, watcher));
    let exposition = Arc::new(Metrics::new(context.clone(), Arc::clone(&timelines), counters));
    let notify = Arc::new(settings.notify.clone());
    let watch = watch(settings, &rules)?;
    let desk = Desk::new(context.clone(), Arc::clone(&notify)).with_watch(watch.clone());
    let desk = Arc::new(desk);
    let access = console::Access {
        needs_login: settings.console_needs_login,
        https: notify
            .console_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https"),
        allow_plain: settings.allow_plain_tokens,
        rules: Arc::clone(&rules),
        watch,
        folder: settings.data.clone(),
        office: office(settings),
    };
    let rooms = console::router(context.clone(), timelines, access)?
        .merge(metrics::router(exposition))
        .merge(bridge::router(
            Arc::clone(&desk),
            notify.alertmanager_tokens.clone(),
        ));
    let channels = channels(&notify)?;
    let reports = ReportJob::new(edition::Watch {
        context: context.clone(),
        rules: Arc::clone(&rules),
        desk: Arc::clone(&desk),
        folder: settings.data.clone(),
        office: office(settings),
        lang: notify.lang,
    })
    .map_err(ServeError::from)?;
    let notifier = Notifier::new(context.clone(), Arc::clone(&notify), desk, channels);
    let notifier = notifier.map_err(ServeError::from)?;

    let changed = Arc::new(Notify::new());
    let hangups: [Arc<Notify>; 2] = Default::default();
    let [for_inventory, for_certificate] = hangups.clone();
    let shutdown = CancellationToken::new();
    let judging = Judging::new(&context, Arc::clone(&rules)).map_err(ServeError::from)?;
    let elsewhere = Elsewhere::new(&context).map_err(ServeError::from)?;
    let keeper = Keeper::new(&context, Arc::clone(&changed)).map_err(ServeError::from)?;
    let watch = Watcher::new(settings.targets.clone(), &loaded, &context, Arc::clone(&rules));
    let watch = watch.map_err(ServeError::from)?;
    let listeners = serve::bind(settings).await?;
    announce(&listeners, &inventory);

    let trouble = Arc::new(std::sync::Mutex::new(None));
    let asked = CancellationToken::new();
    let mut tokens = Vec::new();
    let mut tasks: Vec<(&'static str, crate::supervise::Task)> = vec![
        ("keeper", Box::pin(keeper.run(shutdown.clone()))),
        ("judging", Box::pin(judging.run(shutdown.clone()))),
        (
            "entries from elsewhere",
            Box::pin(elsewhere.run(shutdown.clone())),
        ),
        ("notifier", Box::pin(notifier.run(shutdown.clone()))),
        ("reports", Box::pin(reports.run(shutdown.clone()))),
        ("inventory", Box::pin(watch.run(for_inventory, shutdown.clone()))),
        (
            "signals",
            Box::pin(signals(hangups, asked.clone(), shutdown.clone())?),
        ),
    ];
    if let Some(digest) = Digest::new(&context, &rules, &notify) {
        tasks.push(("letters to units", Box::pin(digest.run(shutdown.clone()))));
    }
    if let Some(settings) = &notify.heartbeat {
        let http = outgoing::client(&settings.reach, None).map_err(|why| RunError::Channels(vec![why]))?;
        let beating = heartbeat::run(settings.clone(), context.clone(), http, shutdown.clone());
        tasks.push(("heartbeat", Box::pin(beating)));
    }
    match guest {
        None => tasks.push(("end", {
            let (asked, shutdown) = (asked.clone(), shutdown.clone());
            Box::pin(async move {
                asked.cancelled().await;
                shutdown.cancel();
            })
        })),
        Some(guest) => {
            tokens.push((guest.agent, guest.token));
            let task = (guest.start)(on_this_machine(&listeners), asked.clone());
            let (trouble, shutdown) = (Arc::clone(&trouble), shutdown.clone());
            tasks.push((
                "agent",
                Box::pin(async move {
                    if let Err(why) = task.await {
                        *trouble.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(why);
                    }
                    shutdown.cancel();
                }),
            ));
        }
    }
    let parts = Parts {
        context,
        rooms,
        changed,
        tokens,
        tasks,
        rules,
        hangup: for_certificate,
    };
    serve::serve(settings, listeners, parts, shutdown).await?;
    let trouble = trouble
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take();
    trouble.map_or(Ok(()), |why| Err(RunError::Guest(why)))
}

/// Who is called by name, with the key of their links.
fn watch(settings: &Settings, rules: &Arc<Regulations>) -> Result<Option<Arc<Watch>>, RunError> {
    let Some(on_call) = settings.notify.on_call.clone() else {
        return Ok(None);
    };
    let path = settings.data.join(LINK_KEY);
    let key = LinkKey::open(&path).map_err(|error| RunError::Channels(vec![unreadable(&path, &error)]))?;
    Ok(Some(Arc::new(Watch {
        settings: on_call,
        key,
        rules: Arc::clone(rules),
    })))
}

/// Every channel of the settings, ready; all that are not are named at once.
fn channels(settings: &crate::notify::settings::NotifySettings) -> Result<Vec<Channel>, RunError> {
    let (mut ready, mut troubles) = (Vec::new(), Vec::new());
    for channel in &settings.channels {
        match Channel::open(channel, None) {
            Ok(channel) => ready.push(channel),
            Err(why) => troubles.push(
                Message::new("notify.setup.channel")
                    .with("name", &channel.name)
                    .with_text("why", why),
            ),
        }
    }
    if troubles.is_empty() {
        return Ok(ready);
    }
    Err(RunError::Channels(troubles))
}

/// What the drafts of reports that nobody asked for have in common.
fn office(settings: &Settings) -> Office {
    Office {
        renderer: settings.renderer.clone(),
        templates: settings.templates.clone(),
        ..Office::default()
    }
}

/// SIGHUP reads inventory and certificate again; SIGTERM and SIGINT end the program.
fn signals(
    hangups: [Arc<Notify>; 2],
    asked: CancellationToken,
    shutdown: CancellationToken,
) -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut hup = signal(SignalKind::hangup())?;
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = hup.recv() => hangups.iter().for_each(|hangup| hangup.notify_one()),
                _ = term.recv() => asked.cancel(),
                _ = int.recv() => asked.cancel(),
                () = shutdown.cancelled() => return,
            }
        }
    })
}

/// The plain listener as seen from this machine; it is the readers', which never speaks TLS when the two differ.
fn on_this_machine(listeners: &Listeners) -> url::Url {
    let mut address = listeners.readers_at;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            std::net::SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let text = format!("http://{address}/");
    #[expect(clippy::expect_used, reason = "a socket address in a URL always parses")]
    text.parse().expect("a socket address is a host and a port")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_printed_by_the_renderer_of_the_settings() {
        let settings = Settings {
            renderer: Some("/opt/ems/ems-render".into()),
            ..Settings::default()
        };
        assert_eq!(office(&settings).renderer, settings.renderer);
    }
}
