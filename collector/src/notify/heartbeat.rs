//! Tells an address outside at intervals that this collector lives: its silence wakes somebody.

use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::outgoing;
use super::settings::HeartbeatSettings;
use crate::context::Context;

/// Calls until `stop`; only while the store answers, so that a collector that cannot work falls silent.
pub async fn run(
    settings: HeartbeatSettings,
    context: Context,
    http: reqwest::Client,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(Duration::from_secs(u64::from(settings.every_s)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let store = std::sync::Arc::clone(&context.store);
        let works = tokio::task::spawn_blocking(move || store.statistics()).await;
        if !matches!(works, Ok(Ok(_))) {
            tracing::error!("no heartbeat: the store does not answer");
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            done = outgoing::send(http.get(settings.url.clone())) => if let Err(failure) = done {
                tracing::warn!(why = %failure, "the heartbeat was not heard");
            },
        }
    }
}
