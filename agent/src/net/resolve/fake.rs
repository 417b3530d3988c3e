//! Little DNS servers on loopback that answer as told.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

/// Turns a question into an answer; `None` keeps silent. The flag says whether it came over TCP.
pub(crate) type Script = Arc<dyn Fn(Message, bool) -> Option<Message> + Send + Sync>;

pub(crate) struct Servers {
    pub(crate) addresses: Vec<SocketAddr>,
    _tasks: JoinSet<()>,
}

pub(crate) async fn serve(scripts: Vec<Script>) -> Servers {
    let mut tasks = JoinSet::new();
    let mut addresses = Vec::new();
    for script in scripts {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let udp = UdpSocket::bind(address).await.unwrap();
        addresses.push(address);
        let over_tcp = Arc::clone(&script);
        tasks.spawn(async move {
            loop {
                let (mut stream, _) = tcp.accept().await.unwrap();
                let length = stream.read_u16().await.unwrap();
                let mut bytes = vec![0; usize::from(length)];
                stream.read_exact(&mut bytes).await.unwrap();
                if let Some(answer) = over_tcp(Message::from_vec(&bytes).unwrap(), true) {
                    let bytes = answer.to_vec().unwrap();
                    stream
                        .write_u16(u16::try_from(bytes.len()).unwrap())
                        .await
                        .unwrap();
                    stream.write_all(&bytes).await.unwrap();
                }
            }
        });
        tasks.spawn(async move {
            let mut buffer = [0; 2048];
            loop {
                let (length, peer) = udp.recv_from(&mut buffer).await.unwrap();
                if let Some(answer) = script(Message::from_vec(&buffer[..length]).unwrap(), false) {
                    udp.send_to(&answer.to_vec().unwrap(), peer).await.unwrap();
                }
            }
        });
    }
    Servers {
        addresses,
        _tasks: tasks,
    }
}

pub(crate) fn reply(question: &Message, code: ResponseCode, data: &[RData]) -> Message {
    let mut answer = question.clone();
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.response_code = code;
    answer.edns = None;
    let owner = question.queries[0].name().clone();
    answer.answers = data
        .iter()
        .map(|data| Record::from_rdata(owner.clone(), 60, data.clone()))
        .collect();
    answer
}

pub(crate) fn always(code: ResponseCode, data: Vec<RData>) -> Script {
    Arc::new(move |question, _| Some(reply(&question, code, &data)))
}
