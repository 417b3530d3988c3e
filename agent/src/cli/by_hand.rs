//! `probe`: the runtime, the clock and, for `--spool`, a real spool under the probe command.

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::Context as _;
use ems_contract::clock::{Clock, SystemClock};
use ems_contract::digest::Sha256;
use ems_contract::id::{AgentId, Epoch};

use super::probe::{self, ProbeArgs, Sink};
use super::{INTERNAL, USAGE, tell};
use crate::probe::{Job, Measurement};
use crate::run::{random, record};
use crate::spool::{self, Spool};

/// The agent's name in a spool made by hand.
const BY_HAND: &str = "by-hand";

/// Runs the command; its exit code.
pub(super) fn probe(args: ProbeArgs) -> u8 {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tell(&format!("ems-agent: {error}"));
            return INTERNAL;
        }
    };
    let mut writer = None;
    let mut out = std::io::stdout();
    let done = runtime.block_on(probe::run(args, SystemClock::shared(), &mut out, |folder| {
        let (sink, thread) = open_spool(folder)?;
        writer = Some(thread);
        Ok(sink)
    }));
    // The sink is dropped by now: the spool commits what is left and ends.
    if writer.is_some_and(|thread: JoinHandle<()>| thread.join().is_err()) {
        tell("ems-agent: the spool's writer panicked");
        return INTERNAL;
    }
    match done {
        Ok(code) => code,
        Err(error) => {
            tell(&format!("ems-agent: {error:#}"));
            USAGE
        }
    }
}

/// A sink that writes to the spool in `folder` as the agent does, and the thread that ends when it is dropped.
fn open_spool(folder: &Path) -> anyhow::Result<(Sink, JoinHandle<()>)> {
    let agent: AgentId = BY_HAND.parse()?;
    let epoch = Epoch::from_random(random().context("the system gives no randomness")?);
    let now = SystemClock::new().now();
    let path = spool::path_in(folder);
    let (spool, thread, _opened) = Spool::open(&path, &agent, spool::Limits::default(), epoch, now)?;
    // One thread turns measurements into records, so that the measuring loop only hands over.
    let (sender, inbox): (SyncSender<(Job, Measurement)>, _) = sync_channel(4096);
    let writer = std::thread::Builder::new()
        .name("records".to_owned())
        .spawn(move || {
            let plan = Sha256::of(BY_HAND.as_bytes());
            for (job, measurement) in inbox {
                let outcome = measurement.outcome;
                spool.put(record::entry(&agent, plan, &job, measurement, outcome));
            }
            drop(spool);
            thread.join();
        })?;
    let sink: Sink = Box::new(move |job, measurement| {
        if sender.send((job, measurement)).is_err() {
            tracing::error!("the spool's writer has ended");
        }
    });
    Ok((sink, writer))
}
