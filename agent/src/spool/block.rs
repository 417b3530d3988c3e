//! How records lie on disk: the records of one commit as one compressed block.
//!
//! Many small records of the same portals compress well together, one row a commit keeps SQLite out of the way, and
//! the frame's checksum tells a damaged block.

use std::io::{self, Read, Write};

use ems_contract::id::AgentId;
use ems_contract::id::Epoch;
use ems_contract::record::{Gap, Record};
use ems_contract::time::{UnixTime, Window};
use ems_contract::wire::MAX_LINE;

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

/// The second in which a record's slot lies. A gap may speak of long ago and is looked at by itself.
pub(super) fn span(record: &Record) -> Option<Window> {
    match record {
        Record::Observation(o) => Some(Window::new(o.slot, o.slot + 1)),
        Record::Gap(_) | Record::Chain(_) => None,
    }
}

/// The gaps among lines.
pub(super) fn gaps(lines: &[Line]) -> impl Iterator<Item = Gap> {
    lines
        .iter()
        .filter(|line| line.json.starts_with(GAP))
        .filter_map(|line| match serde_json::from_slice(&line.json) {
            Ok(Record::Gap(gap)) => Some(gap),
            _ => None,
        })
}

/// How a gap's line begins: saves reading all the others.
const GAP: &[u8] = br#"{"type":"gap","#;
/// The most that a block may decompress to; commits are bounded far below.
const MAX_BLOCK: u64 = 256 * 1024 * 1024;

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
    let mut reader = zstd::Decoder::new(block)?.take(MAX_BLOCK);
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
    /// From its first slot to one second after its last.
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
    fn gaps_are_found_by_their_first_bytes() {
        let agent: AgentId = "a".parse().unwrap();
        let window = Window::new(UnixTime::from_secs(1), UnixTime::from_secs(9));
        let why = ems_contract::record::GapWhy::AgentOff;
        let mut record = Record::Gap(crate::spool::entry::gap(&agent, window, why));
        let epoch = Epoch::from_random([1; 16]);
        let mut all = lines();
        all.push(write_line(&mut record, &agent, epoch, 50).unwrap());
        assert_eq!(gaps(&all).map(|gap| gap.seq).collect::<Vec<_>>(), [50]);
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
