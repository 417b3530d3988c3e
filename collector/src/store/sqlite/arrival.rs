//! A batch made ready for the writing thread: everything that needs no database is done on the caller's thread.

use std::net::IpAddr;

use ems_contract::digest::Sha256;
use ems_contract::facts::{Facts, PageFacts};
use ems_contract::observation::{Observation, Timings};
use ems_contract::outcome::Outcome;
use ems_contract::record::{Gap, Record};
use ems_contract::time::UnixTime;
use ems_contract::wire::Line;

use super::fail::Fail;
use super::names::{Grid, Origin, json};

/// One line of a batch.
pub(super) struct Arrival {
    /// The number, unless the line is unreadable.
    pub(super) seq: Option<i64>,
    /// Digest of the line's bytes.
    pub(super) digest: Sha256,
    /// The line's bytes, for quarantine.
    pub(super) raw: Vec<u8>,
    pub(super) content: Content,
}

pub(super) enum Content {
    Result(Box<ResultRow>),
    Gap(Gap),
    Chain {
        digest: Sha256,
        der: Vec<u8>,
    },
    /// Not understood, and why.
    Odd(String),
}

/// An observation as it is stored.
pub(super) struct ResultRow {
    pub(super) grid: Grid,
    pub(super) slot: UnixTime,
    pub(super) interval_s: u32,
    pub(super) outcome: Outcome,
    pub(super) origin: Origin,
    pub(super) facts: Option<SentFacts>,
    /// What was found on the pages: kept apart, section by section.
    pub(super) page: Option<Box<PageFacts>>,
    pub(super) address: Option<IpAddr>,
    pub(super) started_us: Option<i64>,
    pub(super) timings: Timings,
    pub(super) body_bytes: Option<u32>,
    pub(super) attempts: Option<String>,
}

/// Facts and the bytes they were sent in.
pub(super) struct SentFacts {
    pub(super) facts: Facts,
    bytes: Bytes,
}

enum Bytes {
    /// From here to the end of the line.
    OfLine(usize),
    /// Of a line that is not as agents write it, or whose page group is kept apart.
    Own(Box<[u8]>),
}

impl SentFacts {
    /// The bytes, given the line. The same facts of one agent mostly have the same; different ones always have others.
    pub(super) fn bytes<'a>(&'a self, raw: &'a [u8]) -> &'a [u8] {
        match &self.bytes {
            Bytes::OfLine(begin) => raw.get(*begin..).unwrap_or(raw),
            Bytes::Own(bytes) => bytes,
        }
    }
}

impl Arrival {
    pub(super) fn new(line: Line) -> Result<Self, Fail> {
        let (seq, raw, content) = match line {
            Line::Record { record, raw } => {
                let seq = record.key().2;
                let content = Content::of(record, &raw)?;
                (Some(seq), raw, content)
            }
            Line::Foreign { seq, raw, why } => (Some(seq), raw, Content::Odd(why)),
            Line::Unreadable { raw, why } => (None, raw, Content::Odd(why)),
        };
        let digest = Sha256::of(&raw);
        match seq.map(i64::try_from) {
            None => Ok(Self {
                seq: None,
                digest,
                raw,
                content,
            }),
            Some(Ok(seq)) => Ok(Self {
                seq: Some(seq),
                digest,
                raw,
                content,
            }),
            Some(Err(_beyond)) => {
                let content = Content::Odd("its number is above 2^63".into());
                Ok(Self {
                    seq: None,
                    digest,
                    raw,
                    content,
                })
            }
        }
    }
}

impl Content {
    fn of(record: Record, raw: &[u8]) -> Result<Self, Fail> {
        Ok(match record {
            Record::Observation(observation) => Self::Result(Box::new(ResultRow::of(*observation, raw)?)),
            Record::Gap(gap) => Self::Gap(gap),
            Record::Chain(record) => Self::Chain {
                digest: record.chain.digest(),
                der: super::chains::encode(&record.chain),
            },
        })
    }
}

impl ResultRow {
    fn of(mut observation: Observation, raw: &[u8]) -> Result<Self, Fail> {
        // One plain attempt that says what the slot says is rebuilt from the columns; all else is kept in full.
        let plain = match observation.attempts.as_slice() {
            [only] => !only.shared && only.outcome == observation.outcome,
            _ => false,
        };
        let attempts = if plain {
            None
        } else {
            Some(json(&observation.attempts)?)
        };
        let page = observation.facts.page.take();
        let facts = if observation.facts.is_empty() {
            None
        } else {
            let bytes = match memchr::memmem::find(raw, FACTS) {
                Some(begin) if page.is_none() => Bytes::OfLine(begin),
                _ => Bytes::Own(json(&observation.facts)?.into_bytes().into()),
            };
            Some(SentFacts {
                facts: observation.facts,
                bytes,
            })
        };
        let last = observation.attempts.last();
        let slot_us = observation.slot.secs() * 1_000_000;
        Ok(Self {
            grid: Grid {
                portal: observation.portal,
                probe: observation.probe,
                family: observation.family,
            },
            slot: observation.slot,
            interval_s: observation.interval_s,
            outcome: observation.outcome,
            origin: Origin {
                schema: observation.schema,
                target: observation.target_hash,
                plan: observation.plan_version,
            },
            facts,
            page,
            address: last.and_then(|attempt| attempt.address),
            started_us: last.map(|attempt| attempt.started_at.as_microsecond() - slot_us),
            timings: last.map(|attempt| attempt.timings).unwrap_or_default(),
            body_bytes: last.and_then(|attempt| attempt.body_bytes),
            attempts,
        })
    }
}

/// How the facts begin in a line; inside a text the quotes would be escaped. They come last as agents write them.
/// Everything from the first mention to the end is covered, so whatever a newer agent adds, different facts have
/// different bytes.
const FACTS: &[u8] = br#","facts":"#;
