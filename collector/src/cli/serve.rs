//! `up` and `serve`: the collector with and without a local agent.

use std::io::{IsTerminal as _, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ems_contract::clock::SystemClock;
use ems_contract::command_line::Unfit;
use ems_contract::diagnostic::has_errors;
use ems_contract::id::AgentId;
use ems_contract::inventory::{Inventory, Status};
use ems_contract::text::{self, Lang};
use tracing_subscriber::EnvFilter;

use super::{
    EXIT_BAD_FILE, EXIT_FAILED, EXIT_INTERNAL, EXIT_OK, EXIT_USAGE, parse_id, parse_lang, told,
    write_findings,
};
use crate::assembly::{self, Guest, RunError};
use crate::http::tls::TlsError;
use crate::locale::io_told;
use crate::serve::{Listeners, ServeError};
use crate::settings::{self, Settings};
use crate::up::LocalAgent;

/// The settings that are read when they are there and nobody names others.
const SETTINGS: &str = "ems.yaml";

/// What both commands take. What stands here wins over the settings.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Settings; `ems.yaml` of this folder when it is there.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Main file of the inventory [default: targets.yaml].
    #[arg(long, value_name = "FILE")]
    targets: Option<PathBuf>,
    /// Folder of the database [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; port 0 is any free port [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// What to log, as in `info,ems_collector::keeper=debug`.
    #[arg(long, env = "EMS_LOG", default_value = "info")]
    log: String,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
    /// Language of the messages: vi or en.
    #[arg(long, env = "EMS_LANG", default_value = "vi", value_parser = parse_lang)]
    lang: Lang,
}

/// What `up` takes besides.
#[derive(Debug, clap::Args)]
pub struct UpArgs {
    #[command(flatten)]
    common: ServeArgs,
    /// Which agent of the inventory this machine is [default: `local`, or the only one].
    #[arg(long, value_name = "ID", value_parser = parse_id::<AgentId>)]
    agent: Option<AgentId>,
    /// Where the local agent shows its own metrics.
    #[arg(long, value_name = "ADDRESS:PORT")]
    agent_listen: Option<SocketAddr>,
    /// Certificate authorities (PEM) to trust for portals besides the public ones.
    #[arg(long, value_name = "FILE")]
    portal_ca: Option<PathBuf>,
    /// Resolver for measuring, with port if it is not 53; several are asked in turn [default: the system's].
    #[arg(long = "resolver", value_name = "ADDRESS", value_parser = resolver)]
    resolvers: Vec<SocketAddr>,
}

fn resolver(text: &str) -> Result<SocketAddr, Unfit> {
    let address = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    address
        .or_else(|_not_bare| text.parse())
        .map_err(|_neither| Unfit("help.want.resolver"))
}

/// Runs the collector and one local agent until a signal.
///
/// # Errors
/// When the output cannot be written.
pub fn up(args: &UpArgs, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    run(&args.common, out, err, |settings, inventory| {
        let agent = LocalAgent {
            id: args.agent.clone(),
            data: settings.data.join("agent"),
            admin_listen: args.agent_listen,
            portal_ca_file: args.portal_ca.clone(),
            resolvers: args.resolvers.clone(),
            lang: args.common.lang,
        };
        agent.guest(inventory, SystemClock::shared()).map(Some)
    })
}

/// Runs the collector alone until a signal.
///
/// # Errors
/// When the output cannot be written.
pub fn serve(args: &ServeArgs, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    run(args, out, err, |_, _| Ok(None))
}

fn run(
    args: &ServeArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    guest: impl FnOnce(&Settings, &Inventory) -> Result<Option<Guest>, RunError>,
) -> std::io::Result<u8> {
    let mut settings = match read_settings(args.settings.as_deref()) {
        Ok((settings, warnings)) => {
            write_findings(err, &warnings, args.lang)?;
            settings
        }
        Err(wrong) => {
            debug_assert!(has_errors(&wrong), "settings are refused for errors only");
            write_findings(err, &wrong, args.lang)?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    if let Some(listen) = args.listen {
        // One listener for all, unless the settings part the two.
        if settings.console_listen == settings.listen {
            settings.console_listen = listen;
        }
        settings.listen = listen;
    }
    settings.targets = args.targets.clone().unwrap_or(settings.targets);
    settings.data = args.data.clone().unwrap_or(settings.data);
    start_logs(&args.log, args.log_json);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let said = Mutex::new(out);
    let announce = |listeners: &Listeners, inventory: &Inventory| {
        let mut out = said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A closed stdout must not keep the collector from running.
        drop(say_where(*out, listeners, inventory, &settings, args.lang));
    };
    let ended = runtime.block_on(assembly::run(
        &settings,
        SystemClock::shared(),
        |inventory| guest(&settings, inventory),
        announce,
    ));
    match ended {
        Ok(()) => Ok(EXIT_OK),
        Err(error) => tell(&error, args.lang, err),
    }
}

fn read_settings(named: Option<&Path>) -> Result<settings::Read, Vec<ems_contract::diagnostic::Diagnostic>> {
    let here = Path::new(SETTINGS);
    match named.or_else(|| here.is_file().then_some(here)) {
        Some(path) => settings::load(path),
        None => Ok((Settings::default(), Vec::new())),
    }
}

fn start_logs(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_bad| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start within one process keeps the first one's logs.
    drop(if json {
        logs.json().try_init()
    } else {
        logs.with_target(false).try_init()
    });
}

/// Tells where to look. Tests and scripts read the first line: the address stands at its end.
fn say_where(
    out: &mut dyn Write,
    listeners: &Listeners,
    inventory: &Inventory,
    settings: &Settings,
    lang: Lang,
) -> std::io::Result<()> {
    let measured = inventory
        .portals
        .iter()
        .filter(|portal| portal.status == Status::Active)
        .count();
    let url = format!("http://{}/", listeners.readers_at);
    writeln!(
        out,
        "{}",
        text::fill(lang, "service.up.console", &[("url", &url)])
    )?;
    let values = [
        ("portals", measured.to_string()),
        ("targets", settings.targets.display().to_string()),
        ("data", settings.data.display().to_string()),
    ];
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    writeln!(out, "{}", text::fill(lang, "service.up.measured", &values))?;
    out.flush()
}

fn tell(error: &RunError, lang: Lang, err: &mut dyn Write) -> std::io::Result<u8> {
    let code = match error {
        RunError::Inventory(diagnostics) | RunError::Rules(diagnostics) => {
            write_findings(err, diagnostics, lang)?;
            return Ok(EXIT_BAD_FILE);
        }
        RunError::Serve(ServeError::Store(error)) => {
            writeln!(err, "{}", told(error, lang))?;
            return Ok(EXIT_FAILED);
        }
        RunError::Serve(ServeError::Folder { path, error }) => {
            let values = [
                ("path", &*path.display().to_string()),
                ("detail", &io_told(error, lang)),
            ];
            writeln!(err, "{}", text::fill(lang, "service.folder", &values))?;
            return Ok(EXIT_FAILED);
        }
        RunError::Serve(ServeError::Listen { address, error, hint }) => {
            let values = [
                ("address", &*address.to_string()),
                ("detail", &io_told(error, lang)),
                ("hint", text::get(lang, hint)),
            ];
            writeln!(err, "{}", text::fill(lang, "service.listen", &values))?;
            return Ok(EXIT_FAILED);
        }
        RunError::Serve(ServeError::Tls(TlsError::File { path, detail, hint })) => {
            let values = [
                ("path", path.as_str()),
                ("detail", &detail.render(lang)),
                ("hint", text::get(lang, hint)),
            ];
            writeln!(err, "{}", text::fill(lang, "service.tls.file", &values))?;
            return Ok(EXIT_FAILED);
        }
        RunError::Serve(ServeError::Tls(TlsError::Pair(error))) => {
            let values = [
                ("detail", &*error.to_string()),
                ("hint", text::get(lang, "service.tls.hint.pair")),
            ];
            writeln!(err, "{}", text::fill(lang, "service.tls.pair", &values))?;
            return Ok(EXIT_FAILED);
        }
        RunError::Channels(troubles) => {
            for why in troubles {
                let values = [("why", &*why.render(lang))];
                writeln!(err, "{}", text::fill(lang, "notify.setup.told", &values))?;
            }
            return Ok(EXIT_BAD_FILE);
        }
        RunError::Guest(_) => EXIT_USAGE,
        RunError::Serve(ServeError::Metrics(_) | ServeError::Task(_))
        | RunError::Console(_)
        | RunError::Signals(_) => EXIT_INTERNAL,
    };
    writeln!(err, "{error}")?;
    Ok(code)
}
