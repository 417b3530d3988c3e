//! `notify test`: tries a channel.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use ems_contract::clock::Clock;
use ems_contract::text::{self, Lang};

use super::{EXIT_BAD_FILE, EXIT_FAILED, EXIT_OK, EXIT_USAGE, parse_lang, write_findings};
use crate::notify::channel::{Channel, Dispatch};
use crate::notify::condition::{Kind, Subject};
use crate::notify::message::message;
use crate::notify::notice::{Notice, Scope, Stage};
use crate::settings;
use crate::severity::Severity;

/// How long the test may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What can be done with channels.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Sends a test notice by one channel of the settings, at once and past the outbox.
    Test(TestArgs),
}

/// What the test takes.
#[derive(Debug, clap::Args)]
pub struct TestArgs {
    /// Name of the channel in the settings.
    channel: String,
    /// Settings.
    #[arg(long, value_name = "FILE", default_value = "ems.yaml")]
    settings: PathBuf,
    /// Language of the messages: vi or en.
    #[arg(long, env = "EMS_LANG", default_value = "vi", value_parser = parse_lang)]
    lang: Lang,
}

/// Does what it says.
///
/// # Errors
/// When the output cannot be written.
pub fn run(
    command: &Command,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let Command::Test(args) = command;
    let settings = match settings::load(&args.settings) {
        Ok((settings, _)) => settings.notify,
        Err(found) => {
            write_findings(err, &found, args.lang)?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let channel = args.channel.as_str();
    let Some(wanted) = settings.channels.iter().find(|known| known.name == channel) else {
        let known: Vec<&str> = settings
            .channels
            .iter()
            .map(|known| known.name.as_str())
            .collect();
        let values = [("channel", channel), ("known", &known.join(", "))];
        writeln!(err, "{}", text::fill(args.lang, "notify.cli.unknown", &values))?;
        return Ok(EXIT_USAGE);
    };
    let opened = match Channel::open(wanted, None) {
        Ok(opened) => opened,
        Err(why) => {
            let why = why.render(args.lang);
            let values = [("channel", channel), ("why", &why)];
            writeln!(err, "{}", text::fill(args.lang, "notify.cli.setup", &values))?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let now = clock.now();
    let notice = Notice {
        key: format!("test/{channel}/{}", now.secs()),
        thread: format!("test/{channel}"),
        stage: Stage::Test,
        kind: Kind::External,
        scope: Scope::Single,
        severity: Severity::Low,
        subjects: vec![Subject {
            id: channel.to_owned(),
            name: channel.to_owned(),
        }],
        total: 1,
        remaining: 0,
        cause: None,
        since: now,
        until: Some(now),
        seen_from: Vec::new(),
        link: None,
        call: None,
    };
    let dispatch = Dispatch {
        key: notice.key.clone(),
        message: message(&notice, settings.console_url.as_ref(), settings.lang),
        now,
        notices: vec![notice],
        to: None,
        within: PATIENCE,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sent = runtime.block_on(async {
        let sent = opened.send(&dispatch).await;
        opened.settle().await;
        sent
    });
    match sent {
        Ok(refused) => {
            writeln!(
                out,
                "{}",
                text::fill(args.lang, "notify.cli.sent", &[("channel", channel)])
            )?;
            if refused > 0 {
                let values = [("count", &*refused.to_string())];
                writeln!(out, "{}", text::fill(args.lang, "notify.cli.refused", &values))?;
            }
            Ok(EXIT_OK)
        }
        Err(failure) => {
            let why = failure.why().render(args.lang);
            let values = [("channel", channel), ("why", &why)];
            writeln!(err, "{}", text::fill(args.lang, "notify.cli.failed", &values))?;
            Ok(EXIT_FAILED)
        }
    }
}
