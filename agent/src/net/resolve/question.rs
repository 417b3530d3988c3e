//! One question of any type and how it was answered.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use ems_contract::facts::QueryStatus;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::time::timeout;

use super::Resolver;
use super::transport::{How, ask_how};
use crate::net::connect::own_fault;

/// A question's answer.
#[derive(Debug)]
pub struct Answered {
    /// How it was answered.
    pub status: QueryStatus,
    /// The message, when one came.
    pub message: Option<Message>,
}

impl Answered {
    const fn silent(status: QueryStatus) -> Self {
        Self {
            status,
            message: None,
        }
    }
}

impl Resolver {
    /// Asks the first resolver and, where that one fails, refuses or is silent, the second.
    pub async fn question(&self, name: &Name, record_type: RecordType, limit: Duration) -> Answered {
        let how = How {
            recursion: true,
            checking_disabled: false,
            signatures: false,
        };
        let mut last = Answered::silent(QueryStatus::Unknown);
        for server in self.servers.iter().take(2) {
            last = ask(*server, name, record_type, how, limit / 2).await;
            if matches!(
                last.status,
                QueryStatus::Ok | QueryStatus::Nodata | QueryStatus::Nxdomain
            ) {
                break;
            }
        }
        last
    }
}

/// Asks one server for what it serves itself. An answer without authority is lame.
pub(super) async fn ask_authority(
    server: SocketAddr,
    name: &Name,
    record_type: RecordType,
    limit: Duration,
) -> Answered {
    let how = How {
        recursion: false,
        checking_disabled: false,
        signatures: false,
    };
    let mut answered = ask(server, name, record_type, how, limit).await;
    let lacks_authority = answered
        .message
        .as_ref()
        .is_some_and(|message| !message.metadata.authoritative);
    if lacks_authority
        && matches!(
            answered.status,
            QueryStatus::Ok | QueryStatus::Nodata | QueryStatus::Nxdomain
        )
    {
        answered.status = QueryStatus::Lame;
    }
    answered
}

pub(super) async fn ask(
    server: SocketAddr,
    name: &Name,
    record_type: RecordType,
    how: How,
    limit: Duration,
) -> Answered {
    let error = match timeout(limit, ask_how(server, name, record_type, how)).await {
        Ok(Ok(message)) => {
            return Answered {
                status: status(&message, record_type),
                message: Some(message),
            };
        }
        Ok(Err(error)) => Some(error),
        Err(_elapsed) => None,
    };
    // No way there, or no sockets: nothing can be said. A closed port is the same silence as no answer.
    let own = error
        .is_some_and(|error| own_fault(&error).is_some() || error.kind() == ErrorKind::NetworkUnreachable);
    Answered::silent(if own {
        QueryStatus::Unknown
    } else {
        QueryStatus::Timeout
    })
}

/// What a message says about records of a type.
fn status(message: &Message, record_type: RecordType) -> QueryStatus {
    match message.metadata.response_code {
        ResponseCode::NoError
            if message
                .answers
                .iter()
                .any(|record| record.record_type() == record_type) =>
        {
            QueryStatus::Ok
        }
        ResponseCode::NoError => QueryStatus::Nodata,
        ResponseCode::NXDomain => QueryStatus::Nxdomain,
        ResponseCode::Refused => QueryStatus::Refused,
        _ => QueryStatus::Servfail,
    }
}
