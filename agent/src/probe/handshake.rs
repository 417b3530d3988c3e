//! A handshake, and a second look at a server that did not like our offer.

use std::net::SocketAddr;

use ems_contract::plan::Limits;
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant};

use super::prober::NetProber;
use super::visit::millis;
use crate::net::connect::connect;
use crate::net::tls::Handshake;

/// Shakes hands over `stream`, which is connected to `address`, within `limit` in all.
pub(super) async fn shake(
    prober: &NetProber,
    stream: TcpStream,
    address: SocketAddr,
    host: &str,
    limit: Duration,
    limits: &Limits,
) -> Handshake<TcpStream> {
    let end = Instant::now() + limit;
    let left = || end.saturating_duration_since(Instant::now());
    let shaken = prober.tls.handshake(stream, host, limit, &prober.clock).await;
    if !shaken.ended_at_hello() {
        return shaken;
    }
    let Ok(again) = connect(address, left().min(millis(limits.connect_ms))).await else {
        return shaken;
    };
    let old = prober.tls.ask_old(again, host, left(), &prober.clock).await;
    old.unwrap_or(shaken)
}
