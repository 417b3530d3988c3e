//! `run` and `validate`.

use std::path::PathBuf;

use clap::Args;
use ems_contract::clock::SystemClock;
use ems_contract::diagnostic::{Diagnostic, Diagnostics};
use ems_contract::text::{self, Lang};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::probe::Language;
use super::settings::Settings;
use super::{BAD_CONFIG, INTERNAL, OK, file, logs, tell};
use crate::run::{AgentConfig, AgentError, Shutdown, run_over_network};
use crate::ship::ClientError;

/// Settings; every one may stand in the file or on the command line, which wins.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// File of settings (YAML).
    #[arg(long, env = "EMS_AGENT_CONFIG")]
    config: Option<PathBuf>,
    /// Id of this agent, as in the inventory.
    #[arg(long, env = "EMS_AGENT_ID")]
    agent: Option<String>,
    /// Base address of the collector; several are tried in turn.
    #[arg(long = "collector")]
    collectors: Vec<String>,
    /// Token that the collector knows this agent by; better in a file.
    #[arg(long, env = "EMS_AGENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// File that holds the token.
    #[arg(long)]
    token_file: Option<String>,
    /// Folder for spool and plan; one agent a folder.
    #[arg(long)]
    data_dir: Option<String>,
    /// Address of /metrics, /healthz, /readyz.
    #[arg(long)]
    admin_listen: Option<String>,
    /// Certificates (PEM) to trust for the collector besides the public ones.
    #[arg(long)]
    ca_file: Option<String>,
    /// Certificates (PEM) to trust for portals besides the public ones.
    #[arg(long)]
    portal_ca_file: Option<String>,
    /// Resolver for measuring, with port if it is not 53; several are asked in turn.
    #[arg(long = "resolver")]
    resolvers: Vec<String>,
    /// Command and arguments of the Chromium that runs the scripts of portals marked `render`.
    #[arg(long = "renderer")]
    renderer: Vec<String>,
    /// Rename a damaged spool and begin a new one; nothing is deleted.
    #[arg(long)]
    set_aside_spool: bool,
    /// Language of messages.
    #[arg(long, value_enum, env = "EMS_LANG", default_value_t = Language::Vi)]
    lang: Language,
    /// What to log, as in `info,ems_agent::ship=debug`.
    #[arg(long, env = "EMS_LOG", default_value = "info")]
    log: String,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
}

impl RunArgs {
    /// The settings of file and flags, or everything that is wrong with them.
    pub(super) fn settings(&self) -> Result<AgentConfig, Vec<Diagnostic>> {
        let (mut settings, found) = (Settings::default(), Diagnostics::default());
        if let Some(path) = &self.config {
            file::read(path, &mut settings, &found);
        }
        let one = |flag: &Option<String>| flag.iter().cloned().collect::<Vec<_>>();
        settings.flag("agent", one(&self.agent));
        settings.flag("collectors", self.collectors.clone());
        settings.flag("token", one(&self.token));
        settings.flag("token_file", one(&self.token_file));
        settings.flag("data_dir", one(&self.data_dir));
        settings.flag("admin_listen", one(&self.admin_listen));
        settings.flag("ca_file", one(&self.ca_file));
        settings.flag("portal_ca_file", one(&self.portal_ca_file));
        settings.flag("resolvers", self.resolvers.clone());
        settings.flag("renderer", self.renderer.clone());
        let mut config = settings.build(found)?;
        config.set_aside_spool = self.set_aside_spool;
        Ok(config)
    }
}

/// Checks the settings.
pub(super) fn validate(args: &RunArgs) -> u8 {
    let lang = args.lang.into();
    match args.settings() {
        Ok(config) => {
            tell(&text::fill(
                lang,
                "agent.config.good",
                &[("agent", config.agent.as_str())],
            ));
            OK
        }
        Err(wrong) => tell_all(&wrong, lang),
    }
}

/// Runs the agent until a signal asks it to end.
pub(super) fn run(args: &RunArgs) -> u8 {
    let lang = args.lang.into();
    let config = match args.settings() {
        Ok(config) => config,
        Err(wrong) => return tell_all(&wrong, lang),
    };
    logs::start(&args.log, args.log_json);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return internal(lang, &error.to_string()),
    };
    let ended = runtime.block_on(async {
        let shutdown = CancellationToken::new();
        let agent = run_over_network(config, SystemClock::shared(), shutdown.clone());
        tokio::pin!(agent);
        tokio::select! {
            ended = &mut agent => return Ok(ended),
            asked = asked_to_end() => asked?,
        }
        shutdown.cancel();
        Ok::<_, std::io::Error>(agent.await)
    });
    match ended {
        Ok(Ok(Shutdown::Clean)) => OK,
        Ok(Ok(Shutdown::Forced { still_running })) => {
            tell(&text::fill(
                lang,
                "agent.forced",
                &[("what", &still_running.join(", "))],
            ));
            OK
        }
        Ok(Err(error)) => {
            tell(&error.advice(lang));
            exit_code(&error)
        }
        Err(error) => internal(lang, &error.to_string()),
    }
}

/// Whether the operator's settings or our own doing is to blame.
fn exit_code(error: &AgentError) -> u8 {
    match error {
        AgentError::Spool(_) | AgentError::Listen { .. } | AgentError::PortalCa { .. } => BAD_CONFIG,
        AgentError::Client(ClientError::CaFile { .. } | ClientError::TokenFile { .. }) => BAD_CONFIG,
        AgentError::Client(ClientError::Setup(_))
        | AgentError::Metrics(_)
        | AgentError::Random
        | AgentError::TaskEnded { .. } => INTERNAL,
    }
}

async fn asked_to_end() -> std::io::Result<()> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}

fn tell_all(wrong: &[Diagnostic], lang: Lang) -> u8 {
    for diagnostic in wrong {
        tell(&diagnostic.render(lang));
    }
    BAD_CONFIG
}

fn internal(lang: Lang, why: &str) -> u8 {
    tell(&text::fill(lang, "agent.internal", &[("why", why)]));
    INTERNAL
}
