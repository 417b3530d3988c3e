//! The first delivery key: which numbers of a spool are here, and with what content.
//!
//! A row a batch keeps, for [`KEPT_S`], every number with 8 bytes of its line's SHA-256. Within that time a
//! number that comes again with the same bytes is a duplicate, with other bytes a conflict (a copied or rolled
//! back spool). For a number older than that the second key decides: what it says is here, or it is a conflict.

use std::collections::HashMap;

use ems_contract::digest::Sha256;
use ems_contract::id::Epoch;
use rusqlite::{Connection, OptionalExtension};

use super::fail::Fail;

/// How long digests are kept, in seconds.
pub(super) const KEPT_S: i64 = 86_400;

/// The first bytes of a line's digest.
pub(super) type Short = [u8; 8];

/// The part of a digest that is kept.
pub(super) fn short(digest: Sha256) -> Short {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_bytes()[..8]);
    bytes
}

/// One spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) id: i64,
    pub(super) through: i64,
}

/// The stream of a spool, if it ever sent anything.
pub(super) fn find(conn: &Connection, agent: i64, epoch: Epoch) -> Result<Option<Stream>, Fail> {
    let found = conn
        .prepare_cached("SELECT id, through FROM stream WHERE agent = ?1 AND epoch = ?2")?
        .query_row((agent, epoch.to_bytes()), |row| {
            Ok(Stream {
                id: row.get(0)?,
                through: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The stream of a spool, made when it is new.
pub(super) fn open(conn: &Connection, agent: i64, epoch: Epoch) -> Result<Stream, Fail> {
    if let Some(stream) = find(conn, agent, epoch)? {
        return Ok(stream);
    }
    conn.prepare_cached(
        "INSERT INTO stream (agent, epoch, through, last_batch_at, last_slot, skew_ms) VALUES (?1, ?2, 0, 0, NULL, 0)",
    )?
    .execute((agent, epoch.to_bytes()))?;
    Ok(Stream {
        id: conn.last_insert_rowid(),
        through: 0,
    })
}

/// What is known of the numbers `from..=to`.
pub(super) fn known(conn: &Connection, stream: i64, from: i64, to: i64) -> Result<HashMap<i64, Short>, Fail> {
    let mut found = HashMap::new();
    let mut query = conn.prepare_cached(
        "SELECT first, digests FROM delivery WHERE stream = ?1 AND last >= ?2 AND first <= ?3 ORDER BY last",
    )?;
    let mut rows = query.query((stream, from, to))?;
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let digests = row
            .get_ref(1)?
            .as_blob()
            .map_err(|error| Fail::unreadable("delivery", error))?;
        unpack(first, digests, &mut found)?;
    }
    Ok(found)
}

/// Notes the new numbers of a batch, and moves `through` over everything that now hangs together.
pub(super) fn note(
    conn: &Connection,
    stream: Stream,
    after: i64,
    received_at: i64,
    fresh: &[(i64, Short)],
) -> Result<i64, Fail> {
    if let (Some((first, _)), Some((last, _))) = (fresh.first(), fresh.last()) {
        conn.prepare_cached(
            "INSERT INTO delivery (stream, last, first, after, received_at, digests) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((stream.id, last, first, after.min(first - 1), received_at, pack(fresh)))?;
    }
    let mut through = stream.through;
    let mut next = conn.prepare_cached(
        "SELECT max(last) FROM (SELECT last FROM delivery WHERE stream = ?1 AND last > ?2 AND after <= ?2)",
    )?;
    while let Some(last) = next.query_row((stream.id, through), |row| row.get::<_, Option<i64>>(0))? {
        through = last;
    }
    Ok(through)
}

/// Forgets digests that arrived before `before`, except of numbers still above a hole.
pub(super) fn forget(conn: &Connection, before: i64) -> Result<(), Fail> {
    conn.execute(
        "DELETE FROM delivery WHERE received_at < ?1
         AND last <= (SELECT through FROM stream WHERE stream.id = delivery.stream)",
        [before],
    )?;
    Ok(())
}

fn pack(fresh: &[(i64, Short)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fresh.len() * 9);
    let mut previous = fresh.first().map_or(0, |(first, _)| *first);
    for (seq, digest) in fresh {
        let mut step = seq.abs_diff(previous);
        previous = *seq;
        loop {
            let low = u8::try_from(step & 0x7f).unwrap_or(0);
            step >>= 7;
            bytes.push(if step == 0 { low } else { low | 0x80 });
            if step == 0 {
                break;
            }
        }
        bytes.extend_from_slice(digest);
    }
    bytes
}

fn unpack(first: i64, mut bytes: &[u8], into: &mut HashMap<i64, Short>) -> Result<(), Fail> {
    let broken = || Fail::unreadable("delivery digests", "cut short");
    let mut seq = first;
    while !bytes.is_empty() {
        let mut step: i64 = 0;
        let mut shift = 0;
        loop {
            let (byte, rest) = bytes.split_first().ok_or_else(broken)?;
            bytes = rest;
            step |= i64::from(byte & 0x7f).checked_shl(shift).ok_or_else(broken)?;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        seq = seq.checked_add(step).ok_or_else(broken)?;
        let (digest, rest) = bytes.split_first_chunk::<8>().ok_or_else(broken)?;
        bytes = rest;
        into.insert(seq, *digest);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_holes_survive_their_packed_form() {
        let fresh = vec![(5, [1; 8]), (6, [2; 8]), (400, [3; 8]), (i64::MAX, [4; 8])];
        let mut back = HashMap::new();
        unpack(5, &pack(&fresh), &mut back).unwrap();
        assert_eq!(back, fresh.into_iter().collect());
        assert!(unpack(5, &[1, 2, 3], &mut HashMap::new()).is_err());
    }
}
