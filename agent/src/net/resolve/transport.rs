//! One question to one server: UDP first, TCP when the answer was cut (RFC 1035 §4.2, RFC 7766).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, Query};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// The UDP payload we accept: fits every path without fragments (DNS Flag Day 2020).
const UDP_PAYLOAD: u16 = 1232;
/// How long an answer is waited for before the datagram is sent again: above most round trips.
const RESEND: Duration = Duration::from_millis(700);

/// Asks `server` and returns its answer. Runs until an answer comes: the caller sets the deadline.
///
/// The socket is new for every question and connected, so that the source port is random and only the server's
/// own datagrams arrive; answers with another id or question are passed over.
pub(super) async fn ask(
    server: SocketAddr,
    name: &Name,
    record_type: RecordType,
    checking_disabled: bool,
) -> io::Result<Message> {
    let how = How {
        recursion: true,
        checking_disabled,
        signatures: false,
    };
    ask_how(server, name, record_type, how).await
}

/// How a question is put.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Ask the server to find out (RD), as of a resolver; without it, only what it serves itself.
    pub(super) recursion: bool,
    /// Hand out what does not validate too (CD, RFC 4035 §3.2.2).
    pub(super) checking_disabled: bool,
    /// With the signatures (DO, RFC 3225).
    pub(super) signatures: bool,
}

/// Asks `server` in the way of `how`.
pub(super) async fn ask_how(
    server: SocketAddr,
    name: &Name,
    record_type: RecordType,
    how: How,
) -> io::Result<Message> {
    let mut query = Message::query();
    query.metadata.recursion_desired = how.recursion;
    query.metadata.checking_disabled = how.checking_disabled;
    query.add_query(Query::query(name.clone(), record_type));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    edns.set_dnssec_ok(how.signatures);
    query.set_edns(edns);
    let bytes = query.to_vec().map_err(io::Error::other)?;

    let answer = over_udp(server, &bytes, &query).await?;
    if answer.metadata.truncation {
        return over_tcp(server, &bytes, &query).await;
    }
    Ok(answer)
}

async fn over_udp(server: SocketAddr, bytes: &[u8], query: &Message) -> io::Result<Message> {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    socket.send(bytes).await?;
    let mut buffer = vec![0; usize::from(UDP_PAYLOAD)];
    loop {
        let Ok(received) = timeout(RESEND, socket.recv(&mut buffer)).await else {
            // Datagrams get lost: the same question again, as every resolver does, until the caller's deadline.
            socket.send(bytes).await?;
            continue;
        };
        let length = received?;
        if let Some(answer) = matching(&buffer[..length], query) {
            return Ok(answer);
        }
    }
}

async fn over_tcp(server: SocketAddr, bytes: &[u8], query: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut framed = Vec::with_capacity(bytes.len() + 2);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(bytes);
    stream.write_all(&framed).await?;
    let length = stream.read_u16().await?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await?;
    matching(&buffer, query)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an answer to the question"))
}

/// The message in `bytes`, if it answers `query`.
fn matching(bytes: &[u8], query: &Message) -> Option<Message> {
    let answer = Message::from_vec(bytes).ok()?;
    let same_question = answer.queries == query.queries
        // Some servers leave the question out of error answers.
        || (answer.queries.is_empty() && answer.answers.is_empty());
    (answer.metadata.id == query.metadata.id
        && answer.metadata.message_type == MessageType::Response
        && same_question)
        .then_some(answer)
}
