//! What the agent shows of itself: `/metrics`, `/healthz`, `/readyz`. Read-only; knows nothing about who runs it.

mod family;
mod health;
mod metrics;
mod portals;
mod server;

pub use health::Health;
pub use metrics::{Metrics, Sources};
pub use portals::Portals;
pub use server::{Admin, serve};
