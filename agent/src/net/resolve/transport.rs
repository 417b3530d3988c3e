//! One question to one server: UDP first, TCP when the answer was cut (RFC 1035 §4.2, RFC 7766).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_proto::op::{Edns, Message, MessageType, Query};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// The UDP payload we accept: fits every path without fragments (DNS Flag Day 2020).
const UDP_PAYLOAD: u16 = 1232;

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
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.metadata.checking_disabled = checking_disabled;
    query.add_query(Query::query(name.clone(), record_type));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
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
        let length = socket.recv(&mut buffer).await?;
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
