//! From the bytes of a batch to what the store takes.

use ems_contract::id::AgentId;
use ems_contract::time::UnixTime;
use ems_contract::wire::{Decoder, Line, WireError};
use jiff::Timestamp;

use super::plausible;
use super::refusal::Refusal;
use crate::store::IngestBatch;

/// Decodes a batch that `agent` sent and that began to arrive at `arrived`.
pub(super) fn decode(agent: &AgentId, arrived: Timestamp, bytes: &[u8]) -> Result<IngestBatch, Refusal> {
    let mut decoder = Decoder::new(bytes)?;
    let header = decoder.header().clone();
    if header.agent != *agent {
        return Err(Refusal::WrongAgent {
            token: agent.clone(),
            header: header.agent,
        });
    }
    let received_at = UnixTime::floor(arrived);
    // The announced number is bounded by the decoder, yet nobody has sent the lines.
    let mut lines = Vec::with_capacity(usize::try_from(header.records).unwrap_or(0).min(1_024));
    while let Some(line) = decoder.next_line()? {
        lines.push(checked(line, received_at));
    }
    Ok(IngestBatch {
        agent: header.agent,
        epoch: header.epoch,
        after: header.after,
        received_at,
        skew_ms: header.sent_at.as_millisecond() - arrived.as_millisecond(),
        lines,
    })
}

/// A record whose values cannot be true is kept raw, like one that is not understood.
fn checked(line: Line, received_at: UnixTime) -> Line {
    let Line::Record { record, raw } = line else {
        return line;
    };
    match plausible::objection(&record, received_at) {
        None => Line::Record { record, raw },
        Some(why) => Line::Foreign {
            seq: record.key().2,
            raw,
            why: why.into(),
        },
    }
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        match error {
            WireError::TooLarge(what) => Self::TooLarge(what.into()),
            WireError::Io(_) | WireError::Header(_) | WireError::Count { .. } => {
                Self::Broken(error.to_string())
            }
        }
    }
}
