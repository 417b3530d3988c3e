//! Which versions of TLS a server speaks: one connection and one ClientHello each, all at once.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::hello::{MAX_REPLY, Reply, Version, client_hello, read};
use crate::net::connect::connect;

/// What one version came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The server speaks it, with this suite.
    Spoken(u16),
    /// The server does not: it refuses, hangs up or chooses another one.
    Refused,
    /// Nobody answered, or not in TLS: nothing can be said.
    Unknown,
}

/// Asks `server` for every version, oldest first in the answer.
pub async fn versions(server: SocketAddr, host: &str, limit: Duration) -> [(Version, Offer); 4] {
    let ask = |version| async move { (version, ask(server, host, version, limit).await) };
    let [a, b, c, d] = Version::ALL;
    let (a, b, c, d) = tokio::join!(ask(a), ask(b), ask(c), ask(d));
    [a, b, c, d]
}

async fn ask(server: SocketAddr, host: &str, version: Version, limit: Duration) -> Offer {
    let Ok(mut stream) = connect(server, limit).await else {
        return Offer::Unknown;
    };
    let mut random = [0; 96];
    if SystemRandom::new().fill(&mut random).is_err() {
        return Offer::Unknown;
    }
    let name = host.trim_end_matches('.');
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let name = bare.parse::<IpAddr>().is_err().then_some(name);
    let hello = client_hello(version, name, &random);
    match timeout(limit, exchange(&mut stream, &hello)).await {
        Ok(Ok(Reply::Hello {
            version: chosen,
            cipher,
        })) if chosen == version => Offer::Spoken(cipher),
        Ok(Ok(Reply::Hello { .. } | Reply::Alert(_)) | Err(_)) => Offer::Refused,
        _ => Offer::Unknown,
    }
}

async fn exchange(stream: &mut tokio::net::TcpStream, hello: &[u8]) -> io::Result<Reply> {
    stream.write_all(hello).await?;
    let mut bytes = Vec::with_capacity(1024);
    loop {
        let mut part = [0; 1024];
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&part[..count]);
        match read(&bytes) {
            Reply::Incomplete if bytes.len() < MAX_REPLY => {}
            Reply::Incomplete => return Ok(Reply::Garbage),
            reply => return Ok(reply),
        }
    }
}
