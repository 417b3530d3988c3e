//! Wire format v1: one batch is a zstd frame of NDJSON. The first line is a [`Header`], every further line a
//! [`Record`]. Decoding streams in constant memory and never trusts a length it was told.

use std::io::{self, BufRead, BufReader, Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::id::{AgentId, Epoch};
use crate::observation::Observation;
use crate::record::Record;

/// Version of the wire format.
pub const SCHEMA: u16 = 1;
/// Media type of a batch.
pub const CONTENT_TYPE: &str = "application/x-ndjson+zstd";
/// The longest line a decoder takes, in bytes.
pub const MAX_LINE: usize = 512 * 1024;
/// The most a batch may have as sent, in bytes.
pub const MAX_COMPRESSED: u64 = 8 * 1024 * 1024;
/// The most a batch may decompress to, in bytes.
pub const MAX_DECOMPRESSED: u64 = 32 * 1024 * 1024;
/// The most records one batch may hold.
pub const MAX_RECORDS: u32 = 20_000;

/// First line of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "batch")]
pub struct Header {
    /// Format version, [`SCHEMA`].
    pub schema: u16,
    /// The sender; must be the one the token belongs to.
    pub agent: AgentId,
    /// The spool.
    pub epoch: Epoch,
    /// The sender's wall clock at sending: the collector measures skew by it.
    pub sent_at: Timestamp,
    /// Number of record lines that follow.
    pub records: u32,
    /// Every number above this and below the first of the batch was given up and is accounted for by a gap.
    pub after: u64,
}

/// What the collector answers once the batch is committed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ack {
    /// Every number up to this one is durably kept.
    pub through: u64,
    /// Records of this batch that were new.
    pub stored: u32,
    /// Records of this batch that were there already.
    pub duplicates: u32,
    /// Records kept raw because they were not understood.
    pub quarantined: u32,
    /// The collector lacks records after this number (it was restored from a backup): send them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_after: Option<u64>,
    /// The plan in force for this agent, so that it pulls a new one at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_version: Option<Sha256>,
}

/// A record line as read. `raw` is the line's bytes without the line end.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// Understood.
    Record {
        /// The record.
        record: Record,
        /// The line.
        raw: Vec<u8>,
    },
    /// The delivery key is there, the rest is from a newer or broken agent: kept raw, acknowledged, counted.
    Foreign {
        /// The record's number.
        seq: u64,
        /// The line.
        raw: Vec<u8>,
        /// Why it was not understood.
        why: String,
    },
    /// Not even a key.
    Unreadable {
        /// The line.
        raw: Vec<u8>,
        /// Why.
        why: String,
    },
}

/// Why a batch as a whole cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Truncated, not zstd, or the connection broke.
    #[error("the batch cannot be read: {0}")]
    Io(#[from] io::Error),
    /// No header line, or one that is not understood.
    #[error("the first line is not a batch header of schema {SCHEMA}: {0}")]
    Header(String),
    /// A bound was passed.
    #[error("the batch is too large: more than {0}")]
    TooLarge(&'static str),
    /// Fewer or more lines than the header says.
    #[error("the header announces {announced} records, the batch has {found}")]
    Count {
        /// What the header says.
        announced: u32,
        /// What was there.
        found: u32,
    },
}

/// Encodes a batch of record lines (JSON without line ends).
///
/// # Errors
/// Only when the compressor fails to allocate.
pub fn encode<'a>(header: &Header, lines: impl IntoIterator<Item = &'a [u8]>) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3)?;
    encoder.include_checksum(true)?;
    serde_json::to_writer(&mut encoder, header)?;
    encoder.write_all(b"\n")?;
    for line in lines {
        encoder.write_all(line)?;
        encoder.write_all(b"\n")?;
    }
    encoder.finish()
}

/// A batch being read.
pub struct Decoder<R: Read> {
    lines: BufReader<io::Take<zstd::Decoder<'static, BufReader<R>>>>,
    header: Header,
    found: u32,
    done: bool,
}

impl<R: Read> Decoder<R> {
    /// Opens a batch and reads its header.
    ///
    /// # Errors
    /// [`WireError`] when it is not a batch of this schema.
    pub fn new(reader: R) -> Result<Self, WireError> {
        let mut frame = zstd::Decoder::new(reader)?.single_frame();
        // A frame may ask for a huge window; 8 MiB is more than our encoder ever uses.
        frame.window_log_max(23)?;
        let mut lines = BufReader::with_capacity(64 * 1024, frame.take(MAX_DECOMPRESSED + 1));
        let first = read_line(&mut lines)?.ok_or_else(|| WireError::Header("the batch is empty".into()))?;
        let header: Header =
            serde_json::from_slice(&first).map_err(|error| WireError::Header(error.to_string()))?;
        if header.schema != SCHEMA {
            return Err(WireError::Header(format!("schema {}", header.schema)));
        }
        if header.records > MAX_RECORDS {
            return Err(WireError::TooLarge("20,000 records"));
        }
        Ok(Self {
            lines,
            header,
            found: 0,
            done: false,
        })
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The next line; `None` at the end of a whole batch.
    ///
    /// # Errors
    /// [`WireError`] when the batch breaks off or passes a bound; nothing of it must be kept then.
    pub fn next_line(&mut self) -> Result<Option<Line>, WireError> {
        if self.done {
            return Ok(None);
        }
        let Some(raw) = read_line(&mut self.lines)? else {
            self.done = true;
            if self.lines.get_ref().limit() == 0 {
                return Err(WireError::TooLarge("32 MiB"));
            }
            if self.found != self.header.records {
                return Err(WireError::Count {
                    announced: self.header.records,
                    found: self.found,
                });
            }
            return Ok(None);
        };
        self.found += 1;
        if self.found > self.header.records {
            return Err(WireError::Count {
                announced: self.header.records,
                found: self.found,
            });
        }
        Ok(Some(interpret(raw, &self.header)))
    }
}

/// The delivery key alone, for lines of newer agents.
#[derive(Deserialize)]
struct Key {
    agent: AgentId,
    epoch: Epoch,
    seq: u64,
}

/// How our own agents begin an observation's line.
const OBSERVATION: &[u8] = br#"{"type":"observation","#;

fn read_record(raw: &[u8]) -> serde_json::Result<Record> {
    // Nearly every line is an observation whose tag stands first: it is read straight, without the buffer that a
    // tag at any place needs. The meaning is the same, as the tag is no field of an observation.
    if raw.starts_with(OBSERVATION) {
        // One check of the whole line is quicker than one a string. What is no text fails in the reader below.
        let observation = match std::str::from_utf8(raw) {
            Ok(text) => serde_json::from_str::<Observation>(text)?,
            Err(_no_text) => serde_json::from_slice(raw)?,
        };
        return Ok(Record::Observation(Box::new(observation)));
    }
    serde_json::from_slice(raw)
}

fn interpret(raw: Vec<u8>, header: &Header) -> Line {
    match read_record(&raw) {
        Ok(record) => {
            let (agent, epoch, _) = record.key();
            if *agent == header.agent && epoch == header.epoch {
                Line::Record { record, raw }
            } else {
                Line::Unreadable {
                    raw,
                    why: "agent or epoch differs from the batch's".into(),
                }
            }
        }
        Err(error) => match serde_json::from_slice::<Key>(&raw) {
            Ok(key) if key.agent == header.agent && key.epoch == header.epoch => Line::Foreign {
                seq: key.seq,
                raw,
                why: error.to_string(),
            },
            _ => Line::Unreadable {
                raw,
                why: error.to_string(),
            },
        },
    }
}

/// Nearly every line is shorter.
const ORDINARY_LINE: usize = 1_280;

fn read_line(reader: &mut impl BufRead) -> Result<Option<Vec<u8>>, WireError> {
    let mut line = Vec::with_capacity(ORDINARY_LINE);
    let read = reader.take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(line));
    }
    if line.len() > MAX_LINE {
        return Err(WireError::TooLarge("512 KiB in one line"));
    }
    Ok(Some(line))
}
