//! Keeping a batch: both delivery keys, the rows, the quarantine, the dirt for the ledger.

use std::collections::HashMap;

use ems_contract::id::{AgentId, Epoch};
use ems_contract::probe::ProbeKind;
use ems_contract::record::Gap;
use rusqlite::CachedStatement;

use super::arrival::{Arrival, Content, ResultRow};
use super::delivery::{self, Short, Stream};
use super::fail::Fail;
use super::names::family_code;
use super::writer::Session;
use super::{chains, dirty, pack, rows};
use crate::store::{Receipt, StoreError};

/// A slot further ahead of its arrival than this, in seconds, comes from a wrong clock: it is kept raw, because as
/// a result it would take the place of the true one later.
const FUTURE_S: i64 = 60;
/// Two attempts of 15 s and the ledger's 15 s: after slot + interval + this, a record is late.
const SETTLING_S: i64 = 45;

/// The most bytes of lines kept raw. Further ones are acknowledged, counted and not kept: whoever sends them in such
/// numbers is broken, and the first ones tell how.
pub(super) const QUARANTINE_BYTES: i64 = 64 * 1024 * 1024;

/// A batch on its way to the writing thread.
pub(super) struct Prepared {
    pub(super) agent: AgentId,
    pub(super) epoch: Epoch,
    pub(super) after: u64,
    pub(super) received_at: i64,
    pub(super) skew_ms: i64,
    pub(super) arrivals: Vec<Arrival>,
}

struct Keeping<'a, 'b> {
    session: &'a mut Session<'b>,
    insert: CachedStatement<'b>,
    packed: CachedStatement<'b>,
    agent: i64,
    stream: Stream,
    received_at: i64,
    receipt: Receipt,
    results: i64,
    last_slot: Option<i64>,
    dirt: HashMap<i64, i64>,
}

pub(super) fn commit(session: &mut Session<'_>, batch: &Prepared) -> Result<Receipt, Fail> {
    let conn = session.conn;
    let agent = session.names.agent(conn, &batch.agent)?;
    let stream = delivery::open(conn, agent, batch.epoch)?;
    let numbers = || batch.arrivals.iter().filter_map(|arrival| arrival.seq);
    let known = match (numbers().min(), numbers().max()) {
        (Some(from), Some(to)) => delivery::known(conn, stream.id, from, to)?,
        _ => HashMap::new(),
    };
    if lacks_and_conflicts(batch, stream, &known) {
        return Ok(Receipt {
            through: stream.through.unsigned_abs(),
            resend_after: Some(stream.through.unsigned_abs()),
            ..Receipt::default()
        });
    }
    let mut keeping = Keeping {
        insert: conn.prepare_cached(
            "INSERT INTO result (series, slot, interval_s, outcome, origin, facts, address, started_us, dns_us,
                 connect_us, tls_us, first_byte_us, body_us, body_bytes, attempts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT DO NOTHING",
        )?,
        packed: conn.prepare_cached("SELECT data FROM chunk WHERE id = ?1")?,
        session,
        agent,
        stream,
        received_at: batch.received_at,
        receipt: Receipt::default(),
        results: 0,
        last_slot: None,
        dirt: HashMap::new(),
    };
    let mut fresh = Fresh::with_capacity(batch.arrivals.len());
    for arrival in &batch.arrivals {
        if let Some(seq) = arrival.seq {
            let digest = delivery::short(arrival.digest);
            match known.get(&seq).or_else(|| fresh.get(seq)) {
                Some(kept) if *kept == digest => {
                    keeping.receipt.duplicates += 1;
                    continue;
                }
                Some(_other) => return Err(conflict(seq)),
                None if seq <= stream.through => {
                    // Its digest is forgotten, or the agent had given it up: the content itself decides.
                    if keeping.holds(arrival)? {
                        keeping.receipt.duplicates += 1;
                        continue;
                    }
                    return Err(conflict(seq));
                }
                None => fresh.push(seq, digest),
            }
        }
        keeping.keep(arrival)?;
    }
    let fresh = fresh.sorted();
    let after = i64::try_from(batch.after).unwrap_or(i64::MAX);
    keeping.finish(batch, after, &fresh)
}

/// Whether a batch begins above a hole and has a number that is kept with other content. The hole first: it tells of a
/// collector that came back from an older copy, and what fills it may leave no conflict. The agent then begins at
/// `through`, and what still conflicts is refused.
fn lacks_and_conflicts(batch: &Prepared, stream: Stream, known: &HashMap<i64, Short>) -> bool {
    let lacks = batch.after > stream.through.unsigned_abs();
    let differs = |arrival: &Arrival| {
        let kept = arrival.seq.and_then(|seq| known.get(&seq));
        kept.is_some_and(|kept| *kept != delivery::short(arrival.digest))
    };
    lacks && batch.arrivals.iter().any(differs)
}

/// Numbers of the batch in hand. They rise, in all but broken batches: only then there is anything to look up.
struct Fresh {
    numbers: Vec<(i64, Short)>,
    /// All of them, once one did not rise.
    index: Option<HashMap<i64, Short>>,
}

impl Fresh {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            numbers: Vec::with_capacity(capacity),
            index: None,
        }
    }

    fn get(&mut self, seq: i64) -> Option<&Short> {
        if self.index.is_none() && self.numbers.last().is_none_or(|(last, _)| *last < seq) {
            return None;
        }
        let index = self
            .index
            .get_or_insert_with(|| self.numbers.iter().copied().collect());
        index.get(&seq)
    }

    fn push(&mut self, seq: i64, digest: Short) {
        self.numbers.push((seq, digest));
        if let Some(index) = &mut self.index {
            index.insert(seq, digest);
        }
    }

    fn sorted(mut self) -> Vec<(i64, Short)> {
        self.numbers.sort_unstable_by_key(|(seq, _)| *seq);
        self.numbers
    }
}

fn conflict(seq: i64) -> Fail {
    Fail::Store(StoreError::Conflict {
        seq: seq.unsigned_abs(),
    })
}

impl Keeping<'_, '_> {
    fn keep(&mut self, arrival: &Arrival) -> Result<(), Fail> {
        match &arrival.content {
            Content::Result(row) => self.keep_result(arrival, row),
            Content::Gap(gap) => self.keep_gap(arrival, gap),
            Content::Chain { digest, der } => {
                chains::keep(self.session.conn, *digest, der)?;
                self.receipt.stored += 1;
                Ok(())
            }
            Content::Odd(why) => self.quarantine(arrival, why),
        }
    }

    fn keep_result(&mut self, arrival: &Arrival, row: &ResultRow) -> Result<(), Fail> {
        let conn = self.session.conn;
        let slot = row.slot.secs();
        if slot > self.received_at + FUTURE_S {
            self.receipt.future += 1;
            return self.quarantine(arrival, "its slot lies in the future");
        }
        let Some((_, series)) = self.session.names.series(conn, self.agent, &row.grid)? else {
            return self.quarantine(arrival, "its portal was never in an inventory");
        };
        // Only a late record can belong to a window that is packed.
        if rows::window_of(slot) < rows::window_of(self.received_at)
            && rows::is_packed(&mut self.packed, series, slot)?
        {
            self.receipt.slot_conflicts += 1;
            return Ok(());
        }
        let numbers = self.session.names.numbers(conn, self.agent, row, &arrival.raw)?;
        let portal = numbers.portal;
        let t = &row.timings;
        let inserted = self.insert.execute(rusqlite::params![
            numbers.series,
            slot,
            row.interval_s,
            numbers.outcome,
            numbers.origin,
            numbers.facts,
            numbers.address,
            row.started_us,
            t.dns_us,
            t.connect_us,
            t.tls_us,
            t.first_byte_us,
            t.body_us,
            row.body_bytes,
            row.attempts,
        ])?;
        if inserted == 0 {
            self.receipt.slot_conflicts += 1;
            return Ok(());
        }
        self.receipt.stored += 1;
        self.results += 1;
        if self.received_at > slot + i64::from(row.interval_s) + SETTLING_S {
            self.receipt.late += 1;
        }
        self.last_slot = self.last_slot.max(Some(slot));
        if row.grid.probe == ProbeKind::Reach {
            self.soil(portal, slot);
        }
        Ok(())
    }

    fn keep_gap(&mut self, arrival: &Arrival, gap: &Gap) -> Result<(), Fail> {
        let conn = self.session.conn;
        let portal = match &gap.portal {
            None => None,
            Some(id) => match self.session.names.portal(conn, id)? {
                Some(number) => Some(number),
                None => return self.quarantine(arrival, "its portal was never in an inventory"),
            },
        };
        conn.prepare_cached(
            "INSERT INTO gap (agent, portal, probe, family, starts, ends, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            self.agent,
            portal,
            gap.probe.map(ProbeKind::as_str),
            gap.family.map(|family| family_code(Some(family))),
            gap.from.secs(),
            gap.to.secs(),
            gap.why.as_str(),
        ))?;
        self.receipt.stored += 1;
        if gap.probe.is_some_and(|probe| probe != ProbeKind::Reach) {
            return Ok(());
        }
        match portal {
            Some(portal) => self.soil(portal, gap.from.secs()),
            None => {
                let portals = dirty::portals_of_agent(conn, self.agent)?;
                portals
                    .into_iter()
                    .for_each(|portal| self.soil(portal, gap.from.secs()));
            }
        }
        Ok(())
    }

    fn quarantine(&mut self, arrival: &Arrival, why: &str) -> Result<(), Fail> {
        let conn = self.session.conn;
        self.receipt.quarantined += 1;
        let bytes = i64::try_from(arrival.raw.len()).unwrap_or(i64::MAX);
        if pack::counted(conn, "quarantined_bytes")?.saturating_add(bytes) > QUARANTINE_BYTES {
            return pack::count(conn, "quarantine_dropped", 1);
        }
        let inserted = conn
            .prepare_cached(
                "INSERT INTO quarantine (stream, digest, seq, received_at, why, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((
                self.stream.id,
                &arrival.digest.as_bytes()[..16],
                arrival.seq,
                self.received_at,
                why,
                &arrival.raw,
            ))?;
        if inserted > 0 {
            pack::count(conn, "quarantined_bytes", bytes)?;
        }
        Ok(())
    }

    /// Whether what this line says is here already.
    fn holds(&mut self, arrival: &Arrival) -> Result<bool, Fail> {
        let conn = self.session.conn;
        let quarantined = conn
            .prepare_cached("SELECT 1 FROM quarantine WHERE stream = ?1 AND digest = ?2")?
            .exists((self.stream.id, &arrival.digest.as_bytes()[..16]))?;
        if quarantined {
            return Ok(true);
        }
        match &arrival.content {
            Content::Result(row) => {
                let Some((_, series)) = self.session.names.series(conn, self.agent, &row.grid)? else {
                    return Ok(false);
                };
                let open = conn
                    .prepare_cached("SELECT 1 FROM result WHERE series = ?1 AND slot = ?2")?
                    .exists((series, row.slot.secs()))?;
                Ok(open || rows::is_packed(&mut self.packed, series, row.slot.secs())?)
            }
            Content::Gap(gap) => Ok(conn
                .prepare_cached(
                    "SELECT 1 FROM gap WHERE agent = ?1 AND starts = ?2 AND ends = ?3 AND why = ?4",
                )?
                .exists((self.agent, gap.from.secs(), gap.to.secs(), gap.why.as_str()))?),
            Content::Chain { digest, .. } => Ok(chains::find(conn, digest)?.is_some()),
            Content::Odd(_) => Ok(false),
        }
    }

    /// Notes that a portal changed from `since` on.
    fn soil(&mut self, portal: i64, since: i64) {
        self.dirt
            .entry(portal)
            .and_modify(|known| *known = since.min(*known))
            .or_insert(since);
    }

    fn finish(mut self, batch: &Prepared, after: i64, fresh: &[(i64, Short)]) -> Result<Receipt, Fail> {
        let conn = self.session.conn;
        let through = delivery::note(conn, self.stream, after, self.received_at, fresh)?;
        conn.prepare_cached(
            "UPDATE stream SET through = ?2, last_batch_at = ?3, skew_ms = ?4,
                 last_slot = CASE WHEN ?5 > coalesce(last_slot, ?5 - 1) THEN ?5 ELSE last_slot END
             WHERE id = ?1",
        )?
        .execute((
            self.stream.id,
            through,
            batch.received_at,
            batch.skew_ms,
            self.last_slot,
        ))?;
        for (portal, since) in &self.dirt {
            self.session.names.dirt.mark(conn, *portal, *since)?;
        }
        pack::count(conn, "open_results", self.results)?;
        pack::count(conn, "slot_conflicts", self.receipt.slot_conflicts.into())?;
        self.receipt.through = through.unsigned_abs();
        let highest = fresh.last().map_or(after, |(seq, _)| *seq);
        if through < highest.max(after) {
            self.receipt.resend_after = Some(through.unsigned_abs());
        }
        Ok(self.receipt)
    }
}
