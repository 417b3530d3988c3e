//! Putting the collector together: one place that opens, binds, starts and stops everything.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::text::{Lang, get};
use prometheus::IntGauge;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::http::auth::Tokens;
use crate::http::evidence::Room;
use crate::http::host::Hosts;
use crate::http::{self, Edge, listener, tls};
use crate::ingest::Ingest;
use crate::jobs::Upkeep;
use crate::plans::{self, Plans};
use crate::regulation::Regulations;
use crate::settings::{Settings, TlsFiles};
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};
use crate::supervise::{self, Task, TaskError};

/// Why the collector did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of the database.
    #[error("cannot make the folder {path}: {error}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A listener.
    #[error("cannot listen on {address}: {error}\n  hint: {}", get(Lang::En, .hint))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
        /// What to do, as a key of the catalogue.
        hint: &'static str,
    },
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// Two rooms registered the same metric: a mistake in the program.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// A part ended by itself.
    #[error(transparent)]
    Task(#[from] TaskError),
}

/// The name of the database in its folder.
pub const DATABASE: &str = "ems.db";

/// Opens the store in the folder `data`, made when missing.
///
/// # Errors
/// [`ServeError::Folder`], [`ServeError::Store`].
pub fn open_store(data: &Path) -> Result<Arc<dyn Store>, ServeError> {
    std::fs::create_dir_all(data).map_err(|error| ServeError::Folder {
        path: data.to_owned(),
        error,
    })?;
    Ok(Arc::new(SqliteStore::open(&data.join(DATABASE))?))
}

/// What [`serve`] is given besides the settings.
pub struct Parts {
    /// Store, inventory, clock, metrics.
    pub context: Context,
    /// Console, metrics and other rooms for readers.
    pub rooms: Router,
    /// Told after every batch that brought something new: the ledger's keeper waits on it.
    pub changed: Arc<Notify>,
    /// Further tokens, such as that of the agent in this process.
    pub tokens: Vec<(AgentId, Sha256)>,
    /// Further tasks under the same roof: keeper, inventory watcher, local agent. Each ends when the token given to
    /// [`serve`] is cancelled, and not before.
    pub tasks: Vec<(&'static str, Task)>,
    /// The rules by which entries of registers are checked.
    pub rules: Arc<Regulations>,
    /// Told on SIGHUP: the listener's certificate is read again.
    pub hangup: Arc<Notify>,
}

/// The bound listeners of a collector.
pub struct Listeners {
    agents: TcpListener,
    readers: Option<TcpListener>,
    /// Where agents deliver.
    pub agents_at: SocketAddr,
    /// Where people look.
    pub readers_at: SocketAddr,
}

/// Binds what the settings say: one listener when both addresses are the same, else two. Port 0 is any free port.
///
/// # Errors
/// [`ServeError::Listen`].
pub async fn bind(settings: &Settings) -> Result<Listeners, ServeError> {
    let agents = bind_one(settings.listen).await?;
    let agents_at = local(&agents, settings.listen)?;
    if settings.console_listen == settings.listen {
        return Ok(Listeners {
            agents,
            readers: None,
            agents_at,
            readers_at: agents_at,
        });
    }
    let readers = bind_one(settings.console_listen).await?;
    let readers_at = local(&readers, settings.console_listen)?;
    Ok(Listeners {
        agents,
        readers: Some(readers),
        agents_at,
        readers_at,
    })
}

async fn bind_one(address: SocketAddr) -> Result<TcpListener, ServeError> {
    listener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => "service.listen.hint.in_use",
            io::ErrorKind::AddrNotAvailable => "service.listen.hint.not_here",
            io::ErrorKind::PermissionDenied => "service.listen.hint.denied",
            _ => "service.listen.hint.settings",
        };
        ServeError::Listen { address, error, hint }
    })
}

fn local(listener: &TcpListener, address: SocketAddr) -> Result<SocketAddr, ServeError> {
    listener.local_addr().map_err(|error| ServeError::Listen {
        address,
        error,
        hint: "service.listen.hint.settings",
    })
}

/// Runs the collector until `shutdown`: HTTP edge, upkeep, and the tasks of `parts`.
///
/// # Errors
/// [`ServeError`] when it cannot start, or when a part ends by itself.
pub async fn serve(
    settings: &Settings,
    listeners: Listeners,
    parts: Parts,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let Parts {
        context,
        rooms,
        changed,
        tokens: more_tokens,
        mut tasks,
        rules,
        hangup,
    } = parts;
    let plans = Plans::new(&context, Arc::clone(&rules));
    let watching = plans::watch(context.clone(), plans.clone(), shutdown.clone());
    tasks.push(("duty", Box::pin(watching)));
    let mut tokens = Tokens::new();
    let written = settings
        .tokens
        .iter()
        .map(|token| (token.agent.clone(), token.digest));
    written
        .chain(more_tokens)
        .for_each(|(agent, digest)| tokens.add(agent, digest));
    let console_url = settings
        .notify
        .console_url
        .as_ref()
        .and_then(|url| url.host_str());
    let edge = Edge {
        ingest: Ingest::new(&context, plans.clone(), changed)?,
        plans,
        tokens: Arc::new(tokens),
        allow_plain_tokens: settings.allow_plain_tokens,
        evidence: Room::new(settings.retention.evidence_bytes_per_portal()),
        rules,
        hosts: Hosts::of(
            settings
                .console_hosts
                .iter()
                .map(String::as_str)
                .chain(console_url),
        ),
        context: context.clone(),
    };
    let tls = settings
        .tls
        .as_ref()
        .map(|files| live(files, &context))
        .transpose()?;
    if let Some(live) = &tls {
        let following = Arc::clone(live).run(hangup, shutdown.clone());
        tasks.push(("certificate", Box::pin(following)));
    }
    let upkeep = Upkeep::new(&context, settings.retention)?;
    match listeners.readers {
        None => {
            let both = http::router(edge, rooms);
            tasks.push((
                "http",
                Box::pin(listener::serve(listeners.agents, tls, both, shutdown.clone())),
            ));
        }
        Some(readers) => {
            // Whoever sits on this machine may deliver to the readers' listener too.
            let both = http::router(edge.clone(), rooms);
            let agents = http::agents(edge);
            tasks.push((
                "http",
                Box::pin(listener::serve(readers, None, both, shutdown.clone())),
            ));
            tasks.push((
                "http of agents",
                Box::pin(listener::serve(listeners.agents, tls, agents, shutdown.clone())),
            ));
        }
    }
    tasks.push(("upkeep", Box::pin(upkeep.run(shutdown.clone()))));
    Ok(supervise::run(tasks, shutdown).await?)
}

/// The listener's certificate with the gauge that tells of its last reading.
fn live(files: &TlsFiles, context: &Context) -> Result<Arc<tls::LiveCertificate>, ServeError> {
    let fresh = IntGauge::new(
        "ems_certificate_reload_success",
        "Whether the last reading of the listener's certificate was taken (1) or refused (0).",
    )?;
    context.registry.register(Box::new(fresh.clone()))?;
    Ok(tls::LiveCertificate::open(&files.certificate, &files.key, fresh)?)
}

#[cfg(test)]
mod tests;
