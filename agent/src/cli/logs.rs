//! Logs for operators: English, on stderr, one line each.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Sets the logs up once; `filter` as in `info,ems_agent::ship=debug`.
pub(super) fn start(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_bad| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = if json {
        logs.json().try_init()
    } else {
        logs.with_target(false).try_init()
    };
    if let Err(error) = started {
        super::tell(&format!("logs cannot be set up: {error}"));
    }
}
