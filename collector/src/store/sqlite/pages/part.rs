//! Parts of facts, once by content, compressed.

use ems_contract::digest::Sha256;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::fail::Fail;

/// The most that a part may unpack to: a page group has a bound of its own far below.
const MOST: usize = 4 * 1024 * 1024;
/// `last_used` is exact to this many seconds, so that it is seldom written.
const USED_STEP: i64 = 86_400;

/// The number of a part, new or old, used by a look at `at`.
pub(super) fn keep(conn: &Connection, value: &impl Serialize, at: i64) -> Result<i64, Fail> {
    let json = serde_json::to_vec(value).map_err(|error| Fail::unreadable("value to store", error))?;
    let digest = Sha256::of(&json);
    let known: Option<(i64, i64)> = {
        let mut query = conn.prepare_cached("SELECT id, last_used FROM part WHERE digest = ?1")?;
        let mut rows = query.query([digest.as_bytes()])?;
        rows.next()?
            .map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?)))
            .transpose()?
    };
    if let Some((id, last_used)) = known {
        if at >= last_used + USED_STEP {
            conn.prepare_cached("UPDATE part SET last_used = ?2 WHERE id = ?1")?
                .execute((id, at))?;
        }
        return Ok(id);
    }
    let data = zstd::bulk::compress(&json, 6).map_err(|error| Fail::unreadable("value to store", error))?;
    conn.prepare_cached("INSERT INTO part (digest, data, last_used) VALUES (?1, ?2, ?3)")?
        .execute((digest.as_bytes(), data, at))?;
    Ok(conn.last_insert_rowid())
}

/// The part of this number.
pub(super) fn find<T: DeserializeOwned>(conn: &Connection, id: i64) -> Result<T, Fail> {
    let data: Vec<u8> = conn
        .prepare_cached("SELECT data FROM part WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let json = zstd::bulk::decompress(&data, MOST).map_err(|error| Fail::unreadable("part", error))?;
    serde_json::from_slice(&json).map_err(|error| Fail::unreadable("part", error))
}
