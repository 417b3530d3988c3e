//! One column of a chunk: the shortest of three encodings.

use std::num::NonZeroUsize;

use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress};

use super::bytes::{Reader, push_varint};
use super::{Broken, MAX_ROWS};

/// All values are the same: the value.
const CONSTANT: u8 = 0;
/// Few changes: length of run and value, over and over.
const RUNS: u8 = 1;
/// Numbers with a distribution: pco, standalone format.
const PCO: u8 = 2;

/// Appends `values`: a tag, the number of bytes, the bytes.
pub(super) fn encode(values: &[u64], into: &mut Vec<u8>) -> Result<(), Broken> {
    let runs = runs_of(values);
    if let [(_, value)] = runs[..] {
        let mut bytes = Vec::new();
        push_varint(value, &mut bytes);
        put(CONSTANT, &bytes, into);
        return Ok(());
    }
    let mut short = Vec::new();
    for (length, value) in &runs {
        push_varint(*length, &mut short);
        push_varint(*value, &mut short);
    }
    // Runs of one value on average: pco is surely shorter, and trying costs little anyway.
    let dense =
        simple_compress(values, &ChunkConfig::default()).map_err(|error| Broken(error.to_string()))?;
    if short.len() <= dense.len() {
        put(RUNS, &short, into);
    } else {
        put(PCO, &dense, into);
    }
    Ok(())
}

fn put(tag: u8, bytes: &[u8], into: &mut Vec<u8>) {
    into.push(tag);
    push_varint(bytes.len() as u64, into);
    into.extend_from_slice(bytes);
}

fn runs_of(values: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((length, last)) if last == value => *length += 1,
            _ => runs.push((1, *value)),
        }
    }
    runs
}

/// A column that was found in a chunk and not decoded yet.
#[derive(Clone, Copy)]
pub(super) struct Encoded<'a> {
    tag: u8,
    bytes: &'a [u8],
}

impl<'a> Encoded<'a> {
    pub(super) fn find(reader: &mut Reader<'a>) -> Result<Self, Broken> {
        let tag = reader.byte()?;
        let length = reader.length()?;
        Ok(Self {
            tag,
            bytes: reader.take(length)?,
        })
    }

    /// The values, exactly `rows` of them.
    pub(super) fn decode(self, rows: NonZeroUsize) -> Result<Vec<u64>, Broken> {
        let rows = rows.get();
        let mut reader = Reader::new(self.bytes);
        let values = match self.tag {
            CONSTANT => vec![reader.varint()?; rows],
            RUNS => {
                let mut values = Vec::with_capacity(rows.min(MAX_ROWS));
                while !reader.is_empty() {
                    let length = reader.length()?;
                    let value = reader.varint()?;
                    if length > rows - values.len() {
                        return Err(Broken("a run is longer than the column".into()));
                    }
                    values.resize(values.len() + length, value);
                }
                values
            }
            PCO => simple_decompress(self.bytes).map_err(|error| Broken(error.to_string()))?,
            tag => return Err(Broken(format!("column encoding {tag} is unknown"))),
        };
        if values.len() == rows {
            Ok(values)
        } else {
            Err(Broken(format!(
                "a column has {} values, not {rows}",
                values.len()
            )))
        }
    }
}
