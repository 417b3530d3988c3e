//! Why a batch is not taken, and what its sender should do: one table.

use axum::http::StatusCode;
use ems_contract::id::AgentId;

use crate::store::StoreError;

/// Why a batch is not taken. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Truncated, garbled, or not a batch.
    #[error("the batch is broken: {0}")]
    Broken(String),
    /// The token belongs to another agent.
    #[error("the token is of agent `{token}`, the batch is of agent `{header}`")]
    WrongAgent {
        /// Whose token was presented.
        token: AgentId,
        /// Whose batch it is.
        header: AgentId,
    },
    /// A bound was passed.
    #[error("the batch is too large: more than {0}")]
    TooLarge(String),
    /// The body did not come in time.
    #[error("the batch did not arrive within 30 seconds")]
    Slow,
    /// Too many batches at once.
    #[error("too many batches at once")]
    Busy,
    /// The store could not keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our own fault while decoding.
    #[error("decoding failed inside the collector")]
    Panicked,
    /// The collector is shutting down.
    #[error("the collector is stopping")]
    Stopping,
}

/// What the sender is told besides the words.
pub(crate) struct Advice {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Stable name for programs and metrics.
    pub(crate) code: &'static str,
    /// Seconds after which to try again, where trying again helps.
    pub(crate) retry_after_s: Option<u32>,
}

impl Refusal {
    pub(crate) fn advice(&self) -> Advice {
        let (status, code, retry_after_s) = match self {
            Self::Broken(_) => (StatusCode::BAD_REQUEST, "broken_batch", None),
            Self::WrongAgent { .. } => (StatusCode::FORBIDDEN, "wrong_agent", None),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", None),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "too_slow", Some(5)),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy", Some(1)),
            Self::Store(StoreError::Conflict { .. }) => (StatusCode::CONFLICT, "epoch_conflict", None),
            Self::Store(StoreError::DiskFull { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "disk_full", Some(60))
            }
            Self::Store(StoreError::Locked { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "store_locked", Some(5))
            }
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "store_failed", Some(15)),
            Self::Panicked => (StatusCode::INTERNAL_SERVER_ERROR, "internal", Some(60)),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", Some(5)),
        };
        Advice {
            status,
            code,
            retry_after_s,
        }
    }
}
