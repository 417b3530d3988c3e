//! Packed results of one series in one window: a column after the other, each in its shortest encoding.
//!
//! Layout, version 1: version (1 byte) · rows (varint) · columns in the order of [`Column`], each tag, length, bytes ·
//! attempts (zstd of: row, length, JSON; empty when there are none) after its length · first 4 bytes of the SHA-256 of
//! all before. Slots are kept as differences, so an unbroken grid costs nothing; absent values are 0 and present ones
//! one more than they are. Everything comes back as it was, but the start of an attempt, which is kept to the
//! millisecond (it only shows that the slot ran in time).

mod bytes;
mod column;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::num::NonZeroUsize;
use std::ops::Range;

use ems_contract::digest::Sha256;
use ems_contract::observation::Timings;

use bytes::{Reader, push_varint, unzigzag, zigzag};
use column::Encoded;

/// Version of the layout.
const VERSION: u8 = 1;
/// The most rows of a chunk: a window of 1-second slots.
pub(super) const MAX_ROWS: usize = 86_400;
/// The most bytes of attempts a chunk may hold unpacked.
const MAX_ATTEMPTS: u64 = 256 * 1024 * 1024;

/// A chunk that cannot be read, and why.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a packed chunk is damaged: {}", self.0)
    }
}

/// One result as stored: numbers of texts, not the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) slot: i64,
    pub(super) interval_s: u32,
    pub(super) outcome: i64,
    pub(super) origin: i64,
    pub(super) facts: Option<i64>,
    pub(super) address: Option<i64>,
    pub(super) started_us: Option<i64>,
    pub(super) timings: Timings,
    pub(super) body_bytes: Option<u32>,
    pub(super) attempts: Option<String>,
}

/// The columns, in the order of the layout. The first three are what the ledger reads.
#[derive(Clone, Copy)]
enum Column {
    Slot,
    Interval,
    Outcome,
    Facts,
    Address,
    Dns,
    Connect,
    Tls,
    FirstByte,
    Body,
    BodyBytes,
    Origin,
    Started,
}

const COLUMNS: usize = 13;

/// Packs rows that are in the order of their slots, at least one.
pub(super) fn pack(rows: &[Row]) -> Result<Vec<u8>, Broken> {
    if rows.is_empty() || rows.len() > MAX_ROWS {
        return Err(Broken(format!("{} rows do not make a chunk", rows.len())));
    }
    let mut data = vec![VERSION];
    push_varint(rows.len() as u64, &mut data);
    let mut previous = 0;
    let slots = |row: &Row| zigzag(row.slot - std::mem::replace(&mut previous, row.slot));
    put(rows, slots, &mut data)?;
    put(rows, |row| row.interval_s.into(), &mut data)?;
    put(rows, |row| row.outcome.cast_unsigned(), &mut data)?;
    put(rows, |row| number(row.facts), &mut data)?;
    put(rows, |row| number(row.address), &mut data)?;
    put(rows, |row| length(row.timings.dns_us), &mut data)?;
    put(rows, |row| length(row.timings.connect_us), &mut data)?;
    put(rows, |row| length(row.timings.tls_us), &mut data)?;
    put(rows, |row| length(row.timings.first_byte_us), &mut data)?;
    put(rows, |row| length(row.timings.body_us), &mut data)?;
    put(rows, |row| length(row.body_bytes), &mut data)?;
    put(rows, |row| row.origin.cast_unsigned(), &mut data)?;
    put(
        rows,
        |row| row.started_us.map_or(0, |us| 1 + zigzag(us.div_euclid(1_000))),
        &mut data,
    )?;
    let attempts = pack_attempts(rows)?;
    push_varint(attempts.len() as u64, &mut data);
    data.extend_from_slice(&attempts);
    let check = Sha256::of(&data);
    data.extend_from_slice(&check.as_bytes()[..4]);
    Ok(data)
}

fn put(rows: &[Row], value: impl FnMut(&Row) -> u64, data: &mut Vec<u8>) -> Result<(), Broken> {
    let values: Vec<u64> = rows.iter().map(value).collect();
    column::encode(&values, data)
}

fn number(value: Option<i64>) -> u64 {
    value.map_or(0, |number| number.cast_unsigned() + 1)
}

fn length(value: Option<u32>) -> u64 {
    value.map_or(0, |length| u64::from(length) + 1)
}

fn pack_attempts(rows: &[Row]) -> Result<Vec<u8>, Broken> {
    let mut plain = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if let Some(attempts) = &row.attempts {
            push_varint(index as u64, &mut plain);
            push_varint(attempts.len() as u64, &mut plain);
            plain.extend_from_slice(attempts.as_bytes());
        }
    }
    if plain.is_empty() {
        return Ok(plain);
    }
    zstd::bulk::compress(&plain, 6).map_err(|error| Broken(error.to_string()))
}

/// A packed chunk, its columns found but not decoded.
pub(super) struct Chunk<'a> {
    rows: NonZeroUsize,
    columns: [Encoded<'a>; COLUMNS],
    attempts: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Opens a chunk after checking that it is whole.
    pub(super) fn open(data: &'a [u8]) -> Result<Self, Broken> {
        let (data, check) = data
            .split_last_chunk::<4>()
            .ok_or_else(|| Broken("it is too short".into()))?;
        if Sha256::of(data).as_bytes()[..4] != check[..] {
            return Err(Broken("its check sum differs".into()));
        }
        let mut reader = Reader::new(data);
        let version = reader.byte()?;
        if version != VERSION {
            return Err(Broken(format!(
                "its layout is version {version}, this program knows {VERSION}"
            )));
        }
        let rows = NonZeroUsize::new(reader.length()?).filter(|rows| rows.get() <= MAX_ROWS);
        let rows = rows.ok_or_else(|| Broken("its number of rows cannot be".into()))?;
        let first = Encoded::find(&mut reader)?;
        let mut columns = [first; COLUMNS];
        for column in &mut columns[1..] {
            *column = Encoded::find(&mut reader)?;
        }
        let length = reader.length()?;
        Ok(Self {
            rows,
            columns,
            attempts: reader.take(length)?,
        })
    }

    fn column(&self, column: Column) -> Result<Vec<u64>, Broken> {
        self.columns[column as usize].decode(self.rows)
    }

    /// The slots, rising.
    pub(super) fn slots(&self) -> Result<Vec<i64>, Broken> {
        let mut slot: i64 = 0;
        let steps = self.column(Column::Slot)?;
        Ok(steps
            .into_iter()
            .map(|step| {
                slot = slot.wrapping_add(unzigzag(step));
                slot
            })
            .collect())
    }

    /// Slot, interval and outcome of every row: what the ledger needs.
    pub(super) fn outcomes(&self) -> Result<Vec<(i64, u32, i64)>, Broken> {
        let slots = self.slots()?;
        let intervals = self.column(Column::Interval)?;
        let outcomes = self.column(Column::Outcome)?;
        let rows = slots.into_iter().zip(intervals).zip(outcomes);
        rows.map(|((slot, interval), outcome)| Ok((slot, narrow(interval)?, outcome.cast_signed())))
            .collect()
    }

    /// Microseconds to the first byte, by slot, of the rows that had one.
    pub(super) fn first_bytes(&self) -> Result<Vec<(i64, u32)>, Broken> {
        let rows = self.slots()?.into_iter().zip(self.column(Column::FirstByte)?);
        rows.filter_map(|(slot, us)| match present(us) {
            Ok(us) => us.map(|us| Ok((slot, us))),
            Err(broken) => Some(Err(broken)),
        })
        .collect()
    }

    /// Every row in full.
    pub(super) fn rows(&self) -> Result<Vec<Row>, Broken> {
        self.part(0..self.rows.get())
    }

    /// The newest rows before `to` in full: `results` of them, and all within `seconds` before the newest.
    pub(super) fn newest(&self, to: i64, results: usize, seconds: i64) -> Result<Vec<Row>, Broken> {
        let slots = self.slots()?;
        let end = slots.partition_point(|slot| *slot < to);
        let Some(newest) = end.checked_sub(1).map(|last| slots[last]) else {
            return Ok(Vec::new());
        };
        let near = slots.partition_point(|slot| *slot < newest.saturating_sub(seconds));
        self.part(near.min(end.saturating_sub(results))..end)
    }

    /// Some of the rows in full.
    fn part(&self, part: Range<usize>) -> Result<Vec<Row>, Broken> {
        let [
            facts,
            address,
            dns,
            connect,
            tls,
            first_byte,
            body,
            body_bytes,
            origin,
            started,
        ] = [
            self.column(Column::Facts)?,
            self.column(Column::Address)?,
            self.column(Column::Dns)?,
            self.column(Column::Connect)?,
            self.column(Column::Tls)?,
            self.column(Column::FirstByte)?,
            self.column(Column::Body)?,
            self.column(Column::BodyBytes)?,
            self.column(Column::Origin)?,
            self.column(Column::Started)?,
        ];
        let mut rows = Vec::with_capacity(part.len());
        let outcomes = self.outcomes()?.into_iter().enumerate();
        for (n, (slot, interval_s, outcome)) in outcomes.skip(part.start).take(part.len()) {
            rows.push(Row {
                slot,
                interval_s,
                outcome,
                origin: origin[n].cast_signed(),
                facts: facts[n].checked_sub(1).map(u64::cast_signed),
                address: address[n].checked_sub(1).map(u64::cast_signed),
                started_us: started[n]
                    .checked_sub(1)
                    .map(|ms| unzigzag(ms).saturating_mul(1_000)),
                timings: Timings {
                    dns_us: present(dns[n])?,
                    connect_us: present(connect[n])?,
                    tls_us: present(tls[n])?,
                    first_byte_us: present(first_byte[n])?,
                    body_us: present(body[n])?,
                },
                body_bytes: present(body_bytes[n])?,
                attempts: None,
            });
        }
        self.fill_attempts(&mut rows, part.start)?;
        Ok(rows)
    }

    /// Fills in the attempts of `rows`, the first of which is row `from` of the chunk.
    fn fill_attempts(&self, rows: &mut [Row], from: usize) -> Result<(), Broken> {
        if self.attempts.is_empty() {
            return Ok(());
        }
        let mut plain = Vec::new();
        zstd::Decoder::new(self.attempts)
            .and_then(|decoder| decoder.take(MAX_ATTEMPTS).read_to_end(&mut plain))
            .map_err(|error| Broken(error.to_string()))?;
        let mut reader = Reader::new(&plain);
        while !reader.is_empty() {
            let (index, length) = (reader.length()?, reader.length()?);
            let bytes = reader.take(length)?;
            if index >= self.rows.get() {
                return Err(Broken("attempts of a row that is not there".into()));
            }
            if let Some(row) = index.checked_sub(from).and_then(|place| rows.get_mut(place)) {
                let text = String::from_utf8(bytes.to_vec()).map_err(|e| Broken(e.to_string()))?;
                row.attempts = Some(text);
            }
        }
        Ok(())
    }
}

fn present(value: u64) -> Result<Option<u32>, Broken> {
    value.checked_sub(1).map(narrow).transpose()
}

fn narrow(value: u64) -> Result<u32, Broken> {
    u32::try_from(value).map_err(|_wide| Broken("a value is too large".into()))
}
