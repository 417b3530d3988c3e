//! Keeps an eye on who can be relied on, so that the pages of a silent agent's portals are read by another, and on what
//! was said to be published.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Plans;
use super::duty::Sight;
use super::published::documents;
use crate::context::Context;
use crate::store::StoreError;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// Looks every minute until `shutdown`.
pub async fn watch(context: Context, plans: Plans, shutdown: CancellationToken) {
    let mut sight = Sight::default();
    loop {
        let (store, now) = (context.store.clone(), context.clock.now());
        let looked = tokio::task::spawn_blocking(move || -> Result<_, StoreError> {
            Ok((store.agents()?, store.latest(None)?, store.publications(None)?))
        });
        match looked.await {
            Ok(Ok((agents, latest, published))) => {
                plans.rely_on(sight.live(&agents, &latest, now));
                plans.ask_for(documents(&published, now));
            }
            Ok(Err(error)) => tracing::error!("who is on duty cannot be told: {error}"),
            Err(error) => tracing::error!("the look at who is on duty failed: {error}"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
