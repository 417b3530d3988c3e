//! One agent put together, run, and taken apart in order.

mod config;
mod jumps;
mod measure;
mod network;
pub(crate) mod record;
mod runner;
mod supervise;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::id::Epoch;
use ems_contract::text::{self, Lang};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use config::{AgentConfig, is_private_enough};
pub use network::run_over_network;

use crate::admin::{self, Admin, Health, Metrics, Portals, Sources};
use crate::plan::{self, Puller};
use crate::probe::Prober;
use crate::selfcheck::{Channel, ClockTrust, ReferenceChecker, Watch};
use crate::ship::{Alarm, Client, ClientError, EvidenceShipper, Random, Shipper, Target};
use crate::spool::{self, Spool, SpoolError, SpoolThread};
use measure::Tools;
use runner::Runner;
use supervise::Supervised;

/// Why an agent cannot start or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The way to the collector.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The certificates to trust for portals.
    #[error("cannot use certificates from `{}`: {why}", path.display())]
    PortalCa {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        why: String,
    },
    /// The address of the admin pages.
    #[error("cannot listen on `{address}`: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Two metrics of one name.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// No randomness.
    #[error("the system gives no randomness")]
    Random,
    /// A task that ought to run until the end has ended.
    #[error("task `{task}` ended unasked: {why}")]
    TaskEnded {
        /// Which.
        task: &'static str,
        /// Why.
        why: String,
    },
}

impl AgentError {
    /// What to tell the operator.
    #[must_use]
    pub fn advice(&self, lang: Lang) -> String {
        match self {
            Self::Spool(error) => error.advice(lang),
            Self::Listen { address, source } => text::fill(
                lang,
                "agent.listen",
                &[("address", &address.to_string()), ("why", &source.to_string())],
            ),
            Self::Client(ClientError::CaFile { path, why }) | Self::PortalCa { path, why } => text::fill(
                lang,
                "agent.ca_file",
                &[("path", &path.display().to_string()), ("why", why)],
            ),
            Self::Client(ClientError::TokenFile { path, source }) => text::fill(
                lang,
                "agent.token_file",
                &[
                    ("path", &path.display().to_string()),
                    ("why", &source.to_string()),
                ],
            ),
            other => text::fill(lang, "agent.internal", &[("why", &other.to_string())]),
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shutdown {
    /// Everything came to its end in time.
    Clean,
    /// The deadline came first. What was measured and committed is safe; slots still running become part of the
    /// next start's gap.
    Forced {
        /// What was still running.
        still_running: Vec<String>,
    },
}

/// Runs an agent until `shutdown` is cancelled. Nothing outlives the call.
///
/// The order of the end: no new slots, running probes finish, the spool is flushed, one last attempt to ship, the
/// admin pages close.
///
/// # Errors
/// [`AgentError`] when it cannot start, or when a part of it ends unasked.
pub async fn run(
    config: AgentConfig,
    prober: Arc<dyn Prober>,
    checker: Arc<dyn ReferenceChecker>,
    clock: SharedClock,
    shutdown: CancellationToken,
) -> Result<Shutdown, AgentError> {
    let (parts, thread) = Parts::assemble(config, prober, checker, clock).await?;
    let ended = parts.run(shutdown).await;
    // Every door to the spool is dropped with `parts`: the writer commits what is left and ends.
    let joined = tokio::task::spawn_blocking(move || thread.join()).await;
    if joined.is_err() {
        tracing::error!("the spool's writer could not be awaited");
    }
    ended
}

/// A running agent's parts.
struct Parts {
    config: AgentConfig,
    clock: SharedClock,
    spool: Spool,
    shipper: Arc<Shipper>,
    evidence: Option<EvidenceShipper>,
    puller: Arc<Puller>,
    watch: Arc<Watch>,
    runner: Runner,
    admin: Admin,
    alarm: Option<Alarm>,
    listener: Option<TcpListener>,
}

impl Parts {
    async fn assemble(
        config: AgentConfig,
        prober: Arc<dyn Prober>,
        checker: Arc<dyn ReferenceChecker>,
        clock: SharedClock,
    ) -> Result<(Self, SpoolThread), AgentError> {
        let listener = listen(&config).await?;
        let trust = Arc::new(ClockTrust::default());
        let target = Target {
            addresses: config.collectors.clone(),
            token: config.token.clone(),
            ca_file: config.ca_file.clone(),
        };
        let client = Arc::new(Client::new(target, Arc::clone(&clock), Arc::clone(&trust))?);
        let alarm = config.alarm.clone().map(|alarm| {
            let answers = Arc::clone(&client.answers);
            Alarm::new(config.agent.clone(), alarm, answers, Arc::clone(&clock))
        });
        let alarm = alarm.transpose()?;
        let (spool, thread, opened) = open_spool(&config, &clock)?;
        let watch = Watch::new(Arc::clone(&clock), checker);

        let plan_in_force = watch::Sender::new(None);
        let puller = Arc::new(Puller {
            agent: config.agent.clone(),
            path: plan::path_in(&config.data_dir),
            client: Arc::clone(&client),
            plan: watch::Sender::new(None),
            plan_in_force: plan_in_force.subscribe(),
            status: Arc::default(),
        });
        puller.recall();
        let draw: Random = Arc::new(|| random().unwrap_or_default());
        let evidence = prober.evidence().map(|evidence| EvidenceShipper {
            evidence,
            records: Arc::clone(spool.status()),
            client: Arc::clone(&client),
            random: Arc::clone(&draw),
        });
        let shipper = Arc::new(Shipper {
            agent: config.agent.clone(),
            spool: spool.clone(),
            client,
            clock: Arc::clone(&clock),
            random: draw,
            status: Arc::default(),
            plan_in_force,
        });
        let metrics = Arc::new(Metrics::new(
            Portals::new(config.agent.clone())?,
            Sources {
                spool: Arc::clone(spool.status()),
                ship: Arc::clone(&shipper.status),
                evidence: prober.evidence(),
                plan: Arc::clone(&puller.status),
                watch: Arc::clone(&watch),
                trust: Arc::clone(&trust),
                clock: Arc::clone(&clock),
            },
        )?);
        let health = Arc::new(Health::default());
        let admin = Admin {
            metrics: Arc::clone(&metrics),
            health: Arc::clone(&health),
            ship: Arc::clone(&shipper.status),
            clock: Arc::clone(&clock),
        };
        let runner = Runner {
            agent: config.agent.clone(),
            clock: Arc::clone(&clock),
            tools: Tools {
                prober,
                watch: Arc::clone(&watch),
                clock: Arc::clone(&clock),
            },
            spool: spool.clone(),
            trust,
            metrics,
            health,
            plan: puller.plan.subscribe(),
            last_mark: opened.mark,
        };
        let parts = Self {
            config,
            clock,
            spool,
            shipper,
            evidence,
            puller,
            watch,
            runner,
            admin,
            alarm,
            listener,
        };
        Ok((parts, thread))
    }

    /// Starts everything, waits for the end, ends it in order.
    async fn run(self, shutdown: CancellationToken) -> Result<Shutdown, AgentError> {
        let [stop_runner, stop_rest, stop_admin] = std::array::from_fn(|_| CancellationToken::new());
        let deadline = self.config.shutdown_deadline;
        let mut tasks = Supervised::default();

        let (puller, cancel) = (self.puller, stop_rest.clone());
        tasks.spawn("plan", async move { puller.run(cancel).await });
        for channel in Channel::ALL {
            let cancel = stop_rest.clone();
            tasks.spawn("selfcheck", Arc::clone(&self.watch).run(channel, cancel));
        }
        let (shipper, cancel) = (Arc::clone(&self.shipper), stop_rest.clone());
        tasks.spawn("ship", async move { shipper.run(cancel).await });
        if let Some(evidence) = self.evidence {
            tasks.spawn("evidence", evidence.run(stop_rest.clone()));
        }
        if let Some(alarm) = self.alarm {
            tasks.spawn("alarm", alarm.run(stop_rest.clone()));
        }
        if let Some(listener) = self.listener {
            let serve = admin::serve(listener, self.admin, stop_admin.clone());
            tasks.spawn("admin", async move {
                if let Err(error) = serve.await {
                    tracing::error!(%error, "the admin pages ended");
                }
            });
        }
        let (mut commits, cancel) = (self.spool.commits(), stop_rest.clone());
        tasks.spawn("spool", async move {
            // Ends by itself only when the writer has ended: then nothing is kept any more.
            let writer_ended = async { while commits.changed().await.is_ok() {} };
            tokio::select! {
                () = cancel.cancelled() => {}
                () = writer_ended => {}
            }
        });
        let (mut running, cancel) = (Supervised::default(), stop_runner.clone());
        let unfinished = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (runner, names) = (self.runner, Arc::clone(&unfinished));
        running.spawn("schedule", async move {
            let left = runner.run(cancel, deadline / 2).await;
            *names.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = left;
        });

        tokio::select! {
            () = shutdown.cancelled() => {}
            ended = tasks.next_end() => return Err(ended.into()),
            ended = running.next_end() => return Err(ended.into()),
        }
        tracing::info!(deadline_s = deadline.as_secs(), "shutting down: no new slots");
        let ends_at = self.clock.monotonic() + deadline;
        let left = || ends_at.saturating_sub(self.clock.monotonic());

        stop_runner.cancel();
        let mut still_running = running.finish(left()).await;
        still_running.append(
            &mut unfinished
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        stop_rest.cancel();
        still_running.extend(within(left(), "spool", self.spool.flush()).await);
        still_running.extend(within(left() / 2, "ship", self.shipper.drain()).await);
        stop_admin.cancel();
        still_running.extend(tasks.finish(left().max(Duration::from_millis(200))).await);
        if still_running.is_empty() {
            tracing::info!("shut down");
            return Ok(Shutdown::Clean);
        }
        tracing::warn!(still_running = ?still_running, "shut down by the deadline");
        Ok(Shutdown::Forced { still_running })
    }
}

/// Waits for a step of the shutdown; its name when it does not end in time.
async fn within<T>(left: Duration, name: &str, step: impl Future<Output = T>) -> Option<String> {
    match tokio::time::timeout(left, step).await {
        Ok(_done) => None,
        Err(_elapsed) => Some(name.to_owned()),
    }
}

async fn listen(config: &AgentConfig) -> Result<Option<TcpListener>, AgentError> {
    let Some(address) = config.admin_listen else {
        return Ok(None);
    };
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| AgentError::Listen { address, source })?;
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "admin pages listen");
    }
    Ok(Some(listener))
}

fn open_spool(
    config: &AgentConfig,
    clock: &SharedClock,
) -> Result<(Spool, SpoolThread, spool::Opened), AgentError> {
    let epoch = Epoch::from_random(random().ok_or(AgentError::Random)?);
    let now = clock.now();
    let path = spool::path_in(&config.data_dir);
    match Spool::open(&path, &config.agent, config.spool, epoch, now) {
        Err(SpoolError::Corrupt { why, .. }) if config.set_aside_spool => {
            let aside = spool::set_aside(&config.data_dir, now)?;
            tracing::warn!(why, aside = ?aside, "the damaged spool was renamed, a new one begins");
            Ok(Spool::open(&path, &config.agent, config.spool, epoch, now)?)
        }
        other => Ok(other?),
    }
}

/// Random bytes from the system; `None` when it has none.
pub(crate) fn random() -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests;
