//! Reading a batch off the wire, bounded in bytes and time.

use std::time::Duration;

use axum::body::Body;
use ems_contract::wire;
use http_body_util::BodyExt;

use super::refusal::Refusal;

/// A whole batch must be here within this time.
const DEADLINE: Duration = Duration::from_secs(30);

/// The body as sent (compressed), at most [`wire::MAX_COMPRESSED`].
pub(super) async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    tokio::time::timeout(DEADLINE, collect(body))
        .await
        .map_err(|_late| Refusal::Slow)?
}

/// Reads what is left of a refused batch and forgets it: a peer that is still sending when the line is cut never
/// sees why it was refused.
pub(crate) async fn discard(mut body: Body) {
    let all = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, |data| data.len() as u64);
            if read > wire::MAX_COMPRESSED {
                break;
            }
        }
    };
    // Late or not, the answer follows.
    drop(tokio::time::timeout(DEADLINE, all).await);
}

async fn collect(mut body: Body) -> Result<Vec<u8>, Refusal> {
    let most = usize::try_from(wire::MAX_COMPRESSED).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refusal::Broken(error.to_string()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > most {
            drop(std::mem::take(&mut bytes));
            discard(body).await;
            return Err(Refusal::TooLarge("8 MiB as sent".into()));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}
