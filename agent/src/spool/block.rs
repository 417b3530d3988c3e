//! How records lie on disk: the records of one commit as one compressed block.
//!
//! Many small records of the same portals compress well together, one row a commit keeps SQLite out of the way, and
//! the frame's checksum tells a damaged block.

use std::io::{self, Read, Write};

use ems_contract::id::AgentId;
use ems_contract::id::Epoch;
use ems_contract::record::Record;
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::{MAX_DECOMPRESSED, MAX_LINE};

/// A record as it is sent: its number and its JSON line, the delivery key inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the epoch.
    pub seq: u64,
    /// JSON without a line end.
    pub json: Vec<u8>,
}

/// Gives a record its key and writes it down.
pub(super) fn write_line(record: &mut Record, agent: &AgentId, epoch: Epoch, seq: u64) -> io::Result<Line> {
    record.number(agent, epoch, seq);
    Ok(Line {
        seq,
        json: serde_json::to_vec(record)?,
    })
}

/// The stretch of slots that a record speaks for: its slot, or a gap's stretch; a chain speaks for none.
pub(super) fn span(record: &Record) -> Option<Window> {
    match record {
        Record::Observation(o) => Some(Window::new(o.slot, o.slot + 1)),
        Record::Gap(g) => Some(Window::new(g.from, g.to)),
        Record::Chain(_) => None,
    }
}

/// The smallest stretch that holds both.
pub(super) fn hull(a: Option<Window>, b: Option<Window>) -> Option<Window> {
    match (a, b) {
        (Some(a), Some(b)) => Some(Window::new(a.from.min(b.from), a.to.max(b.to))),
        (one, other) => one.or(other),
    }
}

/// Compresses lines into a block.
pub(super) fn encode(lines: &[Line]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3)?;
    encoder.include_checksum(true)?;
    for line in lines {
        let length = u32::try_from(line.json.len()).map_err(io::Error::other)?;
        encoder.write_all(&line.seq.to_le_bytes())?;
        encoder.write_all(&length.to_le_bytes())?;
        encoder.write_all(&line.json)?;
    }
    encoder.finish()
}

/// Reads a block back.
///
/// # Errors
/// When the block is damaged in any way.
pub(super) fn decode(block: &[u8]) -> io::Result<Vec<Line>> {
    let mut reader = zstd::Decoder::new(block)?.take(2 * MAX_DECOMPRESSED);
    let mut lines = Vec::new();
    let mut seq = [0; 8];
    while read_or_end(&mut reader, &mut seq)? {
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > 2 * MAX_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"));
        }
        let mut json = vec![0; length];
        reader.read_exact(&mut json)?;
        lines.push(Line {
            seq: u64::from_le_bytes(seq),
            json,
        });
    }
    Ok(lines)
}

/// Fills `buffer`; false when there is nothing more at all.
fn read_or_end(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => filled += n,
        }
    }
    Ok(true)
}

/// What is kept in memory of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meta {
    /// Row of the epoch it belongs to.
    pub(super) epoch: i64,
    /// Lowest number.
    pub(super) first: u64,
    /// Highest number.
    pub(super) last: u64,
    /// Records.
    pub(super) records: u64,
    /// Bytes of the compressed block.
    pub(super) bytes: u64,
    /// The stretch of slots it speaks for.
    pub(super) span: Option<Window>,
    /// When the collector acknowledged all of it.
    pub(super) acked_at: Option<UnixTime>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines() -> Vec<Line> {
        (1..50)
            .map(|seq| Line {
                seq,
                json: format!("{{\"n\":{seq}}}").into_bytes(),
            })
            .collect()
    }

    #[test]
    fn a_block_comes_back_as_it_was() {
        assert_eq!(decode(&encode(&lines()).unwrap()).unwrap(), lines());
        assert_eq!(decode(&encode(&[]).unwrap()).unwrap(), []);
    }

    proptest! {
        #[test]
        fn damage_is_noticed(at in 0usize..200, bit in 0u8..8, cut in 0usize..200) {
            let block = encode(&lines()).unwrap();
            let mut flipped = block.clone();
            let at = at % flipped.len();
            flipped[at] ^= 1 << bit;
            prop_assert!(decode(&flipped).map_or(true, |read| read == lines()));
            let cut = cut % block.len();
            prop_assert!(cut == 0 || decode(&block[..cut]).is_err());
        }

        #[test]
        fn garbage_is_an_error_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(decode(&bytes).map_or(true, |read| read.is_empty()));
        }
    }
}
